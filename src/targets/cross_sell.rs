//! `cross_sell`: which product for whom.
//!
//! A clause names a customer for a product; he must not hold it, be allowed its risk, and it must be on sale.
//! Offers are ordered by propensity times margin, by propensity alone where no margin is delivered.

use super::held::Held;
use super::propensity::{self, Propensity};
use super::rules::Rules;
use super::shelf::Shelf;
use super::{Candidate, List, Night};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::store::Population;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// One product for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub row: usize,
    pub product: ProductKind,
    pub rule: String,
    pub propensity: Option<Propensity>,
    /// Currency units a year, should he buy as others did.
    pub margin: Option<f64>,
}

impl Offer {
    /// Propensity times margin; `None` where either is not known.
    pub fn expected_margin(&self) -> Option<f64> {
        Some(self.propensity?.probability * self.margin?)
    }

    /// What offers are ordered by.
    pub fn order(&self) -> (f64, f64) {
        (
            self.expected_margin().unwrap_or(0.0),
            self.propensity.map_or(0.0, |propensity| propensity.probability),
        )
    }
}

/// Offers of the night, best first within a customer, at most `lists.cross_sell_per_customer` each.
///
/// # Errors
/// Kind `Internal` if features or rules cannot be evaluated.
pub fn offers(night: &Night<'_>, population: &Population, rules: &Rules) -> Result<Vec<Offer>> {
    let Some(held) = Held::on(night.bank, night.as_of()) else { return Ok(Vec::new()) };
    let propensities = propensity::by_clause(night.bank, rules, population, &held, night.config)?;
    let clauses = rules.holds(night.bank, night.features)?;
    let (shelf, assets) = (Shelf::of(night, rules), night.features.column("aum"));
    let of_row = |row: usize| {
        let index = night.features.customers()[row];
        let mut own: BTreeMap<ProductKind, Offer> = BTreeMap::new();
        for ((clause, holds), propensity) in rules.clauses().iter().zip(&clauses).zip(&propensities) {
            let product = clause.product;
            if !holds[row] || held.has(index, product) || !shelf.fits(night, row, product) {
                continue;
            }
            let margin = shelf.margin(product, assets[row]);
            let offer = Offer { row, product, rule: clause.rule.clone(), propensity: *propensity, margin };
            // Of several clauses for a product the best one stands.
            if own.get(&product).is_none_or(|best| offer.order() > best.order()) {
                own.insert(product, offer);
            }
        }
        let mut own: Vec<Offer> = own.into_values().collect();
        own.sort_by(|a, b| {
            b.order().partial_cmp(&a.order()).expect("orders are finite").then(a.product.cmp(&b.product))
        });
        own.truncate(night.config.lists.cross_sell_per_customer as usize);
        own
    };
    Ok((0..night.n_rows()).into_par_iter().flat_map_iter(of_row).collect())
}

/// Small enough never to outweigh a hundredth of expected margin.
const PROPENSITY_TIE_BREAK: f64 = 1e-3;

/// The best offer of each customer as a row of a manager's list; what nobody bought lately is not worth a call.
/// Offers come grouped by customer, best first.
pub(super) fn candidates(night: &Night<'_>, offers: &[Offer]) -> Vec<Candidate> {
    let is_bought = |offer: &&Offer| offer.propensity.is_none_or(|propensity| propensity.probability > 0.0);
    let best = offers.chunk_by(|a, b| a.row == b.row).filter_map(|own| own.iter().find(is_bought));
    best.map(|offer| {
        let product = night.labels.text("product_kind", offer.product.code());
        let rule = night.labels.text("rule", &offer.rule);
        let reason = night.labels.fill("reason", "cross_sell", &[("product", product), ("rule", rule)]);
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
