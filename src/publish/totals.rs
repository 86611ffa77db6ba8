//! What a night comes to in all: its customers, their value and assets, and what of it is at risk.
//!
//! Reads `managers`, tonight's or an earlier night's, so that two nights are compared by the same sums. Grain: the night.

use super::earlier::{self, column};
use crate::date::Date;
use crate::error::Result;
use crate::schema;
use arrow::array::{Array, Float64Array, Int32Array, Int64Array};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use polars::prelude::DataFrame;
use std::path::Path;

/// Sums over all managers, customers without one included.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    pub n_customers: i64,
    /// Yearly value by the night's basis, currency units.
    pub value: f64,
    /// Currency units; `None` without balances.
    pub assets: Option<f64>,
    /// Exposure times probability, currency units; `None` without probabilities.
    pub expected_loss: Option<f64>,
    /// Customers of whom that is; `None` where an older version published the night.
    pub n_scored: Option<i64>,
    /// On managers' lists, those held out included.
    pub listed: i64,
}

impl Totals {
    /// Of tonight's `managers`.
    ///
    /// # Errors
    /// Kind `Internal` if a column is missing.
    pub fn of(managers: &DataFrame) -> Result<Self> {
        let mut totals = Self::default();
        let floats =
            |name: &str| managers.column(name)?.f64().map(|column| column.iter().collect::<Vec<_>>());
        let (values, assets, losses) = (floats("value_12m")?, floats("aum")?, floats("expected_loss")?);
        let counts = managers.column("n_customers")?.i64()?.iter();
        for (at, (n, listed)) in counts.zip(managers.column("listed")?.i32()?.iter()).enumerate() {
            totals.add(n, values[at], assets[at], losses[at], listed);
        }
        totals.n_scored = Some(managers.column("n_scored")?.i64()?.iter().flatten().sum());
        Ok(totals)
    }

    /// Of an earlier published night; `None` where an older version published it without one of the sums.
    ///
    /// # Errors
    /// Kind `Internal` if the table is there and cannot be read.
    pub(super) fn of_night(workspace: &Path, night: Date) -> Result<Option<Self>> {
        Ok(earlier::table_if_there(workspace, night, schema::MANAGERS.name, read)?.flatten())
    }

    fn add(
        &mut self,
        n: Option<i64>,
        value: Option<f64>,
        assets: Option<f64>,
        loss: Option<f64>,
        listed: Option<i32>,
    ) {
        let known = |figure: Option<f64>| figure.filter(|figure| figure.is_finite());
        self.n_customers += n.unwrap_or(0);
        self.value += known(value).unwrap_or(0.0);
        self.listed += i64::from(listed.unwrap_or(0));
        for (sum, figure) in [(&mut self.assets, known(assets)), (&mut self.expected_loss, known(loss))] {
            if let Some(figure) = figure {
                *sum.get_or_insert(0.0) += figure;
            }
        }
    }
}

fn read(bytes: Vec<u8>) -> Result<Option<Totals>, Box<dyn std::error::Error>> {
    let mut totals = Totals::default();
    for batch in ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?.build()? {
        let batch = batch?;
        let floats = |name: &str| column::<Float64Array>(&batch, name);
        let (Some(n), Some(values), Some(assets), Some(losses), Some(listed)) = (
            column::<Int64Array>(&batch, "n_customers"),
            floats("value_12m"),
            floats("aum"),
            floats("expected_loss"),
            column::<Int32Array>(&batch, "listed"),
        ) else {
            return Ok(None);
        };
        if let Some(scored) = column::<Int64Array>(&batch, "n_scored") {
            *totals.n_scored.get_or_insert(0) += scored.iter().flatten().sum::<i64>();
        }
        let known = |array: &Float64Array, row: usize| array.is_valid(row).then(|| array.value(row));
        for row in 0..batch.num_rows() {
            totals.add(
                n.is_valid(row).then(|| n.value(row)),
                known(values, row),
                known(assets, row),
                known(losses, row),
                listed.is_valid(row).then(|| listed.value(row)),
            );
        }
    }
    Ok(Some(totals))
}
