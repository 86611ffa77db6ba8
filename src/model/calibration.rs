//! Scores to probabilities that mean what they say, learned on customers whom the model was not fitted on.
//!
//! Reads: scores (the model's log-odds) and what became of the customers. Produces: a stored rule and
//! probabilities strictly between 0 and 1. Never: puts a customer below one with a lower score (both rules are
//! non-decreasing; isotonic ones make ties), or depends on the order of rows.
//!
//! | rule | shape | source |
//! |---|---|---|
//! | [`Isotonic`] | any non-decreasing one | Zadrozny & Elkan (2002), "Transforming classifier scores into accurate multiclass probability estimates" |
//! | [`Platt`] | a line of log-odds | Platt (1999), "Probabilistic outputs for support vector machines"; solved as Lin, Lin & Weng (2007) |
//!
//! Neither may claim certainty: a calibration that saw n leavers and m others says nothing above
//! (n + 1) / (n + 2) or below 1 / (m + 2) by isotonic regression. These are the targets that Platt (1999) gives
//! to leavers and others, after Laplace's rule of succession; they change blocks without a leaver or of leavers
//! only, and no other (k of b leavers with 0 < k < b lie between them already).

mod isotonic;
mod platt;

use serde::{Deserialize, Serialize};

pub use isotonic::{Isotonic, Knot};
pub use platt::Platt;

/// Customers that each class needs before isotonic regression is the default.
///
/// scikit-learn's documentation warns of it under about 1,000 samples, after Niculescu-Mizil & Caruana (2005),
/// "Predicting good probabilities with supervised learning"; a thousand with classes of one size hold 500 of
/// each, and where leavers are rare it is they that are few.
pub const ISOTONIC_CLASS_MIN: usize = 500;

/// A probability never comes nearer to 0 or 1 than this, as in [`log_loss`](super::metrics::log_loss).
const CERTAINTY_MARGIN: f64 = f64::EPSILON;

/// Which rule to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Isotonic,
    Platt,
}

impl Method {
    /// Isotonic regression where both classes have [`ISOTONIC_CLASS_MIN`] customers, else Platt's line.
    pub fn by_default_for(labels: &[bool]) -> Self {
        let positives = labels.iter().filter(|&&label| label).count();
        let rarer = positives.min(labels.len() - positives);
        if rarer >= ISOTONIC_CLASS_MIN { Self::Isotonic } else { Self::Platt }
    }
}

/// A fitted rule, as stored with a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Calibration {
    Isotonic(Isotonic),
    Platt(Platt),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    #[error("{scores} scores and {labels} labels")]
    Shape { scores: usize, labels: usize },
    #[error("all {rows} labels are the same")]
    OneClass { rows: usize },
    #[error("the score of row {row} is not finite")]
    NotFinite { row: usize },
    #[error("no line of log-odds could be fitted")]
    NoLine,
    #[error("stored calibration: {0}")]
    Damaged(&'static str),
}

impl Calibration {
    /// Learns the rule from finite scores and labels of the same customers.
    ///
    /// The order of rows changes no bit. Cost: O(n log n), and for Platt about ten passes over distinct scores.
    ///
    /// # Errors
    /// Lengths differ, one class only (no rows have none), a score that is not finite, or scores so far apart
    /// that no line of log-odds fits.
    pub fn fit(method: Method, scores: &[f64], labels: &[bool]) -> Result<Self, CalibrationError> {
        let sample = Sample::of(scores, labels)?;
        Ok(match method {
            Method::Isotonic => Self::Isotonic(isotonic::fit(&sample)),
            Method::Platt => Self::Platt(platt::fit(&sample)?),
        })
    }

    /// Probabilities of `scores`, strictly between 0 and 1; NaN stays NaN, infinities are taken at the ends.
    pub fn apply(&self, scores: &[f64]) -> Vec<f64> {
        scores.iter().map(|&score| self.probability(score)).collect()
    }

    /// The probability of one score; see [`apply`](Self::apply).
    pub fn probability(&self, score: f64) -> f64 {
        let raw = match self {
            Self::Isotonic(rule) => rule.probability(score),
            Self::Platt(rule) => rule.probability(score),
        };
        raw.clamp(CERTAINTY_MARGIN, 1.0 - CERTAINTY_MARGIN)
    }

    /// Whether these parameters can be applied, for rules that were read from a file.
    ///
    /// # Errors
    /// A number that is not finite, a probability outside (0, 1), or a rule that would reverse an order.
    pub fn check(&self) -> Result<(), CalibrationError> {
        match self {
            Self::Isotonic(rule) => rule.check(),
            Self::Platt(rule) => rule.check(),
        }
        .map_err(CalibrationError::Damaged)
    }
}

/// ln(p / (1 - p)), with p held off 0 and 1 by `f64::EPSILON`: the scale that [`Calibration`] is fitted on.
pub fn log_odds(probability: f64) -> f64 {
    let p = probability.clamp(CERTAINTY_MARGIN, 1.0 - CERTAINTY_MARGIN);
    (p / (1.0 - p)).ln()
}

/// Customers by distinct score, lowest first.
struct Sample {
    groups: Vec<Group>,
    positives: f64,
    negatives: f64,
}

struct Group {
    score: f64,
    positives: f64,
    negatives: f64,
}

impl Sample {
    fn of(scores: &[f64], labels: &[bool]) -> Result<Self, CalibrationError> {
        if scores.len() != labels.len() {
            return Err(CalibrationError::Shape { scores: scores.len(), labels: labels.len() });
        }
        if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
            return Err(CalibrationError::NotFinite { row });
        }
        let mut rows: Vec<(f64, bool)> =
            scores.iter().map(|score| score + 0.0).zip(labels.iter().copied()).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let groups: Vec<Group> = rows.chunk_by(|a, b| a.0 == b.0).map(Group::of).collect();
        let positives = groups.iter().map(|group| group.positives).sum();
        let negatives = groups.iter().map(|group| group.negatives).sum();
        if positives == 0.0 || negatives == 0.0 {
            return Err(CalibrationError::OneClass { rows: labels.len() });
        }
        Ok(Self { groups, positives, negatives })
    }

    /// What Platt (1999) gives to positives and negatives in place of 1 and 0.
    fn targets(&self) -> (f64, f64) {
        ((self.positives + 1.0) / (self.positives + 2.0), 1.0 / (self.negatives + 2.0))
    }
}

impl Group {
    fn of(tied: &[(f64, bool)]) -> Self {
        let positives = tied.iter().filter(|row| row.1).count() as f64;
        Self { score: tied[0].0, positives, negatives: tied.len() as f64 - positives }
    }
}

#[cfg(test)]
mod tests;
