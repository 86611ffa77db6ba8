//! From figures to places: linear scales and round ticks.

/// A linear scale from figures to user units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    figures: [f64; 2],
    places: [f64; 2],
}

impl Scale {
    pub(super) fn new(figures: [f64; 2], places: [f64; 2]) -> Self {
        Self { figures, places }
    }

    pub(super) fn at(&self, figure: f64) -> f64 {
        let [from, to] = self.figures;
        let span = if to > from { to - from } else { 1.0 };
        self.places[0] + (figure - from) / span * (self.places[1] - self.places[0])
    }

    /// Where it begins and ends, in user units.
    pub(super) fn places(&self) -> [f64; 2] {
        self.places
    }
}

/// Round figures from at most `low` to at least `high`, about `n` steps of 1, 2 or 5 times a power of ten.
pub(super) fn ticks(low: f64, high: f64, n: u32) -> Vec<f64> {
    let span = (high - low).max(f64::MIN_POSITIVE);
    let rough = span / f64::from(n.max(1));
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0].map(|times| times * power).into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let first = (low / step + 1e-9).floor();
    let last = (high / step - 1e-9).ceil().max(first + 1.0);
    std::iter::successors(Some(first), |at| (at + 1.0 <= last).then_some(at + 1.0))
        .map(|at| at * step)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_span_the_figures() {
        assert_eq!(ticks(0.0, 100.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(0.0, 0.93, 4), [0.0, 0.5, 1.0]);
        assert_eq!(ticks(-0.12, 1.0, 5).first().copied(), Some(-0.5));
        assert!(ticks(0.0, 1e-7, 4).len() <= 6);
        assert_eq!(ticks(0.0, 0.0, 4).len(), 2);
    }

    #[test]
    fn a_scale_runs_either_way() {
        let upwards = Scale::new([0.0, 10.0], [100.0, 0.0]);
        assert_eq!([0.0, 2.5, 10.0].map(|figure| upwards.at(figure)), [100.0, 75.0, 0.0]);
        assert_eq!(Scale::new([1.0, 1.0], [0.0, 50.0]).at(1.0), 0.0);
    }
}
