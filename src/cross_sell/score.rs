//! Probabilities of one product for some rows of a table.

use super::facts::Facts;
use super::figure::Figure;
use super::model::{Learned, ProductModel};
use super::rows::NAMED;
use crate::error::Result;
use crate::features::FeatureTable;

/// One customer of a table.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    pub row: usize,
    pub facts: &'a Facts,
    /// Whether some clause of the product names him.
    pub is_named: bool,
}

/// The chance that each buys the product within the model's days; `None` where not even a rate is known.
///
/// # Errors
/// Kind `Internal` if the model does not fit the table.
pub fn probabilities(
    model: &ProductModel,
    features: &FeatureTable,
    rows: &[Scored<'_>],
) -> Result<Option<Vec<f64>>> {
    match &model.learned {
        Some(learned) => learned_probabilities(learned, features, rows).map(Some),
        None => Ok(model.stand_in_rate().map(|rate| vec![rate; rows.len()])),
    }
}

fn learned_probabilities(
    learned: &Learned,
    features: &FeatureTable,
    rows: &[Scored<'_>],
) -> Result<Vec<f64>> {
    let column = |name: &str| -> Vec<f64> {
        if name == NAMED {
            rows.iter().map(|row| f64::from(u8::from(row.is_named))).collect()
        } else if let Some(figure) = Figure::read(name) {
            rows.iter().map(|row| figure.of(row.facts)).collect()
        } else {
            let column = features.column(name);
            rows.iter().map(|row| column[row.row]).collect()
        }
    };
    let columns: Vec<Vec<f64>> = learned.scorer.names().into_iter().map(column).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    Ok(learned.calibration.apply(&learned.scorer.scores(&columns)?))
}
