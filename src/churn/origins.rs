//! Past origins: month-ends with history behind them, and the followed customers of each.
//!
//! Reads the bank's rows in two walks: once to follow everybody from every origin, once for the features of those who
//! were chosen. Grain: customer and origin. Never: a feature from after its origin, a label before it is complete.

use super::labels::{HORIZONS_DAYS, Label, Scope, days_to_mature, follow, last_started_on};
use crate::config::Churn;
use crate::date::Date;
use crate::error::Result;
use crate::features::{self, Asked, BASELINE_DAYS, FeatureTable, ServiceCosts};
use crate::learn::Drawn;
use crate::learn::draw::hash_of;
use crate::store::{Bank, Calendar, CustomerHistory, Histories, HoldingsBasis, Population, Standing};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Monthly origins that one horizon is trained, chosen and calibrated on at most: a year shows every season once.
pub const ORIGINS_MAX: usize = 12;

/// What became of a customer within each horizon of [`HORIZONS_DAYS`]; `None` where that is not known yet.
pub type Labels = [Option<Label>; HORIZONS_DAYS.len()];

/// Customers in scope at one origin.
#[derive(Debug)]
pub struct Origin {
    pub date: Date,
    pub features: FeatureTable,
    /// One per row of `features`.
    pub labels: Vec<Labels>,
    /// One per row: whether he was lost to a silence that had begun before the origin.
    pub silence_began_before: Vec<bool>,
    /// 3-month average assets in currency units, one per row; `None` where balances are not known.
    pub baselines: Vec<Option<f64>>,
    /// Stable hash of each row's customer: what folds are made by.
    pub hashes: Vec<u32>,
    /// Customers in scope, of whom the rows may be a part.
    pub n_in_scope: usize,
}

/// Month-ends with enough history behind them that are over by `known_until`, oldest first.
pub fn month_ends(calendar: &Calendar, known_until: Date, rules: &Churn) -> Vec<Date> {
    let Some(first) = calendar.transactions_from else { return Vec::new() };
    let months = (known_until - first) / 28 + 1;
    known_until
        .last_month_ends(months)
        .filter(|origin| *origin - first + 1 >= rules.history_days_min && has_baseline(calendar, *origin))
        .collect()
}

/// Whether balances, where they come at all, cover the baseline of `origin`: else silence alone would stand for loss.
pub fn has_baseline(calendar: &Calendar, origin: Date) -> bool {
    calendar.holdings == HoldingsBasis::Missing
        || calendar.has_balances_on(origin.plus_days(1 - BASELINE_DAYS))
}

/// Days after an origin until the labels of a horizon are complete.
pub fn maturity_days(calendar: &Calendar, horizon_days: i32, rules: &Churn) -> i32 {
    days_to_mature(horizon_days, calendar.holdings != HoldingsBasis::Missing, rules)
}

/// The newest of `dates` (ascending) whose labels of a horizon are complete by `known_until`, oldest first.
pub fn usable<'d>(
    dates: &'d [Date],
    calendar: &Calendar,
    known_until: Date,
    horizon_days: i32,
    rules: &Churn,
) -> &'d [Date] {
    let newest = known_until.plus_days(-maturity_days(calendar, horizon_days, rules));
    let mature = &dates[..dates.partition_point(|date| *date <= newest)];
    &mature[mature.len().saturating_sub(ORIGINS_MAX)..]
}

