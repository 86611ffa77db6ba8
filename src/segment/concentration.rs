//! How unequally value is spread over customers: the share that the best bring, the Lorenz curve, the Gini coefficient.
//!
//! Reads one value per customer in currency units: negative where he costs more than he brings, not finite (NaN) where
//! it is not known. Produces shares (1 is the whole) and counts. Never depends on the order of customers; those whose
//! value is not known are counted and otherwise left out.

/// Steps of the Lorenz curve: every 5% of customers, as banks draw it.
const LORENZ_STEPS: usize = 20;

/// The concentration of value, published beside the 20/60/20 classes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Concentration {
    /// Customers whose value is known; all figures below are of them.
    pub n_customers: usize,
    pub n_unknown: usize,
    /// Sum of values, in currency units.
    pub total: f64,
    /// Share of `total` that the top customers bring; over 1 where others bring it down again. `None` where `total` is
    /// not positive: a share of a loss ranks nobody.
    pub top_share: Option<f64>,
    /// Cumulative share of `total` at 0, 5, ..., 100% of customers, lowest value first; below 0 where customers lose
    /// money. `None` where `total` is not positive.
    pub lorenz: Option<[f64; LORENZ_STEPS + 1]>,
    /// See [`gini`].
    pub gini: Option<f64>,
    pub n_negative: usize,
    /// Sum of the negative values, in currency units: at most 0.
    pub negative_total: f64,
}

impl Concentration {
    /// Whether each figure is one of several customers: a Lorenz step, and the sum of the negative ones.
    pub fn tells_of_many(&self) -> bool {
        const MANY: usize = 5;
        self.n_customers >= MANY * LORENZ_STEPS && (self.n_negative == 0 || self.n_negative >= MANY)
    }
}

/// The concentration of `values`; the top is `share` (0 to 1) of the customers whose value is known, rounded to whole
/// customers as the value classes are, and at least one.
///
/// Which of several equal customers belong to the top changes no sum; by position, as in the classes.
/// Cost: O(n log n). Source of the curve: Lorenz (1905), "Methods of measuring the concentration of wealth".
pub fn concentration(values: &[f64], share: f64) -> Concentration {
    let ascending = sorted_known(values);
    let negative = &ascending[..ascending.partition_point(|value| *value < 0.0)];
    let cumulative = cumulative(&ascending);
    let total = cumulative[ascending.len()];
    let is_positive = total > 0.0;
    Concentration {
        n_customers: ascending.len(),
        n_unknown: values.len() - ascending.len(),
        total,
        top_share: is_positive.then(|| top(&ascending, share) / total),
        lorenz: is_positive.then(|| lorenz(&cumulative)),
        gini: gini_of_sorted(&ascending),
        n_negative: negative.len(),
        negative_total: negative.iter().fold(0.0, |sum, value| sum + value),
    }
}

/// The Gini coefficient normalised for negative values, 0 (all equal) to 1 (one customer brings all that is earned,
/// one loses all that is lost, the rest nothing): the sum over pairs of |x - y| over (n - 1) (P + N), with P the sum of
/// positive values and N the size of the sum of negative ones.
///
/// Without negative values it is the usual coefficient times n / (n - 1); with them the usual one may leave 0 to 1 and
/// has no meaning where the total is not positive, while this one has both. `None` with fewer than two known values or
/// where all are 0. Cost: O(n log n).
/// Source: Raffinetti, Siletti & Vernizzi (2015), "On the Gini coefficient normalization when attributes with negative
/// values are considered", Statistical Methods & Applications 24, 507-521; in place of Chen, Tsaur & Rhai (1982).
pub fn gini(values: &[f64]) -> Option<f64> {
    gini_of_sorted(&sorted_known(values))
}

#[expect(clippy::cast_precision_loss, reason = "customers are far fewer than 2^52")]
fn gini_of_sorted(ascending: &[f64]) -> Option<f64> {
    let last = ascending.len().checked_sub(1).filter(|last| *last > 0)? as f64;
    let size: f64 = ascending.iter().map(|value| value.abs()).sum();
    // A value of rank r (from 0) stands above r others and below last - r.
    let pairs: f64 =
        ascending.iter().enumerate().map(|(rank, value)| (2.0 * rank as f64 - last) * value).sum();
    // Clamped: rounding must not leave 0 to 1.
    (size > 0.0).then(|| (pairs / (last * size)).clamp(0.0, 1.0))
}

/// The known values, ascending.
fn sorted_known(values: &[f64]) -> Vec<f64> {
    let mut known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    known
}

/// Sums of the first 0, 1, ..., n values.
fn cumulative(ascending: &[f64]) -> Vec<f64> {
    let sums = ascending.iter().scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// Sum of the highest `share` of the values.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count"
)]
fn top(ascending: &[f64], share: f64) -> f64 {
    let n_top = (share * ascending.len() as f64).round() as usize;
    ascending.iter().rev().take(n_top.max(1)).sum()
}

