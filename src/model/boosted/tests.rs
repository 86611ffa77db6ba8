use ndarray::{Array2, ShapeBuilder};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::super::metrics;
use super::*;

/// `n` rows with four features; the odds rise with the first, fall with the second, and the third is often missing.
fn noisy(n: usize) -> (Array2<f64>, Vec<bool>) {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut x = Array2::from_shape_simple_fn((n, 4).f(), || generator.gen_range(-1.7..1.7));
    let odds = |row: ndarray::ArrayView1<'_, f64>| 1.0 / (1.0 + (1.0 - row[0] + 2.0 * row[1] * row[1]).exp());
    let labels = x.rows().into_iter().map(|row| generator.gen_bool(odds(row))).collect();
    for value in x.column_mut(2).iter_mut().filter(|value| **value > 0.5) {
        *value = f64::NAN;
    }
    (x, labels)
}

fn rows<'a>(x: &'a Array2<f64>, labels: &'a [bool]) -> Rows<'a> {
    Rows { x: x.view(), labels, weights: None }
}

fn few_rounds() -> BoostedParams {
    BoostedParams { rounds_max: 40, ..BoostedParams::default() }
}

fn fitted(x: &Array2<f64>, labels: &[bool]) -> Boosted {
    fit(rows(x, labels), None, None, &few_rounds()).unwrap()
}

fn bits(values: Vec<f64>) -> Vec<u64> {
    values.into_iter().map(f64::to_bits).collect()
}

#[test]
fn one_split_has_the_leaves_of_its_formula() {
    // A leaf is -rate x (sum of p - y) / (sum of p (1 - p) + l2), here with p = 1/2 for everybody.
    let x = Array2::from_shape_fn((40, 1), |(row, _)| f64::from(u8::from(row >= 20)));
    let labels: Vec<bool> = (0..40).map(|row| row % 20 < if row >= 20 { 15 } else { 5 }).collect();
    let params = BoostedParams { rounds_max: 1, leaf_weight_min: 1.0, ..BoostedParams::default() };
    let model = fit(rows(&x, &labels), None, None, &params).unwrap();
    let step = f64::from(params.learning_rate) * 5.0 / (20.0 * 0.25 + f64::from(params.l2));
    let log_odds = model.log_odds(x.view());
    assert!((log_odds[0] + step).abs() < 1e-6 && (log_odds[39] - step).abs() < 1e-6, "{log_odds:?}");
}

#[test]
fn interactions_and_bends_are_found() {
    let (x, labels) = noisy(8000);
    let (train, test) = (x.slice(ndarray::s![..6000, ..]), x.slice(ndarray::s![6000.., ..]));
    let model =
        fit(Rows { x: train, labels: &labels[..6000], weights: None }, None, None, &few_rounds()).unwrap();
    // A straight line in the second feature cannot tell its middle from its ends.
    let bend = x.column(1).iter().map(|value| -value.abs()).collect::<Vec<_>>();
    let by_bend = metrics::auc(&bend[6000..], &labels[6000..]).unwrap();
    let found = metrics::auc(&model.predict(test), &labels[6000..]).unwrap();
    assert!(found > by_bend + 0.05, "{found} against {by_bend}");
}

#[test]
fn a_perfect_separation_has_bounded_log_odds_m15() {
    let x = Array2::from_shape_fn((2000, 1), |(row, _)| (row / 20) as f64);
    let labels: Vec<bool> = (0..2000).map(|row| row >= 1000).collect();
    let model = fit(rows(&x, &labels), None, None, &BoostedParams::default()).unwrap();
    let log_odds = model.log_odds(x.view());
    assert!(log_odds.iter().all(|value| (2.0..15.0).contains(&value.abs())), "{:?}", &log_odds[..3]);
    assert_eq!(metrics::auc(&log_odds, &labels), Some(1.0));
}

