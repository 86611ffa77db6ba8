//! L2-penalised logistic regression on standardised features: the plain churn model.
//!
//! Minimises sum log(1 + exp(-y z)) + alpha/2 |w|^2 over coefficients w and an unpenalised intercept, by L-BFGS:
//! Liu & Nocedal (1989), "On the limited memory BFGS method". `alpha` is scikit-learn's 1 / C.
//!
//! Traps of linfa-logistic 0.8.1, read in its source and met here: its "positive" class is the more frequent one,
//! its gradient tolerance is that of the sum over rows, it stops at the iteration limit without an error, and its
//! gradient walks x column by column, so x is handed over column-major.

pub(in crate::model) mod line;

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, ShapeBuilder};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows in one task; fixed, so that sums are the same on any number of threads.
const CHUNK_ROWS: usize = 4096;

/// A returned solution may miss the asked tolerance by this factor before it is refused.
const GRADIENT_SLACK: f64 = 10.0;

#[derive(Debug, Clone, PartialEq)]
pub struct LogisticParams {
    /// Weight of the squared coefficients against the sum of losses over rows; above 0.
    pub alpha: f64,
    pub iterations_max: u64,
    /// Length of the gradient per row at which the solver may stop.
    pub gradient_tolerance: f64,
}

impl Default for LogisticParams {
    /// scikit-learn's penalty; a tolerance that fixes probabilities to about four digits.
    fn default() -> Self {
        Self { alpha: 1.0, iterations_max: 300, gradient_tolerance: 1e-5 }
    }
}

/// A fitted model: P(true) = 1 / (1 + exp(-(intercept + sum of coefficient x value))).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// One per feature, in log-odds per standard deviation.
    pub coefficients: Vec<f64>,
    pub intercept: f64,
    /// Length of the gradient per row at the solution; 0 is the exact optimum.
    pub gradient_norm: f64,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LogisticError {
    #[error("{rows} rows and {labels} labels; at least 2 of each are needed, and a feature")]
    Shape { rows: usize, labels: usize },
    #[error("all {rows} labels are the same")]
    OneClass { rows: usize },
    #[error("row {row}, feature {column} is not finite")]
    NotFinite { row: usize, column: usize },
    #[error("alpha, iterations and gradient tolerance must be above 0 and finite")]
    Params,
    #[error(
        "the solver stopped at a gradient of {gradient_norm:.3e} per row, asked for {tolerance:.3e}, \
         within {iterations_max} iterations; features must be standardised"
    )]
    NotConverged { gradient_norm: f64, tolerance: f64, iterations_max: u64 },
    #[error("logistic regression failed: {0}")]
    Solver(String),
}

/// Fits n x d standardised features to n labels.
///
/// The same rows in the same order give the same bits on any number of threads (linfa's part runs in one).
/// Cost: O(iterations n d), one thread, and a column-major copy of x: 20,000 x 60 took 0.2 s, 100,000 x 60 1.7 s
/// (row-major 3.2 s); more rows gain no accuracy worth them, so the caller samples.
/// A perfect separation ends at bounded coefficients, thanks to alpha.
///
/// # Errors
/// Fewer than two rows, no feature, one class only, a value that is not finite, parameters out of range,
/// or a solver that failed or did not arrive.
pub fn fit(
    x: ArrayView2<'_, f64>,
    labels: &[bool],
    params: &LogisticParams,
) -> Result<Logistic, LogisticError> {
    check(x, labels, params)?;
    let (coefficients, intercept) = solve(x, labels, params)?;
    let mut model = Logistic { coefficients, intercept, gradient_norm: f64::INFINITY };
    model.gradient_norm = gradient_norm(&model, x, labels, params.alpha);
    if model.gradient_norm <= GRADIENT_SLACK * params.gradient_tolerance {
        return Ok(model);
    }
    Err(LogisticError::NotConverged {
        gradient_norm: model.gradient_norm,
        tolerance: params.gradient_tolerance,
        iterations_max: params.iterations_max,
    })
}

