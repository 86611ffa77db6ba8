//! `complaint_followup`: an open complaint; answered within one working day, else explained. The oldest first.

use super::{Candidate, List, Night, of_rows};
use crate::date::Date;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let as_of = night.as_of();
    let since = night.complaint_since(row)?;
    let due = working_days_after(since, night.config.lists.complaint_answer_days);
    let (date, days, due_text) = (since.to_string(), (as_of - since).to_string(), due.to_string());
    let reason = night.reason("complaint_open", &[("date", &date), ("days", &days), ("due", &due_text)]);
    let order = f64::from(as_of - since);
    Some(Candidate::new(row, List::ComplaintFollowup, order, vec![reason]).due(due))
}

/// The day that ends so many working days after `date`.
fn working_days_after(date: Date, days: i32) -> Date {
    let mut left = days;
    let mut on = date;
    while left > 0 {
        on = on.plus_days(1);
        left -= i32::from(on.is_working_day());
    }
    on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_of_friday_is_due_on_monday() {
        let due = |date: &str, days| working_days_after(date.parse().unwrap(), days).to_string();
        assert_eq!(due("2026-10-29", 1), "2026-10-30"); // a Thursday
        assert_eq!(due("2026-10-30", 1), "2026-11-02");
        assert_eq!(due("2026-10-31", 1), "2026-11-02");
        assert_eq!(due("2026-10-30", 6), "2026-11-09");
        assert_eq!(due("2026-10-30", 0), "2026-10-30");
    }
}