#[test]
fn three_positives_are_enough_to_fit_m14() {
    let (x, _) = noisy(1000);
    let labels: Vec<bool> = (0..1000).map(|row| row < 3).collect();
    let predicted = fitted(&x, &labels).predict(x.view());
    let mean = predicted.iter().sum::<f64>() / 1000.0;
    assert!((mean - 0.003).abs() < 1e-3 && predicted.iter().all(|p| *p > 0.0 && *p < 1.0), "{mean}");
}

#[test]
fn columns_of_one_value_or_none_are_never_split_m6() {
    let (mut x, labels) = noisy(1000);
    x.column_mut(1).fill(7.0);
    x.column_mut(3).fill(f64::NAN);
    let model = fitted(&x, &labels);
    for row in x.rows() {
        let contributions = model.contributions(&row.to_vec());
        assert_eq!((contributions[1], contributions[3]), (0.0, 0.0));
    }
}

#[test]
fn that_a_value_is_missing_can_tell_most() {
    let mut x = Array2::from_shape_fn((400, 1), |(row, _)| (row % 20) as f64);
    let labels: Vec<bool> = (0..400).map(|row| row % 4 == 0).collect();
    for (row, label) in labels.iter().enumerate() {
        if *label {
            x[[row, 0]] = f64::NAN;
        }
    }
    assert_eq!(metrics::auc(&fitted(&x, &labels).predict(x.view()), &labels), Some(1.0));
}

#[test]
fn what_training_never_saw_has_a_probability_m17() {
    // Codes 0 to 4 in training; the code 9, a negative one, infinities and a missing one later.
    let x = Array2::from_shape_fn((500, 1), |(row, _)| (row % 5) as f64);
    let labels: Vec<bool> = (0..500).map(|row| row % 5 == 4 || row % 7 == 0).collect();
    let model = fitted(&x, &labels);
    let later =
        ndarray::array![[9.0], [-3.0], [f64::INFINITY], [f64::NEG_INFINITY], [f64::NAN], [4.0], [0.0]];
    let predicted = model.predict(later.view());
    assert!(predicted.iter().all(|p| *p > 0.0 && *p < 1.0), "{predicted:?}");
    assert_eq!((predicted[0], predicted[1]), (predicted[5], predicted[6]));
    assert_eq!(predicted[4], predicted[6], "a missing one goes where most rows went: four codes against one");
}

#[test]
fn a_monotone_feature_moves_one_way_whatever_the_noise() {
    let (x, _) = noisy(3000);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(6);
    let labels: Vec<bool> = x
        .rows()
        .into_iter()
        .map(|row| generator.gen_bool((0.4 + 0.1 * row[0] - 0.2 * row[1] * row[3]).clamp(0.05, 0.95)))
        .collect();
    let falls = |monotone: Option<&[Monotone]>, feature: usize| {
        let model = fit(rows(&x, &labels), None, monotone, &few_rounds()).unwrap();
        let mut falls = [0, 0];
        for row in x.rows().into_iter().step_by(10) {
            let grid = Array2::from_shape_fn((60, 4), |(step, column)| {
                if column == feature { step as f64 / 15.0 - 2.0 } else { row[column] }
            });
            let log_odds = model.log_odds(grid.view());
            for pair in log_odds.windows(2) {
                falls[0] += usize::from(pair[1] < pair[0] - 1e-12);
                falls[1] += usize::from(pair[1] > pair[0] + 1e-12);
            }
        }
        falls
    };
    let held = [Monotone::Increasing, Monotone::Decreasing, Monotone::Free, Monotone::Free];
    assert!(falls(None, 0)[0] > 0 && falls(None, 1)[1] > 0, "the noise alone would break both");
    let (first, second) = (falls(Some(&held), 0), falls(Some(&held), 1));
    assert!(first[0] == 0 && first[1] > 0, "{first:?}");
    assert!(second[1] == 0 && second[0] > 0, "{second:?}");
}

#[test]
fn contributions_add_up_to_the_log_odds() {
    let (x, labels) = noisy(1000);
    let model = fitted(&x, &labels);
    for (row, log_odds) in x.rows().into_iter().zip(model.log_odds(x.view())) {
        let sum = model.baseline() + model.contributions(&row.to_vec()).iter().sum::<f64>();
        assert!((sum - log_odds).abs() < 1e-9, "{sum} is not {log_odds}");
    }
}

