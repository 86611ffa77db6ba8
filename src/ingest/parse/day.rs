//! The days of the calendar between 1900 and 2200, as a table of months.

use super::Parsed;
use crate::date::Date;
pub use crate::ingest::reasons::{OUTSIDE_CALENDAR, OUTSIDE_YEARS};

const FIRST_YEAR: u32 = 1900;
const N_MONTHS: usize = 301 * 12;
/// 1900-01-01, in days since 1970-01-01.
const FIRST_DAY: i32 = -25_567;
/// 2200-12-31.
pub const LAST_DAY: i32 = 84_370;
/// Room for the days of a month.
const LENGTH_BITS: u32 = 5;

/// For every month: the days since [`FIRST_DAY`] before it, and in the lowest bits how many it has.
static MONTHS: [u32; N_MONTHS] = months();

const fn months() -> [u32; N_MONTHS] {
    let mut months = [0; N_MONTHS];
    let (mut at, mut before, mut year, mut month) = (0, 0, FIRST_YEAR, 1);
    while at < N_MONTHS {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        months[at] = (before << LENGTH_BITS) | length;
        before += length;
        at += 1;
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    months
}

/// The day of a year, month and day, where it is one between 1900 and 2200.
#[inline]
pub fn day(year: u32, month: u32, day: u32) -> Option<Date> {
    if month.wrapping_sub(1) >= 12 {
        return None;
    }
    let at = year.wrapping_sub(FIRST_YEAR).wrapping_mul(12).wrapping_add(month - 1);
    let entry = *MONTHS.get(at as usize)?;
    let is_there = day.wrapping_sub(1) < entry & ((1 << LENGTH_BITS) - 1);
    is_there.then(|| Date(FIRST_DAY + ((entry >> LENGTH_BITS) + day - 1).cast_signed()))
}

/// The same, or why not.
#[inline]
pub fn checked_day((year, month, in_month): (u32, u32, u32)) -> Parsed<Date> {
    day(year, month, in_month).ok_or_else(|| {
        let is_date = Date::from_ymd(year.cast_signed(), month, in_month).is_some();
        if is_date { OUTSIDE_YEARS } else { OUTSIDE_CALENDAR }
    })
}

/// A date that was delivered as one.
pub fn checked_date(date: Date) -> Parsed<Date> {
    if (FIRST_DAY..=LAST_DAY).contains(&date.0) { Ok(date) } else { Err(OUTSIDE_YEARS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_the_calendars() {
        let mut expected = FIRST_DAY;
        for year in 1899..=2201 {
            for month in 0..=13 {
                for in_month in 0..=32 {
                    let known =
                        Date::from_ymd(year, month, in_month).filter(|_| (1900..=2200).contains(&year));
                    assert_eq!(
                        day(year.cast_unsigned(), month, in_month),
                        known,
                        "{year} {month} {in_month}"
                    );
                    if let Some(date) = known {
                        assert_eq!(date.0, expected);
                        expected += 1;
                    }
                }
            }
        }
        assert_eq!(expected, LAST_DAY + 1);
    }
}
