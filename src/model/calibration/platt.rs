//! Platt scaling: a sigmoid over the model's log-odds.
//!
//! Papers: Platt (1999), "Probabilistic outputs for support vector machines"; Lin, Lin & Weng (2007), "A note on
//! Platt's probabilistic outputs", whose Newton method with backtracking this is.

use serde::{Deserialize, Serialize};

use super::{CalibrationError, check};

const ITERATIONS_MAX: usize = 100;
/// Per row, so that it means the same for a hundred customers and a million.
const GRADIENT_TOLERANCE: f64 = 1e-10;
/// Added to the Hessian's diagonal, so that equal scores do not make it singular.
const RIDGE: f64 = 1e-12;
const STEP_MIN: f64 = 1e-10;

/// P(true) = 1 / (1 + exp(slope x score + offset)); `slope` is negative where a higher score is likelier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platt {
    pub slope: f64,
    pub offset: f64,
}

/// Loss, gradient and Hessian per row at one (slope, offset).
struct Newton {
    loss: f64,
    gradient: [f64; 2],
    /// Slope-slope, slope-offset, offset-offset.
    hessian: [f64; 3],
}

impl Platt {
    /// Fits the sigmoid to log-odds or margins (not probabilities, which bend it).
    ///
    /// Targets are Platt's (N+ + 1)/(N+ + 2) and 1/(N- + 2), so that a perfect separation stays finite.
    /// Cost: O(n) per Newton step, about ten steps, one thread.
    ///
    /// # Errors
    /// No rows, lengths that differ, a score that is not finite, one class only, no convergence.
    pub fn fit(scores: &[f64], labels: &[bool]) -> Result<Self, CalibrationError> {
        check(scores, labels, None)?;
        let positives = labels.iter().filter(|&&label| label).count() as f64;
        let negatives = labels.len() as f64 - positives;
        if positives == 0.0 || negatives == 0.0 {
            return Err(CalibrationError::OneClass { rows: labels.len() });
        }
        let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
        // Scores in units of their largest, so that the ridge and the tolerance mean the same at any scale.
        let scale =
            scores.iter().fold(0.0_f64, |largest, score| largest.max(score.abs())).max(f64::MIN_POSITIVE);
        let rows: Vec<(f64, f64)> = scores
            .iter()
            .zip(labels)
            .map(|(score, &label)| (score / scale, if label { high } else { low }))
            .collect();
        let start = Self { slope: 0.0, offset: ((negatives + 1.0) / (positives + 1.0)).ln() };
        let scaled = start.descend(&rows)?;
        Ok(Self { slope: scaled.slope / scale, offset: scaled.offset })
    }

    /// The probability at one score.
    pub fn predict(&self, score: f64) -> f64 {
        1.0 / (1.0 + (self.slope * score + self.offset).exp())
    }

    fn descend(mut self, rows: &[(f64, f64)]) -> Result<Self, CalibrationError> {
        for _ in 0..ITERATIONS_MAX {
            let here = self.newton(rows);
            if here.gradient.iter().all(|part| part.abs() < GRADIENT_TOLERANCE) {
                return Ok(self);
            }
            let direction = here.direction();
            let Some(next) = self.backtrack(rows, &here, direction) else {
                // Rounding leaves no better point: what is reached is the answer if it is nearly level there.
                let level = here.gradient.iter().all(|part| part.abs() < GRADIENT_TOLERANCE.sqrt());
                return if level { Ok(self) } else { Err(CalibrationError::NotConverged) };
            };
            self = next;
        }
        Err(CalibrationError::NotConverged)
    }

    /// Halves the step until the loss falls enough (Armijo, 1e-4).
    fn backtrack(self, rows: &[(f64, f64)], here: &Newton, direction: [f64; 2]) -> Option<Self> {
        let slope_along = here.gradient[0] * direction[0] + here.gradient[1] * direction[1];
        let mut step = 1.0;
        while step >= STEP_MIN {
            let next =
                Self { slope: self.slope + step * direction[0], offset: self.offset + step * direction[1] };
            if next.newton(rows).loss < here.loss + 1e-4 * step * slope_along {
                return Some(next);
            }
            step /= 2.0;
        }
        None
    }

