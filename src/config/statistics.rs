//! The cube of statistics: its months, its bands, and who is a key customer.

use super::raw::ensure;
use crate::error::Result;
use crate::features::TIER_MONTHS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The cube of statistics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// Months, quarters and years are published that end within so many complete months, from 1 to 36.
    pub months: i32,
    /// Lower limits of the bands by a month's average deposits, in currency units; rising.
    pub deposit_bands: Vec<f64>,
    /// Lower limits of the bands by loans at the end of the month, in currency units; rising.
    pub loan_bands: Vec<f64>,
    /// Key customers are those of tiers from this one, 0 to 4.
    pub key_tier_min: u8,
}

impl Statistics {
    pub(super) fn check(&self) -> Result<()> {
        let months = format!("from 1 to {TIER_MONTHS}");
        ensure("statistics.months", (1..=TIER_MONTHS).contains(&self.months), &months)?;
        for (key, limits) in [("deposit_bands", &self.deposit_bands), ("loan_bands", &self.loan_bands)] {
            let is_sound = limits.iter().all(|limit| (0.01..1e15).contains(limit))
                && limits.windows(2).all(|pair| pair[0] + 0.01 <= pair[1])
                && !limits.is_empty();
            ensure(&format!("statistics.{key}"), is_sound, "over 0 and rising")?;
        }
        ensure("statistics.key_tier_min", self.key_tier_min <= 4, "from 0 to 4")
    }
}
