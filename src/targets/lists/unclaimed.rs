//! `unclaimed`: customers whom nobody looks after: no manager, or of a tier and never reached. The wealthiest first.

use super::{Candidate, List, Night, of_rows};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let has_tier = night.tier(row).is_some_and(|tier| tier > 0);
    let code = if night.customer(row).manager_id.is_none() {
        "unclaimed_no_manager"
    } else if has_tier && night.contacts_are_delivered() && night.last_contact(row).is_none() {
        "unclaimed_never_contacted"
    } else {
        return None;
    };
    let aum = night.aum(row);
    let order = aum.unwrap_or_else(|| night.value(row));
    Some(Candidate::new(row, List::Unclaimed, order, vec![night.reason(code, &[])]).with_amount(aum))
}
