//! How many clusters: as many as separate customers well and come back when other customers are drawn.
//!
//! Reads: points and a sample of rows. Produces: two figures for each number of clusters, and the number chosen.
//! Never: looks at more than `rows_max` rows, or fits the clusters that are used afterwards.
//!
//! Papers: Hennig (2007), "Cluster-wise assessment of cluster stability" (a fit on a bootstrap resample against the
//! first fit); Fang & Wang (2012), "Selection of the number of clusters via the bootstrap method" (every fit places
//! the same rows; the number of clusters by their agreement). The agreement is [`adjusted_rand`], which unlike
//! theirs is corrected for chance, so that numbers of clusters can be compared.

use std::ops::RangeInclusive;

use ndarray::{ArrayView2, Axis};
use rand::{Rng, RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::agreement::adjusted_rand;
use super::kmeans::{self, KMeansError, KMeansFit, KMeansParams};
use super::silhouette::mean_silhouette;

/// Bound on linfa's steps per start, and steps over all rows of the fit after the best of them. Measured on eight
/// blobs (5,000 x 40): ten steps for fifteen save 0.3 s; where blobs overlap heavily, agreement at eight clusters was
/// 0.75 with ten, 0.84 with fifteen and 0.88 with starts on all rows until they converge, which took 14 s.
const START_ITERATIONS_MAX: u64 = 10;
const FULL_STEPS: usize = 15;

#[derive(Debug, Clone, PartialEq)]
pub struct ClusterNumberParams {
    /// Numbers of clusters to try; one cluster has no silhouette and is never chosen.
    pub tried: RangeInclusive<usize>,
    /// Rows of the sample that fits are made on and compared on.
    pub rows_max: usize,
    /// Rows, of these, on which the random starts of a fit are made: linfa's k-means++ measures each row against all
    /// earlier centroids anew for each centroid.
    pub start_rows_max: usize,
    /// Rows, of these, on which silhouettes are taken: their cost is quadratic.
    pub silhouette_rows_max: usize,
    /// Random starts of the first fit.
    pub n_runs: usize,
    /// Random starts of each fit on a resample; too few make a number of clusters look less stable than it is.
    pub n_runs_resample: usize,
    pub n_resamples: usize,
    /// Mean agreement from which on clusters count as stable.
    pub agreement_min: f64,
    pub seed: u64,
}

impl ClusterNumberParams {
    /// 0.8 is the level of a "good" recovery in Steinley (2004), "Properties of the Hubert-Arabie adjusted Rand
    /// index", Psychological Methods 9.
    pub fn new(tried: RangeInclusive<usize>, seed: u64) -> Self {
        Self {
            tried,
            rows_max: 5_000,
            start_rows_max: 500,
            silhouette_rows_max: 2_000,
            n_runs: 10,
            n_runs_resample: 5,
            n_resamples: 10,
            agreement_min: 0.8,
            seed,
        }
    }
}

/// What was found for each number of clusters, and which is chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClusterNumber {
    /// `None` where no number tells two clusters apart: no rows, one row, constant features.
    pub chosen: Option<usize>,
    /// One per number tried, ascending; empty without rows or features.
    pub figures: Vec<ClusterFigures>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterFigures {
    /// Clusters asked for.
    pub n_clusters: usize,
    /// Clusters that came back: fewer where the rows that a fit starts on hold fewer distinct points.
    pub n_found: usize,
    /// See [`mean_silhouette`].
    pub silhouette: Option<f64>,
    /// Mean adjusted Rand index of the fits on resamples against the first fit; `None` with fewer than two rows or
    /// without resamples.
    pub agreement: Option<f64>,
}

/// The number of clusters for the rows `sample` of n x d `points`.
///
/// Chosen is the best silhouette among the numbers whose agreement is at least `agreement_min`; if none reaches it,
/// the best agreement; the lower number where two are level. Numbers that gave fewer than two clusters are out.
/// The same rows in the same order give the same bits on any number of threads.
/// Cost: a fit per number and resample, in parallel over resamples, and a copy of the rows per fit; beyond
/// `rows_max` rows it does not grow. 4 to 12 clusters of 40 features took 1.8 to 2.0 s of one core.
///
/// # Errors
/// As [`kmeans::fit`], but no rows or no features is an empty answer.
pub fn choose(
    points: ArrayView2<'_, f32>,
    sample: &[usize],
    params: &ClusterNumberParams,
) -> Result<ClusterNumber, KMeansError> {
    let rows = thinned(sample, params.rows_max, params.seed);
    if rows.is_empty() || points.ncols() == 0 {
        return Ok(ClusterNumber::default());
    }
    if let Some(&row) = rows.iter().find(|&&row| row >= points.nrows()) {
        return Err(KMeansError::SampleRow { row, n_rows: points.nrows() });
    }
    let points = points.select(Axis(0), &rows);
    let resamples = draw_resamples(rows.len(), params);
    let figures: Result<Vec<_>, _> = params
        .tried
        .clone()
        .map(|n_clusters| figures_of(points.view(), n_clusters, &resamples, params))
        .collect();
    let figures = figures.map_err(|cause| in_rows_of_caller(cause, &rows))?;
    Ok(ClusterNumber { chosen: chosen(&figures, params.agreement_min), figures })
}

/// Rows drawn with replacement, and the seed of the fit on them.
struct Resample {
    rows: Vec<usize>,
    seed: u64,
}

/// Resamples, each from its own stretch of one generator's stream. Every number of clusters is fitted on the same
/// ones, so that their difference is not that of the draws.
fn draw_resamples(n_rows: usize, params: &ClusterNumberParams) -> Vec<Resample> {
    let mut stream = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let mut resamples = Vec::with_capacity(params.n_resamples);
    for _ in 0..params.n_resamples {
        stream.jump();
        let mut generator = stream.clone();
        let rows = (0..n_rows).map(|_| generator.gen_range(0..n_rows)).collect();
        resamples.push(Resample { rows, seed: generator.next_u64() });
    }
    resamples
}

fn figures_of(
    points: ArrayView2<'_, f32>,
    n_clusters: usize,
    resamples: &[Resample],
    params: &ClusterNumberParams,
) -> Result<ClusterFigures, KMeansError> {
    let first = fit_on(points, n_clusters, params.n_runs, params.seed, params)?;
    let labels = kmeans::assign(points, first.centroids.view());
    let agreement_on = |resample: &Resample| {
        let drawn = points.select(Axis(0), &resample.rows);
        let fit = fit_on(drawn.view(), n_clusters, params.n_runs_resample, resample.seed, params)?;
        Ok(adjusted_rand(&labels, &kmeans::assign(points, fit.centroids.view())))
    };
    let agreements: Vec<Result<_, KMeansError>> = resamples.par_iter().map(agreement_on).collect();
    let agreements: Vec<Option<f64>> = agreements.into_iter().collect::<Result<_, _>>()?;
    let silhouette_rows = thinned(&all_rows(points), params.silhouette_rows_max, params.seed);
    Ok(ClusterFigures {
        n_clusters,
        n_found: first.centroids.nrows(),
        silhouette: mean_silhouette(points, &labels, &silhouette_rows),
        agreement: mean(&agreements),
    })
}

/// A fit on all of `points`, started on some of them.
fn fit_on(
    points: ArrayView2<'_, f32>,
    n_clusters: usize,
    n_runs: usize,
    seed: u64,
    params: &ClusterNumberParams,
) -> Result<KMeansFit, KMeansError> {
    let start_rows = thinned(&all_rows(points), params.start_rows_max, seed);
    let params = KMeansParams {
        n_runs,
        iterations_max: START_ITERATIONS_MAX,
        full_steps: FULL_STEPS,
        ..KMeansParams::new(n_clusters, seed)
    };
    kmeans::fit(points, &start_rows, &params)
}

fn all_rows(points: ArrayView2<'_, f32>) -> Vec<usize> {
    (0..points.nrows()).collect()
}

/// The mean, added in order; `None` where there is none or one is undefined.
fn mean(values: &[Option<f64>]) -> Option<f64> {
    let sum = values.iter().copied().sum::<Option<f64>>()?;
    (!values.is_empty()).then(|| sum / values.len() as f64)
}

fn chosen(figures: &[ClusterFigures], agreement_min: f64) -> Option<usize> {
    let mut best: Option<((bool, f64), usize)> = None;
    for tried in figures {
        let (Some(silhouette), Some(agreement)) = (tried.silhouette, tried.agreement) else {
            continue;
        };
        let is_stable = agreement >= agreement_min;
        let rank = (is_stable, if is_stable { silhouette } else { agreement });
        if best.is_none_or(|(best_rank, _)| rank > best_rank) {
            best = Some((rank, tried.n_clusters));
        }
    }
    best.map(|(_, n_clusters)| n_clusters)
}

/// At most `max` of the rows, drawn without replacement, in the order given.
///
/// Not every so-manieth: a period in the keys would alias.
fn thinned(rows: &[usize], max: usize, seed: u64) -> Vec<usize> {
    if rows.len() <= max {
        return rows.to_vec();
    }
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut kept = rand::seq::index::sample(&mut generator, rows.len(), max).into_vec();
    kept.sort_unstable();
    kept.into_iter().map(|position| rows[position]).collect()
}

/// The row of `points` as the caller numbers them.
fn in_rows_of_caller(error: KMeansError, rows: &[usize]) -> KMeansError {
    match error {
        KMeansError::NotFinite { row, column } => KMeansError::NotFinite { row: rows[row], column },
        other => other,
    }
}

#[cfg(test)]
mod tests;
