//! Dates that are numbers: days in Excel's 1900 system, and times since 1970.

use super::Parsed;
use super::date::{DateRule, date, date_reason};
use super::day::{OUTSIDE_CALENDAR, OUTSIDE_YEARS, checked_date};
use super::moment::date_of_instant;
use crate::config::source::DateFormat;
use crate::date::Date;
pub use crate::ingest::reasons::{FRACTION_OF_DAY, NOT_A_DAY};

/// A whole number with or without minus, as long as a time in milliseconds can be.
pub fn whole(text: &[u8]) -> Option<i64> {
    const DIGITS_MAX: usize = 18;
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if !(1..=DIGITS_MAX).contains(&digits.len()) {
        return None;
    }
    let number = digits
        .iter()
        .try_fold(0, |n: i64, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))?;
    Some(if is_negative { -number } else { number })
}

/// Days and, where the format has it, a fraction of a day.
pub fn serial(text: &[u8], format: DateFormat) -> Option<Parsed<Date>> {
    let (days, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, b"0".as_slice()),
    };
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) || days.starts_with(b"-") {
        return None;
    }
    let days = whole(days)?;
    let is_whole = fraction.iter().all(|byte| *byte == b'0');
    Some(if is_whole || format == DateFormat::ExcelTimestamp {
        date_of_serial(days)
    } else {
        Err(FRACTION_OF_DAY)
    })
}

/// The date of a day in Excel's 1900 system, which counts a 29 February 1900 as its day 60.
fn date_of_serial(days: i64) -> Parsed<Date> {
    const FALSE_DAY: i64 = 60;
    /// 1899-12-31 and 1899-12-30, in days since 1970-01-01.
    const BEFORE: i32 = -25_568;
    const AFTER: i32 = -25_569;
    let days = match days {
        FALSE_DAY => return Err(OUTSIDE_CALENDAR),
        days => i32::try_from(days).map_err(|_| OUTSIDE_YEARS)?,
    };
    let zero = if i64::from(days) < FALSE_DAY { BEFORE } else { AFTER };
    checked_date(Date(days.checked_add(zero).ok_or(OUTSIDE_YEARS)?))
}

/// The date of a number that was delivered as one: its digits, or a serial day or time.
pub fn date_from_integer(number: i64, rule: &DateRule) -> Parsed<Date> {
    match rule.format {
        DateFormat::ExcelSerial | DateFormat::ExcelTimestamp => date_of_serial(number),
        DateFormat::EpochSeconds => date_of_instant(number, rule.zone),
        DateFormat::EpochMillis => date_of_instant(number.div_euclid(1000), rule.zone),
        DateFormat::ShortCompact | DateFormat::BirthNumber => date(format!("{number:06}").as_bytes(), rule),
        _ => date(number.to_string().as_bytes(), rule),
    }
}

/// The date of a float, which some writers make of whole numbers; only serial dates have fractions.
#[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
pub fn date_from_float(number: f64, rule: &DateRule) -> Parsed<Date> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let is_serial = matches!(rule.format, DateFormat::ExcelSerial | DateFormat::ExcelTimestamp);
    let is_time = matches!(rule.format, DateFormat::EpochSeconds | DateFormat::EpochMillis);
    if !(is_serial || is_time) || number.abs() >= EXACT_MAX || number.is_nan() {
        return Err(NOT_A_DAY);
    }
    if number.fract() != 0.0 && rule.format != DateFormat::ExcelTimestamp {
        return Err(if is_serial { FRACTION_OF_DAY } else { date_reason(rule.format) });
    }
    date_from_integer(number.floor() as i64, rule)
}
