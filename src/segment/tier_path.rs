//! The tiers of a customer over the last year, as an analyst reads them in one cell.
//!
//! Reads: the states of his complete months. Produces: two texts, tiers and statuses month by month. Never: a month before
//! his first known one.

use super::tiers::{TierState, TierStatus, tier_history};
use crate::labels::TIERS;

/// Complete months that are told: a year shows a rise and a whole watch.
pub const MONTHS_TOLD: usize = 12;
/// Between the months of a text; no code holds it.
pub const SEPARATOR: char = ',';

/// The last complete months, oldest first; without those before his first known month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TierPath(Vec<(u8, TierStatus)>);

impl TierPath {
    /// `aum_month_means` are his mean assets by complete month (currency units, oldest first, NaN where not known).
    pub fn of(aum_month_means: &[f64], limits: &[f64; 4]) -> Self {
        let states: Vec<Option<TierState>> = tier_history(aum_month_means, limits);
        let told = states.len().saturating_sub(MONTHS_TOLD);
        Self(states[told..].iter().flatten().map(|state| (state.tier, state.status)).collect())
    }

    /// Codes of the tiers in force after each month; `None` where no month is known.
    pub fn tiers(&self) -> Option<String> {
        self.text(|(tier, _)| TIERS[usize::from(*tier)])
    }

    /// Codes of how each came about.
    pub fn statuses(&self) -> Option<String> {
        self.text(|(_, status)| status.code())
    }

    fn text(&self, code: impl Fn(&(u8, TierStatus)) -> &'static str) -> Option<String> {
        let codes: Vec<&str> = self.0.iter().map(code).collect();
        (!codes.is_empty()).then(|| codes.join(SEPARATOR.encode_utf8(&mut [0; 4])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: [f64; 4] = [50_000.0, 200_000.0, 500_000.0, 2_000_000.0];

    #[test]
    fn the_last_twelve_months_are_told_from_the_first_known_one_on() {
        let path = TierPath::of(&[f64::NAN, 60_000.0, 250_000.0, 10_000.0], &LIMITS);
        assert_eq!(path.tiers().as_deref(), Some("t1,t2,t2"));
        assert_eq!(path.statuses().as_deref(), Some("new,promoted,held"));
        let long = TierPath::of(&[[600_000.0; 9].as_slice(), &[10_000.0; 6]].concat(), &LIMITS);
        assert_eq!(long.tiers().as_deref(), Some("t3,t3,t3,t3,t3,t3,t3,t3,t3,t3,t3,t0"));
        let statuses = "held,held,held,held,held,held,held,held,watch,watch,watch,demoted";
        assert_eq!(long.statuses().as_deref(), Some(statuses));
        assert_eq!(TierPath::of(&[f64::NAN, f64::NAN], &LIMITS).tiers(), None);
        assert_eq!(TierPath::of(&[], &LIMITS).statuses(), None);
    }
}
