//! Rolling origins: a model from what was known at each of several month-ends, judged by what became of the customers.
//!
//! Every origin is followed once and serves all models that could have known it. Reads the bank; writes nothing. Never: a
//! model that has seen the outcome that it is judged by.

use super::evaluation::Evaluation;
use super::judge::{ONE_CLASS, judge};
use super::labels::HORIZONS_DAYS;
use super::model::MissingHorizon;
use super::origins::{self, Origin};
use super::train::{capacity_share, fit, learned_from, rows_of};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::store::Bank;
use serde::Serialize;

/// What a backtest came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backtest {
    pub known_until: Date,
    /// By test origin, oldest first, and horizon.
    pub evaluations: Vec<Evaluation>,
    /// Test origins and horizons that could not be judged.
    pub not_judged: Vec<NotJudged>,
}

/// Why there are no figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotJudged {
    pub test_origin: Date,
    #[serde(flatten)]
    pub missing: MissingHorizon,
}

/// Judges models at the newest `churn.backtest_origins` month-ends whose outcome is known by `known_until`.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the model layer refuses what was checked here.
pub fn backtest(bank: &Bank, known_until: Date, config: &Config) -> Result<Backtest> {
    let rules = &config.churn;
    let calendar = bank.calendar();
    let month_ends = origins::month_ends(calendar, known_until, rules);
    let usable = |known: Date, days: i32| origins::usable(&month_ends, calendar, known, days, rules);
    // The newest of each horizon.
    let mut tests: Vec<Date> = HORIZONS_DAYS
        .into_iter()
        .flat_map(|days| usable(known_until, days).iter().rev().take(rules.backtest_origins))
        .copied()
        .collect();
    tests.sort_unstable();
    tests.dedup();
    let dates = learned_from(calendar, &month_ends, &tests, rules);
    let (followed, tests) = rows_of(bank, &dates, &tests, known_until, config)?;
    let learned_from: Vec<&Origin> = followed.iter().collect();
    let mut found = Backtest { known_until, evaluations: Vec::new(), not_judged: Vec::new() };
    for test in &tests {
        found.judge_at(test, &learned_from, bank, config)?;
    }
    Ok(found)
}

impl Backtest {
    fn judge_at(
        &mut self,
        test: &Origin,
        learned_from: &[&Origin],
        bank: &Bank,
        config: &Config,
    ) -> Result<()> {
        let not = |horizon_days: i32, because: &str| NotJudged {
            test_origin: test.date,
            missing: MissingHorizon::new(horizon_days, because),
        };
        let model = match fit(bank, learned_from, test.date, config)? {
            Ok(model) => model,
            Err(because) => {
                self.not_judged.extend(HORIZONS_DAYS.map(|days| not(days, &because)));
                return Ok(());
            }
        };
        let judged = judge(&model, test, capacity_share(bank, test, config), config)?;
        for (place, days) in HORIZONS_DAYS.into_iter().enumerate() {
            if judged.iter().any(|judged| judged.horizon_days == days) {
                continue;
            }
            let missing = model.missing.iter().find(|missing| missing.horizon_days == days);
            let is_known = test.labelled(place).next().is_some();
            let because = match missing {
                Some(missing) => missing.because.as_str(),
                None if is_known => ONE_CLASS,
                None => "its outcome is not known yet",
            };
            self.not_judged.push(not(days, because));
        }
        self.evaluations.extend(judged);
        Ok(())
    }
}
