//! What became of the customers whom an earlier night scored: last quarter's probabilities held against the truth.
//!
//! Reads that night's scores and the bank as known tonight. Grain: a customer who was scored, also one who has left
//! since and is in no table of tonight. Besides the outcome it says where his money went, as far as that is seen, and
//! warns of losses that are partial. Never: changes the earlier night; says an outcome before it is known.

use super::figures::CALIBRATION_BINS;
use super::labels::Whereabouts;
use super::labels::{Circumstances, Followed, HORIZONS_DAYS, Label, follow};
use super::model::Probabilities;
use super::origins::scope_and_baseline;
use crate::config::Config;
use crate::contract::Customer;
use crate::date::Date;
use crate::error::Result;
use crate::model::{metrics, reliability};
use crate::money::Money;
use crate::schema;
use crate::store::{Bank, CustomerHistory};
use polars::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a published night said of its customers in scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    pub on: Date,
    /// By customer: his probabilities and the model that gave them.
    pub customers: BTreeMap<String, (Probabilities, Option<String>)>,
}

/// What became of them.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// Columns of `outcomes.parquet`; no rows where no night is old enough.
    pub frame: DataFrame,
    pub figures: Vec<LiveFigures>,
}

/// How good a night's probabilities of one horizon were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveFigures {
    pub scored_on: Date,
    pub horizon_days: i32,
    /// Customers whose outcome is known, by his own decision and not within the gap.
    pub n_customers: usize,
    pub n_left: usize,
    pub mean_probability: f64,
    pub observed_rate: f64,
    pub auc: Option<f64>,
    pub expected_calibration_error: Option<f64>,
}

/// One customer of the earlier night.
struct Row<'s> {
    customer_id: &'s str,
    probabilities: Probabilities,
    model_id: Option<&'s str>,
    followed: Followed,
    circumstances: Circumstances,
}

impl Row<'_> {
    fn label(&self, horizon: usize) -> Option<Label> {
        self.followed.label(HORIZONS_DAYS[horizon])
    }
}

/// What is known by `as_of` of everybody in `scores`; a customer whom the store no longer has is left out.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, or the frame breaks its schema.
pub fn outcomes(bank: &Bank, scores: Option<&Scores>, as_of: Date, config: &Config) -> Result<Outcomes> {
    let rows = match scores {
        Some(scores) => rows(bank, scores, as_of, config)?,
        None => Vec::new(),
    };
    let scored_on = scores.map_or(as_of, |scores| scores.on);
    let frame = frame(&rows, scored_on)?;
    schema::OUTCOMES.check(&frame)?;
    let figures = (0..HORIZONS_DAYS.len()).filter_map(|horizon| LiveFigures::of(&rows, horizon, scored_on));
    Ok(Outcomes { frame, figures: figures.collect() })
}

fn rows<'s>(bank: &Bank, scores: &'s Scores, as_of: Date, config: &Config) -> Result<Vec<Row<'s>>> {
    let (calendar, rules) = (bank.calendar(), &config.churn);
    let of_customer = |history: &CustomerHistory<'_>| {
        scores.customers.contains_key(&*history.customer.customer_id).then(|| {
            let (_, baseline) = scope_and_baseline(calendar, history, scores.on, rules);
            let followed = follow(history, scores.on, baseline, as_of, rules);
            (followed, Circumstances::of(history, &calendar.snapshots, &followed, rules))
        })
    };
    let seen = bank.map(of_customer)?;
    let row = |(customer, seen): (&Customer, Option<(Followed, Circumstances)>)| {
        let (id, (probabilities, model_id)) = scores.customers.get_key_value(&*customer.customer_id)?;
        let (followed, circumstances) = seen?;
        Some(Row {
            customer_id: id,
            probabilities: *probabilities,
            model_id: model_id.as_deref(),
            followed,
            circumstances,
        })
    };
    Ok(bank.customers().zip(seen).filter_map(row).collect())
}

