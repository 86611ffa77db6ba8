//! Mean assets by calendar month: what tiers are decided on.

use super::steps::{Span, mean, spans};
use crate::contract::Customer;
use crate::date::Date;
use crate::error::Result;
use crate::money::Money;
use crate::store::{Bank, CustomerHistory};

/// Months that are looked back at: three years show every rule of tiers and enough moves between them.
pub const MONTHS_MAX: i32 = 36;

/// Mean daily assets of every customer in every complete month.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthlyAssets {
    /// Last days of the months, ascending.
    pub month_ends: Vec<Date>,
    /// Customers of the bank x months, row-major, currency units; NaN for months that he was not here for
    /// whole, and where balances are not known.
    means: Vec<f64>,
}

impl MonthlyAssets {
    /// Of the complete months up to `as_of` whose every day lies after the first snapshot, 36 at most.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    pub fn of(bank: &Bank, as_of: Date) -> Result<Self> {
        let snapshots = &bank.calendar().snapshots;
        let snapshots = &snapshots[..snapshots.partition_point(|on| *on <= as_of)];
        let of_month = |end: Date| -> Option<(Date, Vec<Span>)> {
            Some((end, spans(snapshots, end.month_start(), end)?.collect()))
        };
        let months: Vec<(Date, Vec<Span>)> = as_of.last_month_ends(MONTHS_MAX).filter_map(of_month).collect();
        let of_customer = |history: &CustomerHistory<'_>| -> Vec<f64> {
            let assets = assets_at(history, snapshots);
            let means = months.iter();
            means.map(|(end, spans)| month_mean(history.customer, *end, spans, |at| assets[at])).collect()
        };
        let means = bank.map(of_customer)?.into_iter().flatten().collect();
        Ok(Self { month_ends: months.into_iter().map(|(end, _)| end).collect(), means })
    }

    /// Of one customer of the bank, a value per month.
    pub fn customer(&self, index: u32) -> &[f64] {
        let n = self.month_ends.len();
        &self.means[index as usize * n..][..n]
    }
}

/// A customer's mean daily assets in the month that ends on `end`, whose days `spans` covers; NaN where he was not here
/// for all of it. `assets` are those at a snapshot, currency units.
pub fn month_mean(customer: &Customer, end: Date, spans: &[Span], assets: impl Fn(usize) -> f64) -> f64 {
    let is_here_all_month =
        customer.opened_on <= end.month_start() && customer.closed_on.is_none_or(|closed| closed > end);
    if is_here_all_month { mean(spans.iter().copied(), assets) } else { f64::NAN }
}

/// Assets at each snapshot, currency units.
fn assets_at(history: &CustomerHistory<'_>, snapshots: &[Date]) -> Vec<f64> {
    let mut sums = vec![0i64; snapshots.len()];
    let mut at = 0;
    for row in history.holdings.iter().filter(|row| row.product_kind.counts_in_aum()) {
        while snapshots.get(at).is_some_and(|on| *on < row.snapshot_on) {
            at += 1;
        }
        match snapshots.get(at) {
            Some(on) if *on == row.snapshot_on => sums[at] += row.balance.0,
            Some(_) => {}
            None => break,
        }
    }
    sums.into_iter().map(|minor| Money(minor).to_units()).collect()
}
