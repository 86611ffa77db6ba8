//! What a person reads of a check and of the store, and the same for machines.

use super::summary::to_json;
use crate::error::{Error, Result};
use crate::money::decimal;
use crate::pipeline::{CheckReport, StatusReport};
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
            books.rejected.to_string(),
            dates,
            amount,
        ]);
    }
    right(&mut table, &[4, 5, 6, 7, 8, 10]);
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

/// Table by table, then the whole.
pub fn status(report: &StatusReport) -> String {
    if report.tables.is_empty() {
        return "the store is empty\n".to_owned();
    }
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
            held.rejected.to_string(),
            dates,
        ]);
    }
    right(&mut table, &[1, 4, 5, 6, 7, 8]);
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
