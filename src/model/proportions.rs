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

    /// The 95% score interval without continuity correction, of a sample that is worth `n` independent rows: Wilson
    /// (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, 209-212.
    fn score_interval(self, n: f64) -> Option<[f64; 2]> {
        let (p, z2) = (self.rate()?, Z_975 * Z_975);
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
    difference_of_clusters(a, b, 1.0)
}

/// The same of rows that are not independent: each sample is worth its rows divided by the [`design_effect`], after
/// Rao & Scott (1992), "A simple method for the analysis of clustered binary data", Biometrics 48, 577-585.
pub fn difference_of_clusters(a: Proportion, b: Proportion, design_effect: f64) -> Option<Difference> {
    let (rate_a, rate_b) = (a.rate()?, b.rate()?);
    let score = |of: Proportion| of.score_interval(float(of.n) / design_effect);
    let ([low_a, high_a], [low_b, high_b]) = (score(a)?, score(b)?);
    let value = rate_a - rate_b;
    Some(Difference {
        value,
        low: value - (rate_a - low_a).hypot(high_b - rate_b),
        high: value + (high_a - rate_a).hypot(rate_b - low_b),
    })
}

/// A row of one of two groups, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member<K> {
    pub cluster: K,
    /// Of the second group.
    pub is_second: bool,
    pub event: bool,
}

/// How much larger the variance of the difference of the groups' rates is for its rows coming in clusters, which may have
/// rows in both: the cluster-robust variance (Liang & Zeger 1986, Biometrika 73, 13-22) over that of independent rows, at
/// least 1. Where nothing varies, as if a cluster's rows were one. The members are put in order.
pub fn design_effect<K: Ord>(members: &mut [Member<K>]) -> f64 {
    members.sort_unstable();
    let mut groups = [Proportion::default(); 2];
    members.iter().for_each(|member| groups[usize::from(member.is_second)].add(member.event));
    let residual = |member: &Member<K>| {
        let of = groups[usize::from(member.is_second)];
        let distance = f64::from(u8::from(member.event)) - of.rate().unwrap_or(0.0);
        distance / float(of.n) * if member.is_second { -1.0 } else { 1.0 }
    };
    let (mut of_clusters, mut of_rows, mut squared_sizes) = (0.0, 0.0, 0.0);
    for cluster in members.chunk_by(|a, b| a.cluster == b.cluster) {
        of_clusters += cluster.iter().map(residual).sum::<f64>().powi(2);
        of_rows += cluster.iter().map(|member| residual(member).powi(2)).sum::<f64>();
        squared_sizes += float(cluster.len() as u64).powi(2);
    }
    let effect =
        if of_rows > 0.0 { of_clusters / of_rows } else { squared_sizes / float(members.len() as u64) };
    if effect > 1.0 { effect } else { 1.0 }
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

    /// Customers with several rows each, whose inclination is their own; each row's lot is drawn anew, or once for all of
    /// the customer's.
    fn clustered(seed: u64, lots_are_own: bool) -> (Proportion, Proportion, Vec<Member<u32>>) {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (mut assigned, mut held_out, mut members) =
            (Proportion::default(), Proportion::default(), Vec::new());
        for customer in 0..400 {
            // A fifth have the event in most quarters, all others in few: 0.19 on average.
            let inclination = if random.gen_bool(0.2) { 0.75 } else { 0.05 };
            let lot_of_all = random.gen_bool(0.1);
            for _ in 0..6 {
                let lot = random.gen_bool(0.1);
                let is_second = if lots_are_own { lot } else { lot_of_all };
                let event = random.gen_bool(inclination);
                if is_second {
                    held_out.add(event)
                } else {
                    assigned.add(event)
                }
                members.push(Member { cluster: customer, is_second, event });
            }
        }
        (assigned, held_out, members)
    }

    /// Shares of 2,000 populations without an effect whose interval covers it, with customers as clusters and with rows as if
    /// they were independent; and the mean design effect.
    fn coverage(lots_are_own: bool) -> (f64, f64, f64) {
        let (mut with, mut without, mut effects) = (0.0, 0.0, 0.0);
        for seed in 0..2_000 {
            let (a, b, mut members) = clustered(seed, lots_are_own);
            let effect = design_effect(&mut members);
            let covers = |found: Difference| f64::from(u8::from(found.low <= 0.0 && found.high >= 0.0));
            with += covers(difference_of_clusters(a, b, effect).unwrap());
            without += covers(difference(a, b).unwrap());
            effects += effect;
        }
        (with / 2_000.0, without / 2_000.0, effects / 2_000.0)
    }

    #[test]
    fn an_interval_over_clusters_covers_what_it_should() {
        let (with, without, effect) = coverage(false);
        assert!((0.93..=0.97).contains(&with), "{with}");
        assert!(without < 0.85 && effect > 2.0, "{without}, {effect}");
        // Lots drawn anew for each row set a customer's own rows against one another: next to nothing is lost.
        let (with, without, effect) = coverage(true);
        assert!((0.93..=0.98).contains(&with) && (0.93..=0.98).contains(&without), "{with}, {without}");
        assert!(effect < 1.2, "{effect}");
    }

    #[test]
    fn rows_of_their_own_have_no_design_effect_and_doubled_ones_have_two() {
        let rows = |n: usize| {
            let members = (0..60u32).flat_map(|customer| {
                let member =
                    Member { cluster: customer, is_second: customer % 3 == 0, event: customer % 5 == 0 };
                std::iter::repeat_n(member, n)
            });
            members.collect::<Vec<_>>()
        };
        assert!((design_effect(&mut rows(1)) - 1.0).abs() < 1e-12);
        assert!((design_effect(&mut rows(2)) - 2.0).abs() < 1e-12);
        let mut without_event: Vec<Member<u32>> =
            rows(3).into_iter().map(|member| Member { event: false, ..member }).collect();
        assert_eq!(design_effect(&mut without_event), 3.0);
        assert_eq!(design_effect::<u32>(&mut []), 1.0);
    }
}
