//! Past origins: month-ends whose outcome is known by a date, and the labelled customers at each.

use super::labels::{Label, Scope, label};
use crate::config::Churn;
use crate::date::Date;
use crate::error::Result;
use crate::features::{self, Asked, BASELINE_DAYS, FeatureTable, ServiceCosts};
use crate::store::murmur3::spark_hash;
use crate::store::{Bank, HoldingsBasis, Population, Standing};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Monthly origins used at most: a year shows every season once.
const ORIGINS_MAX: i32 = 12;

/// Labelled customers at one origin.
#[derive(Debug)]
pub struct Origin {
    pub date: Date,
    pub features: FeatureTable,
    /// One per row of `features`: whether he left within the horizon.
    pub left: Vec<bool>,
    /// Customers in scope who were looked at and are no rows: the event came within the gap.
    pub n_in_gap: usize,
    /// The same: he died, or his bank decided.
    pub n_not_his_decision: usize,
}

/// The newest month-ends whose labels are complete by `known_until`, oldest first.
pub fn usable(bank: &Bank, known_until: Date, rules: &Churn) -> Vec<Date> {
    let calendar = bank.calendar();
    let Some(first) = calendar.transactions_from else { return Vec::new() };
    // Where balances come at all they must cover the baseline, or silence alone would stand for loss there.
    let has_baseline = |origin: Date| {
        calendar.holdings == HoldingsBasis::Missing
            || calendar.has_balances_on(origin.plus_days(1 - BASELINE_DAYS))
    };
    known_until
        .plus_days(-days_to_mature(bank, rules))
        .last_month_ends(ORIGINS_MAX)
        .filter(|origin| *origin - first + 1 >= rules.history_days_min && has_baseline(*origin))
        .collect()
}

/// Days after an origin until its labels are complete; without balances nothing needs confirming.
pub fn days_to_mature(bank: &Bank, rules: &Churn) -> i32 {
    let confirm = if bank.calendar().holdings == HoldingsBasis::Missing { 0 } else { rules.confirm_days };
    rules.gap_days + rules.horizon_days + confirm
}

/// Labels and features at each date of at most `rows_max` customers in scope then, chosen by hash.
///
/// # Errors
/// Kind `Internal` if the features break their schema.
pub fn labelled(
    bank: &Bank,
    dates: &[(Date, usize)],
    rules: &Churn,
    costs: &ServiceCosts,
) -> Result<Vec<Origin>> {
    let chosen: Vec<Chosen> =
        dates.par_iter().map(|(date, rows_max)| Chosen::at(bank, *date, *rows_max, rules)).collect();
    let asked: Vec<Asked<'_>> = chosen.iter().map(|chosen| Asked::whole(&chosen.population)).collect();
    let tables = features::build(bank, &asked, costs)?;
    let origin = |(chosen, features): (Chosen, FeatureTable)| Origin {
        date: chosen.population.date,
        features,
        left: chosen.left,
        n_in_gap: chosen.n_in_gap,
        n_not_his_decision: chosen.n_not_his_decision,
    };
    Ok(chosen.into_iter().zip(tables).map(origin).collect())
}

/// The customers of one origin, before their features are known.
struct Chosen {
    population: Population,
    left: Vec<bool>,
    n_in_gap: usize,
    n_not_his_decision: usize,
}

impl Chosen {
    fn at(bank: &Bank, date: Date, rows_max: usize, rules: &Churn) -> Self {
        let mut chosen: Vec<(u32, bool)> = Vec::new();
        let (mut n_in_gap, mut n_not_his_decision) = (0, 0);
        for index in by_hash(bank, date) {
            if chosen.len() == rows_max {
                break;
            }
            match outcome(bank, index, date, rules) {
                Some(Label::Stays) => chosen.push((index, false)),
                Some(Label::Leaves(_)) => chosen.push((index, true)),
                Some(Label::InGap) => n_in_gap += 1,
                Some(Label::NotHisDecision) => n_not_his_decision += 1,
                None => {}
            }
        }
        chosen.sort_unstable();
        let population = Population {
            date,
            members: chosen.iter().map(|(index, _)| *index).collect(),
            counts: BTreeMap::new(),
        };
        let left = chosen.into_iter().map(|(_, left)| left).collect();
        Self { population, left, n_in_gap, n_not_his_decision }
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

/// What became of the customer, if he was in scope at `date`.
fn outcome(bank: &Bank, index: u32, date: Date, rules: &Churn) -> Option<Label> {
    let history = bank.history(index);
    if Standing::of(&history, date) != Standing::InNight {
        return None;
    }
    let (scope, baseline) = scope_and_baseline(bank, index, date, rules);
    (scope == Scope::In).then(|| label(&history, date, baseline, rules))
}

/// Scope at `date`, and the 3-month average assets there where balances are known.
pub fn scope_and_baseline(bank: &Bank, index: u32, date: Date, rules: &Churn) -> (Scope, Option<f64>) {
    let visible = bank.history(index).until(date);
    let last_started =
        visible.transactions.iter().rev().find(|row| row.kind.started_by_customer()).map(|row| row.booked_on);
    let baseline = features::baseline_assets(&visible, bank.calendar(), date);
    (Scope::of(last_started, baseline, date, rules), baseline)
}
