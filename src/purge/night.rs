//! One generation of a night without a customer: its files that name him written anew, its manifest sealed again.
//!
//! Reads: every file of the manifest, each held against its digest first, so that no damage is sealed in. Writes: the
//! folder, whole and by one exchange. A night that does not name him is not touched.

use super::{manifest, tables, workbook};
use crate::error::{Error, Result};
use crate::io::nights::MANIFEST;
use crate::io::private::read_file;
use crate::io::rewritten::rewrite_folder;
use crate::io::staging::FileDigest;
use crate::privacy::Privacy;
use crate::publish::list_file_cell;
use crate::publish::workbook::as_shown;
use crate::seal;
use crate::store::writer::Traces;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A customer as files of a night name him.
pub(super) struct Person {
    /// As delivered.
    pub(super) id: String,
    /// As workbooks and lists show him.
    pub(super) shown: BTreeSet<String>,
    pub(super) traces: Traces,
}

impl Person {
    pub(super) fn of(id: &str, privacy: &Privacy, traces: Traces) -> Self {
        let ids = [id.to_owned(), privacy.customer_id(id).into_owned()];
        let shown = ids.iter().flat_map(|id| [id.clone(), as_shown(id), list_file_cell(id)]).collect();
        Self { id: id.to_owned(), shown, traces }
    }
}

/// What is read of a manifest.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    purged: u32,
    rows: BTreeMap<String, i64>,
    files: Vec<FileDigest>,
}

/// A file as it will be, and how many rows it has if it is a table.
struct Rewritten {
    bytes: Vec<u8>,
    rows: Option<i64>,
}

/// Takes a customer out of the night in `folder`, but for a `dry_run`; how many of its files named him.
///
/// # Errors
/// Kind `Internal` where a file is damaged or cannot be written; the night is as it was then.
pub(super) fn purge(folder: &Path, person: &Person, dry_run: bool) -> Result<usize> {
    let damaged = |file: &str| {
        Error::internal(format!("`{}` is not what was published", folder.join(file).display()))
            .hint("`tercet verify` says what is damaged; restore or remove the night, then purge again")
    };
    let bytes = read_file(&folder.join(MANIFEST))?;
    let (body, is_whole) = seal::opened(&bytes);
    if seal::is_claimed(&bytes) && !is_whole {
        return Err(damaged(MANIFEST));
    }
    let body = std::str::from_utf8(&body).map_err(|_| damaged(MANIFEST))?;
    let mut said: Said = serde_json::from_str(body).map_err(|cause| damaged(MANIFEST).caused_by(cause))?;
    let rewritten: Vec<Result<Option<Rewritten>>> = said
        .files
        .par_iter()
        .map(|file| {
            let bytes = read_file(&folder.join(&file.path))?;
            if blake3::hash(&bytes).to_hex().as_str() != file.blake3 {
                return Err(damaged(&file.path));
            }
            without(person, &file.path, bytes)
        })
        .collect();
    let mut changed: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (file, rewritten) in said.files.iter_mut().zip(rewritten) {
        let Some(Rewritten { bytes, rows }) = rewritten? else { continue };
        file.bytes = bytes.len() as u64;
        file.blake3 = blake3::hash(&bytes).to_hex().to_string();
        if let (Some(table), Some(rows)) = (file.path.strip_suffix(".parquet"), rows) {
            said.rows.insert(table.to_owned(), rows);
        }
        changed.insert(file.path.clone(), bytes);
    }
    let n = changed.len();
    if changed.is_empty() || dry_run {
        return Ok(n);
    }
    let sealed = manifest::rewritten(body, &said.files, &said.rows, said.purged + 1)?;
    changed.insert(MANIFEST.to_owned(), sealed.into_bytes());
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Err(damaged("")) };
    rewrite_folder(parent, &name.to_string_lossy(), &changed)?;
    Ok(n)
}

/// A file without him; `None` where it does not name him.
fn without(person: &Person, path: &str, bytes: Vec<u8>) -> Result<Option<Rewritten>> {
    if path.ends_with(".parquet") {
        let found = tables::without(person, bytes)?;
        return Ok(found.map(|(bytes, rows)| Rewritten { bytes, rows: Some(rows) }));
    }
    let bytes = if path.ends_with(".csv") {
        tables::list_without(person, &bytes)?
    } else if path.ends_with(".xlsx") {
        workbook::without(person, &bytes, path)?
    } else {
        None
    };
    Ok(bytes.map(|bytes| Rewritten { bytes, rows: None }))
}
