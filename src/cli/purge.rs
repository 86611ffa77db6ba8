//! What `purge` took out and what is left, for people and for machines.

use super::summary::to_json;
use crate::error::Result;
use crate::purge::{CustomerReport, NightsReport};

/// Which nights went.
pub fn nights(report: &NightsReport) -> String {
    let (published, replaced) = (report.published.len(), report.replaced.len());
    let mut text = format!("{published} published and {replaced} replaced nights removed\n");
    if let Some(kept) = report.kept {
        text += &format!("kept: the newest night, {kept}\n");
    }
    text + &left(&report.left)
}

/// What was found of a customer.
pub fn customer(report: &CustomerReport) -> String {
    let mut text = format!(
        "{} files of {} nights written anew, {} nights searched\n",
        report.night_files, report.nights, report.nights_searched
    );
    let rows: Vec<String> = report
        .store
        .rows
        .iter()
        .filter(|(_, rows)| **rows > 0)
        .map(|(table, rows)| format!("{table} {rows}"))
        .collect();
    let rows = if rows.is_empty() { "nothing".to_owned() } else { rows.join(", ") };
    text += &format!("rows taken out of the store: {rows}\n");
    text += &format!(
        "rejected lines redacted: {}; files of `results/` written anew: {}\n",
        report.store.rejects, report.results
    );
    if !report.found_anything() {
        text += "nothing was found of this customer: is the id the one that is delivered?\n";
    }
    text += "later deliveries of this customer are dropped and counted as purged\n";
    text + &left(&report.left)
}

fn left(left: &[String]) -> String {
    left.iter().map(|what| format!("left: {what}\n")).collect()
}

/// The same for machines.
///
/// # Errors
/// Kind `Internal` if it cannot be written, which is a fault of ours.
pub fn json(report: &impl serde::Serialize) -> Result<String> {
    let value = serde_json::to_value(report)
        .map_err(|cause| crate::error::Error::internal("the summary cannot be written").caused_by(cause))?;
    to_json(&value)
}
