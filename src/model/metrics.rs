//! How good a churn score is. No function here depends on the order of rows: equal scores are taken together.
//!
//! Scores are any finite numbers, higher meaning likelier; probabilities are 0 to 1; values are money of any one
//! unit. All panic where scores, labels or values differ in length, which is a fault of the caller, and give
//! `None` where the number is not defined.
//!
//! Each figure is a method of [`Ranking`], which knows the customers only by distinct score; the functions below
//! sort once for one figure. Who wants many figures of one score, or intervals, sorts once by
//! [`ScoredRows::ranked`].
//!
//! | file | figures |
//! |---|---|
//! | `ranked` | none: rows sorted once, and counted as often as drawn |
//! | `order` | AUC, average precision: of the order alone |
//! | `top` | lift, capture, precision and value among the best-scored |
//! | `suggestions` | average precision of one customer's suggestions |
//! | `forecast` | Brier, its skill, log loss, calibration line: of probabilities |

mod forecast;
mod order;
mod ranked;
mod suggestions;
mod top;

pub use forecast::CalibrationLine;
pub use ranked::{RankedRows, Ranking, ScoredRows, Tied};
pub use suggestions::suggestion_average_precision;
pub use top::TopShare;

/// Share of true labels; `None` without labels.
pub fn base_rate(labels: &[bool]) -> Option<f64> {
    let positives = labels.iter().filter(|&&label| label).count();
    (!labels.is_empty()).then(|| positives as f64 / labels.len() as f64)
}

/// See [`Ranking::auc`]; also `None` with a NaN score. Cost: O(n log n), as for all that follow.
pub fn auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    ranking(scores, labels)?.auc()
}

/// See [`Ranking::average_precision`]; also `None` with a NaN score.
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    ranking(scores, labels)?.average_precision()
}

/// See [`Ranking::top_share`]; also `None` with a NaN score.
pub fn top_share(scores: &[f64], labels: &[bool], share: f64) -> Option<TopShare> {
    ranking(scores, labels)?.top_share(share)
}

/// See [`Ranking::top`]; also `None` with a NaN score.
pub fn top(scores: &[f64], labels: &[bool], n_top: usize) -> Option<TopShare> {
    ranking(scores, labels)?.top(n_top)
}

/// See [`Ranking::value_capture`]; also `None` with a NaN score.
pub fn value_capture(scores: &[f64], labels: &[bool], values: &[f64], n_top: usize) -> Option<f64> {
    ScoredRows { values: Some(values), ..ScoredRows::new(scores, labels) }.ranking()?.value_capture(n_top)
}

/// See [`Ranking::brier`]; also `None` with a NaN.
pub fn brier(probabilities: &[f64], labels: &[bool]) -> Option<f64> {
    ranking(probabilities, labels)?.brier()
}

/// See [`Ranking::brier_skill`]; also `None` with a NaN.
pub fn brier_skill(probabilities: &[f64], labels: &[bool], base_rate: f64) -> Option<f64> {
    ranking(probabilities, labels)?.brier_skill(base_rate)
}

/// See [`Ranking::log_loss`]; also `None` with a NaN.
pub fn log_loss(probabilities: &[f64], labels: &[bool]) -> Option<f64> {
    ranking(probabilities, labels)?.log_loss()
}

/// See [`Ranking::calibration_line`]; also `None` with a NaN.
pub fn calibration_line(probabilities: &[f64], labels: &[bool]) -> Option<CalibrationLine> {
    ranking(probabilities, labels)?.calibration_line()
}

fn ranking(scores: &[f64], labels: &[bool]) -> Option<Ranking> {
    ScoredRows::new(scores, labels).ranking()
}

#[cfg(test)]
mod tests;
