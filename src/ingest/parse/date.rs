//! Dates in the one format that the mapping names.
//!
//! Never: tries a second format; what looks like another one is refused, and the reason names it.

use super::Parsed;
use super::day::{checked_day, day};
use super::full_width::{FULL_WIDTH, folded};
use super::moment::{Zone, date_of_instant};
use super::parts::{chinese_parts, compact_parts, iso_parts, short_parts, split_parts};
use super::serial::{serial, whole};
use super::timestamp::{timestamp, timestamp_parts};
use crate::config::source::DateFormat;
use crate::date::Date;
pub use crate::ingest::reasons::AMBIGUOUS_YEAR;
use crate::ingest::reasons::{
    IS_CHINESE, IS_COMPACT, IS_EPOCH_MILLIS, IS_EPOCH_SECONDS, IS_EXCEL_SERIAL, IS_ISO, IS_SLASHES,
    NOT_A_BIRTH_NUMBER, NOT_A_TIMESTAMP, NOT_CHINESE, NOT_COMPACT, NOT_DAY_FIRST, NOT_EPOCH_MILLIS,
    NOT_EPOCH_SECONDS, NOT_EXCEL_SERIAL, NOT_EXCEL_TIMESTAMP, NOT_ISO, NOT_SHORT_COMPACT, NOT_SHORT_SLASHES,
    NOT_SLASHES, TIMESTAMP,
};

/// How the dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DateRule {
    pub format: DateFormat,
    pub zone: Option<Zone>,
    /// Whether full-width characters are read.
    pub full_width: bool,
}

/// What a text that is no date of this format is told.
pub fn date_reason(format: DateFormat) -> &'static str {
    match format {
        DateFormat::Iso => NOT_ISO,
        DateFormat::Compact => NOT_COMPACT,
        DateFormat::ShortCompact => NOT_SHORT_COMPACT,
        DateFormat::Slashes => NOT_SLASHES,
        DateFormat::ShortSlashes => NOT_SHORT_SLASHES,
        DateFormat::DayFirst => NOT_DAY_FIRST,
        DateFormat::Chinese => NOT_CHINESE,
        DateFormat::Timestamp => NOT_A_TIMESTAMP,
        DateFormat::BirthNumber => NOT_A_BIRTH_NUMBER,
        DateFormat::ExcelSerial => NOT_EXCEL_SERIAL,
        DateFormat::ExcelTimestamp => NOT_EXCEL_TIMESTAMP,
        DateFormat::EpochSeconds => NOT_EPOCH_SECONDS,
        DateFormat::EpochMillis => NOT_EPOCH_MILLIS,
    }
}

/// A day written `YYYY-MM-DD`, without a reason where it is none.
#[inline]
pub fn iso_date(text: &[u8]) -> Option<Date> {
    let (year, month, in_month) = iso_parts(text)?;
    day(year, month, in_month)
}

/// A civil date between 1900 and 2200.
///
/// # Errors
/// The reason why the text is none in this format, or the format that it looks like.
pub fn date(text: &[u8], rule: &DateRule) -> Parsed<Date> {
    if let Some(date) = read(text, rule) {
        return date;
    }
    match folded(text) {
        Some(ascii) => match read(ascii.as_bytes(), rule) {
            Some(_) if !rule.full_width => Err(FULL_WIDTH),
            Some(date) => date,
            None => Err(date_reason(rule.format)),
        },
        None => Err(reason(text, rule.format)),
    }
}

/// The date, or what is wrong with it; `None` where the text is not of this format.
fn read(text: &[u8], rule: &DateRule) -> Option<Parsed<Date>> {
    match rule.format {
        DateFormat::Iso => iso_parts(text).map(checked_day),
        DateFormat::Compact => compact_parts(text).map(checked_day),
        DateFormat::ShortCompact => short_parts(text).map(checked_day),
        DateFormat::BirthNumber => {
            short_parts(text).map(|(y, m, d)| checked_day((y, if m > 50 { m - 50 } else { m }, d)))
        }
        DateFormat::Slashes => split_parts(text, [4..=4, 1..=2, 1..=2]).map(checked_day),
        DateFormat::ShortSlashes => {
            split_parts(text, [2..=2, 1..=2, 1..=2]).map(|(y, m, d)| checked_day((2000 + y, m, d)))
        }
        DateFormat::DayFirst => {
            split_parts(text, [2..=2, 2..=2, 2..=2]).map(|(d, m, y)| checked_day((2000 + y, m, d)))
        }
        DateFormat::Chinese => chinese_parts(text).map(checked_day),
        DateFormat::Timestamp => timestamp(text, rule.zone),
        DateFormat::ExcelSerial | DateFormat::ExcelTimestamp => serial(text, rule.format),
        DateFormat::EpochSeconds => whole(text).map(|seconds| date_of_instant(seconds, rule.zone)),
        DateFormat::EpochMillis => {
            whole(text).map(|millis| date_of_instant(millis.div_euclid(1000), rule.zone))
        }
    }
}

/// What a text is told that is not of this format: which format it looks like.
fn reason(text: &[u8], format: DateFormat) -> &'static str {
    let digits = text.iter().all(u8::is_ascii_digit).then_some(text.len());
    let is_other = |other: DateFormat| other != format;
    match digits {
        Some(5) if is_other(DateFormat::ExcelSerial) => IS_EXCEL_SERIAL,
        Some(8) if is_other(DateFormat::Compact) => IS_COMPACT,
        Some(10) if is_other(DateFormat::EpochSeconds) => IS_EPOCH_SECONDS,
        Some(13) if is_other(DateFormat::EpochMillis) => IS_EPOCH_MILLIS,
        Some(_) => date_reason(format),
        None if split_parts(text, [1..=2, 1..=2, 1..=2]).is_some() => AMBIGUOUS_YEAR,
        None if iso_parts(text).is_some() && format != DateFormat::Timestamp => IS_ISO,
        None if split_parts(text, [4..=4, 1..=2, 1..=2]).is_some() => IS_SLASHES,
        None if chinese_parts(text).is_some() => IS_CHINESE,
        None if timestamp_parts(text).is_some() => TIMESTAMP,
        None => date_reason(format),
    }
}
