//! One axis: its parts, their clusters, the levels that the clusters are cut into, and the score.
//!
//! The margin of a customer is (d_low - d_high) / (d_low + d_high), d the distance to the nearest centroid of a side.

use super::curve::score_0_to_100;
use super::cut;
use super::model::AxisModel;
use super::parts::{Measured, PartsModel};
use super::profile::mean_and_sd;
use crate::config::Segment;
use crate::error::{Error, Result};
use crate::features::{Axis, FeatureTable};
use crate::model::kmeans;
use crate::model::stability_index::Reference;
use ndarray::Array2;

/// Customers on which silhouettes are taken: the cost is quadratic, and 2,000 fix two digits.
pub const SILHOUETTE_SAMPLE: usize = 2000;

/// What an axis says of each customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub measured: Measured,
    /// 0 to 100.
    pub scores: Vec<f64>,
    /// -1 to 1; positive is high.
    pub margins: Vec<f64>,
    /// What is clustered.
    pub points: Array2<f32>,
}

/// Values of `names` for the given rows, a column each.
pub fn select<'a>(
    table: &FeatureTable,
    rows: &[usize],
    names: impl Iterator<Item = &'a str>,
) -> Vec<Vec<f64>> {
    names
        .map(|name| {
            let values = table.column(name);
            rows.iter().map(|row| values[*row]).collect()
        })
        .collect()
}

/// Views of columns, as the model layer takes them.
pub fn views(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

/// A failure of the model layer after its inputs were checked here.
pub fn model_error(what: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal(format!("{what} failed")).caused_by(cause)
}

/// Fits one axis on `rows` of the tables, tonight's first; `ids` are their customers.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit(
    tables: &[&FeatureTable],
    rows: &[usize],
    ids: &[&str],
    axis: Axis,
    settings: &Segment,
    seed: u64,
) -> Result<AxisModel> {
    let Some(tonight) = tables.first() else {
        return Err(Error::internal("there are no features to fit on"));
    };
    let parts = PartsModel::fit(tonight, rows, axis, settings)?;
    let measured = parts.measure(tables, rows);
    let points = parts.points(&measured);
    let (score_mean, score_sd) = mean_and_sd(measured.scores.iter().copied()).unwrap_or_default();
    let best = cut::best(points.view(), &measured.scores, ids, settings, seed)?;
    let columns = select(tonight, rows, parts.taming.names());
    let score = |raw: &f64| score_0_to_100(*raw, score_mean, score_sd);
    let scores: Vec<f64> = measured.scores.iter().map(score).collect();
    Ok(AxisModel {
        axis: axis.name().into(),
        reference: Reference::of(parts.taming.names().zip(columns.iter().map(Vec::as_slice)), &scores),
        parts,
        score_mean,
        score_sd,
        centroids: best.fit.centroids.outer_iter().map(|row| row.to_vec()).collect(),
        is_high: best.is_high,
        silhouette: best.silhouette,
        stability: best.stability,
        tried: best.tried,
    })
}

/// What the model says of `rows`.
pub fn place(model: &AxisModel, tables: &[&FeatureTable], rows: &[usize]) -> Placed {
    let measured = model.parts.measure(tables, rows);
    let points = model.parts.points(&measured);
    let scores = measured.scores.iter().map(|raw| model.score(*raw)).collect();
    let distances = kmeans::distances(points.view(), matrix(&model.centroids).view());
    let margins = distances.outer_iter().map(|row| margin(row.iter().copied(), &model.is_high)).collect();
    Placed { measured, scores, margins, points }
}

/// Stored rows as a matrix.
pub fn matrix(rows: &[Vec<f32>]) -> Array2<f32> {
    let width = rows.first().map_or(0, Vec::len);
    Array2::from_shape_fn((rows.len(), width), |(row, column)| rows[row][column])
}

fn margin(distances: impl Iterator<Item = f32>, is_high: &[bool]) -> f64 {
    let (mut low, mut high) = (f64::INFINITY, f64::INFINITY);
    for (distance, is_high) in distances.zip(is_high) {
        let side = if *is_high { &mut high } else { &mut low };
        *side = side.min(f64::from(distance));
    }
    match (low.is_finite(), high.is_finite()) {
        (true, true) if low + high > 0.0 => (low - high) / (low + high),
        (true, true) => 0.0,
        (_, is_high_only) => {
            if is_high_only {
                1.0
            } else {
                -1.0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_names_the_nearer_side() {
        assert_eq!(margin([3.0, 1.0].into_iter(), &[false, true]), 0.5);
        assert_eq!(margin([0.0, 0.0].into_iter(), &[false, true]), 0.0);
        assert_eq!(margin([1.0].into_iter(), &[false]), -1.0);
    }
}
