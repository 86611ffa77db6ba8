//! Rolling origins: a propensity model from what was known at each of several month-ends, judged by who bought since.
//!
//! Reads the bank; writes nothing. Never: a model that has seen the purchases that it is judged by.

use super::evaluation::Evaluation;
use super::judge::judge;
use super::origins::{self, Origin};
use super::rules::Rules;
use super::train::{fit, rows_per_origin};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::learn::capacity::daily_capacity;
use crate::store::Bank;
use serde::Serialize;

/// What a backtest came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    pub known_until: Date,
    pub rules_version: u32,
    /// By test origin, oldest first: over all products, then by product.
    pub evaluations: Vec<Evaluation>,
    /// Why there are no figures, where there are none.
    pub not_judged: Option<String>,
}

/// Judges models at the newest `propensity.backtest_origins` month-ends of which it is known by `known_until` who bought.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the model layer refuses what was checked here.
pub fn backtest(bank: &Bank, rules: &Rules, known_until: Date, config: &Config) -> Result<Backtest> {
    let month_ends = origins::month_ends(bank.calendar(), known_until);
    let usable = |known: Date| origins::usable(&month_ends, known);
    let newest = usable(known_until).iter().rev().copied();
    let mut tests: Vec<Date> =
        newest.take(config.propensity.backtest_origins).filter(|test| !usable(*test).is_empty()).collect();
    tests.sort_unstable();
    let mut found =
        Backtest { known_until, rules_version: rules.version, evaluations: Vec::new(), not_judged: None };
    if tests.is_empty() {
        found.not_judged = Some(format!(
            "no month-end before {known_until} has an outcome, and one before it to learn from"
        ));
        return Ok(found);
    }
    let mut learned_from: Vec<Date> = tests.iter().flat_map(|test| usable(*test)).copied().collect();
    learned_from.sort_unstable();
    learned_from.dedup();
    let asked: Vec<(Date, usize)> = learned_from
        .iter()
        .map(|date| (*date, rows_per_origin(config)))
        .chain(tests.iter().map(|date| (*date, config.propensity.sample_max)))
        .collect();
    let mut earlier = origins::followed(bank, &asked, rules, &config.value.cost_to_serve.rates())?;
    let tests = earlier.split_off(learned_from.len());
    let earlier: Vec<&Origin> = earlier.iter().collect();
    for test in &tests {
        let model = fit(bank, rules, &earlier, test.date, config)?;
        found.evaluations.extend(judge(&model, rules, test, places(bank, test, config), config)?);
    }
    Ok(found)
}

/// Contacts of a day that are for selling, of as many customers as the origin has rows of.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of customers"
)]
pub fn places(bank: &Bank, test: &Origin, config: &Config) -> usize {
    let contacts = daily_capacity(bank, test.date, config) as f64 * config.lists.quotas.selling;
    let share = test.facts.len() as f64 / test.n_customers.max(1) as f64;
    (contacts * share).round().max(1.0) as usize
}
