//! Percentile intervals by resampling customers with replacement.
//!
//! Source: Efron & Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13; whole customers are drawn,
//! since the rows of one customer at several origins are not independent (Field & Welsh 2007, cluster bootstrap).

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::metrics::{auc_weighted, best_first};
use super::quantile::{quantile, sorted_finite};

/// The middle 95% of what resamples gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// 2.5% quantile.
    pub low: f64,
    /// 97.5% quantile.
    pub high: f64,
    /// Resamples in which the statistic was defined; fewer than asked for where positives are few.
    pub n_defined: usize,
}

/// The interval of a statistic over `n_units` customers.
///
/// `statistic` is given how many times each customer was drawn (the sum is `n_units`) and may be undefined.
/// Resample r has its own generator, seeded by `seed` and r: parallel, the same bits on any number of threads.
/// `None` where no resample defines it. Cost: `n_resamples` x (O(n) + the statistic); a counter per customer and thread.
pub fn interval(
    n_units: u32,
    n_resamples: usize,
    seed: u64,
    statistic: impl Fn(&[u32]) -> Option<f64> + Sync,
) -> Option<Interval> {
    if n_units == 0 {
        return None;
    }
    let drawn = (0..n_resamples).into_par_iter().map_init(
        || vec![0_u32; n_units as usize],
        |times_drawn, resample| {
            draw(times_drawn, n_units, seed, resample as u64);
            statistic(times_drawn).unwrap_or(f64::NAN)
        },
    );
    let values: Vec<f64> = drawn.collect();
    let n_defined = sorted_finite(&values).len();
    Some(Interval { low: quantile(&values, 0.025)?, high: quantile(&values, 0.975)?, n_defined })
}

/// The interval of the area under the ROC curve over resampled customers.
///
/// `unit_of_row` numbers each row's customer from 0, without gaps; `None` means one row per customer.
/// `None` comes back with one class only or a NaN score. Cost: O(n log n + `n_resamples` x n).
///
/// # Panics
/// Lengths differ, or there are more than `u32::MAX` rows.
pub fn auc_interval(
    scores: &[f64],
    labels: &[bool],
    unit_of_row: Option<&[u32]>,
    n_resamples: usize,
    seed: u64,
) -> Option<Interval> {
    assert_eq!(scores.len(), labels.len(), "one label per score");
    assert!(unit_of_row.is_none_or(|units| units.len() == scores.len()), "one customer per row");
    let order = best_first(scores)?;
    let n_rows = u32::try_from(scores.len()).expect("more rows than u32 counts");
    let n_units = unit_of_row.map_or(n_rows, |units| units.iter().max().map_or(0, |last| last + 1));
    interval(n_units, n_resamples, seed, |times_drawn| {
        let weight_of = |row: usize| {
            let unit = unit_of_row.map_or(row, |units| units[row] as usize);
            u64::from(times_drawn[unit])
        };
        auc_weighted(scores, labels, &order, weight_of)
    })
}

/// Counts `n_units` draws with replacement. The golden-ratio step keeps seeds of neighbouring resamples apart;
/// `seed_from_u64` spreads them by SplitMix64.
fn draw(times_drawn: &mut [u32], n_units: u32, seed: u64, resample: u64) {
    let mixed = seed ^ resample.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(mixed);
    times_drawn.fill(0);
    for _ in 0..n_units {
        times_drawn[generator.gen_range(0..n_units) as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(n: u32) -> (Vec<f64>, Vec<bool>) {
        let scores = (0..n).map(|row| f64::from((row * 37) % 101)).collect();
        let labels = (0..n).map(|row| (row * 37) % 101 + (row * 53) % 89 > 110).collect();
        (scores, labels)
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_theory() {
        // 1,000 customers, 30% ones: standard error sqrt(.3 x .7 / 1000) = .01449, so .2716 to .3284.
        let found =
            interval(1000, 4000, 9, |times| Some(f64::from(times[..300].iter().sum::<u32>()) / 1000.0));
        let found = found.unwrap();
        assert!((found.low - 0.2716).abs() < 0.002 && (found.high - 0.3284).abs() < 0.002, "{found:?}");
        assert_eq!(found.n_defined, 4000);
    }

    #[test]
    fn the_interval_holds_the_point_estimate() {
        let (scores, labels) = noisy(600);
        let point = super::super::metrics::auc(&scores, &labels).unwrap();
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
}
