//! `tercet run`: one night, published or rehearsed.

use super::arguments::RunArguments;
use super::{configuration, log, print, progress, summary};
use crate::error::Result;
use crate::io::lock::Patience;
use crate::io::stop;
use crate::pipeline::{self, Request};
use crate::runs::Recorder;
use std::sync::Arc;
use std::time::Duration;

pub fn run(arguments: &RunArguments, recorder: &Arc<Recorder>) -> Result<()> {
    let config = configuration(&arguments.place)?;
    let forced = Arc::clone(recorder);
    stop::heed(move |stopped| {
        forced.failed(stopped);
        log::failures(std::slice::from_ref(stopped));
    })?;
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
    Ok(())
}

fn request(arguments: &RunArguments) -> Request {
    let patience = match arguments.wait {
        None => Patience::None,
        Some(None) => Patience::Endless,
        Some(Some(seconds)) => Patience::UpTo(Duration::from_secs(seconds)),
    };
    Request { as_of: arguments.as_of, accept_volume: arguments.accept_volume, patience }
}
