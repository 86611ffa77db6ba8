//! A churn model from what was known on a date, and how well one made the same way did before.
//!
//! The model in use learns from the usable origins. The figures that stand beside it come from its twins, one for each
//! horizon at the newest origin that can judge it: fitted in the same way on what was known there. All are made from the
//! same rows, read once. Never: a horizon whose twin could not be judged.

use super::contest::{self, Contest};
use super::fit::fit_horizon;
use super::judge::judge;
use super::labels::{Curve, HORIZONS_DAYS, ReturnCurve};
use super::model::{ACTED_ON, ChurnModel, FORMAT_VERSION, MissingHorizon};
use super::origins::{self, Origin};
use crate::config::{Churn, Config};
use crate::date::Date;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::features::value_basis;
use crate::learn::capacity::daily_capacity;
use crate::model::stability_index::Reference;
use crate::store::{Bank, Calendar, Histories};
use rayon::prelude::*;

/// Why a horizon has no origin to be judged on.
const NO_TEST: &str = "no origin whose outcome is known had a matured origin before it to learn from";

/// What training came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Training {
    Trained(Box<ChurnModel>),
    /// Why there is no model.
    NotTrained(String),
}

impl Training {
    /// Rows that the longest horizon was trained on; 0 without a model.
    pub fn n_rows(&self) -> usize {
        match self {
            Training::Trained(model) => model.horizons.last().map_or(0, |horizon| horizon.n_rows),
            Training::NotTrained(_) => 0,
        }
    }
}

/// Trains on what was known at `known_until`; a horizon needs an origin to be judged on.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the model layer refuses what was checked here.
pub fn train(bank: &Bank, known_until: Date, config: &Config) -> Result<Training> {
    Ok(train_beside(bank, known_until, None, config)?.0)
}

/// The same, and how a model in force does where the new one's twins are judged; nothing of that without either of them.
///
/// # Errors
/// As [`train`].
pub fn train_beside(
    bank: &Bank,
    known_until: Date,
    in_force: Option<&ChurnModel>,
    config: &Config,
) -> Result<(Training, Vec<Contest>)> {
    let rules = &config.churn;
    let not_trained = |because: String| Ok((Training::NotTrained(because), Vec::new()));
    if !rules.enabled {
        return not_trained(format!("switched off: {}", rules.disabled_because));
    }
    let month_ends = origins::month_ends(bank.calendar(), known_until, rules);
    let tests = test_origins(bank.calendar(), &month_ends, known_until, rules);
    let mut test_dates: Vec<Date> = tests.iter().flatten().copied().collect();
    test_dates.sort_unstable();
    test_dates.dedup();
    if test_dates.is_empty() {
        let shortest = origins::maturity_days(bank.calendar(), HORIZONS_DAYS[0], rules);
        let needed = rules.history_days_min + 2 * shortest;
        return not_trained(format!(
            "history is too short: an origin to learn from and one to judge on need {needed} days before {known_until}"
        ));
    }
    // Judged on as many customers as a model may be trained on; and as many to know later customers by, at the newest
    // month-end, whose outcome nobody knows yet.
    let whole: Vec<Date> = test_dates.iter().chain(month_ends.last()).copied().collect();
    let known: Vec<Date> = std::iter::once(known_until).chain(test_dates.iter().copied()).collect();
    let learned_from = learned_from(bank.calendar(), &month_ends, &known, rules);
    let (followed, mut whole) = rows_of(bank, &learned_from, &whole, known_until, config)?;
    let all: Vec<&Origin> = followed.iter().collect();
    let mut model = match fit(bank, &all, known_until, config)? {
        Ok(model) => model,
        Err(reason) => return not_trained(reason),
    };
    model.return_curve = Some(return_curve(bank, known_until, rules)?);
    let untested = HORIZONS_DAYS.into_iter().zip(&tests).filter(|(_, test)| test.is_none());
    model.not_judged.extend(untested.map(|(days, _)| MissingHorizon::new(days, NO_TEST)));
    let newest = whole.pop();
    let mut contests = Vec::new();
    for test in &whole {
        let judged_here = |days: i32| {
            HORIZONS_DAYS.iter().zip(&tests).any(|(own, on)| *own == days && *on == Some(test.date))
        };
        let missing = match fit(bank, &all, test.date, config)? {
            Ok(twin) => {
                let mut found = judge(&twin, test, capacity_share(bank, test, config), config)?;
                found.retain(|judged| judged_here(judged.horizon_days));
                let old = in_force
                    .map(|old| contest::contests([&twin, old], &found, test, bank.calendar(), config));
                contests.extend(old.transpose()?.into_iter().flatten());
                model.evaluations.extend(found);
                twin.missing
            }
            Err(because) => HORIZONS_DAYS.map(|days| MissingHorizon::new(days, &because)).into(),
        };
        model.not_judged.extend(missing.into_iter().filter(|found| judged_here(found.horizon_days)));
    }
    model.evaluations.sort_by_key(|judged| judged.horizon_days);
    let mut model = match keep_judged(model) {
        Ok(model) => model,
        Err(reason) => return not_trained(reason),
    };
    model.reference = newest.map(|newest| reference(&model, &newest)).transpose()?.flatten();
    let contests = match in_force {
        Some(_) => contest::of_all_horizons(&contests, &model.not_judged),
        None => Vec::new(),
    };
    Ok((Training::Trained(Box::new(model)), contests))
}

