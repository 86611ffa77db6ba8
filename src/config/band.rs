//! Bands of probability, for people who do not read decimals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How likely a loss is, by the limits in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Low,
    Raised,
    High,
    VeryHigh,
}

impl Band {
    /// `limits` are the lower limits of raised, high and very high.
    pub fn of(probability: f64, limits: &[f64; 3]) -> Self {
        match limits.iter().filter(|limit| probability >= **limit).count() {
            0 => Band::Low,
            1 => Band::Raised,
            2 => Band::High,
            _ => Band::VeryHigh,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Band::Low => "low",
            Band::Raised => "raised",
            Band::High => "high",
            Band::VeryHigh => "very_high",
        }
    }
}
