//! Which product for whom tonight.
//!
//! A clause names a customer for a product; he must not hold it, be allowed its risk, and it must be on sale. Offers are
//! ordered by propensity times margin, by propensity alone where no margin is known.

use super::facts::Facts;
use super::model::{ProductModel, PropensityModel};
use super::rows::is_named;
use super::rules::{Holding, Rules};
use super::score::{Scored, probabilities};
use super::shelf::{Holders, Shelf};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::features::FeatureTable;
use crate::store::{Bank, Excerpt};
use rayon::prelude::*;

/// Customers that one task looks at; their facts are held no longer.
const BLOCK_ROWS: usize = 4096;

/// What offers are drawn up from.
#[derive(Clone, Copy)]
pub struct Tonight<'a> {
    pub bank: &'a Bank,
    /// The rows that facts look at; see [`looks_at_transaction`](super::looks_at_transaction).
    pub rows: &'a Excerpt<'a>,
    pub features: &'a FeatureTable,
    pub rules: &'a Rules,
    /// See [`needs_known_risk`](super::needs_known_risk).
    pub needs_known_risk: bool,
    /// Products offered to one customer at most.
    pub per_customer: usize,
}

/// One product for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Row of the feature table.
    pub row: usize,
    pub product: ProductKind,
    pub rule: String,
    pub propensity: Option<Propensity>,
    /// Currency units a year, should he buy as others did.
    pub margin: Option<f64>,
}

/// The chance that he buys within [`PURCHASE_DAYS`](super::PURCHASE_DAYS).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Propensity {
    pub probability: f64,
    /// `trees` or `logistic`; `clause` or `all` where it is a rate.
    pub basis: &'static str,
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

/// Offers of the night, by row and best first within a customer, at most so many each; none without balances, since
/// nobody knows then who holds what.
///
/// # Errors
/// Kind `Internal` if the model does not fit the features.
pub fn offers(tonight: &Tonight<'_>, model: Option<&PropensityModel>) -> Result<Vec<Offer>> {
    if !tonight.bank.calendar().has_balances_on(tonight.features.as_of) {
        return Ok(Vec::new());
    }
    let shelf = Shelf::of(tonight.bank, tonight.rules, &tonight.holders(), tonight.needs_known_risk);
    let n = tonight.features.n_customers();
    let blocks: Vec<Result<Vec<Offer>>> = (0..n)
        .into_par_iter()
        .step_by(BLOCK_ROWS)
        .map(|from| Block::of(tonight, from..(from + BLOCK_ROWS).min(n)).offers(tonight, &shelf, model))
        .collect();
    Ok(blocks.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

impl Tonight<'_> {
    fn facts(&self, row: usize) -> Facts {
        let history = self.rows.history(self.features.customers()[row]);
        let facts = Facts::of(&history, self.bank.calendar(), self.features.as_of);
        facts.expect("balances are known on the night")
    }

    fn holders(&self) -> Holders {
        let (products, assets) = (self.rules.products(), self.features.column("aum"));
        let of_block = |from: usize| {
            let mut holders = Holders::default();
            for (row, assets) in assets.iter().enumerate().skip(from).take(BLOCK_ROWS) {
                holders.add(&products, &self.facts(row), *assets);
            }
            holders
        };
        let blocks: Vec<Holders> =
            (0..self.features.n_customers()).into_par_iter().step_by(BLOCK_ROWS).map(of_block).collect();
        let mut whole = Holders::default();
        blocks.into_iter().for_each(|block| whole.merge(block));
        whole
    }
}

/// Neighbouring rows with their facts.
struct Block {
    from: usize,
    facts: Vec<Facts>,
    holding: Vec<Holding>,
}

impl Block {
    fn of(tonight: &Tonight<'_>, rows: std::ops::Range<usize>) -> Self {
        let (from, over) = (rows.start, tonight.rules.over(tonight.features));
        let as_of = tonight.features.as_of;
        let facts: Vec<Facts> = rows.map(|row| tonight.facts(row)).collect();
        let holding = facts.iter().enumerate().map(|(at, facts)| {
            let index = tonight.features.customers()[from + at];
            over.holding(from + at, facts, tonight.bank.unread(index).as_known_on(as_of))
        });
        let holding = holding.collect();
        Self { from, facts, holding }
    }

    fn offers(
        &self,
        tonight: &Tonight<'_>,
        shelf: &Shelf,
        model: Option<&PropensityModel>,
    ) -> Result<Vec<Offer>> {
        let mut of_row: Vec<Vec<Offer>> = self.facts.iter().map(|_| Vec::new()).collect();
        let assets = tonight.features.column("aum");
        for product in shelf.products() {
            let model = model.and_then(|model| model.product(product));
            let eligible = self.eligible(tonight, shelf, product);
            let found = match model {
                Some(model) => probabilities(model, tonight.features, &eligible)?,
                None => None,
            };
            for (place, scored) in eligible.iter().enumerate() {
                let at = scored.row - self.from;
                of_row[at].push(Offer {
                    row: scored.row,
                    product,
                    rule: rule(tonight.rules, product, self.holding[at], model),
                    propensity: found
                        .as_ref()
                        .zip(model)
                        .map(|(found, model)| Propensity { probability: found[place], basis: model.basis() }),
                    margin: shelf.margin(product, assets[scored.row]),
                });
            }
        }
        for own in &mut of_row {
            own.sort_by(|a, b| {
                b.order().partial_cmp(&a.order()).expect("orders are finite").then(a.product.cmp(&b.product))
            });
            own.truncate(tonight.per_customer);
        }
        Ok(of_row.into_iter().flatten().collect())
    }

    /// Whom a clause names, who does not hold it and whose risk it fits.
    fn eligible(&self, tonight: &Tonight<'_>, shelf: &Shelf, product: ProductKind) -> Vec<Scored<'_>> {
        let customer = |row: usize| tonight.bank.customer(tonight.features.customers()[row]);
        let rows = self.facts.iter().zip(&self.holding).zip(self.from..);
        rows.filter(|((facts, holding), row)| {
            is_named(tonight.rules, product, **holding)
                && !facts.held.has(product)
                && shelf.fits(customer(*row), product)
        })
        .map(|((facts, _), row)| Scored { row, facts, is_named: true })
        .collect()
    }
}

/// Of the clauses that hold, the one whose customers bought most often: what best says why. The first of the file where
/// nothing is known.
fn rule(rules: &Rules, product: ProductKind, holding: Holding, model: Option<&ProductModel>) -> String {
    let own = rules.clauses().iter().enumerate();
    let own = own.filter(|(place, clause)| clause.product == product && holding.has(*place));
    let rate = |rule: &str| model.and_then(|model| model.rate_of(rule)).unwrap_or(0.0);
    let mut best: Option<(f64, &str)> = None;
    for (_, clause) in own {
        let rate = rate(&clause.rule);
        if best.is_none_or(|(known, _)| rate > known) {
            best = Some((rate, &clause.rule));
        }
    }
    best.expect("a named customer has a clause").1.to_owned()
}
