//! Tiers by assets, month by month, and the 20/60/20 classes by value.
//!
//! Reads the mean assets of complete months (currency units) and values per customer; produces tiers 0 to 4, their
//! status and classes. Never looks at a month that is not over, at other customers' tiers, or at names.

/// Months in a row below the tier after which a customer is on watch: from the fourth.
/// Source: the rule of a large bank, `requirements.md` section 1.
pub const MONTHS_BELOW_BEFORE_WATCH: u8 = 3;

/// Months of watch after which the tier falls. Source: as [`MONTHS_BELOW_BEFORE_WATCH`].
pub const MONTHS_OF_WATCH: u8 = 3;

/// How the tier in force came about; published as `tier_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierStatus {
    /// His first complete month: the tier is what he reached.
    New,
    /// The tier stands; he may be below it, but for fewer than three months.
    Held,
    /// The last complete month lifted him.
    Promoted,
    /// Three months or more below the tier: it falls unless he meets it again.
    Watch,
    /// The last complete month was the third of watch.
    Demoted,
}

impl TierStatus {
    pub fn code(self) -> &'static str {
        match self {
            TierStatus::New => "new",
            TierStatus::Held => "held",
            TierStatus::Promoted => "promoted",
            TierStatus::Watch => "watch",
            TierStatus::Demoted => "demoted",
        }
    }
}

/// What holds once a month is over, and so on the nights of the month after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierState {
    /// The tier in force, 0 to 4.
    pub tier: u8,
    pub status: TierStatus,
    /// Complete months since this tier came into force, the one that brought it included. As far as history is
    /// visible: his first month may not be his first at the bank.
    pub months_in_tier: u32,
    /// Known months in a row below the tier up to now, counted from when it came into force: 0 to 5.
    pub months_below: u8,
    /// The best tier measured in those months: what he falls to if no later month is better.
    best_below: u8,
}

impl TierState {
    /// The month of watch that has begun, 1 to 3; `None` where he is not on watch.
    pub fn watch_month(&self) -> Option<u8> {
        (self.months_below >= MONTHS_BELOW_BEFORE_WATCH)
            .then(|| self.months_below - MONTHS_BELOW_BEFORE_WATCH + 1)
    }

    /// The tier that he falls to at the end of watch if no later month is better; `None` where he is not on watch.
    pub fn falls_to(&self) -> Option<u8> {
        self.watch_month().map(|_| self.best_below)
    }

    fn starting(tier: u8, status: TierStatus) -> Self {
        Self { tier, status, months_in_tier: 1, months_below: 0, best_below: 0 }
    }

    /// One month later; `measured` is that month's own tier, `None` where it is not known.
    fn after(self, measured: Option<u8>) -> Self {
        match measured {
            None => self.standing(self.months_below, self.best_below),
            Some(reached) if reached > self.tier => Self::starting(reached, TierStatus::Promoted),
            Some(reached) if reached == self.tier => self.standing(0, 0),
            Some(reached) => {
                let (months_below, best_below) = (self.months_below + 1, self.best_below.max(reached));
                if months_below == MONTHS_BELOW_BEFORE_WATCH + MONTHS_OF_WATCH {
                    Self::starting(best_below, TierStatus::Demoted)
                } else {
                    self.standing(months_below, best_below)
                }
            }
        }
    }

    fn standing(self, months_below: u8, best_below: u8) -> Self {
        let on_watch = months_below >= MONTHS_BELOW_BEFORE_WATCH;
        let status = if on_watch { TierStatus::Watch } else { TierStatus::Held };
        Self { status, months_in_tier: self.months_in_tier + 1, months_below, best_below, ..self }
    }
}

/// The tier of the last complete month's mean assets; a limit belongs to the tier above it.
/// `None` without balances.
pub fn tier(aum_last_month_mean: f64, limits: &[f64; 4]) -> Option<u8> {
    if aum_last_month_mean.is_nan() {
        return None;
    }
    let reached = limits.iter().filter(|limit| aum_last_month_mean >= **limit).count();
    u8::try_from(reached).ok()
}

