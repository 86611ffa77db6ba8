//! A folder of a few files that is seen whole or not at all: a backtest.
//!
//! Writes: `.staging-NAME` beside the folder's place, every file synced, then one rename; what stood there goes. A crash
//! leaves the old folder or the new one, and at most a staging folder, which the next write removes. Never: keeps a file of
//! the folder that stood there, or shows one without the others.
//!
//! The caller holds the [`WorkspaceLock`](super::lock::WorkspaceLock).
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::folder::Folder;
use super::lock::make_private_folders;
use super::nights::STAGING_PREFIX;
use super::private::write_refusal;
use crate::error::{IoContext, Result};
use rustix::fs::RenameFlags;
use rustix::io::Errno;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes these files, by name, as the folder `name` of `parent`, in place of what stood there.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path; what stood there stands.
pub fn write_folder(parent: &Path, name: &str, files: &[(String, Vec<u8>)]) -> Result<PathBuf> {
    make_private_folders(parent)?;
    let parent = Folder::open(parent)?;
    let staging = format!("{STAGING_PREFIX}{name}");
    parent.remove(&staging)?;
    if let Err(failure) = fill(&parent.make(&staging)?, files) {
        // Room for the next try; what cannot be removed now, that removes.
        let _ = parent.remove(&staging);
        return Err(failure);
    }
    let rename = |flags| parent.try_rename(&staging, &parent, name, flags);
    let (stood_there, shown) = match rename(RenameFlags::NOREPLACE) {
        Err(Errno::EXIST) => (true, rename(RenameFlags::EXCHANGE)),
        first => (false, first),
    };
    let path = parent.path.join(name);
    shown.map_err(io::Error::from).io_context("publish", &path)?;
    parent.sync()?;
    if stood_there {
        parent.remove(&staging)?;
    }
    Ok(path)
}

fn fill(folder: &Folder, files: &[(String, Vec<u8>)]) -> Result<()> {
    for (name, bytes) in files {
        let mut file = folder.create_file(name)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|cause| {
            let path = folder.path.join(name);
            let text = format!("cannot write `{}` ({} bytes): {cause}", path.display(), bytes.len());
            write_refusal(io::Error::new(cause.kind(), text))
        })?;
    }
    folder.sync()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn files(names: &[&str], text: &str) -> Vec<(String, Vec<u8>)> {
        names.iter().map(|name| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    /// Names and contents, and every name beside the folder.
    fn there(parent: &Path, name: &str) -> (Vec<(String, String)>, usize) {
        let entries = fs::read_dir(parent.join(name)).unwrap().map(|entry| entry.unwrap().path());
        let text = |path: PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        };
        let mut found: Vec<(String, String)> = entries.map(text).collect();
        found.sort_unstable();
        (found, fs::read_dir(parent).unwrap().count())
    }

    fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_folder_takes_the_place_of_the_one_before_with_all_its_files() {
        let home = tempfile::tempdir().unwrap();
        let parent = home.path().join("backtests");
        let path = write_folder(&parent, "as_of=1", &files(&["a", "b"], "old")).unwrap();
        assert_eq!(path, parent.join("as_of=1"));
        write_folder(&parent, "as_of=1", &files(&["b", "c"], "new")).unwrap();
        assert_eq!(there(&parent, "as_of=1"), (owned(&[("b", "new"), ("c", "new")]), 1));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("b"))), (0o700, 0o600));
    }

    #[test]
    fn a_write_that_fails_or_was_cut_short_leaves_what_stood_there_and_hinders_no_later_one() {
        let home = tempfile::tempdir().unwrap();
        write_folder(home.path(), "as_of=1", &files(&["a", "b"], "old")).unwrap();
        // The second file cannot be made.
        write_folder(home.path(), "as_of=1", &files(&["a", "a"], "new")).unwrap_err();
        let (found, n_beside) = there(home.path(), "as_of=1");
        assert_eq!((found, n_beside), (owned(&[("a", "old"), ("b", "old")]), 1));
        fs::create_dir(home.path().join(".staging-as_of=1")).unwrap();
        fs::write(home.path().join(".staging-as_of=1/a"), "half").unwrap();
        write_folder(home.path(), "as_of=1", &files(&["a", "b"], "new")).unwrap();
        assert_eq!(there(home.path(), "as_of=1"), (owned(&[("a", "new"), ("b", "new")]), 1));
    }
}
