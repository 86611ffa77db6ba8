//! Gradient-boosted trees for a yes-or-no label: the strong churn model.
//!
//! Each round adds one tree, fitted to the gradient of the log loss and shrunk by the learning rate: Friedman (2001),
//! "Greedy Function Approximation: A Gradient Boosting Machine". Splits and leaves are second-order, over histograms
//! of the columns, and rows without a value go to the side that gains more: Chen & Guestrin (2016), "XGBoost".
//! forust-ml grows the trees; the model kept is our own [`Boosted`], so that a stored file is checked, is the same
//! bytes for the same trees, and predicts without the library.
//!
//! Traps of forust-ml 0.8.0, read in its source and met here: it drops infinite values and `f64::MAX` from its sums;
//! its JSON writes hash maps in their own order; a split on a free feature breaks the bounds that a monotone split
//! above it set, so the bounds are put on the finished trees here; where a column had no missing value in training,
//! one that comes later always goes right, so it is sent to the side with more rows here, as scikit-learn does.
//! Its row and column sampling, whose stream is that of `rand`'s changeable `StdRng`, is not used: nothing is random.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

mod columns;
mod tree;

use columns::Columns;
use tree::Tree;

/// Rows that one task predicts; any number gives the same bits, as rows are independent.
const CHUNK_ROWS: usize = 256;

/// One set for every bank: see [`BoostedParams::default`].
#[derive(Debug, Clone, PartialEq)]
pub struct BoostedParams {
    /// Trees at most.
    pub rounds_max: usize,
    /// Share of each tree's step that is taken; in (0, 1].
    pub learning_rate: f32,
    /// Splits between root and leaf at most; 1 to 16.
    pub depth_max: usize,
    /// Least sum of weight x p (1 - p) over the rows of a leaf; above 0.
    pub leaf_weight_min: f32,
    /// Weight of the squared leaf values; at least 0.
    pub l2: f32,
    /// Histogram bins of a column; 2 to 1024.
    pub bins: u16,
    /// Rounds without a smaller log loss on the validation rows after which fitting stops.
    pub patience: usize,
}

impl Default for BoostedParams {
    /// From the middle of a plateau on two public churn tables of 5,000 and 7,043 customers, five folds drawn three
    /// ways: depth 3 or 4, leaf weight 2 to 20, l2 1 to 10, 150 to 300 rounds (500 at rate 0.03) all lie within 0.002
    /// and 0.005 of the best AUC. Depth 5 loses up to 0.003 and 0.007, depth 4 with 500 rounds 0.004 and 0.009.
    fn default() -> Self {
        Self {
            rounds_max: 300,
            learning_rate: 0.05,
            depth_max: 4,
            leaf_weight_min: 5.0,
            l2: 10.0,
            bins: 255,
            patience: 30,
        }
    }
}

/// How the probability may move as a feature grows while all others stand still; missing values are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Monotone {
    #[default]
    Free,
    Increasing,
    Decreasing,
}

/// n rows with d features, NaN where a value is missing.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// n x d; column-major is read in place, any other order is copied once.
    pub x: ArrayView2<'a, f64>,
    pub labels: &'a [bool],
    /// Above 0 and finite, one per row; all 1 where there are none.
    pub weights: Option<&'a [f64]>,
}

