//! One horizon's model: both algorithms trained on the past, the better one kept and calibrated on what came later.
//!
//! ```text
//! origins whose labels were complete before the newest origin ──> train
//! the origins after them, half of their customers ──────────────> stop the trees
//!                          the other half ──────────────────────> choose the champion, calibrate it
//! ```
//!
//! Where history is too short for that, the choice and the calibration are made on scores out of fold: every
//! customer is scored by a model that was trained without him, all of his rows left out.

use super::labels::{HORIZONS_DAYS, Label};
use super::model::{CalibratedOn, ChampionAuc, HorizonModel};
use super::origins::{self, Origin};
use super::sample::Sample;
use super::scorer::{Algorithm, Scorer};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::model::calibration::{Calibration, Method};
use crate::model::metrics;
use crate::store::Calendar;

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
    let closed_by = newest.plus_days(-origins::maturity_days(calendar, days, &config.churn));
    let (earlier, later): (Vec<&Origin>, Vec<&Origin>) =
        own.iter().copied().partition(|origin| origin.date <= closed_by);
    let (train, held) = (Sample::of(&earlier, horizon), Sample::of(&later, horizon));
    let in_time = too_few(&train, config).is_none() && held.n_left() >= config.churn.positives_min;
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
        n_calibrated: fitted.n_calibrated,
        n_in_gap: count(Label::InGap),
        n_not_his_decision: count(Label::NotHisDecision),
        auc: fitted.auc,
        scorer: fitted.scorer,
        calibration: fitted.calibration,
    }))
}

struct Fitted {
    scorer: Scorer,
    calibration: Calibration,
    auc: ChampionAuc,
    n_calibrated: usize,
}

/// Why these rows teach nothing; `None` where they are enough.
fn too_few(sample: &Sample, config: &Config) -> Option<String> {
    let (n, n_left, needed) = (sample.n_rows(), sample.n_left(), config.churn.positives_min);
    if n_left < needed {
        return Some(format!(
            "only {n_left} of {n} customers left at the usable origins; {needed} are needed"
        ));
    }
    if n - n_left < needed {
        return Some(format!(
            "{n_left} of {n} customers left at the usable origins; there are too few to compare with"
        ));
    }
    None
}

fn out_of_time(train: &Sample, held: &Sample, config: &Config) -> Result<Result<Fitted, String>> {
    // The lowest bit decides buckets already; a higher one halves every bucket.
    let half = |hash: u32| hash >> 16 & 1 == 0;
    let (stopping, choice) = (held.filter(half), held.filter(|hash| !half(hash)));
    let choice = if choice.n_left() == 0 { held } else { &choice };
    let stopping = Some(&stopping).filter(|rows| rows.n_left() > 0);
    let mut candidates = Vec::new();
    for algorithm in Algorithm::ALL {
        let scorer = match Scorer::fit(algorithm, train, stopping, None, config)? {
            Ok(scorer) => scorer,
            Err(reason) => return Ok(Err(reason)),
        };
        let scores = scorer.scores_of(choice)?;
        candidates.push((scorer, scores));
    }
    Ok(champion(candidates, &choice.left))
}

fn out_of_fold(all: &Sample, config: &Config) -> Result<Result<Fitted, String>> {
    let mut candidates = Vec::new();
    for algorithm in Algorithm::ALL {
        let mut scores = vec![f64::NAN; all.n_rows()];
        let mut rounds = Vec::new();
        for fold in 0..FOLDS {
            let is_in = |hash: u32| hash >> 16 & 0xFFFF;
            let of_fold = move |hash: u32| is_in(hash) % FOLDS == fold;
            let next = move |hash: u32| is_in(hash) % FOLDS == (fold + 1) % FOLDS;
            let stopping = all.filter(next);
            let rest = match algorithm {
                Algorithm::Trees => all.filter(|hash| !of_fold(hash) && !next(hash)),
                Algorithm::Logistic => all.filter(|hash| !of_fold(hash)),
            };
            let scorer = match Scorer::fit(algorithm, &rest, Some(&stopping), None, config)? {
                Ok(scorer) => scorer,
                Err(reason) => return Ok(Err(reason)),
            };
            rounds.extend(scorer.n_trees());
            let mut own = scorer.scores_of(&all.filter(of_fold))?.into_iter();
            for (score, hash) in scores.iter_mut().zip(&all.hashes) {
                if of_fold(*hash) {
                    *score = own.next().unwrap_or(f64::NAN);
                }
            }
        }
        rounds.sort_unstable();
        let rounds = rounds.get(rounds.len() / 2).map(|rounds| (*rounds).max(1));
        match Scorer::fit(algorithm, all, None, rounds, config)? {
            Ok(scorer) => candidates.push((scorer, scores)),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(champion(candidates, &all.left))
}

/// The candidate with the larger area under the ROC curve; the simpler one where they are level.
fn champion(candidates: Vec<(Scorer, Vec<f64>)>, left: &[bool]) -> Result<Fitted, String> {
    let aucs: Vec<Option<f64>> = candidates.iter().map(|(_, scores)| metrics::auc(scores, left)).collect();
    let auc = ChampionAuc { logistic: aucs[0], trees: aucs[1] };
    let best = usize::from(aucs[1] > aucs[0]);
    let (scorer, scores) = candidates.into_iter().nth(best).ok_or("there is no candidate")?;
    let calibration = Calibration::fit(Method::by_default_for(left), &scores, left)
        .map_err(|cause| format!("the probabilities could not be calibrated: {cause}"))?;
    Ok(Fitted { scorer, calibration, auc, n_calibrated: left.len() })
}
