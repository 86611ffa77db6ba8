//! Exact parsers: the text of a value to its type, or the reason why not.
//!
//! Reads: trimmed bytes of one value. Never: guesses a format, rounds an amount, accepts what another reader of the
//! same export might read differently (thousands separators, exponents, decimal commas).

use crate::config::source::DateFormat;
use crate::date::Date;

pub type Parsed<T> = Result<T, &'static str>;

pub const NOT_AN_AMOUNT: &str = "not an amount: expected digits with a decimal point, as in 1234.56";
pub const THOUSANDS: &str = "a comma in an amount: thousands separators and decimal commas are not read";
pub const EXPONENT: &str = "an exponent in a number";
pub const DECIMALS: &str = "more than 2 decimals";
pub const TOO_LARGE: &str = "too large";
pub const NOT_A_NUMBER: &str = "not a number: expected digits with a decimal point, as in 0.25";
pub const NOT_FINITE: &str = "not a finite number";
pub const NOT_A_BOOLEAN: &str = "not a boolean: expected true, false, 1, 0, yes, no, y or n";
pub const OUTSIDE_CALENDAR: &str = "not a day of the calendar";
pub const OUTSIDE_YEARS: &str = "a year outside 1900 to 2200";

/// Amounts are published as `Decimal(18,2)`: 18 digits of minor units.
const MINOR_UNITS_MAX: u64 = 999_999_999_999_999_999;
/// 2^45 units: beyond, floats lie more than half a minor unit apart.
const FLOAT_MINOR_UNITS_MAX: f64 = 3_518_437_208_883_200.0;
/// Floats are read as the nearest minor unit within this part of one.
const FLOAT_TOLERANCE: f64 = 1e-6;
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Takes a leading sign off: whether it was a minus, and the rest.
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Whether the text has a sign of its own.
pub fn is_signed(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'-' | b'+'))
}

/// An amount in minor units: optional sign, digits, optionally a point and one or two decimals (more only if zero).
#[inline]
pub fn money(text: &[u8]) -> Parsed<i64> {
    let (negative, digits) = split_sign(text);
    let mut minor: u64 = 0;
    let mut rest = digits;
    while let [byte @ b'0'..=b'9', tail @ ..] = rest {
        minor = minor.checked_mul(10).and_then(|n| n.checked_add(u64::from(byte - b'0'))).ok_or(TOO_LARGE)?;
        rest = tail;
    }
    if rest.len() == digits.len() {
        return Err(money_reason(text));
    }
    let cents = match rest {
        [] => 0,
        [b'.', decimals @ ..] => two_decimals(decimals).ok_or_else(|| decimals_reason(text, decimals))?,
        _ => return Err(money_reason(text)),
    };
    let minor = minor.checked_mul(100).and_then(|n| n.checked_add(cents)).filter(|n| *n <= MINOR_UNITS_MAX);
    let minor = minor.ok_or(TOO_LARGE)?.cast_signed();
    Ok(if negative { -minor } else { minor })
}

fn two_decimals(decimals: &[u8]) -> Option<u64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    match decimals {
        [tenths] => Some(digit(*tenths)? * 10),
        [tenths, hundredths, zeros @ ..] if zeros.iter().all(|b| *b == b'0') => {
            Some(digit(*tenths)? * 10 + digit(*hundredths)?)
        }
        _ => None,
    }
}

fn decimals_reason(text: &[u8], decimals: &[u8]) -> &'static str {
    let digits_only = decimals.len() > 2 && decimals.iter().all(u8::is_ascii_digit);
    if digits_only { DECIMALS } else { money_reason(text) }
}

fn money_reason(text: &[u8]) -> &'static str {
    let numeric =
        |extra: &[u8]| text.iter().all(|b| b.is_ascii_digit() || b"+-.".contains(b) || extra.contains(b));
    if text.contains(&b',') && numeric(b",") {
        THOUSANDS
    } else if has_exponent(text) && numeric(b"eE") {
        EXPONENT
    } else {
        NOT_AN_AMOUNT
    }
}

fn has_exponent(text: &[u8]) -> bool {
    text.iter().any(|b| b.eq_ignore_ascii_case(&b'e')) && text.iter().any(u8::is_ascii_digit)
}

/// An amount from a float: the minor unit it stands for, within [`FLOAT_TOLERANCE`] or as that amount's nearest float.
#[expect(clippy::cast_possible_truncation, reason = "checked against the largest exact whole number")]
pub fn money_from_float(value: f64) -> Parsed<i64> {
    if !value.is_finite() {
        return Err(NOT_FINITE);
    }
    let minor = (value * 100.0).round();
    if minor.abs() > FLOAT_MINOR_UNITS_MAX {
        return Err(TOO_LARGE);
    }
    let is_near = (value * 100.0 - minor).abs() <= FLOAT_TOLERANCE;
    let is_nearest = (minor / 100.0).to_bits() == value.to_bits();
    if is_near || is_nearest { Ok(minor as i64) } else { Err(DECIMALS) }
}

