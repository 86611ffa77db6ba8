//! `large_move`: a wealthy customer's assets changed by a large amount in a day or a week.
//!
//! Where both ends of the span have a snapshot of their own, the change of assets counts, and what is no flow
//! over the border of the bank is a price effect. Otherwise the change cannot be dated, and the flow counts.

use super::{Candidate, List, Night, of_rows};
use crate::features::net_border_flow;
use crate::money::Money;

/// The change over one span.
struct Move {
    change: Money,
    flow: Money,
    days: i32,
    price_is_known: bool,
}

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    let settings = &night.config.lists;
    of_rows(night, |row| {
        night.tier(row).filter(|tier| *tier >= settings.large_move_tier_min)?;
        let moves = settings.large_move_days.iter().map(|days| change(night, row, *days));
        let largest =
            moves.max_by_key(|found| (found.change.0.unsigned_abs(), std::cmp::Reverse(found.days)))?;
        (largest.change.to_units().abs() >= settings.large_move_amount)
            .then(|| candidate(night, row, &largest))
    })
}

fn change(night: &Night<'_>, row: usize, days: i32) -> Move {
    let as_of = night.as_of();
    let before = as_of.plus_days(-days);
    let history = night.history(row);
    let flow = net_border_flow(history.transactions, before, as_of);
    let snapshots = &night.bank.calendar().snapshots;
    let price_is_known = snapshots.binary_search(&before).is_ok() && snapshots.binary_search(&as_of).is_ok();
    let aum_on = |date| {
        let rows =
            history.holdings.iter().filter(|row| row.snapshot_on == date && row.product_kind.counts_in_aum());
        rows.map(|row| row.balance.0).sum::<i64>()
    };
    let change = if price_is_known { Money(aum_on(as_of) - aum_on(before)) } else { flow };
    Move { change, flow, days, price_is_known }
}

fn candidate(night: &Night<'_>, row: usize, found: &Move) -> Candidate {
    let (direction, sign) = if found.change.0 >= 0 { ("in", 1) } else { ("out", -1) };
    // Parts are told in the direction of the whole: a fall of 300 of which 50 moved out.
    let told = |money: Money| Money(sign * money.0).grouped();
    let (amount, days) = (told(found.change), found.days.to_string());
    let reason = if found.price_is_known {
        let (flow, price) = (told(found.flow), told(Money(found.change.0 - found.flow.0)));
        let values = [("amount", &*amount), ("days", &days), ("flow", &flow), ("price", &price)];
        night.reason(&format!("large_move_{direction}"), &values)
    } else {
        night.reason(&format!("large_flow_{direction}"), &[("amount", &*amount), ("days", &days)])
    };
    let mut candidate = Candidate::new(row, List::LargeMove, found.change.to_units().abs(), vec![reason]);
    candidate.amount = Some(found.change);
    candidate
}
