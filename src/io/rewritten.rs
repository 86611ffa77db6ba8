//! A folder whose files are partly written anew, seen before or after and never between; and what dead runs left.
//!
//! Writes: `.staging-purge-NAME` beside the folder, where unchanged files get a second name, then one exchange; what stood
//! there goes. Whoever has a file of it open reads it to its end. Never: changes a file in its place, or keeps the old one.
//!
//! The caller holds the [`WorkspaceLock`](super::lock::WorkspaceLock).
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::census::{PASSING_PREFIX, beneath, folders_in, link_beneath};
use super::folder::Folder;
use super::nights::STAGING_PREFIX;
use super::private::{PREPARED_SUFFIX, write_private};
use crate::error::{IoContext, Result};
use rustix::fs::RenameFlags;
use std::collections::BTreeMap;
use std::path::Path;

/// After it comes no date, so that nobody takes the folder for a night that was published before.
const PURGE: &str = "purge-";

/// Writes these files of `parent/name`, by their names inside, anew; the others stay.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path; the folder is as it was then.
pub fn rewrite_folder(parent: &Path, name: &str, changed: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let (parent, staging) = (Folder::open(parent)?, format!("{STAGING_PREFIX}{PURGE}{name}"));
    parent.remove(&staging)?;
    if let Err(failure) = fill(&parent, name, &staging, changed) {
        // Room for the next try; what cannot be removed now, that removes.
        let _ = parent.remove(&staging);
        return Err(failure);
    }
    parent.rename(&staging, &parent, name, RenameFlags::EXCHANGE)?;
    parent.sync()?;
    parent.remove(&staging)
}

fn fill(parent: &Folder, name: &str, staging: &str, changed: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let staged = parent.path.join(staging);
    link_beneath(&parent.path.join(name), &staged)?;
    for (file, bytes) in changed {
        write_private(&staged.join(file), bytes)?;
    }
    for inside in folders_in(&staged)? {
        Folder::open(&staged.join(inside))?.sync()?;
    }
    Folder::open(&staged)?.sync()
}

/// Removes the folder `name` of `parent`, which goes out of sight first and whole.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub fn remove_folder(parent: &Path, name: &str) -> Result<()> {
    let (parent, hidden) = (Folder::open(parent)?, format!("{STAGING_PREFIX}{PURGE}{name}"));
    parent.remove(&hidden)?;
    parent.rename(name, &parent, &hidden, RenameFlags::NOREPLACE)?;
    parent.sync()?;
    parent.remove(&hidden)
}

/// Removes files beneath a folder that were written beside their place by runs that died before the rename.
///
/// # Errors
/// Kind `Internal`, naming the path.
pub fn remove_unfinished(folder: &Path) -> Result<()> {
    for found in beneath(folder)? {
        let name = found.name.rsplit('/').next().unwrap_or(&found.name);
        if name.starts_with('.') && name.ends_with(PREPARED_SUFFIX) {
            std::fs::remove_file(&found.path).io_context("remove", &found.path)?;
        }
    }
    Ok(())
}

/// Removes passing folders that runs which died left in the workspace, with all that is in them.
///
/// # Errors
/// Kind `Internal`, naming the path.
pub fn remove_passing(workspace: &Path) -> Result<()> {
    for name in folders_in(workspace)?.iter().filter(|name| name.starts_with(PASSING_PREFIX)) {
        let path = workspace.join(name);
        std::fs::remove_dir_all(&path).io_context("remove", &path)?;
    }
    Ok(())
}
