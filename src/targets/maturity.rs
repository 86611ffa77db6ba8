//! `maturity`: money whose term ends soon, or ended lately and was not renewed.

use super::{Candidate, List, Night};
use crate::contract::Holding;
use crate::contract::codes::Kind;
use crate::date::Date;
use crate::money::Money;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    (0..night.n_rows()).filter_map(|row| candidate(night, row)).collect()
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let mut due: Vec<(Date, &Holding)> = ahead(night, row).chain(missed(night, row)).collect();
    due.sort_by_key(|(date, holding)| (*date, std::cmp::Reverse(holding.balance)));
    let (first_on, first) = *due.first()?;
    let total = Money(due.iter().map(|(_, holding)| holding.balance.0).sum());
    let reasons: Vec<String> = due.iter().map(|(date, holding)| reason(night, *date, holding)).collect();
    let mut candidate = Candidate::new(row, List::Maturity, total.to_units(), reasons.join("; "));
    candidate.amount = Some(total);
    candidate.due_on = Some(first_on);
    candidate.product = Some(first.product_kind);
    Some(candidate)
}

/// Rows of the newest snapshot that mature from the night on.
fn ahead<'a>(night: &Night<'a>, row: usize) -> impl Iterator<Item = (Date, &'a Holding)> {
    let as_of = night.as_of();
    let until = as_of.plus_days(night.config.lists.maturity_ahead_days);
    held_on(night, row, as_of)
        .iter()
        .filter(move |row| row.product_kind.counts_in_aum() && row.balance.0 > 0)
        .filter_map(move |row| Some((row.matures_on.filter(|date| as_of <= *date && *date <= until)?, row)))
}

/// Rows that were held when they matured lately, and no term of their kind began since.
fn missed<'a>(night: &Night<'a>, row: usize) -> impl Iterator<Item = (Date, &'a Holding)> {
    let as_of = night.as_of();
    let from = as_of.plus_days(-night.config.lists.maturity_behind_days);
    let history = night.history(row);
    let newest = held_on(night, row, as_of);
    held_on(night, row, from.plus_days(-1))
        .iter()
        .filter(move |row| row.product_kind.counts_in_aum() && row.balance.0 > 0)
        .filter_map(move |row| Some((row.matures_on.filter(|date| from <= *date && *date < as_of)?, row)))
        .filter(move |(date, row)| {
            let began = newest.iter().any(|now| {
                now.product_kind == row.product_kind && now.started_on.is_some_and(|on| on >= *date)
            });
            let bought =
                history.transactions.iter().rev().take_while(|bought| bought.booked_on >= *date).any(
                    |bought| bought.kind == Kind::Purchase && bought.product_kind == Some(row.product_kind),
                );
            !began && !bought
        })
}

fn held_on<'a>(night: &Night<'a>, row: usize, date: Date) -> &'a [Holding] {
    night.store.newest_holdings(night.features.customers()[row], date).unwrap_or_default()
}

fn reason(night: &Night<'_>, date: Date, holding: &Holding) -> String {
    let product = night.labels.text("product_kind", holding.product_kind.code());
    let (amount, on, days) =
        (holding.balance.grouped(), date.to_string(), (date - night.as_of()).to_string());
    let code = match date - night.as_of() {
        0 => "maturity_today",
        1.. => "maturity_due",
        _ => "maturity_missed",
    };
    night.labels.fill(
        "reason",
        code,
        &[("product", product), ("amount", &amount), ("date", &on), ("days", &days)],
    )
}
