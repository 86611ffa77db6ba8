//! Isotonic regression by pool-adjacent-violators.
//!
//! Papers: Ayer et al. (1955), "An empirical distribution function for sampling with incomplete information";
//! Zadrozny & Elkan (2002), "Transforming classifier scores into accurate multiclass probability estimates".

use serde::{Deserialize, Serialize};

use super::{CalibrationError, check};

/// A rising curve through knots, straight between them and level beyond the ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isotonic {
    /// Scores at the knots, rising.
    pub scores: Vec<f64>,
    /// Probabilities at the knots, never falling; exactly 0 or 1 at an end where all customers agree.
    pub probabilities: Vec<f64>,
}

/// Customers whose probabilities were pooled, `from` to `to` in score.
#[derive(Clone, Copy)]
struct Block {
    from: f64,
    to: f64,
    weight: f64,
    positives: f64,
}

impl Isotonic {
    /// The rising curve with the least weighted squared error; no weights mean 1 each.
    ///
    /// Equal scores are averaged first; one class only gives a level curve. As scikit-learn's
    /// `IsotonicRegression(out_of_bounds="clip")`. Without weights the order of rows changes no bit.
    /// Cost: O(n log n).
    ///
    /// # Errors
    /// No rows, lengths that differ, a score that is not finite, a weight not above 0.
    pub fn fit(scores: &[f64], labels: &[bool], weights: Option<&[f64]>) -> Result<Self, CalibrationError> {
        check(scores, labels, weights)?;
        let mut blocks: Vec<Block> = Vec::new();
        for next in by_score(scores, labels, weights) {
            blocks.push(next);
            while let [.., before, last] = blocks[..]
                && before.rate() >= last.rate()
            {
                blocks.truncate(blocks.len() - 2);
                blocks.push(before.pooled_with(last));
            }
        }
        Ok(Self::through(&blocks))
    }

    /// The probability at one score, for any score; NaN stays NaN.
    ///
    /// # Panics
    /// The curve has no knot, which `fit` never returns.
    pub fn predict(&self, score: f64) -> f64 {
        let above = self.scores.partition_point(|knot| *knot <= score);
        let last = self.scores.len() - 1;
        if score.is_nan() {
            return f64::NAN;
        }
        if above == 0 || above > last {
            return self.probabilities[above.min(last)];
        }
        let (x0, x1) = (self.scores[above - 1], self.scores[above]);
        let (y0, y1) = (self.probabilities[above - 1], self.probabilities[above]);
        // Halved, as the difference of two finite scores can overflow; clamped against rounding.
        let part = (score / 2.0 - x0 / 2.0) / (x1 / 2.0 - x0 / 2.0);
        (y0 + (y1 - y0) * part).clamp(y0, y1)
    }

    fn through(blocks: &[Block]) -> Self {
        let mut curve = Self { scores: Vec::new(), probabilities: Vec::new() };
        for block in blocks {
            curve.scores.push(block.from);
            curve.probabilities.push(block.rate());
            if block.to > block.from {
                curve.scores.push(block.to);
                curve.probabilities.push(block.rate());
            }
        }
        curve
    }
}

impl Block {
    fn rate(self) -> f64 {
        self.positives / self.weight
    }

    fn pooled_with(self, next: Self) -> Self {
        Self {
            from: self.from,
            to: next.to,
            weight: self.weight + next.weight,
            positives: self.positives + next.positives,
        }
    }
}

