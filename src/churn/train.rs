//! A churn model from what was known on a date, and how well one made the same way did before.
//!
//! The model in use learns from every usable origin. The figures that stand beside it come from its twin: fitted in the
//! same way on what was known at an earlier origin, and judged there. Both are made from the same rows, read once.

use super::fit::fit_horizon;
use super::judge::judge;
use super::labels::{Curve, HORIZONS_DAYS, ReturnCurve};
use super::model::{ChurnModel, FORMAT_VERSION, MissingHorizon};
use super::origins::{self, Origin};
use crate::config::{Churn, Config};
use crate::date::Date;
use crate::error::Result;
use crate::model::stability_index::Reference;
use crate::store::{Bank, Histories};
use rayon::prelude::*;

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
    let rules = &config.churn;
    if !rules.enabled {
        return Ok(Training::NotTrained(format!("switched off: {}", rules.disabled_because)));
    }
    let month_ends = origins::month_ends(bank.calendar(), known_until, rules);
    let Some(test_date) = test_origin(bank, &month_ends, known_until, config) else {
        let shortest = origins::maturity_days(bank.calendar(), HORIZONS_DAYS[0], rules);
        let needed = rules.history_days_min + 2 * shortest;
        return Ok(Training::NotTrained(format!(
            "history is too short: an origin to learn from and one to judge on need {needed} days before {known_until}"
        )));
    };
    let wanted = wanted(bank, &month_ends, known_until, test_date, config);
    let rows_per_origin = (rules.sample_max / origins::ORIGINS_MAX).max(1);
    let mut asked: Vec<(Date, usize)> = wanted.iter().map(|date| (*date, rows_per_origin)).collect();
    // Judged on as many customers as a model may be trained on, not on its part of them; and as many to know later
    // customers by, at the newest month-end, whose outcome nobody knows yet.
    asked.push((test_date, rules.sample_max));
    asked.extend(month_ends.last().map(|newest| (*newest, rules.sample_max)));
    let mut followed =
        origins::followed(bank, &asked, known_until, rules, &config.value.cost_to_serve.rates())?;
    let newest = followed.pop();
    let test = followed.pop();
    let all: Vec<&Origin> = followed.iter().collect();
    let mut model = match fit(bank, &all, known_until, config)? {
        Ok(model) => model,
        Err(reason) => return Ok(Training::NotTrained(reason)),
    };
    model.return_curve = Some(return_curve(bank, known_until, rules)?);
    model.reference = newest.map(|newest| reference(&model, &newest)).transpose()?.flatten();
    if let Some(test) = test {
        match fit(bank, &all, test.date, config)? {
            Ok(twin) => {
                model.evaluations = judge(&twin, &test, capacity_share(bank, &test, config), config)?;
                model.not_judged = twin.missing;
            }
            Err(because) => {
                model.not_judged = HORIZONS_DAYS
                    .map(|horizon_days| MissingHorizon { horizon_days, because: because.clone() })
                    .into();
            }
        }
    }
    Ok(keep_judged(model))
}

/// Where the customers of an origin lie, and their probabilities.
fn reference(model: &ChurnModel, origin: &Origin) -> Result<Option<Reference>> {
    let Some(acted_on) = model.acted_on() else { return Ok(None) };
    let names = acted_on.scorer.names().into_iter();
    let columns = names.map(|name| (name, origin.features.column(name)));
    Ok(Some(Reference::of(columns, &acted_on.probabilities(&origin.features)?)))
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

/// The newest origin whose outcome is known and at which a model of the longest possible horizon could have been
/// trained already.
fn test_origin(bank: &Bank, month_ends: &[Date], known_until: Date, config: &Config) -> Option<Date> {
    let calendar = bank.calendar();
    HORIZONS_DAYS.into_iter().rev().find_map(|days| {
        let usable = origins::usable(month_ends, calendar, known_until, days, &config.churn);
        let has_past =
            |test: &&Date| !origins::usable(month_ends, calendar, **test, days, &config.churn).is_empty();
        usable.last().filter(has_past).copied()
    })
}

/// The origins that the model or its twin learn from, ascending.
fn wanted(bank: &Bank, month_ends: &[Date], known_until: Date, test: Date, config: &Config) -> Vec<Date> {
    let of = |known: Date| {
        HORIZONS_DAYS
            .into_iter()
            .flat_map(move |days| origins::usable(month_ends, bank.calendar(), known, days, &config.churn))
    };
    let mut dates: Vec<Date> = of(known_until).chain(of(test)).copied().collect();
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
        fitted_with: settings_digest(config),
        gap_days: config.churn.gap_days,
        return_curve: None,
        reference: None,
        horizons,
        missing,
        evaluations: Vec::new(),
        not_judged: Vec::new(),
    }))
}

/// A horizon that could not be judged has no probabilities: nobody would know what they are worth.
fn keep_judged(mut model: ChurnModel) -> Training {
    let judged: Vec<i32> = model.evaluations.iter().map(|evaluation| evaluation.horizon_days).collect();
    for horizon in model.horizons.extract_if(.., |horizon| !judged.contains(&horizon.horizon_days)) {
        let because =
            model.not_judged.iter().find(|missing| missing.horizon_days == horizon.horizon_days).map_or_else(
                || "nobody left, or everybody did, at the origin to judge on".into(),
                |m| m.because.clone(),
            );
        let because = format!("it could not be judged: {because}");
        model.missing.push(MissingHorizon { horizon_days: horizon.horizon_days, because });
    }
    model.missing.sort_by_key(|missing| missing.horizon_days);
    match model.missing.first() {
        Some(missing) if model.horizons.is_empty() => Training::NotTrained(missing.because.clone()),
        _ => Training::Trained(Box::new(model)),
    }
}

/// Digest of the settings that a fit depends on.
pub fn settings_digest(config: &Config) -> String {
    let settings = serde_json::json!({
        "churn": config.churn,
        "winsor_share": config.segment.winsor_share,
        "seed": config.seed,
        "features": crate::features::catalogue::features()
            .filter(|feature| feature.in_churn_model)
            .map(|feature| feature.name)
            .collect::<Vec<_>>(),
    });
    blake3::hash(settings.to_string().as_bytes()).to_hex().to_string()
}

/// Customers that the managers can contact in a day, as a share of those in scope; `None` where nobody is. Managers are
/// those of the origin's rows.
pub fn capacity_share(bank: &Bank, test: &Origin, config: &Config) -> Option<f64> {
    let mut managers: Vec<&str> = test
        .features
        .customers()
        .iter()
        .filter_map(|index| bank.customer(*index).manager_id.as_deref())
        .collect();
    managers.sort_unstable();
    managers.dedup();
    let capacity_of = |id: &&str| {
        let own = bank.manager(id).and_then(|manager| manager.daily_capacity);
        own.unwrap_or(config.lists.capacity_default)
    };
    let capacity: u32 = managers.iter().map(capacity_of).sum();
    let n = test.n_in_scope;
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    (n > 0 && capacity > 0).then(|| (f64::from(capacity) / n as f64).min(1.0))
}
