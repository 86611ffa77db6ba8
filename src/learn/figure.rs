//! A figure as stored and shown: its value, and how far chance reaches.

use crate::model::bootstrap::Interval;
use serde::{Deserialize, Serialize};

/// A figure and the middle 95% of what it comes to on customers drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Figure {
    /// A value with the interval that resampling gave, if it did.
    pub fn new(value: f64, interval: Option<Interval>) -> Self {
        Self { value, low: interval.map(|found| found.low), high: interval.map(|found| found.high) }
    }
}
