use proptest::prelude::*;

use super::*;

/// Twelve customers with ties inside and across classes.
const SCORES: [f64; 12] = [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.6, 0.6, 0.6, 0.05, 0.9, 0.3];

fn labels() -> [bool; 12] {
    [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(|label| label == 1)
}

fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("defined");
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

#[test]
fn agree_with_scikit_learn() {
    // scikit-learn 1.9.1: roc_auc_score, average_precision_score, brier_score_loss, log_loss
    close(auc(&SCORES, &labels()), 0.814_285_714_285_714_3);
    close(average_precision(&SCORES, &labels()), 0.725);
    close(brier(&SCORES, &labels()), 0.174_583_333_333_333_3);
    close(log_loss(&SCORES, &labels()), 0.514_417_001_031_271_6);
    close(base_rate(&labels()), 5.0 / 12.0);
}

#[test]
fn skill_is_that_of_scikit_learn() {
    // scikit-learn 1.9.1: 1 - brier_score_loss(y, s) / brier_score_loss(y, full(12, rate))
    close(brier_skill(&SCORES, &labels(), 5.0 / 12.0), 0.281_714_285_714_285_8);
    close(brier_skill(&SCORES, &labels(), 0.3), 0.319_805_194_805_194_76);
    close(brier_skill(&[0.3; 12], &labels(), 0.3), 0.0);
    assert_eq!(brier_skill(&[0.3], &[false], 0.0), None);
}

/// scikit-learn 1.9.1: `LogisticRegression(C=inf, tol=1e-14, solver="newton-cholesky").fit(logit(s), y)`;
/// scipy 1.17.1: `brentq` of sum(expit(logit(s) + a) - y) for the calibration in the large.
#[test]
fn the_calibration_line_is_that_of_scikit_learn() {
    let line = calibration_line(&SCORES, &labels()).unwrap();
    assert!((line.slope - 1.071_071_380_430_417_7).abs() < 1e-8, "{line:?}");
    assert!((line.intercept + 0.344_336_959_334_330_06).abs() < 1e-8, "{line:?}");
    assert!((line.in_the_large + 0.333_876_211_568_566_56).abs() < 1e-9, "{line:?}");
}

#[test]
fn classes_that_do_not_overlap_have_no_calibration_line() {
    let labels = [false, false, true, true];
    assert_eq!(calibration_line(&[0.1, 0.2, 0.3, 0.4], &labels), None);
    assert_eq!(calibration_line(&[0.1, 0.2, 0.2, 0.4], &labels), None); // they touch: the slope still runs away
    assert_eq!(calibration_line(&[0.4, 0.3, 0.2, 0.1], &labels), None);
    assert_eq!(calibration_line(&[0.2; 4], &labels), None);
    assert_eq!(calibration_line(&[0.2, 0.3], &[true, true]), None);
    assert!(calibration_line(&[0.0, 0.3, 0.2, 1.0], &labels).is_some());
}

#[test]
fn forecasts_that_are_right_on_average_lie_on_the_line() {
    // At each of four probabilities k of 10 happen as forecast.
    let rows = [1, 3, 5, 8].into_iter().flat_map(|k| (0..10).map(move |row| (f64::from(k) / 10.0, row < k)));
    let (probabilities, labels): (Vec<f64>, Vec<bool>) = rows.unzip();
    let line = calibration_line(&probabilities, &labels).unwrap();
    assert!((line.slope - 1.0).abs() < 1e-9 && line.intercept.abs() < 1e-9 && line.in_the_large.abs() < 1e-9);
}

#[test]
fn the_best_scored_by_number_by_hand() {
    // .9 (1 of 1), .8 .8 (1 of 2), then one of the three at .6, of which 2 are positive.
    let found = top(&SCORES, &labels(), 3).unwrap();
    assert_eq!((found.n_top, found.positives, found.capture), (3, 2.0, 0.4));
    close(Some(found.precision()), 2.0 / 3.0);
    close(Some(found.lift), 1.6);
    close(top(&SCORES, &labels(), 4).map(|top| top.precision()), (2.0 + 2.0 / 3.0) / 4.0);
    let everybody = top(&SCORES, &labels(), 99).unwrap();
    assert_eq!((everybody.n_top, everybody.capture, everybody.lift), (12, 1.0, 1.0));
    assert_eq!(top(&SCORES, &labels(), 0), None);
    assert_eq!(top(&SCORES, &[false; 12], 3), None);
}

#[test]
fn value_among_the_best_scored_by_hand() {
    // Values 10, 20, ..., 120; leavers lose 30 + 40 + 70 + 90 + 110 = 340, of which .9 has 110, .8 40 and .6 160.
    let values: Vec<f64> = (1..=12).map(|row| f64::from(row) * 10.0).collect();
    let found = |n_top| value_capture(&SCORES, &labels(), &values, n_top);
    close(found(1), 110.0 / 340.0);
    close(found(3), 150.0 / 340.0);
    close(found(4), (150.0 + 160.0 / 3.0) / 340.0);
    close(found(99), 1.0);
    assert_eq!(found(0), None);
    assert_eq!(value_capture(&SCORES, &labels(), &[0.0; 12], 3), None);
    close(value_capture(&SCORES, &labels(), &[7.0; 12], 4), top(&SCORES, &labels(), 4).unwrap().capture);
}

#[test]
fn a_customer_drawn_twice_counts_as_two_rows() {
    let labels = labels();
    let values: Vec<f64> = (1..=12).map(f64::from).collect();
    let customers: Vec<u32> = (0..12).map(|row| row % 6).collect();
    let times = [0, 2, 1, 3, 0, 0];
    let rows = ScoredRows {
        values: Some(&values),
        customers: Some(&customers),
        ..ScoredRows::new(&SCORES, &labels)
    };
    let drawn = rows.ranked().unwrap().drawn(&times);
    let repeated = |row: usize| vec![row; times[row % 6] as usize];
    let kept: Vec<usize> = (0..12).flat_map(repeated).collect();
    let pick = |from: &[f64]| kept.iter().map(|&row| from[row]).collect::<Vec<_>>();
    let kept_labels: Vec<bool> = kept.iter().map(|&row| labels[row]).collect();
    let (scores, values) = (pick(&SCORES), pick(&values));
    let written_out = ScoredRows { values: Some(&values), ..ScoredRows::new(&scores, &kept_labels) };
    assert_eq!(drawn, written_out.ranking().unwrap());
}

#[test]
fn the_ends_of_the_scale() {
    let labels = [false, false, true, true];
    assert_eq!(auc(&[1.0, 2.0, 3.0, 4.0], &labels), Some(1.0));
    assert_eq!(auc(&[4.0, 3.0, 2.0, 1.0], &labels), Some(0.0));
    assert_eq!(auc(&[0.5; 4], &labels), Some(0.5));
    assert_eq!(average_precision(&[0.5; 4], &labels), Some(0.5));
    assert_eq!(auc(&[-0.0, 0.0], &[true, false]), Some(0.5));
}

#[test]
fn one_class_no_rows_or_nan_have_no_ranking() {
    assert_eq!(auc(&[0.1, 0.2], &[true, true]), None);
    assert_eq!(auc(&[0.1, 0.2], &[false, false]), None);
    assert_eq!(average_precision(&[0.1], &[false]), None);
    assert_eq!(top_share(&[0.1], &[false], 0.5), None);
    assert_eq!(auc(&[f64::NAN, 0.2], &[true, false]), None);
    assert_eq!(auc(&[], &[]), None);
    assert_eq!((brier(&[], &[]), log_loss(&[], &[]), base_rate(&[])), (None, None, None));
}

#[test]
fn lift_of_the_top_third_by_hand() {
    // Of 12, the top 4 are .9 (1 of 1), .8 .8 (1 of 2) and one of the three at .6, of which 2 are positive.
    let top = top_share(&SCORES, &labels(), 1.0 / 3.0).unwrap();
    assert_eq!(top.n_top, 4);
    close(Some(top.positives), 2.0 + 2.0 / 3.0);
    close(Some(top.capture), (2.0 + 2.0 / 3.0) / 5.0);
    close(Some(top.lift), (2.0 + 2.0 / 3.0) / 5.0 * 3.0);
}

#[test]
fn a_top_share_is_rounded_up_without_float_noise() {
    let labels = [true; 30];
    let n_top = |share| top_share(&[0.5; 30], &labels, share).map(|top| top.n_top);
    assert_eq!(n_top(0.1), Some(3));
    assert_eq!(n_top(0.101), Some(4));
    assert_eq!(n_top(1e-6), Some(1));
    assert_eq!(n_top(1.0), Some(30));
    assert_eq!([0.0, 1.01, f64::NAN].map(n_top), [None; 3]);
}

#[test]
fn a_certain_miss_is_dear_but_finite() {
    let loss = log_loss(&[0.0, 1.0], &[true, false]).unwrap();
    assert!((30.0..40.0).contains(&loss), "{loss}");
}

#[test]
fn millions_of_customers_stay_exact() {
    let scores: Vec<f64> = (0..2_000_000).map(|row| f64::from(row / 2)).collect();
    let labels: Vec<bool> = (0..2_000_000).map(|row| row % 2 == 0).collect();
    assert_eq!(auc(&scores, &labels), Some(0.5));
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_no_bit(
        rows in prop::collection::vec((0_u8..10, any::<bool>()), 1..50), turn in 0_usize..50,
    ) {
        let of = |rows: &[(u8, bool)]| {
            let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 9.0).collect();
            let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 7.0 + f64::from(u8::from(row.1))).collect();
            let ranking = (auc(&scores, &labels), average_precision(&scores, &labels), top_share(&scores, &labels, 0.3));
            let top = (top(&scores, &labels, 4), value_capture(&scores, &labels, &values, 4));
            let forecast = (brier(&scores, &labels), log_loss(&scores, &labels), calibration_line(&scores, &labels));
            (ranking, top, forecast)
        };
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        prop_assert_eq!(of(&rows), of(&turned));
    }

    #[test]
    fn auc_is_the_share_of_pairs(rows in prop::collection::vec((0_u8..6, any::<bool>()), 1..30)) {
        let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let mut points = Vec::new();
        for positive in rows.iter().filter(|row| row.1) {
            for negative in rows.iter().filter(|row| !row.1) {
                points.push(if positive.0 > negative.0 { 1.0 } else if positive.0 == negative.0 { 0.5 } else { 0.0 });
            }
        }
        let expected = (!points.is_empty()).then(|| points.iter().sum::<f64>() / points.len() as f64);
        prop_assert_eq!(auc(&scores, &labels).is_some(), expected.is_some());
        prop_assert!((auc(&scores, &labels).unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12);
    }
}

/// Values of `label_ranking_average_precision_score` of scikit-learn 1.9.1, a row at a time.
#[test]
fn suggestions_are_judged_as_elsewhere() {
    let cases: [(&[f64], &[bool], Option<f64>); 6] = [
        (&[0.9, 0.8, 0.7, 0.6], &[true, false, false, true], Some(0.75)),
        (&[0.5, 0.5, 0.5], &[true, false, false], Some(0.333_333_333_333_333_3)),
        (&[0.1, 0.4, 0.35, 0.8, 0.05], &[false, true, true, false, true], Some(0.588_888_888_888_888_9)),
        (&[0.3, 0.2, 0.2, 0.1], &[false, true, false, false], Some(0.333_333_333_333_333_3)),
        (&[0.2, 0.9], &[true, true], Some(1.0)),
        (&[0.2, 0.9], &[false, false], None),
    ];
    for (scores, taken, expected) in cases {
        let found = super::suggestion_average_precision(scores, taken);
        assert_eq!(found.is_some(), expected.is_some());
        assert!(
            found.zip(expected).is_none_or(|(found, expected)| (found - expected).abs() < 1e-12),
            "{found:?}"
        );
    }
}
