//! The drop folder: which files are there, their bytes, their digests. The only door through which exports come in.
//!
//! Reads: regular files inside the drop folder. Writes: nothing. Never: follows a link out of the folder, waits on a
//! FIFO, changes an export.

#![allow(clippy::disallowed_methods, reason = "the one door through which exports come in")]

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

/// An opened export.
pub type ExportFile = File;

/// One export: its name inside the drop folder and where it is.
#[derive(Debug, Clone)]
pub struct Export {
    pub name: String,
    pub bytes: u64,
    path: PathBuf,
}

const BUFFER_BYTES: usize = 256 * 1024;

/// A path for a message: a name in the drop folder may hold what would steer a terminal.
pub fn shown(path: &Path) -> String {
    path.display().to_string().escape_debug().to_string()
}

fn failed(what: &str, path: &Path, cause: std::io::Error) -> Error {
    Error::internal(format!("cannot {what} `{}`", shown(path))).caused_by(cause)
}

/// The regular files of `folder` whose names match `pattern` (`*` stands for any run of characters), by name.
///
/// # Errors
/// Kind `Usage` where the folder or the pattern is wrong, `Refused` where a match is no regular file inside it.
pub fn list(folder: &Path, pattern: &str) -> Result<Vec<Export>> {
    if pattern.contains('/') || pattern.is_empty() {
        let error = Error::usage(format!("`files = \"{}\"` is not a file name", pattern.escape_debug()));
        return Err(error.hint("name files inside the drop folder, without `/`"));
    }
    let root = root(folder)?;
    let mut exports = Vec::new();
    for entry in fs::read_dir(&root).map_err(|cause| failed("list", folder, cause))? {
        let entry = entry.map_err(|cause| failed("list", folder, cause))?;
        let file_name = entry.file_name();
        if matches(pattern.as_bytes(), file_name.as_encoded_bytes()) {
            let name = file_name.into_string().map_err(|name| {
                Error::refused(format!(
                    "the file name `{}` is not UTF-8",
                    name.to_string_lossy().escape_debug()
                ))
                .hint("rename the file, or narrow the pattern")
            })?;
            exports.push(inspect(&root, name)?);
        }
    }
    exports.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(exports)
}

/// The one file `name` of the drop folder.
///
/// # Errors
/// Kind `Incomplete` where it is not there; otherwise as [`list`].
pub fn find(folder: &Path, name: &str) -> Result<Export> {
    let mut exports = if name.contains('*') { Vec::new() } else { list(folder, name)? };
    exports.pop().ok_or_else(|| {
        Error::incomplete(format!("no file `{}` in `{}`", name.escape_debug(), shown(folder)))
            .hint("a column looks its values up there; wait for the delivery, or correct `lookup.file`")
    })
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

fn inspect(root: &Path, name: String) -> Result<Export> {
    let linked = root.join(&name);
    let refuse = |what: &str| {
        Error::refused(format!("`{}` is {what}", name.escape_debug()))
            .hint("deliver a regular file, or narrow the pattern")
    };
    let path = linked.canonicalize().map_err(|cause| refuse("a link that leads nowhere").caused_by(cause))?;
    if !path.starts_with(root) {
        return Err(refuse("a link that leaves the drop folder"));
    }
    let metadata = path.metadata().map_err(|cause| failed("inspect", &linked, cause))?;
    if metadata.is_dir() {
        return Err(refuse("a folder, not a file"));
    }
    if !metadata.is_file() {
        return Err(refuse("not a regular file"));
    }
    Ok(Export { name, bytes: metadata.len(), path })
}

/// Opens an export for reading.
///
/// # Errors
/// Kind `Refused` where it cannot be read; kind `Incomplete` where its size is no longer what was listed.
pub fn open(export: &Export) -> Result<ExportFile> {
    let file = File::open(&export.path).map_err(|cause| unreadable(export, cause))?;
    let metadata = file.metadata().map_err(|cause| unreadable(export, cause))?;
    if metadata.is_file() && metadata.len() == export.bytes { Ok(file) } else { Err(changed(export)) }
}

/// What a failing read of an export is told.
pub fn unreadable(export: &Export, cause: std::io::Error) -> Error {
    Error::refused(format!("cannot read `{}`", export.name.escape_debug()))
        .hint("check the file's permissions and the disk it is on")
        .caused_by(cause)
}

/// An export whose size changes while it is read is still being delivered.
pub fn changed(export: &Export) -> Error {
    Error::incomplete(format!("`{}` changed while it was read", export.name.escape_debug()))
        .hint("wait until the delivery is complete")
}

/// BLAKE3 of the whole file in hexadecimal; leaves the file at its start.
///
/// # Errors
/// As [`open`].
pub fn digest(export: &Export, file: &mut ExportFile) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut bytes = 0u64;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(unreadable(export, cause)),
        }
    }
    file.rewind().map_err(|cause| unreadable(export, cause))?;
    if bytes == export.bytes { Ok(hasher.finalize().to_hex().to_string()) } else { Err(changed(export)) }
}

/// Whether `name` fits `pattern`; linear in the name, also where the pattern has several `*`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let mut parts = pattern.split(|byte| *byte == b'*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&[u8]> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let found = (0..=rest.len()).find(|at| rest[*at..].starts_with(part));
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, name, fits) in [
            ("a.csv", "a.csv", true),
            ("a.csv", "a.csv.gz", false),
            ("t_*.csv", "t_2026-10-31.csv", true),
            ("t_*.csv", "t_.csv", true),
            ("t_*.csv", "x_t_1.csv", false),
            ("*", "anything", true),
            ("*a*b", "xaxb", true),
            ("*a*b", "xbxa", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn only_regular_files_inside_the_folder_are_exports() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("a.csv"), "x").unwrap();
        let inside = tempfile::tempdir().unwrap();
        fs::write(inside.path().join("b.csv"), "xyz").unwrap();
        std::os::unix::fs::symlink("b.csv", inside.path().join("c.csv")).unwrap();
        let names = |pattern: &str| {
            list(inside.path(), pattern)
                .map(|exports| exports.into_iter().map(|e| (e.name, e.bytes)).collect::<Vec<_>>())
                .map_err(|e| e.to_string())
        };
        assert_eq!(names("*.csv").unwrap(), [("b.csv".into(), 3), ("c.csv".into(), 3)]);
        assert_eq!(names("d*").unwrap(), []);
        std::os::unix::fs::symlink(outside.path().join("a.csv"), inside.path().join("d.csv")).unwrap();
        assert_eq!(names("d.csv").unwrap_err(), "`d.csv` is a link that leaves the drop folder");
        std::os::unix::fs::symlink("nowhere", inside.path().join("e.csv")).unwrap();
        assert_eq!(names("e.csv").unwrap_err(), "`e.csv` is a link that leads nowhere");
        fs::create_dir(inside.path().join("f.csv")).unwrap();
        assert_eq!(names("f.csv").unwrap_err(), "`f.csv` is a folder, not a file");
        assert!(names("../a.csv").unwrap_err().contains("is not a file name"));
    }
}
