use proptest::prelude::*;

use super::*;

/// Twelve customers with ties inside and across classes, as in the tests of `metrics`.
const SCORES: [f64; 12] = [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.6, 0.6, 0.6, 0.05, 0.9, 0.3];

fn labels() -> [bool; 12] {
    [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(|label| label == 1)
}

fn isotonic() -> Calibration {
    Calibration::fit(Method::Isotonic, &SCORES, &labels()).unwrap()
}

/// scikit-learn 1.9.1: `IsotonicRegression(out_of_bounds="clip").fit(s, y).predict(...)`, but for its 0 and 1, where
/// 7 others and 5 leavers allow 1/9 and 6/7.
#[test]
fn isotonic_regression_is_that_of_scikit_learn_within_bounds() {
    let (low, high) = (1.0 / 9.0, 6.0 / 7.0);
    let found = isotonic().apply(&[0.0, 0.1, 0.25, 0.3, 0.35, 0.38, 0.5, 0.7, 0.9, 1.0]);
    let expected = [low, low, low, low, 0.5, 0.5, 0.55, 0.6, high, high];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-14, "{found} is not {expected}");
    }
    let Calibration::Isotonic(rule) = isotonic() else { panic!("isotonic") };
    // X_thresholds_ of the same fit.
    let knots: Vec<f64> = rule.knots.iter().map(|knot| knot.score).collect();
    assert_eq!(knots, [0.05, 0.3, 0.35, 0.4, 0.6, 0.8, 0.9]);
}

/// scikit-learn 1.9.1: `LogisticRegression(C=inf, tol=1e-14, solver="newton-cholesky")` on every row twice, once
/// with label 1 and weight t, once with 0 and 1 - t, t being Platt's targets 6/7 and 1/9. Its
/// `_sigmoid_calibration(log_odds, y)` stops at 0.6672452 and -0.2724734.
#[test]
fn platt_is_that_of_scikit_learn() {
    let scores = SCORES.map(log_odds);
    let Calibration::Platt(line) = Calibration::fit(Method::Platt, &scores, &labels()).unwrap() else {
        panic!("platt")
    };
    assert!((line.slope - 0.667_245_308_194_772_1).abs() < 1e-9, "{line:?}");
    assert!((line.intercept + 0.272_473_437_865_544_5).abs() < 1e-9, "{line:?}");
}

#[test]
fn a_score_that_runs_backwards_is_levelled() {
    let backwards = SCORES.map(|score| -score);
    let Calibration::Platt(line) = Calibration::fit(Method::Platt, &backwards, &labels()).unwrap() else {
        panic!("platt")
    };
    // The mean of the targets, (5 x 6/7 + 7 x 1/9) / 12.
    let mean = (5.0 * 6.0 / 7.0 + 7.0 / 9.0) / 12.0_f64;
    assert_eq!(line.slope, 0.0);
    assert!((line.intercept - log_odds(mean)).abs() < 1e-9);
}

#[test]
fn scores_that_part_the_classes_stay_uncertain() {
    let scores: Vec<f64> = (0..100).map(f64::from).collect();
    let labels: Vec<bool> = (0..100).map(|row| row >= 90).collect();
    for method in [Method::Isotonic, Method::Platt] {
        let found = Calibration::fit(method, &scores, &labels).unwrap();
        let ends = found.apply(&[-1e308, 0.0, 99.0, f64::INFINITY]);
        assert!(ends.iter().all(|p| *p > 0.0 && *p < 1.0), "{ends:?}");
        assert!(ends[1] < 0.05 && ends[2] > 0.7, "{ends:?}");
    }
}

#[test]
fn scores_of_one_value_get_the_base_rate() {
    let labels: Vec<bool> = (0..100).map(|row| row < 20).collect();
    let isotonic = Calibration::fit(Method::Isotonic, &[3.0; 100], &labels).unwrap();
    assert_eq!(isotonic.apply(&[-1.0, 3.0, 7.0]), [0.2; 3]);
    let platt = Calibration::fit(Method::Platt, &[3.0; 100], &labels).unwrap().probability(3.0);
    let mean = (20.0 * 21.0 / 22.0 + 80.0 / 82.0) / 100.0;
    assert!((platt - mean).abs() < 1e-12, "{platt} is not {mean}");
}

#[test]
fn the_size_of_the_score_does_not_matter_to_platt() {
    let of = |factor: f64, shift: f64| {
        let scores = SCORES.map(|score| score * factor + shift);
        Calibration::fit(Method::Platt, &scores, &labels()).unwrap().apply(&scores)
    };
    for (small, large) in of(1.0, 0.0).into_iter().zip(of(1e9, 1e10)) {
        assert!((small - large).abs() < 1e-6, "{small} is not {large}");
    }
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    for method in [Method::Isotonic, Method::Platt] {
        let error = |scores: &[f64], labels: &[bool]| Calibration::fit(method, scores, labels).unwrap_err();
        assert_eq!(error(&[1.0], &[]), CalibrationError::Shape { scores: 1, labels: 0 });
        assert_eq!(error(&[], &[]), CalibrationError::OneClass { rows: 0 });
        assert_eq!(error(&[1.0, 2.0], &[true, true]), CalibrationError::OneClass { rows: 2 });
        assert_eq!(error(&[1.0, f64::NAN], &[true, false]), CalibrationError::NotFinite { row: 1 });
        assert_eq!(error(&[f64::INFINITY, 1.0], &[true, false]), CalibrationError::NotFinite { row: 0 });
    }
}