/// The curve from the n + 1 cumulative sums, straight within a customer where a step cuts him.
#[expect(clippy::cast_precision_loss, reason = "a remainder below 20")]
fn lorenz(cumulative: &[f64]) -> [f64; LORENZ_STEPS + 1] {
    let n = cumulative.len() - 1;
    std::array::from_fn(|step| {
        let (whole, rest) = (step * n / LORENZ_STEPS, step * n % LORENZ_STEPS);
        let next = cumulative[(whole + 1).min(n)];
        let within = (next - cumulative[whole]) * (rest as f64 / LORENZ_STEPS as f64);
        (cumulative[whole] + within) / cumulative[n]
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: Option<f64>, expected: Option<f64>) -> bool {
        match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
            (found, expected) => found == expected,
        }
    }

    #[test]
    fn shares_and_negatives_by_hand() {
        // values, share of the top 20%, total, known, unknown, negative, their sum
        let table = [
            (&[][..], None, 0.0, [0, 0, 0], 0.0),
            (&[f64::NAN, f64::INFINITY], None, 0.0, [0, 2, 0], 0.0),
            (&[7.0], Some(1.0), 7.0, [1, 0, 0], 0.0),
            (&[2.0; 5], Some(0.2), 10.0, [5, 0, 0], 0.0),
            (&[1.0, 1.0, 80.0, 8.0, 10.0], Some(0.8), 100.0, [5, 0, 0], 0.0),
            (&[1.0, f64::NAN, 80.0, 1.0, 8.0, 10.0], Some(0.8), 100.0, [5, 1, 0], 0.0),
            (&[-50.0, 0.0, 0.0, 50.0, 100.0], Some(1.0), 100.0, [5, 0, 1], -50.0),
            (&[-60.0, -20.0, 0.0, 30.0, 150.0], Some(1.5), 100.0, [5, 0, 2], -80.0),
            (&[-3.0, 1.0, 2.0], None, 0.0, [3, 0, 1], -3.0),
        ];
        for (values, top_share, total, counts, negative_total) in table {
            let found = concentration(values, 0.2);
            assert!(close(found.top_share, top_share), "{values:?}: {found:?}");
            assert!(close(Some(found.total), Some(total)), "{values:?}: {found:?}");
            assert_eq!([found.n_customers, found.n_unknown, found.n_negative], counts, "{values:?}");
            assert!(close(Some(found.negative_total), Some(negative_total)), "{values:?}: {found:?}");
            assert_eq!(found.lorenz.is_some(), top_share.is_some(), "{values:?}");
        }
    }

    #[test]
    fn the_lorenz_curve_by_hand() {
        // Five customers: a corner every 20%, straight between.
        let found = concentration(&[40.0, -10.0, 0.0, 20.0, 50.0], 0.2).lorenz.unwrap();
        let corners = [0.0, -0.1, -0.1, 0.1, 0.5, 1.0];
        for (step, found) in found.into_iter().enumerate() {
            let (left, quarter) = (step / 4, f64::from(u8::try_from(step % 4).unwrap()) / 4.0);
            let expected = corners[left] + quarter * (corners[(left + 1).min(5)] - corners[left]);
            assert!((found - expected).abs() < 1e-12, "{step}: {found} is not {expected}");
        }
    }

    #[test]
    fn gini_by_hand() {
        let table: [(&[f64], Option<f64>); 10] = [
            (&[], None),
            (&[5.0, f64::NAN], None),
            (&[0.0, 0.0], None),
            (&[3.0, 3.0, 3.0], Some(0.0)),
            (&[-3.0, -3.0], Some(0.0)),
            (&[0.0, 0.0, 9.0], Some(1.0)),
            (&[-4.0, 0.0, 9.0], Some(1.0)),
            // Pairs differ by 1, 2 and 1 of (3 - 1) x 6.
            (&[1.0, 2.0, 3.0], Some(4.0 / 12.0)),
            // Pairs differ by 20, 10 and 10 of 2 x 20, though the total is 0.
            (&[10.0, -10.0, 0.0], Some(40.0 / 40.0)),
            // The example of R's GiniWegNeg without weights: 436 of 6 x 89.
            (&[-7.0, -15.0, 11.0, -10.0, 2.0, 4.0, 40.0], Some(436.0 / 534.0)),
        ];
        for (values, expected) in table {
            assert!(close(gini(values), expected), "{values:?}: {:?} is not {expected:?}", gini(values));
        }
    }

    #[test]
    fn concentration_survives_json() {
        let before = concentration(&[1.0, -0.1, 0.7, f64::NAN], 0.2);
        let json = serde_json::to_string(&before).unwrap();
        assert_eq!(serde_json::from_str::<Concentration>(&json).unwrap(), before);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_curve_is_convex_from_0_to_1(values in prop::collection::vec(-1e4..1e6_f64, 1..90)) {
            let found = concentration(&values, 0.2);
            prop_assert!(found.gini.is_none_or(|gini| (0.0..=1.0).contains(&gini)));
            let Some(curve) = found.lorenz else { return Ok(()) };
            prop_assert_eq!((curve[0], curve[LORENZ_STEPS]), (0.0, 1.0));
            let slack = 1e-9 * (1.0 - found.negative_total / found.total);
            prop_assert!(curve.windows(3).all(|c| c[2] - c[1] >= c[1] - c[0] - slack));
        }

        #[test]
        fn neither_order_nor_unit_plays_a_part(values in prop::collection::vec(-1e4..1e6_f64, 1..90)) {
            let found = concentration(&values, 0.2);
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            prop_assert_eq!(&concentration(&reversed, 0.2), &found);
            let larger: Vec<f64> = values.iter().map(|value| value * 1024.0).collect();
            let larger = concentration(&larger, 0.2);
            prop_assert_eq!((larger.top_share, larger.lorenz, larger.gini), (found.top_share, found.lorenz, found.gini));
        }
    }
}
