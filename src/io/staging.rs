//! One night's folder: staged out of sight, made durable, made visible by one rename.
//!
//! ```text
//! workspace/published/.staging-D-PID-iINODE/   begin ... create ... finish
//!                    |  publish: fsync files, folders; LATEST's successor written beside it
//!                    v  one renameat2 (EXCHANGE where the night exists, else NOREPLACE)
//! workspace/published/as_of=D/     and what stood there goes on to workspace/replaced/as_of=D.N/
//! ```
//!
//! Invariants, at any moment and after any crash:
//! - `published/as_of=*` are whole nights: files and folders were synced before the rename that shows them.
//! - A folder is removed only if its inode is the one in its name, that is: if it is the very folder that a
//!   run made and never published. After an exchange that name holds the night before, which is moved on.
//! - `LATEST` is computed from the folders, never from its own past: it cannot go back, and a crash between
//!   the rename and `LATEST` is mended by whichever run publishes next.
//!
//! The caller holds the [`WorkspaceLock`](super::lock::WorkspaceLock) for as long as a `Staging` lives.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

mod file;
mod leftovers;
mod live;
mod probe;
#[cfg(test)]
mod tests;

pub use file::{FileDigest, StagedFile};
pub use live::clear_at_the_end;

use super::folder::Folder;
use super::lock::make_private_folders;
use super::nights::{
    MANIFEST, PUBLISHED, REPLACED, STAGING_PREFIX, night_folder, night_name, prepare_latest,
};
use super::private::Prepared;
use super::stop;
use crate::date::Date;
use crate::error::{Error, IoContext, Result};
use file::{Ledger, lock};
use leftovers::{clear_leftovers, move_to_replaced};
use probe::probe;
use rustix::fs::RenameFlags;
use rustix::io::Errno;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A night being written; removed when dropped unpublished.
#[derive(Debug)]
pub struct Staging {
    as_of: Date,
    workspace: Folder,
    published: Folder,
    replaced: Folder,
    staged: Folder,
    /// Of `staged`, inside `published`.
    name: String,
    ledger: Arc<Mutex<Ledger>>,
}

/// A night that can be seen.
#[derive(Debug)]
pub struct Published {
    pub folder: PathBuf,
    /// Where the night that stood there before now is.
    pub replaced: Option<PathBuf>,
    pub durability: Durability,
}

/// Whether the night is known to survive a power cut.
#[derive(Debug)]
pub enum Durability {
    Durable,
    /// The night is visible and whole, but a step after the rename failed: a warning, not a failure.
    Unknown(Error),
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Durability::Durable => f.write_str("published"),
            Durability::Unknown(failure) => {
                write!(f, "published, durability unknown: {}", failure.with_causes())
            }
        }
    }
}

impl Staging {
    /// Clears what dead runs left, makes the folders, and proves that the file system can publish.
    ///
    /// # Errors
    /// Kind `Usage`, naming the path, where the workspace cannot be written to, or cannot exchange two
    /// folders in one step: call this before the work, not after it.
    pub fn begin(workspace: &Path, as_of: Date) -> Result<Self> {
        let Grounds { workspace, published, replaced } = Grounds::prepared(workspace)?;
        let made = staging_folder(&published, as_of);
        let (name, staged, inode) =
            made.inspect_err(|_| drop(clear_leftovers(&workspace, &published, &replaced)))?;
        live::hold().insert(staged.path.clone(), inode);
        Ok(Self { as_of, workspace, published, replaced, staged, name, ledger: Arc::default() })
    }

    /// A new file of the night, such as `lists/m-0007.xlsx`; folders on the way are made.
    ///
    /// # Errors
    /// Kind `Internal`: the path leaves the folder, exists already (a planted link included), or cannot be
    /// made. Kind `Stopped` once a signal came.
    pub fn create(&self, relative: &str) -> Result<StagedFile> {
        stop::check()?;
        let path = self.staged.path.join(relative);
        let (folder, name) = self.folder_of(relative, true)?;
        let file = folder.as_ref().unwrap_or(&self.staged).create_file(name)?;
        Ok(StagedFile::begin(file, path, relative, &self.ledger))
    }

    /// Opens a finished file, to be read back before the night is shown.
    ///
    /// # Errors
    /// Kind `Internal`: there is no such file.
    pub fn open(&self, relative: &str) -> Result<File> {
        let (folder, name) = self.folder_of(relative, false)?;
        folder.as_ref().unwrap_or(&self.staged).open_file(name)
    }

    /// Makes the night visible, whole, in one step.
    ///
    /// # Errors
    /// Kind `Internal` or `Stopped` while nothing has changed for readers. Whatever fails once the night can be seen is
    /// [`Durability::Unknown`]; then nothing is deleted, and the next run mends the rest.
    pub fn publish(self) -> Result<Published> {
        self.check_finished()?;
        self.sync_staged()?;
        // Written and synced before the night is shown: a full disk stops us here, where nothing has
        // changed yet.
        let latest = prepare_latest(&self.workspace.path, self.as_of)?;
        // Over the rename and what follows from it: whoever ends the process by force waits for both or prevents both.
        let mut live = live::hold();
        stop::check()?;
        let exchanged = self.show()?;
        stop::night_shown();
        live.remove(&self.staged.path);
        let folder = night_folder(&self.workspace.path, self.as_of);
        let mut published = Published { folder, replaced: None, durability: Durability::Durable };
        if let Err(failure) = self.settle(exchanged, latest, &mut published.replaced) {
            published.durability = Durability::Unknown(failure);
        }
        Ok(published)
    }

