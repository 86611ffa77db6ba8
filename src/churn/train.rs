//! Training and judging the churn model.
//!
//! The model in use is trained on every usable origin. The figures that stand beside it come from its twin,
//! trained only on origins whose labels were complete before the newest usable origin, and judged there:
//! train on the past, judge on the future.

use super::origins::{self, Origin};
use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::catalogue::features;
use crate::features::{Feature, FeatureTable};
use crate::model::logistic::{self, Logistic, LogisticParams};
use crate::model::taming::{FeatureSpec, Taming};
use crate::model::{bootstrap, metrics, reliability};
use crate::store::Bank;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Equal-count bins of the calibration error.
const CALIBRATION_BINS: usize = 10;

/// Raised when the meaning of a field changes.
const FORMAT_VERSION: u32 = 1;

/// The stored churn model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChurnModel {
    pub format_version: u32,
    /// The last date whose data the model has seen.
    pub trained_through: Date,
    pub horizon_days: i32,
    pub gap_days: i32,
    pub origins: Vec<Date>,
    pub n_rows: usize,
    pub n_left: usize,
    /// Customers in scope at the origins who are no rows, since the event came within the gap ...
    pub n_in_gap: usize,
    /// ... or was no decision of theirs (death, merger).
    pub n_not_his_decision: usize,
    pub taming: Taming,
    pub logistic: Logistic,
}

/// Figures on an origin that the judged model never saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    pub test_origin: Date,
    pub trained_on: Vec<Date>,
    pub n_customers: usize,
    pub base_rate: f64,
    pub auc: f64,
    /// 95% by bootstrap over customers.
    pub auc_low: f64,
    pub auc_high: f64,
    pub lift_top_decile: f64,
    /// AUC of days since the last activity alone: what the model must beat.
    pub auc_recency_alone: f64,
    pub brier: f64,
    pub average_precision: f64,
    pub log_loss: f64,
    /// Over ten bins of equally many customers.
    pub expected_calibration_error: f64,
}

/// What training came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Training {
    Trained {
        model: Box<ChurnModel>,
        /// `Err` says why no origin could be kept apart to judge on.
        evaluation: Result<Evaluation, String>,
    },
    /// Why there is no model.
    NotTrained(String),
}

impl Training {
    /// Rows that the model was trained on; 0 without one.
    pub fn n_rows(&self) -> usize {
        match self {
            Training::Trained { model, .. } => model.n_rows,
            Training::NotTrained(_) => 0,
        }
    }
}

/// Trains on what was known at `known_until`.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn train(bank: &Bank, known_until: Date, config: &Config) -> Result<Training> {
    let rules = &config.churn;
    if !rules.enabled {
        return Ok(Training::NotTrained(format!("switched off: {}", rules.disabled_because)));
    }
    let dates = origins::usable(bank, known_until, rules);
    if dates.is_empty() {
        let needed = rules.history_days_min + origins::days_to_mature(bank, rules);
        return Ok(Training::NotTrained(format!(
            "history is too short: an origin and its outcome need {needed} days before {known_until}"
        )));
    }
    let rows_per_origin = (rules.sample_max / dates.len()).max(1);
    let mut asked: Vec<(Date, usize)> = dates.into_iter().map(|date| (date, rows_per_origin)).collect();
    // The newest once more: judged on as many customers as the model may be trained on, not on its part of them.
    asked.extend(asked.last().map(|(newest, _)| (*newest, rules.sample_max)));
    let mut labelled = origins::labelled(bank, &asked, rules, &config.value.cost_to_serve.rates())?;
    let test = labelled.pop();
    let all: Vec<&Origin> = labelled.iter().collect();
    let model = match fit(&all, known_until, config)? {
        Ok(model) => Box::new(model),
        Err(reason) => return Ok(Training::NotTrained(reason)),
    };
    Ok(Training::Trained { evaluation: evaluate(bank, &labelled, test.as_ref(), config)?, model })
}

fn evaluate(
    bank: &Bank,
    labelled: &[Origin],
    test: Option<&Origin>,
    config: &Config,
) -> Result<Result<Evaluation, String>> {
    let Some(test) = test else { return Ok(Err("no origin".into())) };
    let closed_by = test.date.plus_days(-origins::days_to_mature(bank, &config.churn));
    let earlier: Vec<&Origin> = labelled.iter().filter(|origin| origin.date <= closed_by).collect();
    if earlier.is_empty() {
        return Ok(Err("history is too short to keep an origin apart to judge on".into()));
    }
    judge_on(&earlier, test, config)
}

/// Figures on `test` of a model trained on `trained_on`, whose labels must be complete before it; the inner
/// error is a reason that people read.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn judge_on(
    trained_on: &[&Origin],
    test: &Origin,
    config: &Config,
) -> Result<Result<Evaluation, String>> {
    let model = match fit(trained_on, test.date, config)? {
        Ok(model) => model,
        Err(reason) => return Ok(Err(reason)),
    };
    let scores = model.predict(&test.features)?;
    Ok(figures(test, &scores, trained_on, config)
        .ok_or_else(|| format!("nobody in scope left after {}, or everybody did", test.date)))
}

