//! Quantiles that do not depend on the order of what they are given.
//!
//! Reference: Hyndman & Fan (1996), "Sample Quantiles in Statistical Packages"; type 7, the default of R and NumPy.

/// The finite values, ascending; NaN and infinities are left out.
///
/// Cost: O(n log n).
pub fn sorted_finite(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The quantile at `share` (0 to 1) of ascending finite values, interpolated linearly (type 7).
///
/// `None` where there are no values or `share` is outside 0 to 1.
pub fn quantile_of_sorted(sorted: &[f64], share: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&share) {
        return None;
    }
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= below < len")]
    let index = below as usize;
    let low = sorted[index];
    let high = sorted[(index + 1).min(sorted.len() - 1)];
    // Halved first: the difference of two finite values can overflow. Clamped: rounding must not leave [low, high].
    let step = (high / 2.0 - low / 2.0) * (position - below);
    Some((low + step + step).clamp(low, high))
}

/// The quantile at `share` of the finite values; see [`quantile_of_sorted`].
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    quantile_of_sorted(&sorted_finite(values), share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy 2.4.6: np.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .25, .5, .9, 1])
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        let found = [0.0, 0.25, 0.5, 0.9, 1.0].map(|share| quantile(&values, share).unwrap());
        for (found, expected) in found.iter().zip([1.0, 1.75, 3.5, 6.9, 9.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    #[test]
    fn quantiles_of_little_or_extreme_data() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[f64::NAN, f64::INFINITY], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.995), Some(7.0));
        assert_eq!(quantile(&[1.0, 2.0], 1.5), None);
        assert_eq!(quantile(&[1.0, 2.0], f64::NAN), None);
        assert_eq!(quantile(&[f64::MIN, f64::MAX], 0.5), Some(0.0));
    }
}
