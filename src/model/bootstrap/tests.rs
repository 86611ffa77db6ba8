use super::*;
use crate::model::metrics::auc;

fn noisy(n: u32) -> (Vec<f64>, Vec<bool>) {
    let scores = (0..n).map(|row| f64::from((row * 37) % 101)).collect();
    let labels = (0..n).map(|row| (row * 37) % 101 + (row * 53) % 89 > 110).collect();
    (scores, labels)
}

#[test]
fn the_interval_of_a_mean_is_that_of_theory() {
    // 1,000 customers, 30% ones: standard error sqrt(.3 x .7 / 1000) = .01449, so .2716 to .3284.
    let found = interval(1000, 4000, 9, |times| Some(f64::from(times[..300].iter().sum::<u32>()) / 1000.0));
    let found = found.unwrap();
    assert!((found.low - 0.2716).abs() < 0.002 && (found.high - 0.3284).abs() < 0.002, "{found:?}");
    assert_eq!(found.n_defined, 4000);
}

#[test]
fn the_interval_holds_the_point_estimate() {
    let (scores, labels) = noisy(600);
    let point = auc(&scores, &labels).unwrap();
    let found = auc_interval(&scores, &labels, None, 500, 1).unwrap();
    assert!(found.low < point && point < found.high, "{found:?} without {point}");
    assert!(found.high - found.low < 0.1);
}

#[test]
fn rows_of_one_customer_add_no_certainty() {
    let (scores, labels) = noisy(200);
    let (many_scores, many_labels) = (scores.repeat(9), labels.repeat(9));
    let customers: Vec<u32> = (0..200).collect::<Vec<_>>().repeat(9);
    let once = auc_interval(&scores, &labels, None, 300, 1).unwrap();
    assert_eq!(auc_interval(&many_scores, &many_labels, Some(&customers), 300, 1), Some(once));
    let as_rows = auc_interval(&many_scores, &many_labels, None, 300, 1).unwrap();
    assert!(as_rows.high - as_rows.low < 0.5 * (once.high - once.low));
}

#[test]
fn resamples_without_a_positive_are_counted_m14() {
    let labels: Vec<bool> = (0..50).map(|row| row == 3).collect();
    let scores: Vec<f64> = (0..50).map(f64::from).collect();
    let found = auc_interval(&scores, &labels, None, 400, 2).unwrap();
    // (1 - 1/50)^50 = 36% of the resamples miss the only positive.
    assert!((200..310).contains(&found.n_defined), "{found:?}");
}

#[test]
fn what_has_no_auc_has_no_interval() {
    assert_eq!(auc_interval(&[], &[], None, 10, 0), None);
    assert_eq!(auc_interval(&[0.1, 0.2], &[true, true], None, 10, 0), None);
    assert_eq!(auc_interval(&[0.1, f64::NAN], &[true, false], None, 10, 0), None);
    assert_eq!(auc_interval(&[0.1, 0.2], &[true, false], None, 0, 0), None);
}

#[test]
fn threads_change_no_bit_and_seeds_do() {
    let (scores, labels) = noisy(300);
    let on = |threads: usize, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| auc_interval(&scores, &labels, None, 200, seed).unwrap())
    };
    assert_eq!(on(1, 5), on(4, 5));
    assert_ne!(on(1, 5), on(1, 6));
}

/// Scores of `n` customers of whom the second is the first with noise.
fn two_scores(n: u32) -> ([Vec<f64>; 2], Vec<bool>) {
    let (first, labels) = noisy(n);
    let second = (0..n).zip(&first).map(|(row, score)| score + f64::from((row * 71) % 97) * 0.6).collect();
    ([first, second], labels)
}

#[test]
fn a_score_differs_from_itself_by_nothing() {
    let (scores, labels) = noisy(200);
    let found = auc_difference_interval([&scores, &scores], &labels, None, 100, 3).unwrap();
    assert_eq!((found.low, found.high, found.n_defined), (0.0, 0.0, 100));
}

#[test]
fn a_paired_difference_holds_the_point_and_is_narrower_than_two_intervals() {
    let ([first, second], labels) = two_scores(800);
    let found = auc_difference_interval([&first, &second], &labels, None, 400, 3).unwrap();
    let point = auc(&first, &labels).unwrap() - auc(&second, &labels).unwrap();
    assert!(found.low < point && point < found.high && found.low > 0.0, "{found:?} without {point}");
    let of_one = |scores: &[f64]| auc_interval(scores, &labels, None, 400, 3).unwrap();
    let (a, b) = (of_one(&first), of_one(&second));
    assert!(found.high - found.low < (a.high - b.low) - (a.low - b.high));
    let turned = auc_difference_interval([&second, &first], &labels, None, 400, 3).unwrap();
    assert!((turned.low + found.high).abs() < 1e-12 && (turned.high + found.low).abs() < 1e-12);
}

/// DeLong, DeLong & Clarke-Pearson (1988): numpy 2.4.6, placements of the 800 rows of [`two_scores`], gives the
/// difference a standard error of 0.0092078.
#[test]
fn a_paired_difference_is_as_wide_as_delong_says() {
    let ([first, second], labels) = two_scores(800);
    let found = auc_difference_interval([&first, &second], &labels, None, 2000, 3).unwrap();
    let half = (found.high - found.low) / 2.0 / 1.959_964;
    assert!((half / 0.0092078 - 1.0).abs() < 0.08, "{half}");
}

#[test]
fn rows_of_one_customer_add_no_certainty_to_a_difference() {
    let ([first, second], labels) = two_scores(200);
    let once = auc_difference_interval([&first, &second], &labels, None, 300, 1);
    let customers: Vec<u32> = (0..200).collect::<Vec<_>>().repeat(9);
    let many = [first.repeat(9), second.repeat(9)];
    let many = [many[0].as_slice(), many[1].as_slice()];
    assert_eq!(auc_difference_interval(many, &labels.repeat(9), Some(&customers), 300, 1), once);
}

#[test]
fn many_figures_at_once_have_the_intervals_of_each_alone() {
    let (scores, labels) = noisy(300);
    let customers: Vec<u32> = (0..300).map(|row| row / 2).collect();
    let rows =
        ScoredRows { customers: Some(&customers), ..ScoredRows::new(&scores, &labels) }.ranked().unwrap();
    let precision = |ranking: &Ranking| Some(ranking.top(30)?.precision());
    let never = |_: &Ranking| None;
    let found = intervals(&rows, 200, 5, &[&Ranking::auc, &precision, &never]);
    assert_eq!(found[0], auc_interval(&scores, &labels, Some(&customers), 200, 5));
    assert_eq!(found[1], intervals(&rows, 200, 5, &[&precision])[0]);
    assert_eq!(found[2], None);
    assert!(found[1].unwrap().low <= 1.0 && found[1].unwrap().high > found[1].unwrap().low);
}
