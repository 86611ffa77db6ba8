//! The history of runs: records, their table and the metrics against their seals, events of lineage against the records.
//!
//! A file that is gone is no damage: events are shipped away, and nothing depends on any of them.

use super::bytes_of;
use super::finding::Findings;
use crate::error::Result;
use crate::io::census::{beneath, size_and_digest};
use crate::runs::{FOLDER, FORMAT, LINEAGE, METRICS, RunRecord, SUFFIX, TABLE};
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
    /// The newest record has no seal: the program that wrote it last sealed nothing.
    is_of_older: bool,
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
    renewed(TABLE, seal::parquet::is_whole, &told, findings)?;
    renewed(METRICS, seal::text::is_whole, &told, findings)?;
    Ok(told.records)
}

/// Execution ids begin with their time: the newest record comes last.
fn records(findings: &mut Findings<'_>) -> Result<Told> {
    let mut told = Told::default();
    for found in beneath(&findings.workspace().join(FOLDER))? {
        let name = format!("{FOLDER}/{}", found.name);
        let Some(id) = found.name.strip_suffix(SUFFIX).filter(|_| !found.name.starts_with('.')) else {
            findings.notice(&name, "is no record of a run", LEFT);
            continue;
        };
        let Some(json) = bytes_of(&name, findings, RESTORE) else { continue };
        let is_sealed = seal::opened(&json).1;
        if is_sealed || !json.starts_with(b"{\n  \"format\"") {
            (told.is_of_older, told.records) = (false, told.records + 1);
        } else {
            (told.is_of_older, told.records) = (true, told.records + 1);
            findings.notice(&name, OLDER, "nothing need be done");
        }
        match RunRecord::read(&json).filter(|_| is_sealed || told.is_of_older) {
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

/// A file that every run writes anew.
fn renewed(name: &str, is_whole: fn(&[u8]) -> bool, told: &Told, findings: &mut Findings<'_>) -> Result<()> {
    if size_and_digest(&findings.workspace().join(name))?.is_none() {
        return Ok(());
    }
    let Some(bytes) = bytes_of(name, findings, RENEWED) else { return Ok(()) };
    match (is_whole(&bytes), told.is_of_older) {
        (true, _) => {}
        (false, true) => findings.notice(name, OLDER, RENEWED),
        (false, false) => findings.damaged(name, "is not what was sealed", RENEWED),
    }
    Ok(())
}
