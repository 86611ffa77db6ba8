//! Checked rows in the form that forust-ml wants, and its settings.

use super::{BoostedError, BoostedParams, Monotone, Rows};
use forust_ml::constraints::{Constraint, ConstraintMap};
use forust_ml::{GradientBooster, Matrix};
use ndarray::CowArray;
use std::borrow::Cow;

/// The hessian of the log loss, p (1 - p), is at most a quarter, so a leaf takes four rows per unit of its weight.
const ROWS_PER_LEAF_WEIGHT: f32 = 4.0;

/// Rows column by column, labels as 0 and 1, a weight for each.
pub(super) struct Columns<'a> {
    /// d x n, row-major.
    by_column: CowArray<'a, f64, ndarray::Ix2>,
    pub(super) labels: Vec<f64>,
    pub(super) weights: Cow<'a, [f64]>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(rows: Rows<'a>) -> Self {
        let turned = rows.x.reversed_axes();
        let by_column = match turned.is_standard_layout() {
            true => CowArray::from(turned),
            false => CowArray::from(turned.as_standard_layout().into_owned()),
        };
        let labels = rows.labels.iter().map(|&label| f64::from(u8::from(label))).collect();
        let weights = rows.weights.map_or_else(|| Cow::from(vec![1.0; rows.labels.len()]), Cow::from);
        Self { by_column, labels, weights }
    }

    pub(super) fn matrix(&self) -> Matrix<'_, f64> {
        let values = self.by_column.as_slice().expect("standard layout");
        Matrix::new(values, self.labels.len(), self.by_column.nrows())
    }

    pub(super) fn with_missing(&self) -> Vec<bool> {
        self.by_column.rows().into_iter().map(|column| column.iter().any(|value| value.is_nan())).collect()
    }
}

pub(super) fn booster(params: &BoostedParams, monotone: Option<&[Monotone]>) -> GradientBooster {
    let constraint = |monotone: &Monotone| match monotone {
        Monotone::Free => None,
        Monotone::Increasing => Some(Constraint::Positive),
        Monotone::Decreasing => Some(Constraint::Negative),
    };
    let constraints: ConstraintMap = monotone
        .unwrap_or_default()
        .iter()
        .enumerate()
        .filter_map(|(column, monotone)| Some((column, constraint(monotone)?)))
        .collect();
    GradientBooster::default()
        .set_iterations(params.rounds_max)
        .set_learning_rate(params.learning_rate)
        .set_max_depth(params.depth_max)
        .set_min_leaf_weight(params.leaf_weight_min)
        .set_l2(params.l2)
        .set_nbins(params.bins)
        .set_monotone_constraints((!constraints.is_empty()).then_some(constraints))
        .set_tiled_histograms(true)
}

pub(super) fn check_params(params: &BoostedParams) -> Result<(), BoostedError> {
    let in_range = params.rounds_max > 0
        && params.learning_rate > 0.0
        && params.learning_rate <= 1.0
        && (1..=16).contains(&params.depth_max)
        && params.leaf_weight_min > 0.0
        && params.leaf_weight_min.is_finite()
        && params.l2 >= 0.0
        && params.l2.is_finite()
        && (2..=1024).contains(&params.bins)
        && params.patience > 0;
    if in_range { Ok(()) } else { Err(BoostedError::Params) }
}

/// What `train` alone must also be: both classes, and rows for two leaves.
pub(super) fn check_train(train: Rows<'_>, params: &BoostedParams) -> Result<(), BoostedError> {
    let rows = train.labels.len();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "above 0; a huge number saturates"
    )]
    let needed = (2.0 * ROWS_PER_LEAF_WEIGHT * params.leaf_weight_min).ceil() as usize;
    if rows < needed.max(2) {
        return Err(BoostedError::TooFewRows { rows, needed: needed.max(2) });
    }
    if train.labels.iter().all(|&label| label == train.labels[0]) {
        return Err(BoostedError::OneClass { rows });
    }
    Ok(())
}

pub(super) fn check_rows(rows: Rows<'_>, columns: usize) -> Result<(), BoostedError> {
    let (n_rows, n_columns) = rows.x.dim();
    let weights = rows.weights.map_or(n_rows, <[f64]>::len);
    if n_rows != rows.labels.len() || n_rows != weights {
        return Err(BoostedError::Lengths { rows: n_rows, labels: rows.labels.len(), weights });
    }
    if n_columns != columns || n_columns == 0 {
        return Err(BoostedError::Columns { columns: n_columns, expected: columns });
    }
    let weight = |value: f64| value > 0.0 && value.is_finite();
    if let Some(row) = rows.weights.and_then(|weights| weights.iter().position(|&value| !weight(value))) {
        return Err(BoostedError::Weight { row });
    }
    match rows.x.indexed_iter().find(|(_, value)| value.abs() >= f64::MAX) {
        Some(((row, column), _)) => Err(BoostedError::Infinite { row, column }),
        None => Ok(()),
    }
}
