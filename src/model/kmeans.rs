//! k-means for heavy tables: starts on a sample, then everybody.
//!
//! Steps: linfa's k-means++ and Lloyd loop on the sample, from several seeded starts; the start with the least
//! inertia; a few exact Lloyd steps over all rows; empty clusters removed; centroids sorted.
//!
//! Papers: Lloyd (1982), "Least squares quantization in PCM"; Arthur & Vassilvitskii (2007), "k-means++".
//!
//! What is relied on in linfa-clustering 0.8.1, read in its source: `KMeansPlusPlus` draws and sums in one thread,
//! and the Lloyd loop is parallel over rows only, so threads change no bit (`KMeansPara` seeds a generator per
//! thread: never use it). What is not relied on: its `inertia` is that of the centroids before the last step,
//! `cluster_count` that of the last run, and its step counts the old centroid as one more point (m_k-means).

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

mod lloyd;
mod nearest;

pub(in crate::model) use nearest::squared_distance;
pub use nearest::{assign, distances};

/// Rows that a sample need not exceed: beyond it ten starts cost seconds and gain no inertia worth them.
pub const SAMPLE_ROWS_MAX: usize = 50_000;

/// Features are standardised; past this a squared distance summed over the rows leaves `f32`.
const MAGNITUDE_MAX: f32 = 1e12;

#[derive(Debug, Clone, PartialEq)]
pub struct KMeansParams {
    /// Clusters asked for; fewer come back where the sample has fewer distinct points.
    pub n_clusters: usize,
    /// Random starts on the sample.
    pub n_runs: usize,
    /// Lloyd steps over all rows after the best start.
    pub full_steps: usize,
    /// Bound on linfa's Lloyd steps per start.
    pub iterations_max: u64,
    /// A start has converged when its centroids move less than this, in standard deviations.
    pub tolerance: f32,
    pub seed: u64,
}

impl KMeansParams {
    /// Ten starts and three full steps: on 250,000 x 47 the best inertia of what was tried, in 3.3 s.
    ///
    /// Where k is not the data's own number of clusters, ten starts missed the best optimum for one seed in three
    /// by up to 1% (50,000 x 20, k = 3; scikit-learn alike); thirty starts never did, for three times the cost.
    pub fn new(n_clusters: usize, seed: u64) -> Self {
        Self { n_clusters, n_runs: 10, full_steps: 3, iterations_max: 300, tolerance: 1e-4, seed }
    }
}

/// Clusters of n rows with d features.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansFit {
    /// k x d, rows in lexicographic order, no two equal, each the nearest of at least one row.
    pub centroids: Array2<f32>,
    /// Rows nearest to each centroid, as [`assign`] places them.
    pub counts: Vec<usize>,
    /// Sum of squared distances of all rows to their nearest centroid.
    pub inertia: f64,
    /// Clusters asked for; more than `centroids.nrows()` where some were reduced or removed.
    pub requested: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KMeansError {
    #[error("there are no customers or no features to cluster")]
    NoData,
    #[error("the sample to start from is empty")]
    EmptySample,
    #[error("sample row {row} of {n_rows}")]
    SampleRow { row: usize, n_rows: usize },
    #[error("clusters, starts, iterations and tolerance must be above 0, clusters at most 65535")]
    Params,
    #[error("row {row}, feature {column} is not finite or beyond 1e12 standard deviations")]
    NotFinite { row: usize, column: usize },
    #[error("k-means failed: {0}")]
    Solver(String),
}

/// Clusters the n x d `points`, starting on the rows `sample` (see [`SAMPLE_ROWS_MAX`]).
///
/// The same rows in the same order give the same bits on any number of threads; another order of rows draws
/// other starts, so the caller sorts rows by key and chooses the sample by hash of the key.
/// Cost: O(k d (runs x iterations x sample + full steps x n)); memory: a copy of the sample per fit.
///
/// # Errors
/// No rows or columns, a sample row out of range, parameters out of range, a value that is not finite.
pub fn fit(
    points: ArrayView2<'_, f32>,
    sample: &[usize],
    params: &KMeansParams,
) -> Result<KMeansFit, KMeansError> {
    check(points, sample, params)?;
    let points = points.as_standard_layout();
    let sampled = points.select(Axis(0), sample);
    let n_clusters = distinct_rows(sampled.view(), params.n_clusters);
    let mut centroids = best_start(sampled, n_clusters, params)?;
    for _ in 0..params.full_steps {
        centroids = lloyd::tally(points.view(), centroids.view()).means();
    }
    let centroids = sorted_rows(&centroids);
    let last = lloyd::tally(points.view(), centroids.view());
    let kept = last.occupied();
    Ok(KMeansFit {
        centroids: centroids.select(Axis(0), &kept),
        counts: kept.iter().map(|&cluster| last.counts[cluster]).collect(),
        inertia: last.inertia,
        requested: params.n_clusters,
    })
}

