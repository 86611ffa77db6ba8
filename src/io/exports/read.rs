//! The bytes of an export: opened, digested, and the same as when they were listed.
//!
//! Reads: one file, from its start. Never: waits on a FIFO that took the file's place, holds more of a file than a
//! buffer (a control file apart), takes bytes of a file that changed since the listing for those that were listed.

#![allow(clippy::disallowed_methods, reason = "the one door through which exports come in")]

use super::{Export, Stamp};
use crate::error::{Error, Result};
use crate::hexadecimal;
use crate::io::stop;
use rustix::fs::{Mode, OFlags};
use sha2::Digest;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};

/// An opened export.
pub type ExportFile = File;

const BUFFER_BYTES: usize = 256 * 1024;

/// Opens an export for reading.
///
/// # Errors
/// Kind `Refused` where it cannot be read; kind `Incomplete` where it is no longer what was listed;
/// `Stopped` once a signal came.
pub fn open(export: &Export) -> Result<ExportFile> {
    stop::check()?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(&export.path, flags, Mode::empty());
    let file = File::from(file.map_err(|errno| unreadable(export, errno.into()))?);
    let metadata = file.metadata().map_err(|cause| unreadable(export, cause))?;
    if is_as_listed(export, &metadata) { Ok(file) } else { Err(changed(export)) }
}

/// Looks at an export again.
///
/// # Errors
/// Kind `Incomplete` where its size, times or inode changed since the listing, or where it is gone.
pub fn unchanged(export: &Export) -> Result<()> {
    match export.path.symlink_metadata() {
        Ok(metadata) if is_as_listed(export, &metadata) => Ok(()),
        Ok(_) => Err(changed(export)),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Err(changed(export).caused_by(cause)),
        Err(cause) => Err(unreadable(export, cause)),
    }
}

fn is_as_listed(export: &Export, metadata: &Metadata) -> bool {
    metadata.is_file() && metadata.len() == export.bytes && Stamp::of(metadata) == export.stamp
}

/// What a failing read of an export is told.
pub fn unreadable(export: &Export, cause: std::io::Error) -> Error {
    Error::refused(format!("cannot read `{}`", export.name.escape_debug()))
        .hint("check the file's permissions and the disk it is on")
        .caused_by(cause)
}

/// An export that changes while it is read is still being delivered.
pub fn changed(export: &Export) -> Error {
    Error::incomplete(format!("`{}` changed while it was read", export.name.escape_debug()))
        .hint("wait until the delivery is complete")
}

/// BLAKE3 of the whole file, in hexadecimal.
///
/// # Errors
/// As [`open`].
pub fn digest(export: &Export) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    for_each_buffer(export, |bytes| {
        hasher.update(bytes);
    })?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// SHA-256 of the whole file, in hexadecimal; only control files ask for it.
///
/// # Errors
/// As [`open`].
pub fn sha256(export: &Export) -> Result<String> {
    let mut hasher = sha2::Sha256::new();
    for_each_buffer(export, |bytes| hasher.update(bytes))?;
    Ok(hexadecimal::of(hasher.finalize()))
}

/// The whole of a small file.
///
/// # Errors
/// Kind `Refused` where it has more than `bytes_max` bytes; otherwise as [`open`].
pub fn contents(export: &Export, bytes_max: u64) -> Result<Vec<u8>> {
    if export.bytes > bytes_max {
        let name = export.name.escape_debug();
        let error = Error::refused(format!("`{name}` has {} bytes, more than {bytes_max}", export.bytes));
        return Err(error.hint("is it a control file? correct `control.file`"));
    }
    let mut contents = Vec::new();
    for_each_buffer(export, |bytes| contents.extend_from_slice(bytes))?;
    Ok(contents)
}

fn for_each_buffer(export: &Export, mut take: impl FnMut(&[u8])) -> Result<()> {
    let mut file = open(export)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut bytes = 0u64;
    while bytes <= export.bytes {
        stop::check()?;
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                take(&buffer[..read]);
                bytes += read as u64;
            }
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) => return Err(unreadable(export, cause)),
        }
    }
    if bytes == export.bytes { Ok(()) } else { Err(changed(export)) }
}
