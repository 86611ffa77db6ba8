//! Computing the feature table, bucket by bucket, and the checked frame that carries it.

use super::catalogue::{N_FEATURES, features};
use super::value::ValueBasis;
use super::{Lens, Sweep};
use crate::contract::Product;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::error::Result;
use crate::store::{Bank, Population};
use polars::prelude::*;
use rayon::prelude::*;

/// One row per customer of a population, sorted by `customer_id`; missing figures are NaN.
#[derive(Debug, Clone)]
pub struct FeatureTable {
    frame: DataFrame,
    customers: Vec<u32>,
    pub as_of: Date,
    pub value_basis: ValueBasis,
}

impl FeatureTable {
    /// Columns of `features.parquet`.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// Bank index of each row.
    pub fn customers(&self) -> &[u32] {
        &self.customers
    }

    pub fn n_customers(&self) -> usize {
        self.customers.len()
    }

    /// One feature, a value per row.
    ///
    /// # Panics
    /// If `name` is not in the catalogue; callers take names from there.
    pub fn column(&self, name: &str) -> &[f64] {
        let column = self.frame.column(name).expect("a feature of the catalogue");
        column.f64().and_then(|values| values.cont_slice()).expect("features are whole Float64 columns")
    }
}

/// The features of `population`, each from the customer's own rows up to its date.
///
/// # Errors
/// Kind `Internal` if the columns do not make a frame, which is a fault of ours.
pub fn build(bank: &Bank, population: &Population) -> Result<FeatureTable> {
    let margin_rates = margin_rates(bank.products());
    let lens = Lens {
        as_of: population.date,
        calendar: bank.calendar(),
        products: bank.products(),
        margin_rates: &margin_rates,
    };
    let mut columns = vec![vec![f64::NAN; population.members.len()]; N_FEATURES];
    let parts: Vec<(Vec<usize>, Vec<f64>)> = rows_by_bucket(bank, population)
        .into_par_iter()
        .map(|rows| bucket_features(bank, population, rows, lens))
        .collect();
    for (rows, values) in parts {
        for (row, values) in rows.iter().zip(values.chunks_exact(N_FEATURES)) {
            for (column, value) in columns.iter_mut().zip(values) {
                column[*row] = *value;
            }
        }
    }
    let basis = ValueBasis::of(bank.calendar().has_balances_on(population.date), &margin_rates);
    assemble(bank, population, columns, basis)
}

/// Rows of the table (positions in `members`) by bucket.
fn rows_by_bucket(bank: &Bank, population: &Population) -> Vec<Vec<usize>> {
    let mut bucket_of = vec![0u32; bank.n_customers()];
    for (bucket, customers) in (0u32..).zip(bank.buckets()) {
        for customer in customers {
            bucket_of[*customer as usize] = bucket;
        }
    }
    let mut rows = vec![Vec::new(); bank.buckets().len()];
    for (row, customer) in population.members.iter().enumerate() {
        rows[bucket_of[*customer as usize] as usize].push(row);
    }
    rows
}

/// Row-major features of one bucket.
fn bucket_features(
    bank: &Bank,
    population: &Population,
    rows: Vec<usize>,
    lens: Lens<'_>,
) -> (Vec<usize>, Vec<f64>) {
    let mut values = vec![f64::NAN; rows.len() * N_FEATURES];
    let lenses = [lens];
    let mut sweep = Sweep::new(&lenses);
    for (row, values) in rows.iter().zip(values.chunks_exact_mut(N_FEATURES)) {
        sweep.features(&bank.history(population.members[*row]), values);
    }
    (rows, values)
}

fn assemble(
    bank: &Bank,
    population: &Population,
    columns: Vec<Vec<f64>>,
    value_basis: ValueBasis,
) -> Result<FeatureTable> {
    let height = population.members.len();
    let ids: Vec<&str> = population.members.iter().map(|index| &*bank.customer(*index).customer_id).collect();
    let mut series = vec![Column::new("customer_id".into(), ids)];
    series.extend(features().zip(columns).map(|(feature, values)| Column::new(feature.name.into(), values)));
    let frame = DataFrame::new(height, series)?;
    Ok(FeatureTable { frame, customers: population.members.clone(), as_of: population.date, value_basis })
}

/// Mean margin rate by product kind, over the products that have one.
pub(super) fn margin_rates(products: &[Product]) -> Vec<Option<f64>> {
    let rate_of = |kind: ProductKind| {
        let rates: Vec<f64> = products
            .iter()
            .filter(|product| product.product_kind == kind)
            .filter_map(|product| product.margin_rate)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "products of a bank")]
        (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)
    };
    ProductKind::ALL.iter().map(|kind| rate_of(*kind)).collect()
}
