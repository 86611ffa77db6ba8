//! What else is known of a customer who was followed: the warning short of a loss, its cause, where the money went.
//!
//! Made for statistics, win-back and reports; training needs none of it.

use super::follow::Followed;
use super::lines::{Line, lines_lost};
use super::maturities::Matured;
use super::price_effect::price_effect;
use super::whereabouts::Whereabouts;
use crate::config::Churn;
use crate::date::Date;
use crate::features::net_border_flow;
use crate::money::Money;
use crate::store::CustomerHistory;

/// Contracts that were not renewed account for a loss if this part of the outflow had been theirs: most of it.
const MOST: f64 = 0.5;

/// Everything between the origin and the last day that a customer was followed to.
#[derive(Debug, Clone, PartialEq)]
pub struct Circumstances {
    pub whereabouts: Whereabouts,
    /// Change of assets by prices, minor units; `None` where two snapshots are missing.
    pub price_effect: Option<Money>,
    pub lines_lost: Vec<Line>,
    /// No loss, but the outflow stands at `churn.partial_share` or more, or a product line was lost.
    pub is_partial: bool,
    /// Minor units that matured by the event, were not renewed and had left by then; without an event, by the end.
    pub not_renewed: Money,
    /// Most of what left by then was such money.
    pub contract_ended: bool,
}

impl Circumstances {
    /// `followed` must be of the same customer; `snapshots` are the bank's and must ascend. Looks at nothing after
    /// the last day that he was followed to.
    pub fn of(history: &CustomerHistory<'_>, snapshots: &[Date], followed: &Followed, rules: &Churn) -> Self {
        let (origin, until) = (followed.origin, followed.until);
        let seen = history.until(until);
        let later = &seen.transactions[seen.transactions.partition_point(|row| row.booked_on <= origin)..];
        let lines_lost = lines_lost(seen.holdings, snapshots, origin, until);
        let share = followed.outflow.map_or(0.0, |outflow| outflow.share);
        let not_renewed = not_renewed(&seen, snapshots, followed);
        Self {
            whereabouts: Whereabouts::of(later),
            price_effect: price_effect(&seen, snapshots, origin, until),
            is_partial: followed.may_stay() && (share >= rules.partial_share || !lines_lost.is_empty()),
            lines_lost,
            contract_ended: is_most(not_renewed, &seen, followed),
            not_renewed,
        }
    }
}

/// [`Circumstances::contract_ended`] alone.
pub fn contract_ended(history: &CustomerHistory<'_>, snapshots: &[Date], followed: &Followed) -> bool {
    let seen = history.until(followed.until);
    is_most(not_renewed(&seen, snapshots, followed), &seen, followed)
}

fn is_most(not_renewed: Money, seen: &CustomerHistory<'_>, followed: &Followed) -> bool {
    let gone = -net_border_flow(seen.transactions, followed.origin, end(followed)).to_units();
    not_renewed.0 > 0 && not_renewed.to_units() >= MOST * gone
}

/// The day of the loss; without one the last that he was followed to.
fn end(followed: &Followed) -> Date {
    followed.event().map_or(followed.until, |event| event.on)
}

/// What matured from the origin to the end, was not renewed while he was followed and left over the border from the
/// first maturity on.
fn not_renewed(history: &CustomerHistory<'_>, snapshots: &[Date], followed: &Followed) -> Money {
    let to = end(followed);
    let matured = Matured::between(history.holdings, snapshots, followed.origin, to, followed.until);
    let Some(first_on) = matured.first_on else { return Money(0) };
    let left = -net_border_flow(history.transactions, first_on.plus_days(-1), to).0;
    Money((matured.amount.0 - matured.renewed.0).min(left).max(0))
}
