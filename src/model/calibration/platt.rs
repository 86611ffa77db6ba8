//! A line of log-odds fitted to smoothed targets.

use serde::{Deserialize, Serialize};

use super::{CalibrationError, Sample};
use crate::model::logistic::line::{self, Point};

/// P = 1 / (1 + exp(-(intercept + slope x score))); Platt's A and B are -slope and -intercept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platt {
    /// Log-odds per unit of score; 0 or above.
    pub slope: f64,
    pub intercept: f64,
}

/// The likeliest line towards Platt's targets that does not fall.
///
/// A score that runs against the labels gets the level line, which is the likeliest of all that do not fall: the
/// loss is convex, so its minimum over slopes of 0 and above lies at 0 where the free minimum lies below.
pub(super) fn fit(sample: &Sample) -> Result<Platt, CalibrationError> {
    let (of_positive, of_negative) = sample.targets();
    let points: Vec<Point> = sample
        .groups
        .iter()
        .map(|group| Point {
            score: group.score,
            positives: group.positives * of_positive + group.negatives * of_negative,
            negatives: group.positives * (1.0 - of_positive) + group.negatives * (1.0 - of_negative),
        })
        .collect();
    let free = line::fit(&points).ok_or(CalibrationError::NoLine)?;
    let line = if free.slope >= 0.0 { Some(free) } else { line::fit_intercept(&points, 0.0) };
    let line = line.ok_or(CalibrationError::NoLine)?;
    Ok(Platt { slope: line.slope, intercept: line.intercept })
}

impl Platt {
    pub(super) fn probability(&self, score: f64) -> f64 {
        let score = score.clamp(f64::MIN, f64::MAX); // 0 x infinity has no value
        1.0 / (1.0 + (-(self.intercept + self.slope * score)).exp())
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        if !self.slope.is_finite() || !self.intercept.is_finite() {
            Err("slope or intercept is not finite")
        } else if self.slope < 0.0 {
            Err("a slope below 0 reverses the order of scores")
        } else {
            Ok(())
        }
    }
}