    fn newton(self, rows: &[(f64, f64)]) -> Newton {
        let mut sums = Newton { loss: 0.0, gradient: [0.0; 2], hessian: [0.0; 3] };
        for &(score, target) in rows {
            let z = self.slope * score + self.offset;
            let p = 1.0 / (1.0 + z.exp());
            // -[t ln p + (1 - t) ln(1 - p)], written so that no exponential overflows.
            sums.loss +=
                if z >= 0.0 { target * z + (-z).exp().ln_1p() } else { (target - 1.0) * z + z.exp().ln_1p() };
            let (residual, curvature) = (target - p, p * (1.0 - p));
            sums.gradient[0] += residual * score;
            sums.gradient[1] += residual;
            sums.hessian[0] += curvature * score * score;
            sums.hessian[1] += curvature * score;
            sums.hessian[2] += curvature;
        }
        let n = rows.len() as f64;
        Newton {
            loss: sums.loss / n,
            gradient: sums.gradient.map(|sum| sum / n),
            hessian: sums.hessian.map(|sum| sum / n),
        }
    }
}

impl Newton {
    fn direction(&self) -> [f64; 2] {
        let [ss, so, oo] = self.hessian;
        let (ss, oo) = (ss + RIDGE, oo + RIDGE);
        let determinant = ss * oo - so * so;
        let [gs, go] = self.gradient;
        [-(oo * gs - so * go) / determinant, -(ss * go - so * gs) / determinant]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_odds() -> Vec<f64> {
        let probabilities: [f64; 12] = [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.6, 0.6, 0.6, 0.05, 0.9, 0.3];
        probabilities.iter().map(|p| (p / (1.0 - p)).ln()).collect()
    }

    fn labels() -> Vec<bool> {
        [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(|label| label == 1).to_vec()
    }

    #[test]
    fn agrees_with_scikit_learn() {
        // scikit-learn 1.9.1: sklearn.calibration._SigmoidCalibration().fit(z, y), its a_ and b_
        let curve = Platt::fit(&log_odds(), &labels()).unwrap();
        assert!((curve.slope + 0.667_245_191).abs() < 1e-5, "{curve:?}");
        assert!((curve.offset - 0.272_473_446).abs() < 1e-5, "{curve:?}");
    }

    #[test]
    fn the_scale_of_scores_does_not_matter() {
        let curve = Platt::fit(&log_odds(), &labels()).unwrap();
        let huge: Vec<f64> = log_odds().iter().map(|score| score * 1e12).collect();
        let scaled = Platt::fit(&huge, &labels()).unwrap();
        assert!((scaled.slope * 1e12 / curve.slope - 1.0).abs() < 1e-6);
        assert!((scaled.offset - curve.offset).abs() < 1e-6);
    }

    #[test]
    fn a_perfect_separation_stays_finite_m15() {
        let scores: Vec<f64> = (-50..50).map(f64::from).collect();
        let labels: Vec<bool> = (-50..50).map(|score| score >= 0).collect();
        let curve = Platt::fit(&scores, &labels).unwrap();
        let ends = [curve.predict(-50.0), curve.predict(49.0)];
        assert!(ends[0] > 0.0 && ends[0] < 0.05 && ends[1] > 0.95 && ends[1] < 1.0, "{curve:?} {ends:?}");
    }

    #[test]
    fn equal_scores_give_the_base_rate() {
        let curve = Platt::fit(&[3.0; 8], &[true, false, false, false, true, false, false, false]).unwrap();
        // Smoothed targets: (2 x 3/4 + 6 x 1/8) / 8 = 0.28125
        assert!((curve.predict(3.0) - 0.281_25).abs() < 1e-6, "{curve:?}");
    }

    #[test]
    fn zero_scores_give_the_base_rate() {
        let curve = Platt::fit(&[0.0; 4], &[true, false, false, false]).unwrap();
        // (1 x 2/3 + 3 x 1/5) / 4
        assert!((curve.predict(0.0) - 0.316_666_666).abs() < 1e-6, "{curve:?}");
        assert!(curve.slope.is_finite());
    }

    #[test]
    fn what_cannot_be_fitted_is_refused_m13() {
        assert_eq!(Platt::fit(&[], &[]), Err(CalibrationError::NoRows));
        assert_eq!(Platt::fit(&[0.1, 0.2], &[true, true]), Err(CalibrationError::OneClass { rows: 2 }));
        assert_eq!(
            Platt::fit(&[0.1, f64::INFINITY], &[true, false]),
            Err(CalibrationError::NotFinite { row: 1 })
        );
    }

    #[test]
    fn a_curve_survives_json() {
        let curve = Platt::fit(&log_odds(), &labels()).unwrap();
        let read: Platt = serde_json::from_str(&serde_json::to_string(&curve).unwrap()).unwrap();
        assert_eq!(read, curve);
    }
}
