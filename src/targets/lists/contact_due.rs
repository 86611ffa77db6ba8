//! `contact_due`: the last contact is older than the cadence of the customer's tier, but not so old that he is
//! `long_silent`; or nobody has reached him for so long, since he came or since contacts are known. By days overdue in
//! cadences, times tier: a week is more to who is due every week than to who is due every second month.

use super::long_silent::is_lost;
use super::{Candidate, List, Night, of_rows};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let (tier, cadence) = (night.tier(row)?, night.cadence(row)?);
    let as_of = night.as_of();
    let last = night.last_contact(row);
    let since = as_of - last.unwrap_or(night.contacts_known_from(row));
    if since <= cadence || last.is_some_and(|last| is_lost(night, row, last)) {
        return None;
    }
    let (days, cadence_text) = (since.to_string(), cadence.to_string());
    let reason = match (last, night.contacts_begin_after_him(row)) {
        (Some(_), _) => night.reason("contact_due", &[("days", &days), ("cadence", &cadence_text)]),
        (None, None) => night.reason("contact_never", &[("cadence", &cadence_text)]),
        (None, Some(from)) => {
            night.reason("contact_none_known", &[("date", &from.to_string()), ("cadence", &cadence_text)])
        }
    };
    let order = f64::from(since - cadence) / f64::from(cadence) * f64::from(tier);
    Some(Candidate::new(row, List::ContactDue, order, vec![reason]).due(as_of.plus_days(cadence - since)))
}
