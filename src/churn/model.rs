//! The stored churn model: a calibrated scorer per horizon, and what is known of how good it is.

use super::evaluation::Evaluation;
use super::labels::{Curve, HORIZONS_DAYS};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::features::catalogue::features;
use crate::learn::{ByAlgorithm, CalibratedOn, Scorer};
use crate::model::calibration::Calibration;
use crate::model::nested;
use crate::model::stability_index::Reference;
use crate::seal;
use serde::{Deserialize, Serialize};

/// Raised when the meaning of a field changes.
pub const FORMAT_VERSION: u32 = 3;

/// The horizon that bands, lists and reasons go by: a quarter, in which a manager can act and a bank can judge.
pub const ACTED_ON: usize = 1;

/// Probabilities of one customer by horizon of [`HORIZONS_DAYS`]; `None` where a horizon has no model.
pub type Probabilities = [Option<f64>; HORIZONS_DAYS.len()];

/// The stored churn model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChurnModel {
    pub format_version: u32,
    /// The last date whose data the model has seen.
    pub trained_through: Date,
    /// Digest of the settings that it was fitted with.
    pub fitted_with: String,
    pub gap_days: i32,
    /// How many of the silent come back, and after how long a silence few do: what `churn.silence_days` is set by.
    pub return_curve: Option<Curve>,
    /// Shortest first; at least one.
    pub horizons: Vec<HorizonModel>,
    /// Where customers in scope lay at the newest month-end of the fit, and their probabilities of the horizon that is
    /// acted on, so that later nights can tell how far theirs have moved.
    pub reference: Option<Reference>,
    /// Horizons without a model, and why.
    pub missing: Vec<MissingHorizon>,
    /// How well a model that was fitted the same way on an earlier date did afterwards.
    pub evaluations: Vec<Evaluation>,
    /// Why there is none, or none of some horizon.
    pub not_judged: Vec<MissingHorizon>,
}

/// A horizon of which something is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingHorizon {
    pub horizon_days: i32,
    pub because: String,
}

impl MissingHorizon {
    pub fn new(horizon_days: i32, because: &str) -> Self {
        Self { horizon_days, because: because.to_owned() }
    }
}

/// The model of one horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HorizonModel {
    pub horizon_days: i32,
    pub trained_on: Vec<Date>,
    pub calibrated_on: CalibratedOn,
    /// Rows that it was trained on, and how many of them left.
    pub n_rows: usize,
    pub n_left: usize,
    /// Customers who left: one may be a row at several origins.
    pub n_leavers: usize,
    /// Rows that it was chosen and calibrated on.
    pub n_calibrated: usize,
    /// Customers in scope at the origins who are no rows, since the event came within the gap ...
    pub n_in_gap: usize,
    /// ... or was no decision of theirs (death, merger).
    pub n_not_his_decision: usize,
    /// Area under the ROC curve where the champion was chosen.
    pub auc: ByAlgorithm,
    pub scorer: Scorer,
    pub calibration: Calibration,
}

impl HorizonModel {
    /// How much its probabilities weigh beside those of other horizons: by the leavers that it has seen.
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    fn precision(&self) -> f64 {
        self.n_leavers.max(1) as f64
    }

    /// The calibrated probability of each row of the table, before horizons are held against each other.
    ///
    /// # Errors
    /// Kind `Internal` if the model does not fit the table.
    pub fn probabilities(&self, table: &FeatureTable) -> Result<Vec<f64>> {
        let columns: Vec<&[f64]> = self.scorer.names().into_iter().map(|name| table.column(name)).collect();
        Ok(self.calibration.apply(&self.scorer.scores(&columns)?))
    }
}

/// Makes one customer's probabilities non-decreasing over the horizons that have a model.
fn hold_nested(row: &mut Probabilities, precisions: &[f64; HORIZONS_DAYS.len()]) {
    let known: Vec<usize> = (0..row.len()).filter(|place| row[*place].is_some()).collect();
    let mut values: Vec<f64> = known.iter().filter_map(|place| row[*place]).collect();
    let precisions: Vec<f64> = known.iter().map(|place| precisions[*place]).collect();
    if nested::make_non_decreasing(&mut values, &precisions) {
        known.into_iter().zip(values).for_each(|(place, value)| row[place] = Some(value));
    }
}

impl ChurnModel {
    pub fn horizon(&self, horizon_days: i32) -> Option<&HorizonModel> {
        self.horizons.iter().find(|model| model.horizon_days == horizon_days)
    }

    /// The horizon whose reasons are told: the one that is acted on, else the longest.
    pub fn acted_on(&self) -> Option<&HorizonModel> {
        self.horizon(HORIZONS_DAYS[ACTED_ON]).or_else(|| self.horizons.last())
    }

    /// Of each row of the table; never less for a longer horizon.
    ///
    /// # Errors
    /// Kind `Internal` if the model does not fit the table.
    pub fn predict(&self, table: &FeatureTable) -> Result<Vec<Probabilities>> {
        let mut rows = vec![[None; HORIZONS_DAYS.len()]; table.n_customers()];
        for (place, days) in HORIZONS_DAYS.into_iter().enumerate() {
            let Some(model) = self.horizon(days) else { continue };
            for (row, probability) in rows.iter_mut().zip(model.probabilities(table)?) {
                row[place] = Some(probability);
            }
        }
        let precisions = HORIZONS_DAYS.map(|days| self.horizon(days).map_or(1.0, HorizonModel::precision));
        rows.iter_mut().for_each(|row| hold_nested(row, &precisions));
        Ok(rows)
    }

    /// The stored form: stable JSON, sealed.
    ///
    /// # Errors
    /// Kind `Internal` if a parameter is not a number that JSON can hold.
    pub fn to_json(&self) -> Result<String> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|cause| Error::internal("the churn model cannot be written").caused_by(cause))?;
        let json = seal::sealed(&json);
        // What is no number is written as null, and would stop the next night.
        Self::from_json(json.as_bytes())
            .map_err(|reason| Error::internal(format!("the churn model cannot be read back: {reason}")))?;
        Ok(json)
    }

    /// Reads a stored model.
    ///
    /// # Errors
    /// Why it cannot be used, for people.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        if Self::is_of_other_format(json) {
            return Err(format!("it has another format than {FORMAT_VERSION}, which this program reads"));
        }
        let (body, is_whole) = seal::opened(json);
        let model: Self = serde_json::from_slice(&body).map_err(|cause| format!("damaged: {cause}"))?;
        model.check()?;
        if is_whole { Ok(model) } else { Err(seal::BROKEN.into()) }
    }

    pub fn is_of_other_format(json: &[u8]) -> bool {
        seal::is_of_other_format(json, FORMAT_VERSION)
    }

    fn check(&self) -> Result<(), String> {
        if self.horizons.is_empty() {
            return Err("damaged: it has no horizon".into());
        }
        let ascending = self.horizons.windows(2).all(|pair| pair[0].horizon_days < pair[1].horizon_days);
        if !ascending || self.horizons.iter().any(|model| !HORIZONS_DAYS.contains(&model.horizon_days)) {
            return Err("damaged: its horizons are not those of this program".into());
        }
        for model in &self.horizons {
            model.scorer.check()?;
            model.calibration.check().map_err(|cause| format!("damaged: {cause}"))?;
            let unknown = |name: &&str| features().all(|feature| feature.name != *name);
            if let Some(name) = model.scorer.names().iter().find(|name| unknown(name)) {
                return Err(format!("it reads a feature `{name}` that this program does not have"));
            }
        }
        Ok(())
    }
}
