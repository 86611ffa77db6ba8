//! What was read of workbooks against the digests beside it, or what the store took in.

use super::bytes_of;
use super::finding::Findings;
use crate::contract::tables::Table;
use crate::error::Result;
use crate::io::census::beneath;
use crate::results::{DIGESTS, Digests, FOLDER};
use crate::store::commit::Commit;

const AGAIN: &str = "whoever mended it is asked: the next night takes it in so; else restore it from a backup, or remove \
                     it and read its workbook again";
const RENEWED: &str = "remove it: the next `tercet results` begins it anew";
const BY_HAND: &str = "an older version wrote it, or a person put it there";

pub(super) fn checked(commit: Option<&Commit>, findings: &mut Findings<'_>) -> Result<()> {
    let workspace = findings.workspace();
    let digests = Digests::of(workspace)?;
    if digests.as_ref().is_some_and(|digests| !digests.is_whole) {
        findings.damaged(&format!("{FOLDER}/{DIGESTS}"), "is not what was sealed", RENEWED);
        return Ok(());
    }
    let digests = digests.unwrap_or_default();
    for found in beneath(&workspace.join(FOLDER))?.iter().filter(|found| found.name != DIGESTS) {
        let name = format!("{FOLDER}/{}", found.name);
        if found.name.starts_with('.') {
            findings.notice(&name, "is no file of this folder", "a run that died left it; it may be removed");
            continue;
        }
        let Some(bytes) = bytes_of(&name, findings, AGAIN).filter(|_| found.is_file) else { continue };
        let digest = blake3::hash(&bytes).to_hex();
        let (is_taken_in, is_known) = in_store(commit, &found.name, &digest);
        if digests.has(&found.name, &digest) || is_taken_in {
            continue;
        }
        if is_known || digests.knows(&found.name) {
            findings.damaged(&name, "is not what was written", AGAIN);
        } else {
            findings.notice(&name, "has no digest beside it", BY_HAND);
        }
    }
    Ok(())
}

/// Whether the store took this content in under this name, and whether any.
fn in_store(commit: Option<&Commit>, name: &str, digest: &str) -> (bool, bool) {
    let deliveries = commit.into_iter().flat_map(|commit| commit.of_table(Table::Results));
    let mut named = deliveries.filter(|it| it.files.iter().any(|file| file.name == name)).peekable();
    let is_known = named.peek().is_some();
    (named.any(|delivery| delivery.digest == digest), is_known)
}
