//! `large_move`: a wealthy customer's assets changed by a large amount in a day or a week, and nobody has reached him since.
//!
//! Where both ends of the span have a snapshot of their own, the change of assets counts, and what is no flow
//! over the border of the bank is a price effect. Otherwise the change cannot be dated, and the flow counts.

use super::{Candidate, List, Night, of_rows};
use crate::features::AssetMove;
use crate::money::Money;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| night.large_move(row).map(|found| candidate(night, row, &found)))
}

fn candidate(night: &Night<'_>, row: usize, found: &AssetMove) -> Candidate {
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
