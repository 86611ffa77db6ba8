//! The feature table of a night or of past dates, and the frame that carries it.

use super::catalogue::{Feature, Kernel, features};
use super::lens::{Lens, margin_rates};
use super::service_costs::ServiceCosts;
use super::stream::{Block, blocks};
use super::value::ValueBasis;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::store::{Bank, CustomerHistory, Population};
use polars::prelude::*;
use std::sync::{Mutex, PoisonError};

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
    /// If `name` was not asked for.
    pub fn column(&self, name: &str) -> &[f64] {
        let column = self.frame.column(name).expect("a feature that was asked for");
        column.f64().and_then(|values| values.cont_slice()).expect("features are whole Float64 columns")
    }
}

/// Whose features are asked for, at which date, and which.
#[derive(Debug)]
pub struct Asked<'a> {
    pub population: &'a Population,
    pub features: Vec<&'static Feature>,
}

impl<'a> Asked<'a> {
    /// Every feature of the catalogue.
    pub fn whole(population: &'a Population) -> Self {
        Self { population, features: features().collect() }
    }
}

/// The features of each population at its date, each from the customer's own rows up to it; rows are walked once for
/// all of them. Of a customer who was opened later, all are missing.
///
/// # Errors
/// Kind `Internal` if the columns do not make a frame, which is a fault of ours.
pub fn build(bank: &Bank, asked: &[Asked<'_>], costs: &ServiceCosts) -> Result<Vec<FeatureTable>> {
    let margin_rates = margin_rates(bank.products());
    let lens = |asked: &Asked<'_>| Lens {
        as_of: asked.population.date,
        calendar: bank.calendar(),
        products: bank.products(),
        margin_rates: &margin_rates,
        costs,
    };
    let lenses: Vec<Lens<'_>> = asked.iter().map(lens).collect();
    let kernels: Vec<Vec<Kernel>> =
        asked.iter().map(|asked| asked.features.iter().map(|feature| feature.kernel).collect()).collect();
    let rows: Vec<Vec<u32>> = asked.iter().map(|asked| rows_of(bank, asked.population)).collect();
    let columns: Vec<Mutex<Vec<Vec<f64>>>> = asked.iter().map(|asked| Mutex::new(missing(asked))).collect();
    let is_wanted = |date: usize, history: &CustomerHistory<'_>| {
        rows[date][history.index as usize] != NO_ROW && history.customer.opened_on <= lenses[date].as_of
    };
    blocks(bank, &lenses, &kernels, &is_wanted, &|block| {
        let mut columns = columns[block.date].lock().unwrap_or_else(PoisonError::into_inner);
        put(&block, &rows[block.date], &mut columns);
        Ok(())
    })?;
    let tables = asked.iter().zip(columns).map(|(asked, columns)| {
        let basis = value_basis(bank, asked.population.date, costs);
        assemble(bank, asked, columns.into_inner().unwrap_or_else(PoisonError::into_inner), basis)
    });
    tables.collect()
}

/// What value rests on at a date, the same for all customers.
pub fn value_basis(bank: &Bank, date: Date, costs: &ServiceCosts) -> ValueBasis {
    ValueBasis::of(bank.calendar().has_balances_on(date), &margin_rates(bank.products()), costs)
}

/// All features of one population, as [`build`] gives them.
///
/// # Errors
/// As [`build`].
pub fn build_one(bank: &Bank, population: &Population, costs: &ServiceCosts) -> Result<FeatureTable> {
    let mut tables = build(bank, &[Asked::whole(population)], costs)?;
    tables.pop().ok_or_else(|| Error::internal("a population has no features"))
}

/// Of whom there is no row.
const NO_ROW: u32 = u32::MAX;

/// The row of each customer of the bank, or [`NO_ROW`].
fn rows_of(bank: &Bank, population: &Population) -> Vec<u32> {
    let mut rows = vec![NO_ROW; bank.n_customers()];
    for (row, customer) in (0u32..).zip(&population.members) {
        rows[*customer as usize] = row;
    }
    rows
}

/// A column per feature.
fn missing(asked: &Asked<'_>) -> Vec<Vec<f64>> {
    vec![vec![f64::NAN; asked.population.members.len()]; asked.features.len()]
}

/// Column by column: rows of a bucket lie far from each other, but in order.
fn put(block: &Block, rows: &[u32], columns: &mut [Vec<f64>]) {
    let places: Vec<usize> =
        block.customers.iter().map(|customer| rows[*customer as usize] as usize).collect();
    let width = columns.len();
    for (feature, column) in columns.iter_mut().enumerate() {
        for (place, values) in places.iter().zip(block.values.chunks_exact(width)) {
            column[*place] = values[feature];
        }
    }
}

fn assemble(
    bank: &Bank,
    asked: &Asked<'_>,
    columns: Vec<Vec<f64>>,
    value_basis: ValueBasis,
) -> Result<FeatureTable> {
    let members = &asked.population.members;
    let ids: Vec<&str> = members.iter().map(|index| &*bank.customer(*index).customer_id).collect();
    let mut series = vec![Column::new("customer_id".into(), ids)];
    let figures = asked.features.iter().zip(columns);
    series.extend(figures.map(|(feature, values)| Column::new(feature.name.into(), values)));
    let frame = DataFrame::new(members.len(), series)?;
    Ok(FeatureTable { frame, customers: members.clone(), as_of: asked.population.date, value_basis })
}
