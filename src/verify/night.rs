//! A generation of a night against its manifest, and `LATEST` against the nights.

use super::finding::Findings;
use super::{NightChecked, bytes_of};
use crate::date::Date;
use crate::error::Result;
use crate::io::census::{beneath, folders_in, footer, size_and_digest};
use crate::io::nights::{LATEST, MANIFEST, PUBLISHED, REPLACED, night_name, published_nights};
use crate::io::staging::FileDigest;
use crate::publish::{Accounts, ModelUsed, NightBefore};
use crate::seal;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const RERUN: &str = "restore the night from a backup, or run it again: `tercet run --as-of`";
const REMOVE: &str = "restore it from a backup, or remove its folder: `tercet purge --customer` stops at it";
const FOREIGN: &str = "take it out of the night's folder";
const CLEARED: &str = "the next run clears it";

/// What is read of a manifest.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub(super) run_id: String,
    pub(super) as_of: Date,
    #[serde(default)]
    pub(super) purged: u32,
    pub(super) tercet_version: String,
    pub(super) config_blake3: String,
    pub(super) rules_blake3: String,
    pub(super) night_before: Option<NightBefore>,
    pub(super) inputs: Vec<Input>,
    pub(super) models: Vec<ModelUsed>,
    rows: BTreeMap<String, i64>,
    pub(super) files: Vec<FileDigest>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Input {
    pub(super) table: String,
    pub(super) path: String,
    pub(super) delivered_on: Date,
    pub(super) blake3: String,
    pub(super) rows: Accounts<u64>,
    amounts_minor_units: Option<Accounts<i128>>,
}

/// What a manifest says, where it can be read at all; whether it is what was sealed is told apart.
pub(super) fn said(bytes: &[u8]) -> Option<Said> {
    serde_json::from_slice(&seal::opened(bytes).0).ok()
}

/// Tells folders that hold no night.
pub(super) fn check_folders(workspace: &Path, findings: &mut Findings<'_>) -> Result<()> {
    let nights = published_nights(workspace)?;
    let names: BTreeSet<String> = nights.iter().map(|night| night_name(*night)).collect();
    for name in folders_in(&workspace.join(PUBLISHED))?.iter().filter(|name| !names.contains(*name)) {
        let file = format!("{PUBLISHED}/{name}");
        if name.starts_with('.') {
            findings.notice(&file, "was left by a run that died", CLEARED);
        } else if name.starts_with("as_of=") {
            findings.damaged(&file, "is a night without a manifest", RERUN);
        } else {
            findings.damaged(&file, "is no night", "take it out of `published/`");
        }
    }
    for name in folders_in(&workspace.join(REPLACED))?.iter().filter(|name| name.starts_with('.')) {
        findings.notice(&format!("{REPLACED}/{name}"), "was left by a run that died", CLEARED);
    }
    Ok(())
}

