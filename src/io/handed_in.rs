//! A file that a person names on the command line to be read whole: a workbook that a manager filled in.
//!
//! Reads: a regular file of bounded size. Writes: nothing. Never: waits on a FIFO, reads a file that is too large.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::exports::shown;
use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// The bytes of the file at `path`, at most `bytes_max`.
///
/// # Errors
/// Kind `Usage` where it is no regular file that can be read, `Refused` where it is longer.
pub fn read_whole(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let failed = |what: &str| {
        Error::usage(format!("`{}` {what}", shown(path))).hint("name the workbooks that managers filled in")
    };
    let metadata = fs::metadata(path).map_err(|cause| failed("cannot be found").caused_by(cause))?;
    if !metadata.is_file() {
        return Err(failed("is no regular file"));
    }
    let file = File::open(path).map_err(|cause| failed("cannot be opened").caused_by(cause))?;
    let mut bytes = Vec::new();
    let read = file.take(bytes_max + 1).read_to_end(&mut bytes);
    read.map_err(|cause| failed("cannot be read").caused_by(cause))?;
    if bytes.len() as u64 > bytes_max {
        return Err(Error::refused(format!("`{}` is longer than {bytes_max} bytes", shown(path)))
            .hint("a manager's workbook is much smaller: this is another file"));
    }
    Ok(bytes)
}
