//! `handover`: customers of a manager who has left, or leaves soon. The most valuable first.

use super::{Candidate, List, Night, of_rows};

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let manager = night.manager(row)?;
    let left_on = manager.left_on?;
    let until = night.as_of().plus_days(night.config.lists.handover_ahead_days);
    let code = match left_on {
        on if on <= night.as_of() => "handover_left",
        on if on <= until => "handover_leaving",
        _ => return None,
    };
    let values = [("manager", &*manager.manager_id), ("date", &left_on.to_string())];
    let reason = night.reason(code, &values);
    Some(
        Candidate::new(row, List::Handover, night.value(row), vec![reason])
            .with_amount(night.aum(row))
            .due(left_on),
    )
}