#[test]
fn few_of_either_class_are_left_to_platt() {
    let labels =
        |positives: usize, negatives: usize| [vec![true; positives], vec![false; negatives]].concat();
    assert_eq!(Method::by_default_for(&labels(500, 500)), Method::Isotonic);
    assert_eq!(Method::by_default_for(&labels(499, 90_000)), Method::Platt);
    assert_eq!(Method::by_default_for(&labels(90_000, 499)), Method::Platt);
    assert_eq!(Method::by_default_for(&[]), Method::Platt);
}

#[test]
fn stored_rules_come_back_the_same() {
    let platt = Calibration::fit(Method::Platt, &SCORES, &labels()).unwrap();
    for rule in [isotonic(), platt] {
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), rule);
    }
}

#[test]
fn stored_rules_have_a_name_and_no_other_field() {
    let read = |json: &str| serde_json::from_str::<Calibration>(json);
    assert!(read(r#"{"method":"platt","slope":1.0,"intercept":0.5}"#).is_ok());
    assert!(read(r#"{"method":"platt","slope":1.0,"intercept":0.5,"more":1}"#).is_err());
    assert!(read(r#"{"method":"isotonic","knots":[{"score":0.1,"probability":0.2,"more":1}]}"#).is_err());
    assert!(read(r#"{"method":"beta","slope":1.0,"intercept":0.5}"#).is_err());
    assert!(read(r#"{"slope":1.0,"intercept":0.5}"#).is_err());
}

#[test]
fn damaged_rules_are_refused() {
    let platt = |slope, intercept| Calibration::Platt(Platt { slope, intercept }).check().is_ok();
    assert!(platt(0.0, -3.0) && !platt(-1e-9, 0.0) && !platt(f64::NAN, 0.0) && !platt(1.0, f64::INFINITY));
    let knots = |knots: &[(f64, f64)]| {
        let knots = knots.iter().map(|&(score, probability)| Knot { score, probability }).collect();
        Calibration::Isotonic(Isotonic { knots }).check().is_ok()
    };
    assert!(knots(&[(0.0, 0.1), (1.0, 0.1), (2.0, 0.3)]));
    assert!(!knots(&[]));
    assert!(!knots(&[(0.0, 0.0)]) && !knots(&[(0.0, 1.0)]) && !knots(&[(0.0, f64::NAN)]));
    assert!(!knots(&[(0.0, 0.1), (0.0, 0.2)]) && !knots(&[(1.0, 0.1), (0.0, 0.2)]));
    assert!(!knots(&[(0.0, 0.2), (1.0, 0.1)]) && !knots(&[(f64::NEG_INFINITY, 0.2)]));
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![Just(Method::Isotonic), Just(Method::Platt)]
}

fn both_classes() -> impl Strategy<Value = Vec<(f64, bool)>> {
    let score = prop_oneof![(-9_i32..9).prop_map(|tied| f64::from(tied) / 3.0), -30.0_f64..30.0];
    prop::collection::vec((score, any::<bool>()), 2..60)
        .prop_filter("both classes", |rows| rows.iter().any(|row| row.1) && rows.iter().any(|row| !row.1))
}

fn fitted(method: Method, rows: &[(f64, bool)]) -> Calibration {
    let (scores, labels): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
    Calibration::fit(method, &scores, &labels).unwrap()
}

proptest! {
    #[test]
    fn probabilities_rise_with_the_score_and_are_never_certain(
        method in method(), rows in both_classes(), scores in prop::collection::vec(-50.0_f64..50.0, 1..40),
    ) {
        let rule = fitted(method, &rows);
        prop_assert_eq!(rule.check(), Ok(()));
        let mut scores = [scores, rows.iter().map(|row| row.0).collect()].concat();
        scores.extend([f64::NEG_INFINITY, f64::MIN, 0.0, f64::MAX, f64::INFINITY]);
        scores.sort_unstable_by(f64::total_cmp);
        let found = rule.apply(&scores);
        prop_assert!(found.is_sorted(), "{rule:?} {found:?}");
        prop_assert!(found.iter().all(|p| *p > 0.0 && *p < 1.0));
    }

    #[test]
    fn the_order_of_rows_changes_no_bit(method in method(), rows in both_classes(), turn in 0_usize..60) {
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        prop_assert_eq!(fitted(method, &rows), fitted(method, &turned));
    }

    /// Where no block is pure, isotonic regression forecasts as many leavers as there were; each pure block adds or
    /// takes less than one.
    #[test]
    fn isotonic_regression_keeps_the_number_of_leavers(rows in both_classes()) {
        let rule = fitted(Method::Isotonic, &rows);
        let forecast: f64 = rows.iter().map(|row| rule.probability(row.0)).sum();
        let left = rows.iter().filter(|row| row.1).count() as f64;
        prop_assert!((forecast - left).abs() < 1.0, "{forecast} for {left}");
    }
}