fn check(points: ArrayView2<'_, f32>, sample: &[usize], params: &KMeansParams) -> Result<(), KMeansError> {
    if points.is_empty() {
        return Err(KMeansError::NoData);
    }
    if sample.is_empty() {
        return Err(KMeansError::EmptySample);
    }
    if let Some(&row) = sample.iter().find(|&&row| row >= points.nrows()) {
        return Err(KMeansError::SampleRow { row, n_rows: points.nrows() });
    }
    let clusters_fit = (1..=usize::from(u16::MAX)).contains(&params.n_clusters);
    if !clusters_fit
        || params.n_runs == 0
        || params.iterations_max == 0
        || params.tolerance.is_nan()
        || params.tolerance <= 0.0
    {
        return Err(KMeansError::Params);
    }
    match points.indexed_iter().find(|(_, value)| value.is_nan() || value.abs() > MAGNITUDE_MAX) {
        Some(((row, column), _)) => Err(KMeansError::NotFinite { row, column }),
        None => Ok(()),
    }
}

/// Distinct rows, counted up to `limit`; O(rows x limit x columns) at worst, usually done within a few rows.
fn distinct_rows(rows: ArrayView2<'_, f32>, limit: usize) -> usize {
    let mut seen: Vec<usize> = Vec::new();
    for (index, row) in rows.rows().into_iter().enumerate() {
        if seen.len() == limit {
            break;
        }
        if !seen.iter().any(|&earlier| rows.row(earlier) == row) {
            seen.push(index);
        }
    }
    seen.len()
}

/// The centroids of the start with the least inertia over the sample; the earliest where two are level.
///
/// Starts run in parallel, each from its own stretch of one generator's stream (`jump` skips 2^128 draws).
fn best_start(
    sampled: Array2<f32>,
    n_clusters: usize,
    params: &KMeansParams,
) -> Result<Array2<f32>, KMeansError> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let mut generators = Vec::with_capacity(params.n_runs);
    for _ in 0..params.n_runs {
        generators.push(generator.clone());
        generator.jump();
    }
    let dataset = DatasetBase::from(sampled);
    let starts: Vec<_> = generators
        .into_par_iter()
        .map(|generator| one_start(&dataset, n_clusters, generator, params))
        .collect();
    let mut best: Option<(f64, Array2<f32>)> = None;
    for start in starts {
        let (inertia, centroids) = start?;
        if best.as_ref().is_none_or(|(least, _)| inertia < *least) {
            best = Some((inertia, centroids));
        }
    }
    best.map(|(_, centroids)| centroids).ok_or(KMeansError::Params)
}

fn one_start(
    dataset: &DatasetBase<Array2<f32>, ndarray::Array1<()>>,
    n_clusters: usize,
    generator: Xoshiro256PlusPlus,
    params: &KMeansParams,
) -> Result<(f64, Array2<f32>), KMeansError> {
    let model = KMeans::params_with_rng(n_clusters, generator)
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(1)
        .max_n_iterations(params.iterations_max)
        .tolerance(params.tolerance)
        .fit(dataset)
        .map_err(|cause| KMeansError::Solver(cause.to_string()))?;
    let centroids = model.centroids().as_standard_layout().into_owned();
    let inertia = lloyd::tally(dataset.records().view(), centroids.view()).inertia;
    Ok((inertia, centroids))
}

fn sorted_rows(matrix: &Array2<f32>) -> Array2<f32> {
    let mut order: Vec<usize> = (0..matrix.nrows()).collect();
    order.sort_by(|&a, &b| {
        let pairs = || matrix.row(a).into_iter().zip(matrix.row(b));
        pairs().map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    matrix.select(Axis(0), &order)
}

#[cfg(test)]
mod tests;
