//! How the night goes on: stages, their times, and who is told. A stage begins only while no signal has come.

use crate::date::Date;
use crate::error::Result;
use crate::io::clock::Stopwatch;
use crate::io::stop;
use crate::publish::StageTiming;

/// Told how the night goes on; for progress bars.
pub trait Observer: Sync {
    fn stage_began(&self, stage: &'static str);
    fn stage_ended(&self, _timing: &StageTiming) {}
    /// The date of the night is known.
    fn night_is(&self, _as_of: Date) {}
    /// So many more bytes of exports were read.
    fn bytes_read(&self, bytes: u64);
}

/// Stage timings.
pub(super) struct Watch<'a> {
    observer: &'a dyn Observer,
    clock: Stopwatch,
    pub(super) timings: Vec<StageTiming>,
}

impl<'a> Watch<'a> {
    pub(super) fn start(observer: &'a dyn Observer) -> Self {
        Self { observer, clock: Stopwatch::start(), timings: Vec::new() }
    }

    /// Does the work of a stage; `rows` says how much it was.
    pub(super) fn time<T>(
        &mut self,
        stage: &'static str,
        rows: impl FnOnce(&T) -> usize,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        stop::check()?;
        self.observer.stage_began(stage);
        self.clock.lap();
        let done = work()?;
        let (rows, milliseconds) = (rows(&done), self.clock.lap());
        tracing::info!(stage, rows, milliseconds, "stage ended");
        let timing = StageTiming { stage, rows, milliseconds };
        self.observer.stage_ended(&timing);
        self.timings.push(timing);
        Ok(done)
    }

    pub(super) fn milliseconds(&self) -> f64 {
        self.clock.total()
    }
}
