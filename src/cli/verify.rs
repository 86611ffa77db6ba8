//! `tercet verify`: what it found, for people and for machines.

use super::arguments::VerifyArguments;
use super::summary::to_json;
use super::{configuration, print, progress, stop_at_signals};
use crate::error::{Kind, Result};
use crate::verify::{Question, Recomputed, Severity, VerifyReport, verify};
use serde_json::json;
use std::process::ExitCode;

/// What is damaged ends as a fault of the machine does.
pub fn run(arguments: &VerifyArguments) -> Result<ExitCode> {
    let config = configuration(&arguments.place)?;
    stop_at_signals()?;
    let progress = progress::Bar::new();
    let (as_of, recompute, patience) = (arguments.as_of, arguments.recompute, arguments.wait.patience());
    let report = verify(&config, &Question { as_of, recompute, patience }, &progress)?;
    progress.clear();
    print(&if arguments.place.json { json(&report)? + "\n" } else { table(&report) })?;
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(Kind::Internal.exit_code()) })
}

/// A line per generation of a night, the store, and a line per finding.
fn table(report: &VerifyReport) -> String {
    let mut text = String::new();
    for night in &report.nights {
        let run = night.run_id.as_deref().unwrap_or("-");
        text += &format!("{}: run {run}, {} files, {} bytes", night.folder, night.files, night.bytes);
        text += &match &night.recomputed {
            None => String::new(),
            Some(Recomputed::Same { files }) => format!("; computed again, {files} files are the same"),
            Some(Recomputed::Differs { files }) => format!("; computed again, {} files differ", files.len()),
            Some(Recomputed::Impossible { because }) => format!("; not computed again: {because}"),
        };
        text.push('\n');
    }
    let store = &report.store;
    text += &format!(
        "store: {} deliveries, {} files, {} bytes\nmodels: {}, backtests: {}, runs: {}\n",
        store.deliveries, store.files, store.bytes, report.models, report.backtests, report.runs
    );
    for finding in &report.findings {
        let word = match finding.severity {
            Severity::Damaged => "damaged",
            Severity::Notice => "notice",
        };
        text += &format!("{word}: {}: {}; {}\n", finding.file, finding.what, finding.hint);
    }
    let damaged = report.findings.iter().filter(|finding| finding.severity == Severity::Damaged).count();
    text + &if damaged == 0 { "sound\n".to_owned() } else { format!("{damaged} findings of damage\n") }
}

/// The same for machines.
///
/// # Errors
/// Kind `Internal` if it cannot be written, which is a fault of ours.
fn json(report: &VerifyReport) -> Result<String> {
    let mut value = json!(report);
    value["is_sound"] = report.is_sound().into();
    to_json(&value)
}
