//! His tier month by month, over the last year.
//!
//! Reads: the two texts of `segments` that tell it, the night's date. Produces: a [`TierMonth`] per complete month. Never: a
//! month that the night does not tell of.

use super::figure::{Figure, Missing};
use super::night::Night;
use super::rows::Row;
use crate::date::Date;
use crate::segment::tier_path::{MONTHS_TOLD, SEPARATOR};
use serde::Serialize;

/// The tier in force once a month was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierMonth {
    pub month_end: Date,
    pub tier: String,
    /// new, held, promoted, watch or demoted.
    pub status: String,
}

/// Oldest first, up to the last complete month.
pub fn of(night: &Night, segments: Row<'_>) -> Figure<Vec<TierMonth>> {
    let has_tier = segments.get::<String>("tier").is_some();
    let missing = if has_tier { Missing::NoCompleteMonth } else { Missing::NoBalances };
    let tiers: Figure<String> = segments.figure("tier_history", missing);
    let statuses: Option<String> = segments.get("tier_status_history");
    let months =
        tiers.value.zip(statuses).map(|(tiers, statuses)| months(night.manifest.as_of, &tiers, &statuses));
    Figure { value: months, basis: None, missing: tiers.missing }
}

/// The texts end with the last complete month.
fn months(as_of: Date, tiers: &str, statuses: &str) -> Vec<TierMonth> {
    let n_told = i32::try_from(MONTHS_TOLD).expect("a year of months");
    let month_ends: Vec<Date> = as_of.last_month_ends(n_told).collect();
    let codes: Vec<(&str, &str)> = tiers.split(SEPARATOR).zip(statuses.split(SEPARATOR)).collect();
    let first = month_ends.len().saturating_sub(codes.len());
    let month = |(month_end, (tier, status)): (&Date, (&str, &str))| TierMonth {
        month_end: *month_end,
        tier: tier.to_owned(),
        status: status.to_owned(),
    };
    month_ends[first..].iter().zip(codes).map(month).collect()
}

/// Months in a row that say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run<'a> {
    pub first: &'a TierMonth,
    pub last: &'a TierMonth,
}

/// The months as runs, oldest first.
pub fn runs(months: &[TierMonth]) -> Vec<Run<'_>> {
    let alike = months.chunk_by(|one, next| one.tier == next.tier && one.status == next.status);
    alike.filter_map(|run| Some(Run { first: run.first()?, last: run.last()? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_are_of_the_months_up_to_the_last_complete_one() {
        let told = months("2026-10-30".parse().unwrap(), "t1,t1,t2,t2", "new,held,promoted,held");
        let shown: Vec<String> =
            told.iter().map(|month| format!("{} {} {}", month.month_end, month.tier, month.status)).collect();
        let expected =
            ["2026-06-30 t1 new", "2026-07-31 t1 held", "2026-08-31 t2 promoted", "2026-09-30 t2 held"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn months_that_say_the_same_are_one_run() {
        let told = months("2026-10-31".parse().unwrap(), "t1,t1,t1,t2", "held,held,held,promoted");
        let runs = runs(&told);
        let shown: Vec<(Date, Date)> =
            runs.iter().map(|run| (run.first.month_end, run.last.month_end)).collect();
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(
            shown,
            [(date("2026-07-31"), date("2026-09-30")), (date("2026-10-31"), date("2026-10-31"))]
        );
        assert!(super::runs(&[]).is_empty());
    }
}
