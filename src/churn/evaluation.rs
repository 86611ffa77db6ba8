//! What is known of how good a churn model is: figures of one horizon at one origin, as stored and shown.

use crate::date::Date;
use crate::learn::Algorithm;
pub use crate::learn::Figure;
use crate::model::bootstrap::Interval;
use crate::model::reliability::ReliabilityBin;
use serde::{Deserialize, Serialize};

/// Figures of one horizon on an origin that the judged model never saw; `None` where one is not defined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    pub horizon_days: i32,
    pub test_origin: Date,
    pub trained_on: Vec<Date>,
    pub algorithm: Algorithm,
    pub n_customers: usize,
    pub n_left: usize,
    /// Left out: the event came within the gap, or was no decision of theirs.
    pub n_left_out: usize,
    pub base_rate: f64,
    pub auc: Option<Figure>,
    /// The same without those who were lost to a silence: it had begun before the origin.
    pub auc_without_silent: Option<f64>,
    pub average_precision: Option<Figure>,
    pub lift_top_decile: Option<Figure>,
    pub capture_top_decile: Option<Figure>,
    /// Customers that the managers can contact, as a share of those in scope.
    pub capacity_share: Option<f64>,
    pub capture_at_capacity: Option<Figure>,
    /// Share of the money of all who left that stands in the top decile.
    pub value_capture_top_decile: Option<Figure>,
    pub brier: Option<Figure>,
    /// 1 less the Brier score against that of the base rate; above 0 is better than knowing the rate alone.
    pub brier_skill: Option<Figure>,
    pub log_loss: Option<Figure>,
    /// Over ten bins of equally many customers.
    pub expected_calibration_error: Option<Figure>,
    /// 1 where probabilities are neither too bold nor too timid.
    pub calibration_slope: Option<Figure>,
    pub calibration_intercept: Option<Figure>,
    /// Expected maximum profit of a campaign per customer, in the euros of its paper ...
    pub profit: Option<Figure>,
    /// ... and the share of customers that it contacts.
    pub profit_share: Option<f64>,
    /// The same with what each customer would take away times the margin, in currency units.
    pub profit_by_value: Option<Figure>,
    pub profit_by_value_share: Option<f64>,
    /// Lowest probabilities first.
    pub reliability: Vec<Bin>,
    pub baselines: Vec<Baseline>,
    /// Single features that rank customers better than any honest one does: they may know the outcome.
    pub suspicious: Vec<Suspicion>,
}

/// Customers with neighbouring probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    pub n_customers: usize,
    pub mean_probability: f64,
    pub observed_rate: f64,
}

/// What a rule without a model reaches on the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub name: String,
    pub auc: Option<f64>,
    pub average_precision: Option<f64>,
    pub lift_top_decile: Option<f64>,
    /// How much more of the area under the curve the model has, with its paired interval.
    pub auc_gain: Option<Figure>,
}

/// A feature that alone is implausibly good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspicion {
    pub feature: String,
    /// Or 1 less it, whichever is larger.
    pub auc: f64,
}

impl Figure {
    pub(super) fn with_interval(value: f64, interval: Option<Interval>) -> Self {
        Self { value, low: interval.map(|found| found.low), high: interval.map(|found| found.high) }
    }
}

impl Evaluation {
    /// Of nobody yet.
    pub(super) fn blank(
        horizon_days: i32,
        test_origin: Date,
        trained_on: &[Date],
        algorithm: Algorithm,
    ) -> Self {
        Self {
            horizon_days,
            test_origin,
            trained_on: trained_on.to_vec(),
            algorithm,
            n_customers: 0,
            n_left: 0,
            n_left_out: 0,
            base_rate: f64::NAN,
            auc: None,
            auc_without_silent: None,
            average_precision: None,
            lift_top_decile: None,
            capture_top_decile: None,
            capacity_share: None,
            capture_at_capacity: None,
            value_capture_top_decile: None,
            brier: None,
            brier_skill: None,
            log_loss: None,
            expected_calibration_error: None,
            calibration_slope: None,
            calibration_intercept: None,
            profit: None,
            profit_share: None,
            profit_by_value: None,
            profit_by_value_share: None,
            reliability: Vec::new(),
            baselines: Vec::new(),
            suspicious: Vec::new(),
        }
    }
}

impl Bin {
    pub(super) fn of(bin: &ReliabilityBin) -> Self {
        Self {
            n_customers: bin.n_customers,
            mean_probability: bin.mean_probability,
            observed_rate: bin.observed_rate,
        }
    }
}