fn frame(rows: &[Row<'_>], scored_on: Date) -> Result<DataFrame> {
    let dates = Column::new("scored_on".into(), vec![scored_on.0; rows.len()]).cast(&DataType::Date)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.customer_id).collect();
    let mut columns = vec![Column::new("customer_id".into(), ids), dates];
    for (place, days) in HORIZONS_DAYS.into_iter().enumerate() {
        let probabilities: Vec<Option<f64>> = rows.iter().map(|row| row.probabilities[place]).collect();
        let outcomes: Vec<Option<&str>> = rows.iter().map(|row| row.label(place).map(Label::code)).collect();
        columns.push(Column::new(format!("churn_{days}").into(), probabilities));
        columns.push(Column::new(format!("outcome_{days}").into(), outcomes));
    }
    columns.extend(circumstances(rows)?);
    let models: Vec<Option<&str>> = rows.iter().map(|row| row.model_id).collect();
    columns.push(Column::new("model_id".into(), models));
    Ok(DataFrame::new(rows.len(), columns)?)
}

type AmountOf = fn(&Whereabouts) -> Money;

/// When he was lost, how much of his money left, and where it went.
fn circumstances(rows: &[Row<'_>]) -> Result<Vec<Column>> {
    let lost_on: Vec<Option<i32>> =
        rows.iter().map(|row| row.followed.event().map(|event| event.on.0)).collect();
    let shares: Vec<Option<f64>> =
        rows.iter().map(|row| row.followed.outflow.map(|outflow| outflow.share)).collect();
    let partial: Vec<bool> = rows.iter().map(|row| row.circumstances.is_partial).collect();
    let ended: Vec<bool> = rows.iter().map(|row| row.circumstances.contract_ended).collect();
    let mut columns = vec![
        Column::new("lost_on".into(), lost_on).cast(&DataType::Date)?,
        Column::new("outflow_share".into(), shares),
        Column::new("is_partial".into(), partial),
        Column::new("contract_ended".into(), ended),
    ];
    let places: [(&str, AmountOf); 5] = [
        ("to_own_time_deposits", |whereabouts| whereabouts.time_deposits),
        ("to_own_investments", |whereabouts| whereabouts.investments),
        ("to_own_accounts_elsewhere", |whereabouts| whereabouts.own_accounts_elsewhere),
        ("spent", |whereabouts| whereabouts.spent),
        ("to_others", |whereabouts| whereabouts.elsewhere),
    ];
    for (name, of) in places {
        let amounts: Vec<i64> = rows.iter().map(|row| of(&row.circumstances.whereabouts).0).collect();
        columns.push(Column::new(name.into(), amounts));
    }
    let prices: Vec<Option<i64>> =
        rows.iter().map(|row| row.circumstances.price_effect.map(|effect| effect.0)).collect();
    columns.push(Column::new("price_effect".into(), prices));
    Ok(columns)
}

impl LiveFigures {
    fn of(rows: &[Row<'_>], horizon: usize, scored_on: Date) -> Option<Self> {
        let known =
            rows.iter().filter_map(|row| Some((row.probabilities[horizon]?, row.label(horizon)?.left()?)));
        let (probabilities, left): (Vec<f64>, Vec<bool>) = known.unzip();
        let observed_rate = metrics::base_rate(&left)?;
        #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
        let mean_probability = probabilities.iter().sum::<f64>() / probabilities.len() as f64;
        Some(Self {
            scored_on,
            horizon_days: HORIZONS_DAYS[horizon],
            n_customers: left.len(),
            n_left: left.iter().filter(|left| **left).count(),
            mean_probability,
            observed_rate,
            auc: metrics::auc(&probabilities, &left),
            expected_calibration_error: reliability::expected_calibration_error(
                &probabilities,
                &left,
                CALIBRATION_BINS,
            ),
        })
    }
}
