//! Whether probabilities mean what they say: predicted against observed, in equal-count bins.
//!
//! Source: Naeini, Cooper & Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning"
//! (expected calibration error); bins of equal count, as Nguyen & O'Connor (2015) argue for rare events.

use super::metrics::{Ranking, ScoredRows, Tied};

/// Customers with neighbouring probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    pub n_customers: usize,
    pub mean_probability: f64,
    pub observed_rate: f64,
}

/// See [`Ranking::reliability`]; empty with a NaN too. Cost: O(n log n).
///
/// # Panics
/// Probabilities and labels differ in length.
pub fn reliability(probabilities: &[f64], labels: &[bool], n_bins: usize) -> Vec<ReliabilityBin> {
    let ranking = ScoredRows::new(probabilities, labels).ranking();
    ranking.map_or_else(Vec::new, |ranking| ranking.reliability(n_bins))
}

/// See [`Ranking::expected_calibration_error`]; `None` where [`reliability`] is empty.
pub fn expected_calibration_error(probabilities: &[f64], labels: &[bool], n_bins: usize) -> Option<f64> {
    ScoredRows::new(probabilities, labels).ranking()?.expected_calibration_error(n_bins)
}

impl Ranking {
    /// At most `n_bins` bins of about equal count, lowest probabilities first; none is empty.
    ///
    /// Equal probabilities are never split, so heavy ties give fewer, larger bins, and the order of rows matters
    /// not. Empty without rows or without bins. Cost: O(distinct probabilities).
    pub fn reliability(&self, n_bins: usize) -> Vec<ReliabilityBin> {
        let (n, n_bins) = (u128::from(self.n()), n_bins as u128);
        if n == 0 || n_bins == 0 {
            return Vec::new();
        }
        let cut = |bin: u128| bin * n / n_bins;
        let (mut bins, mut open, mut end, mut next) = (Vec::new(), Vec::new(), 0, 1);
        for tied in self.groups.iter().rev() {
            open.push(tied);
            end += u128::from(tied.n());
            if end < cut(next) {
                continue;
            }
            bins.push(bin(&open));
            open.clear();
            while next < n_bins && cut(next) <= end {
                next += 1;
            }
        }
        bins
    }

    /// Expected calibration error: the mean over customers of |mean probability - observed rate| of their bin.
    ///
    /// 0 is best; `None` where [`reliability`](Self::reliability) is empty.
    pub fn expected_calibration_error(&self, n_bins: usize) -> Option<f64> {
        let bins = self.reliability(n_bins);
        let gaps =
            bins.iter().map(|bin| bin.n_customers as f64 * (bin.mean_probability - bin.observed_rate).abs());
        (!bins.is_empty()).then(|| gaps.sum::<f64>() / self.n() as f64)
    }
}

fn bin(groups: &[&Tied]) -> ReliabilityBin {
    let sum_of = |of: fn(&Tied) -> u64| groups.iter().map(|tied| of(tied)).sum::<u64>();
    let n = sum_of(Tied::n);
    #[expect(clippy::cast_possible_truncation, reason = "no more than the rows in memory, or as many draws")]
    let n_customers = n as usize;
    ReliabilityBin {
        n_customers,
        mean_probability: groups.iter().map(|tied| tied.score * tied.n() as f64).sum::<f64>() / n as f64,
        observed_rate: sum_of(|tied| tied.positives) as f64 / n as f64,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_bins_by_hand() {
        let probabilities = [0.8, 0.1, 0.3, 0.6];
        let labels = [true, false, true, true];
        let expected = [
            ReliabilityBin { n_customers: 2, mean_probability: 0.2, observed_rate: 0.5 },
            ReliabilityBin { n_customers: 2, mean_probability: 0.7, observed_rate: 1.0 },
        ];
        assert_eq!(reliability(&probabilities, &labels, 2), expected);
        let error = expected_calibration_error(&probabilities, &labels, 2).unwrap();
        assert!((error - 0.3).abs() < 1e-12);
    }

    /// scikit-learn 1.9.1: `calibration_curve(y, s, n_bins=3, strategy="quantile")`.
    #[test]
    fn thirds_are_those_of_scikit_learn() {
        let probabilities = [0.1, 0.4, 0.35, 0.8, 0.78, 0.2, 0.6, 0.5, 0.7, 0.05, 0.9, 0.3];
        let labels = [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(|label| label == 1);
        let bins = reliability(&probabilities, &labels, 3);
        let expected = [(0.1625, 0.0), (0.4625, 0.5), (0.795, 0.75)];
        assert_eq!(bins.len(), 3);
        for (bin, (probability, rate)) in bins.iter().zip(expected) {
            assert!((bin.mean_probability - probability).abs() < 1e-12, "{bin:?}");
            assert!((bin.observed_rate - rate).abs() < 1e-12, "{bin:?}");
        }
    }

    #[test]
    fn equal_probabilities_are_one_bin() {
        let bins = reliability(&[0.25; 8], &[true, true, false, false, false, false, false, false], 4);
        assert_eq!(bins, [ReliabilityBin { n_customers: 8, mean_probability: 0.25, observed_rate: 0.25 }]);
        assert_eq!(expected_calibration_error(&[0.25; 4], &[true, false, false, false], 10), Some(0.0));
    }

    #[test]
    fn more_bins_than_customers_leave_none_empty_m20() {
        let bins = reliability(&[0.1, 0.9], &[false, true], 10);
        assert_eq!(bins.iter().map(|bin| bin.n_customers).collect::<Vec<_>>(), [1, 1]);
        assert_eq!(expected_calibration_error(&[], &[], 10), None);
        assert_eq!(expected_calibration_error(&[0.5], &[true], 0), None);
        assert_eq!(expected_calibration_error(&[f64::NAN], &[true], 3), None);
    }

    proptest! {
        #[test]
        fn bins_hold_everybody_once(cells in prop::collection::vec(0_u8..30, 1..80), n_bins in 1_usize..12) {
            let probabilities: Vec<f64> = cells.iter().map(|&cell| f64::from(cell) / 30.0).collect();
            let labels: Vec<bool> = cells.iter().map(|cell| cell % 3 == 0).collect();
            let bins = reliability(&probabilities, &labels, n_bins);
            prop_assert!(bins.len() <= n_bins && bins.iter().all(|bin| bin.n_customers > 0));
            prop_assert_eq!(bins.iter().map(|bin| bin.n_customers).sum::<usize>(), cells.len());
            prop_assert!(bins.windows(2).all(|pair| pair[0].mean_probability < pair[1].mean_probability));
        }
    }
}
