//! `dormant_check`: assets whose owner has started nothing for a long time. The largest first.

use super::{Candidate, List, Night, of_rows};
use crate::targets::night::units;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let aum = night.aum(row).filter(|aum| *aum >= night.config.churn.aum_floor)?;
    let days = night.features.column("days_since_last_activity")[row];
    if days.is_nan() || days < f64::from(night.config.lists.dormant_days) {
        return None;
    }
    let reason = night.reason("dormant_check", &[("amount", &units(aum)), ("days", &format!("{days:.0}"))]);
    Some(Candidate::new(row, List::DormantCheck, aum, vec![reason]).with_amount(Some(aum)))
}
