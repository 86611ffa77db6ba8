//! Whether probabilities mean what they say: predicted against observed, in equal-count bins.
//!
//! Source: Naeini, Cooper & Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning"
//! (expected calibration error); bins of equal count, as Nguyen & O'Connor (2015) argue for rare events.

use super::metrics::best_first;

/// Customers with neighbouring probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    pub n_customers: usize,
    pub mean_probability: f64,
    pub observed_rate: f64,
}

/// At most `n_bins` bins of about equal count, lowest probabilities first; none is empty.
///
/// Equal probabilities are never split, so heavy ties give fewer, larger bins, and the order of rows matters not.
/// Empty without rows, without bins, or with a NaN. Cost: O(n log n).
///
/// # Panics
/// Probabilities and labels differ in length.
pub fn reliability(probabilities: &[f64], labels: &[bool], n_bins: usize) -> Vec<ReliabilityBin> {
    assert_eq!(probabilities.len(), labels.len(), "one label per probability");
    let Some(mut order) = best_first(probabilities).filter(|_| n_bins > 0) else {
        return Vec::new();
    };
    order.reverse();
    let cut = |bin: usize| bin * order.len() / n_bins;
    let (mut bins, mut start, mut end, mut next) = (Vec::new(), 0, 0, 1);
    for tied in order.chunk_by(|&a, &b| probabilities[a] == probabilities[b]) {
        end += tied.len();
        if end < cut(next) {
            continue;
        }
        bins.push(bin(probabilities, labels, &order[start..end]));
        start = end;
        while next < n_bins && cut(next) <= end {
            next += 1;
        }
    }
    bins
}

/// Expected calibration error: the mean over customers of |mean probability - observed rate| of their bin.
///
/// 0 is best; `None` where [`reliability`] is empty.
pub fn expected_calibration_error(probabilities: &[f64], labels: &[bool], n_bins: usize) -> Option<f64> {
    let bins = reliability(probabilities, labels, n_bins);
    let gaps =
        bins.iter().map(|bin| bin.n_customers as f64 * (bin.mean_probability - bin.observed_rate).abs());
    (!bins.is_empty()).then(|| gaps.sum::<f64>() / probabilities.len() as f64)
}

fn bin(probabilities: &[f64], labels: &[bool], rows: &[usize]) -> ReliabilityBin {
    let n = rows.len() as f64;
    ReliabilityBin {
        n_customers: rows.len(),
        mean_probability: rows.iter().map(|&row| probabilities[row]).sum::<f64>() / n,
        observed_rate: rows.iter().filter(|&&row| labels[row]).count() as f64 / n,
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
