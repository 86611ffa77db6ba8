use ndarray::{Array2, array};

use super::*;

/// `n` rows round `centres` points that lie 8 apart on separate axes, each 1 wide.
fn blobs(n: usize, d: usize, centres: usize, seed: u64) -> Array2<f32> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    Array2::from_shape_fn((n, d), |(row, column)| {
        let centre = if column == row % centres { 8.0 } else { 0.0 };
        let noise: f32 = (0..4).map(|_| generator.gen_range(-0.5..0.5)).sum();
        centre + noise
    })
}

fn choose_of(points: &Array2<f32>, params: &ClusterNumberParams) -> ClusterNumber {
    let rows: Vec<usize> = (0..points.nrows()).collect();
    choose(points.view(), &rows, params).unwrap()
}

fn figures(n_clusters: usize, silhouette: f64, agreement: f64) -> ClusterFigures {
    let (silhouette, agreement) = (Some(silhouette), Some(agreement));
    ClusterFigures { n_clusters, n_found: n_clusters, silhouette, agreement }
}

#[test]
fn the_number_of_clear_clouds_is_found() {
    for centres in [3, 5] {
        let found = choose_of(&blobs(900, 6, centres, 1), &ClusterNumberParams::new(2..=7, 42));
        assert_eq!(found.chosen, Some(centres), "{found:?}");
        let best = &found.figures[centres - 2];
        assert_eq!((best.n_found, best.agreement), (centres, Some(1.0)));
        assert!(found.figures.last().unwrap().agreement.unwrap() < 0.95, "a cloud is cut anew each time");
    }
}

#[test]
fn noise_has_no_stable_number_and_the_best_agreement_is_taken() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
    let noise = Array2::from_shape_fn((400, 12), |_| generator.gen_range(-1.0_f32..1.0));
    let found = choose_of(&noise, &ClusterNumberParams::new(4..=8, 1));
    let agreement = |n: &ClusterFigures| n.agreement.unwrap();
    assert!(found.figures.iter().all(|tried| agreement(tried) < 0.8), "{found:?}");
    let best = found.figures.iter().max_by(|a, b| agreement(a).total_cmp(&agreement(b))).unwrap();
    assert_eq!(found.chosen, Some(best.n_clusters));
}

#[test]
fn the_rule_is_stability_first_then_silhouette() {
    let table = [figures(2, 0.5, 0.7), figures(3, 0.2, 0.8), figures(4, 0.3, 0.9), figures(5, 0.3, 1.0)];
    assert_eq!(chosen(&table, 0.8), Some(4));
    assert_eq!(chosen(&table, 0.95), Some(5));
    assert_eq!(chosen(&table[..3], 0.95), Some(4));
    assert_eq!(chosen(&table, 0.0), Some(2));
    assert_eq!(chosen(&[], 0.8), None);
}

#[test]
fn figures_without_a_value_are_out() {
    let undefined = ClusterFigures { silhouette: None, ..figures(2, 0.0, 1.0) };
    assert_eq!(chosen(std::slice::from_ref(&undefined), 0.8), None);
    assert_eq!(chosen(&[undefined, figures(3, -0.1, 0.3)], 0.8), Some(3));
}

#[test]
fn no_rows_or_no_features_is_an_empty_answer() {
    let params = ClusterNumberParams::new(4..=12, 1);
    let points = array![[1.0_f32], [2.0]];
    assert_eq!(choose(points.view(), &[], &params), Ok(ClusterNumber::default()));
    assert_eq!(choose(Array2::zeros((0, 3)).view(), &[], &params), Ok(ClusterNumber::default()));
    assert_eq!(choose(Array2::zeros((3, 0)).view(), &[0, 1], &params), Ok(ClusterNumber::default()));
}

