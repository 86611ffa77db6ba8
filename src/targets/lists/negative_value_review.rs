//! `negative_value_review`: customers who cost more than they bring. The largest loss first.

use super::{Candidate, List, Night, of_rows};
use crate::targets::night::units;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let value = night.value(row);
    (value < 0.0).then(|| {
        let reason = night.reason("negative_value_review", &[("amount", &units(-value))]);
        Candidate::new(row, List::NegativeValueReview, -value, vec![reason]).with_amount(Some(value))
    })
}
