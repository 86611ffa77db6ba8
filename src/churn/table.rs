//! Scoring every customer of a night.

use super::labels::Scope;
use super::reasons::{self, N_REASONS, Reason};
use super::{ChurnModel, origins};
use crate::config::{Band, Config};
use crate::error::Result;
use crate::features::FeatureTable;
use crate::labels::Labels;
use crate::money::Money;
use crate::schema;
use crate::store::{Bank, CustomerHistory};
use polars::prelude::*;
use rayon::prelude::*;

/// One row per customer of the night, in the order of the feature table.
#[derive(Debug, Clone)]
pub struct ChurnTable {
    frame: DataFrame,
    probabilities: Vec<Option<f64>>,
    exposures: Vec<Option<Money>>,
    reasons: Vec<Vec<Reason>>,
}

impl ChurnTable {
    /// Columns of `churn.parquet`.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// `None` out of scope, or without a model.
    pub fn probabilities(&self) -> &[Option<f64>] {
        &self.probabilities
    }

    /// What would be lost, not yet times the probability.
    pub fn exposures(&self) -> &[Option<Money>] {
        &self.exposures
    }

    /// Code and text of the reasons of one row, strongest first.
    pub fn reasons(&self, row: usize) -> impl Iterator<Item = (&str, &str)> {
        self.reasons[row].iter().map(|reason| (reason.code, reason.text.as_str()))
    }
}

/// Scores everybody in scope; without a model, scope and exposure alone.
///
/// # Errors
/// Kind `Internal` if the model does not fit the table, or the frame its schema.
pub fn score(
    bank: &Bank,
    features: &FeatureTable,
    model: Option<(&ChurnModel, &str)>,
    labels: &Labels,
    config: &Config,
) -> Result<ChurnTable> {
    let of_customer = |history: &CustomerHistory<'_>| {
        origins::scope_and_baseline(bank.calendar(), history, features.as_of, &config.churn)
    };
    let of_all = bank.map(of_customer)?;
    let (scopes, baselines): (Vec<Scope>, Vec<Option<f64>>) =
        features.customers().iter().map(|index| of_all[*index as usize]).unzip();
    let n = features.n_customers();
    let mut probabilities = vec![None; n];
    let mut told: Vec<Vec<Reason>> = vec![Vec::new(); n];
    if let Some((model, _)) = model {
        let inputs = model.inputs(features)?;
        let themes = reasons::themes(model);
        for (row, probability) in model.logistic.predict(inputs.view()).into_iter().enumerate() {
            probabilities[row] = Some(probability).filter(|_| scopes[row] == Scope::In);
        }
        told.par_iter_mut().enumerate().filter(|(row, _)| probabilities[*row].is_some()).for_each(
            |(row, told)| {
                let inputs = inputs.row(row);
                let inputs = inputs.as_slice().expect("a row of a row-major matrix");
                *told = reasons::of_row(model, &themes, inputs, features, row, labels);
            },
        );
    }
    let exposures = exposures(features, &baselines);
    let frame =
        frame(bank, features, &scopes, &probabilities, &exposures, &told, model.map(|(_, id)| id), config)?;
    schema::CHURN.check(&frame)?;
    Ok(ChurnTable { frame, probabilities, exposures, reasons: told })
}

/// The baseline that an outflow is measured against; without balances, the yearly value.
fn exposures(features: &FeatureTable, baselines: &[Option<f64>]) -> Vec<Option<Money>> {
    let values =
        features.column("value_12m").iter().map(|value| Some(*value).filter(|value| !value.is_nan()));
    baselines.iter().zip(values).map(|(baseline, value)| baseline.or(value).map(Money::from_units)).collect()
}

#[expect(clippy::too_many_arguments, reason = "the columns of the table, no more")]
fn frame(
    bank: &Bank,
    features: &FeatureTable,
    scopes: &[Scope],
    probabilities: &[Option<f64>],
    exposures: &[Option<Money>],
    told: &[Vec<Reason>],
    model_id: Option<&str>,
    config: &Config,
) -> Result<DataFrame> {
    let n = features.n_customers();
    let ids: Vec<&str> =
        features.customers().iter().map(|index| &*bank.customer(*index).customer_id).collect();
    let bands: Vec<Option<&str>> =
        probabilities.iter().map(|p| p.map(|p| Band::of(p, &config.churn.band_limits).code())).collect();
    let mut columns = vec![
        Column::new("customer_id".into(), ids),
        Column::new("in_scope".into(), scopes.iter().map(|scope| *scope == Scope::In).collect::<Vec<_>>()),
        Column::new("scope_reason".into(), scopes.iter().map(|scope| scope.reason()).collect::<Vec<_>>()),
        Column::new("churn_90".into(), probabilities),
        Column::new("band".into(), bands),
        Column::new(
            "aum_at_risk".into(),
            exposures.iter().map(|money| money.map(|money| money.0)).collect::<Vec<_>>(),
        ),
    ];
    for place in 0..N_REASONS {
        let codes: Vec<Option<&str>> =
            told.iter().map(|told| told.get(place).map(|reason| reason.code)).collect();
        columns.push(Column::new(format!("reason_{}", place + 1).into(), codes));
    }
    for place in 0..N_REASONS {
        let texts: Vec<Option<&str>> =
            told.iter().map(|told| told.get(place).map(|reason| reason.text.as_str())).collect();
        columns.push(Column::new(format!("reason_{}_text", place + 1).into(), texts));
    }
    columns.push(Column::new("model_id".into(), vec![model_id; n]));
    Ok(DataFrame::new(n, columns)?)
}
