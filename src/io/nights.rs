//! Where the nights of a workspace stand, which of them are whole, and what `LATEST` says.
//!
//! ```text
//! workspace/published/as_of=D/      a night; whole if it has a manifest
//! workspace/published/.staging-*    a night being written, or left by a dead run
//! workspace/replaced/as_of=D.N/     nights that a rerun took the place of, oldest first
//! workspace/LATEST                  the name of the newest night
//! ```
//!
//! Reads: the names in `published/`, and `LATEST` or a part of a manifest for whoever asks. Writes: nothing but a prepared
//! `LATEST`, which is computed from the folders and never from its own past.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::folder::Folder;
use super::private::{Prepared, names_in, read_file, read_if_there};
use crate::date::Date;
use crate::error::{Error, Result};
use rustix::fs::FileType;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) const PUBLISHED: &str = "published";
pub(crate) const REPLACED: &str = "replaced";
pub(crate) const LATEST: &str = "LATEST";
/// Written last of all files, so a folder that has one was finished.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Starts with a dot and lacks `as_of=`: no glob over nights sees it.
pub(super) const STAGING_PREFIX: &str = ".staging-";

/// Where the night of `as_of` stands once published.
pub fn night_folder(workspace: &Path, as_of: Date) -> PathBuf {
    workspace.join(PUBLISHED).join(night_name(as_of))
}

pub fn night_name(as_of: Date) -> String {
    format!("as_of={as_of}")
}

/// What `T` asks of the manifest of the night in `folder`; whether its seal is whole is for `tercet verify` to say.
///
/// # Errors
/// Kind `Internal`, naming the file, where it cannot be read or does not hold it.
pub fn manifest<T: DeserializeOwned>(folder: &Path) -> Result<T> {
    let path = folder.join(MANIFEST);
    serde_json::from_slice(&read_file(&path)?).map_err(|cause| {
        Error::internal(format!("`{}` is no manifest", path.display()))
            .hint("run that night again, or move its folder out of the way")
            .caused_by(cause)
    })
}

/// The dates of all whole nights, oldest first.
///
/// # Errors
/// Kind `Usage` or `Internal`, naming the folder that cannot be read; a workspace without nights is no error.
pub fn published_nights(workspace: &Path) -> Result<Vec<Date>> {
    let path = workspace.join(PUBLISHED);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let published = Folder::open(&path)?;
    let mut nights = Vec::new();
    for name in published.names()? {
        let Some(night) = name.strip_prefix("as_of=").and_then(Date::parse_iso) else { continue };
        let manifest = published.kind_and_inode(&format!("{name}/{MANIFEST}"))?;
        if matches!(manifest, Some((FileType::RegularFile, _))) {
            nights.push(night);
        }
    }
    nights.sort_unstable();
    Ok(nights)
}

/// The folders of the night of `as_of`: the published one first, then those that reruns replaced, the newest first.
///
/// # Errors
/// Kind `Usage` or `Internal`, naming the folder that cannot be read.
pub fn generations(workspace: &Path, as_of: Date) -> Result<Vec<PathBuf>> {
    Ok(all_generations(workspace)?.remove(&as_of).unwrap_or_default())
}

/// The same of every night, by date.
///
/// # Errors
/// As [`generations`].
pub fn all_generations(workspace: &Path) -> Result<BTreeMap<Date, Vec<PathBuf>>> {
    let mut nights: BTreeMap<Date, Vec<PathBuf>> = BTreeMap::new();
    for night in published_nights(workspace)? {
        nights.insert(night, vec![night_folder(workspace, night)]);
    }
    for (night, folder) in replaced_nights(workspace)?.into_iter().rev() {
        nights.entry(night).or_default().push(folder);
    }
    Ok(nights)
}

/// The nights that reruns replaced, with their folders, by date and age.
///
/// # Errors
/// Kind `Usage` or `Internal`, naming the folder that cannot be read.
pub fn replaced_nights(workspace: &Path) -> Result<Vec<(Date, PathBuf)>> {
    let replaced = workspace.join(REPLACED);
    let parts = |name: &str| {
        let (date, number) = name.strip_prefix("as_of=")?.split_once('.')?;
        Some((Date::parse_iso(date)?, number.parse::<u64>().ok()?))
    };
    let mut found: Vec<((Date, u64), PathBuf)> = names_in(&replaced)?
        .into_iter()
        .filter_map(|name| Some((parts(&name)?, replaced.join(&name))))
        .collect();
    found.sort_unstable();
    Ok(found.into_iter().map(|((date, _), folder)| (date, folder)).collect())
}

/// The night that `LATEST` names; `None` where there is no such file, or it names none.
///
/// # Errors
/// Kind `Internal` if the file is there and cannot be read.
pub fn latest_night(workspace: &Path) -> Result<Option<Date>> {
    let text = read_if_there(&workspace.join(LATEST))?;
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    Ok(text.trim().strip_prefix("as_of=").and_then(Date::parse_iso))
}

/// `LATEST` as it will read once the night of `as_of` can be seen too.
///
/// # Errors
/// As [`published_nights`] and [`Prepared::write`].
pub(super) fn prepare_latest(workspace: &Path, as_of: Date) -> Result<Prepared> {
    let newest = published_nights(workspace)?.last().map_or(as_of, |night| as_of.max(*night));
    Prepared::write(&workspace.join(LATEST), format!("{}\n", night_name(newest)).as_bytes())
}
