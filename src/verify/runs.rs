//! The history of runs: records, their table and the metrics against their seals, events of lineage against the records.
//!
//! A file that is gone is no damage: events are shipped away, and nothing depends on any of them.

use super::finding::Findings;
use super::{Content, bytes_of, content_of};
use crate::error::Result;
use crate::io::census::{beneath, size_and_digest};
use crate::runs::{FOLDER, FORMAT, LINEAGE, METRICS, METRICS_START, RunRecord, SUFFIX, TABLE};
use crate::seal;
use std::collections::BTreeSet;

const RESTORE: &str = "restore it from a backup, or remove it: no night depends on it";
const RENEWED: &str = "the next run writes it anew";
const OLDER: &str = "has no seal: an older version wrote it";
const LEFT: &str = "a run that died left it, or an older version; it may be removed";

/// What the records say of other files.
#[derive(Default)]
struct Told {
    records: usize,
    events: BTreeSet<String>,
}

/// Looks at every file; how many runs are recorded.
pub(super) fn checked(findings: &mut Findings<'_>) -> Result<usize> {
    let told = records(findings)?;
    for found in beneath(&findings.workspace().join(LINEAGE))? {
        if !told.events.contains(&found.name) {
            findings.notice(&format!("{LINEAGE}/{}", found.name), "is named by no record of a run", LEFT);
        }
    }
    renewed(TABLE, seal::parquet::is_whole, seal::parquet::has_none, findings);
    renewed(METRICS, seal::text::is_whole, |bytes| bytes.starts_with(METRICS_START.as_bytes()), findings);
    Ok(told.records)
}

fn records(findings: &mut Findings<'_>) -> Result<Told> {
    let mut told = Told::default();
    for found in beneath(&findings.workspace().join(FOLDER))? {
        let name = format!("{FOLDER}/{}", found.name);
        let Some(id) = found.name.strip_suffix(SUFFIX).filter(|_| !found.name.starts_with('.')) else {
            findings.notice(&name, "is no record of a run", LEFT);
            continue;
        };
        let Some(json) = bytes_of(&name, findings, RESTORE) else { continue };
        told.records += 1;
        let is_sealed = seal::opened(&json).1;
        let is_of_older = !is_sealed && json.starts_with(b"{\n  \"format\"");
        if is_of_older {
            findings.notice(&name, OLDER, "nothing need be done");
        }
        match RunRecord::read(&json).filter(|_| is_sealed || is_of_older) {
            None => findings.damaged(&name, "is not what was sealed", RESTORE),
            Some(record) if record.format != FORMAT => {
                findings.notice(&name, "is of another format", "another version wrote it");
            }
            Some(record) if record.execution_id != id => {
                findings.damaged(&name, "is the record of another run", RESTORE);
            }
            Some(record) => events(record, &mut told, findings)?,
        }
    }
    Ok(told)
}

/// The events that a record names, where they are still there.
fn events(record: RunRecord, told: &mut Told, findings: &mut Findings<'_>) -> Result<()> {
    for event in record.lineage {
        let name = format!("{LINEAGE}/{}", event.path);
        let found = size_and_digest(&findings.workspace().join(&name))?;
        if found.is_some_and(|found| found != (event.bytes, event.blake3)) {
            findings.damaged(&name, "has another digest than the record of its run says", RESTORE);
        }
        told.events.insert(event.path);
    }
    Ok(())
}

/// A file that every run writes anew when it ends: after an upgrade it is the older program's until one has.
fn renewed(
    name: &str,
    is_whole: fn(&[u8]) -> bool,
    has_no_seal: fn(&[u8]) -> bool,
    findings: &mut Findings<'_>,
) {
    match content_of(name, findings, RENEWED) {
        Content::Bytes(bytes) if is_whole(&bytes) => {}
        Content::Bytes(bytes) if has_no_seal(&bytes) => findings.notice(name, OLDER, RENEWED),
        Content::Bytes(_) => findings.damaged(name, "is not what was sealed", RENEWED),
        Content::Missing | Content::Unreadable => {}
    }
}
