//! Points in time, and the date on which they count.
//!
//! Reads: seconds since 1970-01-01 00:00, in UTC or on a clock, and the zone that the mapping names. Never: takes the
//! machine's zone, chooses between two hours of the same name.

use super::Parsed;
use super::day::{LAST_DAY, OUTSIDE_YEARS, checked_date};
use crate::date::Date;
pub use crate::ingest::reasons::{OFFSET, REPEATED, SKIPPED};
use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

pub const SECONDS_PER_DAY: i64 = 86_400;

/// The zone whose dates count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// The zone with this IANA name.
    pub fn of(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }
}

/// A time on the clock as chrono's, where it is within the years that are read, or near them.
fn clock(seconds: i64) -> Parsed<NaiveDateTime> {
    let limit = (i64::from(LAST_DAY) + 2) * SECONDS_PER_DAY;
    let within = Some(seconds).filter(|seconds| seconds.abs() < limit);
    let time = within.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).ok_or(OUTSIDE_YEARS)?;
    Ok(time.naive_utc())
}

fn date_of(seconds: i64) -> Parsed<Date> {
    let day = i32::try_from(seconds.div_euclid(SECONDS_PER_DAY)).map_err(|_| OUTSIDE_YEARS)?;
    checked_date(Date(day))
}

/// The date of an instant: in the zone, or in UTC where none is named.
pub fn date_of_instant(seconds: i64, zone: Option<Zone>) -> Parsed<Date> {
    let offset = match zone {
        None => 0,
        Some(Zone(zone)) => zone.offset_from_utc_datetime(&clock(seconds)?).fix().local_minus_utc(),
    };
    date_of(seconds + i64::from(offset))
}

/// The date of a local time, which is one that the clocks of the zone show exactly once.
pub fn date_of_local(seconds: i64, zone: Option<Zone>) -> Parsed<Date> {
    if let Some(Zone(zone)) = zone {
        match zone.offset_from_local_datetime(&clock(seconds)?) {
            MappedLocalTime::Single(_) => {}
            MappedLocalTime::None => return Err(SKIPPED),
            MappedLocalTime::Ambiguous(..) => return Err(REPEATED),
        }
    }
    date_of(seconds)
}