/// An amount from a decimal of any scale; exact or refused.
pub fn money_from_decimal(value: i128, scale: i8) -> Parsed<i64> {
    let shift = i32::from(scale) - 2;
    let power = 10i128.checked_pow(shift.unsigned_abs());
    let minor = match (power, shift > 0) {
        _ if value == 0 => 0,
        (None, true) => return Err(DECIMALS),
        (Some(power), true) if value % power != 0 => return Err(DECIMALS),
        (Some(power), true) => value / power,
        (power, false) => power.and_then(|power| value.checked_mul(power)).ok_or(TOO_LARGE)?,
    };
    if minor.unsigned_abs() > u128::from(MINOR_UNITS_MAX) {
        return Err(TOO_LARGE);
    }
    i64::try_from(minor).map_err(|_| TOO_LARGE)
}

/// A plain decimal number: optional sign, digits, optionally a point and digits.
pub fn number(text: &[u8]) -> Parsed<f64> {
    let (_, unsigned) = split_sign(text);
    let (whole, fraction) = match unsigned.iter().position(|b| *b == b'.') {
        Some(point) => (&unsigned[..point], Some(&unsigned[point + 1..])),
        None => (unsigned, None),
    };
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !digits(whole) || !fraction.is_none_or(digits) {
        return Err(if has_exponent(text) && number_like(text) { EXPONENT } else { NOT_A_NUMBER });
    }
    let value: f64 = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(NOT_A_NUMBER)?;
    if value.is_finite() { Ok(value) } else { Err(NOT_FINITE) }
}

fn number_like(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_digit() || b"+-.eE".contains(b))
}

pub fn boolean(text: &[u8]) -> Parsed<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
    if is("true") || is("1") || is("yes") || is("y") {
        Ok(true)
    } else if is("false") || is("0") || is("no") || is("n") {
        Ok(false)
    } else {
        Err(NOT_A_BOOLEAN)
    }
}

/// What a text that is no date of this format is told.
pub fn date_reason(format: DateFormat) -> &'static str {
    match format {
        DateFormat::Iso => "not a date: expected YYYY-MM-DD",
        DateFormat::Compact => "not a date: expected YYYYMMDD",
        DateFormat::ShortCompact => "not a date: expected YYMMDD",
        DateFormat::Slashes => "not a date: expected YYYY/M/D",
        DateFormat::Timestamp => "not a timestamp: expected YYYY-MM-DD HH:MM:SS without offset",
        DateFormat::BirthNumber => "not a birth number: expected YYMMDD, 50 added to the month for women",
    }
}

/// A civil date of the calendar between 1900 and 2200.
#[inline]
pub fn date(text: &[u8], format: DateFormat) -> Parsed<Date> {
    let parts = match format {
        DateFormat::Iso => iso_parts(text),
        DateFormat::Compact => compact_parts(text),
        DateFormat::ShortCompact => short_parts(text),
        DateFormat::Slashes => slashed_parts(text),
        DateFormat::Timestamp => timestamp_parts(text),
        DateFormat::BirthNumber => short_parts(text).map(|(y, m, d)| (y, if m > 50 { m - 50 } else { m }, d)),
    };
    let (year, month, day) = parts.ok_or_else(|| date_reason(format))?;
    let date = Date::from_ymd(year.cast_signed(), month, day).ok_or(OUTSIDE_CALENDAR)?;
    in_years(date, year.cast_signed())
}

/// A date that was delivered as one.
pub fn checked_date(date: Date) -> Parsed<Date> {
    // Days of 1900-01-01 and 2200-12-31: checked before the calendar is asked, which has an end of its own.
    const DAYS: std::ops::RangeInclusive<i32> = -25_567..=84_371;
    if DAYS.contains(&date.0) { Ok(date) } else { Err(OUTSIDE_YEARS) }
}

fn in_years(date: Date, year: i32) -> Parsed<Date> {
    if YEARS.contains(&year) { Ok(date) } else { Err(OUTSIDE_YEARS) }
}

type Parts = Option<(u32, u32, u32)>;

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

fn iso_parts(text: &[u8]) -> Parts {
    match text {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            Some((digits(year)?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?))
        }
        _ => None,
    }
}

fn compact_parts(text: &[u8]) -> Parts {
    if text.len() != 8 {
        return None;
    }
    Some((digits(&text[..4])?, digits(&text[4..6])?, digits(&text[6..])?))
}

fn short_parts(text: &[u8]) -> Parts {
    if text.len() != 6 {
        return None;
    }
    Some((1900 + digits(&text[..2])?, digits(&text[2..4])?, digits(&text[4..])?))
}

fn slashed_parts(text: &[u8]) -> Parts {
    let mut parts = text.split(|b| *b == b'/');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    if !fits || parts.next().is_some() {
        return None;
    }
    Some((digits(year)?, digits(month)?, digits(day)?))
}

/// The date of `YYYY-MM-DD`, a space or `T`, and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
fn timestamp_parts(text: &[u8]) -> Parts {
    let (date, time) = text.split_at_checked(10)?;
    let ([b' ' | b'T', h1, h2, b':', m1, m2], seconds) = time.split_at_checked(6)? else { return None };
    let seconds_fit = match seconds {
        [] => true,
        [b':', s1, s2] => digits(&[*s1, *s2])? < 60,
        [b':', s1, s2, b'.', fraction @ ..] => {
            digits(&[*s1, *s2])? < 60 && !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    let time_fits = digits(&[*h1, *h2])? < 24 && digits(&[*m1, *m2])? < 60 && seconds_fit;
    if time_fits { iso_parts(date) } else { None }
}
