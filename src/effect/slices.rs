//! From assignments to the customers that the lots were drawn for, counted per list, campaign, tier and risk band.
//!
//! A customer of a selling campaign may be assigned several products; the lot was drawn once for all of them, so he
//! counts once: from his first assignment, with whatever he took of what he was assigned.

use super::followup::{Event, Followup};
use super::ledger::{Assignment, Ledger};
use super::tally::{EffectFigures, Tally};
use crate::config::Config;
use std::collections::BTreeMap;

/// In place of a campaign and of a slice: all of them.
pub(super) const ALL: &str = "all";

/// What the customers of a campaign are told apart by.
const BY_NOTHING: &str = "all";
const BY_TIER: &str = "tier";
const BY_BAND: &str = "band";

/// One customer in one campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub held_out: bool,
    pub reached: bool,
    pub accepted: bool,
    pub event: Event,
}

impl Unit {
    /// Of all assignments of a customer in a campaign, each with what became of it; those of the first day count.
    fn of<'a>(
        own: impl Iterator<Item = (&'a Assignment, &'a Followup)> + Clone,
    ) -> Option<(&'a Assignment, Self)> {
        let (first, of_first) = own.clone().min_by_key(|(row, _)| row.assigned_on)?;
        // What he is assigned later in the quarter follows from how he was treated: it is judged with nobody.
        let own = own.filter(move |(row, _)| row.assigned_on == first.assigned_on);
        let any = |holds: fn(&Followup) -> bool| own.clone().any(|(_, followup)| holds(followup));
        let came_about = any(|followup| followup.event == Event::CameAbout);
        let event = if came_about { Event::CameAbout } else { of_first.event };
        let unit = Self {
            held_out: first.held_out,
            reached: any(|followup| followup.reached),
            accepted: any(|followup| followup.accepted),
            event,
        };
        Some((first, unit))
    }
}

/// Figures by list, campaign and slice, ascending by these.
pub(super) fn figures(ledger: &Ledger, followups: &[Followup], config: &Config) -> Vec<EffectFigures> {
    let mut tallies: BTreeMap<[&str; 4], Tally<'_>> = BTreeMap::new();
    let rows: Vec<(&Assignment, &Followup)> = ledger.rows().iter().zip(followups).collect();
    for own in rows.chunk_by(|(a, _), (b, _)| a.shares_lot_with(b)) {
        let Some((first, unit)) = Unit::of(own.iter().copied()) else { continue };
        let slices =
            [(BY_NOTHING, Some(ALL)), (BY_TIER, first.tier.as_deref()), (BY_BAND, first.band.as_deref())];
        for campaign in [ALL, &*first.campaign] {
            for (by, slice) in slices.iter().filter_map(|(by, slice)| Some((*by, (*slice)?))) {
                let tally = tallies.entry([&*first.list, campaign, by, slice]).or_default();
                tally.add(first.assigned_on, unit, (campaign == ALL).then_some(&*first.customer_id));
            }
        }
    }
    tallies.into_iter().map(|(key, tally)| EffectFigures::of(key, tally, config)).collect()
}
