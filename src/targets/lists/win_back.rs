//! `win_back`: lost within the year but not closed, valuable before, and not back. Ordered by what a contact is expected
//! to bring: the money that he had here, its margin, and the chance that he returns, less the cost of a contact.
//!
//! Who has closed is never listed, so that what is left has no stated cause: it is unknown, and may be mended.

use super::{Candidate, List, Night, of_rows};
use crate::churn::labels::EventKind;
use crate::targets::lookback::Loss;
use crate::targets::night::units;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    let settings = &night.config.lists;
    let chance = night.lookback.chance_of_return(settings.win_back_chance, settings.win_back_prior);
    of_rows(night, |row| candidate(night, row, chance))
}

fn candidate(night: &Night<'_>, row: usize, chance: f64) -> Option<Candidate> {
    let loss = night.seen(row).loss.as_deref()?;
    let [from, until] = night.config.lists.win_back_days;
    let is_in_span = (from..=until).contains(&(night.as_of() - loss.on));
    if !is_in_span || loss.is_back || loss.kind == EventKind::Closed || !was_valuable(night, row, loss) {
        return None;
    }
    let had = loss.baseline.unwrap_or_else(|| night.value(row));
    let expected = had * night.margin_rate(row) * chance - night.config.lists.contact_cost;
    if expected <= 0.0 {
        return None;
    }
    let values = [("date", &*loss.on.to_string()), ("amount", &units(had))];
    let mut reasons = vec![night.reason("win_back_lost", &values)];
    if loss.went_elsewhere {
        reasons.push(night.reason("win_back_elsewhere", &[]));
    }
    let mut candidate = Candidate::new(row, List::WinBack, expected, reasons).with_amount(Some(had));
    candidate.expected_value = Some(expected);
    Some(candidate)
}

/// By the assets that he had: from the lowest tier that retention is for; without balances, of the top class by value.
fn was_valuable(night: &Night<'_>, row: usize, loss: &Loss) -> bool {
    let Some(tier) = usize::from(night.config.lists.retention_tier_min).checked_sub(1) else { return true };
    let limit = night.config.value.tier_limits[tier];
    loss.baseline.map_or_else(|| night.segments.is_top_class(row), |baseline| baseline >= limit)
}
