//! A published file, opened to be read in parts once its bytes were found to be the ones that were published.
//!
//! Reads: the whole file once in small pieces, for its digest. Writes: nothing. Never: holds a file in memory.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use crate::error::{IoContext, Result};
use std::fs::File;
use std::path::Path;

/// The file at `path`; `None` where its bytes have another digest than `blake3`, in hexadecimal.
///
/// Parquet pages carry no checksums: a damaged file often reads without an error, and only its digest tells.
///
/// # Errors
/// Kind `Internal`, naming the path, where the file cannot be read.
pub fn open_if_whole(path: &Path, blake3: &str) -> Result<Option<File>> {
    let file = File::open(path).io_context("open", path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file).io_context("read", path)?;
    Ok((hasher.finalize().to_hex().as_str() == blake3).then_some(file))
}
