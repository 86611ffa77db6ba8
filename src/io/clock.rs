//! The wall clock and the stopwatch, for logs and the manifest alone: no figure of a night depends on either.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

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
    // A clock set before 1970 reads as 1970: it only labels a log.
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    rfc_3339(i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
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
    }

    #[test]
    fn laps_add_up_to_no_more_than_the_total() {
        let mut watch = Stopwatch::start();
        let laps = watch.lap() + watch.lap();
        assert!(laps >= 0.0 && laps <= watch.total());
    }
}
