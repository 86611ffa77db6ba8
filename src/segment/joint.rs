//! Finer clusters over all three axes, beneath the types.

use super::axis::{SILHOUETTE_SAMPLE, matrix, model_error, select, shaping_features, views};
use super::model::JointModel;
use super::sample;
use crate::config::Segment;
use crate::error::Result;
use crate::features::{Axis, FeatureTable};
use crate::model::kmeans::{self, KMeansParams};
use crate::model::silhouette::mean_silhouette;
use crate::model::taming::{FeatureSpec, Taming};
use ndarray::Array2;

/// A cluster should stand for at least so many fitted customers; small groups get fewer clusters.
const CUSTOMERS_PER_CLUSTER: usize = 5;

/// Fits the joint clusters on `rows`; every axis weighs the same, whatever its number of features.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit(
    table: &FeatureTable,
    rows: &[usize],
    ids: &[&str],
    settings: &Segment,
    seed: u64,
) -> Result<JointModel> {
    let (mut specs, mut weights) = (Vec::<FeatureSpec<'_>>::new(), Vec::new());
    for axis in Axis::ALL {
        let shaping = shaping_features(table, rows, axis);
        #[expect(clippy::cast_precision_loss, reason = "features of an axis")]
        weights.extend(shaping.iter().map(|_| 1.0 / (shaping.len() as f32).sqrt()));
        specs.extend(shaping.iter().map(|feature| feature.taming_spec()));
    }
    let columns = select(table, rows, specs.iter().map(|spec| spec.name));
    let taming = Taming::fit(&views(&columns), &specs, settings.winsor_share)
        .map_err(|cause| model_error("taming features", cause))?;
    let points = weighted(&taming, &columns, &weights)?;
    let k = settings.joint_clusters.min(rows.len() / CUSTOMERS_PER_CLUSTER).max(1);
    let params = KMeansParams { n_runs: settings.starts, ..KMeansParams::new(k, seed) };
    let clusters = kmeans::fit(points.view(), &sample::by_hash(ids, settings.sample_max), &params)
        .map_err(|cause| model_error("k-means", cause))?;
    let labels = kmeans::assign(points.view(), clusters.centroids.view());
    let silhouette = mean_silhouette(points.view(), &labels, &sample::by_hash(ids, SILHOUETTE_SAMPLE));
    let centroids = clusters.centroids.outer_iter().map(|row| row.to_vec()).collect();
    Ok(JointModel { taming, weights, centroids, silhouette })
}

/// The cluster of each of `rows`.
///
/// # Errors
/// Kind `Internal` if the model does not fit the table.
pub fn place(model: &JointModel, table: &FeatureTable, rows: &[usize]) -> Result<Vec<u16>> {
    let columns = select(table, rows, model.taming.names());
    let points = weighted(&model.taming, &columns, &model.weights)?;
    Ok(kmeans::assign(points.view(), matrix(&model.centroids).view()))
}

fn weighted(taming: &Taming, columns: &[Vec<f64>], weights: &[f32]) -> Result<Array2<f32>> {
    let mut points = taming.apply(&views(columns)).map_err(|cause| model_error("taming features", cause))?;
    for (mut column, weight) in points.columns_mut().into_iter().zip(weights) {
        column *= *weight;
    }
    Ok(points)
}