/// The tier in force after each complete month, for a customer's mean assets by month (currency units, oldest first,
/// NaN where not known). `None` up to his first known month.
///
/// A month that reaches a higher tier lifts him at once, by as many tiers as it reaches. Otherwise, with `t3` in force
/// and months that measure `t2` or less:
///
/// | complete months below | on the nights of the next month |
/// |---|---|
/// | 1, 2 | `held` |
/// | 3 | `watch`, month 1: he is on watch from the fourth month |
/// | 4, 5 | `watch`, months 2 and 3 |
/// | 6 | `demoted`: three months of watch are over |
///
/// So `t3 t1 t2 t1 t1 t1 t1` ends in `t2`, the best tier of the last six months. Any month at `t3` ends the count and the
/// watch. Under a new tier the count begins again at 0: no month counts twice, and nobody falls without three months
/// of watch under the tier that he loses. An unknown month is neither met nor below: tier and count stand still, and
/// "six months in a row" are six known ones. Cost: O(months).
pub fn tier_history(aum_month_means: &[f64], limits: &[f64; 4]) -> Vec<Option<TierState>> {
    let after_each = aum_month_means.iter().scan(None, |state, aum| {
        *state = after_month(*state, tier(*aum, limits));
        Some(*state)
    });
    after_each.collect()
}

/// The last entry of [`tier_history`], without the history.
pub fn tier_in_force(aum_month_means: &[f64], limits: &[f64; 4]) -> Option<TierState> {
    aum_month_means.iter().fold(None, |state, aum| after_month(state, tier(*aum, limits)))
}

/// The state after his complete months, or, before the first of them, by the assets of the day (currency units; NaN where
/// not known).
pub fn tier_of_day(state: Option<TierState>, aum: f64, limits: &[f64; 4]) -> Option<TierState> {
    state.or_else(|| after_month(None, tier(aum, limits)))
}

fn after_month(state: Option<TierState>, measured: Option<u8>) -> Option<TierState> {
    match state {
        Some(state) => Some(state.after(measured)),
        None => measured.map(|reached| TierState::starting(reached, TierStatus::New)),
    }
}