    fn check_finished(&self) -> Result<()> {
        if let Some(file) = lock(&self.ledger).unfinished.first() {
            return Err(Error::internal(format!(
                "`{file}` was begun but not finished; nothing was published"
            )));
        }
        if self.staged.kind_and_inode(MANIFEST)?.is_none() {
            return Err(Error::internal(format!("a night without `{MANIFEST}` is not published")));
        }
        Ok(())
    }

    /// Bottom up: an entry is durable once the folder that holds it is synced.
    fn sync_staged(&self) -> Result<()> {
        // A folder's path is a prefix of those beneath it, so the reverse order has children first.
        for relative in lock(&self.ledger).folders.iter().rev() {
            Folder::open(&self.staged.path.join(relative))?.sync()?;
        }
        self.staged.sync()
    }

    /// The one step; true where a night already stood there and now has the staging folder's name.
    fn show(&self) -> Result<bool> {
        let (from, to) = (self.name.as_str(), night_name(self.as_of));
        let rename = |flags| self.published.try_rename(from, &self.published, &to, flags);
        let (exchanged, shown) = match rename(RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => (true, rename(RenameFlags::EXCHANGE)),
            first => (false, first),
        };
        shown.map_err(io::Error::from).io_context("publish", &self.published.path.join(&to))?;
        Ok(exchanged)
    }

    /// In this order, so that whatever is durable speaks only of what is durable. The first failure ends
    /// it: `LATEST` and `replaced/` then wait for the next run.
    fn settle(&self, exchanged: bool, latest: Prepared, replaced: &mut Option<PathBuf>) -> Result<()> {
        self.published.sync()?;
        if exchanged {
            *replaced = Some(move_to_replaced(&self.published, &self.name, &self.replaced, self.as_of)?);
        }
        latest.swap_in()
    }

    /// The folder that holds `relative` (`None`: the staging folder itself) and the name inside it.
    fn folder_of<'r>(&self, relative: &'r str, make: bool) -> Result<(Option<Folder>, &'r str)> {
        let unsafe_part = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains('\0');
        if relative.split('/').any(unsafe_part) {
            return Err(Error::internal(format!(
                "`{}` is not a path inside a night",
                relative.escape_debug()
            )));
        }
        let Some((folders, name)) = relative.rsplit_once('/') else { return Ok((None, relative)) };
        let mut folder: Option<Folder> = None;
        let mut reached = String::new();
        for part in folders.split('/') {
            let parent = folder.as_ref().unwrap_or(&self.staged);
            folder = Some(if make { parent.make(part)? } else { parent.enter(part)? });
            reached.push_str(part);
            lock(&self.ledger).folders.insert(reached.clone());
            reached.push('/');
        }
        Ok((folder, name))
    }
}

/// Finds out before the work whether a night could be published after it; what dead runs left is cleared.
///
/// # Errors
/// As [`Staging::begin`].
pub fn prove(workspace: &Path) -> Result<()> {
    Grounds::prepared(workspace).map(drop)
}

/// The folders that nights come to stand in.
struct Grounds {
    workspace: Folder,
    published: Folder,
    replaced: Folder,
}

impl Grounds {
    fn prepared(workspace: &Path) -> Result<Self> {
        make_private_folders(workspace)?;
        // Resolved once: from here on no link on the way is followed again.
        let workspace = Folder::open(&workspace.canonicalize().io_context("resolve", workspace)?)?;
        let published = workspace.make(PUBLISHED)?;
        let replaced = workspace.make(REPLACED)?;
        workspace.sync()?;
        let clear = || clear_leftovers(&workspace, &published, &replaced);
        clear()?;
        // The workspace is held: whatever has a staging name is this run's, or a dead one's.
        probe(&published, &replaced).inspect_err(|_| drop(clear()))?;
        Ok(Self { workspace, published, replaced })
    }
}

/// An empty folder whose name says which one it is: name, folder, inode.
fn staging_folder(published: &Folder, as_of: Date) -> Result<(String, Folder, u64)> {
    let unnamed = format!("{STAGING_PREFIX}{as_of}-{}", std::process::id());
    let inode = published.make(&unnamed)?.inode()?;
    let name = format!("{unnamed}-i{inode}");
    published.rename(&unnamed, published, &name, RenameFlags::NOREPLACE)?;
    let staged = published.enter(&name)?;
    Ok((name, staged, inode))
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is cleared by the next `begin`. Once published, the name is gone or
        // holds the night before, whose inode is another: neither is touched.
        let ours = self.staged.inode().ok();
        let there = self.published.kind_and_inode(&self.name).ok().flatten().map(|(_, inode)| inode);
        let mut live = live::hold();
        if ours.is_some() && ours == there {
            let _ = std::fs::remove_dir_all(&self.staged.path);
        }
        live.remove(&self.staged.path);
    }
}
