//! Follows one run and writes down how it goes; told of its end once, by whoever comes first.

use super::lineage::{self, LineageEvent};
use super::record::{FOLDER, Outcome, RunRecord, StageRecord, records};
use super::{execution_id, metrics, table};
use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Kind, Result};
use crate::io::clock;
use crate::io::rewritten::remove_unfinished;
use crate::publish::{Manifest, StageTiming};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// What is known of a run that never told its end.
const NO_WORD: &str = "killed, out of memory, or the machine went down";

/// The books of one run. Shared with the thread that ends a process by force.
#[derive(Debug)]
pub struct Recorder {
    execution_id: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    workspace: PathBuf,
    datasets: lineage::Datasets,
    /// From the beginning to the end of the run.
    open: Option<RunRecord>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    pub fn new() -> Self {
        Self { execution_id: execution_id::new(), state: Mutex::default() }
    }

    /// Names this run in logs, in lineage and in the history.
    pub fn execution_id(&self) -> &str {
        &self.execution_id
    }

    /// The run holds the workspace from here on. What an earlier one never said of its end is said for it.
    pub fn begin(&self, config: &Config, as_of: Option<Date>) {
        let mut state = self.state();
        let mut record = RunRecord::begun(&self.execution_id, clock::now(), as_of);
        state.workspace.clone_from(&config.workspace);
        state.datasets = lineage::Datasets::of(config);
        let workspace = &state.workspace;
        let mut folders = [FOLDER, lineage::FOLDER].into_iter();
        let cleared = folders.try_for_each(|folder| remove_unfinished(&workspace.join(folder)));
        let buried = records(workspace).and_then(|before| bury(workspace, before));
        warned("the runs before it", cleared.and(buried));
        warned("its beginning", written(workspace, &mut record, lineage::started));
        state.open = Some(record);
    }

    pub fn stage_began(&self, stage: &'static str) {
        let State { workspace, open, .. } = &mut *self.state();
        // Where the process is killed, this is all that tells how far it came.
        if let Some(record) = open {
            record.failed_stage = Some(stage.to_owned());
            warned("its stage", record.write(workspace));
        }
    }

    pub fn stage_ended(&self, timing: &StageTiming) {
        if let Some(record) = &mut self.state().open {
            let (stage, rows) = (timing.stage.to_owned(), timing.rows as u64);
            record.stages.push(StageRecord { stage, rows, milliseconds: timing.milliseconds });
        }
    }

    pub fn night_is(&self, as_of: Date) {
        if let Some(record) = &mut self.state().open {
            record.as_of = Some(as_of);
        }
    }

    /// The stage that began last.
    pub fn last_stage(&self) -> Option<String> {
        self.state().open.as_ref()?.failed_stage.clone()
    }

    /// The night can be seen.
    pub fn published(&self, manifest: &Manifest) {
        let mut state = self.state();
        let Some(mut record) = state.taken_as_published() else { return };
        record.run_id = Some(manifest.run_id.clone());
        record.rows = Some(manifest.rows.values().map(|rows| *rows as u64).sum());
        record.customers = manifest.customers.get("in_night").map(|n| *n as u64);
        record.rejected = Some(manifest.inputs.iter().map(|input| input.rows.rejected).sum());
        record.warnings = Some(manifest.warnings.len() as u64);
        state.close(record, |record, datasets| lineage::completed(record, datasets, manifest));
    }

    /// The run ended without a night.
    pub fn failed(&self, error: &Error) {
        self.state().failed(error);
    }

    /// The same, told by the thread that ends the process: it waits for nobody.
    pub fn failed_by_force(&self, error: &Error) {
        if let Some(mut state) = self.state_by_force() {
            state.failed(error);
        }
    }

    /// The night can be seen, and what followed from it had no time to come to its end: its figures stand in its manifest.
    pub fn published_by_force(&self) {
        let Some(mut state) = self.state_by_force() else { return };
        let Some(record) = state.taken_as_published() else { return };
        state.close(record, |record, _| lineage::completed_by_force(record));
    }

