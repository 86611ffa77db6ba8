//! Figures of scores that are probabilities. Sums run over falling probabilities, so no order of rows changes a bit.

use super::ranked::{Ranking, Tied};
use crate::model::calibration::log_odds;
use crate::model::logistic::line::{self, Point};

/// Where the log-odds of what happens lie against those that were forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationLine {
    /// 1 is best; below it forecasts are too extreme, above it too timid.
    pub slope: f64,
    /// What is added at forecast log-odds of 0, together with `slope`; 0 is best where the slope is 1.
    pub intercept: f64,
    /// What would have to be added to all log-odds (slope 1) for the mean forecast to be the observed rate;
    /// 0 is best, below it forecasts are too high.
    pub in_the_large: f64,
}

impl Ranking {
    /// Mean squared difference between probability and outcome, 0 best; `None` without rows.
    ///
    /// Source: Brier (1950), "Verification of forecasts expressed in terms of probability".
    pub fn brier(&self) -> Option<f64> {
        self.mean(squared_difference)
    }

    /// Brier skill score: 1 - (Brier score / that of saying `base_rate` of everybody); 1 best, 0 no better.
    ///
    /// `base_rate` is what was known before the outcome, such as the rate at the training origins. `None` without
    /// rows, or where the rate alone is never wrong.
    /// Source: Murphy (1973), "Hedging and skill scores for probability forecasts".
    pub fn brier_skill(&self, base_rate: f64) -> Option<f64> {
        let reference = self.mean(|tied| squared_difference(&Tied { score: base_rate, ..*tied }))?;
        (reference > 0.0).then_some(1.0 - self.brier()? / reference)
    }

    /// Mean of -ln(probability given to what happened), in nats; `None` without rows.
    ///
    /// Probabilities are held off 0 and 1 by `f64::EPSILON`, as scikit-learn does, so that one certain miss stays
    /// finite.
    pub fn log_loss(&self) -> Option<f64> {
        self.mean(|tied| {
            let p = tied.score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            let of_positives = if tied.positives > 0 { tied.positives as f64 * p.ln() } else { 0.0 };
            let of_negatives = if tied.negatives > 0 { tied.negatives as f64 * (1.0 - p).ln() } else { 0.0 };
            -(of_positives + of_negatives)
        })
    }

    /// Logistic regression of the outcome on the log-odds of the probability, which are held off the ends as in
    /// [`log_loss`](Self::log_loss).
    ///
    /// `None` where no line is the likeliest: with one class only, or with scores that part the classes entirely.
    /// Cost: about ten passes over distinct scores.
    /// Source: Cox (1958), "Two further applications of a model for binary regression", Biometrika 45; the names
    /// are those of Van Calster et al. (2016), "A calibration hierarchy for risk models was defined".
    pub fn calibration_line(&self) -> Option<CalibrationLine> {
        if !self.classes_overlap() {
            return None;
        }
        let points: Vec<Point> = self
            .groups
            .iter()
            .map(|tied| Point {
                score: log_odds(tied.score),
                positives: tied.positives as f64,
                negatives: tied.negatives as f64,
            })
            .collect();
        let free = line::fit(&points)?;
        let in_the_large = line::fit_intercept(&points, 1.0)?.intercept;
        Some(CalibrationLine { slope: free.slope, intercept: free.intercept, in_the_large })
    }

    /// Whether some positive stands above some negative and the other way round, without which the likelihood of
    /// a line has no maximum (Albert & Anderson 1984).
    fn classes_overlap(&self) -> bool {
        let first = |has: fn(&Tied) -> bool| self.groups.iter().position(has);
        let last = |has: fn(&Tied) -> bool| self.groups.iter().rposition(has);
        let positive = |tied: &Tied| tied.positives > 0;
        let negative = |tied: &Tied| tied.negatives > 0;
        first(positive).is_some()
            && first(negative).is_some()
            && first(positive) < last(negative)
            && first(negative) < last(positive)
    }

    fn mean(&self, sum_of: impl Fn(&Tied) -> f64) -> Option<f64> {
        (!self.groups.is_empty()).then(|| self.groups.iter().map(sum_of).sum::<f64>() / self.n() as f64)
    }
}

fn squared_difference(tied: &Tied) -> f64 {
    tied.positives as f64 * (1.0 - tied.score).powi(2) + tied.negatives as f64 * tied.score.powi(2)
}
