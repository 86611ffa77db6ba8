//! The wall clock and the stopwatch, for logs and the manifest alone: no figure of a night depends on either.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Times the stages of a night.
#[derive(Debug)]
pub struct Stopwatch {
    started: Instant,
    lap_started: Instant,
}

impl Stopwatch {
    pub fn start() -> Self {
        let now = Instant::now();
        Self { started: now, lap_started: now }
    }

    /// Milliseconds since the last lap (or the start), and a new lap.
    pub fn lap(&mut self) -> f64 {
        let now = Instant::now();
        let lap = now - self.lap_started;
        self.lap_started = now;
        lap.as_secs_f64() * 1e3
    }

    /// Milliseconds since the start; laps do not matter.
    pub fn total(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1e3
    }
}

/// Now as `2026-10-31T22:15:03Z`, whatever the time zone of the machine.
pub fn now_utc() -> String {
    rfc_3339(i64::try_from(since_1970().as_secs()).unwrap_or(i64::MAX))
}

/// Now, as logs, metrics and the history of runs tell it.
pub fn now() -> Moment {
    Moment { unix_milliseconds: i64::try_from(since_1970().as_millis()).unwrap_or(i64::MAX) }
}

/// What tells two processes that begin in the same millisecond apart.
pub fn nanoseconds() -> u128 {
    since_1970().as_nanos()
}

/// A clock set before 1970 reads as 1970: it only labels.
fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A time by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Moment {
    /// Since 1970, UTC.
    pub unix_milliseconds: i64,
}

impl std::fmt::Display for Moment {
    /// `2026-10-31T22:15:03.250Z`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, milliseconds) =
            (self.unix_milliseconds.div_euclid(1000), self.unix_milliseconds.rem_euclid(1000));
        let whole = rfc_3339(seconds);
        write!(f, "{}.{milliseconds:03}Z", whole.trim_end_matches('Z'))
    }
}

fn rfc_3339(unix_seconds: i64) -> String {
    let time = chrono::DateTime::from_timestamp(unix_seconds, 0).unwrap_or_default().naive_utc();
    format!("{}T{}Z", time.date(), time.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_1970_read_as_rfc_3339() {
        assert_eq!(rfc_3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc_3339(1_709_251_199), "2024-02-29T23:59:59Z");
        assert_eq!(now_utc().len(), "2026-10-31T22:15:03Z".len());
        assert_eq!(Moment { unix_milliseconds: 1_709_251_199_007 }.to_string(), "2024-02-29T23:59:59.007Z");
        assert!(now().unix_milliseconds > 1_700_000_000_000);
    }

    #[test]
    fn laps_add_up_to_no_more_than_the_total() {
        let mut watch = Stopwatch::start();
        let laps = watch.lap() + watch.lap();
        assert!(laps >= 0.0 && laps <= watch.total());
    }
}
