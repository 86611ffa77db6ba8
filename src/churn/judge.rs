//! How good probabilities were, once it is known what became of the customers.
//!
//! Reads the rows of one origin that the judged model never saw. Produces figures with their intervals, over customers
//! drawn anew, beside what simple rules would have reached. Never: trains, or chooses anything by what it finds.

use super::baselines;
use super::evaluation::{Baseline, Bin, Evaluation, Figure, Suspicion};
use super::figures::{CALIBRATION_BINS, Drawn, FIGURES, Given, TOP};
use super::labels::{EventKind, HORIZONS_DAYS, Label};
use super::model::{ChurnModel, HorizonModel, Probabilities};
use super::origins::Origin;
use crate::config::Config;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::model::bootstrap::{self, Statistic};
use crate::model::metrics::{self, RankedRows, Ranking, ScoredRows};
use crate::model::profit::{Campaign, PAPER_CLV};

/// Why a horizon has no figures though its outcome is known.
pub(super) const ONE_CLASS: &str = "nobody left, or everybody did";

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
        let judgement = Judgement::of(&rows, capacity_share)?;
        Some(judgement.evaluation(test, place, &rows, fitted, config))
    };
    Ok(HORIZONS_DAYS.into_iter().enumerate().filter_map(of_horizon).collect())
}

/// How much more of the area under the ROC curve the first of two models has at one horizon of an origin that neither has
/// seen; `None` where one of them, or the outcome, is not there.
///
/// # Errors
/// Kind `Internal` if a model does not fit the origin's features.
pub(super) fn auc_gain(
    models: [&ChurnModel; 2],
    test: &Origin,
    horizon_days: i32,
    config: &Config,
) -> Result<Option<Figure>> {
    let Some(place) = HORIZONS_DAYS.iter().position(|days| *days == horizon_days) else { return Ok(None) };
    let mut ranked = Vec::new();
    for model in models {
        let rows = Rows::of(test, place, &model.predict(&test.features)?, config);
        ranked.extend(rows.scored(&rows.probabilities).ranked());
    }
    let [ours, theirs] = ranked.as_slice() else { return Ok(None) };
    let is_same = ours.n_customers() == theirs.n_customers();
    Ok(if is_same { gain(ours, theirs, config) } else { None })
}

/// How much larger the area under the ROC curve of the first ranking of the same customers is.
fn gain(ours: &RankedRows, theirs: &RankedRows, config: &Config) -> Option<Figure> {
    let value = ours.ranking().auc()? - theirs.ranking().auc()?;
    let rules = &config.churn;
    let interval =
        bootstrap::difference_interval(ours, theirs, rules.bootstrap_samples, config.seed, &Ranking::auc);
    Some(Figure::with_interval(value, interval))
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
struct Judgement {
    ranked: RankedRows,
    ranking: Ranking,
    given: Given,
}

impl Judgement {
    /// `None` where nobody left, or everybody did.
    fn of(rows: &Rows, capacity_share: Option<f64>) -> Option<Self> {
        let base_rate = metrics::base_rate(&rows.left).filter(|rate| *rate > 0.0 && *rate < 1.0)?;
        let ranked = rows.scored(&rows.probabilities).ranked()?;
        let ranking = ranked.ranking();
        Some(Self {
            ranked,
            ranking,
            given: Given { base_rate, capacity_share, campaign: Campaign::default() },
        })
    }

    /// Puts every figure with an interval in its place.
    fn draw(&self, evaluation: &mut Evaluation, config: &Config) {
        let drawn: Vec<&Drawn> = FIGURES.iter().filter_map(|kind| kind.drawn.as_ref()).collect();
        let of = |drawn: &&Drawn| {
            let statistic = drawn.statistic;
            move |ranking: &Ranking| statistic(ranking, &self.given)
        };
        let statistics: Vec<_> = drawn.iter().map(of).collect();
        let statistics: Vec<Statistic<'_>> =
            statistics.iter().map(|statistic| statistic as Statistic<'_>).collect();
        let rules = &config.churn;
        let intervals = bootstrap::intervals(&self.ranked, rules.bootstrap_samples, config.seed, &statistics);
        for ((drawn, statistic), interval) in drawn.iter().zip(&statistics).zip(intervals) {
            *(drawn.place)(evaluation) =
                statistic(&self.ranking).map(|value| Figure::with_interval(value, interval));
        }
    }

    fn evaluation(
        &self,
        test: &Origin,
        horizon: usize,
        rows: &Rows,
        fitted: &HorizonModel,
        config: &Config,
    ) -> Evaluation {
        let Given { base_rate, capacity_share, campaign } = &self.given;
        let profit = self.ranking.expected_profit(PAPER_CLV, campaign);
        let profit_by_value = self.ranking.expected_profit_by_value(campaign);
        let mut evaluation = Evaluation {
            n_customers: rows.left.len(),
            n_left: rows.left.iter().filter(|left| **left).count(),
            n_left_out: test.n_with(horizon, Label::InGap) + test.n_with(horizon, Label::NotHisDecision),
            base_rate: *base_rate,
            auc_without_silent: auc_without_silent(test, horizon, rows),
            capacity_share: *capacity_share,
            profit_share: profit.map(|profit| profit.share_contacted),
            profit_by_value_share: profit_by_value.map(|profit| profit.share_contacted),
            reliability: self.ranking.reliability(CALIBRATION_BINS).iter().map(Bin::of).collect(),
            baselines: self.beside(test, rows, config),
            suspicious: suspicious(test, horizon, rows, config.churn.suspicious_auc),
            ..Evaluation::blank(
                HORIZONS_DAYS[horizon],
                test.date,
                &fitted.trained_on,
                fitted.scorer.algorithm(),
            )
        };
        self.draw(&mut evaluation, config);
        evaluation
    }

    fn beside(&self, test: &Origin, rows: &Rows, config: &Config) -> Vec<Baseline> {
        let of = |(name, scores): (&'static str, Vec<f64>)| {
            let scores = rows.values_of(&scores);
            let ranked = rows.scored(&scores).ranked()?;
            let ranking = ranked.ranking();
            Some(Baseline {
                name: name.to_owned(),
                auc: ranking.auc(),
                average_precision: ranking.average_precision(),
                lift_top_decile: ranking.top_share(TOP).map(|top| top.lift),
                auc_gain: gain(&self.ranked, &ranked, config),
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