/// Features and outcomes by `known_until` of at most so many customers in scope at each date, chosen by hash.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the features break their schema.
pub fn followed(
    bank: &Bank,
    asked: &[(Date, usize)],
    known_until: Date,
    rules: &Churn,
    costs: &ServiceCosts,
) -> Result<Vec<Origin>> {
    let of_bucket = |bucket: u32| {
        let mut drawn: Vec<Drawn<Outcome>> =
            asked.iter().map(|(date, rows_max)| Drawn::new(*date, *rows_max)).collect();
        bank.each_customer(bucket, &mut |history| {
            let hash = hash_of(&history.customer.customer_id);
            for drawn in &mut drawn {
                let outcome = Outcome::of(bank.calendar(), &history, drawn.date, known_until, rules);
                if let Some(outcome) = outcome {
                    drawn.add(hash, history.index, outcome);
                }
            }
        })?;
        Ok(drawn)
    };
    let buckets: Vec<Result<Vec<Drawn<Outcome>>>> =
        (0..bank.n_buckets()).into_par_iter().map(of_bucket).collect();
    let mut whole: Vec<Drawn<Outcome>> =
        asked.iter().map(|(date, rows_max)| Drawn::new(*date, *rows_max)).collect();
    for bucket in buckets {
        whole.iter_mut().zip(bucket?).for_each(|(whole, part)| whole.merge(part));
    }
    let chosen: Vec<Chosen> = whole.into_iter().map(Chosen::of).collect();
    let asked: Vec<Asked<'_>> = chosen.iter().map(|chosen| Asked::whole(&chosen.population)).collect();
    let tables = features::build(bank, &asked, costs)?;
    Ok(chosen.into_iter().zip(tables).map(|(chosen, features)| chosen.with(bank, features)).collect())
}

impl Origin {
    /// The rows that train or judge a horizon, and whether each left: in scope, not in the gap, his own decision.
    pub fn labelled(&self, horizon: usize) -> impl Iterator<Item = (usize, bool)> {
        self.labels.iter().enumerate().filter_map(move |(row, labels)| Some((row, labels[horizon]?.left()?)))
    }

    /// How many rows have this label.
    pub fn n_with(&self, horizon: usize, label: Label) -> usize {
        self.labels.iter().filter(|labels| labels[horizon] == Some(label)).count()
    }
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    labels: Labels,
    silence_began_before: bool,
    baseline: Option<f64>,
}

impl Outcome {
    /// What became of the customer, if he was in scope at `date`.
    fn of(
        calendar: &Calendar,
        history: &CustomerHistory<'_>,
        date: Date,
        known_until: Date,
        rules: &Churn,
    ) -> Option<Self> {
        if history.standing(date) != Standing::InNight {
            return None;
        }
        let (scope, baseline) = scope_and_baseline(calendar, history, date, rules);
        (scope == Scope::In).then(|| {
            let followed = follow(history, date, baseline, known_until, rules);
            Self {
                labels: HORIZONS_DAYS.map(|days| followed.label(days)),
                silence_began_before: followed.silence_began_before(),
                baseline,
            }
        })
    }
}

/// The customers of one origin, before their features are known.
struct Chosen {
    population: Population,
    outcomes: Vec<Outcome>,
    n_in_scope: usize,
}

impl Chosen {
    fn of(drawn: Drawn<Outcome>) -> Self {
        let (date, n_in_scope) = (drawn.date, drawn.n_added);
        let (members, outcomes) = drawn.chosen();
        Self { population: Population { date, members, counts: BTreeMap::new() }, outcomes, n_in_scope }
    }

    fn with(self, bank: &Bank, features: FeatureTable) -> Origin {
        let hash = |index: &u32| hash_of(&bank.customer(*index).customer_id);
        Origin {
            date: self.population.date,
            features,
            labels: self.outcomes.iter().map(|outcome| outcome.labels).collect(),
            silence_began_before: self.outcomes.iter().map(|outcome| outcome.silence_began_before).collect(),
            baselines: self.outcomes.iter().map(|outcome| outcome.baseline).collect(),
            hashes: self.population.members.iter().map(hash).collect(),
            n_in_scope: self.n_in_scope,
        }
    }
}

/// Scope at `date`, and the 3-month average assets there where balances are known.
pub fn scope_and_baseline(
    calendar: &Calendar,
    history: &CustomerHistory<'_>,
    date: Date,
    rules: &Churn,
) -> (Scope, Option<f64>) {
    let visible = history.until(date);
    let baseline = features::baseline_assets(&visible, calendar, date);
    (Scope::of(last_started_on(visible.transactions, date), baseline, date, rules), baseline)
}