#[test]
fn validation_rows_stop_the_fit_where_their_loss_is_least() {
    let (x, labels) = noisy(1200);
    let part = |from: usize, to: usize| Rows {
        x: x.slice(ndarray::s![from..to, ..]),
        labels: &labels[from..to],
        weights: None,
    };
    let params =
        BoostedParams { learning_rate: 0.3, leaf_weight_min: 1.0, patience: 5, ..BoostedParams::default() };
    let stopped = fit(part(0, 600), Some(part(600, 1200)), None, &params).unwrap();
    let loss = |model: &Boosted| {
        metrics::log_loss(&model.predict(part(600, 1200).x), part(600, 1200).labels).unwrap()
    };
    let with = |rounds: usize| {
        loss(&fit(part(0, 600), None, None, &BoostedParams { rounds_max: rounds, ..params.clone() }).unwrap())
    };
    let rounds = stopped.n_trees();
    assert!(rounds < 60, "{rounds}");
    assert!((loss(&stopped) - with(rounds)).abs() < 1e-12);
    assert!((rounds + 1..=rounds + 5).chain(1..rounds).all(|other| with(other) >= loss(&stopped)));
}

#[test]
fn a_weight_of_two_is_the_row_given_twice() {
    let (x, labels) = noisy(600);
    let twice: Vec<usize> = (0..600).flat_map(|row| vec![row; 1 + row % 2]).collect();
    let weights: Vec<f64> = (0..600).map(|row| (1 + row % 2) as f64).collect();
    let params = BoostedParams { rounds_max: 5, bins: 1024, ..BoostedParams::default() };
    let weighted = fit(Rows { weights: Some(&weights), ..rows(&x, &labels) }, None, None, &params).unwrap();
    let (again, their_labels) =
        (x.select(Axis(0), &twice), twice.iter().map(|&row| labels[row]).collect::<Vec<_>>());
    let repeated = fit(rows(&again, &their_labels), None, None, &params).unwrap();
    for (one, other) in weighted.log_odds(x.view()).into_iter().zip(repeated.log_odds(x.view())) {
        assert!((one - other).abs() < 1e-5, "{one} is not {other}");
    }
}

#[test]
fn the_layout_of_the_matrix_changes_no_bit() {
    let (x, labels) = noisy(800);
    let by_row = x.as_standard_layout().into_owned();
    assert_ne!(x.strides(), by_row.strides());
    assert_eq!(fitted(&x, &labels), fitted(&by_row, &labels));
    let model = fitted(&x, &labels);
    assert_eq!(bits(model.log_odds(x.view())), bits(model.log_odds(by_row.view())));
}

#[test]
fn threads_change_no_bit() {
    let (x, labels) = noisy(40_000); // enough rows for the histograms that are built in segments
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = fitted(&x, &labels);
            (serde_json::to_string(&model).unwrap(), bits(model.predict(x.view())))
        })
    };
    let one = on(1);
    assert!((0..3).all(|_| on(2) == one) && on(5) == one);
}

#[test]
fn a_model_survives_json() {
    let (x, labels) = noisy(2000);
    let model = fitted(&x, &labels);
    let text = serde_json::to_string(&model).unwrap();
    let read: Boosted = serde_json::from_str(&text).unwrap();
    assert_eq!(bits(read.log_odds(x.view())), bits(model.log_odds(x.view())));
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}

