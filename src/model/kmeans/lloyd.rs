//! One exact Lloyd step over all rows, the same bits on any number of threads.

use ndarray::{Array2, ArrayView2, Axis, Zip};
use rayon::prelude::*;

use super::nearest::{CHUNK_ROWS, nearest};

/// What rows add up to, cluster by cluster.
pub(super) struct Tally {
    /// k x d sums of the rows nearest to each centroid.
    sums: Array2<f64>,
    pub(super) counts: Vec<usize>,
    /// Sum of squared distances to the nearest centroid.
    pub(super) inertia: f64,
}

/// Assigns each row of `points` (n x d) to the nearest of `centroids` (k x d) and adds it up, in `f64`.
///
/// Chunks of fixed size are summed in parallel and added in order. Cost: O(n k d); memory O(k d n / chunk).
pub(super) fn tally(points: ArrayView2<'_, f32>, centroids: ArrayView2<'_, f32>) -> Tally {
    let chunks: Vec<Tally> = points
        .axis_chunks_iter(Axis(0), CHUNK_ROWS)
        .into_par_iter()
        .map(|chunk| tally_chunk(chunk, centroids))
        .collect();
    chunks.into_iter().fold(Tally::empty(centroids.dim()), Tally::plus)
}

fn tally_chunk(points: ArrayView2<'_, f32>, centroids: ArrayView2<'_, f32>) -> Tally {
    let mut tally = Tally::empty(centroids.dim());
    for point in points.rows() {
        let (cluster, squared) = nearest(point, centroids);
        Zip::from(tally.sums.row_mut(cluster)).and(point).for_each(|sum, &value| *sum += f64::from(value));
        tally.counts[cluster] += 1;
        tally.inertia += f64::from(squared);
    }
    tally
}

impl Tally {
    fn empty((n_clusters, n_features): (usize, usize)) -> Self {
        Self { sums: Array2::zeros((n_clusters, n_features)), counts: vec![0; n_clusters], inertia: 0.0 }
    }

    fn plus(mut self, other: Self) -> Self {
        self.sums += &other.sums;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.inertia += other.inertia;
        self
    }

    /// Clusters that at least one row is nearest to; a duplicate centroid never is, since ties go to the first.
    pub(super) fn occupied(&self) -> Vec<usize> {
        (0..self.counts.len()).filter(|&cluster| self.counts[cluster] > 0).collect()
    }

    /// The mean row of each occupied cluster.
    #[expect(clippy::cast_possible_truncation, reason = "centroids are f32 like the points they average")]
    pub(super) fn means(&self) -> Array2<f32> {
        let occupied = self.occupied();
        let mut means = self.sums.select(Axis(0), &occupied);
        for (mut row, &cluster) in means.rows_mut().into_iter().zip(&occupied) {
            row /= self.counts[cluster] as f64;
        }
        means.mapv(|value| value as f32)
    }
}
