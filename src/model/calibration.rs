//! Scores to probabilities, learned on customers that the model did not see.
//!
//! [`Isotonic`] follows any rising curve and needs about a thousand customers and a hundred positives; below that
//! [`Platt`], two numbers, is the safer one (Niculescu-Mizil & Caruana 2005, "Predicting good probabilities").

mod isotonic;
mod platt;

pub use isotonic::Isotonic;
pub use platt::Platt;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    #[error("there is nothing to calibrate on")]
    NoRows,
    #[error("{scores} scores, {labels} labels and {weights} weights")]
    Lengths { scores: usize, labels: usize, weights: usize },
    #[error("the score in row {row} is not finite")]
    NotFinite { row: usize },
    #[error("the weight in row {row} is not above 0 and finite")]
    Weight { row: usize },
    #[error("all {rows} labels are the same")]
    OneClass { rows: usize },
    #[error("the calibration curve did not converge")]
    NotConverged,
}

fn check(scores: &[f64], labels: &[bool], weights: Option<&[f64]>) -> Result<(), CalibrationError> {
    let n_weights = weights.map_or(scores.len(), <[f64]>::len);
    if scores.len() != labels.len() || scores.len() != n_weights {
        return Err(CalibrationError::Lengths {
            scores: scores.len(),
            labels: labels.len(),
            weights: n_weights,
        });
    }
    if scores.is_empty() {
        return Err(CalibrationError::NoRows);
    }
    if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
        return Err(CalibrationError::NotFinite { row });
    }
    let above_zero = |weight: &f64| *weight > 0.0 && weight.is_finite();
    match weights.and_then(|weights| weights.iter().position(|weight| !above_zero(weight))) {
        Some(row) => Err(CalibrationError::Weight { row }),
        None => Ok(()),
    }
}
