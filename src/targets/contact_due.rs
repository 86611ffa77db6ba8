//! `contact_due`: the last contact is older than the cadence of the customer's tier.

use super::{Candidate, List, Night};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    if !night.contacts_are_delivered() {
        return Vec::new();
    }
    (0..night.n_rows()).filter_map(|row| candidate(night, row)).collect()
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let tier = night.segments.tiers()[row]?;
    let cadence = night.config.lists.cadence_days[usize::from(tier)];
    if cadence == 0 {
        return None;
    }
    let as_of = night.as_of();
    let last = night.last_contact(row);
    let since = as_of - last.unwrap_or(night.customer(row).opened_on);
    if since <= cadence {
        return None;
    }
    let (days, cadence_text) = (since.to_string(), cadence.to_string());
    let code = if last.is_some() { "contact_due" } else { "contact_never" };
    let reason = night.labels.fill("reason", code, &[("days", &days), ("cadence", &cadence_text)]);
    let order = f64::from(since - cadence) * f64::from(tier);
    let mut candidate = Candidate::new(row, List::ContactDue, order, vec![reason]);
    candidate.due_on = Some(as_of.plus_days(cadence - since));
    Some(candidate)
}
