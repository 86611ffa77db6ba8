//! How likely a customer is to buy a product: how many of those like him bought it in the last 90 days.
//!
//! "Like him" are the customers who did not hold the product 90 days ago and for whom the same clause held
//! then. Where fewer than the configured number bought, all who did not hold the product are taken.

use super::rules::Rules;
use crate::config::Lists;
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::features;
use crate::store::{Population, Store};

/// Over how many days a purchase counts.
pub const PURCHASE_DAYS: i32 = 90;

/// The chance that follows from one clause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Propensity {
    pub probability: f64,
    /// `clause` or `all`.
    pub basis: &'static str,
}

/// One per clause; `None` where no customer was observed without the product.
///
/// # Errors
/// Kind `Internal` if features or rules cannot be evaluated.
pub fn by_clause(
    store: &Store,
    rules: &Rules,
    population: &Population,
    settings: &Lists,
) -> Result<Vec<Option<Propensity>>> {
    let now = population.date;
    let then = Population::of(store, now.plus_days(-PURCHASE_DAYS));
    let features_then = features::build(store, &then, false)?;
    let held_then = rules.holds(store, &features_then)?;
    let holds = |index: u32, date, product| {
        store
            .newest_holdings(index, date)
            .is_some_and(|rows| rows.iter().any(|row| row.product_kind == product && row.balance.0 > 0))
    };
    let rate = |product: ProductKind, is_like_him: &dyn Fn(usize) -> bool| {
        let mut asked = 0u32;
        let mut bought = 0u32;
        for (row, index) in then.members.iter().enumerate() {
            if is_like_him(row) && !holds(*index, then.date, product) {
                asked += 1;
                bought += u32::from(holds(*index, now, product));
            }
        }
        (asked > 0).then(|| (bought, f64::from(bought) / f64::from(asked)))
    };
    if store.newest_holdings(0, then.date).is_none() {
        return Ok(vec![None; rules.clauses().len()]);
    }
    let of_clause = |(clause, held): (&super::rules::Clause, &Vec<bool>)| {
        let own = rate(clause.product, &|row| held[row]);
        match own {
            Some((bought, probability)) if bought as usize >= settings.cross_sell_positives_min => {
                Some(Propensity { probability, basis: "clause" })
            }
            _ => rate(clause.product, &|_| true)
                .map(|(_, probability)| Propensity { probability, basis: "all" }),
        }
    };
    Ok(rules.clauses().iter().zip(&held_then).map(of_clause).collect())
}