/// The class of each customer: by value, then by position (and so by id) where values are equal.
///
/// `shares` are those of the top and the middle class; missing values stand last.
pub fn value_classes(values: &[f64], shares: &[f64; 2]) -> Vec<&'static str> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let sortable = |row: usize| if values[row].is_nan() { f64::NEG_INFINITY } else { values[row] };
    order.sort_by(|a, b| sortable(*b).total_cmp(&sortable(*a)).then(a.cmp(b)));
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let upto = |share: f64| (share * values.len() as f64).round() as usize;
    let (top, middle) = (upto(shares[0]), upto(shares[0] + shares[1]));
    let mut classes = vec!["bottom"; values.len()];
    for (rank, row) in order.into_iter().enumerate().take(middle) {
        classes[row] = if rank < top { "top" } else { "middle" };
    }
    classes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: [f64; 4] = [50_000.0, 200_000.0, 500_000.0, 2_000_000.0];

    /// Months as digits, `.` for unknown, to assets that measure these tiers.
    fn assets(months: &str) -> Vec<f64> {
        let of_tier = [10_000.0, 50_000.0, 200_000.0, 500_000.0, 2_000_000.0];
        let of_digit = |digit: u32| of_tier[usize::try_from(digit).unwrap()];
        months.chars().map(|month| month.to_digit(10).map_or(f64::NAN, of_digit)).collect()
    }

    /// Tiers in force as digits and statuses by first letter, `-` before the first known month.
    fn printed(history: &[Option<TierState>]) -> [String; 2] {
        let tier = |state: &TierState| char::from(b'0' + state.tier);
        let status = |state: &TierState| state.status.code().chars().next().unwrap();
        [
            history.iter().map(|state| state.as_ref().map_or('-', tier)).collect(),
            history.iter().map(|state| state.as_ref().map_or('-', status)).collect(),
        ]
    }

    #[test]
    fn tiers_rise_at_once_and_fall_after_watch() {
        // what, tier measured by month, tier in force after it, its status (new, held, promoted, watch, demoted)
        let table = [
            ("nothing known", "...", "---", "---"),
            ("met every month", "3333", "3333", "nhhh"),
            ("up at once, by several tiers", "0140", "0144", "npph"),
            ("two months below", "322", "333", "nhh"),
            ("three months below: on watch", "3222", "3333", "nhhw"),
            ("five months below", "322222", "333333", "nhhwww"),
            ("six months below: down", "3222222", "3333332", "nhhwwwd"),
            ("held after the fall", "32222222", "33333322", "nhhwwwdh"),
            ("down to the best of six months", "4102101", "4444442", "nhhwwwd"),
            ("the first of the six counts", "4300000", "4444443", "nhhwwwd"),
            ("watch ends when met", "3222223222", "3333333333", "nhhwwwhhhw"),
            ("the count ends when met", "32232222", "33333333", "nhhhhhww"),
            ("up from watch", "322224", "333334", "nhhwwp"),
            ("the count begins again after a fall", "3112111111111", "3333332222221", "nhhwwwdhhwwwd"),
            ("unknown months come first", "..2", "--2", "--n"),
            ("unknown neither counts nor ends the count", "322.2222", "33333332", "nhhhwwwd"),
            ("unknown leaves watch standing", "3222.3", "333333", "nhhwwh"),
            ("promoted and demoted are of the last month", "23.", "233", "nph"),
        ];
        for (what, months, tiers, statuses) in table {
            let history = tier_history(&assets(months), &LIMITS);
            assert_eq!(printed(&history), [tiers, statuses], "{what}: {months}");
        }
    }

    #[test]
    fn months_are_counted_for_the_manager() {
        // measured, months in tier, months below, month of watch, tier that he falls to
        let table = [
            ("3", 1, 0, None, None),
            ("233", 2, 0, None, None),
            ("322", 3, 2, None, None),
            ("3012", 4, 3, Some(1), Some(2)),
            ("301.11", 6, 4, Some(2), Some(1)),
            ("301111", 6, 5, Some(3), Some(1)),
            ("3011111", 1, 0, None, None),
        ];
        for (months, months_in_tier, months_below, watch_month, falls_to) in table {
            let state = tier_in_force(&assets(months), &LIMITS).unwrap();
            let found = (state.months_in_tier, state.months_below, state.watch_month(), state.falls_to());
            assert_eq!(found, (months_in_tier, months_below, watch_month, falls_to), "{months}");
        }
    }

    #[test]
    fn statuses_are_published_under_their_codes() {
        use TierStatus::{Demoted, Held, New, Promoted, Watch};
        for status in [New, Held, Promoted, Watch, Demoted] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.code());
        }
    }

    fn any_assets() -> impl Strategy<Value = Vec<f64>> {
        // Whole currency units near all four limits, and months that are not known.
        let month = prop_oneof![
            4 => (0_u32..300_000).prop_map(f64::from),
            4 => (0_u32..3_000_000).prop_map(f64::from),
            1 => Just(f64::NAN),
        ];
        prop::collection::vec(month, 0..48)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_tier_in_force_is_never_below_the_months_own(aum in any_assets()) {
            let history = tier_history(&aum, &LIMITS);
            prop_assert_eq!(history.len(), aum.len());
            for (state, aum) in history.iter().zip(&aum) {
                prop_assert!(state.map(|state| state.tier) >= tier(*aum, &LIMITS));
            }
            prop_assert_eq!(history.last().copied().flatten(), tier_in_force(&aum, &LIMITS));
        }

        #[test]
        fn nobody_falls_without_six_known_months_in_a_row_below(aum in any_assets()) {
            let history = tier_history(&aum, &LIMITS);
            for month in 1..aum.len() {
                let (Some(before), Some(now)) = (history[month - 1], history[month]) else { continue };
                prop_assert_eq!(now.tier < before.tier, now.status == TierStatus::Demoted);
                if now.tier < before.tier {
                    let known = aum[..=month].iter().filter_map(|aum| tier(*aum, &LIMITS));
                    let last_six: Vec<u8> = known.rev().take(6).collect();
                    prop_assert_eq!(last_six.len(), 6);
                    prop_assert!(last_six.iter().all(|tier| *tier < before.tier));
                    prop_assert_eq!(last_six.iter().max(), Some(&now.tier));
                }
            }
        }

        #[test]
        fn the_unit_of_money_plays_no_part(aum in any_assets()) {
            let in_thousandths: Vec<f64> = aum.iter().map(|aum| aum * 1000.0).collect();
            let limits = LIMITS.map(|limit| limit * 1000.0);
            prop_assert_eq!(tier_history(&in_thousandths, &limits), tier_history(&aum, &LIMITS));
        }
    }

    #[test]
    fn a_limit_belongs_to_the_tier_above() {
        let limits = [50_000.0, 200_000.0, 500_000.0, 2_000_000.0];
        let tiers = [49_999.99, 50_000.0, 500_000.0, 2e6, f64::NAN].map(|aum| tier(aum, &limits));
        assert_eq!(tiers, [Some(0), Some(1), Some(3), Some(4), None]);
    }

    #[test]
    fn classes_are_shares_of_customers_with_ties_by_position() {
        let classes = value_classes(&[5.0, 1.0, 5.0, f64::NAN, 2.0], &[0.2, 0.6]);
        assert_eq!(classes, ["top", "middle", "middle", "bottom", "middle"]);
    }
}
