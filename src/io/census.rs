//! What lies beneath a folder, whoever put it there, and the digests of single files.
//!
//! Reads: names and whole files, in small pieces. Writes: nothing. Never: follows a link, waits on a FIFO.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use crate::error::{Error, IoContext, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Something that is no folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Below the folder that was asked for, `/` between parts.
    pub name: String,
    pub path: PathBuf,
    /// False of a link, a FIFO and the like.
    pub is_file: bool,
}

/// All that lies beneath `folder`, by name, hidden files too; nothing where there is no such folder.
///
/// # Errors
/// Kind `Internal`, naming the folder that cannot be listed.
pub fn beneath(folder: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        gather(folder, "", &mut found)?;
    }
    found.sort_unstable();
    Ok(found)
}

/// Names of the folders in a folder, ascending, hidden ones too; none where there is no such folder.
///
/// # Errors
/// Kind `Internal`, naming the folder that cannot be listed.
pub fn folders_in(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder).io_context("list", folder)? {
            let entry = entry.io_context("list", folder)?;
            if entry.file_type().io_context("inspect", &entry.path())?.is_dir() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn gather(folder: &Path, prefix: &str, found: &mut Vec<Found>) -> Result<()> {
    for entry in fs::read_dir(folder).io_context("list", folder)? {
        let entry = entry.io_context("list", folder)?;
        let (path, kind) = (entry.path(), entry.file_type().io_context("inspect", &entry.path())?);
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            gather(&path, &format!("{name}/"), found)?;
        } else {
            found.push(Found { name, path, is_file: kind.is_file() });
        }
    }
    Ok(())
}

/// Bytes and BLAKE3 digest, in hexadecimal, of the regular file at `path`; `None` where there is none.
///
/// # Errors
/// Kind `Internal`, naming the path, where it cannot be read.
pub fn size_and_digest(path: &Path) -> Result<Option<(u64, String)>> {
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(seen) if !seen.is_file() => return Ok(None),
        Ok(_) => {}
        Err(cause) => return Err(cause).io_context("inspect", path),
    }
    let file = File::open(path).io_context("open", path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file).io_context("read", path)?;
    Ok(Some((hasher.count(), hasher.finalize().to_hex().to_string())))
}

/// What the footer of a Parquet file says; `None` where it is none.
///
/// # Errors
/// Kind `Internal`, naming the path, where it cannot be opened.
pub fn footer(path: &Path) -> Result<Option<ParquetMetaData>> {
    let file = File::open(path).io_context("open", path)?;
    Ok(ParquetMetaDataReader::new().parse_and_finish(&file).ok())
}

/// Whether there is such a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Gives every file beneath `from` a second name at the same place beneath `to`, in folders made for it: for files that are
/// never changed, only replaced.
///
/// # Errors
/// Kind `Internal`, naming the path; `to` must not be there yet.
pub fn link_beneath(from: &Path, to: &Path) -> Result<()> {
    super::lock::make_private_folders(to)?;
    for Found { name, path, is_file } in beneath(from)? {
        if !is_file {
            return Err(Error::internal(format!("`{}` is no file", path.display())));
        }
        let target = to.join(name);
        if let Some(folder) = target.parent() {
            super::lock::make_private_folders(folder)?;
        }
        fs::hard_link(&path, &target).io_context("link", &target)?;
    }
    Ok(())
}

/// Begins the names of folders in a workspace that go with whoever made them.
pub const PASSING_PREFIX: &str = ".passing-";

/// A folder inside `parent` that goes with all that is in it once it is dropped.
///
/// # Errors
/// Kind `Internal`, naming the parent.
pub fn passing_folder(parent: &Path) -> Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt;
    let private = fs::Permissions::from_mode(0o700);
    let made = tempfile::Builder::new().prefix(PASSING_PREFIX).permissions(private).tempdir_in(parent);
    made.io_context("create a folder in", parent)
}
