//! `long_silent`: reached before, and not for several times the cadence of the customer's tier. The wealthiest first.

use super::{Candidate, List, Night, of_rows};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let cadence = night.cadence(row)?;
    let since = night.as_of() - night.last_contact(row)?;
    if since <= night.config.lists.long_silent_cadences * cadence {
        return None;
    }
    let (days, times, cadence) = (since.to_string(), (since / cadence).to_string(), cadence.to_string());
    let reason = night.reason("long_silent", &[("days", &days), ("times", &times), ("cadence", &cadence)]);
    let aum = night.aum(row);
    Some(Candidate::new(row, List::LongSilent, aum.unwrap_or(0.0), vec![reason]).with_amount(aum))
}
