//! One file of a night on its way to the disk: buffered, counted, hashed, synced.
//!
//! Writes: the one open file that it was given. Its digest is of exactly the bytes that the file took.
//! Never: opens, names or removes a file.

use crate::error::Result;
use crate::io::private::write_refusal;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Large enough that hashing and writing go in long runs, small beside a Parquet row group.
const BUFFER_BYTES: usize = 256 * 1024;

/// What was begun under a staging folder; shared with the files, which may live on other threads.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) folders: BTreeSet<String>,
    pub(super) unfinished: BTreeSet<String>,
}

/// The ledger is valid after every statement, so a panic elsewhere does not spoil it.
pub(super) fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One file of a night that is being written; buffered. Only [`finish`](Self::finish) makes it count:
/// a night with a file that was dropped before is not published.
#[derive(Debug)]
pub struct StagedFile {
    relative: String,
    writer: BufWriter<Hashing>,
    ledger: Arc<Mutex<Ledger>>,
}

/// What the manifest says about one file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileDigest {
    /// Relative to the night's folder, `/` between parts.
    pub path: String,
    pub bytes: u64,
    /// 64 hexadecimal digits.
    pub blake3: String,
}

impl StagedFile {
    /// Takes over `file`, new and empty, which stands at `path`; counts as unfinished from here on.
    pub(super) fn begin(file: File, path: PathBuf, relative: &str, ledger: &Arc<Mutex<Ledger>>) -> Self {
        lock(ledger).unfinished.insert(relative.to_owned());
        let hashing = Hashing { file, path, hasher: blake3::Hasher::new(), bytes: 0 };
        Self {
            relative: relative.to_owned(),
            writer: BufWriter::with_capacity(BUFFER_BYTES, hashing),
            ledger: Arc::clone(ledger),
        }
    }

    /// Writes out the buffer, syncs, and says what was written.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path and the bytes; a sync that failed is not tried again.
    pub fn finish(mut self) -> Result<FileDigest> {
        self.writer.flush().map_err(write_refusal)?;
        let written = self.writer.get_ref();
        written.file.sync_all().map_err(|cause| write_refusal(written.failure("sync", 0, &cause)))?;
        lock(&self.ledger).unfinished.remove(&self.relative);
        let blake3 = written.hasher.finalize().to_hex().to_string();
        Ok(FileDigest { path: std::mem::take(&mut self.relative), bytes: written.bytes, blake3 })
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Hashes and counts exactly the bytes that the file took.
#[derive(Debug)]
struct Hashing {
    file: File,
    path: PathBuf,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing {
    /// Encoders between us and the caller keep the kind and the text of an error, so both say it all.
    fn failure(&self, what: &str, more: usize, cause: &io::Error) -> io::Error {
        let path = self.path.display();
        let text =
            format!("cannot {what} `{path}` after {} bytes ({more} more at hand): {cause}", self.bytes);
        io::Error::new(cause.kind(), text)
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = match self.file.write(bytes) {
            Err(cause) if cause.kind() != io::ErrorKind::Interrupted => {
                return Err(self.failure("write", bytes.len(), &cause));
            }
            result => result?,
        };
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