    /// Whoever holds it may be held up himself, or is telling the end.
    fn state_by_force(&self) -> Option<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// A thread that panicked left the state whole: its parts are set at once.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn taken_as_published(&mut self) -> Option<RunRecord> {
        let record = self.open.take()?;
        Some(RunRecord { outcome: Outcome::Published, failed_stage: None, exit_code: Some(0), ..record })
    }

    fn failed(&mut self, error: &Error) {
        let Some(mut record) = self.open.take() else { return };
        let is_stopped = matches!(error.kind(), Kind::Stopped(_));
        record.outcome = if is_stopped { Outcome::Stopped } else { Outcome::Failed };
        record.exit_code = Some(error.kind().exit_code());
        record.error_kind = Some(error.kind().code().to_owned());
        record.error = Some(error.to_string());
        self.close(record, |record, _| lineage::ended_early(record));
    }

    fn close(
        &self,
        mut record: RunRecord,
        event: impl FnOnce(&RunRecord, &lineage::Datasets) -> Result<LineageEvent>,
    ) {
        let ended = clock::now();
        record.ended_at = Some(ended);
        #[expect(clippy::cast_precision_loss, reason = "a duration")]
        let milliseconds = (ended.unix_milliseconds - record.started_at.unix_milliseconds) as f64;
        record.milliseconds = Some(milliseconds);
        let ended = written(&self.workspace, &mut record, |record| event(record, &self.datasets));
        warned("its end", ended);
        match records(&self.workspace) {
            Ok(runs) => {
                warned("the metrics", metrics::write(&self.workspace, &record, &runs));
                warned("the history of runs", table::write(&self.workspace, &runs));
            }
            unread => warned("the metrics and the history of runs", unread.map(drop)),
        }
    }
}

/// Of runs that never told their end, while this one holds the workspace: they are dead.
fn bury(workspace: &Path, before: Vec<RunRecord>) -> Result<()> {
    for mut record in before.into_iter().filter(|record| record.outcome == Outcome::Running) {
        record.outcome = Outcome::Died;
        record.error = Some(NO_WORD.to_owned());
        let stage = record.failed_stage.as_deref().unwrap_or_default();
        tracing::warn!(died = record.execution_id, stage, "an earlier run ended without a word: {NO_WORD}");
        written(workspace, &mut record, lineage::ended_early)?;
    }
    Ok(())
}

/// Writes the record, which names the event by its digest, and then the event; neither waits for the other's success.
fn written(
    workspace: &Path,
    record: &mut RunRecord,
    event: impl FnOnce(&RunRecord) -> Result<LineageEvent>,
) -> Result<()> {
    let event = event(record)?;
    record.lineage.push(event.digest());
    record.write(workspace).and(event.write(workspace))
}

/// The night matters more than what is written about it.
fn warned(what: &str, written: Result<()>) {
    if let Err(error) = written {
        tracing::warn!(%error, "cannot write down {what}; the run goes on");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::overlay;

    /// A run that was begun and reached publishing, and what is kept of it once `end` has told its end.
    fn kept(end: impl FnOnce(&Recorder)) -> RunRecord {
        let home = tempfile::tempdir().unwrap();
        let mut raw = overlay::read_defaults().unwrap();
        raw.workspace = home.path().to_owned();
        let recorder = Recorder::new();
        recorder.begin(&raw.check().unwrap(), None);
        recorder.stage_began("publish");
        end(&recorder);
        records(home.path()).unwrap().remove(0)
    }

    #[test]
    fn an_end_by_force_is_kept_as_the_night_is_seen() {
        let shown = kept(Recorder::published_by_force);
        assert_eq!((shown.outcome, shown.exit_code, shown.failed_stage), (Outcome::Published, Some(0), None));
        assert_eq!((shown.rows, shown.lineage.len()), (None, 2));
        let stopped =
            kept(|recorder| recorder.failed_by_force(&Error::stopped(crate::error::Signal::Terminate)));
        assert_eq!((stopped.outcome, stopped.exit_code), (Outcome::Stopped, Some(143)));
        assert_eq!(stopped.failed_stage.as_deref(), Some("publish"));
    }

    #[test]
    fn who_tells_the_end_is_not_waited_for() {
        let held = kept(|recorder| {
            let _telling = recorder.state();
            recorder.published_by_force();
        });
        assert_eq!(held.outcome, Outcome::Running);
    }
}
