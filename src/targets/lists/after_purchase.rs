//! `after_purchase`: a week, some months and most of a year after a purchase, unless he was reached since the call fell
//! due. The largest purchase first.

use super::{Candidate, List, Night, of_rows};
use crate::contract::Transaction;
use crate::contract::codes::Kind;
use crate::money::Money;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let bought = night.history(row).transactions.iter();
    let bought = bought.filter(|row| row.kind == Kind::Purchase && row.product_kind.is_some());
    let largest = bought
        .filter(|bought| is_due(night, row, bought))
        .max_by_key(|bought| (bought.amount.0.abs(), bought.booked_on))?;
    let product = largest.product_kind?;
    let amount = Money(largest.amount.0.abs());
    let (date, days) = (largest.booked_on.to_string(), (night.as_of() - largest.booked_on).to_string());
    let values = [
        ("product", night.product(product)),
        ("amount", &amount.grouped()),
        ("date", &date),
        ("days", &days),
    ];
    let mut candidate = Candidate::new(
        row,
        List::AfterPurchase,
        amount.to_units(),
        vec![night.reason("after_purchase", &values)],
    );
    candidate.amount = Some(amount);
    candidate.product = Some(product);
    Some(candidate)
}

/// Whether a call about the purchase is due, and nobody has reached him since it was.
fn is_due(night: &Night<'_>, row: usize, bought: &Transaction) -> bool {
    let days = night.as_of() - bought.booked_on;
    let calls = night.config.lists.after_purchase_days;
    calls.into_iter().any(|[first, last]| {
        (first..=last).contains(&days) && !night.was_reached_since(row, bought.booked_on.plus_days(first))
    })
}
