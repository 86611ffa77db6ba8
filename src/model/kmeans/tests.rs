use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::Rng;

use super::*;

fn all_rows(points: &Array2<f32>) -> Vec<usize> {
    (0..points.nrows()).collect()
}

fn fit_all(points: &Array2<f32>, n_clusters: usize) -> KMeansFit {
    fit(points.view(), &all_rows(points), &KMeansParams::new(n_clusters, 42)).unwrap()
}

fn error(points: &Array2<f32>, sample: &[usize], params: &KMeansParams) -> KMeansError {
    fit(points.view(), sample, params).unwrap_err()
}

/// `n` rows round three centres on a diagonal, four features each, one seventh of a standard deviation wide.
fn three_clouds(n: usize) -> Array2<f32> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
    Array2::from_shape_fn((n, 4), |(row, _)| [0.0, 3.0, 9.0][row % 3] + generator.gen_range(-0.25..0.25))
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn known_clouds_are_found_in_canonical_order() {
    let points = three_clouds(3000);
    let fit = fit_all(&points, 3);
    for (cluster, centre) in [0.0, 3.0, 9.0].into_iter().enumerate() {
        assert!(fit.centroids.row(cluster).iter().all(|value| (value - centre).abs() < 0.03), "{fit:?}");
    }
    assert_eq!(fit.counts, [1000, 1000, 1000]);
    let labels = assign(points.view(), fit.centroids.view());
    assert!(labels.iter().enumerate().all(|(row, &label)| usize::from(label) == row % 3));
}

#[test]
fn centroids_are_the_means_of_their_rows() {
    let points = array![[0.0_f32], [1.0], [10.0], [12.0]];
    let fit = fit_all(&points, 2);
    assert_eq!(fit.centroids, array![[0.5], [11.0]]);
    assert_eq!(fit.inertia, 2.5);
}

#[test]
fn everybody_is_counted_when_the_sample_is_small() {
    let points = three_clouds(9999);
    let sample: Vec<usize> = (0..points.nrows()).step_by(50).collect();
    let fit = fit(points.view(), &sample, &KMeansParams::new(3, 1)).unwrap();
    assert_eq!(fit.counts, [3333, 3333, 3333]);
}

