//! Where customers stand by their assets: the tier in force, how it came about, and what he is worth over the years.
//!
//! Reads: mean assets month by month. Produces: tier, its status, lifetime value; the chain of tiers and how value is
//! concentrated. Never: a lifetime value where value is no margin.

use super::concentration::{Concentration, concentration};
use super::lifetime::{
    LifetimeTerms, LifetimeValues, State, TransitionMatrix, Transitions, monthly_value_means,
};
use super::tier_path::TierPath;
use super::tiers::{TierState, tier_history, tier_in_force, tier_of_day};
use crate::config::Value;
use crate::error::Result;
use crate::features::{FeatureTable, MonthlyAssets};
use crate::labels::TIERS;
use crate::store::Bank;
use polars::prelude::*;
use rayon::prelude::*;

/// Months of history whose moves are not counted: until then nobody's tier shows what it was before the data begins.
const MONTHS_TO_SETTLE: usize = 12;
/// Of the value, the part that these best customers bring is told.
pub const TOP_SHARE: f64 = 0.2;

/// The customers of a night by their assets.
#[derive(Debug, Clone)]
pub struct Standing {
    /// One per row of the feature table; `None` without balances.
    tiers: Vec<Option<TierState>>,
    /// One per row.
    paths: Vec<TierPath>,
    /// Currency units, one per row.
    lifetime_values: Vec<Option<f64>>,
    /// What lifetime values follow from; `None` where value is no margin or no history is long enough.
    pub lifetime: Option<Lifetime>,
    pub concentration: Concentration,
}

/// The chain of tiers and what a customer of each is worth.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Lifetime {
    /// Moves within a month, from tier (and lost) to tier (and lost).
    pub transitions: Transitions,
    pub matrix: TransitionMatrix,
    /// Not in the manifest: the mean of a tier may be one customer's.
    #[serde(skip)]
    pub values: LifetimeValues,
}

impl Standing {
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    pub fn of(bank: &Bank, features: &FeatureTable, settings: &Value) -> Result<Self> {
        let months = MonthlyAssets::of(bank, features.as_of)?;
        let tiers: Vec<Option<TierState>> = features
            .customers()
            .par_iter()
            .map(|index| tier_in_force(months.customer(*index), &settings.tier_limits))
            .zip(features.column("aum"))
            .map(|(state, aum)| tier_of_day(state, *aum, &settings.tier_limits))
            .collect();
        let path = |index: &u32| TierPath::of(months.customer(*index), &settings.tier_limits);
        let paths = features.customers().par_iter().map(path).collect();
        let state_now = |(index, tier): (&u32, &Option<TierState>)| {
            let last = states(bank, &months, *index, &settings.tier_limits).pop().flatten();
            last.or_else(|| State::of_tier((*tier)?.tier))
        };
        let states_now: Vec<Option<State>> =
            features.customers().par_iter().zip(&tiers).map(state_now).collect();
        let value = features.column("value_12m");
        let lifetime = features
            .value_basis
            .is_margin()
            .then(|| Lifetime::of(bank, &months, &states_now, value, settings))
            .flatten();
        let lifetime_value = |(state, value): (&Option<State>, &f64)| {
            lifetime.as_ref()?.values.of_customer((*state)?, value / 12.0)
        };
        let lifetime_values = states_now.iter().zip(value).map(lifetime_value).collect();
        Ok(Self { tiers, paths, lifetime_values, concentration: concentration(value, TOP_SHARE), lifetime })
    }

    /// 0 to 4, one per row.
    pub fn tiers(&self) -> Vec<Option<u8>> {
        self.tiers.iter().map(|state| state.map(|state| state.tier)).collect()
    }

    /// How his tier stands; `None` without balances.
    pub fn tier_state(&self, row: usize) -> Option<&TierState> {
        self.tiers[row].as_ref()
    }

    /// What he is worth over the years, in currency units; `None` where value is no margin or too little is known.
    pub fn lifetime_value(&self, row: usize) -> Option<f64> {
        self.lifetime_values[row]
    }

    /// The columns of `segments` that tell it.
    pub(super) fn columns(&self) -> Vec<Column> {
        let of = |what: fn(&TierState) -> &'static str| -> Vec<Option<&str>> {
            self.tiers.iter().map(|state| state.as_ref().map(what)).collect()
        };
        let paths = |text: fn(&TierPath) -> Option<String>| -> Vec<Option<String>> {
            self.paths.iter().map(text).collect()
        };
        let months = self.tiers.iter().map(|state| i32::try_from(state.as_ref()?.months_in_tier).ok());
        let falls_to = self.tiers.iter().map(|state| Some(TIERS[usize::from(state.as_ref()?.falls_to()?)]));
        vec![
            Column::new("tier".into(), of(|state| TIERS[usize::from(state.tier)])),
            Column::new("tier_status".into(), of(|state| state.status.code())),
            Column::new("tier_months".into(), months.collect::<Vec<Option<i32>>>()),
            Column::new("tier_falls_to".into(), falls_to.collect::<Vec<Option<&str>>>()),
            Column::new("tier_history".into(), paths(TierPath::tiers)),
            Column::new("tier_status_history".into(), paths(TierPath::statuses)),
            Column::new("clv".into(), &self.lifetime_values),
        ]
    }
}

impl Lifetime {
    fn of(
        bank: &Bank,
        months: &MonthlyAssets,
        states: &[Option<State>],
        value: &[f64],
        settings: &Value,
    ) -> Option<Self> {
        let transitions = transitions(bank, months, &settings.tier_limits);
        let is_seen = State::ALL.iter().any(|state| transitions.n_from(*state) > 0);
        let matrix = transitions.probabilities();
        let monthly: Vec<f64> = value.iter().map(|value| value / 12.0).collect();
        let terms = LifetimeTerms {
            horizon_months: settings.lifetime_horizon_months,
            discount_yearly: settings.lifetime_discount_yearly,
        };
        let values = LifetimeValues::new(&matrix, &monthly_value_means(states, &monthly), &terms);
        is_seen.then_some(Self { transitions, matrix, values })
    }
}

/// Moves between tiers of all customers, those who left included.
pub fn transitions(bank: &Bank, months: &MonthlyAssets, limits: &[f64; 4]) -> Transitions {
    bank.indices()
        .into_par_iter()
        .fold(Transitions::default, |mut transitions, index| {
            let states = states(bank, months, index, limits);
            transitions.add_path(states.get(MONTHS_TO_SETTLE..).unwrap_or_default());
            transitions
        })
        .reduce(Transitions::default, |mut one, other| {
            one.merge(&other);
            one
        })
}

/// Tier in force by month; lost from the month in which he was closed, or from which on he has nothing any more.
pub fn states(bank: &Bank, months: &MonthlyAssets, index: u32, limits: &[f64; 4]) -> Vec<Option<State>> {
    let means = months.customer(index);
    let tiers = tier_history(means, limits);
    let had = means.iter().position(|mean| *mean > 0.0);
    let last_with = means.iter().rposition(|mean| *mean > 0.0);
    let closed_on = bank.customer(index).closed_on;
    let state = |(month, tier): (usize, Option<TierState>)| {
        let is_closed = closed_on.is_some_and(|closed| closed <= months.month_ends[month]);
        let is_empty = had.is_some_and(|had| had < month) && last_with.is_some_and(|last| last < month);
        if (is_closed && had.is_some_and(|had| had < month)) || is_empty {
            return Some(State::Lost);
        }
        State::of_tier(tier?.tier)
    };
    tiers.into_iter().enumerate().map(state).collect()
}
