//! What was read out of workbooks, for a person and for machines.

use super::summary::to_json;
use crate::config::Config;
use crate::error::Result;
use crate::labels::Labels;
use crate::results::{FileReport, Report};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// Counts per workbook and in all; rejected rows are told apart from them.
pub fn table(report: &Report, config: &Config) -> String {
    let labels = Labels::of(config.language);
    let word = |code: &str| labels.text("results", code).to_owned();
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header(
        ["file", "night", "manager", "rows", "contacts", "reached", "repeated", "known", "rejected"]
            .map(word),
    );
    for row in &report.files {
        let counts = counts(row).map(|n| n.to_string());
        let who = [row.file.clone(), row.as_of.to_string(), row.manager_id.escape_debug().to_string()];
        table.add_row(who.into_iter().chain(counts));
    }
    let sum = |at: usize| report.files.iter().map(|row| counts(row)[at]).sum::<usize>().to_string();
    if report.files.len() > 1 {
        table.add_row([word("all"), String::new(), String::new()].into_iter().chain((0..6).map(sum)));
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{table}\n");
    for (file, of) in &report.copies {
        text += &labels.fill("results", "copy", &[("file", file), ("of", of)]);
        text.push('\n');
    }
    let ending = match (report.is_kept(), report.files.iter().any(|row| row.contacts > 0)) {
        (true, true) => "kept",
        (true, false) => "nothing_new",
        (false, _) => "nothing_kept",
    };
    text + labels.text("results", ending) + "\n"
}

fn counts(row: &FileReport) -> [usize; 6] {
    [row.rows, row.contacts, row.reached, row.repeated, row.known, row.rejected]
}

/// The same for machines: one JSON object.
pub fn json(report: &Report) -> Result<String> {
    let sum = |at: usize| report.files.iter().map(|row| counts(row)[at]).sum::<usize>();
    let refusal = |error: &crate::error::Error| serde_json::json!({ "error": error.to_string(), "hints": error.hints() });
    to_json(&serde_json::json!({
        "is_kept": report.is_kept(),
        "files": report.files,
        "copies": report.copies.iter().map(|(file, of)| serde_json::json!({ "file": file, "of": of })).collect::<Vec<_>>(),
        "rows": sum(0),
        "contacts": sum(1),
        "reached": sum(2),
        "repeated": sum(3),
        "known": sum(4),
        "rejected": sum(5),
        "rejects": report.rejects,
        "refusals": report.refusals.iter().map(refusal).collect::<Vec<_>>(),
    }))
}