/// One block per distinct score, ascending.
fn by_score(scores: &[f64], labels: &[bool], weights: Option<&[f64]>) -> Vec<Block> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let weight_of = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let tied = order.chunk_by(|&a, &b| scores[a] == scores[b]);
    tied.map(|rows| Block {
        from: scores[rows[0]],
        to: scores[rows[0]],
        weight: rows.iter().map(|&row| weight_of(row)).sum(),
        positives: rows.iter().filter(|&&row| labels[row]).map(|&row| weight_of(row)).sum(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCORES: [f64; 12] = [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.6, 0.6, 0.6, 0.05, 0.9, 0.3];

    fn labels() -> [bool; 12] {
        [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(|label| label == 1)
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        assert!(
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12),
            "{found:?} is not {expected:?}"
        );
    }

    #[test]
    fn agrees_with_scikit_learn() {
        // scikit-learn 1.9.1: IsotonicRegression(out_of_bounds="clip").fit(s, y)
        let curve = Isotonic::fit(&SCORES, &labels(), None).unwrap();
        close(&curve.scores, &[0.05, 0.3, 0.35, 0.4, 0.6, 0.8, 0.9]);
        close(&curve.probabilities, &[0.0, 0.0, 0.5, 0.5, 0.6, 0.6, 1.0]);
        let at = [0.0, 0.1, 0.33, 0.37, 0.5, 0.7, 0.85, 1.0].map(|score| curve.predict(score));
        close(&at, &[0.0, 0.0, 0.3, 0.5, 0.55, 0.6, 0.8, 1.0]);
    }

    #[test]
    fn weights_agree_with_scikit_learn() {
        // The same, with sample_weight.
        let weights = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 5.0, 1.0, 0.5];
        let curve = Isotonic::fit(&SCORES, &labels(), Some(&weights)).unwrap();
        close(&curve.scores, &[0.05, 0.3, 0.35, 0.4, 0.6, 0.8, 0.9]);
        close(&curve.probabilities, &[0.0, 0.0, 1.0 / 3.0, 1.0 / 3.0, 0.75, 0.75, 1.0]);
    }

    #[test]
    fn little_data_gives_a_level_curve() {
        let one = Isotonic::fit(&[0.3], &[true], None).unwrap();
        assert_eq!([one.predict(-5.0), one.predict(0.3), one.predict(5.0)], [1.0; 3]);
        let falling = Isotonic::fit(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false], None).unwrap();
        assert_eq!([falling.predict(0.0), falling.predict(2.5), falling.predict(9.0)], [0.5; 3]);
        assert!(one.predict(f64::NAN).is_nan());
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert_eq!(Isotonic::fit(&[], &[], None), Err(CalibrationError::NoRows));
        let lengths = CalibrationError::Lengths { scores: 1, labels: 2, weights: 1 };
        assert_eq!(Isotonic::fit(&[0.1], &[true, false], None), Err(lengths));
        assert_eq!(Isotonic::fit(&[f64::NAN], &[true], None), Err(CalibrationError::NotFinite { row: 0 }));
        assert_eq!(Isotonic::fit(&[0.1], &[true], Some(&[0.0])), Err(CalibrationError::Weight { row: 0 }));
    }

    #[test]
    fn a_curve_survives_json() {
        let curve = Isotonic::fit(&SCORES.map(f64::sqrt), &labels(), None).unwrap();
        let read: Isotonic = serde_json::from_str(&serde_json::to_string(&curve).unwrap()).unwrap();
        assert_eq!(read, curve);
    }

    proptest! {
        #[test]
        fn the_curve_never_falls_and_keeps_the_base_rate(
            rows in prop::collection::vec((-20_i8..20, any::<bool>()), 1..60), turn in 0_usize..60,
        ) {
            let fit = |rows: &[(i8, bool)]| {
                let scores: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
                let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
                Isotonic::fit(&scores, &labels, None).unwrap()
            };
            let curve = fit(&rows);
            let at: Vec<f64> = (-90..90).map(|score| curve.predict(f64::from(score) / 4.0)).collect();
            prop_assert!(at.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(at.iter().all(|p| (0.0..=1.0).contains(p)));
            let predicted: f64 = rows.iter().map(|row| curve.predict(f64::from(row.0))).sum();
            let positives = rows.iter().filter(|row| row.1).count() as f64;
            prop_assert!((predicted - positives).abs() < 1e-9);
            let mut turned = rows.clone();
            turned.rotate_left(turn % rows.len());
            prop_assert_eq!(fit(&turned), curve);
        }
    }
}
