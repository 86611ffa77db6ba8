//! How likely a customer is to buy a product: how many of those like him bought it in the last 90 days.
//!
//! "Like him" are the customers who did not hold the product 90 days ago and for whom the same clause held
//! then. Where fewer than the configured number bought, all who did not hold the product are taken.

use super::Night;
use super::held::Held;
use super::rules::{Clause, Rules};
use crate::contract::codes::ProductKind;
use crate::error::Result;
use crate::features;
use crate::store::Population;

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
    night: &Night<'_>,
    rules: &Rules,
    population: &Population,
    held_now: &Held,
) -> Result<Vec<Option<Propensity>>> {
    let (bank, rows) = (night.bank, night.rows);
    let then = Population::of(bank, population.date.plus_days(-PURCHASE_DAYS));
    let Some(held_then) = Held::on(bank, rows, then.date) else {
        return Ok(vec![None; rules.clauses().len()]);
    };
    let features_then = features::build_one(bank, &then, &night.config.value.cost_to_serve.rates())?;
    let clauses = rules.holds(rows, &features_then)?;
    let rate = |product: ProductKind, is_like_him: &dyn Fn(usize) -> bool| {
        let (mut asked, mut bought) = (0u32, 0u32);
        for (row, index) in then.members.iter().enumerate() {
            if is_like_him(row) && !held_then.has(*index, product) {
                asked += 1;
                bought += u32::from(held_now.has(*index, product));
            }
        }
        (asked > 0).then(|| (bought, f64::from(bought) / f64::from(asked)))
    };
    let of_clause = |(clause, holds): (&Clause, &Vec<bool>)| match rate(clause.product, &|row| holds[row]) {
        Some((bought, probability)) if bought as usize >= night.config.lists.cross_sell_positives_min => {
            Some(Propensity { probability, basis: "clause" })
        }
        _ => rate(clause.product, &|_| true).map(|(_, probability)| Propensity { probability, basis: "all" }),
    };
    Ok(rules.clauses().iter().zip(&clauses).map(of_clause).collect())
}
