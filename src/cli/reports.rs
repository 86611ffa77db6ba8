//! What a person reads of a check and of the store, and the same for machines.

use super::summary::to_json;
use crate::error::{Error, Result};
use crate::money::decimal;
use crate::pipeline::{CheckReport, Operation, RunStatus, StatusReport};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde_json::json;
use std::fmt::Write;

/// File by file, then the verdict.
pub fn check(report: &CheckReport) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header([
        "table",
        "file",
        "encoding",
        "delivered",
        "rows",
        "used",
        "duplicate",
        "superseded",
        "trailers",
        "purged",
        "rejected",
        "dates",
        "amount",
    ]);
    for file in &report.files {
        let books = &file.books;
        let dates = file.dates.map(|(first, last)| format!("{first} to {last}")).unwrap_or_default();
        let amount = if file.dates.is_some() { decimal(books.amounts.used) } else { String::new() };
        table.add_row([
            file.table.to_owned(),
            file.name.escape_debug().to_string(),
            file.encoding.to_owned(),
            file.delivered_on.map(|on| on.to_string()).unwrap_or_default(),
            books.rows.to_string(),
            books.used.to_string(),
            books.duplicate.to_string(),
            books.superseded.to_string(),
            books.trailers.to_string(),
            books.purged.to_string(),
            books.rejected.to_string(),
            dates,
            amount,
        ]);
    }
    right(&mut table, &[4, 5, 6, 7, 8, 9, 10, 12]);
    let mut text = format!("{table}\n");
    for file in report.files.iter().filter(|file| !file.rejects.is_empty()) {
        let _ = writeln!(text, "\n{}: {} rows rejected", file.name.escape_debug(), file.books.rejected);
        for found in &file.rejects {
            let column = if found.column.is_empty() {
                String::new()
            } else {
                format!("`{}` ", found.column.escape_debug())
            };
            let _ = writeln!(text, "  {}  {column}{}", found.rows, found.reason.escape_debug());
            for (line, masked) in &found.examples {
                let _ = writeln!(text, "      line {line}: {}", masked.escape_debug());
            }
        }
    }
    for warning in report.taken.all_warnings() {
        let _ = writeln!(text, "\nwarning: {warning}");
    }
    for file in report.files.iter().filter(|file| file.extra_columns > 0) {
        let (name, n) = (file.name.escape_debug(), file.extra_columns);
        let _ = writeln!(text, "\n{name}: {n} columns that nothing is filled from");
    }
    let _ = writeln!(text, "\n{}", verdict(report));
    text
}

fn verdict(report: &CheckReport) -> String {
    let (new, known) = (report.files.len(), report.n_known);
    let every = if report.files.iter().all(|file| file.reconciles) {
        "every row and amount is accounted for"
    } else {
        "the books do not add up"
    };
    match (report.refusals.len(), report.night) {
        (0, Some(night)) => {
            format!("{new} new files, {known} known; {every}; the night of {night} can be run")
        }
        (0, None) => format!("{new} new files, {known} known; {every}; there is no night yet"),
        (1, _) => format!("{new} files read, {known} known; a night would stop:"),
        (n, _) => {
            format!("{new} files read, {known} known; a night would stop at the first of {n} refusals:")
        }
    }
}

/// # Errors
/// Kind `Internal` if the report cannot be written.
pub fn check_json(report: &CheckReport) -> Result<String> {
    let refusals: Vec<_> = report.refusals.iter().map(refusal).collect();
    let warnings: Vec<_> = report.taken.all_warnings().iter().map(ToString::to_string).collect();
    to_json(&json!({
        "files": report.files,
        "known": report.n_known,
        "night": report.night,
        "refusal": refusals.first(),
        "refusals": refusals,
        "warnings": warnings,
    }))
}

fn refusal(error: &Error) -> serde_json::Value {
    json!({ "error": error.to_string(), "hints": error.hints(), "exit_code": error.kind().exit_code() })
}

