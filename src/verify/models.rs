//! Models with their cards, the list of approvals, and backtests: against their seals and their CHECKSUMS.

use super::finding::Findings;
use super::{Content, bytes_of, content_of};
use crate::error::Result;
use crate::io::census::{beneath, folders_in, size_and_digest};
use crate::io::checksums;
use crate::seal;
use std::path::Path;

const MODELS: &str = "models";
const BACKTESTS: &str = "backtests";
const APPROVED: &str = "approved.json";
const RESTORE: &str = "restore it from a backup, or fit the model anew: `tercet fit`";
const APPROVE_AGAIN: &str = "put it back from a backup; or move it away, and approve the models again";
const BACKTEST_AGAIN: &str = "run `tercet backtest` again";
const UNFINISHED: &str = "a run that died left it; it may be removed";

/// Looks at every model and at the approvals; how many models there are.
pub(super) fn checked(workspace: &Path, findings: &mut Findings<'_>) -> Result<usize> {
    let folder = workspace.join(MODELS);
    let ids = folders_in(&folder)?;
    for id in &ids {
        let name = format!("{MODELS}/{id}");
        check_folder(&folder.join(id), &name, RESTORE, findings)?;
        check_id(&folder.join(id), &name, id, findings)?;
    }
    for found in beneath(&folder)?.iter().filter(|found| !found.name.contains('/')) {
        let name = format!("{MODELS}/{}", found.name);
        if found.name == APPROVED {
            approvals(&name, findings);
        } else {
            findings.notice(&name, "is no model", UNFINISHED);
        }
    }
    Ok(ids.len())
}

/// Looks at every backtest; how many there are.
pub(super) fn backtests_checked(workspace: &Path, findings: &mut Findings<'_>) -> Result<usize> {
    let folder = workspace.join(BACKTESTS);
    let names = folders_in(&folder)?;
    for name in &names {
        check_folder(&folder.join(name), &format!("{BACKTESTS}/{name}"), BACKTEST_AGAIN, findings)?;
    }
    Ok(names.len())
}

fn approvals(name: &str, findings: &mut Findings<'_>) {
    let Some(json) = bytes_of(name, findings, APPROVE_AGAIN) else { return };
    if !seal::is_claimed(&json)
        && json.starts_with(b"[")
        && serde_json::from_slice::<serde_json::Value>(&json).is_ok()
    {
        findings.notice(name, "has no seal: an older version wrote it", "the next approval seals it");
    } else if !seal::opened(&json).1 {
        findings.damaged(name, "is not what was sealed", APPROVE_AGAIN);
    }
}

/// The files of a folder against the CHECKSUMS beside them, byte for byte.
fn check_folder(folder: &Path, name: &str, hint: &str, findings: &mut Findings<'_>) -> Result<()> {
    let mut lines = Vec::new();
    for found in beneath(folder)?.iter().filter(|found| found.name != checksums::NAME) {
        let file = format!("{name}/{}", found.name);
        if found.name.starts_with('.') {
            findings.notice(&file, "is no file of this folder", UNFINISHED);
            continue;
        }
        match size_and_digest(&found.path)? {
            Some((_, digest)) => lines.push((file, checksums::line(&found.name, &digest))),
            None => findings.damaged(&file, "is no file", hint),
        }
    }
    let sums = format!("{name}/{}", checksums::NAME);
    let stated = match content_of(&sums, findings, hint) {
        Content::Bytes(stated) => stated,
        Content::Missing => {
            findings.notice(
                &sums,
                "is missing: an older version wrote this folder, or a run that died",
                hint,
            );
            return Ok(());
        }
        Content::Unreadable => return Ok(()),
    };
    let stated = String::from_utf8_lossy(&stated);
    let found: String = lines.iter().map(|(_, line)| line.as_str()).collect();
    if *stated == *found {
        return Ok(());
    }
    let before = findings.len();
    for (file, _) in lines.iter().filter(|(_, line)| !stated.contains(line.as_str())) {
        findings.damaged(file, &format!("has another digest than `{sums}` says, or that is damaged"), hint);
    }
    if findings.len() == before {
        findings.damaged(&sums, "names files that are not there, or is damaged", hint);
    }
    Ok(())
}

/// A model's id ends in the first characters of its digest.
fn check_id(folder: &Path, name: &str, id: &str, findings: &mut Findings<'_>) -> Result<()> {
    let Some((what, _)) = id.split_once('-') else {
        findings.notice(name, "is no model", UNFINISHED);
        return Ok(());
    };
    let file = format!("{name}/{what}.json");
    match size_and_digest(&folder.join(format!("{what}.json")))? {
        None => findings.damaged(&file, "is missing", RESTORE),
        Some((_, digest)) => {
            let end = id.rsplit('-').next().unwrap_or_default();
            if end.is_empty() || !digest.starts_with(end) {
                findings.damaged(&file, "its digest is not the one in its id", RESTORE);
            }
        }
    }
    Ok(())
}
