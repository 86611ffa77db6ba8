//! Mean silhouette: how much nearer customers are to their own cluster than to the next.
//!
//! Paper: Rousseeuw (1987), "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis".

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::kmeans::squared_distance;

/// Mean silhouette (-1 to 1, higher is better) of the given `rows` of n x d `points`, exact over those rows.
///
/// `labels` has one cluster per point. A row alone in its cluster counts 0, as in the paper. `None` where the
/// rows hold fewer than two clusters. Cost: O(m^2 d) for m rows, so the caller bounds m (5,000 is plenty);
/// parallel over rows, the same bits on any number of threads.
///
/// # Panics
/// `labels` is not as long as `points`, or a row is out of range.
pub fn mean_silhouette(points: ArrayView2<'_, f32>, labels: &[u16], rows: &[usize]) -> Option<f64> {
    assert_eq!(points.nrows(), labels.len(), "one label per point");
    let points = points.select(ndarray::Axis(0), rows);
    let labels: Vec<usize> = rows.iter().map(|&row| usize::from(labels[row])).collect();
    let mut counts = vec![0_usize; labels.iter().max()? + 1];
    for &label in &labels {
        counts[label] += 1;
    }
    if counts.iter().filter(|&&count| count > 0).count() < 2 {
        return None;
    }
    let of_rows: Vec<f64> = (0..labels.len())
        .into_par_iter()
        .map(|row| silhouette(points.view(), &labels, &counts, row))
        .collect();
    Some(of_rows.iter().sum::<f64>() / of_rows.len() as f64)
}

fn silhouette(points: ArrayView2<'_, f32>, labels: &[usize], counts: &[usize], row: usize) -> f64 {
    let own = labels[row];
    if counts[own] == 1 {
        return 0.0;
    }
    let point = points.row(row);
    let mut sums = vec![0.0_f64; counts.len()];
    for (other, &label) in points.rows().into_iter().zip(labels) {
        let squared = squared_distance(
            point.as_slice().expect("select gives standard layout"),
            other.to_slice().expect("select gives standard layout"),
        );
        sums[label] += f64::from(squared).sqrt();
    }
    let within = sums[own] / (counts[own] - 1) as f64;
    let nearest_other = (0..counts.len())
        .filter(|&label| label != own && counts[label] > 0)
        .map(|label| sums[label] / counts[label] as f64)
        .fold(f64::INFINITY, f64::min);
    let larger = within.max(nearest_other);
    if larger > 0.0 { (nearest_other - within) / larger } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn seven_points() -> (Array2<f32>, [u16; 7]) {
        let points =
            array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [5.0, 5.0], [6.0, 5.0], [5.0, 6.5], [10.0, 0.0]];
        (points, [0, 0, 0, 4, 4, 4, 2])
    }

    #[test]
    fn agrees_with_scikit_learn() {
        // scikit-learn 1.9.1: silhouette_score of the same points and labels
        let (points, labels) = seven_points();
        let found = mean_silhouette(points.view(), &labels, &[0, 1, 2, 3, 4, 5, 6]).unwrap();
        assert!((found - 0.700_848_857_363_027_3).abs() < 1e-6, "{found}");
    }

    #[test]
    fn one_cluster_or_no_rows_has_none() {
        let (points, labels) = seven_points();
        assert_eq!(mean_silhouette(points.view(), &labels, &[0, 1, 2]), None);
        assert_eq!(mean_silhouette(points.view(), &labels, &[]), None);
    }

    #[test]
    fn equal_points_in_two_clusters_are_zero_not_nan() {
        let points = Array2::zeros((4, 2));
        assert_eq!(mean_silhouette(points.view(), &[0, 0, 1, 1], &[0, 1, 2, 3]), Some(0.0));
    }

    #[test]
    fn threads_change_no_bit() {
        let points = Array2::from_shape_fn((400, 3), |(row, column)| ((row * 7 + column * 13) % 29) as f32);
        let labels: Vec<u16> = (0..400).map(|row| row % 3).collect();
        let rows: Vec<usize> = (0..400).collect();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| mean_silhouette(points.view(), &labels, &rows).unwrap().to_bits())
        };
        assert_eq!(on(1), on(4));
    }
}
