//! The two kinds of model behind a probability: a logistic regression, and gradient-boosted trees.
//!
//! Both read the same inputs and give log-odds that are calibrated afterwards. The trees are held to the
//! direction in which the field knows an input to work, so that no customer is told that a complaint keeps him.

use super::champion::Settings;
use super::sample::{Input, Sample};
use crate::error::{Error, Result};
use crate::model::boosted::{self, Boosted, BoostedParams, Monotone, Rows};
use crate::model::logistic::{self, Logistic, LogisticParams};
use crate::model::taming::{FeatureSpec, Taming};
use ndarray::{Array2, Axis, ShapeBuilder};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Which kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    Logistic,
    Trees,
}

impl Algorithm {
    pub const ALL: [Algorithm; 2] = [Algorithm::Logistic, Algorithm::Trees];

    pub fn code(self) -> &'static str {
        match self {
            Algorithm::Logistic => "logistic",
            Algorithm::Trees => "trees",
        }
    }
}

/// A fitted model, not yet calibrated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "algorithm", rename_all = "snake_case")]
pub enum Scorer {
    Logistic {
        taming: Taming,
        logistic: Logistic,
    },
    Trees {
        /// In the order of the model's columns.
        features: Vec<String>,
        boosted: Boosted,
    },
}

impl Scorer {
    /// Fits one kind; trees stop where `stopping` rows, if any, gain nothing more. The inner error is a reason that
    /// people read.
    ///
    /// # Errors
    /// Kind `Internal` if the features cannot be tamed, which is a fault of ours.
    pub fn fit(
        algorithm: Algorithm,
        train: &Sample,
        stopping: Option<&Sample>,
        rounds_max: Option<usize>,
        settings: &Settings,
    ) -> Result<Result<Self, String>> {
        match algorithm {
            Algorithm::Logistic => fit_logistic(train, settings),
            Algorithm::Trees => Ok(fit_trees(train, stopping, rounds_max)),
        }
    }

    pub fn algorithm(&self) -> Algorithm {
        match self {
            Scorer::Logistic { .. } => Algorithm::Logistic,
            Scorer::Trees { .. } => Algorithm::Trees,
        }
    }

    /// Trees of a boosted model.
    pub fn n_trees(&self) -> Option<usize> {
        match self {
            Scorer::Logistic { .. } => None,
            Scorer::Trees { boosted, .. } => Some(boosted.n_trees()),
        }
    }

    /// The features that it reads, in its order.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Scorer::Logistic { taming, .. } => taming.names().collect(),
            Scorer::Trees { features, .. } => features.iter().map(String::as_str).collect(),
        }
    }

    /// Log-odds per row; `columns` are those of [`names`](Self::names).
    ///
    /// # Errors
    /// Kind `Internal` if the columns differ in length.
    pub fn scores(&self, columns: &[&[f64]]) -> Result<Vec<f64>> {
        let mut scores = Vec::with_capacity(columns.first().map_or(0, |column| column.len()));
        for block in blocks(columns) {
            scores.extend(self.scores_of_block(&block)?);
        }
        Ok(scores)
    }

    fn scores_of_block(&self, columns: &[&[f64]]) -> Result<Vec<f64>> {
        Ok(match self {
            Scorer::Logistic { taming, logistic } => {
                let inputs = standardised(taming, columns)?;
                inputs.axis_iter(Axis(0)).into_par_iter().map(|row| logistic.log_odds(row)).collect()
            }
            Scorer::Trees { boosted, .. } => boosted.log_odds(column_major(columns)?.view()),
        })
    }

    /// The scores of a sample, which may lack some of the features.
    ///
    /// # Errors
    /// As [`scores`](Self::scores).
    pub fn scores_of(&self, sample: &Sample) -> Result<Vec<f64>> {
        let columns = sample.columns_of(self.names().into_iter());
        self.scores(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// Whether a stored scorer can be applied.
    ///
    /// # Errors
    /// Why not, for people.
    pub fn check(&self) -> Result<(), String> {
        let (n_names, n_columns) = match self {
            Scorer::Logistic { taming, logistic } => (taming.features.len(), logistic.coefficients.len()),
            Scorer::Trees { features, boosted } => (features.len(), boosted.n_features()),
        };
        let is_whole = match self {
            Scorer::Logistic { logistic, .. } => {
                logistic.intercept.is_finite()
                    && logistic.coefficients.iter().all(|weight| weight.is_finite())
            }
            Scorer::Trees { .. } => true, // checked as it is read
        };
        if n_names != n_columns || n_columns == 0 || !is_whole {
            return Err("damaged: its scorer is not whole".into());
        }
        Ok(())
    }

    /// What the model's inputs are in the order of [`names`](Self::names), a row per customer.
    ///
    /// # Errors
    /// As [`scores`](Self::scores).
    pub fn inputs(&self, columns: &[&[f64]]) -> Result<Array2<f64>> {
        match self {
            Scorer::Logistic { taming, .. } => standardised(taming, columns),
            Scorer::Trees { .. } => Ok(column_major(columns)?.as_standard_layout().into_owned()),
        }
    }

    /// What each feature adds to the log-odds of a row of [`inputs`](Self::inputs).
    pub fn contributions(&self, inputs: &[f64]) -> Vec<f64> {
        match self {
            Scorer::Logistic { logistic, .. } => logistic.contributions(inputs),
            Scorer::Trees { boosted, .. } => boosted.contributions(inputs),
        }
    }
}

/// Rows that a bin of a histogram holds on average at least, and bins at least: where rows are few, finer bins tell
/// nothing and cost most of the time.
const BIN_ROWS: usize = 32;
const BINS_MIN: u16 = 32;

/// Rows that are put side by side at once: the table of a bank is never held twice.
const BLOCK_ROWS: usize = 1 << 14;

/// The columns in blocks of neighbouring rows.
pub fn blocks<'c>(columns: &[&'c [f64]]) -> impl Iterator<Item = Vec<&'c [f64]>> {
    let n = columns.first().map_or(0, |column| column.len());
    (0..n)
        .step_by(BLOCK_ROWS)
        .map(move |from| columns.iter().map(|column| &column[from..(from + BLOCK_ROWS).min(n)]).collect())
}