/// The origins of `dates` with as many rows as a model is trained on from one, and those of `whole` with as many as it is
/// judged on.
///
/// # Errors
/// Kind `Internal` if the store cannot be read.
pub(super) fn rows_of(
    bank: &Bank,
    dates: &[Date],
    whole: &[Date],
    known_until: Date,
    config: &Config,
) -> Result<(Vec<Origin>, Vec<Origin>)> {
    let rules = &config.churn;
    let rows_per_origin = (rules.sample_max / origins::ORIGINS_MAX).max(1);
    let asked: Vec<(Date, usize)> = dates
        .iter()
        .map(|date| (*date, rows_per_origin))
        .chain(whole.iter().map(|date| (*date, rules.sample_max)))
        .collect();
    let costs = config.value.cost_to_serve.rates();
    let mut followed = origins::followed(bank, &asked, known_until, rules, &costs)?;
    let whole = followed.split_off(dates.len());
    Ok((followed, whole))
}

/// Where the customers of an origin lie, and the probabilities that they would be told; `None` where the horizon that is
/// acted on has no model.
fn reference(model: &ChurnModel, origin: &Origin) -> Result<Option<Reference>> {
    let Some(acted_on) = model.horizon(HORIZONS_DAYS[ACTED_ON]) else { return Ok(None) };
    let names = acted_on.scorer.names().into_iter();
    let columns = names.map(|name| (name, origin.features.column(name)));
    let told: Vec<f64> = model.predict(&origin.features)?.iter().filter_map(|row| row[ACTED_ON]).collect();
    Ok(Some(Reference::of(columns, &told)))
}

/// How the silences of all customers ended.
fn return_curve(bank: &Bank, known_until: Date, rules: &Churn) -> Result<Curve> {
    let of_bucket = |bucket: u32| {
        let mut curve = ReturnCurve::new(rules);
        bank.each_customer(bucket, &mut |history| curve.add(&history, known_until))?;
        Ok(curve)
    };
    let buckets: Vec<Result<ReturnCurve>> = (0..bank.n_buckets()).into_par_iter().map(of_bucket).collect();
    let mut whole = ReturnCurve::new(rules);
    for curve in buckets {
        whole.merge(&curve?);
    }
    Ok(whole.curve(rules))
}

/// By horizon the newest origin whose outcome is known and at which a model could have been trained already.
fn test_origins(
    calendar: &Calendar,
    month_ends: &[Date],
    known_until: Date,
    rules: &Churn,
) -> [Option<Date>; HORIZONS_DAYS.len()] {
    HORIZONS_DAYS.map(|days| {
        let usable = |known: Date| origins::usable(month_ends, calendar, known, days, rules);
        usable(known_until).last().copied().filter(|test| !usable(*test).is_empty())
    })
}

