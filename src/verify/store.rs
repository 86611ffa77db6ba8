//! The store against its commit: every file's digest, the rows of segments, the books of deliveries.

use super::StoreChecked;
use super::bytes_of;
use super::finding::{Finding, Findings, Severity};
use crate::config::Config;
use crate::contract::tables::Table;
use crate::error::Result;
use crate::io::census::{beneath, footer, size_and_digest};
use crate::io::pool::Stored;
use crate::seal;
use crate::store::commit::Commit;
use crate::store::tombstones::{KEY_FILE, Tombstones};
use crate::store::{COMMIT, FOLDER};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const RESTORE: &str = "restore the store from a backup, or move it away and deliver the history again";
const SWEPT: &str = "the next run sweeps it away";

/// The commit, if it can be read, after all that it names was looked at; `None` too where there is no store.
pub(super) fn checked(config: &Config, findings: &mut Findings<'_>) -> Result<Option<Commit>> {
    let folder = config.workspace.join(FOLDER);
    let there = beneath(&folder)?;
    if there.is_empty() {
        return Ok(None);
    }
    let commit_name = format!("{FOLDER}/{COMMIT}");
    let Some(json) = bytes_of(&commit_name, findings, RESTORE) else { return Ok(None) };
    let commit = match Commit::from_json(&json, config.store.buckets) {
        Ok(commit) => commit,
        Err(refused) => {
            let hint = refused.hints().first().map_or(RESTORE, String::as_str).to_owned();
            findings.damaged(&commit_name, &refused.with_causes(), &hint);
            return Ok(None);
        }
    };
    if !seal::is_claimed(&json) {
        findings.notice(&commit_name, "has no seal: an older version wrote it", "the next delivery seals it");
    }
    let rows: BTreeMap<&str, u64> =
        commit.segments.iter().map(|segment| (segment.file.name.as_str(), segment.rows)).collect();
    let stored: Vec<&Stored> = commit.stored().collect();
    let found: Vec<Result<Option<Finding>>> = stored
        .into_par_iter()
        .map(|file| of_file(config, file, rows.get(file.name.as_str()).copied()))
        .collect();
    for finding in found {
        findings.extend(finding?);
    }
    let named: BTreeSet<&str> = commit.files();
    for found in there.iter().filter(|found| found.name != COMMIT && !named.contains(found.name.as_str())) {
        let name = format!("{FOLDER}/{}", found.name);
        findings.notice(&name, "is named by no commit: left by an ingest that died", SWEPT);
    }
    books(&commit, &commit_name, findings);
    if let Err(refused) = Tombstones::of(&config.workspace, &commit.purged) {
        let hint = refused.hints().first().map_or("put it back from a backup", String::as_str).to_owned();
        findings.damaged(KEY_FILE, &refused.with_causes(), &hint);
    }
    Ok(Some(commit))
}

pub(super) fn figures(commit: Option<&Commit>) -> StoreChecked {
    commit.map_or_else(StoreChecked::default, |commit| StoreChecked {
        files: commit.files().len(),
        bytes: commit.bytes(),
        deliveries: commit.deliveries.len(),
    })
}

/// What is wrong with the bytes of a file, or where it is a segment, with its `rows`.
fn of_file(config: &Config, file: &Stored, rows: Option<u64>) -> Result<Option<Finding>> {
    let name = format!("{FOLDER}/{}", file.name);
    let path = config.workspace.join(&name);
    let what = match size_and_digest(&path)? {
        None => "is missing".to_owned(),
        Some((bytes, _)) if bytes != file.bytes => format!("has {bytes} bytes, not {}", file.bytes),
        Some((_, digest)) if digest != file.blake3 => "has another digest than the commit says".to_owned(),
        Some(_) => match rows.and_then(|rows| wrong_rows(&path, rows)) {
            Some(what) => what,
            None => return Ok(None),
        },
    };
    Ok(Some(Finding { severity: Severity::Damaged, file: name, what, hint: RESTORE.into() }))
}

/// What is wrong with the number of rows of a segment whose bytes are in order.
fn wrong_rows(path: &Path, said: u64) -> Option<String> {
    let rows = footer(path).ok()?.map_or(-1, |metadata| metadata.file_metadata().num_rows());
    let is_right = u64::try_from(rows).is_ok_and(|rows| rows == said);
    (!is_right).then(|| format!("has {rows} rows, and the commit says {said}"))
}

/// Whether every row that was read is somewhere.
fn books(commit: &Commit, commit_name: &str, findings: &mut Findings<'_>) {
    for delivery in commit.deliveries.iter().filter(|delivery| !delivery.books.reconcile()) {
        let what = format!("the rows or amounts of the delivery `{}` do not add up", delivery.name());
        findings.damaged(commit_name, &what, RESTORE);
    }
    for table in [Table::Transactions, Table::Holdings] {
        let rows = |is_shadow: bool| -> u64 {
            let of_table = commit.segments.iter().filter(|segment| segment.table == table);
            of_table.filter(|segment| segment.is_shadow == is_shadow).map(|segment| segment.rows).sum()
        };
        let (mut used, mut others) = (0, 0);
        for delivery in commit.of_table(table) {
            used += delivery.books.used;
            others += delivery.books.duplicate + delivery.books.superseded;
        }
        for (what, said, held) in [("count", used, rows(false)), ("do not count", others, rows(true))] {
            if said != held {
                let what = format!(
                    "{said} rows of {} {what} by their books, and the files hold {held}",
                    table.name()
                );
                findings.damaged(commit_name, &what, RESTORE);
            }
        }
    }
}
