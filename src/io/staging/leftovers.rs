//! What still stands under a staging name: the remains of dead runs, and the night that an exchange took out
//! of view.
//!
//! Moves: a night that was visible once, on to `replaced/as_of=D.N`. Removes: staging folders that were never
//! shown, probes, a prepared `LATEST` and whatever else was written beside its place in the workspace itself. Never:
//! removes what readers may have seen.

use crate::date::Date;
use crate::error::{IoContext, Result};
use crate::io::folder::Folder;
use crate::io::nights::{MANIFEST, STAGING_PREFIX, night_name};
use crate::io::private::PREPARED_SUFFIX;
use rustix::fs::{FileType, RenameFlags};
use rustix::io::Errno;
use std::io;
use std::path::PathBuf;

/// Finishes what a dead run began: nights that an exchange put under a staging name move on to `replaced/`,
/// all else that it left is removed.
pub(super) fn clear_leftovers(workspace: &Folder, published: &Folder, replaced: &Folder) -> Result<()> {
    for name in published.names()?.iter().filter(|name| name.starts_with(STAGING_PREFIX)) {
        match published_before(published, name)? {
            Some(night) => drop(move_to_replaced(published, name, replaced, night)?),
            None => published.remove(name)?,
        }
    }
    for name in replaced.names()?.iter().filter(|name| name.starts_with(STAGING_PREFIX)) {
        replaced.remove(name)?;
    }
    let is_unfinished = |name: &&String| name.starts_with('.') && name.ends_with(PREPARED_SUFFIX);
    for name in workspace.names()?.iter().filter(is_unfinished) {
        workspace.remove(name)?;
    }
    Ok(())
}

/// The date of the once published night that stands under this staging name, if that is what it is: a
/// whole night in another folder than the one that was made under the name.
fn published_before(published: &Folder, name: &str) -> Result<Option<Date>> {
    let parts = name.strip_prefix(STAGING_PREFIX).and_then(|rest| rest.split_at_checked(10));
    let Some((date, rest)) = parts else { return Ok(None) };
    let made = rest.rsplit_once("-i").and_then(|(_, inode)| inode.parse::<u64>().ok());
    let (Some(night), Some(made)) = (Date::parse_iso(date), made) else { return Ok(None) };
    let is_other =
        matches!(published.kind_and_inode(name)?, Some((FileType::Directory, inode)) if inode != made);
    let is_whole = is_other && published.kind_and_inode(&format!("{name}/{MANIFEST}"))?.is_some();
    Ok(is_whole.then_some(night))
}

/// Moves a night out of `published/` to the first free `replaced/as_of=D.N`.
pub(super) fn move_to_replaced(
    published: &Folder,
    name: &str,
    replaced: &Folder,
    night: Date,
) -> Result<PathBuf> {
    let mut n = 1u32;
    let target = loop {
        let target = format!("{}.{n}", night_name(night));
        match published.try_rename(name, replaced, &target, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => n += 1,
            result => {
                result
                    .map_err(io::Error::from)
                    .io_context("move a night to", &replaced.path.join(&target))?;
                break target;
            }
        }
    };
    replaced.sync()?;
    published.sync()?;
    Ok(replaced.path.join(target))
}
