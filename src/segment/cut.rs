//! Clusters of one axis to two levels: where the cut lies, and how many clusters make it hold.
//!
//! Clusters are ordered by their mean score and cut where the two sides differ most: the cut maximises
//! p q (m_high - m_low)^2, the variance between sides (Otsu 1979), of those that leave each side its share. The widest
//! gap between neighbours, tried first, jumped between neighbouring clusters from refit to refit and cut off whatever
//! lies far out.

use super::axis::{SILHOUETTE_SAMPLE, model_error};
use super::sample;
use crate::config::Segment;
use crate::error::{Error, Result};
use crate::model::kmeans::{self, KMeansFit, KMeansParams};
use crate::model::silhouette::mean_silhouette;
use ndarray::{ArrayView2, Axis};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// Customers whose levels are compared between refits, and what each refit is made on.
const STABILITY_SAMPLE: usize = 5000;
/// Refits on resamples, and starts of each: more change the second digit of no choice (measured on `synth`).
const REFITS: usize = 8;
const REFIT_STARTS: usize = 3;

/// So near to each other, stabilities say nothing: between seeds they differ by as much (measured on `synth`).
const HOLDS_ALIKE: f64 = 0.01;

/// What one number of clusters would bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    pub n_clusters: usize,
    pub silhouette: Option<f64>,
    /// Part of customers who keep their level when the axis is fitted on a resample; the mean of several.
    pub stability: f64,
}

/// Clusters that were cut into sides.
pub struct Clusters {
    pub fit: KMeansFit,
    /// All false where no cut leaves each side its share.
    pub is_high: Vec<bool>,
    pub silhouette: Option<f64>,
    pub stability: f64,
    pub tried: Vec<Tried>,
}

impl Clusters {
    /// Everybody alike: no part of the axis tells customers apart.
    fn nothing_to_tell() -> Self {
        let fit = KMeansFit {
            centroids: ndarray::Array2::zeros((1, 0)),
            counts: Vec::new(),
            inertia: 0.0,
            requested: 1,
        };
        Self { fit, is_high: vec![false], silhouette: None, stability: 0.0, tried: Vec::new() }
    }

    fn figures(&self) -> Tried {
        Tried { n_clusters: self.fit.requested, silhouette: self.silhouette, stability: self.stability }
    }
}

/// The clusters whose levels hold on resamples and that are best separated.
///
/// # Errors
/// Kind `Internal` if the model layer refuses what was checked here.
pub fn best(
    points: ArrayView2<'_, f32>,
    scores: &[f64],
    ids: &[&str],
    settings: &Segment,
    seed: u64,
) -> Result<Clusters> {
    if points.ncols() == 0 {
        return Ok(Clusters::nothing_to_tell());
    }
    let sample = sample::by_hash(ids, settings.sample_max);
    let silhouette_rows = sample::by_hash(ids, SILHOUETTE_SAMPLE);
    let compared = Compared::new(points, scores, &sample::by_hash(ids, STABILITY_SAMPLE));
    let mut candidates: Vec<Clusters> = Vec::new();
    for k in 2..=settings.axis_clusters_max {
        let params = KMeansParams { n_runs: settings.starts, ..KMeansParams::new(k, seed) };
        let fit = kmeans::fit(points, &sample, &params).map_err(|cause| model_error("k-means", cause))?;
        let labels = kmeans::assign(points, fit.centroids.view());
        let cut = cut(&labels, scores, fit.centroids.nrows(), settings.side_share_min);
        let silhouette = mean_silhouette(points, &labels, &silhouette_rows);
        let stability = compared.stability(&fit, cut.as_deref(), k, settings, seed)?;
        let is_high = cut.unwrap_or_else(|| vec![false; fit.centroids.nrows()]);
        candidates.push(Clusters { fit, is_high, silhouette, stability, tried: Vec::new() });
    }
    let tried = candidates.iter().map(Clusters::figures).collect();
    let chosen = chosen(candidates).ok_or_else(|| Error::internal("no number of clusters was tried"))?;
    Ok(Clusters { tried, ..chosen })
}

/// Of those that hold about as well as the best one, the best separated; one that is not cut holds nothing.
fn chosen(candidates: Vec<Clusters>) -> Option<Clusters> {
    let most = candidates.iter().map(|clusters| clusters.stability).fold(0.0, f64::max);
    let is_cut = |clusters: &Clusters| clusters.is_high.contains(&true);
    let is_any_cut = candidates.iter().any(is_cut);
    let holds =
        |clusters: &Clusters| clusters.stability >= most - HOLDS_ALIKE && (is_cut(clusters) || !is_any_cut);
    let silhouette = |clusters: &Clusters| clusters.silhouette.unwrap_or(-1.0);
    // The first of equals: fewer clusters.
    candidates
        .into_iter()
        .filter(holds)
        .reduce(|best, other| if silhouette(&other) > silhouette(&best) { other } else { best })
}

