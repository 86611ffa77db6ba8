//! `retention`: a customer worth keeping who is likely to leave, or whose leaving has begun.
//!
//! Ordered by what a contact is expected to save in a year: exposure, times its margin, times the probability, times the
//! chance of success, less the cost of a contact; where that is equal, low loyalty first. Whom it costs more to call
//! than the call is expected to save is not listed.

use super::{Candidate, List, Night, of_rows};
use crate::config::Band;
use crate::features::Theme;
use crate::labels::percent;
use crate::targets::lookback::Alarm;

/// Small enough never to outweigh a hundredth of a currency unit.
const LOYALTY_TIE_BREAK: f64 = 1e-6;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let settings = &night.config.lists;
    let probability = night.churn.probabilities()[row]?;
    let warning = night.seen(row).warning.as_deref();
    let is_likely = Band::of(probability, &night.config.churn.band_limits) >= settings.retention_band_min;
    if !(is_likely || warning.is_some()) || !is_worth_keeping(night, row) {
        return None;
    }
    let exposure = night.churn.exposures()[row]?;
    let saved = exposure.to_units() * night.margin_rate(row) * probability * settings.retention_success_share;
    let expected = saved - settings.contact_cost;
    if expected <= 0.0 {
        return None;
    }
    let loyalty = night.segments.loyalty_scores()[row];
    let order = expected - LOYALTY_TIE_BREAK * if loyalty.is_nan() { 0.0 } else { loyalty };
    let values = [("probability", &*percent(probability)), ("amount", &exposure.grouped())];
    let mut reasons = vec![night.reason("retention_probability", &values)];
    reasons.extend(warning.into_iter().flat_map(|warning| told(night, warning)));
    // `contact_due` has its own words for an old contact.
    let drivers = night.churn.reasons(row).filter(|(code, _)| *code != Theme::ContactOld.code());
    reasons.extend(drivers.map(|(_, text)| text.to_owned()));
    let mut candidate = Candidate::new(row, List::Retention, order, reasons);
    candidate.amount = Some(exposure);
    candidate.expected_value = Some(expected);
    Some(candidate)
}

/// From the tier in the configuration up, or with a positive lifetime value; without balances, the top class by value.
fn is_worth_keeping(night: &Night<'_>, row: usize) -> bool {
    night.is_of_tier(row, night.config.lists.retention_tier_min)
        || night.standing.lifetime_value(row).is_some_and(|value| value > 0.0)
}

fn told(night: &Night<'_>, warning: &Alarm) -> Vec<String> {
    let days = night.config.lists.warning_days.to_string();
    let outflow = warning
        .outflow_share
        .map(|share| night.reason("retention_partial", &[("share", &percent(share)), ("days", &days)]));
    let line = |line: &crate::churn::labels::Line| {
        let product = night.labels.text("product_line", line.code());
        night.reason("retention_line_lost", &[("product", product), ("days", &days)])
    };
    outflow.into_iter().chain(warning.lines_lost.iter().map(line)).collect()
}
