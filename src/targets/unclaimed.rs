//! `unclaimed`: assets that nobody looks after: no manager, a manager who left, or never contacted.

use super::{Candidate, List, Night};
use crate::money::Money;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    (0..night.n_rows()).filter_map(|row| candidate(night, row)).collect()
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let reason = reason(night, row)?;
    let aum = night.features.column("aum")[row];
    let order = if aum.is_nan() { night.features.column("value_12m")[row] } else { aum };
    let mut candidate =
        Candidate::new(row, List::Unclaimed, if order.is_nan() { 0.0 } else { order }, vec![reason]);
    candidate.amount = (!aum.is_nan()).then(|| Money::from_units(aum));
    Some(candidate)
}

fn reason(night: &Night<'_>, row: usize) -> Option<String> {
    use crate::contract::tables::Table;
    let fill = |code: &str, values: &[(&str, &str)]| night.labels.fill("reason", code, values);
    if night.mapped.contains(&(Table::Customers, "manager_id")) && night.customer(row).manager_id.is_none() {
        return Some(fill("unclaimed_no_manager", &[]));
    }
    let left_on = night.manager(row).and_then(|manager| manager.left_on).filter(|on| *on <= night.as_of());
    if let Some(on) = left_on {
        return Some(fill("unclaimed_manager_left", &[("date", &on.to_string())]));
    }
    let has_tier = night.segments.tiers()[row].is_some_and(|tier| tier > 0);
    let never = night.contacts_are_delivered() && night.last_contact(row).is_none();
    (has_tier && never).then(|| fill("unclaimed_never_contacted", &[]))
}
