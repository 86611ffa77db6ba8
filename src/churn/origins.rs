//! Past origins: month-ends with history behind them, and the followed customers of each.
//!
//! Reads the bank's rows in two walks: once to follow everybody from every origin, once for the features of those who
//! were chosen. Grain: customer and origin. Never: a feature from after its origin, a label before it is complete.

use super::labels::{HORIZONS_DAYS, Label, Scope, days_to_mature, follow, last_started_on};
use crate::config::Churn;
use crate::date::Date;
use crate::error::Result;
use crate::features::{self, Asked, BASELINE_DAYS, FeatureTable, ServiceCosts};
use crate::model::metrics;
use crate::store::murmur3::spark_hash;
use crate::store::{Bank, Calendar, CustomerHistory, HoldingsBasis, Population, Standing};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Monthly origins that one horizon is trained on at most: a year shows every season once.
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
    // Where balances come at all they must cover the baseline, or silence alone would stand for loss there.
    let has_baseline = |origin: Date| {
        calendar.holdings == HoldingsBasis::Missing
            || calendar.has_balances_on(origin.plus_days(1 - BASELINE_DAYS))
    };
    let months = (known_until - first) / 28 + 1;
    known_until
        .last_month_ends(months)
        .filter(|origin| *origin - first + 1 >= rules.history_days_min && has_baseline(*origin))
        .collect()
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
    let calendar = bank.calendar();
    let of_customer = |history: &CustomerHistory<'_>| -> Vec<Option<Outcome>> {
        asked.iter().map(|(date, _)| Outcome::of(calendar, history, *date, known_until, rules)).collect()
    };
    let outcomes = bank.map(of_customer)?;
    let chosen: Vec<Chosen> = asked
        .par_iter()
        .enumerate()
        .map(|(at, (date, rows_max))| {
            Chosen::at(bank, *date, *rows_max, |index| outcomes[index as usize][at])
        })
        .collect();
    let asked: Vec<Asked<'_>> = chosen.iter().map(|chosen| Asked::whole(&chosen.population)).collect();
    let tables = features::build(bank, &asked, costs)?;
    Ok(chosen.into_iter().zip(tables).map(|(chosen, features)| chosen.with(bank, features)).collect())
}

impl Origin {
    /// The rows that train or judge a horizon, and whether each left: in scope, not in the gap, his own decision.
    pub fn labelled(&self, horizon: usize) -> impl Iterator<Item = (usize, bool)> {
        let left = move |labels: &Labels| match labels[horizon]? {
            Label::Stays => Some(false),
            Label::Leaves(_) => Some(true),
            Label::InGap | Label::NotHisDecision => None,
        };
        self.labels.iter().enumerate().filter_map(move |(row, labels)| Some((row, left(labels)?)))
    }

    /// How many rows have this label.
    pub fn n_with(&self, horizon: usize, label: Label) -> usize {
        self.labels.iter().filter(|labels| labels[horizon] == Some(label)).count()
    }

    /// Share of those who left; `None` without rows.
    pub fn base_rate(&self, horizon: usize) -> Option<f64> {
        metrics::base_rate(&self.labelled(horizon).map(|(_, left)| left).collect::<Vec<_>>())
    }
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    labels: Labels,
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
            Self { labels: HORIZONS_DAYS.map(|days| followed.label(days)), baseline }
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
    fn at(bank: &Bank, date: Date, rows_max: usize, outcome: impl Fn(u32) -> Option<Outcome>) -> Self {
        let in_scope = by_hash(bank, date).into_iter().filter_map(|index| Some((index, outcome(index)?)));
        let mut chosen: Vec<(u32, Outcome)> = in_scope.collect();
        let n_in_scope = chosen.len();
        chosen.truncate(rows_max);
        chosen.sort_unstable_by_key(|(index, _)| *index);
        let (members, outcomes) = chosen.into_iter().unzip();
        Self { population: Population { date, members, counts: BTreeMap::new() }, outcomes, n_in_scope }
    }

    fn with(self, bank: &Bank, features: FeatureTable) -> Origin {
        let hash = |index: &u32| spark_hash(&bank.customer(*index).customer_id).cast_unsigned();
        Origin {
            date: self.population.date,
            features,
            labels: self.outcomes.iter().map(|outcome| outcome.labels).collect(),
            baselines: self.outcomes.iter().map(|outcome| outcome.baseline).collect(),
            hashes: self.population.members.iter().map(hash).collect(),
            n_in_scope: self.n_in_scope,
        }
    }
}

/// All customers in an order that differs from origin to origin and does not depend on their rows.
fn by_hash(bank: &Bank, date: Date) -> Vec<u32> {
    // Fibonacci hashing (Knuth, TAOCP 6.4): spreads neighbouring dates over all 32 bits.
    let salt = date.0.cast_unsigned().wrapping_mul(0x9E37_79B9);
    let mut order: Vec<(u32, u32)> = (0u32..)
        .zip(bank.customers())
        .map(|(index, customer)| (spark_hash(&customer.customer_id).cast_unsigned() ^ salt, index))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
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
