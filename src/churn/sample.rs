//! Rows to train or judge on: some features of labelled customers at some origins, column by column.
//!
//! Rows come by origin and then by customer, so that neither the order of arrival nor a thread decides a bit.

use super::origins::Origin;
use crate::features::Feature;
use crate::features::catalogue::features;
use ndarray::{ArrayView2, ShapeBuilder};
use std::collections::BTreeSet;

/// n rows with d features and a label each.
#[derive(Debug, Clone)]
pub struct Sample {
    pub features: Vec<&'static Feature>,
    /// Column-major, n x d; NaN where a feature is missing.
    values: Vec<f64>,
    /// Whether each left within the horizon.
    pub left: Vec<bool>,
    /// Stable hash of each row's customer.
    pub hashes: Vec<u32>,
}

impl Sample {
    /// The rows of these origins that a horizon is trained on, with every feature that a churn model may use and that
    /// some row has.
    pub fn of(origins: &[&Origin], horizon: usize) -> Self {
        Self::chosen(origins, horizon, |_, _| true)
    }

    /// The same of the rows that `keep` accepts by origin and hash of the customer.
    pub fn chosen(origins: &[&Origin], horizon: usize, keep: impl Fn(&Origin, u32) -> bool) -> Self {
        let rows: Vec<(&Origin, usize, bool)> = origins
            .iter()
            .flat_map(|origin| origin.labelled(horizon).map(|(row, left)| (*origin, row, left)))
            .filter(|(origin, row, _)| keep(origin, origin.hashes[*row]))
            .collect();
        let mut sample = Self {
            features: Vec::new(),
            values: Vec::new(),
            left: rows.iter().map(|(_, _, left)| *left).collect(),
            hashes: rows.iter().map(|(origin, row, _)| origin.hashes[*row]).collect(),
        };
        for feature in features().filter(|feature| feature.in_churn_model) {
            let start = sample.values.len();
            for of_origin in rows.chunk_by(|a, b| std::ptr::eq(a.0, b.0)) {
                let column = of_origin[0].0.features.column(feature.name);
                sample.values.extend(of_origin.iter().map(|(_, row, _)| column[*row]));
            }
            if sample.values[start..].iter().all(|value| value.is_nan()) {
                sample.values.truncate(start);
            } else {
                sample.features.push(feature);
            }
        }
        sample
    }

    pub fn n_rows(&self) -> usize {
        self.left.len()
    }

    /// Rows of those who left.
    pub fn n_left(&self) -> usize {
        self.left.iter().filter(|left| **left).count()
    }

    /// Customers who left, each once however many origins saw him leave.
    pub fn n_leavers(&self) -> usize {
        self.n_distinct(true)
    }

    /// Customers who stayed at some origin.
    pub fn n_stayers(&self) -> usize {
        self.n_distinct(false)
    }

    fn n_distinct(&self, left: bool) -> usize {
        let rows = self.left.iter().zip(&self.hashes).filter(|(found, _)| **found == left);
        rows.map(|(_, hash)| *hash).collect::<BTreeSet<u32>>().len()
    }

    pub fn columns(&self) -> Vec<&[f64]> {
        if self.n_rows() == 0 {
            return vec![&[]; self.features.len()];
        }
        self.values.chunks_exact(self.n_rows()).collect()
    }

    /// n x d.
    pub fn matrix(&self) -> ArrayView2<'_, f64> {
        let shape = (self.n_rows(), self.features.len()).f();
        ArrayView2::from_shape(shape, &self.values).expect("a column per feature")
    }

    /// The columns of these features; NaN where the sample has none of that name.
    pub fn columns_of<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<Vec<f64>> {
        let columns = self.columns();
        let of = |name: &str| {
            let place = self.features.iter().position(|feature| feature.name == name);
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
            features: self.features.clone(),
            values: self.columns().into_iter().flat_map(of).collect(),
            left: self.left.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(left, _)| *left).collect(),
            hashes: self.hashes.iter().copied().filter(|hash| keep(*hash)).collect(),
        }
    }
}