#[test]
fn damaged_json_is_an_error_m19() {
    let node = |split: &str| {
        format!(
            r#"{{"n_features":2,"intercept":-1.0,"trees":[[{{"value":0.0{split}}},{{"value":-1.0}},{{"value":1.0}}]]}}"#
        )
    };
    let split = |feature: &str, below: &str, left: &str| {
        node(&format!(
            r#","split":{{"feature":{feature},"below":{below},"left":{left},"missing_left":true}}"#
        ))
    };
    let read = |text: &str| serde_json::from_str::<Boosted>(text);
    assert_eq!(
        read(&split("1", "0.5", "1")).unwrap().log_odds(ndarray::array![[9.0, 0.0], [9.0, 0.5]].view()),
        [-2.0, 0.0]
    );
    for (damaged, reason) in [
        (split("2", "0.5", "1"), "a split of no feature"),
        (split("1", "0.5", "0"), "without its two children"),
        (split("1", "0.5", "2"), "without its two children"),
        (split("1", "0.5", "18446744073709551615"), "without its two children"),
        (split("1", "1e999", "1"), "out of range"),
        (split("-1", "0.5", "1"), "invalid value"),
        (split("1", "null", "1"), "invalid type"),
        (node(r#","other":1"#), "unknown field"),
        (node("").replace("-1.0,\"trees", "null,\"trees"), "invalid type"),
        (node("").replace("\"n_features\":2", "\"n_features\":0"), "no features"),
        (r#"{"n_features":2,"intercept":0.0,"trees":[[]]}"#.to_owned(), "without a root"),
    ] {
        let error = read(&damaged).unwrap_err().to_string();
        assert!(error.contains(reason), "{error} for {damaged}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_m19() {
    let (x, labels) = noisy(200);
    let params = BoostedParams { rounds_max: 3, ..BoostedParams::default() };
    let text = serde_json::to_string(&fit(rows(&x, &labels), None, None, &params).unwrap()).unwrap();
    assert!((0..text.len()).all(|end| serde_json::from_str::<Boosted>(&text[..end]).is_err()));
}

#[test]
fn what_cannot_be_fitted_is_refused_m7_m13() {
    let (x, labels) = noisy(100);
    let params = BoostedParams::default();
    let error = |rows: Rows<'_>| fit(rows, None, None, &params).unwrap_err();
    let none = Array2::zeros((0, 4));
    let needed = 40;
    assert_eq!(error(rows(&none, &[])), BoostedError::TooFewRows { rows: 0, needed });
    let few = Rows { x: x.slice(ndarray::s![..39, ..]), labels: &labels[..39], weights: None };
    assert_eq!(error(few), BoostedError::TooFewRows { rows: 39, needed });
    assert_eq!(error(rows(&x, &labels[..99])), BoostedError::Lengths { rows: 100, labels: 99, weights: 100 });
    assert_eq!(error(rows(&x, &[true; 100])), BoostedError::OneClass { rows: 100 });
    assert_eq!(
        error(rows(&Array2::zeros((100, 0)), &labels)),
        BoostedError::Columns { columns: 0, expected: 0 }
    );
    for infinite in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
        let mut x = x.clone();
        x[[3, 1]] = infinite;
        assert_eq!(error(rows(&x, &labels)), BoostedError::Infinite { row: 3, column: 1 });
        assert_eq!(
            fit(rows(&x, &labels), None, None, &params).unwrap_err(),
            BoostedError::Infinite { row: 3, column: 1 }
        );
    }
    let mut weights = vec![1.0; 100];
    weights[7] = 0.0;
    assert_eq!(error(Rows { weights: Some(&weights), ..rows(&x, &labels) }), BoostedError::Weight { row: 7 });
    let narrow = Rows { x: x.slice(ndarray::s![.., ..3]), labels: &labels, weights: None };
    let expected = BoostedError::Columns { columns: 3, expected: 4 };
    assert_eq!(fit(rows(&x, &labels), Some(narrow), None, &params).unwrap_err(), expected);
    for bad in [
        BoostedParams { rounds_max: 0, ..params.clone() },
        BoostedParams { learning_rate: f32::NAN, ..params.clone() },
        BoostedParams { bins: 1, ..params.clone() },
        BoostedParams { leaf_weight_min: 0.0, ..params.clone() },
    ] {
        assert_eq!(fit(rows(&x, &labels), None, None, &bad).unwrap_err(), BoostedError::Params);
    }
}

#[test]
#[should_panic(expected = "features differ")]
fn fewer_columns_than_fitted_are_a_fault_of_the_caller() {
    let (x, labels) = noisy(200);
    fitted(&x, &labels).predict(x.slice(ndarray::s![.., ..3]));
}
