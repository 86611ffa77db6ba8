//! How regularly a customer does something: the gaps between his active days.

use crate::date::Date;

/// Gaps in days between consecutive active days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaps {
    pub mean: f64,
    /// Coefficient of variation: standard deviation over mean; NaN under two gaps.
    pub variation: f64,
}

impl Gaps {
    /// `None` under two days; `days` must ascend, each once.
    pub fn of(days: &[Date]) -> Option<Self> {
        let (first, last) = (days.first()?, days.last()?);
        let n = f64::from(u32::try_from(days.len() - 1).ok().filter(|n| *n > 0)?);
        let mean = f64::from(*last - *first) / n;
        let squares = days.windows(2).map(|pair| (f64::from(pair[1] - pair[0]) - mean).powi(2));
        let variance = squares.sum::<f64>() / n;
        let variation = if days.len() > 2 { variance.sqrt() / mean } else { f64::NAN };
        Some(Self { mean, variation })
    }
}

/// The clumpiness of events in a window: Zhang, Bradlow & Small 2013, equation 3.
///
/// 1 + sum x ln x / ln(n + 1), with x the n + 1 gaps before, between and after the n events as parts of the window
/// of N + 1 days. The terms of the window that most customers have are computed once.
#[derive(Debug, Clone)]
pub struct Clumpiness {
    /// N, x ln x of a gap of 0, 1, ... N + 1 days, and ln(n + 1) of n events.
    length: i32,
    terms: Vec<f64>,
    logs: Vec<f64>,
}

impl Clumpiness {
    /// `length` is N in days.
    pub fn of_length(length: i32) -> Self {
        Self {
            length,
            terms: (0..=length + 1).map(|gap| term(gap, length)).collect(),
            logs: (0..=length).map(|n| f64::from(n + 1).ln()).collect(),
        }
    }

    /// Of events on `days` (ascending, each once), in the `length` days up to `as_of`; NaN without any.
    #[expect(clippy::cast_sign_loss, reason = "days ascend, so that gaps are positive")]
    pub fn of(&self, days: &[Date], as_of: Date, length: i32) -> f64 {
        let first = as_of.plus_days(-length);
        let inside = &days[days.partition_point(|day| *day <= first)..];
        if inside.is_empty() {
            return f64::NAN;
        }
        if length == self.length {
            1.0 + sum_over_gaps(first, inside, as_of, |gap| self.terms[gap as usize])
                / self.logs[inside.len()]
        } else {
            let n = f64::from(u32::try_from(inside.len() + 1).expect("days of a year"));
            1.0 + sum_over_gaps(first, inside, as_of, |gap| term(gap, length)) / n.ln()
        }
    }
}

fn term(gap: i32, length: i32) -> f64 {
    let x = f64::from(gap) / f64::from(length + 1);
    if x > 0.0 { x * x.ln() } else { 0.0 }
}

/// Over the gaps from `first` to each of the days and on to the day after `as_of`, in this order.
fn sum_over_gaps(first: Date, days: &[Date], as_of: Date, term: impl Fn(i32) -> f64) -> f64 {
    let (mut before, mut sum) = (first, 0.0);
    for day in days {
        sum += term(*day - before);
        before = *day;
    }
    sum + term(as_of.plus_days(1) - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clockwork_has_no_variation_and_one_gap_has_none_to_tell() {
        let days = [0, 7, 14, 21].map(Date);
        assert_eq!(Gaps::of(&days), Some(Gaps { mean: 7.0, variation: 0.0 }));
        assert!(Gaps::of(&days[..2]).is_some_and(|gaps| gaps.mean == 7.0 && gaps.variation.is_nan()));
        assert_eq!(Gaps::of(&days[..1]), None);
        assert_eq!(Gaps::of(&[]), None);
    }

    #[test]
    fn even_events_are_not_clumpy_and_terms_computed_before_change_no_bit() {
        let days = [9, 19, 29].map(Date);
        let even = Clumpiness::of_length(39).of(&days, Date(38), 39);
        assert!(even.abs() < 1e-12, "{even}");
        for length in [3, 20, 39, 365] {
            let (prepared, other) = (Clumpiness::of_length(length), Clumpiness::of_length(7));
            let of = |of: &Clumpiness| of.of(&days, Date(30), length).to_bits();
            assert_eq!(of(&prepared), of(&other), "{length}");
        }
        assert!(Clumpiness::of_length(5).of(&days, Date(38), 5).is_nan());
    }
}
