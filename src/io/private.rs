//! Whole private files, one at a time: read in one go, replaced by one rename; and the names in a folder.
//!
//! Writes: beside the target (0600, synced), then over it; missing folders above it are made 0700. After a
//! crash the old file or the new one stands there, and at most a `.NAME-*.new` beside it.
//! Never: writes through a link that has the target's name, or leaves half a file under it.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::folder::Folder;
use super::lock::{PRIVATE_FILE, make_private_folders, refusal};
use crate::error::{Error, IoContext, Result};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Of a file that is written but not yet in its place.
pub(super) const PREPARED_SUFFIX: &str = ".new";

/// Reads a whole file: a manifest, a model, a card.
///
/// # Errors
/// Kind `Internal`, naming the path.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).io_context("read", path)
}

/// Reads a whole file; `None` where there is none.
///
/// # Errors
/// Kind `Internal`, naming the path; also of what is no regular file, such as a FIFO, which would be waited on for ever.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Ok(seen) if !seen.is_file() => Err(Error::internal(format!("`{}` is no file", path.display()))),
        _ => match std::fs::read(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some).io_context("read", path),
        },
    }
}

/// Names of what lies in a folder, ascending, hidden ones left out; none where there is no folder.
///
/// # Errors
/// Kind `Usage` or `Internal`, naming the path.
pub fn names_in(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Folder::open(folder)?.names()?;
    names.retain(|name| !name.starts_with('.'));
    names.sort_unstable();
    Ok(names)
}

/// Writes a whole file (0600) in place of what stood there; a reader sees the old one or the new one.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_private_folders(parent)?;
    }
    Prepared::write(path, bytes)?.swap_in()
}

/// A file written and synced beside the place that it will take; removed when dropped.
#[derive(Debug)]
pub(super) struct Prepared {
    file: NamedTempFile,
    target: PathBuf,
}

impl Prepared {
    pub(super) fn write(target: &Path, bytes: &[u8]) -> Result<Self> {
        let parent = parent_of(target);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}-");
        let file = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(PREPARED_SUFFIX)
            .tempfile_in(parent)
            .io_context("create a file in", parent)?;
        rustix::fs::fchmod(file.as_file(), PRIVATE_FILE)
            .map_err(|errno| refusal("restrict", file.path(), errno))?;
        let written = file.as_file().write_all(bytes).and_then(|()| file.as_file().sync_all());
        written.map_err(|cause| {
            let text = format!("cannot write `{}` ({} bytes): {cause}", target.display(), bytes.len());
            write_refusal(io::Error::new(cause.kind(), text))
        })?;
        Ok(Self { file, target: target.to_owned() })
    }

    /// The rename, which needs no room on the disk, and the sync that makes it last.
    pub(super) fn swap_in(self) -> Result<()> {
        self.file.persist(&self.target).map_err(|failed| failed.error).io_context("replace", &self.target)?;
        Folder::open(parent_of(&self.target))?.sync()
    }
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A write that failed; a full disk comes with what to do about it.
pub(super) fn write_refusal(failure: io::Error) -> Error {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let error = Error::internal(failure.to_string());
    match failure.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => error.hint(
            "make room for the workspace (a night needs about the size of the one before), then run again",
        ),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_planted_link_is_replaced_and_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let victim = outside.path().join("victim");
        std::fs::write(&victim, "untouched").unwrap();
        symlink(&victim, home.path().join("model.json")).unwrap();
        write_private(&home.path().join("model.json"), b"{}").unwrap();
        assert_eq!(read_file(&home.path().join("model.json")).unwrap(), b"{}");
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
        assert_eq!(read_file(&victim).unwrap(), b"untouched");
    }
}