fn figures(test: &Origin, scores: &[f64], trained_on: &[&Origin], config: &Config) -> Option<Evaluation> {
    let interval =
        bootstrap::auc_interval(scores, &test.left, None, config.churn.bootstrap_samples, config.seed)?;
    let days = test.features.column("days_since_last_activity");
    let recency: Vec<f64> = days.iter().map(|days| if days.is_nan() { f64::MAX } else { *days }).collect();
    Some(Evaluation {
        test_origin: test.date,
        trained_on: trained_on.iter().map(|origin| origin.date).collect(),
        n_customers: test.left.len(),
        base_rate: metrics::base_rate(&test.left)?,
        auc: metrics::auc(scores, &test.left)?,
        auc_low: interval.low,
        auc_high: interval.high,
        lift_top_decile: metrics::top_share(scores, &test.left, 0.1)?.lift,
        auc_recency_alone: metrics::auc(&recency, &test.left)?,
        brier: metrics::brier(scores, &test.left)?,
        average_precision: metrics::average_precision(scores, &test.left)?,
        log_loss: metrics::log_loss(scores, &test.left)?,
        expected_calibration_error: reliability::expected_calibration_error(
            scores,
            &test.left,
            CALIBRATION_BINS,
        )?,
    })
}

/// Fits on the given origins; the inner error is a reason that people read.
fn fit(origins: &[&Origin], known_until: Date, config: &Config) -> Result<Result<ChurnModel, String>> {
    let rules = &config.churn;
    let left: Vec<bool> = origins.iter().flat_map(|origin| origin.left.iter().copied()).collect();
    let n_left = left.iter().filter(|left| **left).count();
    if n_left < rules.positives_min {
        return Ok(Err(format!(
            "only {n_left} of {} customers left at the usable origins; {} are needed",
            left.len(),
            rules.positives_min
        )));
    }
    if n_left == left.len() {
        return Ok(Err(format!(
            "all {n_left} customers left at the usable origins; there is nobody to compare with"
        )));
    }
    let columns: Vec<(&Feature, Vec<f64>)> = features()
        .filter(|feature| feature.in_churn_model)
        .map(|feature| {
            (
                feature,
                origins.iter().flat_map(|origin| origin.features.column(feature.name)).copied().collect(),
            )
        })
        .filter(|(_, values): &(_, Vec<f64>)| values.iter().any(|value| !value.is_nan()))
        .collect();
    let specs: Vec<FeatureSpec<'_>> = columns.iter().map(|(feature, _)| feature.taming_spec()).collect();
    let values: Vec<&[f64]> = columns.iter().map(|(_, values)| values.as_slice()).collect();
    let failed = |cause| Error::internal("taming features failed").caused_by(cause);
    let taming = Taming::fit(&values, &specs, config.segment.winsor_share).map_err(failed)?;
    let matrix = taming.apply(&values).map_err(failed)?.mapv(f64::from);
    let params = LogisticParams { alpha: rules.l2_penalty, ..LogisticParams::default() };
    let logistic = match logistic::fit(matrix.view(), &left, &params) {
        Ok(logistic) => logistic,
        Err(cause) => return Ok(Err(format!("the model could not be fitted: {cause}"))),
    };
    Ok(Ok(ChurnModel {
        format_version: FORMAT_VERSION,
        trained_through: known_until,
        horizon_days: rules.horizon_days,
        gap_days: rules.gap_days,
        origins: origins.iter().map(|origin| origin.date).collect(),
        n_rows: left.len(),
        n_left,
        n_in_gap: origins.iter().map(|origin| origin.n_in_gap).sum(),
        n_not_his_decision: origins.iter().map(|origin| origin.n_not_his_decision).sum(),
        taming,
        logistic,
    }))
}

impl ChurnModel {
    /// Standardised inputs, a row per customer and a column per feature of the model.
    ///
    /// # Errors
    /// Kind `Internal` if the model does not fit the table.
    pub fn inputs(&self, features: &FeatureTable) -> Result<Array2<f64>> {
        let columns: Vec<&[f64]> = self.taming.names().map(|name| features.column(name)).collect();
        let matrix = self
            .taming
            .apply(&columns)
            .map_err(|cause| Error::internal("taming features failed").caused_by(cause))?;
        Ok(matrix.mapv(f64::from))
    }

    /// The probability of each row.
    ///
    /// # Errors
    /// As [`inputs`](Self::inputs).
    pub fn predict(&self, features: &FeatureTable) -> Result<Vec<f64>> {
        Ok(self.logistic.predict(self.inputs(features)?.view()))
    }

    /// The stored form: stable JSON.
    ///
    /// # Errors
    /// Kind `Internal` if a parameter is not a number that JSON can hold.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self)
            .map_err(|cause| Error::internal("the churn model cannot be written").caused_by(cause))
    }
}
