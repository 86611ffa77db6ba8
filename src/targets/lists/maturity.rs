//! `maturity`: money whose term ends soon, or ended lately and was not renewed; once the customer was reached, again when
//! the day comes closer, or has passed. By amount, which counts more for somebody who has renewed nothing in a year:
//! whoever renews once is likely to renew again.

use super::{Candidate, List, Night, of_rows};
use crate::contract::Holding;
use crate::contract::codes::{Kind, ProductKind};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::money::Money;
use crate::targets::needs::{Need, Part};
use std::collections::BTreeMap;

/// That money began a new term is known by the day on which it did: without it, nobody is told not to have renewed who still
/// has money with a term.
pub(super) const MISSED: Part = Part {
    what: "all money that matured and was not renewed",
    need: Need::Column(Table::Holdings, "started_on"),
};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let mut due: Vec<(Date, &Holding)> = ahead(night, row).chain(missed(night, row)).collect();
    due.retain(|(date, _)| night.is_to_be_told(row, *date, &night.config.lists.maturity_ahead_days));
    due.sort_by_key(|(date, holding)| (*date, std::cmp::Reverse(holding.balance)));
    let (first_on, first) = *due.first()?;
    let total = Money(due.iter().map(|(_, holding)| holding.balance.0).sum());
    let mut reasons: Vec<String> = due.iter().map(|(date, holding)| reason(night, *date, holding)).collect();
    // Missing where nothing matured in the year: the next renewal is the first then; or where what matured may have been
    // renewed.
    let figure = |name| night.features.column(name)[row];
    let may_have_renewed = figure("matured_365d") > 0.0 && figure("renewal_share_365d").is_nan();
    let has_renewed = may_have_renewed || figure("renewal_share_365d") > 0.0;
    let weight = if has_renewed { 1.0 } else { night.config.lists.maturity_first_renewal_weight };
    if !has_renewed {
        reasons.push(night.reason("maturity_first", &[]));
    }
    let mut candidate = Candidate::new(row, List::Maturity, weight * total.to_units(), reasons).due(first_on);
    candidate.amount = Some(total);
    candidate.product = Some(first.product_kind);
    Some(candidate)
}

/// Rows of the newest snapshot that mature from the night on.
fn ahead<'a>(night: &Night<'a>, row: usize) -> impl Iterator<Item = (Date, &'a Holding)> {
    let as_of = night.as_of();
    let until = as_of.plus_days(night.config.lists.maturity_ahead_days[0]);
    night
        .holdings(row, as_of)
        .iter()
        .filter(move |row| row.product_kind.counts_in_aum() && row.balance.0 > 0)
        .filter_map(move |row| Some((row.matures_on.filter(|date| as_of <= *date && *date <= until)?, row)))
}

/// Rows of the last snapshot before the window that matured in it, of which less than half was put into a new
/// term of their kind within the window. A deposit redeemed before its day cannot be told from one that was not.
fn missed<'a>(night: &Night<'a>, row: usize) -> Vec<(Date, &'a Holding)> {
    let as_of = night.as_of();
    let from = as_of.plus_days(-night.config.lists.maturity_behind_days);
    let mut matured: Vec<(Date, &Holding)> = night
        .holdings(row, from.plus_days(-1))
        .iter()
        .filter(|held| held.product_kind.counts_in_aum() && held.balance.0 > 0)
        .filter_map(|held| Some((held.matures_on.filter(|date| from <= *date && *date < as_of)?, held)))
        .collect();
    matured.sort_by_key(|(date, held)| (*date, held.balance));
    let mut renewed: BTreeMap<ProductKind, i64> = BTreeMap::new();
    matured.retain(|(_, held)| {
        let left = renewed
            .entry(held.product_kind)
            .or_insert_with(|| put_into_new_terms(night, row, held.product_kind, from));
        let was_renewed = 2 * *left >= held.balance.0;
        if was_renewed {
            *left = (*left - held.balance.0).max(0);
        }
        !was_renewed
    });
    matured
}

/// Minor units that went into new terms of `kind` from `date` on, as the newest snapshot or purchases show it; a term whose
/// begin is not known may be new.
fn put_into_new_terms(night: &Night<'_>, row: usize, kind: ProductKind, date: Date) -> i64 {
    let begun = night.holdings(row, night.as_of()).iter();
    let begun = begun.filter(|held| {
        held.product_kind == kind && held.started_on.map_or(held.matures_on.is_some(), |on| on >= date)
    });
    let bought = night.history(row).transactions.iter().rev().take_while(|row| row.booked_on >= date);
    let bought = bought.filter(|row| row.kind == Kind::Purchase && row.product_kind == Some(kind));
    let (begun, bought) =
        (begun.map(|held| held.balance.0).sum::<i64>(), bought.map(|row| row.amount.0.abs()).sum::<i64>());
    begun.max(bought)
}

fn reason(night: &Night<'_>, date: Date, holding: &Holding) -> String {
    let product = night.product(holding.product_kind);
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
