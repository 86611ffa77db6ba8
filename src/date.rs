//! Civil dates as days since 1970-01-01, and the windows and months that features are built on.
//!
//! Four bytes a date keep the history small; the calendar itself is chrono's.

use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::ops::Sub;

/// A civil date: days since 1970-01-01 (negative before), as Arrow's `Date32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i32);

const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date of the calendar");

impl Date {
    /// The date of a year, month and day, where the calendar has one.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from)
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range]
                .iter()
                .try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
        };
        Self::from_ymd(number(0..4)?.cast_signed(), number(5..7)?, number(8..10)?)
    }

    fn calendar(self) -> NaiveDate {
        EPOCH + chrono::Duration::days(i64::from(self.0))
    }

    pub fn year(self) -> i32 {
        self.calendar().year()
    }

    /// 1 to 12.
    pub fn month(self) -> u32 {
        self.calendar().month()
    }

    /// 1 to 31.
    pub fn day(self) -> u32 {
        self.calendar().day()
    }

    /// `days` later (earlier where negative).
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Months since year 0: equal for all days of a month, one more for the next month.
    pub fn month_index(self) -> i32 {
        let date = self.calendar();
        date.year() * 12 + date.month0().cast_signed()
    }

    #[must_use]
    pub fn month_start(self) -> Self {
        self.plus_days(1 - self.day().cast_signed())
    }

    pub fn month_end(self) -> Self {
        Self::end_of_month_index(self.month_index())
    }

    pub fn is_month_end(self) -> bool {
        self.month_end() == self
    }

    /// The last day of the month with this [`month_index`](Self::month_index).
    pub fn end_of_month_index(index: i32) -> Self {
        let next = index + 1;
        let first_of_next = Self::from_ymd(next.div_euclid(12), next.rem_euclid(12).cast_unsigned() + 1, 1)
            .expect("within the calendar");
        first_of_next.plus_days(-1)
    }

    /// The last `n` month-ends on or before this date, oldest first.
    pub fn last_month_ends(self, n: i32) -> impl Iterator<Item = Date> {
        let newest = if self.is_month_end() { self.month_index() } else { self.month_index() - 1 };
        (newest - n + 1..=newest).map(Self::end_of_month_index)
    }

    /// Monday to Friday.
    pub fn is_working_day(self) -> bool {
        // 1 January 1970 was a Thursday.
        (self.0 + 3).rem_euclid(7) < 5
    }

    /// Completed years from this date to `later`; somebody born on 29 February completes a year on 1 March.
    pub fn full_years_until(self, later: Date) -> i32 {
        let (from, to) = (self.calendar(), later.calendar());
        let before_anniversary = (to.month(), to.day()) < (from.month(), from.day());
        to.year() - from.year() - i32::from(before_anniversary)
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Self {
        let days = date.signed_duration_since(EPOCH).num_days();
        Self(i32::try_from(days).expect("chrono's calendar spans fewer than 2^31 days"))
    }
}

/// Days from `rhs` to `self`.
impl Sub for Date {
    type Output = i32;

    fn sub(self, rhs: Date) -> i32 {
        self.0 - rhs.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.calendar())
    }
}

impl std::str::FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse_iso(text).ok_or_else(|| format!("`{text}` is not a date of the form YYYY-MM-DD"))
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        assert_eq!(date("2024-02-10").month_end(), date("2024-02-29"));
        assert_eq!(date("2024-02-29").month_start(), date("2024-02-01"));
        assert_eq!(date("1969-12-01").month_start(), date("1969-12-01"));
        assert_eq!(date("2023-12-31").month_end(), date("2023-12-31"));
        let ends: Vec<String> = date("2026-03-30").last_month_ends(3).map(|d| d.to_string()).collect();
        assert_eq!(ends, ["2025-12-31", "2026-01-31", "2026-02-28"]);
    }

    #[test]
    fn a_leap_day_birthday_completes_a_year_on_the_first_of_march() {
        assert_eq!(date("2000-02-29").full_years_until(date("2001-02-28")), 0);
        assert_eq!(date("2000-02-29").full_years_until(date("2001-03-01")), 1);
        assert_eq!(date("2000-02-29").full_years_until(date("2004-02-29")), 4);
    }

    #[test]
    fn only_iso_dates_of_the_calendar_parse() {
        assert_eq!(Date::parse_iso("1970-01-02"), Some(Date(1)));
        for wrong in ["2023-02-29", "2023-2-9", "20230209", "2023-02-30x", "２０２３-01-01"] {
            assert_eq!(Date::parse_iso(wrong), None, "{wrong}");
        }
    }
}
