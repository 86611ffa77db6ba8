//! `long_silent`: reached before, and not for several times the cadence of the customer's tier: the rhythm is lost, and the
//! call is another one. The wealthiest first, and before those whose next call is merely due: a rich customer would wait
//! for ever behind small ones who are overdue by more days.

use super::{Candidate, List, Night, of_rows};
use crate::date::Date;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

/// Whether the rhythm of a customer who was last reached on `last` is lost.
pub(super) fn is_lost(night: &Night<'_>, row: usize, last: Date) -> bool {
    let longest = |cadence| night.config.lists.long_silent_cadences * cadence;
    night.cadence(row).is_some_and(|cadence| night.as_of() - last > longest(cadence))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let cadence = night.cadence(row)?;
    let since = night.as_of() - night.last_contact(row).filter(|last| is_lost(night, row, *last))?;
    let (days, times, cadence) = (since.to_string(), (since / cadence).to_string(), cadence.to_string());
    let reason = night.reason("long_silent", &[("days", &days), ("times", &times), ("cadence", &cadence)]);
    let aum = night.aum(row);
    Some(Candidate::new(row, List::LongSilent, aum.unwrap_or(0.0), vec![reason]).with_amount(aum))
}
