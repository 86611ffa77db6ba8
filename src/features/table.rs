//! Computing the feature table, bucket by bucket, and the checked frame that carries it.

use super::catalogue::{Feature, features};
use super::value::ValueBasis;
use super::{Facts, Lens};
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::error::Result;
use crate::store::{Population, Store};
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

    /// Store index of each row.
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
/// `undated_fields_known` says whether the first delivery lies on or before the date.
///
/// # Errors
/// Kind `Internal` if the columns do not make a frame, which is a fault of ours.
pub fn build(store: &Store, population: &Population, undated_fields_known: bool) -> Result<FeatureTable> {
    let margin_rates = margin_rates(store);
    let lens = Lens {
        as_of: population.date,
        calendar: store.calendar(),
        products: &store.tables().products,
        margin_rates: &margin_rates,
        undated_fields_known,
    };
    let kernels: Vec<&Feature> = features().collect();
    let mut columns = vec![vec![f64::NAN; population.members.len()]; kernels.len()];
    let parts: Vec<(Vec<usize>, Vec<f64>)> = rows_by_bucket(store, population)
        .into_par_iter()
        .map(|rows| bucket_features(store, population, rows, lens, &kernels))
        .collect();
    for (rows, values) in parts {
        for (row, values) in rows.iter().zip(values.chunks_exact(kernels.len())) {
            for (column, value) in columns.iter_mut().zip(values) {
                column[*row] = *value;
            }
        }
    }
    let basis = ValueBasis::of(store.calendar().has_balances_on(population.date), &margin_rates);
    assemble(store, population, columns, basis)
}

/// Rows of the table (positions in `members`) by bucket.
fn rows_by_bucket(store: &Store, population: &Population) -> Vec<Vec<usize>> {
    let mut bucket_of = vec![0u32; store.n_customers()];
    for (bucket, customers) in (0u32..).zip(store.buckets()) {
        for customer in customers {
            bucket_of[*customer as usize] = bucket;
        }
    }
    let mut rows = vec![Vec::new(); store.buckets().len()];
    for (row, customer) in population.members.iter().enumerate() {
        rows[bucket_of[*customer as usize] as usize].push(row);
    }
    rows
}

/// Row-major features of one bucket.
fn bucket_features(
    store: &Store,
    population: &Population,
    rows: Vec<usize>,
    lens: Lens<'_>,
    kernels: &[&Feature],
) -> (Vec<usize>, Vec<f64>) {
    let mut values = Vec::with_capacity(rows.len() * kernels.len());
    for row in &rows {
        let facts = Facts::of(&store.history(population.members[*row]), lens);
        values.extend(kernels.iter().map(|feature| finite_or_nan((feature.kernel)(&facts))));
    }
    (rows, values)
}

fn finite_or_nan(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

fn assemble(
    store: &Store,
    population: &Population,
    columns: Vec<Vec<f64>>,
    value_basis: ValueBasis,
) -> Result<FeatureTable> {
    let height = population.members.len();
    let ids: Vec<&str> = population
        .members
        .iter()
        .map(|index| &*store.tables().customers[*index as usize].customer_id)
        .collect();
    let mut series = vec![Column::new("customer_id".into(), ids)];
    series.extend(features().zip(columns).map(|(feature, values)| Column::new(feature.name.into(), values)));
    let frame = DataFrame::new(height, series)?;
    Ok(FeatureTable { frame, customers: population.members.clone(), as_of: population.date, value_basis })
}

/// Mean margin rate by product kind, over the products that have one.
fn margin_rates(store: &Store) -> Vec<Option<f64>> {
    let rate_of = |kind: ProductKind| {
        let rates: Vec<f64> = store
            .tables()
            .products
            .iter()
            .filter(|product| product.product_kind == kind)
            .filter_map(|product| product.margin_rate)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "products of a bank")]
        (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)
    };
    ProductKind::ALL.iter().map(|kind| rate_of(*kind)).collect()
}
