//! `cultivate`: who declares much money elsewhere and keeps the smaller part of it here. The largest potential first.

use super::{Candidate, List, Night, of_rows};
use crate::labels::percent;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let settings = &night.config.lists;
    let elsewhere = night.customer(row).other_bank_assets?;
    let (there, here) = (elsewhere.to_units(), night.aum(row)?.max(0.0));
    let share = here / (here + there);
    if there <= 0.0 || there < settings.cultivate_elsewhere_min || share > settings.cultivate_share_max {
        return None;
    }
    let reason = night.reason("cultivate", &[("amount", &elsewhere.grouped()), ("share", &percent(share))]);
    Some(Candidate::new(row, List::Cultivate, there, vec![reason]).with_amount(Some(there)))
}
