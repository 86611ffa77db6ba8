//! How good probabilities were, once it is known what became of the customers.
//!
//! Reads the rows of one origin that the judged model never saw. Produces figures with their intervals, over customers
//! drawn anew, beside what simple rules would have reached. Never: trains, or chooses anything by what it finds.

use super::baselines;
use super::labels::{EventKind, HORIZONS_DAYS, Label};
use super::model::{ChurnModel, Probabilities};
use super::origins::Origin;
use super::scorer::Algorithm;
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::model::bootstrap::{self, Statistic};
use crate::model::metrics::{self, RankedRows, Ranking, ScoredRows};
use crate::model::profit::{Campaign, PAPER_CLV};
use crate::model::reliability::ReliabilityBin;
use serde::{Deserialize, Serialize};

/// Equal-count bins of the calibration table and error.
const CALIBRATION_BINS: usize = 10;
/// The best-scored part that lift and capture are told of.
const TOP: f64 = 0.1;

/// A figure and the middle 95% of what it comes to on customers drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

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

/// Judges a model on an origin that it never saw, a horizon each where the outcome is known.
///
/// # Errors
/// Kind `Internal` if the model does not fit the origin's features.
pub fn judge(
    model: &ChurnModel,
    test: &Origin,
    capacity_share: Option<f64>,
    config: &Config,
) -> Result<Vec<Evaluation>> {
    let probabilities = model.predict(&test.features)?;
    let of_horizon = |(place, days): (usize, i32)| {
        let fitted = model.horizon(days)?;
        let rows = Rows::of(test, place, &probabilities, config);
        let figures = Figures::of(&rows, capacity_share, config)?;
        Some(figures.evaluation(test, place, &rows, &fitted.trained_on, fitted.scorer.algorithm(), config))
    };
    Ok(HORIZONS_DAYS.into_iter().enumerate().filter_map(of_horizon).collect())
}

/// The judged rows of one horizon.
struct Rows {
    /// Rows of the origin.
    rows: Vec<usize>,
    probabilities: Vec<f64>,
    left: Vec<bool>,
    /// What the bank earns a year with the customer's money, currency units; 0 where balances are not known.
    values: Vec<f64>,
}

impl Rows {
    fn of(test: &Origin, horizon: usize, probabilities: &[Probabilities], config: &Config) -> Self {
        let labelled = test.labelled(horizon);
        let known = labelled.filter_map(|(row, left)| Some((row, left, probabilities[row][horizon]?)));
        let mut all =
            Self { rows: Vec::new(), probabilities: Vec::new(), left: Vec::new(), values: Vec::new() };
        for (row, left, probability) in known {
            all.rows.push(row);
            all.probabilities.push(probability);
            all.left.push(left);
            all.values.push(test.baselines[row].unwrap_or(0.0) * config.churn.campaign_margin);
        }
        all
    }

    fn scored<'a>(&'a self, scores: &'a [f64]) -> ScoredRows<'a> {
        ScoredRows { values: Some(&self.values), ..ScoredRows::new(scores, &self.left) }
    }

    fn values_of(&self, column: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| column[*row]).collect()
    }
}

/// Everything that follows from the ranking.
struct Figures {
    ranked: RankedRows,
    ranking: Ranking,
    all: Vec<Option<Figure>>,
    capacity_share: Option<f64>,
}

/// In the order of [`Figures::all`].
#[derive(Clone, Copy)]
enum What {
    Auc,
    AveragePrecision,
    Lift,
    Capture,
    AtCapacity,
    ValueCapture,
    Brier,
    BrierSkill,
    LogLoss,
    CalibrationError,
    Slope,
    Intercept,
    Profit,
    ProfitByValue,
}

impl Figures {
    fn of(rows: &Rows, capacity_share: Option<f64>, config: &Config) -> Option<Self> {
        let base_rate = metrics::base_rate(&rows.left).filter(|rate| *rate > 0.0 && *rate < 1.0)?;
        let ranked = rows.scored(&rows.probabilities).ranked()?;
        let ranking = ranked.ranking();
        let campaign = Campaign::default();
        let at_capacity = |ranking: &Ranking| Some(ranking.top_share(capacity_share?)?.capture);
        let value_capture = |ranking: &Ranking| ranking.value_capture(ranking.top_share(TOP)?.n_top);
        let statistics: [Statistic<'_>; 14] = [
            &Ranking::auc,
            &Ranking::average_precision,
            &|ranking| Some(ranking.top_share(TOP)?.lift),
            &|ranking| Some(ranking.top_share(TOP)?.capture),
            &at_capacity,
            &value_capture,
            &Ranking::brier,
            &|ranking| ranking.brier_skill(base_rate),
            &Ranking::log_loss,
            &|ranking| ranking.expected_calibration_error(CALIBRATION_BINS),
            &|ranking| Some(ranking.calibration_line()?.slope),
            &|ranking| Some(ranking.calibration_line()?.intercept),
            &|ranking| Some(ranking.expected_profit(PAPER_CLV, &campaign)?.per_customer),
            &|ranking| Some(ranking.expected_profit_by_value(&campaign)?.per_customer),
        ];
        let intervals =
            bootstrap::intervals(&ranked, config.churn.bootstrap_samples, config.seed, &statistics);
        let all = statistics.iter().zip(intervals).map(|(statistic, interval)| {
            let value = statistic(&ranking)?;
            Some(Figure {
                value,
                low: interval.map(|found| found.low),
                high: interval.map(|found| found.high),
            })
        });
        Some(Self { all: all.collect(), ranked, ranking, capacity_share })
    }

