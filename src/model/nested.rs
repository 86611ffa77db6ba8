//! Probabilities of one customer over nested horizons, put in order: what happens within 30 days happens within 90.
//!
//! Reads: one probability per horizon, shortest first. Produces: the nearest ones that do not fall with the
//! horizon. Never: looks at another customer, or leaves the range of what was given.
//!
//! The projection is isotonic regression in squared distance, weighted by how precise each horizon's probability
//! is (Robertson, Wright & Dykstra 1988, "Order Restricted Statistical Inference", chapter 1). The true
//! probabilities do not fall, so it can only bring the row nearer to them in that distance.
//! It rises with what it is given: a customer above another at every horizon is never put below him at any.
//! At one horizon alone the order of customers may change, and calibration there is moved by as much as rows are.

use super::isotonic::pool_adjacent_violators;

/// Makes one customer's probabilities non-decreasing, in place; true where something had to change.
///
/// `precisions` weigh the horizons against one another (above 0 and finite, such as the number of leavers that
/// each was fitted on); equal ones make equal partners. Horizons without a model are left out by the caller.
///
/// # Panics
/// Lengths differ.
pub fn make_non_decreasing(probabilities: &mut [f64], precisions: &[f64]) -> bool {
    assert_eq!(probabilities.len(), precisions.len(), "one precision per horizon");
    if probabilities.is_sorted() {
        return false;
    }
    let pairs = probabilities.iter().copied().zip(precisions.iter().copied());
    for block in pool_adjacent_violators(pairs) {
        let pooled = &mut probabilities[block.first..=block.last];
        let (low, high) = range(pooled);
        pooled.fill(block.mean().clamp(low, high)); // rounding must not leave the range
    }
    true
}

fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nested(mut row: [f64; 3], precisions: [f64; 3]) -> [f64; 3] {
        make_non_decreasing(&mut row, &precisions);
        row
    }

    #[test]
    fn rows_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: isotonic_regression(row), then with sample_weight=[1, 2, 5]
        assert_eq!(nested([0.25, 0.125, 0.5], [1.0; 3]), [0.1875, 0.1875, 0.5]);
        assert_eq!(nested([0.75, 0.5, 0.25], [1.0; 3]), [0.5; 3]);
        assert_eq!(nested([0.75, 0.5, 0.25], [1.0, 2.0, 5.0]), [0.375; 3]);
    }

    #[test]
    fn rows_in_order_keep_their_bits() {
        let mut row = [0.1, 0.1, 0.3];
        assert!(!make_non_decreasing(&mut row, &[1.0; 3]));
        assert_eq!(row, [0.1, 0.1, 0.3]);
        assert!(make_non_decreasing(&mut [0.3, 0.1], &[1.0; 2]));
        assert!(!make_non_decreasing(&mut [], &[]));
    }

    fn rows() -> impl Strategy<Value = ([f64; 3], [f64; 3])> {
        (prop::array::uniform3(1e-6..0.999_999_f64), prop::array::uniform3(0.5..50.0_f64))
    }

    proptest! {
        #[test]
        fn horizons_never_fall_nor_leave_the_range((row, precisions) in rows()) {
            let found = nested(row, precisions);
            let (low, high) = range(&row);
            prop_assert!(found.is_sorted());
            prop_assert!(found.iter().all(|p| (low..=high).contains(p)));
            prop_assert_eq!(nested(found, precisions), found);
        }

        #[test]
        fn who_stands_higher_everywhere_stays_so(
            (row, precisions) in rows(), more in prop::array::uniform3(0.0..0.5_f64),
        ) {
            let higher = [0, 1, 2].map(|horizon| (row[horizon] + more[horizon]).min(0.999_999));
            let (found, above) = (nested(row, precisions), nested(higher, precisions));
            prop_assert!(found.iter().zip(above).all(|(low, high)| *low <= high + 1e-12));
        }

        #[test]
        fn no_row_in_order_is_moved_away_from((row, precisions) in rows(), truth in prop::array::uniform3(0.0..1.0_f64)) {
            let mut truth = truth;
            truth.sort_unstable_by(f64::total_cmp);
            let found = nested(row, precisions);
            let distance = |row: [f64; 3]| -> f64 {
                (0..3).map(|horizon| precisions[horizon] * (row[horizon] - truth[horizon]).powi(2)).sum()
            };
            prop_assert!(distance(found) <= distance(row) + 1e-9);
        }
    }
}
