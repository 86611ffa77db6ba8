//! What `verify` found, for people and for machines.

use super::summary::to_json;
use crate::error::{Error, Result};
use crate::verify::{Recomputed, Severity, VerifyReport};

/// A line per generation of a night, the store, and a line per finding.
pub fn table(report: &VerifyReport) -> String {
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
        "store: {} deliveries, {} files, {} bytes\nmodels: {}, backtests: {}\n",
        store.deliveries, store.files, store.bytes, report.models, report.backtests
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
pub fn json(report: &VerifyReport) -> Result<String> {
    let mut value = serde_json::to_value(report)
        .map_err(|cause| Error::internal("the summary cannot be written").caused_by(cause))?;
    value["is_sound"] = report.is_sound().into();
    to_json(&value)
}
