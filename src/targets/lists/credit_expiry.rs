//! `credit_expiry`: a loan or credit line ends soon; once the customer was reached, again when that becomes urgent. The
//! largest first.

use super::{Candidate, List, Night, of_rows};
use crate::contract::Holding;
use crate::date::Date;
use crate::money::Money;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let as_of = night.as_of();
    let ahead = night.config.lists.credit_ahead_days;
    let until = as_of.plus_days(ahead[0]);
    let is_due = |on: &Date| (as_of..=until).contains(on) && night.is_to_be_told(row, *on, &ahead);
    let ends = |held: &Holding| held.matures_on.filter(is_due);
    let debts = night.holdings(row, as_of).iter().filter(|held| held.product_kind.is_debt());
    let mut ending: Vec<(Date, &Holding)> =
        debts.filter(|held| amount(held) > Money(0)).filter_map(|held| Some((ends(held)?, held))).collect();
    ending.sort_by_key(|(on, held)| (*on, std::cmp::Reverse(amount(held))));
    let (first_on, first) = *ending.first()?;
    let total = Money(ending.iter().map(|(_, held)| amount(held).0).sum());
    let reasons = ending.iter().map(|(on, held)| reason(night, *on, held)).collect();
    let mut candidate = Candidate::new(row, List::CreditExpiry, total.to_units(), reasons).due(first_on);
    candidate.amount = Some(total);
    candidate.product = Some(first.product_kind);
    Some(candidate)
}

/// What is owed; of a line that is not drawn, its limit.
fn amount(held: &Holding) -> Money {
    if held.balance > Money(0) { held.balance } else { held.credit_limit.unwrap_or(Money(0)) }
}

fn reason(night: &Night<'_>, on: Date, held: &Holding) -> String {
    let left = on - night.as_of();
    let [_, urgent_from] = night.config.lists.credit_ahead_days;
    let code = if left <= urgent_from { "credit_urgent" } else { "credit_due" };
    let (amount, date, days) = (amount(held).grouped(), on.to_string(), left.to_string());
    let product = night.product(held.product_kind);
    night.reason(code, &[("product", product), ("amount", &amount), ("date", &date), ("days", &days)])
}
