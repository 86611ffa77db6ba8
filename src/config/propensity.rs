//! How likely customers are to buy a product: `[propensity]`.

use super::raw::ensure;
use crate::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How likely customers are to buy a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Propensity {
    /// Rows that the models are trained on, and that one month-end is judged on.
    pub sample_max: usize,
    /// Fewer buyers than this: no model of the product.
    pub buyers_min: usize,
    /// Buyers that the rate of those whom the clauses name needs; below, all customers' rate is taken.
    pub clause_buyers_min: usize,
    /// Age in days after which a night learns anew, and an approved model is warned of.
    pub refit_after_days: i32,
    /// Month-ends that a backtest judges offers at.
    pub backtest_origins: usize,
}

impl Propensity {
    pub(super) fn check(&self) -> Result<()> {
        ensure("propensity.sample_max", self.sample_max >= 100, "at least 100")?;
        ensure("propensity.buyers_min", self.buyers_min >= 2, "at least 2")?;
        ensure("propensity.clause_buyers_min", self.clause_buyers_min >= 1, "at least 1")?;
        ensure("propensity.refit_after_days", self.refit_after_days > 0, "over 0")?;
        ensure("propensity.backtest_origins", self.backtest_origins > 0, "over 0")
    }
}
