use ndarray::{Array2, array};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
    }
}

fn exact(alpha: f64) -> LogisticParams {
    LogisticParams { alpha, iterations_max: 1000, gradient_tolerance: 1e-9 }
}

fn ten_rows() -> (Array2<f64>, Vec<bool>) {
    let x = array![
        [0.5, -1.2],
        [1.5, 0.3],
        [-0.7, 0.8],
        [2.1, -0.4],
        [-1.3, -0.9],
        [0.2, 1.7],
        [-0.1, -0.6],
        [1.1, 0.9],
        [-1.8, 0.1],
        [0.9, -1.5]
    ];
    (x, [0, 1, 0, 1, 0, 1, 0, 1, 0, 0].map(|label| label == 1).to_vec())
}

/// `n` rows with five features; the odds follow the first two.
fn noisy(n: usize) -> (Array2<f64>, Vec<bool>) {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
    let x = Array2::from_shape_fn((n, 5), |_| generator.gen_range(-1.7..1.7));
    let labels =
        x.rows().into_iter().map(|row| generator.gen_bool(sigmoid(row[0] - 2.0 * row[1] - 2.0))).collect();
    (x, labels)
}

#[test]
fn agrees_with_scikit_learn() {
    // scikit-learn 1.9.1: LogisticRegression(C=1 / alpha, tol=1e-12)
    let (x, labels) = ten_rows();
    let model = fit(x.view(), &labels, &exact(1.0)).unwrap();
    close(&model.coefficients, &[1.189_378_72, 1.017_201_95], 1e-6);
    close(&[model.intercept], &[-0.888_813_30], 1e-6);
    close(&model.predict(x.view())[..3], &[0.180_233_50, 0.768_598_67, 0.287_487_75], 1e-6);
    let weak = fit(x.view(), &labels, &exact(0.1)).unwrap();
    close(&weak.coefficients, &[2.739_062_83, 2.249_968_15], 1e-5);
}

#[test]
fn the_answer_is_for_true_whichever_class_is_larger() {
    let (x, labels) = ten_rows();
    let opposite: Vec<bool> = labels.iter().map(|label| !label).collect();
    let (model, mirrored) =
        (fit(x.view(), &labels, &exact(1.0)).unwrap(), fit(x.view(), &opposite, &exact(1.0)).unwrap());
    let negated: Vec<f64> = mirrored.coefficients.iter().map(|weight| -weight).collect();
    close(&model.coefficients, &negated, 1e-6);
}

#[test]
fn average_prediction_is_the_base_rate() {
    let (x, labels) = noisy(5000);
    let model = fit(x.view(), &labels, &LogisticParams::default()).unwrap();
    let mean = model.predict(x.view()).iter().sum::<f64>() / 5000.0;
    let base = labels.iter().filter(|&&label| label).count() as f64 / 5000.0;
    assert!((mean - base).abs() < 1e-4, "{mean} against {base}");
    assert!(model.gradient_norm < 1e-5);
    close(&model.coefficients[..2], &[1.0, -2.0], 0.2);
}

#[test]
fn contributions_add_up_to_the_log_odds() {
    let (x, labels) = noisy(500);
    let model = fit(x.view(), &labels, &LogisticParams::default()).unwrap();
    let row = x.row(7);
    let sum = model.contributions(row.as_slice().unwrap()).iter().sum::<f64>();
    close(&[model.intercept + sum], &[model.log_odds(row)], 1e-12);
}

#[test]
fn a_perfect_separation_has_bounded_coefficients_m15() {
    let x = Array2::from_shape_fn((200, 1), |(row, _)| row as f64 / 100.0 - 0.995);
    let labels: Vec<bool> = (0..200).map(|row| row >= 100).collect();
    let model = fit(x.view(), &labels, &LogisticParams::default()).unwrap();
    assert!((1.0..50.0).contains(&model.coefficients[0]), "{model:?}");
    assert!(model.predict(x.view()).iter().all(|p| *p > 0.0 && *p < 1.0));
}

