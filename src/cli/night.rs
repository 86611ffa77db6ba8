//! `tercet run`: one night, published or rehearsed.

use super::arguments::RunArguments;
use super::{configuration, log, print, progress, summary};
use crate::error::{Error, Result};
use crate::io::stop::{self, Errand};
use crate::pipeline::{self, Request};
use crate::runs::Recorder;
use std::sync::Arc;

pub fn run(arguments: &RunArguments, recorder: &Arc<Recorder>) -> Result<()> {
    let config = configuration(&arguments.place)?;
    let recorded = Arc::clone(recorder);
    stop_and_record_at_signals(Errand::OneNight, move || recorded)?;
    let request = request(arguments);
    let progress = progress::Bar::new();
    let report = if arguments.dry_run {
        pipeline::dry_run(&config, &request, &progress)
    } else {
        pipeline::run_recorded(&config, &request, recorder, &progress)
    };
    progress.clear();
    let report = report?;
    for warning in &report.manifest.warnings {
        log::warning(warning);
    }
    let (run_id, milliseconds) = (report.manifest.run_id.as_str(), report.milliseconds);
    let rows: usize = report.manifest.rows.values().sum();
    let as_of = report.manifest.as_of.to_string();
    let what = if arguments.dry_run { "night rehearsed, nothing written" } else { "night published" };
    tracing::info!(run_id, as_of, rows, milliseconds, "{what}");
    let summary = if arguments.place.json {
        summary::json(&report, arguments.dry_run)? + "\n"
    } else {
        summary::table(&report, &config, arguments.dry_run)
    };
    if let Err(error) = print(&summary) {
        // The night can be seen already: a scheduler that ran it again would gain nothing.
        log::warning(&format!("{error}; the night is at `{}`", report.folder.display()));
    }
    if let (false, Err(stopped)) = (arguments.dry_run, stop::check()) {
        say_stopped_late(&stopped);
    }
    Ok(())
}

/// Long work ends within two seconds of SIGINT or SIGTERM, and the run that `current` tells is written down: as stopped, or
/// as published where its night can be seen.
pub fn stop_and_record_at_signals(
    errand: Errand,
    current: impl FnOnce() -> Arc<Recorder> + Send + 'static,
) -> Result<()> {
    stop::heed(errand, move |stopped, is_shown| {
        // Side by side: neither the disk nor the reader of standard error holds the other up.
        std::thread::scope(|threads| {
            let say = || {
                if is_shown {
                    say_stopped_late(stopped);
                } else {
                    log::failures(std::slice::from_ref(stopped));
                }
            };
            // Where no thread can be had, the record says it alone.
            drop(std::thread::Builder::new().spawn_scoped(threads, say));
            if is_shown {
                current().published_by_force();
            } else {
                current().failed_by_force(stopped);
            }
        });
    })
}

fn say_stopped_late(stopped: &Error) {
    log::warning(&format!("{stopped} after the night was published, which is whole"));
}

fn request(arguments: &RunArguments) -> Request {
    let (as_of, accept_volume) = (arguments.as_of, arguments.accept_volume);
    Request { as_of, accept_volume, patience: arguments.wait.patience() }
}
