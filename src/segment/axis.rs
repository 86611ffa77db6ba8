//! One axis: tamed features, k-means, clusters ordered by score and cut into high and low.
//!
//! The cut is the widest gap between neighbouring clusters' mean scores that leaves each side its share; the
//! margin of a customer is (d_low - d_high) / (d_low + d_high), d the distance to the nearest centroid of a side.

use super::model::AxisModel;
use super::sample;
use crate::config::Segment;
use crate::error::{Error, Result};
use crate::features::catalogue::features;
use crate::features::{Axis, Direction, Feature, FeatureTable};
use crate::model::kmeans::{self, KMeansFit, KMeansParams};
use crate::model::silhouette::mean_silhouette;
use crate::model::taming::{FeatureSpec, Taming};
use ndarray::{Array2, ArrayView2};

/// Customers on which silhouettes are taken: the cost is quadratic, and 2,000 fix two digits.
pub const SILHOUETTE_SAMPLE: usize = 2000;

/// What an axis says of each customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// 0 to 100.
    pub scores: Vec<f64>,
    /// -1 to 1; positive is high.
    pub margins: Vec<f64>,
}

/// The features that shape an axis, of those that are not missing for everybody in `rows`.
pub fn shaping_features(table: &FeatureTable, rows: &[usize], axis: Axis) -> Vec<&'static Feature> {
    features()
        .filter(|feature| feature.axis == axis && feature.direction != Direction::Undirected)
        .filter(|feature| {
            let values = table.column(feature.name);
            rows.iter().any(|row| !values[*row].is_nan())
        })
        .collect()
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

/// Fits one axis on `rows` of the table; `ids` are their customers.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit(
    table: &FeatureTable,
    rows: &[usize],
    ids: &[&str],
    axis: Axis,
    settings: &Segment,
    seed: u64,
) -> Result<AxisModel> {
    let shaping = shaping_features(table, rows, axis);
    let specs: Vec<FeatureSpec<'_>> = shaping.iter().map(|feature| feature.taming_spec()).collect();
    let columns = select(table, rows, shaping.iter().map(|feature| feature.name));
    let taming = Taming::fit(&views(&columns), &specs, settings.winsor_share)
        .map_err(|cause| model_error("taming features", cause))?;
    let points = taming.apply(&views(&columns)).map_err(|cause| model_error("taming features", cause))?;
    let directions: Vec<f64> =
        shaping.iter().map(|feature| if feature.direction == Direction::Up { 1.0 } else { -1.0 }).collect();
    let raw_scores = raw_scores(points.view(), &directions, &taming);
    let (score_mean, score_sd) = mean_and_sd(&raw_scores);
    let best = best_clusters(points.view(), &raw_scores, ids, settings, seed)?;
    Ok(AxisModel {
        axis: axis.name().into(),
        taming,
        directions,
        score_mean,
        score_sd,
        centroids: best.fit.centroids.outer_iter().map(|row| row.to_vec()).collect(),
        is_high: best.is_high,
        silhouette: best.silhouette,
    })
}

/// Scores and margins of `rows` under the model.
///
/// # Errors
/// Kind `Internal` if the model does not fit the table.
pub fn place(model: &AxisModel, table: &FeatureTable, rows: &[usize]) -> Result<Placed> {
    let columns = select(table, rows, model.taming.names());
    let points =
        model.taming.apply(&views(&columns)).map_err(|cause| model_error("taming features", cause))?;
    let raw = raw_scores(points.view(), &model.directions, &model.taming);
    let scores = raw.iter().map(|score| score_0_to_100(*score, model)).collect();
    let distances = kmeans::distances(points.view(), matrix(&model.centroids).view());
    let margins = distances.outer_iter().map(|row| margin(row.iter().copied(), &model.is_high)).collect();
    Ok(Placed { scores, margins })
}

/// Stored rows as a matrix.
pub fn matrix(rows: &[Vec<f32>]) -> Array2<f32> {
    let width = rows.first().map_or(0, Vec::len);
    Array2::from_shape_fn((rows.len(), width), |(row, column)| rows[row][column])
}

/// Mean of the directed, standardised features that tell customers apart.
fn raw_scores(points: ArrayView2<'_, f32>, directions: &[f64], taming: &Taming) -> Vec<f64> {
    let n_telling = taming.features.iter().filter(|feature| feature.dropped.is_none()).count().max(1);
    #[expect(clippy::cast_precision_loss, reason = "features of an axis")]
    let n_telling = n_telling as f64;
    points
        .outer_iter()
        .map(|row| {
            row.iter().zip(directions).map(|(z, direction)| f64::from(*z) * direction).sum::<f64>()
                / n_telling
        })
        .collect()
}

fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// 100 times the logistic curve at pi / sqrt(3) standard deviations: 50 is the mean, 86 and 14 one deviation
/// away, and no customer falls off the scale. The factor gives the curve the spread of a normal one.
fn score_0_to_100(raw: f64, model: &AxisModel) -> f64 {
    if model.score_sd <= 0.0 {
        return 50.0;
    }
    let z = (raw - model.score_mean) / model.score_sd;
    100.0 / (1.0 + (-z * std::f64::consts::PI / 3f64.sqrt()).exp())
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

struct Clusters {
    fit: KMeansFit,
    is_high: Vec<bool>,
    silhouette: Option<f64>,
    /// Whether both sides have their share.
    is_cut: bool,
}

/// The number of clusters with the best silhouette among those that can be cut; if none can, the best of all,
/// uncut.
fn best_clusters(
    points: ArrayView2<'_, f32>,
    raw_scores: &[f64],
    ids: &[&str],
    settings: &Segment,
    seed: u64,
) -> Result<Clusters> {
    let sample = sample::by_hash(ids, settings.sample_max);
    let silhouette_rows = sample::by_hash(ids, SILHOUETTE_SAMPLE);
    let mut best: Option<Clusters> = None;
    for k in 2..=settings.axis_clusters_max {
        let params = KMeansParams { n_runs: settings.starts, ..KMeansParams::new(k, seed) };
        let fit = kmeans::fit(points, &sample, &params).map_err(|cause| model_error("k-means", cause))?;
        let labels = kmeans::assign(points, fit.centroids.view());
        let (is_high, is_cut) = cut(&labels, raw_scores, fit.centroids.nrows(), settings.side_share_min);
        let silhouette = mean_silhouette(points, &labels, &silhouette_rows);
        let rank = |clusters: &Clusters| (clusters.is_cut, clusters.silhouette.unwrap_or(-1.0));
        let candidate = Clusters { fit, is_high, silhouette, is_cut };
        if best.as_ref().is_none_or(|best| rank(&candidate) > rank(best)) {
            best = Some(candidate);
        }
    }
    best.ok_or_else(|| Error::internal("no number of clusters was tried"))
}

/// Which clusters are high: those above the widest gap in mean score that leaves each side its share.
fn cut(labels: &[u16], raw_scores: &[f64], n_clusters: usize, side_share_min: f64) -> (Vec<bool>, bool) {
    let mut totals = vec![(0.0, 0.0); n_clusters];
    for (label, score) in labels.iter().zip(raw_scores) {
        totals[usize::from(*label)].0 += score;
        totals[usize::from(*label)].1 += 1.0;
    }
    let means: Vec<f64> = totals.iter().map(|(sum, n)| sum / n).collect();
    let mut order: Vec<usize> = (0..n_clusters).filter(|cluster| totals[*cluster].1 > 0.0).collect();
    order.sort_by(|a, b| means[*a].total_cmp(&means[*b]));
    let n: f64 = totals.iter().map(|(_, n)| n).sum();
    let mut below = 0.0;
    let mut widest: Option<(f64, usize)> = None;
    for position in 1..order.len() {
        below += totals[order[position - 1]].1;
        let gap = means[order[position]] - means[order[position - 1]];
        let fair = below / n >= side_share_min && below / n <= 1.0 - side_share_min;
        if fair && widest.is_none_or(|(width, _)| gap > width) {
            widest = Some((gap, position));
        }
    }
    let mut is_high = vec![false; n_clusters];
    for cluster in widest.iter().flat_map(|(_, position)| &order[*position..]) {
        is_high[*cluster] = true;
    }
    (is_high, widest.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_the_widest_gap_that_leaves_each_side_its_share() {
        // Ten customers in clusters 0 (two, mean 5), 1 (seven, mean 0), 2 (one, mean 90).
        let labels = [0, 0, 1, 1, 1, 1, 1, 1, 1, 2];
        let scores = [5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 90.0];
        assert_eq!(cut(&labels, &scores, 3, 0.1), (vec![false, false, true], true));
        assert_eq!(cut(&labels, &scores, 3, 0.2), (vec![true, false, true], true));
        assert_eq!(cut(&labels, &scores, 3, 0.4), (vec![false, false, false], false));
    }

    #[test]
    fn a_margin_names_the_nearer_side() {
        assert_eq!(margin([3.0, 1.0].into_iter(), &[false, true]), 0.5);
        assert_eq!(margin([0.0, 0.0].into_iter(), &[false, true]), 0.0);
        assert_eq!(margin([1.0].into_iter(), &[false]), -1.0);
    }
}