fn fit_logistic(train: &Sample, settings: &Settings) -> Result<Result<Scorer, String>> {
    let specs: Vec<FeatureSpec<'_>> = train.inputs.iter().map(Input::taming_spec).collect();
    let failed = |cause| Error::internal("taming features failed").caused_by(cause);
    let taming = Taming::fit(&train.columns(), &specs, settings.winsor_share).map_err(failed)?;
    let matrix = standardised(&taming, &train.columns())?;
    let params = LogisticParams { alpha: settings.l2_penalty, ..LogisticParams::default() };
    Ok(match logistic::fit(matrix.view(), &train.labels, &params) {
        Ok(logistic) => Ok(Scorer::Logistic { taming, logistic }),
        Err(cause) => Err(format!("the logistic model could not be fitted: {cause}")),
    })
}

fn fit_trees(train: &Sample, stopping: Option<&Sample>, rounds_max: Option<usize>) -> Result<Scorer, String> {
    let params = BoostedParams::default();
    let bins = u16::try_from(train.n_rows() / BIN_ROWS).unwrap_or(u16::MAX).clamp(BINS_MIN, params.bins);
    let params = BoostedParams { rounds_max: rounds_max.unwrap_or(params.rounds_max), bins, ..params };
    let signs: Vec<Monotone> = train.inputs.iter().map(|input| input.monotone).collect();
    let names = train.inputs.iter().map(|input| input.name.as_str());
    let stopping = stopping.map(|rows| (rows.columns_of(names.clone()), &rows.labels));
    let matrix = stopping.as_ref().map(|(columns, left)| {
        let values: Vec<f64> = columns.concat();
        let shape = (left.len(), columns.len()).f();
        Array2::from_shape_vec(shape, values).expect("a column per feature")
    });
    let validation = matrix.as_ref().zip(stopping.as_ref()).map(|(x, (_, left))| Rows {
        x: x.view(),
        labels: left,
        weights: None,
    });
    let rows = Rows { x: train.matrix(), labels: &train.labels, weights: None };
    let boosted = boosted::fit(rows, validation, Some(&signs), &params)
        .map_err(|cause| format!("the trees could not be grown: {cause}"))?;
    Ok(Scorer::Trees { features: names.map(str::to_owned).collect(), boosted })
}

fn standardised(taming: &Taming, columns: &[&[f64]]) -> Result<Array2<f64>> {
    let matrix =
        taming.apply(columns).map_err(|cause| Error::internal("taming features failed").caused_by(cause))?;
    Ok(matrix.mapv(f64::from))
}

/// n x d, column by column in memory.
fn column_major(columns: &[&[f64]]) -> Result<Array2<f64>> {
    let n = columns.first().map_or(0, |column| column.len());
    Array2::from_shape_vec((n, columns.len()).f(), columns.concat())
        .map_err(|cause| Error::internal("features differ in length").caused_by(cause))
}
