//! Timestamps as text: a date, a time of day, and an offset or none.

use super::Parsed;
use super::day::checked_day;
use super::moment::{OFFSET, SECONDS_PER_DAY, Zone, date_of_instant, date_of_local};
use super::parts::{Parts, digits, iso_parts};
use crate::date::Date;

/// The date part, seconds of the day, and the offset east of UTC in seconds, of `YYYY-MM-DD`, a space or `T`, `HH:MM`,
/// `HH:MM:SS` or `HH:MM:SS.fraction`, and `Z`, `+HH:MM`, `+HHMM`, `+HH` or nothing, after a space or not.
pub fn timestamp_parts(text: &[u8]) -> Option<(Parts, i64, Option<i64>)> {
    let (date, time) = text.split_at_checked(10)?;
    let ([b' ' | b'T', h1, h2, b':', m1, m2], rest) = time.split_at_checked(6)? else { return None };
    let (seconds, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (digits(&[*s1, *s2])?, rest),
        rest => (0, rest),
    };
    let rest = match (rest, time.get(6)) {
        ([b'.', fraction @ ..], Some(b':')) => {
            let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if length == 0 {
                return None;
            }
            &fraction[length..]
        }
        (rest, _) => rest,
    };
    let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let parts = iso_parts(date)?;
    Some((parts, i64::from(hours * 3600 + minutes * 60 + seconds), offset(rest)?))
}

/// The offset that ends a timestamp; none where nothing is left.
fn offset(text: &[u8]) -> Option<Option<i64>> {
    /// Clocks are at most 14 hours ahead of UTC.
    const HOURS_MAX: u32 = 14;
    let (sign, hours, minutes) = match text.strip_prefix(b" ").unwrap_or(text) {
        [] if text.is_empty() => return Some(None),
        b"Z" => return Some(Some(0)),
        [sign @ (b'+' | b'-'), h1, h2] => (*sign, digits(&[*h1, *h2])?, 0),
        [sign @ (b'+' | b'-'), h1, h2, m1, m2] | [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            (*sign, digits(&[*h1, *h2])?, digits(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let seconds = i64::from(hours * 3600 + minutes * 60);
    (hours <= HOURS_MAX && minutes < 60).then_some(Some(if sign == b'-' { -seconds } else { seconds }))
}

pub fn timestamp(text: &[u8], zone: Option<Zone>) -> Option<Parsed<Date>> {
    let (parts, seconds, offset) = timestamp_parts(text)?;
    Some(checked_day(parts).and_then(|date| {
        let local = i64::from(date.0) * SECONDS_PER_DAY + seconds;
        match (offset, zone) {
            (None, None) => Ok(date),
            (None, zone) => date_of_local(local, zone),
            (Some(_), None) => Err(OFFSET),
            (Some(offset), zone) => date_of_instant(local - offset, zone),
        }
    }))
}
