//! The start of a file that a person names on the command line, to propose a mapping from.
//!
//! Reads: the first MiB of a regular file. Writes: nothing. Never: waits on a FIFO, reads a file to its end.

#![allow(clippy::disallowed_methods, reason = "opens the file that was named on the command line")]

use super::exports::shown;
use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// How much of a file is read.
pub const START_BYTES: u64 = 1 << 20;

/// A file and how it begins.
#[derive(Debug)]
pub struct Start {
    /// Its name without the folder.
    pub name: String,
    /// At most [`START_BYTES`] bytes.
    pub bytes: Vec<u8>,
    /// How long the file is.
    pub file_bytes: u64,
    /// The file itself: what tells a Parquet file's columns stands at its end.
    pub file: File,
}

/// The start of the file at `path`.
///
/// # Errors
/// Kind `Usage` where it is no regular file that can be read, or has no UTF-8 name.
pub fn start_of(path: &Path) -> Result<Start> {
    let failed = |what: &str| {
        Error::usage(format!("`{}` {what}", shown(path))).hint("name an export, as it is delivered")
    };
    let metadata = fs::metadata(path).map_err(|cause| failed("cannot be found").caused_by(cause))?;
    if !metadata.is_file() {
        return Err(failed("is no regular file"));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| failed("has no UTF-8 name"))?.to_owned();
    let mut file = File::open(path).map_err(|cause| failed("cannot be opened").caused_by(cause))?;
    let mut bytes = Vec::new();
    let read = (&mut file).take(START_BYTES).read_to_end(&mut bytes);
    read.map_err(|cause| failed("cannot be read").caused_by(cause))?;
    Ok(Start { name, bytes, file_bytes: metadata.len(), file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_read_in_part_and_a_folder_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("客户.csv");
        fs::write(&path, vec![b'x'; 3 << 20]).unwrap();
        let start = start_of(&path).unwrap();
        assert_eq!((start.name.as_str(), start.bytes.len() as u64), ("客户.csv", START_BYTES));
        assert!(start_of(folder.path()).unwrap_err().to_string().ends_with("is no regular file"));
        assert!(start_of(&folder.path().join("none")).unwrap_err().to_string().ends_with("cannot be found"));
    }
}