impl Logistic {
    /// P(true) for each row of n x d `x`. Cost: O(n d), rows in parallel.
    ///
    /// # Panics
    /// `x` has not as many columns as the model has coefficients.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Vec<f64> {
        assert_eq!(x.ncols(), self.coefficients.len(), "features differ from the fitted ones");
        x.axis_iter(Axis(0)).into_par_iter().map(|row| sigmoid(self.log_odds(row))).collect()
    }

    /// Intercept plus the contributions of one row.
    pub fn log_odds(&self, row: ArrayView1<'_, f64>) -> f64 {
        self.intercept + row.iter().zip(&self.coefficients).map(|(value, weight)| value * weight).sum::<f64>()
    }

    /// What each feature of one standardised row adds to the log-odds of an average customer.
    ///
    /// # Panics
    /// `row` has not as many values as the model has coefficients.
    pub fn contributions(&self, row: &[f64]) -> Vec<f64> {
        assert_eq!(row.len(), self.coefficients.len(), "features differ from the fitted ones");
        row.iter().zip(&self.coefficients).map(|(value, weight)| value * weight).collect()
    }
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn check(x: ArrayView2<'_, f64>, labels: &[bool], params: &LogisticParams) -> Result<(), LogisticError> {
    if x.nrows() != labels.len() || x.nrows() < 2 || x.ncols() == 0 {
        return Err(LogisticError::Shape { rows: x.nrows(), labels: labels.len() });
    }
    let positive = |value: f64| value > 0.0 && value.is_finite();
    if !positive(params.alpha) || !positive(params.gradient_tolerance) || params.iterations_max == 0 {
        return Err(LogisticError::Params);
    }
    if labels.iter().all(|&label| label == labels[0]) {
        return Err(LogisticError::OneClass { rows: labels.len() });
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), _)) => Err(LogisticError::NotFinite { row, column }),
        None => Ok(()),
    }
}

/// Coefficients and intercept for the class `true`, as linfa finds them.
fn solve(
    x: ArrayView2<'_, f64>,
    labels: &[bool],
    params: &LogisticParams,
) -> Result<(Vec<f64>, f64), LogisticError> {
    let mut by_column = Array2::zeros(x.dim().f());
    by_column.assign(&x);
    let dataset = DatasetBase::new(by_column, Array1::from(labels.to_vec()));
    let fitted = LogisticRegression::default()
        .alpha(params.alpha)
        .max_iterations(params.iterations_max)
        .gradient_tolerance(params.gradient_tolerance * labels.len() as f64)
        .fit(&dataset)
        .map_err(|cause| LogisticError::Solver(cause.to_string()))?;
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    Ok((fitted.params().iter().map(|weight| sign * weight).collect(), sign * fitted.intercept()))
}

/// Length of the gradient of the penalised loss, per row.
fn gradient_norm(model: &Logistic, x: ArrayView2<'_, f64>, labels: &[bool], alpha: f64) -> f64 {
    let chunks: Vec<Array1<f64>> = x
        .axis_chunks_iter(Axis(0), CHUNK_ROWS)
        .into_par_iter()
        .zip(labels.par_chunks(CHUNK_ROWS))
        .map(|(rows, labels)| chunk_gradient(model, rows, labels))
        .collect();
    let mut gradient = chunks.into_iter().fold(Array1::<f64>::zeros(x.ncols() + 1), |sum, chunk| sum + chunk);
    for (part, weight) in gradient.iter_mut().zip(&model.coefficients) {
        *part += alpha * weight;
    }
    gradient.dot(&gradient).sqrt() / labels.len() as f64
}

/// The unpenalised gradient over some rows; the intercept's part is last.
fn chunk_gradient(model: &Logistic, rows: ArrayView2<'_, f64>, labels: &[bool]) -> Array1<f64> {
    let mut gradient = Array1::zeros(rows.ncols() + 1);
    for (row, &label) in rows.rows().into_iter().zip(labels) {
        let residual = sigmoid(model.log_odds(row)) - f64::from(u8::from(label));
        for (part, value) in gradient.iter_mut().zip(row.iter().chain([&1.0])) {
            *part += residual * value;
        }
    }
    gradient
}

#[cfg(test)]
mod tests;