/// The origins that models learn from who know what was known on these dates, ascending.
pub(super) fn learned_from(
    calendar: &Calendar,
    month_ends: &[Date],
    known: &[Date],
    rules: &Churn,
) -> Vec<Date> {
    let of = |known: &Date| {
        let known = *known;
        HORIZONS_DAYS
            .into_iter()
            .flat_map(move |days| origins::usable(month_ends, calendar, known, days, rules))
    };
    let mut dates: Vec<Date> = known.iter().flat_map(of).copied().collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// Every horizon that can be, on what was known at a date; the inner error says why none can.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit(
    bank: &Bank,
    origins: &[&Origin],
    known_until: Date,
    config: &Config,
) -> Result<Result<ChurnModel, String>> {
    let (mut horizons, mut missing) = (Vec::new(), Vec::new());
    for (place, horizon_days) in HORIZONS_DAYS.into_iter().enumerate() {
        match fit_horizon(origins, bank.calendar(), place, known_until, config)? {
            Ok(model) => horizons.push(model),
            Err(because) => missing.push(MissingHorizon { horizon_days, because }),
        }
    }
    if horizons.is_empty() {
        return Ok(Err(missing.into_iter().next().map_or_else(String::new, |missing| missing.because)));
    }
    Ok(Ok(ChurnModel {
        format_version: FORMAT_VERSION,
        trained_through: known_until,
        fitted_with: settings_digest(bank, config),
        gap_days: config.churn.gap_days,
        return_curve: None,
        reference: None,
        horizons,
        missing,
        evaluations: Vec::new(),
        not_judged: Vec::new(),
    }))
}

/// A horizon that could not be judged has no probabilities: nobody would know what they are worth. The error says why none
/// is left.
fn keep_judged(mut model: ChurnModel) -> Result<ChurnModel, String> {
    let judged: Vec<i32> = model.evaluations.iter().map(|evaluation| evaluation.horizon_days).collect();
    for horizon in model.horizons.extract_if(.., |horizon| !judged.contains(&horizon.horizon_days)) {
        let days = horizon.horizon_days;
        let found = model.not_judged.iter().find(|missing| missing.horizon_days == days);
        let because =
            found.map_or("nobody left, or everybody did, at the origin to judge on", |found| &found.because);
        model.missing.push(MissingHorizon::new(days, &format!("it could not be judged: {because}")));
    }
    model.missing.sort_by_key(|missing| missing.horizon_days);
    match model.missing.first() {
        Some(missing) if model.horizons.is_empty() => Err(missing.because.clone()),
        _ => Ok(model),
    }
}

/// Digest of the settings that a fit depends on, and of what value means; not of those that only say how a probability is
/// used.
pub fn settings_digest(bank: &Bank, config: &Config) -> String {
    let fitted_with = Churn {
        band_limits: [0.0; 3],
        refit_after_days: 0,
        backtest_origins: 0,
        partial_share: 0.0,
        disabled_because: String::new(),
        ..config.churn.clone()
    };
    let settings = serde_json::json!({
        "churn": fitted_with,
        "cost_to_serve": config.value.cost_to_serve,
        "value_basis": value_basis(bank, bank.as_of(), &config.value.cost_to_serve.rates()).code(),
        "winsor_share": config.segment.winsor_share,
        "seed": config.seed,
        "features": features()
            .filter(|feature| feature.in_churn_model)
            .map(|feature| feature.name)
            .collect::<Vec<_>>(),
    });
    blake3::hash(settings.to_string().as_bytes()).to_hex().to_string()
}

/// Customers that the managers can contact in a day, as a share of those in scope at an origin; `None` where nobody is.
pub fn capacity_share(bank: &Bank, test: &Origin, config: &Config) -> Option<f64> {
    let capacity = daily_capacity(bank, test.date, config);
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    (test.n_in_scope > 0 && capacity > 0).then(|| (capacity as f64 / test.n_in_scope as f64).min(1.0))
}
