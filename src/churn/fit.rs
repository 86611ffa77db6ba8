//! One horizon's model: both algorithms trained on the past, the better one kept and calibrated on what came later.
//!
//! ```text
//! origins whose labels were complete before the newest origin ──> train
//! the newest one, and of those between whom training has not seen:
//!                          half of these customers ─────────────> stop the trees
//!                          the other half ──────────────────────> choose the champion, calibrate it
//! ```
//!
//! Where history is too short for that, the choice and the calibration are made on scores out of fold: every
//! customer is scored by a model that was trained without him, all of his rows left out; the model itself is then fitted
//! on all of them.

use super::labels::{HORIZONS_DAYS, Label};
use super::model::{CalibratedOn, ChampionAuc, HorizonModel};
use super::origins::{self, Origin};
use super::sample::Sample;
use super::scorer::{Algorithm, Scorer};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::model::calibration::{Calibration, ISOTONIC_CLASS_MIN, Method};
use crate::model::metrics;
use crate::store::Calendar;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Folds of customers where history is short; five is the field's habit (Hastie, Tibshirani & Friedman 2009, 7.10).
const FOLDS: u32 = 5;

/// Fits one horizon, by its place in [`HORIZONS_DAYS`], on what was known on `known_until`. `origins` ascend by date.
/// The inner error is a reason that people read.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit_horizon(
    origins: &[&Origin],
    calendar: &Calendar,
    horizon: usize,
    known_until: Date,
    config: &Config,
) -> Result<Result<HorizonModel, String>> {
    let days = HORIZONS_DAYS[horizon];
    let dates: Vec<Date> = origins.iter().map(|origin| origin.date).collect();
    let usable = origins::usable(&dates, calendar, known_until, days, &config.churn);
    let Some((first, newest)) = usable.first().zip(usable.last()) else {
        let needed = config.churn.history_days_min + origins::maturity_days(calendar, days, &config.churn);
        return Ok(Err(format!("history is too short: an origin and its outcome need {needed} days")));
    };
    let own: Vec<&Origin> =
        origins.iter().copied().filter(|origin| (*first..=*newest).contains(&origin.date)).collect();
    let all = Sample::of(&own, horizon);
    if let Some(reason) = too_few(&all, config) {
        return Ok(Err(reason));
    }
    let maturity = origins::maturity_days(calendar, days, &config.churn);
    let (earlier, later): (Vec<&Origin>, Vec<&Origin>) =
        own.iter().copied().partition(|origin| origin.date <= newest.plus_days(-maturity));
    let train = Sample::of(&earlier, horizon);
    let held = unseen(&earlier, &later, &train, maturity, horizon);
    let in_time = too_few(&train, config).is_none() && too_few(&held, config).is_none();
    let fitted = if in_time { out_of_time(&train, &held, config)? } else { out_of_fold(&all, config)? };
    let (trained_on, calibrated_on) = match in_time {
        true => (&earlier, CalibratedOn::Later(later.iter().map(|origin| origin.date).collect())),
        false => (&own, CalibratedOn::OutOfFold { folds: FOLDS }),
    };
    let count = |label| own.iter().map(|origin| origin.n_with(horizon, label)).sum();
    Ok(fitted.map(|fitted| HorizonModel {
        horizon_days: days,
        trained_on: trained_on.iter().map(|origin| origin.date).collect(),
        calibrated_on,
        n_rows: if in_time { train.n_rows() } else { all.n_rows() },
        n_left: if in_time { train.n_left() } else { all.n_left() },
        n_leavers: if in_time { train.n_leavers() } else { all.n_leavers() },
        n_calibrated: fitted.n_calibrated,
        n_in_gap: count(Label::InGap),
        n_not_his_decision: count(Label::NotHisDecision),
        auc: fitted.auc,
        scorer: fitted.scorer,
        calibration: fitted.calibration,
    }))
}

/// Rows whose outcome no training row knows: of origins after the labels of training were complete, all; of those in
/// between, where windows overlap, the customers whom training has not seen.
fn unseen(
    earlier: &[&Origin],
    later: &[&Origin],
    train: &Sample,
    maturity_days: i32,
    horizon: usize,
) -> Sample {
    let closed_on = earlier.last().map(|origin| origin.date.plus_days(maturity_days));
    let seen: BTreeSet<u32> = train.hashes.iter().copied().collect();
    let is_later = |origin: &Origin| closed_on.is_some_and(|closed_on| origin.date >= closed_on);
    Sample::chosen(later, horizon, |origin, hash| is_later(origin) || !seen.contains(&hash))
}

struct Fitted {
    scorer: Scorer,
    calibration: Calibration,
    auc: ChampionAuc,
    n_calibrated: usize,
}

/// Why these rows teach nothing; `None` where they are enough.
fn too_few(sample: &Sample, config: &Config) -> Option<String> {
    let (n_left, n_stayed, needed) = (sample.n_leavers(), sample.n_stayers(), config.churn.positives_min);
    if n_left < needed {
        return Some(format!("only {n_left} customers left at the usable origins; {needed} are needed"));
    }
    (n_stayed < needed).then(|| {
        format!(
            "only {n_stayed} customers stayed at the usable origins, too few to compare {n_left} leavers with"
        )
    })
}

