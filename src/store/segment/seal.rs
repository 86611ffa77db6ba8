//! Digests that prove a segment's bytes before anything parses them.
//!
//! The file is `PAR1`, column chunks, the digest of what follows it, the footer, its length and `PAR1`; the
//! footer's metadata holds a digest per column chunk under `blake3.<column>`. Readers that know nothing of it
//! skip the digest.

use crate::error::{Error, Result};

const DIGEST_BYTES: usize = 32;
/// Length of the footer, little-endian, and `PAR1`.
const TAIL_BYTES: usize = 8;
const MAGIC: &[u8] = b"PAR1";

/// Puts the digest of the footer and the tail before them.
pub(super) fn seal(mut file: Vec<u8>) -> Result<Vec<u8>> {
    let start =
        footer_start(&file).ok_or_else(|| Error::internal("a segment was written without a footer"))?;
    let footer = file.split_off(start);
    file.reserve_exact(DIGEST_BYTES + footer.len());
    file.extend_from_slice(blake3::hash(&footer).as_bytes());
    file.extend_from_slice(&footer);
    Ok(file)
}

/// # Errors
/// `Internal` where the footer is not the one that was sealed.
pub(super) fn check(file: &[u8]) -> Result<()> {
    let sealed = || {
        let start = footer_start(file)?;
        let digest = file.get(start.checked_sub(DIGEST_BYTES)?..start)?;
        (file.starts_with(MAGIC) && blake3::hash(&file[start..]).as_bytes() == digest).then_some(())
    };
    sealed().ok_or_else(|| damaged("its footer does not match its digest"))
}

/// Hexadecimal BLAKE3 digest of a column chunk.
pub(super) fn digest(chunk: &[u8]) -> String {
    blake3::hash(chunk).to_hex().to_string()
}

/// Where a column's digest stands in the metadata.
pub(super) fn digest_key(column: &str) -> String {
    format!("blake3.{column}")
}

pub(super) fn damaged(what: &str) -> Error {
    Error::internal(format!("a segment of the store is damaged: {what}"))
}

/// Where the footer starts, by the length that the tail gives.
fn footer_start(file: &[u8]) -> Option<usize> {
    let tail = file.len().checked_sub(TAIL_BYTES)?;
    let (length, magic) = file[tail..].split_at(4);
    let length = u32::from_le_bytes(length.try_into().ok()?);
    (magic == MAGIC).then_some(())?;
    tail.checked_sub(usize::try_from(length).ok()?)
}
