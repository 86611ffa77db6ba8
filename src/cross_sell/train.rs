//! A propensity model from what was known on a date.

use super::PURCHASE_DAYS;
use super::fit::fit_product;
use super::model::{FORMAT_VERSION, PropensityModel};
use super::origins::{self, ORIGINS_MAX, Origin};
use super::rules::Rules;
use crate::config::{Config, Propensity};
use crate::date::Date;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::features::value_basis;
use crate::store::Bank;
use rayon::prelude::*;

/// What training came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Training {
    Trained(Box<PropensityModel>),
    /// Why there is no model.
    NotTrained(String),
}

/// Trains on what was known at `known_until`.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the model layer refuses what was checked here.
pub fn train(bank: &Bank, rules: &Rules, known_until: Date, config: &Config) -> Result<Training> {
    let month_ends = origins::month_ends(bank.calendar(), known_until);
    let dates = origins::usable(&month_ends, known_until);
    if dates.is_empty() {
        return Ok(Training::NotTrained(format!(
            "history is too short: a month-end with balances and {PURCHASE_DAYS} days after it are needed before {known_until}"
        )));
    }
    let asked: Vec<(Date, usize)> = dates.iter().map(|date| (*date, rows_per_origin(config))).collect();
    let followed = origins::followed(bank, &asked, rules, &config.value.cost_to_serve.rates())?;
    let all: Vec<&Origin> = followed.iter().collect();
    Ok(Training::Trained(Box::new(fit(bank, rules, &all, known_until, config)?)))
}

pub(super) fn rows_per_origin(config: &Config) -> usize {
    (config.propensity.sample_max / ORIGINS_MAX).max(1)
}

/// Every product that the rules name, on the usable ones of these origins (ascending by date).
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit(
    bank: &Bank,
    rules: &Rules,
    origins: &[&Origin],
    known_until: Date,
    config: &Config,
) -> Result<PropensityModel> {
    let dates: Vec<Date> = origins.iter().map(|origin| origin.date).collect();
    let usable = origins::usable(&dates, known_until);
    let own: Vec<&Origin> = origins.iter().copied().filter(|origin| usable.contains(&origin.date)).collect();
    let fitted: Vec<_> =
        rules.products().into_par_iter().map(|product| fit_product(&own, rules, product, config)).collect();
    let products = fitted.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    Ok(PropensityModel {
        format_version: FORMAT_VERSION,
        trained_through: known_until,
        fitted_with: settings_digest(bank, rules, config),
        purchase_days: PURCHASE_DAYS,
        rules_version: rules.version,
        origins: own.iter().map(|origin| origin.date).collect(),
        products,
    })
}

/// Digest of the settings and rules that a fit depends on; not of those that only say how a probability is used.
pub fn settings_digest(bank: &Bank, rules: &Rules, config: &Config) -> String {
    let fitted_with = Propensity { refit_after_days: 0, backtest_origins: 0, ..config.propensity.clone() };
    let settings = serde_json::json!({
        "propensity": fitted_with,
        "rules": rules.blake3,
        "cost_to_serve": config.value.cost_to_serve,
        "value_basis": value_basis(bank, bank.as_of(), &config.value.cost_to_serve.rates()).code(),
        "winsor_share": config.segment.winsor_share,
        "l2_penalty": config.churn.l2_penalty,
        "features": features()
            .filter(|feature| feature.in_churn_model)
            .map(|feature| feature.name)
            .collect::<Vec<_>>(),
    });
    blake3::hash(settings.to_string().as_bytes()).to_hex().to_string()
}