/// Which clusters are high; `None` where no cut leaves each side its share.
fn cut(labels: &[u16], scores: &[f64], n_clusters: usize, side_share_min: f64) -> Option<Vec<bool>> {
    let mut totals = vec![(0.0, 0.0); n_clusters];
    for (label, score) in labels.iter().zip(scores) {
        totals[usize::from(*label)].0 += score;
        totals[usize::from(*label)].1 += 1.0;
    }
    let mean = |cluster: &usize| totals[*cluster].0 / totals[*cluster].1;
    let mut order: Vec<usize> = (0..n_clusters).filter(|cluster| totals[*cluster].1 > 0.0).collect();
    order.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
    let (sum, n) = totals.iter().fold((0.0, 0.0), |(sum, n), total| (sum + total.0, n + total.1));
    let (mut below_sum, mut below) = (0.0, 0.0);
    let mut widest: Option<(f64, usize)> = None;
    for position in 1..order.len() {
        below_sum += totals[order[position - 1]].0;
        below += totals[order[position - 1]].1;
        let share = below / n;
        let apart = (sum - below_sum) / (n - below) - below_sum / below;
        let between = share * (1.0 - share) * apart * apart;
        let is_fair = (side_share_min..=1.0 - side_share_min).contains(&share);
        if is_fair && widest.is_none_or(|(most, _)| between > most) {
            widest = Some((between, position));
        }
    }
    let (_, position) = widest?;
    let mut is_high = vec![false; n_clusters];
    for cluster in &order[position..] {
        is_high[*cluster] = true;
    }
    Some(is_high)
}

/// The customers on whom refits are compared.
struct Compared {
    points: ndarray::Array2<f32>,
    scores: Vec<f64>,
}

impl Compared {
    fn new(points: ArrayView2<'_, f32>, scores: &[f64], rows: &[usize]) -> Self {
        Self { points: points.select(Axis(0), rows), scores: rows.iter().map(|row| scores[*row]).collect() }
    }

    /// Mean part of the customers who have the same level under a fit on a resample of them; 0 where none could be cut.
    fn stability(
        &self,
        fit: &KMeansFit,
        is_high: Option<&[bool]>,
        k: usize,
        settings: &Segment,
        seed: u64,
    ) -> Result<f64> {
        let Some(is_high) = is_high else { return Ok(0.0) };
        let levels = |fit: &KMeansFit, is_high: &[bool]| -> Vec<bool> {
            let labels = kmeans::assign(self.points.view(), fit.centroids.view());
            labels.into_iter().map(|label| is_high[usize::from(label)]).collect()
        };
        let before = levels(fit, is_high);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut sum = 0.0;
        for refit in 0..REFITS {
            let n = self.scores.len();
            let rows: Vec<usize> = (0..n).map(|_| random.gen_range(0..n)).collect();
            let points = self.points.select(Axis(0), &rows);
            let scores: Vec<f64> = rows.iter().map(|row| self.scores[*row]).collect();
            let params = KMeansParams { n_runs: REFIT_STARTS, ..KMeansParams::new(k, seed ^ refit as u64) };
            let everybody: Vec<usize> = (0..n).collect();
            let refitted = kmeans::fit(points.view(), &everybody, &params)
                .map_err(|cause| model_error("k-means", cause))?;
            let labels = kmeans::assign(points.view(), refitted.centroids.view());
            let n_clusters = refitted.centroids.nrows();
            if let Some(is_high) = cut(&labels, &scores, n_clusters, settings.side_share_min) {
                sum += share_of_equals(&before, &levels(&refitted, &is_high));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a few refits")]
        Ok(sum / REFITS as f64)
    }
}

/// Part of the places at which two lists agree.
#[expect(clippy::cast_precision_loss, reason = "a number of customers")]
pub fn share_of_equals<T: PartialEq>(one: &[T], other: &[T]) -> f64 {
    let equal = one.iter().zip(other).filter(|(one, other)| one == other).count();
    equal as f64 / one.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_where_the_sides_differ_most_of_those_that_leave_each_its_share() {
        // Ten customers in clusters 0 (four, mean 5), 1 (five, mean 0), 2 (one, mean 9).
        let labels = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2];
        let scores = [5.0, 5.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0];
        assert_eq!(cut(&labels, &scores, 3, 0.1), Some(vec![true, false, true]));
        assert_eq!(cut(&labels, &scores, 3, 0.5), Some(vec![true, false, true]));
        assert_eq!(cut(&labels[..5], &scores[..5], 3, 0.3), None);
    }

    #[test]
    fn the_share_of_equals_counts_places() {
        assert_eq!(share_of_equals(&[true, false, true, true], &[true, true, true, true]), 0.75);
        assert_eq!(share_of_equals::<u8>(&[], &[]), 0.0);
    }
}
