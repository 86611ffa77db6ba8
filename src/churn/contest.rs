//! A new model beside the one in force: both judged by what became of the same customers.
//!
//! The new model has learned from these customers since, so its twin of that date stands for it. A model in force that has
//! seen a day after the origin may know the outcome: it is not judged there, and the reason is said. Reads an origin and
//! features of the night; writes nothing.

use super::evaluation::{Evaluation, Figure};
use super::judge;
use super::labels::HORIZONS_DAYS;
use super::model::{ACTED_ON, ChurnModel, MissingHorizon};
use super::origins::{self, Origin};
use super::table;
use crate::config::{Band, Config};
use crate::date::Date;
use crate::error::Result;
use crate::features::FeatureTable;
use crate::store::{Bank, Calendar};
use serde::Serialize;

/// Both models at one horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contest {
    pub horizon_days: i32,
    #[serde(flatten)]
    pub result: ContestResult,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ContestResult {
    Judged(Box<Judged>),
    NotJudged { because: String },
}

/// Figures of both at one origin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    pub test_origin: Date,
    pub n_customers: usize,
    pub n_left: usize,
    /// Of the twin of the new model.
    pub new: Standing,
    pub in_force: Standing,
    /// How much more of the area under the curve the new one has, with its paired interval.
    pub auc_gain: Option<Figure>,
}

/// What one model reaches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standing {
    pub auc: Option<Figure>,
    pub expected_calibration_error: Option<Figure>,
    pub brier_skill: Option<Figure>,
    /// Expected maximum profit per customer, in the euros of its paper.
    pub profit: Option<Figure>,
}

/// Customers of the night whose band would be another one under the new model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BandChanges {
    /// In scope.
    pub n_customers: usize,
    pub n_higher: usize,
    pub n_lower: usize,
}

impl Standing {
    fn of(judged: &Evaluation) -> Self {
        Self {
            auc: judged.auc,
            expected_calibration_error: judged.expected_calibration_error,
            brier_skill: judged.brier_skill,
            profit: judged.profit,
        }
    }
}

/// The model in force beside the `evaluations` that the twin of the new one had at `test`.
///
/// # Errors
/// Kind `Internal` if a model does not fit the origin's features.
pub(super) fn contests(
    [twin, in_force]: [&ChurnModel; 2],
    evaluations: &[Evaluation],
    test: &Origin,
    calendar: &Calendar,
    config: &Config,
) -> Result<Vec<Contest>> {
    let has_seen = in_force.trained_through > test.date;
    let known = if has_seen { Vec::new() } else { judge::judge(in_force, test, None, config)? };
    let mut contests = Vec::new();
    for new in evaluations {
        let horizon_days = new.horizon_days;
        let old = known.iter().find(|judged| judged.horizon_days == horizon_days);
        let result = match old {
            Some(old) => ContestResult::Judged(Box::new(Judged {
                test_origin: test.date,
                n_customers: new.n_customers,
                n_left: new.n_left,
                new: Standing::of(new),
                in_force: Standing::of(old),
                auc_gain: judge::auc_gain([twin, in_force], test, horizon_days, config)?,
            })),
            None if in_force.horizon(horizon_days).is_none() => {
                ContestResult::NotJudged { because: "the model in force has no such horizon".to_owned() }
            }
            None => ContestResult::NotJudged {
                because: seen_since(in_force, test.date, horizon_days, calendar, config),
            },
        };
        contests.push(Contest { horizon_days, result });
    }
    Ok(contests)
}

/// Why a model that is newer than an origin is not judged there, and when it can be.
fn seen_since(
    in_force: &ChurnModel,
    test: Date,
    horizon_days: i32,
    calendar: &Calendar,
    config: &Config,
) -> String {
    let through = in_force.trained_through;
    let maturity = origins::maturity_days(calendar, horizon_days, &config.churn);
    let known_on = through.month_end().plus_days(maturity);
    format!(
        "the model in force has seen what happened until {through}, and so what became of the customers of {test}; what \
         becomes of those of {} is known on {known_on}",
        through.month_end()
    )
}

/// A contest of every horizon, in their order; `missing` says why the new model was not judged.
pub(super) fn of_all_horizons(found: &[Contest], missing: &[MissingHorizon]) -> Vec<Contest> {
    let of = |days: i32| {
        let known = found.iter().find(|contest| contest.horizon_days == days).cloned();
        known.unwrap_or_else(|| {
            let missing = missing.iter().find(|missing| missing.horizon_days == days);
            let because = missing.map_or(judge::ONE_CLASS, |missing| missing.because.as_str()).to_owned();
            Contest { horizon_days: days, result: ContestResult::NotJudged { because } }
        })
    };
    HORIZONS_DAYS.map(of).into()
}

/// How bands of the night change when `new` takes the place of `in_force`; `None` where one of them gives none.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or a model does not fit the table.
pub fn band_changes(
    bank: &Bank,
    features: &FeatureTable,
    new: &ChurnModel,
    in_force: &ChurnModel,
    config: &Config,
) -> Result<Option<BandChanges>> {
    if [new, in_force].iter().any(|model| model.horizon(HORIZONS_DAYS[ACTED_ON]).is_none()) {
        return Ok(None);
    }
    let (scopes, _) = table::scopes_and_baselines(bank, features, config)?;
    let [new, old] = [new, in_force].map(|model| table::in_scope(model, features, &scopes));
    let band = |probability: f64| Band::of(probability, &config.churn.band_limits);
    let mut changes = BandChanges { n_customers: 0, n_higher: 0, n_lower: 0 };
    for (new, old) in new?.iter().zip(old?) {
        let Some((new, old)) = new[ACTED_ON].zip(old[ACTED_ON]) else { continue };
        changes.n_customers += 1;
        changes.n_higher += usize::from(band(new) > band(old));
        changes.n_lower += usize::from(band(new) < band(old));
    }
    Ok(Some(changes))
}
