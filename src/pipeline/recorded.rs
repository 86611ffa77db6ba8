//! A night as a scheduler runs it: waited for, written down however it ends; or rehearsed, with nothing written.

use super::{NightReport, Observer, Purpose, night};
use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::lock::{Patience, WorkspaceLock};
use crate::io::nights::{self, night_folder, published_nights};
use crate::io::{memory, stop};
use crate::publish::StageTiming;
use crate::runs::Recorder;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is asked of a night.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// Without it the newest complete date of the exports.
    pub as_of: Option<Date>,
    /// Deliveries of unusual size are taken in.
    pub accept_volume: bool,
    /// For a run that holds the workspace.
    pub patience: Patience,
}

/// Runs one night, and keeps in the workspace how it went.
///
/// # Errors
/// Whatever the operator must act on; nothing is published then. Kind `Locked`, with nothing written, where another run
/// holds the workspace; `Stopped` after a signal.
pub fn run_recorded(
    config: &Config,
    request: &Request,
    recorder: &Recorder,
    observer: &dyn Observer,
) -> Result<NightReport> {
    let _lock = WorkspaceLock::acquire_within(&config.workspace, request.patience)?;
    stop::night_begins();
    recorder.begin(config, request.as_of);
    warn_if_memory_is_short(config);
    let noted = Noted { recorder, observer };
    let work =
        AssertUnwindSafe(|| night(config, request.as_of, request.accept_volume, Purpose::Publish, &noted));
    // A panic in a worker thread or a library has printed itself.
    let ended = catch_unwind(work).unwrap_or_else(|_| Err(fault(recorder.last_stage().as_deref())));
    // What fails while the staging folder is being taken away fails because of the signal.
    let ended = ended.or_else(|error| stop::check().and(Err(error)));
    match &ended {
        Ok(report) => recorder.published(&report.manifest),
        Err(error) => recorder.failed(error),
    }
    ended
}

/// What the newest night took at its peak is the only estimate there is: it is warned of, and stops nothing.
fn warn_if_memory_is_short(config: &Config) {
    let (Some(needed), Some(obtainable)) = (newest_peak(config), memory::obtainable_bytes()) else { return };
    if obtainable < needed {
        const MEBIBYTE: u64 = 1 << 20;
        let (needed, obtainable) = (needed / MEBIBYTE, obtainable / MEBIBYTE);
        tracing::warn!(
            "the newest night took {needed} MiB of memory, and {obtainable} MiB can be had: this one may be killed; \
             fewer threads (`RAYON_NUM_THREADS=1`) take less, and nothing is half published"
        );
    }
}

fn newest_peak(config: &Config) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        peak_memory_bytes: Option<u64>,
    }
    let newest = *published_nights(&config.workspace).ok()?.last()?;
    nights::manifest::<Manifest>(&night_folder(&config.workspace, newest)).ok()?.peak_memory_bytes
}

/// Computes one night to the last file, and writes nothing at all.
///
/// # Errors
/// As [`run_recorded`].
pub fn dry_run(config: &Config, request: &Request, observer: &dyn Observer) -> Result<NightReport> {
    let _lock = WorkspaceLock::acquire_to_read(&config.workspace, request.patience)?;
    night(config, request.as_of, request.accept_volume, Purpose::Rehearse, observer)
}

/// A fault of ours in a stage.
pub fn fault(stage: Option<&str>) -> Error {
    let stage = stage.map(|stage| format!(", in the stage `{stage}`")).unwrap_or_default();
    Error::internal(format!("a fault inside Tercet{stage}; the message above says where"))
        .hint("no night is ever half published; run it again, and report the message if it comes back")
}

/// Tells both the recorder and whoever else watches.
struct Noted<'a> {
    recorder: &'a Recorder,
    observer: &'a dyn Observer,
}

impl Observer for Noted<'_> {
    fn stage_began(&self, stage: &'static str) {
        self.recorder.stage_began(stage);
        self.observer.stage_began(stage);
    }

    fn stage_ended(&self, timing: &StageTiming) {
        self.recorder.stage_ended(timing);
        self.observer.stage_ended(timing);
    }

    fn night_is(&self, as_of: Date) {
        self.recorder.night_is(as_of);
        self.observer.night_is(as_of);
    }

    fn bytes_read(&self, bytes: u64) {
        self.observer.bytes_read(bytes);
    }
}