    fn get(&self, what: What) -> Option<Figure> {
        self.all[what as usize]
    }

    fn evaluation(
        &self,
        test: &Origin,
        horizon: usize,
        rows: &Rows,
        trained_on: &[Date],
        algorithm: Algorithm,
        config: &Config,
    ) -> Evaluation {
        let campaign = Campaign::default();
        let n = rows.left.len();
        Evaluation {
            horizon_days: HORIZONS_DAYS[horizon],
            test_origin: test.date,
            trained_on: trained_on.to_vec(),
            algorithm,
            n_customers: n,
            n_left: rows.left.iter().filter(|left| **left).count(),
            n_left_out: test.n_with(horizon, Label::InGap) + test.n_with(horizon, Label::NotHisDecision),
            base_rate: metrics::base_rate(&rows.left).unwrap_or(f64::NAN),
            auc: self.get(What::Auc),
            auc_without_silent: auc_without_silent(test, horizon, rows),
            average_precision: self.get(What::AveragePrecision),
            lift_top_decile: self.get(What::Lift),
            capture_top_decile: self.get(What::Capture),
            capacity_share: self.capacity_share,
            capture_at_capacity: self.get(What::AtCapacity),
            value_capture_top_decile: self.get(What::ValueCapture),
            brier: self.get(What::Brier),
            brier_skill: self.get(What::BrierSkill),
            log_loss: self.get(What::LogLoss),
            expected_calibration_error: self.get(What::CalibrationError),
            calibration_slope: self.get(What::Slope),
            calibration_intercept: self.get(What::Intercept),
            profit: self.get(What::Profit),
            profit_share: self
                .ranking
                .expected_profit(PAPER_CLV, &campaign)
                .map(|profit| profit.share_contacted),
            profit_by_value: self.get(What::ProfitByValue),
            profit_by_value_share: self
                .ranking
                .expected_profit_by_value(&campaign)
                .map(|profit| profit.share_contacted),
            reliability: self.ranking.reliability(CALIBRATION_BINS).iter().map(Bin::of).collect(),
            baselines: self.beside(test, rows, config),
            suspicious: suspicious(test, rows, config.churn.suspicious_auc),
        }
    }

    fn beside(&self, test: &Origin, rows: &Rows, config: &Config) -> Vec<Baseline> {
        let of = |(name, scores): (&'static str, Vec<f64>)| {
            let scores = rows.values_of(&scores);
            let ranked = rows.scored(&scores).ranked()?;
            let ranking = ranked.ranking();
            let gained = self.get(What::Auc).map(|auc| auc.value).zip(ranking.auc());
            let interval = bootstrap::difference_interval(
                &self.ranked,
                &ranked,
                config.churn.bootstrap_samples,
                config.seed,
                &Ranking::auc,
            );
            Some(Baseline {
                name: name.to_owned(),
                auc: ranking.auc(),
                average_precision: ranking.average_precision(),
                lift_top_decile: ranking.top_share(TOP).map(|top| top.lift),
                auc_gain: gained.map(|(ours, theirs)| Figure {
                    value: ours - theirs,
                    low: interval.map(|found| found.low),
                    high: interval.map(|found| found.high),
                }),
            })
        };
        baselines::scores(&test.features).into_iter().filter_map(of).collect()
    }
}

impl Bin {
    fn of(bin: &ReliabilityBin) -> Self {
        Self {
            n_customers: bin.n_customers,
            mean_probability: bin.mean_probability,
            observed_rate: bin.observed_rate,
        }
    }
}

fn auc_without_silent(test: &Origin, horizon: usize, rows: &Rows) -> Option<f64> {
    let is_silent = |row: &usize| test.labels[*row][horizon] == Some(Label::Leaves(EventKind::Silent));
    let kept = || rows.rows.iter().enumerate().filter(|(_, row)| !is_silent(row)).map(|(at, _)| at);
    let scores: Vec<f64> = kept().map(|at| rows.probabilities[at]).collect();
    let left: Vec<bool> = kept().map(|at| rows.left[at]).collect();
    metrics::auc(&scores, &left)
}

/// Features that alone rank the customers better than `limit`, over the rows where they are known; a feature that is
/// missing for most says too little.
fn suspicious(test: &Origin, rows: &Rows, limit: f64) -> Vec<Suspicion> {
    let of = |name: &'static str| {
        let values = rows.values_of(test.features.column(name));
        let known = || values.iter().zip(&rows.left).filter(|(value, _)| !value.is_nan());
        let (scores, left): (Vec<f64>, Vec<bool>) = known().map(|(value, left)| (*value, *left)).unzip();
        let auc = metrics::auc(&scores, &left).map(|auc| auc.max(1.0 - auc))?;
        (2 * scores.len() >= values.len() && auc > limit).then(|| Suspicion { feature: name.to_owned(), auc })
    };
    features().filter(|feature| feature.in_churn_model).filter_map(|feature| of(feature.name)).collect()
}
