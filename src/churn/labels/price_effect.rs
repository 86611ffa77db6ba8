//! What prices did to a customer's assets, kept apart from what he took away.

use super::balances::{assets, between, in_force};
use crate::contract::codes::Kind;
use crate::date::Date;
use crate::money::Money;
use crate::store::CustomerHistory;

/// Change of assets by prices and accrued yields between the snapshots in force on `from` and on `to`: the changes of
/// market value that the holdings carry; where none does, the change of assets less all flows, which then also
/// holds what no row explains. `None` where the two dates have no two snapshots, and where no holding tells and own
/// transfers do not add up to nothing: a side of them was booked elsewhere, or not at all, and passes for a price.
///
/// `snapshots` are the bank's and must ascend.
pub fn price_effect(
    history: &CustomerHistory<'_>,
    snapshots: &[Date],
    from: Date,
    to: Date,
) -> Option<Money> {
    let (first, last) = (in_force(snapshots, from)?, in_force(snapshots, to)?);
    if first >= last {
        return None;
    }
    let told: Vec<i64> = between(history.holdings, first, last)
        .iter()
        .filter(|row| row.product_kind.counts_in_aum())
        .filter_map(|row| Some(row.market_value_change?.0))
        .collect();
    if !told.is_empty() {
        return Some(Money(told.into_iter().sum()));
    }
    let booked = |is_it: fn(Kind) -> bool| -> i64 {
        let rows = history.transactions.iter().filter(|row| row.booked_on > first && row.booked_on <= last);
        rows.filter(|row| is_it(row.kind)).map(|row| row.amount.0).sum()
    };
    if booked(|kind| kind == Kind::OwnTransfer) != 0 {
        return None;
    }
    let change = assets(history.holdings, last).0 - assets(history.holdings, first).0;
    Some(Money(change - booked(is_flow)))
}

/// What is booked into or out of the assets: beside what crosses the border, interest, fees and loans; not what moves
/// between own accounts and products.
fn is_flow(kind: Kind) -> bool {
    !matches!(kind, Kind::Purchase | Kind::Redemption | Kind::OwnTransfer)
}
