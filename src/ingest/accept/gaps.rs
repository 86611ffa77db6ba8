//! Is a day missing between the deliveries of a table?
//!
//! Pure. Grain: a table. The rhythm follows from the dates themselves: every day; every weekday, where fewer than half
//! of the Saturdays and Sundays have a delivery; every month-end; or none, and then nothing is missing.

use super::{freshness, is_weekend};
use crate::config::source::Gaps;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use std::fmt;

/// Fewer dates have no rhythm.
const DATES_MIN: usize = 3;

/// Dates that a message names.
const DATES_SHOWN: usize = 5;

/// The days without a delivery, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingDays {
    pub table: Table,
    pub days: Vec<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rhythm {
    Daily,
    Weekdays,
    MonthEnds,
}

/// Looks for missing days after the first delivery, up to the day from which on freshness watches: the last
/// `fresh_within_days` days before `as_of` may still come; without that rule, up to the newest delivery.
///
/// # Errors
/// Kind `Incomplete` where days are missing and `gaps` says refuse.
pub fn check(
    table: Table,
    delivered: &[Date],
    as_of: Date,
    fresh_within_days: Option<i32>,
    gaps: Gaps,
) -> Result<Option<MissingDays>> {
    let mut dates: Vec<Date> = delivered.iter().copied().filter(|date| *date <= as_of).collect();
    dates.sort_unstable();
    dates.dedup();
    let Some(newest) = dates.last().copied() else { return Ok(None) };
    let until = fresh_within_days.map_or(newest, |days| newest.max(freshness::oldest(as_of, days)));
    let missing = MissingDays { table, days: missing(&dates, until) };
    if missing.days.is_empty() || gaps == Gaps::Ignore {
        return Ok(None);
    }
    if gaps == Gaps::Warn {
        return Ok(Some(missing));
    }
    let hint = format!("deliver the missing days, or set `sources.{}.gaps = \"warn\"`", table.name());
    Err(Error::incomplete(missing.to_string()).hint(hint))
}

/// Days of the rhythm of `dates` (ascending, distinct) that are not among them, up to `until`.
fn missing(dates: &[Date], until: Date) -> Vec<Date> {
    let (Some(first), Some(rhythm)) = (dates.first(), rhythm(dates)) else { return Vec::new() };
    let is_expected = |date: &Date| match rhythm {
        Rhythm::Daily => true,
        Rhythm::Weekdays => !is_weekend(*date),
        Rhythm::MonthEnds => date.is_month_end(),
    };
    // A month's delivery may carry its last business day.
    let month = |date: Date| date.month_index();
    let is_there = |date: &Date| match rhythm {
        Rhythm::MonthEnds => dates.binary_search_by_key(&month(*date), |known| month(*known)).is_ok(),
        _ => dates.binary_search(date).is_ok(),
    };
    (first.0..=until.0).map(Date).filter(is_expected).filter(|date| !is_there(date)).collect()
}

/// From the lower median of the days between two deliveries.
fn rhythm(dates: &[Date]) -> Option<Rhythm> {
    if dates.len() < DATES_MIN {
        return None;
    }
    let mut steps: Vec<i32> = dates.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    match steps[(steps.len() - 1) / 2] {
        1 => Some(if skips_weekends(dates) { Rhythm::Weekdays } else { Rhythm::Daily }),
        28..=33 => Some(Rhythm::MonthEnds),
        _ => None,
    }
}

fn skips_weekends(dates: &[Date]) -> bool {
    let delivered = dates.iter().filter(|date| is_weekend(**date)).count();
    let span = dates[0].0..=dates[dates.len() - 1].0;
    2 * delivered < span.map(Date).filter(|date| is_weekend(*date)).count()
}

impl fmt::Display for MissingDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_days = self.days.len();
        write!(
            f,
            "`{}` has no delivery for {n_days} day{}: ",
            self.table.name(),
            if n_days == 1 { "" } else { "s" }
        )?;
        let shown: Vec<String> = self.days.iter().take(DATES_SHOWN).map(Date::to_string).collect();
        write!(f, "{}{}", shown.join(", "), if n_days > DATES_SHOWN { ", …" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// October 2026 begins on a Thursday.
    fn october(days: &[u32]) -> Vec<Date> {
        days.iter().map(|day| Date::from_ymd(2026, 10, *day).unwrap()).collect()
    }

    fn found(delivered: &[Date], fresh: Option<i32>) -> Vec<u32> {
        let missing = check(Table::Transactions, delivered, date("2026-10-31"), fresh, Gaps::Warn).unwrap();
        missing.map_or_else(Vec::new, |missing| missing.days.into_iter().map(Date::day).collect())
    }

    #[test]
    fn days_inside_a_series_are_missed() {
        let weekdays = [1, 2, 5, 6, 7, 8, 9, 12, 13];
        for (what, delivered, fresh, expected) in [
            ("D14", october(&[1, 2, 4, 5]), None, &[3][..]),
            ("D14, unordered, twice", october(&[5, 4, 2, 2, 1]), None, &[3]),
            ("whole", october(&[1, 2, 3, 4, 5]), None, &[]),
            ("weekdays", october(&weekdays), None, &[]),
            ("weekdays and a Saturday at work", october(&[&weekdays[..], &[10]].concat()), None, &[]),
            ("a weekday missing", october(&[1, 2, 5, 7, 8, 9, 12]), None, &[6]),
            ("a Sunday missing", october(&[1, 2, 3, 5, 6, 7]), None, &[4]),
            ("too few to tell", october(&[1, 3]), None, &[]),
            ("no rhythm", october(&[1, 6, 9, 18]), None, &[]),
            ("up to the night", october(&[27, 28, 29]), Some(0), &[30, 31]),
            ("what may still come", october(&[27, 28, 29]), Some(2), &[]),
        ] {
            assert_eq!(found(&delivered, fresh), expected, "{what}");
        }
    }

    #[test]
    fn a_month_without_delivery_is_missed() {
        let months = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-05-29", "2026-06-30"].map(date);
        let missing = check(Table::Holdings, &months, date("2026-06-30"), None, Gaps::Warn).unwrap().unwrap();
        assert_eq!(missing.days, [date("2026-04-30")]);
    }

    #[test]
    fn the_configuration_says_what_a_gap_does() {
        let delivered = october(&[1, 2, 10, 11, 12, 13, 14]);
        let check = |gaps| check(Table::Transactions, &delivered, date("2026-10-31"), None, gaps);
        let message = "`transactions` has no delivery for 7 days: 2026-10-03, 2026-10-04, 2026-10-05, 2026-10-06, 2026-10-07, …";
        let refused = check(Gaps::Refuse).unwrap_err();
        assert_eq!((refused.kind(), refused.to_string().as_str()), (Kind::Incomplete, message));
        assert_eq!(check(Gaps::Ignore).unwrap(), None);
        assert_eq!(check(Gaps::Warn).unwrap().unwrap().to_string(), message);
    }
}
