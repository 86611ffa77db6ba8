//! Two proportions held against each other: the interval of their difference, and how many rows it takes to see one.
//!
//! Mathematics on counts; touches nothing else.

/// Standard normal quantiles: 0.975 for 95% intervals and two-sided tests at 5%, and 0.8 for a power of 80%.
const Z_975: f64 = 1.959_963_984_540_054;
const Z_800: f64 = 0.841_621_233_572_914_2;

/// So many of `n` had the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proportion {
    pub events: u64,
    pub n: u64,
}

/// A difference of two proportions with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Proportion {
    pub fn add(&mut self, event: bool) {
        self.n += 1;
        self.events += u64::from(event);
    }

    /// `None` of nobody.
    pub fn rate(self) -> Option<f64> {
        (self.n > 0).then(|| float(self.events) / float(self.n))
    }

    /// The 95% score interval without continuity correction: Wilson (1927), "Probable inference, the law of
    /// succession, and statistical inference", JASA 22, 209-212.
    fn score_interval(self) -> Option<[f64; 2]> {
        let (p, n, z2) = (self.rate()?, float(self.n), Z_975 * Z_975);
        let (middle, width) = (p + z2 / (2.0 * n), Z_975 * ((p * (1.0 - p) + z2 / (4.0 * n)) / n).sqrt());
        let bound = |end: f64| (end / (1.0 + z2 / n)).clamp(0.0, 1.0);
        // With no event, or nothing but events, the formula's end is 0 or 1 but for rounding.
        let low = if self.events == 0 { 0.0 } else { bound(middle - width) };
        let high = if self.events == self.n { 1.0 } else { bound(middle + width) };
        Some([low, high])
    }
}

/// `a` less `b` with its 95% interval by the hybrid score method: Newcombe (1998), "Interval estimation for the
/// difference between independent proportions: comparison of eleven methods", Statistics in Medicine 17, 873-890,
/// method 10. `None` where either is of nobody.
pub fn difference(a: Proportion, b: Proportion) -> Option<Difference> {
    let (rate_a, rate_b) = (a.rate()?, b.rate()?);
    let ([low_a, high_a], [low_b, high_b]) = (a.score_interval()?, b.score_interval()?);
    let value = rate_a - rate_b;
    Some(Difference {
        value,
        low: value - (rate_a - low_a).hypot(high_b - rate_b),
        high: value + (high_a - rate_a).hypot(rate_b - low_b),
    })
}

/// How many rows the smaller group needs, where the other is `ratio` times as large, for a two-sided test at 5% to
/// find the difference between `p` of the smaller and `q` of the other with a power of 80%: Fleiss, Levin & Paik
/// (2003), "Statistical methods for rates and proportions", 3rd ed., formula 4.18 without the continuity correction.
///
/// `None` where there is no difference to find.
pub fn rows_needed(p: f64, q: f64, ratio: f64) -> Option<u64> {
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    if p == q || !is_share(p) || !is_share(q) || ratio <= 0.0 {
        return None;
    }
    let pooled = ratio.mul_add(q, p) / (ratio + 1.0);
    let under_null = Z_975 * ((ratio + 1.0) * pooled * (1.0 - pooled)).sqrt();
    let under_difference = Z_800 * (ratio * p * (1.0 - p) + q * (1.0 - q)).sqrt();
    let rows = (under_null + under_difference).powi(2) / (ratio * (p - q).powi(2));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of rows, at most 2^63"
    )]
    Some(rows.ceil().min(9e18) as u64)
}

fn float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn of(events: u64, n: u64) -> Proportion {
        Proportion { events, n }
    }

    /// Table II of the paper, rows (a) to (h), method 10.
    #[test]
    fn the_intervals_are_those_of_the_paper() {
        let cases = [
            (of(56, 70), of(48, 80), 0.0524, 0.3339),
            (of(9, 10), of(3, 10), 0.1705, 0.8090),
            (of(6, 7), of(2, 7), 0.0582, 0.8062),
            (of(5, 56), of(0, 29), -0.0381, 0.1926),
            (of(0, 10), of(0, 20), -0.1611, 0.2775),
            (of(0, 10), of(0, 10), -0.2775, 0.2775),
            (of(10, 10), of(0, 20), 0.6791, 1.0),
            (of(10, 10), of(0, 10), 0.6075, 1.0),
        ];
        for (a, b, low, high) in cases {
            let found = difference(a, b).unwrap();
            assert!(
                (found.low - low).abs() < 6e-5 && (found.high - high).abs() < 6e-5,
                "{a:?} {b:?}: {found:?}"
            );
            let turned = difference(b, a).unwrap();
            assert_eq!((turned.low, turned.high), (-found.high, -found.low));
        }
        assert_eq!(difference(of(1, 2), of(0, 0)), None);
    }

    /// 250 in each group is the textbook's figure for 25% against 15%.
    #[test]
    fn the_rows_needed_fall_with_the_difference_and_with_the_other_group() {
        assert_eq!(rows_needed(0.25, 0.15, 1.0), Some(250));
        assert_eq!(rows_needed(0.25, 0.15, 9.0), Some(129));
        assert_eq!(rows_needed(0.25, 0.20, 9.0), Some(591));
        assert_eq!((rows_needed(0.1, 0.1, 9.0), rows_needed(0.1, -0.1, 9.0)), (None, None));
    }

    /// With so many rows the difference is found about four times in five, and the interval covers it.
    #[test]
    fn the_power_is_what_it_is_said_to_be() {
        let (p, q, ratio) = (0.25, 0.15, 9);
        let n = rows_needed(p, q, 9.0).unwrap();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut draw = |p: f64, n: u64| of((0..n).filter(|_| random.gen_bool(p)).count() as u64, n);
        let drawn: Vec<Difference> =
            (0..2_000).map(|_| difference(draw(q, ratio * n), draw(p, n)).unwrap()).collect();
        let count = |of: &dyn Fn(&Difference) -> bool| drawn.iter().filter(|d| of(d)).count();
        // Three standard deviations around 80% and 95% of 2,000.
        let found = count(&|d| d.high < 0.0);
        let covered = count(&|d| d.low <= q - p && q - p <= d.high);
        assert!((1_500..=1_700).contains(&found), "{found}");
        assert!((1_870..=1_930).contains(&covered), "{covered}");
    }
}
