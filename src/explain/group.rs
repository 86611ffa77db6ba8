//! The customer's group on that night, as what he is compared with.
//!
//! Reads: from `segments` the group and the margins, from `features` the columns that are asked for, of everybody.
//! Produces: medians and shares over his group. Never: names anybody.

use super::night::Night;
use crate::error::Result;
use crate::model::quantile::quantile;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Float64Type;

/// Individuals or institutions of the night.
#[derive(Debug)]
pub struct Group {
    /// Row by row of both tables, which have the same customers in the same order.
    is_member: Vec<bool>,
    segments: RecordBatch,
    features: RecordBatch,
}

impl Group {
    /// Reads the `features` of the group, and how near its customers are to the borders of `axes`.
    ///
    /// # Errors
    /// Kind `Internal` where a table cannot be read, or the two are not of the same customers.
    pub fn read(night: &Night, group: &str, axes: &[&str], features: &[&str]) -> Result<Self> {
        let margins: Vec<String> = axes.iter().map(|axis| margin_of(axis)).collect();
        let of_segments = margins.iter().map(String::as_str).chain(["customer_id", "segment_group"]);
        let segments = night.columns("segments", of_segments)?;
        let features = night.columns("features", features.iter().copied().chain(["customer_id"]))?;
        let text = |batch: &RecordBatch, name| batch.column_by_name(name).map(|ids| ids.to_data());
        if text(&segments, "customer_id") != text(&features, "customer_id") {
            return Err(night.damaged(&"`segments` and `features` are not of the same customers"));
        }
        let groups = segments.column_by_name("segment_group").and_then(|array| array.as_string_opt::<i32>());
        let is_member = groups.map(|groups| groups.iter().map(|found| found == Some(group)).collect());
        Ok(Self { is_member: is_member.unwrap_or_default(), segments, features })
    }

    /// The median of a feature over those of the group who have it.
    pub fn median(&self, feature: &str) -> Option<f64> {
        quantile(&self.values(&self.features, feature), 0.5)
    }

    /// The share of the group that is nearer to the border of `axis` than `margin`.
    pub fn share_nearer(&self, axis: &str, margin: f64) -> Option<f64> {
        let margins = self.values(&self.segments, &margin_of(axis));
        let nearer = margins.iter().filter(|other| other.abs() < margin.abs()).count();
        #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
        (!margins.is_empty()).then(|| nearer as f64 / margins.len() as f64)
    }

    fn values(&self, batch: &RecordBatch, column: &str) -> Vec<f64> {
        let array = batch.column_by_name(column).and_then(|array| array.as_primitive_opt::<Float64Type>());
        let cells = array.into_iter().flat_map(|array| array.iter());
        cells.zip(&self.is_member).filter_map(|(value, is_member)| value.filter(|_| *is_member)).collect()
    }
}

fn margin_of(axis: &str) -> String {
    format!("{axis}_margin")
}
