//! `retention`: a customer worth keeping who is likely to leave.
//!
//! Ordered by what a contact is expected to save: exposure times probability times the chance of success;
//! where that is equal, low loyalty first.

use super::{Candidate, List, Night};
use crate::config::Band;
use crate::features::Theme;

/// Small enough never to outweigh a currency unit of expected value.
const LOYALTY_TIE_BREAK: f64 = 1e-6;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    (0..night.n_rows())
        .filter(|row| is_worth_keeping(night, *row))
        .filter_map(|row| candidate(night, row))
        .collect()
}

/// From the tier in the configuration up; without balances, the top class by value.
fn is_worth_keeping(night: &Night<'_>, row: usize) -> bool {
    match night.segments.tiers()[row] {
        Some(tier) => tier >= night.config.lists.retention_tier_min,
        None => night.segments.is_top_class(row),
    }
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let probability = night.churn.probabilities()[row]?;
    let band = Band::of(probability, &night.config.churn.band_limits);
    if band < night.config.lists.retention_band_min {
        return None;
    }
    let exposure = night.churn.exposures()[row]?;
    let expected = exposure.to_units() * probability * night.config.lists.retention_success_share;
    let loyalty = night.segments.loyalty_scores()[row];
    let order = expected - LOYALTY_TIE_BREAK * if loyalty.is_nan() { 0.0 } else { loyalty };
    let values = [("probability", &*format!("{:.0}%", 100.0 * probability)), ("amount", &exposure.grouped())];
    let mut reasons = vec![night.labels.fill("reason", "retention_probability", &values)];
    // `contact_due` has its own words for an old contact.
    let told = night.churn.reasons(row).filter(|(code, _)| *code != Theme::ContactOld.code());
    reasons.extend(told.map(|(_, text)| text.to_owned()));
    let mut candidate = Candidate::new(row, List::Retention, order, reasons);
    candidate.amount = Some(exposure);
    candidate.expected_value = Some(expected);
    Some(candidate)
}
