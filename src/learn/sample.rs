//! Rows to train or judge on: inputs of labelled customers at some origins, column by column.
//!
//! Rows come by origin and then by customer, so that neither the order of arrival nor a thread decides a bit.

use crate::date::Date;
use crate::features::Feature;
use crate::model::boosted::Monotone;
use crate::model::taming::FeatureSpec;
use ndarray::{ArrayView2, ShapeBuilder};
use std::collections::BTreeSet;

/// A column that a model may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub name: String,
    /// Heavy-tailed, so that a linear model takes it through `asinh`.
    pub money_or_count: bool,
    /// How the probability may move as it grows, where the field knows.
    pub monotone: Monotone,
}

impl Input {
    /// A feature of the catalogue, free to work either way.
    pub fn of(feature: &Feature) -> Self {
        Self::new(feature.name, feature.unit.is_heavy_tailed())
    }

    pub fn new(name: &str, money_or_count: bool) -> Self {
        Self { name: name.to_owned(), money_or_count, monotone: Monotone::Free }
    }

    /// How a linear model tames it.
    pub fn taming_spec(&self) -> FeatureSpec<'_> {
        FeatureSpec { name: &self.name, money_or_count: self.money_or_count }
    }
}

/// n rows with d inputs and a label each.
#[derive(Debug, Clone)]
pub struct Sample {
    pub inputs: Vec<Input>,
    /// Column-major, n x d; NaN where an input is missing.
    values: Vec<f64>,
    /// Whether each did it.
    pub labels: Vec<bool>,
    /// Stable hash of each row's customer.
    pub hashes: Vec<u32>,
}

impl Sample {
    /// Rows without a column.
    ///
    /// # Panics
    /// Labels and hashes differ in number.
    pub fn new(labels: Vec<bool>, hashes: Vec<u32>) -> Self {
        assert_eq!(labels.len(), hashes.len(), "a customer per label");
        Self { inputs: Vec::new(), values: Vec::new(), labels, hashes }
    }

    /// Adds a column, a value per row; one that is missing in every row is left out.
    ///
    /// # Panics
    /// The column is not as long as there are rows.
    pub fn add(&mut self, input: Input, column: impl Iterator<Item = f64>) {
        let start = self.values.len();
        self.values.extend(column);
        assert_eq!(self.values.len() - start, self.n_rows(), "a value per row");
        if self.values[start..].iter().all(|value| value.is_nan()) {
            self.values.truncate(start);
        } else {
            self.inputs.push(input);
        }
    }

    pub fn n_rows(&self) -> usize {
        self.labels.len()
    }

    /// Rows of those who did it.
    pub fn n_positive_rows(&self) -> usize {
        self.labels.iter().filter(|label| **label).count()
    }

    /// Customers who did it, each once however many origins saw him do it.
    pub fn n_positives(&self) -> usize {
        self.n_distinct(true)
    }

    /// Customers who did not at some origin.
    pub fn n_negatives(&self) -> usize {
        self.n_distinct(false)
    }

    fn n_distinct(&self, label: bool) -> usize {
        let rows = self.labels.iter().zip(&self.hashes).filter(|(found, _)| **found == label);
        rows.map(|(_, hash)| *hash).collect::<BTreeSet<u32>>().len()
    }

    pub fn columns(&self) -> Vec<&[f64]> {
        if self.n_rows() == 0 {
            return vec![&[]; self.inputs.len()];
        }
        self.values.chunks_exact(self.n_rows()).collect()
    }

    /// n x d.
    pub fn matrix(&self) -> ArrayView2<'_, f64> {
        let shape = (self.n_rows(), self.inputs.len()).f();
        ArrayView2::from_shape(shape, &self.values).expect("a column per input")
    }

    /// The columns of these inputs; NaN where the sample has none of that name.
    pub fn columns_of<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<Vec<f64>> {
        let columns = self.columns();
        let of = |name: &str| {
            let place = self.inputs.iter().position(|input| input.name == name);
            place.map_or_else(|| vec![f64::NAN; self.n_rows()], |place| columns[place].to_vec())
        };
        names.map(of).collect()
    }

    /// The rows whose customer's hash `keep` accepts.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(u32) -> bool) -> Self {
        let kept: Vec<bool> = self.hashes.iter().map(|hash| keep(*hash)).collect();
        let of = |column: &[f64]| -> Vec<f64> {
            column.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(value, _)| *value).collect()
        };
        Self {
            inputs: self.inputs.clone(),
            values: self.columns().into_iter().flat_map(of).collect(),
            labels: self
                .labels
                .iter()
                .zip(&kept)
                .filter(|(_, kept)| **kept)
                .map(|(label, _)| *label)
                .collect(),
            hashes: self.hashes.iter().copied().filter(|hash| keep(*hash)).collect(),
        }
    }
}

/// Which rows of later origins tell of an outcome that `train` does not know, given their origin and customer: of
/// origins from `closed_on` on, when the labels of training were complete, all; of those in between, where windows
/// overlap, the customers whom training has not seen.
pub fn unseen<'s>(train: &'s Sample, closed_on: Option<Date>) -> impl Fn(Date, u32) -> bool + 's {
    let seen: BTreeSet<u32> = train.hashes.iter().copied().collect();
    move |origin, hash| closed_on.is_some_and(|closed_on| origin >= closed_on) || !seen.contains(&hash)
}