#[test]
fn threads_change_no_bit() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(3);
    let points = Array2::from_shape_fn((20_000, 7), |_| generator.gen_range(-1.0_f32..1.0).powi(5) * 4.0);
    let sample: Vec<usize> = (0..points.nrows()).step_by(2).collect();
    let on = |threads| {
        on_threads(threads, || {
            let fit = fit(points.view(), &sample, &KMeansParams::new(5, 11)).unwrap();
            let labels = assign(points.view(), fit.centroids.view());
            let distances = distances(points.view(), fit.centroids.view());
            (fit.centroids.mapv(f32::to_bits), fit.inertia.to_bits(), fit.counts, labels, distances)
        })
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn row_order_changes_clear_clusters_by_rounding_only_m12() {
    let points = three_clouds(3000);
    let mut reversed = points.clone();
    reversed.invert_axis(Axis(0));
    let (one, other) = (fit_all(&points, 3), fit_all(&reversed, 3));
    let difference = (&one.centroids - &other.centroids).mapv(f32::abs);
    assert!(difference.iter().all(|&value| value < 1e-5), "{difference}");
}

#[test]
fn memory_layout_changes_no_bit() {
    let points = three_clouds(300);
    let mut columns_first = Array2::zeros(ndarray::ShapeBuilder::f((300, 4)));
    columns_first.assign(&points);
    assert_eq!(fit_all(&points, 3), fit_all(&columns_first, 3));
}

#[test]
fn one_row_is_one_cluster_m2() {
    let fit = fit_all(&array![[1.5_f32, -2.0]], 4);
    assert_eq!((fit.centroids, fit.requested), (array![[1.5, -2.0]], 4));
    assert_eq!((fit.counts, fit.inertia), (vec![1], 0.0));
}

#[test]
fn more_clusters_than_distinct_points_are_reduced_m3_m4() {
    let points = array![[0.0_f32], [1.0], [1.0], [-0.0], [2.0]];
    let fit = fit_all(&points, 5);
    assert_eq!(fit.centroids, array![[0.0], [1.0], [2.0]]);
    assert_eq!((fit.requested, fit.counts), (5, vec![2, 2, 1]));
}

#[test]
fn identical_customers_are_one_cluster_m5() {
    let fit = fit_all(&Array2::from_elem((500, 3), 0.25), 5);
    assert_eq!(fit.centroids, array![[0.25, 0.25, 0.25]]);
    assert_eq!(fit.inertia, 0.0);
}

#[test]
fn points_nearer_than_f32_can_square_leave_no_duplicate_centroid() {
    let fit = fit_all(&array![[0.0_f32], [1e-30], [2e-30], [1.0]], 4);
    assert_eq!(fit.centroids.nrows(), 2);
    assert_eq!(fit.counts, [3, 1]);
}

#[test]
fn a_feature_given_twice_changes_no_label_m9() {
    let points = three_clouds(300);
    let twice = ndarray::concatenate![Axis(1), points, points];
    let labels = |points: &Array2<f32>| assign(points.view(), fit_all(points, 3).centroids.view());
    assert_eq!(labels(&points), labels(&twice));
}

#[test]
fn what_linfa_panics_on_is_refused_m1_m7() {
    let params = KMeansParams::new(2, 0);
    assert_eq!(error(&Array2::zeros((0, 3)), &[], &params), KMeansError::NoData);
    assert_eq!(error(&Array2::zeros((3, 0)), &[0], &params), KMeansError::NoData);
    assert_eq!(error(&array![[1.0]], &[], &params), KMeansError::EmptySample);
    assert_eq!(error(&array![[1.0]], &[1], &params), KMeansError::SampleRow { row: 1, n_rows: 1 });
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let points = array![[0.0, 0.0], [0.0, bad]];
        assert_eq!(error(&points, &[0], &params), KMeansError::NotFinite { row: 1, column: 1 });
    }
}

#[test]
fn parameters_are_checked() {
    let good = KMeansParams::new(2, 0);
    let bad = [
        KMeansParams { n_clusters: 0, ..good.clone() },
        KMeansParams { n_clusters: 70_000, ..good.clone() },
        KMeansParams { n_runs: 0, ..good.clone() },
        KMeansParams { iterations_max: 0, ..good.clone() },
        KMeansParams { tolerance: f32::NAN, ..good },
    ];
    for params in bad {
        assert_eq!(error(&array![[1.0]], &[0], &params), KMeansError::Params, "{params:?}");
    }
}

#[test]
fn ties_go_to_the_lower_index_and_distances_are_not_squared() {
    let centroids = array![[-3.0_f32], [3.0]];
    assert_eq!(assign(array![[0.0], [0.1], [-9.0]].view(), centroids.view()), [0, 1, 0]);
    assert_eq!(distances(array![[0.0], [5.0]].view(), centroids.view()), array![[3.0, 3.0], [8.0, 2.0]]);
    assert!(assign(Array2::zeros((0, 1)).view(), centroids.view()).is_empty());
}

proptest! {
    #[test]
    fn every_centroid_is_distinct_and_used(
        cells in prop::collection::vec((-3_i8..3, -1_i8..1), 1..60), n_clusters in 1_usize..7, seed: u64,
    ) {
        let points = Array2::from_shape_fn((cells.len(), 2), |(row, column)| {
            f32::from(if column == 0 { cells[row].0 } else { cells[row].1 })
        });
        let fit = fit(points.view(), &all_rows(&points), &KMeansParams::new(n_clusters, seed)).unwrap();
        prop_assert!(fit.centroids.nrows() <= n_clusters);
        prop_assert!(fit.counts.iter().all(|&count| count > 0));
        prop_assert_eq!(fit.counts.iter().sum::<usize>(), cells.len());
        prop_assert_eq!(distinct_rows(fit.centroids.view(), usize::MAX), fit.centroids.nrows());
    }
}
