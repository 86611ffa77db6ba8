//! Snapshots by date: the one in force on a day, and a customer's rows in it.

use crate::contract::Holding;
use crate::date::Date;
use crate::features;
use crate::money::Money;

/// The newest of `snapshots`, which must ascend, on or before `on`.
pub fn in_force(snapshots: &[Date], on: Date) -> Option<Date> {
    features::in_force(snapshots, on).map(|position| snapshots[position])
}

/// A customer's rows after `after` and up to `to`. `holdings` must be sorted by date.
pub fn between(holdings: &[Holding], after: Date, to: Date) -> &[Holding] {
    let start = holdings.partition_point(|row| row.snapshot_on <= after);
    let end = holdings.partition_point(|row| row.snapshot_on <= to);
    &holdings[start..end]
}

/// A customer's rows in the snapshot of `on`; none where he held nothing then.
pub fn at(holdings: &[Holding], on: Date) -> &[Holding] {
    between(holdings, on.plus_days(-1), on)
}

/// Assets under management in the snapshot of `on`.
pub fn assets(holdings: &[Holding], on: Date) -> Money {
    let counted = at(holdings, on).iter().filter(|row| row.product_kind.counts_in_aum());
    Money(counted.map(|row| row.balance.0).sum())
}
