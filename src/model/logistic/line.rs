//! The straight line of log-odds through one score: P(true) = 1 / (1 + exp(-(intercept + slope x score))).
//!
//! Unpenalised maximum likelihood by Newton's method with halved steps: Lin, Lin & Weng (2007), "A note on Platt's
//! probabilistic outputs for support vector machines", Machine Learning 68. Their constants; scores are
//! standardised first, so that the size of the score does not matter to them.

/// Rows at one score, as weights of the two outcomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Finite.
    pub score: f64,
    pub positives: f64,
    pub negatives: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Log-odds per unit of score.
    pub slope: f64,
    pub intercept: f64,
}

const ITERATIONS_MAX: usize = 100;

/// The shortest part of a step that is tried.
const STEP_MIN: f64 = 1e-10;

/// Added to the Hessian's diagonal, per row, so that it can be inverted.
const RIDGE: f64 = 1e-12;

/// Share of the decrease foreseen by the gradient that a step must reach (Armijo).
const SUFFICIENT_DECREASE: f64 = 1e-4;

/// Decrease still foreseen, against the loss, at which one more whole step ends the search. Newton's error is
/// squared by that step, and a smaller decrease would drown in the rounding of the loss.
const DECREASE_MIN: f64 = 1e-12;

/// The likeliest line; `None` without weight or where no finite line is the likeliest and Newton ran away.
///
/// Points of one score only have slope 0. Cost: O(points) per iteration, about ten of them.
pub fn fit(points: &[Point]) -> Option<Line> {
    let (mean, sd) = mean_and_sd(points)?;
    if sd == 0.0 {
        return fit_intercept(points, 0.0);
    }
    let standardised: Vec<Point> =
        points.iter().map(|point| Point { score: (point.score - mean) / sd, ..*point }).collect();
    let Line { slope, intercept } = newton(&standardised, 0.0, true)?;
    Some(Line { slope: slope / sd, intercept: intercept - slope * mean / sd })
}

/// The likeliest line among those of this slope.
pub fn fit_intercept(points: &[Point], slope: f64) -> Option<Line> {
    newton(points, slope, false)
}

fn mean_and_sd(points: &[Point]) -> Option<(f64, f64)> {
    let weight = |point: &Point| point.positives + point.negatives;
    let total: f64 = points.iter().map(weight).sum();
    let mean = points.iter().map(|point| weight(point) / total * point.score).sum::<f64>();
    let variance =
        points.iter().map(|point| weight(point) / total * (point.score - mean).powi(2)).sum::<f64>();
    // A spread that is only rounding (1e-12 of the size) counts as none.
    let sd = if variance.sqrt() > 1e-12 * mean.abs() { variance.sqrt() } else { 0.0 };
    (total > 0.0 && sd.is_finite()).then_some((mean, sd))
}

/// Loss, gradient and Hessian at one line, per row.
#[derive(Default)]
struct Curvature {
    loss: f64,
    by_slope: f64,
    by_intercept: f64,
    slope_slope: f64,
    slope_intercept: f64,
    intercept_intercept: f64,
}

fn newton(points: &[Point], slope: f64, slope_is_free: bool) -> Option<Line> {
    let sum_of = |of: fn(&Point) -> f64| points.iter().map(of).sum::<f64>();
    let (positives, negatives) = (sum_of(|point| point.positives), sum_of(|point| point.negatives));
    let n_rows = positives + negatives;
    let mut line = Line { slope, intercept: ((positives + 0.5) / (negatives + 0.5)).ln() };
    let mut here = curvature(points, line, n_rows);
    for _ in 0..ITERATIONS_MAX {
        let step = here.step(slope_is_free);
        let foreseen = -(here.by_slope * step.slope + here.by_intercept * step.intercept);
        if foreseen <= DECREASE_MIN * here.loss {
            let end = line.moved(step, 1.0);
            return (end.slope.is_finite() && end.intercept.is_finite()).then_some(end);
        }
        let reached = |length: f64, there: &Curvature| {
            there.loss <= here.loss - SUFFICIENT_DECREASE * length * foreseen
        };
        let lengths = std::iter::successors(Some(1.0), |length| Some(length / 2.0));
        (line, here) = lengths
            .take_while(|&length| length >= STEP_MIN)
            .map(|length| (length, line.moved(step, length)))
            .map(|(length, next)| (length, next, curvature(points, next, n_rows)))
            .find(|(length, _, there)| reached(*length, there))
            .map(|(_, next, there)| (next, there))?;
    }
    None
}

impl Line {
    fn moved(self, step: Self, length: f64) -> Self {
        Self { slope: self.slope + length * step.slope, intercept: self.intercept + length * step.intercept }
    }
}

impl Curvature {
    /// What Newton adds to the line.
    fn step(&self, slope_is_free: bool) -> Line {
        let (a, b, c) = (self.slope_slope + RIDGE, self.slope_intercept, self.intercept_intercept + RIDGE);
        if !slope_is_free {
            return Line { slope: 0.0, intercept: -self.by_intercept / c };
        }
        let determinant = a * c - b * b;
        Line {
            slope: -(c * self.by_slope - b * self.by_intercept) / determinant,
            intercept: -(a * self.by_intercept - b * self.by_slope) / determinant,
        }
    }
}

fn curvature(points: &[Point], line: Line, n_rows: f64) -> Curvature {
    let mut sum = Curvature::default();
    for &Point { score, positives, negatives } in points {
        let log_odds = line.intercept + line.slope * score;
        let odds = (-log_odds.abs()).exp(); // of the unlikelier outcome, so that nothing overflows
        let likelier = 1.0 / (1.0 + odds);
        let (p, against) = if log_odds >= 0.0 { (likelier, negatives) } else { (odds * likelier, positives) };
        let n = (positives + negatives) / n_rows;
        sum.loss += n * odds.ln_1p() + against / n_rows * log_odds.abs();
        let residual = n * p - positives / n_rows;
        let spread = n * odds * likelier * likelier;
        sum.by_slope += residual * score;
        sum.by_intercept += residual;
        sum.slope_slope += spread * score * score;
        sum.slope_intercept += spread * score;
        sum.intercept_intercept += spread;
    }
    sum
}
