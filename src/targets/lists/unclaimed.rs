//! `unclaimed`: customers whom nobody looks after: no manager, or of a tier and never reached, as far as
//! contacts go back: where they begin after him, for longer than his cadence, if he has one. The wealthiest first.

use super::{Candidate, List, Night, of_rows};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let has_tier = night.tier(row).is_some_and(|tier| tier > 0);
    let is_never_reached = || has_tier && night.contacts_are_delivered() && night.last_contact(row).is_none();
    let reason = if night.customer(row).manager_id.is_none() {
        night.reason("unclaimed_no_manager", &[])
    } else if !is_never_reached() {
        return None;
    } else if let Some(from) = night.contacts_begin_after_him(row) {
        if night.cadence(row).is_some_and(|cadence| night.as_of() - from <= cadence) {
            return None;
        }
        night.reason("unclaimed_none_known", &[("date", &from.to_string())])
    } else {
        night.reason("unclaimed_never_contacted", &[])
    };
    let aum = night.aum(row);
    let order = aum.unwrap_or_else(|| night.value(row));
    Some(Candidate::new(row, List::Unclaimed, order, vec![reason]).with_amount(aum))
}
