//! How a customer's assets changed over a span of days, and how much of it is money that came or went.

use super::windows::net_border_flow;
use crate::date::Date;
use crate::money::Money;
use crate::store::CustomerHistory;

/// The change over one span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssetMove {
    /// Of assets; where it cannot be dated, the flow.
    pub change: Money,
    /// Net over the border of the bank.
    pub flow: Money,
    pub days: i32,
    /// Whether both ends of the span have a snapshot of their own, so that what is no flow is a price effect.
    pub price_is_known: bool,
}

impl AssetMove {
    /// Over the `days` up to `as_of`. `snapshots` are the bank's, ascending.
    pub fn over(history: &CustomerHistory<'_>, snapshots: &[Date], as_of: Date, days: i32) -> Self {
        let before = as_of.plus_days(-days);
        let flow = net_border_flow(history.transactions, before, as_of);
        let price_is_known = [before, as_of].iter().all(|date| snapshots.binary_search(date).is_ok());
        let assets_on = |date| {
            let rows = history.holdings.iter();
            let rows = rows.filter(|row| row.snapshot_on == date && row.product_kind.counts_in_aum());
            rows.map(|row| row.balance.0).sum::<i64>()
        };
        let change = if price_is_known { Money(assets_on(as_of) - assets_on(before)) } else { flow };
        Self { change, flow, days, price_is_known }
    }

    /// The largest of several; of equal ones that over the shortest span.
    pub fn largest(moves: impl Iterator<Item = Self>) -> Option<Self> {
        moves.max_by_key(|found| (found.change.0.unsigned_abs(), std::cmp::Reverse(found.days)))
    }
}
