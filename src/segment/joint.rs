//! Finer clusters over all three axes, beneath the types.
//!
//! Their number is chosen by how well they hold on resamples and how well they are separated; the numbers they are known
//! by carry over from the model before, so that cluster 3 stays cluster 3 while it is the same customers, and keeps its name
//! while that still fits it.

use super::axis::{SILHOUETTE_SAMPLE, matrix, model_error};
use super::model::JointModel;
use super::profile::{self, Profile, Profiled};
use super::sample;
use crate::config::Segment;
use crate::error::Result;
use crate::features::FeatureTable;
use crate::model::cluster_number::{self, ClusterNumberParams};
use crate::model::kmeans::{self, KMeansParams};
use crate::model::matching;
use crate::model::silhouette::mean_silhouette;
use ndarray::{Array2, ArrayView2, Axis, concatenate};

/// A cluster should stand for at least so many fitted customers; small groups get fewer clusters.
const CUSTOMERS_PER_CLUSTER: usize = 5;

/// What the model before says of the customers whom a new one is fitted on.
#[derive(Debug, Clone, Copy)]
pub struct CarriedOn<'a> {
    /// The cluster of each.
    pub numbers: &'a [u16],
    /// The first number that no model has given yet.
    pub next_number: u16,
    pub profiles: &'a [Profile],
}

impl CarriedOn<'_> {
    /// Whether there are numbers left for so many new clusters.
    fn has_numbers_for(&self, n: usize) -> bool {
        u16::try_from(n).is_ok_and(|n| self.next_number.checked_add(n).is_some())
    }
}

/// The points of all axes side by side: every axis weighs the same, whatever its number of parts.
pub fn side_by_side(axes: &[&Array2<f32>]) -> Array2<f32> {
    let views: Vec<ArrayView2<'_, f32>> = axes.iter().map(|points| points.view()).collect();
    concatenate(Axis(1), &views).unwrap_or_default()
}

/// Fits the joint clusters on `points`, a row per customer of `ids`, who are `rows` of the table; `before` is
/// what the model before says of them.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn fit(
    points: ArrayView2<'_, f32>,
    (table, rows): (&FeatureTable, &[usize]),
    ids: &[&str],
    before: Option<CarriedOn<'_>>,
    parts: &[profile::PartOf<'_>],
    settings: &Segment,
    seed: u64,
) -> Result<JointModel> {
    if points.ncols() == 0 {
        return Ok(everybody_alike((table, rows), parts));
    }
    let failed = |cause| model_error("k-means", cause);
    let sample = sample::by_hash(ids, settings.sample_max);
    let [fewest, most] = settings.joint_clusters;
    let most = most.min(rows.len() / CUSTOMERS_PER_CLUSTER).max(1);
    let params = ClusterNumberParams::new(fewest.min(most)..=most, seed);
    let number = cluster_number::choose(points, &sample, &params).map_err(failed)?;
    let params =
        KMeansParams { n_runs: settings.starts, ..KMeansParams::new(number.chosen.unwrap_or(1), seed) };
    let clusters = kmeans::fit(points, &sample, &params).map_err(failed)?;
    let labels = kmeans::assign(points, clusters.centroids.view());
    let n = clusters.centroids.nrows();
    let before = before.filter(|before| before.has_numbers_for(n));
    let (numbers, next_number) = numbers(&labels, n, before);
    let profiles_before = before.map_or(&[][..], |before| before.profiles);
    let profiled = Profiled { table, rows, labels: &labels, n_clusters: n };
    Ok(JointModel {
        silhouette: mean_silhouette(points, &labels, &sample::by_hash(ids, SILHOUETTE_SAMPLE)),
        centroids: clusters.centroids.outer_iter().map(|row| row.to_vec()).collect(),
        profiles: profile::profiles(&profiled, &numbers, parts, profiles_before),
        tried: number.figures,
        numbers,
        next_number,
    })
}

/// One cluster, where no part of any axis tells customers apart.
fn everybody_alike((table, rows): (&FeatureTable, &[usize]), parts: &[profile::PartOf<'_>]) -> JointModel {
    let (numbers, labels) = (vec![0], vec![0; rows.len()]);
    let profiled = Profiled { table, rows, labels: &labels, n_clusters: 1 };
    JointModel {
        centroids: vec![Vec::new()],
        profiles: profile::profiles(&profiled, &numbers, parts, &[]),
        numbers,
        next_number: 1,
        silhouette: None,
        tried: Vec::new(),
    }
}

/// The cluster's number of each of the points.
pub fn place(model: &JointModel, points: ArrayView2<'_, f32>) -> Vec<u16> {
    let labels = kmeans::assign(points, matrix(&model.centroids).view());
    labels.into_iter().map(|label| model.numbers[usize::from(label)]).collect()
}

/// The numbers of the clusters: those of the clusters before that they stand for, else numbers never given; and the
/// first that is left.
fn numbers(labels: &[u16], n: usize, before: Option<CarriedOn<'_>>) -> (Vec<u16>, u16) {
    let new = u16::try_from(n).expect("clusters are few");
    let Some(CarriedOn { numbers: old, next_number: next, .. }) = before else {
        return ((0..new).collect(), new);
    };
    let n_old = old.iter().max().map_or(0, |most| usize::from(*most) + 1).max(usize::from(next));
    let matched = matching::old_of_new(matching::overlap(labels, old, n, n_old).view());
    let mut next = next;
    let mut number = |old: Option<usize>| {
        old.and_then(|old| u16::try_from(old).ok()).unwrap_or_else(|| {
            next += 1;
            next - 1
        })
    };
    let numbers = matched.into_iter().map(&mut number).collect();
    (numbers, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_over_and_new_ones_were_never_given() {
        assert_eq!(numbers(&[0, 1, 2], 3, None), (vec![0, 1, 2], 3));
        // Cluster 0 is the old 5, cluster 1 the old 2; cluster 2 shares nobody with a cluster that is left.
        let labels = [0, 0, 0, 1, 1, 2];
        let before = CarriedOn { numbers: &[5, 5, 5, 2, 2, 2], next_number: 9, profiles: &[] };
        assert_eq!(numbers(&labels, 3, Some(before)), (vec![5, 2, 9], 10));
        let exhausted = CarriedOn { next_number: u16::MAX - 1, ..before };
        assert!(before.has_numbers_for(3) && exhausted.has_numbers_for(1) && !exhausted.has_numbers_for(2));
    }
}
