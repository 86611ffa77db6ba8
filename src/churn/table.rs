//! Scoring every customer of a night.

use super::labels::{HORIZONS_DAYS, Scope};
use super::model::{ACTED_ON, ChurnModel, HorizonModel, Probabilities};
use super::origins;
use super::reasons::{self, N_REASONS, Reason, Reasons};
use crate::config::{Band, Config};
use crate::error::Result;
use crate::features::{FeatureTable, Theme};
use crate::labels::Labels;
use crate::learn::scorer::blocks;
use crate::money::Money;
use crate::schema;
use crate::store::{Bank, CustomerHistory};
use ndarray::Array2;
use polars::prelude::*;
use rayon::prelude::*;

/// One row per customer of the night, in the order of the feature table.
#[derive(Debug, Clone)]
pub struct ChurnTable {
    frame: DataFrame,
    probabilities: Vec<Option<f64>>,
    exposures: Vec<Option<Money>>,
    reasons: Vec<Reasons>,
}

impl ChurnTable {
    /// Columns of `churn.parquet`.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// Of a loss within 90 days after the gap; `None` out of scope, or without a model.
    pub fn probabilities(&self) -> &[Option<f64>] {
        &self.probabilities
    }

    /// What would be lost, not yet times the probability.
    pub fn exposures(&self) -> &[Option<Money>] {
        &self.exposures
    }

    /// Code and text of what raises the probability of one row, strongest first.
    pub fn reasons(&self, row: usize) -> impl Iterator<Item = (&str, &str)> {
        self.reasons[row].up.iter().map(|reason| (reason.code, reason.text.as_str()))
    }
}

/// Scores everybody in scope; without a model, scope and exposure alone.
///
/// # Errors
/// Kind `Internal` if the store cannot be read, the model does not fit the table, or the frame its schema.
pub fn score(
    bank: &Bank,
    features: &FeatureTable,
    model: Option<(&ChurnModel, &str)>,
    labels: &Labels,
    config: &Config,
) -> Result<ChurnTable> {
    let (scopes, baselines) = scopes_and_baselines(bank, features, config)?;
    let probabilities = match model {
        Some((model, _)) => in_scope(model, features, &scopes)?,
        None => vec![Probabilities::default(); features.n_customers()],
    };
    let told = match model.and_then(|(model, _)| model.acted_on()) {
        Some(model) => reasons_of_all(model, features, &scopes, labels)?,
        None => vec![Reasons::default(); features.n_customers()],
    };
    let scored = Scored { scopes, probabilities, exposures: exposures(features, &baselines), told };
    let frame = scored.frame(bank, features, model.map(|(_, id)| id), config)?;
    schema::CHURN.check(&frame)?;
    Ok(ChurnTable {
        frame,
        probabilities: scored.probabilities.iter().map(|row| row[ACTED_ON]).collect(),
        exposures: scored.exposures,
        reasons: scored.told,
    })
}

/// Whether each customer of the table is in scope, and his 3-month average assets where balances are known.
///
/// # Errors
/// Kind `Internal` if the store cannot be read.
pub(super) fn scopes_and_baselines(
    bank: &Bank,
    features: &FeatureTable,
    config: &Config,
) -> Result<(Vec<Scope>, Vec<Option<f64>>)> {
    let of_customer = |history: &CustomerHistory<'_>| {
        origins::scope_and_baseline(bank.calendar(), history, features.as_of, &config.churn)
    };
    let of_all = bank.map(of_customer)?;
    Ok(features.customers().iter().map(|index| of_all[*index as usize]).unzip())
}

/// The probabilities of those in scope; none of the others.
///
/// # Errors
/// Kind `Internal` if the model does not fit the table.
pub(super) fn in_scope(
    model: &ChurnModel,
    features: &FeatureTable,
    scopes: &[Scope],
) -> Result<Vec<Probabilities>> {
    let mut probabilities = model.predict(features)?;
    for (row, scope) in probabilities.iter_mut().zip(scopes) {
        if *scope != Scope::In {
            *row = Probabilities::default();
        }
    }
    Ok(probabilities)
}

