//! `cross_sell`: which product for whom.
//!
//! A clause names a customer for a product; he must not hold it, be allowed its risk, and it must be on sale.
//! Offers are ordered by propensity times margin, by propensity alone where no margin is delivered.

use super::propensity::{self, Propensity};
use super::rules::Rules;
use super::{Candidate, List, Night, exclusions};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::store::Population;
use std::collections::BTreeMap;

/// One product for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub row: usize,
    pub product: ProductKind,
    pub rule: String,
    pub propensity: Option<Propensity>,
    /// Currency units a year on a typical purchase.
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
    let propensities = propensity::by_clause(night.store, rules, population, &night.config.lists)?;
    let held = rules.holds(night.store, night.features)?;
    let shelf = Shelf::of(night, rules);
    let mut offers = Vec::new();
    for row in 0..night.n_rows() {
        let mut own: BTreeMap<ProductKind, Offer> = BTreeMap::new();
        for ((clause, holds), propensity) in rules.clauses().iter().zip(&held).zip(&propensities) {
            if !holds[row] || !shelf.is_eligible(night, row, clause.product) {
                continue;
            }
            let margin = shelf.margins.get(&clause.product).copied().flatten();
            let offer = Offer {
                row,
                product: clause.product,
                rule: clause.rule.clone(),
                propensity: *propensity,
                margin,
            };
            // Of several clauses for a product the one with the highest propensity stands.
            own.entry(clause.product)
                .and_modify(|best| {
                    if offer.order() > best.order() {
                        *best = offer.clone()
                    }
                })
                .or_insert(offer);
        }
        let mut own: Vec<Offer> = own.into_values().collect();
        own.sort_by(|a, b| {
            b.order().partial_cmp(&a.order()).expect("orders are finite").then(a.product.cmp(&b.product))
        });
        own.truncate(night.config.lists.cross_sell_per_customer as usize);
        offers.extend(own);
    }
    Ok(offers)
}

/// The best offer of each customer as a row of a manager's list. Offers come grouped by customer, best first.
pub(super) fn candidates(night: &Night<'_>, offers: &[Offer]) -> Vec<Candidate> {
    let best = offers.chunk_by(|a, b| a.row == b.row).map(|own| &own[0]);
    best.map(|offer| {
        let product = night.labels.text("product_kind", offer.product.code());
        let rule = night.labels.text("rule", &offer.rule);
        let reason = night.labels.fill("reason", "cross_sell", &[("product", product), ("rule", rule)]);
        let (expected, probability) = offer.order();
        let mut candidate = Candidate::new(
            offer.row,
            List::CrossSell,
            if expected > 0.0 { expected } else { probability },
            reason,
        );
        candidate.product = Some(offer.product);
        candidate.rule = Some(offer.rule.clone());
        candidate.expected_value = offer.expected_margin();
        candidate
    })
    .collect()
}

/// Whether marketing may use an offer itself.
pub fn is_suppressed(night: &Night<'_>, offer: &Offer) -> Option<&'static str> {
    exclusions::rule(night, offer.row, List::CrossSell)
}

/// What the bank sells.
struct Shelf {
    /// Yearly margin of a typical purchase, by product kind.
    margins: BTreeMap<ProductKind, Option<f64>>,
    /// Lowest risk level among the products of a kind that are on sale; no entry where none is.
    risk: BTreeMap<ProductKind, Option<u8>>,
}

impl Shelf {
    fn of(night: &Night<'_>, rules: &Rules) -> Self {
        let products = &night.store.tables().products;
        let mut shelf = Shelf { margins: BTreeMap::new(), risk: BTreeMap::new() };
        for kind in rules.clauses().iter().map(|clause| clause.product) {
            let on_sale: Vec<_> = products
                .iter()
                .filter(|product| product.product_kind == kind && product.on_sale != Some(false))
                .collect();
            if products.is_empty() || !on_sale.is_empty() {
                shelf.risk.insert(kind, on_sale.iter().filter_map(|product| product.risk_level).min());
            }
            let rates: Vec<f64> = on_sale.iter().filter_map(|product| product.margin_rate).collect();
            shelf.margins.entry(kind).or_insert_with(|| margin_of_typical_purchase(night, kind, &rates));
        }
        shelf
    }

    fn is_eligible(&self, night: &Night<'_>, row: usize, product: ProductKind) -> bool {
        let Some(risk) = self.risk.get(&product) else { return false };
        let fits =
            risk.zip(night.customer(row).risk_level).is_none_or(|(product, customer)| product <= customer);
        let held = night.store.newest_holdings(night.features.customers()[row], night.as_of());
        fits && !held
            .is_some_and(|rows| rows.iter().any(|row| row.product_kind == product && row.balance.0 > 0))
    }
}

/// Mean rate of the kind times the median balance of those who hold it tonight.
fn margin_of_typical_purchase(night: &Night<'_>, kind: ProductKind, rates: &[f64]) -> Option<f64> {
    let mut balances: Vec<f64> = Vec::new();
    for index in night.features.customers() {
        let rows = night.store.newest_holdings(*index, night.as_of())?;
        let own: f64 =
            rows.iter().filter(|row| row.product_kind == kind).map(|row| row.balance.to_units()).sum();
        balances.extend((own > 0.0).then_some(own));
    }
    #[expect(clippy::cast_precision_loss, reason = "products of a bank")]
    let rate = (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)?;
    Some(rate * crate::model::quantile::quantile(&balances, 0.5)?)
}