#[test]
fn one_row_and_constant_features_tell_nobody_apart() {
    let params = ClusterNumberParams::new(2..=4, 1);
    let one = choose_of(&array![[1.0, 2.0]], &params);
    assert_eq!((one.chosen, one.figures.len(), one.figures[0].n_found), (None, 3, 1));
    let constant = choose_of(&Array2::from_elem((50, 3), 0.5), &params);
    assert_eq!((constant.chosen, constant.figures[0].agreement), (None, Some(1.0)));
    let one_differs = Array2::from_shape_fn((50, 2), |(_, column)| if column == 0 { 0.0 } else { 7.0 });
    assert_eq!(choose_of(&one_differs, &params).chosen, None);
}

#[test]
fn fewer_distinct_points_than_clusters_choose_what_there_is() {
    let points = Array2::from_shape_fn((60, 2), |(row, _)| [0.0, 4.0, 9.0][row % 3]);
    let found = choose_of(&points, &ClusterNumberParams::new(2..=6, 1));
    assert_eq!(found.chosen, Some(3), "{found:?}");
    assert!(found.figures[2..].iter().all(|tried| tried.n_found == 3));
}

#[test]
fn threads_change_no_bit_and_seeds_do() {
    let points = blobs(600, 5, 4, 3);
    let on = |threads: usize, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| choose_of(&points, &ClusterNumberParams::new(3..=6, seed)));
        let bits = |value: Option<f64>| value.unwrap().to_bits();
        let figures: Vec<_> =
            found.figures.iter().map(|tried| (bits(tried.silhouette), bits(tried.agreement))).collect();
        (found.chosen, figures)
    };
    assert_eq!(on(1, 5), on(4, 5));
    assert_ne!(on(1, 5), on(1, 6));
}

#[test]
fn only_rows_of_the_sample_are_looked_at() {
    let mut points = blobs(300, 4, 3, 8);
    let even: Vec<usize> = (0..300).filter(|row| row % 2 == 0).collect();
    let params = ClusterNumberParams { rows_max: 90, ..ClusterNumberParams::new(2..=4, 1) };
    let before = choose(points.view(), &even, &params).unwrap();
    points.slice_mut(ndarray::s![1..;2, ..]).fill(f32::NAN);
    assert_eq!(choose(points.view(), &even, &params), Ok(before));
}

#[test]
fn rows_are_thinned_at_random_and_keep_their_order() {
    let rows: Vec<usize> = (0..9000).map(|row| 3 * row).collect();
    let kept = thinned(&rows, 900, 1);
    assert!(kept.len() == 900 && kept.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(kept.iter().all(|row| row % 3 == 0));
    assert!((350..550).contains(&kept.iter().filter(|&&row| row < 13_500).count()));
    assert_ne!(thinned(&rows, 900, 2), kept);
    assert_eq!(thinned(&[5, 3], 9, 1), [5, 3]);
    assert_eq!(thinned(&[], 9, 1), [0; 0]);
    assert_eq!(thinned(&[1], 0, 1), [0; 0]);
}

#[test]
fn errors_name_the_row_of_the_caller() {
    let params = ClusterNumberParams::new(2..=3, 1);
    let points = array![[0.0_f32], [1.0], [f32::NAN], [3.0]];
    let at = |rows: &[usize], params: &ClusterNumberParams| choose(points.view(), rows, params).unwrap_err();
    assert_eq!(at(&[0, 2], &params), KMeansError::NotFinite { row: 2, column: 0 });
    assert_eq!(at(&[0, 4], &params), KMeansError::SampleRow { row: 4, n_rows: 4 });
    assert_eq!(at(&[0, 1], &ClusterNumberParams::new(0..=2, 1)), KMeansError::Params);
}

#[test]
fn without_resamples_nothing_is_chosen() {
    let params = ClusterNumberParams { n_resamples: 0, ..ClusterNumberParams::new(2..=4, 1) };
    let found = choose_of(&blobs(60, 4, 3, 2), &params);
    assert_eq!((found.chosen, found.figures[1].agreement), (None, None));
    assert!(found.figures[1].silhouette.unwrap() > 0.5);
}
