//! Folders to files: every file of the drop folder that a pattern describes, each looked at once.
//!
//! Reads: names and inodes. Grain: one [`Export`] per file. Never: descends deeper than the pattern, opens a file,
//! leaves the folder through a link.

#![allow(clippy::disallowed_methods, reason = "the one door through which exports come in")]

use super::name_date::{self, NameDate};
use super::pattern::{Level, Pattern, Said, agreed};
use super::{Export, Stamp, shown};
use crate::date::Date;
use crate::error::{Error, Result};
use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What transfer programs append until a file is whole.
const UNFINISHED: [&str; 4] = ["part", "tmp", "filepart", "crdownload"];

/// The drop folder without links, and whether a name may hold the date outside a placeholder.
struct Walk {
    root: PathBuf,
    is_dated: bool,
    exports: Vec<Export>,
}

/// An entry whose name fits: its name, its type, and what its name says.
struct Entry {
    name: OsString,
    kind: FileType,
    ways: Vec<Said>,
}

/// All files that fit, in no stated order.
///
/// # Errors
/// As [`super::list`].
pub(super) fn files(folder: &Path, pattern: &Pattern) -> Result<Vec<Export>> {
    let root = root(folder)?;
    let mut walk = Walk { root: root.clone(), is_dated: pattern.is_dated(), exports: Vec::new() };
    walk.descend(&root, "", &pattern.levels, &[Said::default()])?;
    Ok(walk.exports)
}

fn failed(what: &str, path: &Path, cause: std::io::Error) -> Error {
    Error::internal(format!("cannot {what} `{}`", shown(path))).caused_by(cause)
}

fn root(folder: &Path) -> Result<PathBuf> {
    let hint = "name the folder of the exports with `--data DIR` or `data` in the configuration";
    let root = folder.canonicalize().map_err(|cause| {
        Error::usage(format!("no drop folder at `{}`", shown(folder))).hint(hint).caused_by(cause)
    })?;
    if !root.is_dir() {
        return Err(Error::usage(format!("`{}` is not a folder", shown(folder))).hint(hint));
    }
    Ok(root)
}

impl Walk {
    /// Looks at the names of one folder; `prefix` is its name inside the drop folder, with a `/` at its end.
    fn descend(&mut self, folder: &Path, prefix: &str, levels: &[Level], before: &[Said]) -> Result<()> {
        let Some((level, deeper)) = levels.split_first() else { return Ok(()) };
        for entry in entries(folder, level, before)? {
            let name = prefix.to_owned() + &utf8(entry.name)?;
            let linked = self.root.join(&name);
            let path = if entry.kind.is_symlink() { self.follow(&name, &linked)? } else { linked };
            if deeper.is_empty() {
                let export = self.inspect(name, path, &entry.ways)?;
                self.exports.push(export);
            } else if is_folder(&path, entry.kind)? {
                self.descend(&path, &(name + "/"), deeper, &entry.ways)?;
            }
        }
        Ok(())
    }

    /// Where a link leads, inside the drop folder.
    fn follow(&self, name: &str, linked: &Path) -> Result<PathBuf> {
        let path = linked
            .canonicalize()
            .map_err(|cause| refuse(name, "a link that leads nowhere").caused_by(cause))?;
        if path.starts_with(&self.root) {
            Ok(path)
        } else {
            Err(refuse(name, "a link that leaves the drop folder"))
        }
    }

    fn inspect(&self, name: String, path: PathBuf, ways: &[Said]) -> Result<Export> {
        let metadata = path.symlink_metadata().map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => gone(&name),
            _ => failed("inspect", &path, cause),
        })?;
        if metadata.is_dir() {
            return Err(refuse(&name, "a folder, not a file"));
        }
        if !metadata.is_file() {
            return Err(refuse(&name, "not a regular file"));
        }
        if is_unfinished(&name) {
            let error = Error::incomplete(format!("`{}` is still being written", name.escape_debug()));
            return Err(error.hint("wait until the transfer is complete, or narrow the pattern"));
        }
        let (date, is_month) = self.date(&name, ways)?.unzip();
        let is_month = is_month.unwrap_or(false);
        Ok(Export { bytes: metadata.len(), stamp: Stamp::of(&metadata), name, path, date, is_month })
    }

    /// The date of a file and whether it stands for a month: where the pattern has it, else in the file's own name.
    fn date(&self, name: &str, ways: &[Said]) -> Result<Option<(Date, bool)>> {
        let wrong = |what: &str| {
            Error::refused(format!("the name `{}` {what}", name.escape_debug())).hint(
                "say in `files` where the date stands, as in `transactions_{date}*.csv`, or rename the file",
            )
        };
        if self.is_dated {
            return agreed(ways).map_err(wrong);
        }
        match name_date::find(name.rsplit('/').next().unwrap_or(name)) {
            NameDate::None => Ok(None),
            NameDate::Day(date) => Ok(Some((date, false))),
            NameDate::Month(end) => Ok(Some((end, true))),
            NameDate::Several => Err(wrong("has different dates")),
        }
    }
}

/// The entries of `folder` that fit, by name: which one is refused first does not depend on the file system.
fn entries(folder: &Path, level: &Level, before: &[Said]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    if let Some(name) = level.only_name() {
        if let Some(kind) = kind_of(&folder.join(name))? {
            entries.push(Entry { name: name.into(), kind, ways: before.to_vec() });
        }
        return Ok(entries);
    }
    for entry in fs::read_dir(folder).map_err(|cause| failed("list", folder, cause))? {
        let entry = entry.map_err(|cause| failed("list", folder, cause))?;
        let name = entry.file_name();
        let ways = level.read(name.as_encoded_bytes(), before);
        if !ways.is_empty() {
            let kind = entry.file_type().map_err(|cause| failed("inspect", &entry.path(), cause))?;
            entries.push(Entry { name, kind, ways });
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// What lies at `path`, links not followed; nothing where nothing does.
fn kind_of(path: &Path) -> Result<Option<FileType>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata.file_type())),
        Err(cause) => match cause.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => Ok(None),
            _ => Err(failed("inspect", path, cause)),
        },
    }
}

fn is_folder(path: &Path, kind: FileType) -> Result<bool> {
    if kind.is_symlink() {
        return Ok(kind_of(path)?.is_some_and(|kind| kind.is_dir()));
    }
    Ok(kind.is_dir())
}

fn utf8(name: OsString) -> Result<String> {
    name.into_string().map_err(|name| {
        Error::refused(format!("the file name `{}` is not UTF-8", name.to_string_lossy().escape_debug()))
            .hint("rename the file, or narrow the pattern")
    })
}

fn is_unfinished(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, end)| UNFINISHED.iter().any(|known| end.eq_ignore_ascii_case(known)))
}

fn refuse(name: &str, what: &str) -> Error {
    Error::refused(format!("`{}` is {what}", name.escape_debug()))
        .hint("deliver a regular file, or narrow the pattern")
}

/// A file that a transfer renames or replaces while the folder is listed.
fn gone(name: &str) -> Error {
    Error::incomplete(format!("`{}` vanished while the drop folder was listed", name.escape_debug()))
        .hint("wait until the delivery is complete")
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}