#[test]
fn three_positives_are_enough_to_fit_m14() {
    let (x, _) = noisy(1000);
    let labels: Vec<bool> = (0..1000).map(|row| row < 3).collect();
    let model = fit(x.view(), &labels, &LogisticParams::default()).unwrap();
    let mean = model.predict(x.view()).iter().sum::<f64>() / 1000.0;
    assert!((mean - 0.003).abs() < 1e-4, "{mean}");
}

#[test]
fn a_feature_given_twice_shares_its_coefficient_m9() {
    let (x, labels) = noisy(1000);
    let twice = ndarray::concatenate![Axis(1), x, x];
    let model = fit(twice.view(), &labels, &exact(1.0)).unwrap();
    close(&model.coefficients[..5], &model.coefficients[5..], 1e-6);
}

#[test]
fn a_constant_feature_of_zeros_has_no_coefficient_m6() {
    let (mut x, labels) = noisy(500);
    x.column_mut(3).fill(0.0);
    assert_eq!(fit(x.view(), &labels, &LogisticParams::default()).unwrap().coefficients[3], 0.0);
}

#[test]
fn money_that_was_not_standardised_is_refused() {
    // linfa-logistic alone returns zero coefficients here, without an error.
    let (mut x, labels) = noisy(500);
    x *= 1e12;
    let error = fit(x.view(), &labels, &LogisticParams::default()).unwrap_err();
    assert!(matches!(error, LogisticError::NotConverged { .. } | LogisticError::Solver(_)), "{error}");
}

#[test]
fn too_few_iterations_are_reported() {
    let (x, labels) = noisy(500);
    let params = LogisticParams { iterations_max: 1, ..LogisticParams::default() };
    let error = fit(x.view(), &labels, &params).unwrap_err();
    assert!(matches!(error, LogisticError::NotConverged { iterations_max: 1, .. }), "{error}");
}

#[test]
fn what_cannot_be_fitted_is_refused_m7_m13() {
    let params = LogisticParams::default();
    let error = |x: &Array2<f64>, labels: &[bool]| fit(x.view(), labels, &params).unwrap_err();
    assert_eq!(error(&array![[1.0]], &[true]), LogisticError::Shape { rows: 1, labels: 1 });
    assert_eq!(error(&array![[1.0], [2.0]], &[true]), LogisticError::Shape { rows: 2, labels: 1 });
    assert_eq!(error(&Array2::zeros((2, 0)), &[true, false]), LogisticError::Shape { rows: 2, labels: 2 });
    assert_eq!(error(&array![[1.0], [2.0]], &[false, false]), LogisticError::OneClass { rows: 2 });
    let not_finite = LogisticError::NotFinite { row: 1, column: 0 };
    assert_eq!(error(&array![[1.0], [f64::NAN]], &[true, false]), not_finite);
    let bad = LogisticParams { alpha: 0.0, ..params.clone() };
    assert_eq!(fit(array![[1.0], [2.0]].view(), &[true, false], &bad).unwrap_err(), LogisticError::Params);
}

#[test]
fn threads_change_no_bit() {
    let (x, labels) = noisy(10_000);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = fit(x.view(), &labels, &LogisticParams::default()).unwrap();
            let predicted: Vec<u64> = model.predict(x.view()).into_iter().map(f64::to_bits).collect();
            let weights: Vec<u64> = model.coefficients.iter().map(|weight| weight.to_bits()).collect();
            (weights, model.gradient_norm.to_bits(), predicted)
        })
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn a_model_survives_json() {
    // Without its feature `float_roundtrip`, serde_json reads one number in six wrong in the last bit, and a
    // stored model would not give the bytes of the one just fitted.
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(8);
    let coefficients = (0..1000).map(|_| generator.gen_range(-1.0..1.0)).collect();
    let model = Logistic { coefficients, intercept: -0.1, gradient_norm: 1e-7 };
    let read: Logistic = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
    assert_eq!(read, model);
}
