//! `tercet backfill`: night after night, and what became of each, for people and for machines.

use super::arguments::{BackfillArguments, EveryArgument, PlaceArguments};
use super::night::stop_and_record_at_signals;
use super::summary::to_json;
use super::{configuration, failed, log, print, progress};
use crate::error::Result;
use crate::io::stop::Errand;
use crate::pipeline::{self, BackfillReport, Every, Filled, Span};
use crate::runs::Recorder;
use clap::ValueEnum;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// The first failure ends it, with that night's exit code.
pub fn run(arguments: &BackfillArguments, first: &Arc<Recorder>) -> Result<ExitCode> {
    let config = configuration(&arguments.place)?;
    let current = Arc::new(Mutex::new(Arc::clone(first)));
    let recorded = Arc::clone(&current);
    stop_and_record_at_signals(Errand::Other, move || {
        Arc::clone(&recorded.lock().unwrap_or_else(PoisonError::into_inner))
    })?;
    // Lines of the log and records of runs are found by one id, night by night.
    let mut is_first = true;
    let mut recorder = || {
        let next = if is_first { Arc::clone(first) } else { Arc::default() };
        is_first = false;
        log::execution_began(next.execution_id());
        *current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&next);
        next
    };
    let progress = progress::Bar::new();
    let mut printed = Ok(());
    let report = pipeline::backfill(&config, &span(arguments), &mut recorder, &progress, &mut |night| {
        if !arguments.place.json && printed.is_ok() {
            printed = print(&line(night));
        }
    })?;
    progress.clear();
    printed?;
    if arguments.place.json {
        print(&(json(&report)? + "\n"))?;
    }
    Ok(match report.failed {
        None => ExitCode::SUCCESS,
        Some((as_of, failure)) => failed(&[failure.hint(again(arguments, &as_of.to_string()))]),
    })
}

fn span(arguments: &BackfillArguments) -> Span {
    Span {
        from: arguments.from,
        to: arguments.to,
        every: match arguments.every {
            EveryArgument::Day => Every::Day,
            EveryArgument::Week => Every::Week,
            EveryArgument::MonthEnd => Every::MonthEnd,
        },
        rerun: arguments.rerun,
        accept_volume: arguments.accept_volume,
        patience: arguments.wait.patience(),
    }
}

/// The command that goes on after a failure.
fn again(arguments: &BackfillArguments, as_of: &str) -> String {
    let every = arguments.every.to_possible_value();
    let every = every.map(|every| every.get_name().to_owned()).unwrap_or_default();
    let flags = [(arguments.rerun, " --rerun"), (arguments.accept_volume, " --accept-volume")];
    let flags: String = flags.into_iter().filter_map(|(is_given, flag)| is_given.then_some(flag)).collect();
    let PlaceArguments { config, data, workspace, .. } = &arguments.place;
    let places = [(config, " --config "), (data, " --data "), (workspace, " --workspace ")];
    let places =
        places.into_iter().filter_map(|(path, flag)| Some(format!("{flag}{}", path.as_ref()?.display())));
    let (to, places) = (arguments.to, places.collect::<String>());
    format!(
        "once that is mended, go on with `tercet backfill --from {as_of} --to {to} --every {every}{flags}{places}`"
    )
}

/// One night, as soon as it is done.
fn line(filled: &Filled) -> String {
    match filled {
        Filled::Published { as_of, run_id, milliseconds, replaced } => {
            let again = if *replaced { " again" } else { "" };
            format!("{as_of} published{again}, run {run_id} ({:.1} s)\n", milliseconds / 1e3)
        }
        Filled::Skipped { as_of } => format!("{as_of} is published already\n"),
    }
}

/// All of them, and where to go on after a failure.
///
/// # Errors
/// Kind `Internal` if it cannot be written, which is a fault of ours.
fn json(report: &BackfillReport) -> Result<String> {
    let failed = report.failed.as_ref().map(|(as_of, failure)| {
        serde_json::json!({
            "as_of": as_of, "exit_code": failure.kind().exit_code(), "error": failure.to_string(),
        })
    });
    to_json(&serde_json::json!({ "nights": report.nights, "failed": failed }))
}
