//! The better of two algorithms on rows that training has not seen, calibrated there.
//!
//! Where later rows are enough, half of their customers stop the trees and the other half choose and calibrate. Where
//! history is too short for that, both happen on scores out of fold: every customer is scored by a model that was
//! trained without him, all of his rows left out; the model itself is then fitted on all of them.

use super::sample::Sample;
use super::scorer::{Algorithm, Scorer};
use crate::date::Date;
use crate::error::Result;
use crate::model::calibration::{Calibration, ISOTONIC_CLASS_MIN, Method};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Folds of customers where history is short; five is the field's habit (Hastie, Tibshirani & Friedman 2009, 7.10).
pub const FOLDS: u32 = 5;

/// How a champion is fitted and chosen.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Share cut at each end of a tamed input.
    pub winsor_share: f64,
    /// Of the logistic regression, on standardised inputs.
    pub l2_penalty: f64,
    /// What the champion has more of, given scores and labels; `None` where it is not defined.
    pub measure: fn(&[f64], &[bool]) -> Option<f64>,
    /// Whether scores must stay told apart, so that a list can be ordered by probabilities; else isotonic regression is
    /// taken where there are enough rows for it.
    pub keeps_order: bool,
}

/// What probabilities were held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum CalibratedOn {
    /// Origins after those that the model was trained on.
    Later(Vec<Date>),
    /// Rows of customers whom the scoring model had not seen.
    OutOfFold { folds: u32 },
}

/// A figure of each algorithm where the champion was chosen; `None` of one that could not be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByAlgorithm {
    pub logistic: Option<f64>,
    pub trees: Option<f64>,
}

/// The champion.
pub struct Fitted {
    pub scorer: Scorer,
    pub calibration: Calibration,
    pub measured: ByAlgorithm,
    pub n_calibrated: usize,
}

/// Spreads hashes of customers anew, so that neither their buckets nor the order in which they were drawn decide.
fn spread(hash: u32) -> u32 {
    // The finaliser of MurmurHash3 (Appleby 2011, public domain).
    let mixed = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    let mixed = (mixed ^ mixed >> 13).wrapping_mul(0xC2B2_AE35);
    mixed ^ mixed >> 16
}

/// Trained on `train`, chosen and calibrated on `held`, which training must not know. The inner error is a reason that
/// people read.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn out_of_time(train: &Sample, held: &Sample, settings: &Settings) -> Result<Result<Fitted, String>> {
    let is_stopping = |hash: u32| spread(hash) & 1 == 0;
    let (stopping, choice) = (held.filter(is_stopping), held.filter(|hash| !is_stopping(hash)));
    let stopping = Some(&stopping).filter(|rows| rows.n_positive_rows() > 0);
    let mut candidates = Vec::new();
    for algorithm in Algorithm::ALL {
        let fitted = Scorer::fit(algorithm, train, stopping, None, settings)?;
        candidates.push(match fitted {
            Ok(scorer) => Ok((scorer.scores_of(&choice)?, scorer)),
            Err(reason) => Err(reason),
        });
    }
    Ok(champion(candidates, &choice, settings))
}

/// Trained on all rows, chosen and calibrated on scores of customers whom the scoring model has not seen.
///
/// # Errors
/// As [`out_of_time`].
pub fn out_of_fold(all: &Sample, settings: &Settings) -> Result<Result<Fitted, String>> {
    let mut candidates = Vec::new();
    for algorithm in Algorithm::ALL {
        candidates.push(scored_out_of_fold(algorithm, all, settings)?);
    }
    Ok(champion(candidates, all, settings))
}

/// Scores of a fold's rows, and how many trees gave them.
type ScoredFold = (Vec<f64>, Option<usize>);

/// A model of all rows, and the score of each row by a model that was trained without its customer.
fn scored_out_of_fold(
    algorithm: Algorithm,
    all: &Sample,
    settings: &Settings,
) -> Result<Result<(Vec<f64>, Scorer), String>> {
    let of_fold = |fold: u32| move |hash: u32| spread(hash) % FOLDS == fold;
    let fitted = |fold: u32| -> Result<Result<ScoredFold, String>> {
        let (own, next) = (of_fold(fold), of_fold((fold + 1) % FOLDS));
        let stopping = all.filter(next);
        let stopping =
            Some(&stopping).filter(|rows| algorithm == Algorithm::Trees && rows.n_positive_rows() > 0);
        let rest = all.filter(|hash| !own(hash) && (stopping.is_none() || !next(hash)));
        Ok(match Scorer::fit(algorithm, &rest, stopping, None, settings)? {
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
    Ok(Scorer::fit(algorithm, all, None, rounds, settings)?.map(|scorer| (scores, scorer)))
}

/// The candidate that measures more; the simpler one where they are level. One that could not be
/// fitted is out.
fn champion(
    candidates: Vec<Result<(Vec<f64>, Scorer), String>>,
    rows: &Sample,
    settings: &Settings,
) -> Result<Fitted, String> {
    let mut measured = ByAlgorithm { logistic: None, trees: None };
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
        let found = (settings.measure)(&scores, &rows.labels);
        match scorer.algorithm() {
            Algorithm::Logistic => measured.logistic = found,
            Algorithm::Trees => measured.trees = found,
        }
        if best.as_ref().is_none_or(|(best, ..)| found > *best) {
            best = Some((found, scores, scorer));
        }
    }
    let Some((_, scores, scorer)) = best else { return Err(reasons.join("; ")) };
    let rarer = rows.n_positives().min(rows.n_negatives());
    let is_isotonic = !settings.keeps_order && rarer >= ISOTONIC_CLASS_MIN;
    let method = if is_isotonic { Method::Isotonic } else { Method::Platt };
    let calibration = Calibration::fit(method, &scores, &rows.labels)
        .map_err(|cause| format!("the probabilities could not be calibrated: {cause}"))?;
    Ok(Fitted { scorer, calibration, measured, n_calibrated: rows.n_rows() })
}
