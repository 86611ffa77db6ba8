//! The files of the store: written once under a name of their own, never changed, read whole.
//!
//! Writes: 0600 files in 0700 folders below the root, synced. A file counts only once another file names it, so
//! that one left over from a run that died is nobody's: it is overwritten or swept. Never: follows a link.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::folder::Folder;
use super::lock::make_private_folders;
use super::private::{PREPARED_SUFFIX, write_refusal};
use super::stop;
use crate::error::{Error, Result};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands behind a footer, its length and its digest, with room to spare.
const SEAL_BYTES: u64 = 1 << 10;
/// Leaving less out is not worth two reads.
const LEAST_UNREAD: u64 = 1 << 16;

/// A file of the store: where it is, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// Below the root, `/`-separated.
    pub name: String,
    pub bytes: u64,
    /// BLAKE3 in hexadecimal.
    pub blake3: String,
}

/// The folder that holds them.
#[derive(Debug, Clone)]
pub struct Pool {
    root: PathBuf,
    /// In place of files, in a rehearsal.
    memory: Option<Arc<Mutex<BTreeMap<String, Bytes>>>>,
}

impl Pool {
    pub fn at(root: PathBuf) -> Self {
        Self { root, memory: None }
    }

    /// The same files, and whatever is written stays in memory.
    pub fn rehearsal(root: PathBuf) -> Self {
        Self { root, memory: Some(Arc::default()) }
    }

    pub fn is_rehearsal(&self) -> bool {
        self.memory.is_some()
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes and syncs a file; [`Pool::sync`] makes its name last.
    ///
    /// # Errors
    /// Kind `Internal` or `Usage`, naming the path; `Stopped` once a signal came.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<Stored> {
        stop::check()?;
        let blake3 = blake3::hash(bytes).to_hex().to_string();
        let stored = Stored { name: name.to_owned(), bytes: bytes.len() as u64, blake3 };
        if let Some(memory) = &self.memory {
            held(memory).insert(stored.name.clone(), Bytes::copy_from_slice(bytes));
            return Ok(stored);
        }
        let (folder, file_name) = self.split(name);
        make_private_folders(&folder)?;
        let folder = Folder::open(&folder)?;
        folder.remove(file_name)?;
        let mut file = folder.create_file(file_name)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        written.map_err(|cause| {
            let path = self.root.join(name);
            let text = format!("cannot write `{}` ({} bytes): {cause}", path.display(), bytes.len());
            write_refusal(io::Error::new(cause.kind(), text))
        })?;
        Ok(stored)
    }

    /// Syncs the folders of these files, and those above them up to the root's own.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path.
    pub fn sync<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<()> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for name in names {
            let inside = Path::new(name).ancestors().skip(1).map(|folder| self.root.join(folder));
            folders.extend(inside);
        }
        for folder in folders {
            Folder::open(&folder)?.sync()?;
        }
        Ok(())
    }

    /// Reads a file whole and holds it against its digest.
    ///
    /// # Errors
    /// Kind `Internal` where it is missing, cut, or other bytes than were written.
    pub fn read(&self, file: &Stored) -> Result<Bytes> {
        let bytes = self.read_sealed(file)?;
        let is_whole =
            bytes.len() as u64 == file.bytes && blake3::hash(&bytes).to_hex().as_str() == file.blake3;
        if is_whole { Ok(bytes) } else { Err(self.damaged(file)) }
    }

    /// Reads a file that carries digests of its own, and is held against them by whoever decodes it.
    ///
    /// # Errors
    /// Kind `Internal` where it is missing or cannot be read; `Stopped` once a signal came.
    pub fn read_sealed(&self, file: &Stored) -> Result<Bytes> {
        stop::check()?;
        if let Some(bytes) = self.memory.as_ref().and_then(|memory| held(memory).get(&file.name).cloned()) {
            return Ok(bytes);
        }
        let (folder, file_name) = self.split(&file.name);
        let mut opened = Folder::open(&folder)?.open_file(file_name)?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.bytes).unwrap_or_default().saturating_add(1));
        opened.read_to_end(&mut bytes).map_err(|cause| self.damaged(file).caused_by(cause))?;
        Ok(bytes.into())
    }

    /// The same, with up to `unread` bytes before the footer of a Parquet file left unread, as zeros.
    ///
    /// # Errors
    /// As [`Pool::read_sealed`].
    pub fn read_but(&self, file: &Stored, unread: u64) -> Result<Bytes> {
        stop::check()?;
        let failed = |cause: io::Error| self.damaged(file).caused_by(cause);
        if unread < LEAST_UNREAD || self.is_rehearsal() {
            return self.read_sealed(file);
        }
        let (folder, file_name) = self.split(&file.name);
        let opened = Folder::open(&folder)?.open_file(file_name)?;
        let mut end = [0u8; 8];
        opened.read_exact_at(&mut end, file.bytes.saturating_sub(8)).map_err(failed)?;
        let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
        let (head, tail) =
            (file.bytes.saturating_sub(unread), file.bytes.saturating_sub(footer + SEAL_BYTES));
        if head >= tail {
            return self.read_sealed(file);
        }
        let size = |bytes: u64| usize::try_from(bytes).map_err(|_| self.damaged(file));
        // Pages that nothing is written to cost nothing.
        let mut bytes = vec![0u8; size(file.bytes)?];
        opened.read_exact_at(&mut bytes[..size(head)?], 0).map_err(failed)?;
        opened.read_exact_at(&mut bytes[size(tail)?..], tail).map_err(failed)?;
        Ok(bytes.into())
    }

    fn damaged(&self, file: &Stored) -> Error {
        let path = self.root.join(&file.name);
        Error::internal(format!("`{}` is not the file that was written", path.display()))
            .hint("restore the store from a backup, or move it away and deliver the history again")
    }

    /// Removes every file below the root that `kept` does not name, but for those in the root itself.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path.
    pub fn sweep(&self, kept: &BTreeSet<&str>) -> Result<()> {
        let Ok(root) = Folder::open(&self.root) else { return Ok(()) };
        for name in root.names()? {
            if name.starts_with('.') && name.ends_with(PREPARED_SUFFIX) {
                root.remove(&name)?;
            } else if !name.starts_with('.')
                && let Ok(inside) = root.enter(&name)
            {
                sweep(&inside, &name, kept)?;
            }
        }
        Ok(())
    }

    fn split<'n>(&self, name: &'n str) -> (PathBuf, &'n str) {
        match name.rsplit_once('/') {
            Some((folder, file)) => (self.root.join(folder), file),
            None => (self.root.clone(), name),
        }
    }
}

/// A thread that panicked while it held the map left it whole: entries are put in at once.
fn held(memory: &Mutex<BTreeMap<String, Bytes>>) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sweep(folder: &Folder, prefix: &str, kept: &BTreeSet<&str>) -> Result<()> {
    for name in folder.names()?.into_iter().filter(|name| name != "." && name != "..") {
        let path = format!("{prefix}/{name}");
        if kept.contains(path.as_str()) {
            continue;
        }
        let inside = format!("{path}/");
        let holds_kept = kept.range(inside.as_str()..).next().is_some_and(|kept| kept.starts_with(&inside));
        if holds_kept {
            sweep(&folder.enter(&name)?, &path, kept)?;
        } else {
            folder.remove(&name)?;
        }
    }
    Ok(())
}
