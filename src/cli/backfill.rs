//! What `backfill` did, for people and for machines.

use super::summary::to_json;
use crate::error::Result;
use crate::pipeline::{BackfillReport, Filled};

/// One night, as soon as it is done.
pub fn line(filled: &Filled) -> String {
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
pub fn json(report: &BackfillReport) -> Result<String> {
    let failed = report.failed.as_ref().map(|(as_of, failure)| {
        serde_json::json!({
            "as_of": as_of, "exit_code": failure.kind().exit_code(), "error": failure.to_string(),
        })
    });
    to_json(&serde_json::json!({ "nights": report.nights, "failed": failed }))
}