fn reasons_of_all(
    model: &HorizonModel,
    features: &FeatureTable,
    scopes: &[Scope],
    labels: &Labels,
) -> Result<Vec<Reasons>> {
    let columns: Vec<&[f64]> = model.scorer.names().into_iter().map(|name| features.column(name)).collect();
    let themes = reasons::themes(&model.scorer);
    let mut all = Vec::with_capacity(features.n_customers());
    for block in blocks(&columns) {
        let from = all.len();
        let inputs = model.scorer.inputs(&block)?;
        let of_row =
            |at: usize| reasons_of(model, &themes, &inputs, (at, from + at), features, scopes, labels);
        all.par_extend((0..inputs.nrows()).into_par_iter().map(of_row));
    }
    Ok(all)
}

/// Of one customer, by his row of the inputs and of the table.
fn reasons_of(
    model: &HorizonModel,
    themes: &[Theme],
    inputs: &Array2<f64>,
    (at, row): (usize, usize),
    features: &FeatureTable,
    scopes: &[Scope],
    labels: &Labels,
) -> Reasons {
    if scopes[row] != Scope::In {
        return Reasons::default();
    }
    let inputs = inputs.row(at);
    let inputs = inputs.as_slice().expect("a row of a row-major matrix");
    reasons::of_row(&model.scorer, themes, inputs, features, row, labels)
}

/// The baseline that an outflow is measured against; without balances, the yearly value.
fn exposures(features: &FeatureTable, baselines: &[Option<f64>]) -> Vec<Option<Money>> {
    let values =
        features.column("value_12m").iter().map(|value| Some(*value).filter(|value| !value.is_nan()));
    baselines.iter().zip(values).map(|(baseline, value)| baseline.or(value).map(Money::from_units)).collect()
}

/// What the columns are made of, a row per customer.
struct Scored {
    scopes: Vec<Scope>,
    probabilities: Vec<Probabilities>,
    exposures: Vec<Option<Money>>,
    told: Vec<Reasons>,
}

impl Scored {
    fn frame(
        &self,
        bank: &Bank,
        features: &FeatureTable,
        model_id: Option<&str>,
        config: &Config,
    ) -> Result<DataFrame> {
        let n = features.n_customers();
        let ids: Vec<&str> =
            features.customers().iter().map(|index| &*bank.customer(*index).customer_id).collect();
        let in_scope: Vec<bool> = self.scopes.iter().map(|scope| *scope == Scope::In).collect();
        let because: Vec<Option<&str>> = self.scopes.iter().map(|scope| scope.reason()).collect();
        let mut columns = vec![
            Column::new("customer_id".into(), ids),
            Column::new("in_scope".into(), in_scope),
            Column::new("scope_reason".into(), because),
        ];
        for (place, days) in HORIZONS_DAYS.into_iter().enumerate() {
            let of_horizon: Vec<Option<f64>> = self.probabilities.iter().map(|row| row[place]).collect();
            columns.push(Column::new(format!("churn_{days}").into(), of_horizon));
        }
        let limits = &config.churn.band_limits;
        let bands: Vec<Option<&str>> =
            self.probabilities.iter().map(|row| row[ACTED_ON].map(|p| Band::of(p, limits).code())).collect();
        let at_risk: Vec<Option<i64>> =
            self.exposures.iter().map(|money| money.map(|money| money.0)).collect();
        columns.push(Column::new("band".into(), bands));
        columns.push(Column::new("aum_at_risk".into(), at_risk));
        for place in 0..N_REASONS {
            let name = format!("reason_{}", place + 1);
            columns.extend(reason_columns(&name, self.told.iter().map(|told| told.up.get(place))));
        }
        columns.extend(reason_columns("reason_down", self.told.iter().map(|told| told.down.as_ref())));
        columns.push(Column::new("model_id".into(), vec![model_id; n]));
        Ok(DataFrame::new(n, columns)?)
    }
}

/// Code, words and whether a manager can do something about it.
fn reason_columns<'r>(name: &str, reasons: impl Iterator<Item = Option<&'r Reason>> + Clone) -> [Column; 3] {
    let codes: Vec<Option<&str>> = reasons.clone().map(|reason| reason.map(|reason| reason.code)).collect();
    let texts: Vec<Option<&str>> =
        reasons.clone().map(|reason| reason.map(|reason| reason.text.as_str())).collect();
    let influence: Vec<Option<bool>> =
        reasons.map(|reason| reason.map(|reason| reason.can_be_influenced)).collect();
    [
        Column::new(name.into(), codes),
        Column::new(format!("{name}_text").into(), texts),
        Column::new(format!("{name}_can_be_influenced").into(), influence),
    ]
}
