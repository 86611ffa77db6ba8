//! How good probabilities were, once it is known what became of the customers.
//!
//! Reads the rows of one origin that the judged model never saw. Produces figures with their intervals, over customers
//! drawn anew, beside what simple rules would have reached. Never: trains, or chooses anything by what it finds.

use super::baselines;
use super::evaluation::{Baseline, Bin, Evaluation, Figure, Suspicion};
use super::labels::{EventKind, HORIZONS_DAYS, Label};
use super::model::{ChurnModel, Probabilities};
use super::origins::Origin;
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::learn::scorer::Algorithm;
use crate::model::bootstrap::{self, Statistic};
use crate::model::metrics::{self, RankedRows, Ranking, ScoredRows};
use crate::model::profit::{Campaign, PAPER_CLV};

/// Equal-count bins of the calibration table and error.
pub(super) const CALIBRATION_BINS: usize = 10;
/// The best-scored part that lift and capture are told of.
const TOP: f64 = 0.1;

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
            suspicious: suspicious(test, horizon, rows, config.churn.suspicious_auc),
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

/// Lost within the horizon to a silence that had begun before the origin: days of silence tell of it by themselves.
fn is_lost_to_silence(test: &Origin, row: usize, horizon: usize) -> bool {
    test.silence_began_before[row] && test.labels[row][horizon] == Some(Label::Leaves(EventKind::Silent))
}

fn auc_without_silent(test: &Origin, horizon: usize, rows: &Rows) -> Option<f64> {
    let is_silent = |row: &usize| is_lost_to_silence(test, *row, horizon);
    let kept = || rows.rows.iter().enumerate().filter(|(_, row)| !is_silent(row)).map(|(at, _)| at);
    let scores: Vec<f64> = kept().map(|at| rows.probabilities[at]).collect();
    let left: Vec<bool> = kept().map(|at| rows.left[at]).collect();
    metrics::auc(&scores, &left)
}

/// Features that alone tell leavers better than `limit`, by their value or by being there at all. Those lost to a
/// silence that had begun are left out: it is part of the label, and days of silence know it honestly.
fn suspicious(test: &Origin, horizon: usize, rows: &Rows, limit: f64) -> Vec<Suspicion> {
    let kept: Vec<bool> = rows.rows.iter().map(|row| !is_lost_to_silence(test, *row, horizon)).collect();
    let of = |name: &'static str| {
        let values = rows.values_of(test.features.column(name));
        let all: Vec<(f64, bool)> = values
            .into_iter()
            .zip(&rows.left)
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|((value, left), _)| (value, *left))
            .collect();
        let (missing, left): (Vec<f64>, Vec<bool>) =
            all.iter().map(|(value, left)| (f64::from(u8::from(value.is_nan())), *left)).unzip();
        let (known, left_of_known): (Vec<f64>, Vec<bool>) =
            all.iter().filter(|(value, _)| !value.is_nan()).copied().unzip();
        // A feature that is missing for most ranks too few.
        let ranks = metrics::auc(&known, &left_of_known).filter(|_| 2 * known.len() >= all.len());
        let told = [ranks, metrics::auc(&missing, &left)].into_iter().flatten().map(|auc| auc.max(1.0 - auc));
        let auc = told.max_by(f64::total_cmp)?;
        (auc > limit).then(|| Suspicion { feature: name.to_owned(), auc })
    };
    features().filter(|feature| feature.in_churn_model).filter_map(|feature| of(feature.name)).collect()
}
