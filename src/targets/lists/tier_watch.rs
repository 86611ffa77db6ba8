//! `tier_watch`: assets have been under the customer's tier for months, and he falls if nothing happens. Who falls
//! soonest first, of those the wealthiest.

use super::{Candidate, List, Night, of_rows};
use crate::segment::MONTHS_OF_WATCH;
use crate::targets::night::units;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let state = night.standing.tier_state(row)?;
    let month = state.watch_month()?;
    let limit = night.config.value.tier_limits[usize::from(state.tier.checked_sub(1)?)];
    // Who is over the limit again tonight meets his tier, and leaves the watch at the month's end.
    let aum = night.aum(row).map(|aum| aum.max(0.0)).filter(|aum| *aum < limit)?;
    let months_left = (MONTHS_OF_WATCH + 1 - month).to_string();
    let values = [("amount", &*units(aum)), ("limit", &units(limit)), ("months", &months_left)];
    let order = f64::from(month) + aum / (aum + limit);
    Some(
        Candidate::new(row, List::TierWatch, order, vec![night.reason("tier_watch", &values)])
            .with_amount(Some(aum)),
    )
}