/// Looks at every file of the generation in `folder`.
pub(super) fn checked(folder: &Path, date: Date, findings: &mut Findings<'_>) -> Result<NightChecked> {
    let name = findings.name(folder);
    let hint = if name.starts_with(PUBLISHED) { RERUN } else { REMOVE };
    let mut night = NightChecked {
        as_of: date,
        folder: name.clone(),
        run_id: None,
        files: 0,
        bytes: 0,
        recomputed: None,
    };
    let manifest = format!("{name}/{MANIFEST}");
    let Some(bytes) = bytes_of(&manifest, findings, hint) else { return Ok(night) };
    let (body, is_whole) = seal::opened(&bytes);
    if !is_whole {
        // From before manifests were sealed: they began with their version.
        if bytes.starts_with(b"{\n  \"manifest_version\"") {
            findings.notice(
                &manifest,
                "has no seal: an older version wrote it",
                "run the night again to have it sealed",
            );
        } else {
            findings.damaged(&manifest, "is not what was sealed", hint);
        }
    }
    let Ok(said) = serde_json::from_slice::<Said>(&body) else {
        findings.damaged(&manifest, "cannot be read", hint);
        return Ok(night);
    };
    night.run_id = Some(said.run_id.clone());
    (night.files, night.bytes) = (said.files.len(), said.files.iter().map(|file| file.bytes).sum());
    if said.as_of != date {
        findings.damaged(&manifest, &format!("is of the night of {}", said.as_of), hint);
    }
    books(&said, &manifest, hint, findings);
    let found: Vec<Result<Option<String>>> =
        said.files.par_iter().map(|file| wrong_with(folder, file, &said)).collect();
    for (file, what) in said.files.iter().zip(found) {
        if let Some(what) = what? {
            findings.damaged(&format!("{name}/{}", file.path), &what, hint);
        }
    }
    let named: BTreeSet<&str> = said.files.iter().map(|file| file.path.as_str()).collect();
    for table in said.rows.keys().filter(|table| !named.contains(format!("{table}.parquet").as_str())) {
        findings.damaged(&manifest, &format!("counts the rows of `{table}`, and names no such file"), hint);
    }
    let there = beneath(folder)?;
    for found in there.iter().filter(|found| found.name != MANIFEST && !named.contains(found.name.as_str())) {
        findings.damaged(&format!("{name}/{}", found.name), "is not in the manifest", FOREIGN);
    }
    Ok(night)
}

/// What is wrong with a file of a night.
fn wrong_with(folder: &Path, file: &FileDigest, said: &Said) -> Result<Option<String>> {
    let path = folder.join(&file.path);
    let Some((bytes, digest)) = size_and_digest(&path)? else { return Ok(Some("is missing".into())) };
    if bytes != file.bytes {
        return Ok(Some(format!("has {bytes} bytes, and the manifest says {}", file.bytes)));
    }
    if digest != file.blake3 {
        return Ok(Some("has another digest than the manifest says".into()));
    }
    let Some(table) = file.path.strip_suffix(".parquet") else { return Ok(None) };
    Ok(wrong_with_table(&path, said.rows.get(table).copied(), &said.run_id))
}

/// What is wrong with a table whose bytes are the manifest's.
fn wrong_with_table(path: &Path, rows: Option<i64>, run_id: &str) -> Option<String> {
    let Some(metadata) = footer(path).ok()? else { return Some("is no Parquet table".into()) };
    let file = metadata.file_metadata();
    if rows != Some(file.num_rows()) {
        let said = rows.map_or_else(|| "none".to_owned(), |rows| rows.to_string());
        return Some(format!("has {} rows, and the manifest says {said}", file.num_rows()));
    }
    let pairs = file.key_value_metadata().map_or(&[][..], Vec::as_slice);
    let of_run = pairs.iter().find(|pair| pair.key == "run_id").and_then(|pair| pair.value.as_deref());
    (of_run != Some(run_id)).then(|| "is of another run than the manifest".into())
}

/// Whether every delivered row and amount went somewhere.
fn books(said: &Said, manifest: &str, hint: &str, findings: &mut Findings<'_>) {
    for input in &said.inputs {
        if !input.rows.add_up() || !input.amounts_minor_units.is_none_or(|amounts| amounts.add_up()) {
            let what =
                format!("the rows or amounts of the delivery `{}` do not add up", input.path.escape_debug());
            findings.damaged(manifest, &what, hint);
        }
    }
}

/// Whether `LATEST` names the newest night.
pub(super) fn check_latest(workspace: &Path, findings: &mut Findings<'_>) -> Result<()> {
    const MENDED: &str = "the next published night mends it";
    let Some(newest) = published_nights(workspace)?.last().copied() else { return Ok(()) };
    let Some(text) = bytes_of(LATEST, findings, MENDED) else { return Ok(()) };
    if text != format!("{}\n", night_name(newest)).into_bytes() {
        findings.damaged(LATEST, &format!("does not name the newest night, {newest}"), MENDED);
    }
    Ok(())
}
