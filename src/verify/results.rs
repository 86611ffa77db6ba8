//! What was read of workbooks against the digests beside it, or what the store took in.

use super::finding::Findings;
use super::{Content, bytes_of, content_of};
use crate::contract::tables::Table;
use crate::error::Result;
use crate::io::census::beneath;
use crate::results::{CONTACTS, DIGESTS, Digests, FOLDER};
use crate::store::commit::Commit;
use std::collections::BTreeSet;

const AGAIN: &str = "whoever mended it is asked: the next night takes it in so; else restore it from a backup, or remove \
                     it and read its workbook again";
const REJECTED: &str = "no night reads it: `tercet results` writes it anew from its workbook";
const LOST: &str = "restore it from a backup, or read its workbook again; the next `tercet results` that keeps anything \
                    forgets what is gone";
const RENEWED: &str = "remove it: the next `tercet results` begins it anew";
const BY_HAND: &str = "an older version wrote it, or a person put it there";
const UNKNOWN: &str = "its digest may be what is damaged in `.digests`";

pub(super) fn checked(commit: Option<&Commit>, findings: &mut Findings<'_>) -> Result<()> {
    let (digests, without_digest) = digests(findings);
    let there = beneath(&findings.workspace().join(FOLDER))?;
    let names: BTreeSet<&str> = there.iter().map(|found| found.name.as_str()).collect();
    for lost in digests.names().filter(|name| !names.contains(name)) {
        findings.damaged(&format!("{FOLDER}/{lost}"), "is missing", LOST);
    }
    for found in there.iter().filter(|found| found.name != DIGESTS) {
        let name = format!("{FOLDER}/{}", found.name);
        if found.name.starts_with('.') {
            findings.notice(&name, "is no file of this folder", "a run that died left it; it may be removed");
            continue;
        }
        let hint = if found.name.starts_with(CONTACTS) { AGAIN } else { REJECTED };
        let Some(bytes) = bytes_of(&name, findings, hint) else { continue };
        let digest = blake3::hash(&bytes).to_hex();
        let (is_taken_in, is_known) = in_store(commit, &found.name, &digest);
        if digests.has(&found.name, &digest) || is_taken_in {
            continue;
        }
        if is_known || digests.names().any(|name| name == found.name) {
            findings.damaged(&name, "is not what was written", hint);
        } else {
            findings.notice(&name, "has no digest beside it", without_digest);
        }
    }
    Ok(())
}

/// The digests, none where they are damaged, and why a file may have none.
fn digests(findings: &mut Findings<'_>) -> (Digests, &'static str) {
    let name = format!("{FOLDER}/{DIGESTS}");
    match content_of(&name, findings, RENEWED) {
        Content::Missing => (Digests::default(), BY_HAND),
        Content::Unreadable => (Digests::default(), UNKNOWN),
        Content::Bytes(bytes) => match Digests::read(&bytes) {
            Some(digests) => (digests, BY_HAND),
            None => {
                findings.damaged(&name, "is not what was sealed", RENEWED);
                (Digests::default(), UNKNOWN)
            }
        },
    }
}

/// Whether the store took this content in under this name, and whether any.
fn in_store(commit: Option<&Commit>, name: &str, digest: &str) -> (bool, bool) {
    let deliveries = commit.into_iter().flat_map(|commit| commit.of_table(Table::Results));
    let mut named = deliveries.filter(|it| it.files.iter().any(|file| file.name == name)).peekable();
    let is_known = named.peek().is_some();
    (named.any(|delivery| delivery.digest == digest), is_known)
}