/// Spreads hashes of customers anew, so that neither their buckets nor the order in which they were drawn decide.
fn spread(hash: u32) -> u32 {
    // The finaliser of MurmurHash3 (Appleby 2011, public domain).
    let mixed = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    let mixed = (mixed ^ mixed >> 13).wrapping_mul(0xC2B2_AE35);
    mixed ^ mixed >> 16
}

fn out_of_time(train: &Sample, held: &Sample, config: &Config) -> Result<Result<Fitted, String>> {
    let is_stopping = |hash: u32| spread(hash) & 1 == 0;
    let (stopping, choice) = (held.filter(is_stopping), held.filter(|hash| !is_stopping(hash)));
    let stopping = Some(&stopping).filter(|rows| rows.n_left() > 0);
    let mut candidates = Vec::new();
    for algorithm in Algorithm::ALL {
        let fitted = Scorer::fit(algorithm, train, stopping, None, config)?;
        candidates.push(match fitted {
            Ok(scorer) => Ok((scorer.scores_of(&choice)?, scorer)),
            Err(reason) => Err(reason),
        });
    }
    Ok(champion(candidates, &choice))
}

fn out_of_fold(all: &Sample, config: &Config) -> Result<Result<Fitted, String>> {
    let mut candidates = Vec::new();
    for algorithm in Algorithm::ALL {
        candidates.push(scored_out_of_fold(algorithm, all, config)?);
    }
    Ok(champion(candidates, all))
}

/// Scores of a fold's rows, and how many trees gave them.
type ScoredFold = (Vec<f64>, Option<usize>);

/// A model of all rows, and the score of each row by a model that was trained without its customer.
fn scored_out_of_fold(
    algorithm: Algorithm,
    all: &Sample,
    config: &Config,
) -> Result<Result<(Vec<f64>, Scorer), String>> {
    let of_fold = |fold: u32| move |hash: u32| spread(hash) % FOLDS == fold;
    let fitted = |fold: u32| -> Result<Result<ScoredFold, String>> {
        let (own, next) = (of_fold(fold), of_fold((fold + 1) % FOLDS));
        let stopping = all.filter(next);
        let stopping = Some(&stopping).filter(|rows| algorithm == Algorithm::Trees && rows.n_left() > 0);
        let rest = all.filter(|hash| !own(hash) && (stopping.is_none() || !next(hash)));
        Ok(match Scorer::fit(algorithm, &rest, stopping, None, config)? {
            Ok(scorer) => Ok((scorer.scores_of(&all.filter(own))?, scorer.n_trees())),
            Err(reason) => Err(reason),
        })
    };
    let folds: Vec<Result<Result<ScoredFold, String>>> = (0..FOLDS).into_par_iter().map(fitted).collect();
    let mut scores = vec![f64::NAN; all.n_rows()];
    let mut rounds = Vec::new();
    for (fold, fitted) in (0..FOLDS).zip(folds) {
        let (own_scores, n_trees) = match fitted? {
            Ok(fitted) => fitted,
            Err(reason) => return Ok(Err(reason)),
        };
        rounds.extend(n_trees);
        let own = of_fold(fold);
        let rows = scores.iter_mut().zip(&all.hashes).filter(|(_, hash)| own(**hash));
        rows.zip(own_scores).for_each(|((score, _), found)| *score = found);
    }
    rounds.sort_unstable();
    let rounds = rounds.get(rounds.len() / 2).map(|rounds| (*rounds).max(1));
    Ok(Scorer::fit(algorithm, all, None, rounds, config)?.map(|scorer| (scores, scorer)))
}

/// The candidate with the larger area under the ROC curve; the simpler one where they are level. One that could not be
/// fitted is out.
fn champion(candidates: Vec<Result<(Vec<f64>, Scorer), String>>, rows: &Sample) -> Result<Fitted, String> {
    let mut auc = ChampionAuc { logistic: None, trees: None };
    let mut best: Option<(Option<f64>, Vec<f64>, Scorer)> = None;
    let mut reasons = Vec::new();
    for candidate in candidates {
        let (scores, scorer) = match candidate {
            Ok(fitted) => fitted,
            Err(reason) => {
                reasons.push(reason);
                continue;
            }
        };
        let found = metrics::auc(&scores, &rows.left);
        match scorer.algorithm() {
            Algorithm::Logistic => auc.logistic = found,
            Algorithm::Trees => auc.trees = found,
        }
        if best.as_ref().is_none_or(|(best, ..)| found > *best) {
            best = Some((found, scores, scorer));
        }
    }
    let Some((_, scores, scorer)) = best else { return Err(reasons.join("; ")) };
    let rarer = rows.n_leavers().min(rows.n_stayers());
    let method = if rarer >= ISOTONIC_CLASS_MIN { Method::Isotonic } else { Method::Platt };
    let calibration = Calibration::fit(method, &scores, &rows.left)
        .map_err(|cause| format!("the probabilities could not be calibrated: {cause}"))?;
    Ok(Fitted { scorer, calibration, auc, n_calibrated: rows.n_rows() })
}
