//! Where the files of a night go: into its staging folder, or nowhere in a rehearsal.

use crate::error::{Error, Result};
use crate::io::staging::{FileDigest, Staging};
use std::io::Write;

/// Takes finished files.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shelf<'a> {
    Staging(&'a Staging),
    /// Only the digest is taken.
    Nowhere,
}

impl Shelf<'_> {
    /// A whole file of the night, by its path inside it.
    ///
    /// # Errors
    /// Kind `Internal` where it cannot be written, naming it.
    pub(super) fn put(self, path: &str, bytes: &[u8]) -> Result<FileDigest> {
        let Shelf::Staging(staging) = self else {
            crate::io::stop::check()?;
            let blake3 = blake3::hash(bytes).to_hex().to_string();
            return Ok(FileDigest { path: path.to_owned(), bytes: bytes.len() as u64, blake3 });
        };
        let mut file = staging.create(path)?;
        file.write_all(bytes)
            .map_err(|cause| Error::internal(format!("cannot write `{path}`")).caused_by(cause))?;
        file.finish()
    }
}
