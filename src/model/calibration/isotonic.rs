//! The non-decreasing step function nearest to the labels, with straight lines between its steps.

use serde::{Deserialize, Serialize};

use super::Sample;
use crate::model::isotonic::pool_adjacent_violators;

/// Probabilities at rising scores; straight between neighbours and level beyond both ends, as scikit-learn's
/// `IsotonicRegression(out_of_bounds="clip")` has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isotonic {
    /// Both ends of each block, or its only score.
    pub knots: Vec<Knot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knot {
    pub score: f64,
    pub probability: f64,
}

/// Equal scores are pooled first; the ends are held within Platt's targets.
pub(super) fn fit(sample: &Sample) -> Isotonic {
    let (highest, lowest) = sample.targets();
    let rates = sample.groups.iter().map(|group| {
        let n = group.positives + group.negatives;
        (group.positives / n, n)
    });
    let mut knots = Vec::new();
    for block in pool_adjacent_violators(rates) {
        let probability = block.mean().clamp(lowest, highest);
        let knot = |index: usize| Knot { score: sample.groups[index].score, probability };
        knots.push(knot(block.first));
        if block.last > block.first {
            knots.push(knot(block.last));
        }
    }
    Isotonic { knots }
}

impl Isotonic {
    pub(super) fn probability(&self, score: f64) -> f64 {
        let above = self.knots.partition_point(|knot| knot.score <= score);
        match (above.checked_sub(1).map(|below| self.knots[below]), self.knots.get(above)) {
            _ if score.is_nan() => f64::NAN,
            (Some(below), Some(above)) => between(below, *above, score),
            (Some(end), None) => end.probability,
            (None, Some(end)) => end.probability,
            (None, None) => f64::NAN, // no knots: `check` refuses
        }
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        let sound = |knot: &Knot| knot.score.is_finite() && knot.probability > 0.0 && knot.probability < 1.0;
        if self.knots.is_empty() {
            Err("no knots")
        } else if !self.knots.iter().all(sound) {
            Err("a knot's score is not finite or its probability not within (0, 1)")
        } else if !self.knots.is_sorted_by(|a, b| a.score < b.score && a.probability <= b.probability) {
            Err("knots do not rise")
        } else {
            Ok(())
        }
    }
}

/// Every step of the formula is non-decreasing in `score`, rounding included.
fn between(below: Knot, above: Knot, score: f64) -> f64 {
    // Halved first: the difference of two finite scores can overflow.
    let share = (score / 2.0 - below.score / 2.0) / (above.score / 2.0 - below.score / 2.0);
    (below.probability + (above.probability - below.probability) * share).min(above.probability)
}
