//! `cross_sell`: the best offer of each customer as a row of a manager's list.

use super::{Candidate, List, Night};
use crate::cross_sell::Offer;

/// Small enough never to outweigh a hundredth of expected margin.
const PROPENSITY_TIE_BREAK: f64 = 1e-3;

/// What nobody bought lately is not worth a call. Offers come grouped by customer, best first.
pub(super) fn candidates(night: &Night<'_>, offers: &[Offer]) -> Vec<Candidate> {
    let is_bought = |offer: &&Offer| offer.propensity.is_none_or(|propensity| propensity.probability > 0.0);
    let best = offers.chunk_by(|a, b| a.row == b.row).filter_map(|own| own.iter().find(is_bought));
    best.map(|offer| {
        let product = night.product(offer.product);
        let rule = night.labels.text("rule", &offer.rule);
        let reason = night.reason("cross_sell", &[("product", product), ("rule", rule)]);
        let (expected, probability) = offer.order();
        let order = expected + PROPENSITY_TIE_BREAK * probability;
        let mut candidate = Candidate::new(offer.row, List::CrossSell, order, vec![reason]);
        candidate.product = Some(offer.product);
        candidate.rule = Some(offer.rule.clone());
        candidate.expected_value = offer.expected_margin();
        candidate
    })
    .collect()
}