/// A fitted model: P(true) = 1 / (1 + exp(-(intercept + the leaf that the row reaches in each tree))).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Stored")]
pub struct Boosted {
    n_features: usize,
    /// Log-odds of the training rows taken together.
    intercept: f64,
    trees: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BoostedError {
    #[error("{rows} rows, {labels} labels and {weights} weights, which must be as many")]
    Lengths { rows: usize, labels: usize, weights: usize },
    #[error("{columns} columns, {expected} expected and at least one")]
    Columns { columns: usize, expected: usize },
    #[error("{rows} rows; two leaves need at least {needed}")]
    TooFewRows { rows: usize, needed: usize },
    #[error("all {rows} labels are the same")]
    OneClass { rows: usize },
    #[error("row {row}, feature {column} is infinite; a missing value is NaN")]
    Infinite { row: usize, column: usize },
    #[error("the weight of row {row} is not above 0 and finite")]
    Weight { row: usize },
    #[error("rounds, learning rate, depth, leaf weight, l2, bins or patience are out of range")]
    Params,
    #[error("gradient boosting failed: {0}")]
    Solver(String),
    #[error("the stored trees are damaged: {0}")]
    Damaged(&'static str),
}

/// Fits trees to `train`; with `validation` rows, as many trees as give them the least log loss.
///
/// `monotone` holds one entry per feature. The same rows in the same order give the same bits on any number of
/// threads; another order of rows changes the last bits of sums, and through them splits that are level, so the
/// caller sorts rows by key. The order of columns decides between splits that are level.
///
/// # Errors
/// Lengths or columns that differ, too few rows for one split, one class only among `train`, an infinite value (or
/// `f64::MAX`), a weight or a parameter out of range.
pub fn fit(
    train: Rows<'_>,
    validation: Option<Rows<'_>>,
    monotone: Option<&[Monotone]>,
    params: &BoostedParams,
) -> Result<Boosted, BoostedError> {
    columns::check_params(params)?;
    let n_features = monotone.map_or(train.x.ncols(), <[Monotone]>::len);
    columns::check_rows(train, n_features)?;
    columns::check_train(train, params)?;
    if let Some(rows) = validation {
        columns::check_rows(rows, n_features)?;
    }
    let (train, validation) = (Columns::new(train), validation.map(Columns::new));
    let evaluation =
        validation.as_ref().map(|rows| vec![(rows.matrix(), &rows.labels[..], &rows.weights[..])]);
    let mut booster = columns::booster(params, monotone);
    booster.early_stopping_rounds = evaluation.is_some().then_some(params.patience);
    booster
        .fit(&train.matrix(), &train.labels, &train.weights, evaluation)
        .map_err(|cause| BoostedError::Solver(cause.to_string()))?;
    let kept = booster.prediction_iteration.unwrap_or(booster.trees.len());
    let had_missing = train.with_missing();
    let trees = booster.trees[..kept].iter().map(|grown| Tree::new(grown, &had_missing, monotone)).collect();
    Boosted { n_features, intercept: booster.base_score, trees }.checked()
}

impl Boosted {
    /// P(true) for each row of n x d `x`. Cost: O(n trees depth), rows in parallel.
    ///
    /// # Panics
    /// `x` has not as many columns as the model was fitted on.
    pub fn predict(&self, x: ArrayView2<'_, f64>) -> Vec<f64> {
        self.log_odds(x).into_iter().map(|log_odds| 1.0 / (1.0 + (-log_odds).exp())).collect()
    }

    /// The log-odds of each row of n x d `x`; finite whatever the rows hold.
    ///
    /// # Panics
    /// As [`Boosted::predict`].
    pub fn log_odds(&self, x: ArrayView2<'_, f64>) -> Vec<f64> {
        assert_eq!(x.ncols(), self.n_features, "features differ from the fitted ones");
        let chunks: Vec<Vec<f64>> =
            x.axis_chunks_iter(Axis(0), CHUNK_ROWS).into_par_iter().map(|rows| self.chunk(rows)).collect();
        chunks.concat()
    }

    /// What each feature of one row adds to [`Boosted::baseline`], so that together they are the row's log-odds.
    ///
    /// Along the row's path each split is credited with the step from the average leaf of the rows above it to that
    /// below it: Saabas (2014), "Interpreting random forests"; XGBoost's `approx_contribs`. A feature that two
    /// customers share may be credited differently in each, as it interacts with the others; exact Shapley values
    /// took over two hundred times as long. Cost: O(trees depth).
    ///
    /// # Panics
    /// `row` has not as many values as the model was fitted on.
    pub fn contributions(&self, row: &[f64]) -> Vec<f64> {
        assert_eq!(row.len(), self.n_features, "features differ from the fitted ones");
        let mut contributions = vec![0.0; row.len()];
        for tree in &self.trees {
            tree.credit(row, &mut contributions);
        }
        contributions
    }

    /// The log-odds averaged over the training rows.
    pub fn baseline(&self) -> f64 {
        self.intercept + self.trees.iter().map(Tree::average).sum::<f64>()
    }

    pub fn n_features(&self) -> usize {
        self.n_features
    }

    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    fn chunk(&self, rows: ArrayView2<'_, f64>) -> Vec<f64> {
        let rows = rows.as_standard_layout();
        let values = rows.as_slice().expect("standard layout");
        let mut log_odds = vec![self.intercept; rows.nrows()];
        for tree in &self.trees {
            for (sum, row) in log_odds.iter_mut().zip(values.chunks_exact(self.n_features)) {
                *sum += tree.leaf(row);
            }
        }
        log_odds
    }

    fn checked(self) -> Result<Self, BoostedError> {
        if self.n_features == 0 || !self.intercept.is_finite() {
            return Err(BoostedError::Damaged("no features or no intercept"));
        }
        self.trees.iter().try_for_each(|tree| tree.check(self.n_features)).map_err(BoostedError::Damaged)?;
        Ok(self)
    }
}

/// What a file holds, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    n_features: usize,
    intercept: f64,
    trees: Vec<Tree>,
}

impl TryFrom<Stored> for Boosted {
    type Error = BoostedError;

    fn try_from(stored: Stored) -> Result<Self, BoostedError> {
        let Stored { n_features, intercept, trees } = stored;
        Boosted { n_features, intercept, trees }.checked()
    }
}

#[cfg(test)]
mod tests;
