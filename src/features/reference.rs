//! What a reference date fixes for every customer, computed once.

use super::Lens;
use super::ages::Ages;
use super::balance_plan::BalancePlan;
use super::rhythm::Clumpiness;
use super::service_costs::ServiceCosts;
use super::timeline::{Edges, Timeline};
use super::value::ValueBasis;
use super::windows::WINDOW_DAYS;
use crate::date::Date;

/// One reference date.
#[derive(Debug, Clone)]
pub struct Reference {
    pub as_of: Date,
    pub edges: Edges,
    pub balances: BalancePlan,
    /// Days of the bank's transactions up to the date, the first included.
    pub days_visible: i32,
    /// Whether the bank's transactions reach back over the whole window, by [`Window`](super::windows::Window).
    pub is_visible: [bool; WINDOW_DAYS.len()],
    /// Whether contacts are delivered on the date, and on each of the last 365 days.
    pub contacts_are_known: bool,
    pub contacts_are_known_for_365d: bool,
    pub value_basis: ValueBasis,
    pub has_margin_rates: bool,
    pub costs: ServiceCosts,
    /// For customers who are as old as what is visible.
    pub clumpiness: Clumpiness,
    pub ages: Ages,
}

impl Reference {
    /// The lens must be among those of the timeline, `snapshots` those that its lenses need.
    pub fn of(lens: &Lens<'_>, timeline: &Timeline, snapshots: &[Date]) -> Self {
        let as_of = lens.as_of;
        let days_visible = lens.calendar.transactions_from.map_or(0, |first| (as_of - first + 1).max(0));
        let contacts_known =
            |days: i32| lens.calendar.contacts_from.is_some_and(|first| first <= as_of.plus_days(1 - days));
        let balances = BalancePlan::of(snapshots, as_of);
        Self {
            as_of,
            edges: timeline.edges_at(as_of),
            days_visible,
            is_visible: WINDOW_DAYS.map(|days| days_visible >= days),
            contacts_are_known: contacts_known(1),
            contacts_are_known_for_365d: contacts_known(365),
            value_basis: ValueBasis::of(balances.newest.is_some(), lens.margin_rates, lens.costs),
            has_margin_rates: lens.has_margin_rates(),
            costs: *lens.costs,
            clumpiness: Clumpiness::of_length(days_visible.min(365)),
            ages: Ages::on(as_of),
            balances,
        }
    }
}
