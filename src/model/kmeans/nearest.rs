//! Which centroid is nearest, and how far each is.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

/// Rows in one task. Fixed, never from the number of threads: sums are taken per chunk and added in order.
pub(super) const CHUNK_ROWS: usize = 4096;

/// The index of the nearest of k centroids for each of n rows; the lower index where two are level.
///
/// Both matrices have d columns. Cost: O(n k d), rows in parallel.
///
/// # Panics
/// There is no centroid, or columns differ.
pub fn assign(points: ArrayView2<'_, f32>, centroids: ArrayView2<'_, f32>) -> Vec<u16> {
    assert!(centroids.nrows() > 0, "no centroid to assign to");
    assert_eq!(points.ncols(), centroids.ncols(), "points and centroids differ in features");
    let (points, centroids) = (points.as_standard_layout(), centroids.as_standard_layout());
    let mut nearest_of = vec![0_u16; points.nrows()];
    nearest_of.par_chunks_mut(CHUNK_ROWS).enumerate().for_each(|(chunk, labels)| {
        for (offset, label) in labels.iter_mut().enumerate() {
            let point = points.row(chunk * CHUNK_ROWS + offset);
            let cluster = nearest(point, centroids.view()).0;
            *label = u16::try_from(cluster).expect("fit refuses more than u16::MAX clusters");
        }
    });
    nearest_of
}

/// Euclidean distances (not squared) of n rows to k centroids, n x k.
///
/// Cost: O(n k d), rows in parallel.
///
/// # Panics
/// Columns differ.
pub fn distances(points: ArrayView2<'_, f32>, centroids: ArrayView2<'_, f32>) -> Array2<f32> {
    assert_eq!(points.ncols(), centroids.ncols(), "points and centroids differ in features");
    let (points, centroids) = (points.as_standard_layout(), centroids.as_standard_layout());
    let mut matrix = Array2::zeros((points.nrows(), centroids.nrows()));
    matrix.axis_iter_mut(Axis(0)).into_par_iter().zip(points.axis_iter(Axis(0))).for_each(
        |(mut out, point)| {
            for (cell, centroid) in out.iter_mut().zip(centroids.rows()) {
                *cell = squared_distance(slice(&point), slice(&centroid)).sqrt();
            }
        },
    );
    matrix
}

/// The nearest centroid and its squared distance; rows of both must be contiguous.
pub(super) fn nearest(point: ArrayView1<'_, f32>, centroids: ArrayView2<'_, f32>) -> (usize, f32) {
    let mut best = (0, f32::INFINITY);
    for (cluster, centroid) in centroids.rows().into_iter().enumerate() {
        let distance = squared_distance(slice(&point), slice(&centroid));
        if distance < best.1 {
            best = (cluster, distance);
        }
    }
    best
}

fn slice<'a>(row: &'a ArrayView1<'_, f32>) -> &'a [f32] {
    row.as_slice().expect("matrices were brought to standard layout")
}

/// Squared Euclidean distance, in eight running sums that the compiler can keep in vector registers.
pub(in crate::model) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let ((a_eights, a_rest), (b_eights, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0_f32; 8];
    for (a, b) in a_eights.iter().zip(b_eights) {
        for lane in 0..8 {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| (a - b) * (a - b)).sum();
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest
}