/// The store table by table, then nights, models, drift and runs, a line each.
pub fn status(report: &StatusReport) -> String {
    let store = if report.tables.is_empty() { "the store is empty\n".to_owned() } else { store(report) };
    store + &operation(&report.operation)
}

fn operation(operation: &Operation) -> String {
    let (nights, runs) = (&operation.nights, &operation.runs);
    let mut text = String::new();
    if let Some((first, newest)) = nights.first.zip(nights.newest) {
        let latest = nights.latest.map_or("nothing".to_owned(), |night| night.to_string());
        let n = nights.published;
        let _ = writeln!(text, "nights: {n} published, {first} to {newest}; LATEST names {latest}");
    }
    for model in &operation.models {
        let (what, id, until) = (&model.what, &model.model_id, model.trained_through);
        let _ = writeln!(text, "model: {what} {id}, trained through {until}, {}", model.status);
    }
    if let Some(drift) = &operation.drift {
        let most = drift.most.as_ref().map(|(column, index)| format!("; most of all {column}: {index:.2}"));
        let (columns, alarmed, warned) = (drift.columns, drift.alarmed, drift.warned);
        let _ = writeln!(
            text,
            "drift on {}: of {columns} columns {alarmed} at the alarm, {warned} at the warning{}",
            drift.as_of,
            most.unwrap_or_default()
        );
    }
    if let Some(last) = &runs.last {
        let _ = writeln!(text, "last of {} runs: {}", runs.recorded, run(last));
    }
    if let Some(failed) = &runs.last_failed {
        let _ = writeln!(text, "last failure: {}", run(failed));
    }
    text
}

fn run(run: &RunStatus) -> String {
    let mut text = format!("{} {}", run.started_at, run.outcome.code());
    if let Some(as_of) = run.as_of {
        let _ = write!(text, ", night of {as_of}");
    }
    if let Some(milliseconds) = run.milliseconds {
        let _ = write!(text, ", {:.1} s", milliseconds / 1e3);
    }
    if let Some(code) = run.exit_code.filter(|code| *code != 0) {
        let _ = write!(text, ", exit code {code}");
    }
    if let Some(stage) = &run.failed_stage {
        let _ = write!(text, ", in the stage `{stage}`");
    }
    if let Some(error) = &run.error {
        let _ = write!(text, ": {error}");
    }
    text
}

fn store(report: &StatusReport) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header([
        "table",
        "deliveries",
        "first",
        "last",
        "rows",
        "used",
        "duplicate",
        "superseded",
        "trailers",
        "purged",
        "rejected",
        "dates",
    ]);
    for held in &report.tables {
        let dates = held.dates.map(|(first, last)| format!("{first} to {last}")).unwrap_or_default();
        table.add_row([
            held.table.to_owned(),
            held.deliveries.to_string(),
            held.first_delivered_on.to_string(),
            held.last_delivered_on.to_string(),
            held.rows.to_string(),
            held.used.to_string(),
            held.duplicate.to_string(),
            held.superseded.to_string(),
            held.trailers.to_string(),
            held.purged.to_string(),
            held.rejected.to_string(),
            dates,
        ]);
    }
    right(&mut table, &[1, 4, 5, 6, 7, 8, 9, 10]);
    let night = report.newest_night.map_or("none".to_owned(), |night| night.to_string());
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let mebibytes = report.bytes as f64 / f64::from(1 << 20);
    format!(
        "{table}\n\ncommit {}, {} files, {mebibytes:.1} MiB, {} deliveries replaced, newest night {night}\n",
        report.sequence, report.files, report.replaced
    )
}

/// # Errors
/// Kind `Internal` if the report cannot be written.
pub fn status_json(report: &StatusReport) -> Result<String> {
    to_json(&json!(report))
}

fn right(table: &mut Table, columns: &[usize]) {
    for at in columns {
        if let Some(column) = table.column_mut(*at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
