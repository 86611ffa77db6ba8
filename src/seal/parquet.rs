//! A digest inside a Parquet file, so that damage is found before anything is decoded.
//!
//! The format has no checksum of its own that its readers insist on, and damaged pages often decode without an
//! error. The BLAKE3 digest of all other bytes stands between the last page and the footer, where no reader looks:
//! the file stays a plain Parquet file.

use bytes::Bytes;
use parquet::file::metadata::ParquetMetaDataReader;
use std::ops::Range;

const DIGEST_BYTES: usize = blake3::OUT_LEN;
/// The length of the footer in four bytes, then `PAR1`.
const TAIL_BYTES: usize = 8;

/// Puts the digest in; `None` if these bytes are no whole Parquet file.
pub fn sealed(mut parquet: Vec<u8>) -> Option<Bytes> {
    let footer = footer_start(&parquet)?;
    let digest = digest_around(&parquet, footer..footer);
    parquet.splice(footer..footer, digest.as_bytes().iter().copied());
    Some(parquet.into())
}

/// Whether every byte is as it was when sealed.
pub fn is_whole(bytes: &[u8]) -> bool {
    let Some(footer) = footer_start(bytes) else { return false };
    let Some(start) = footer.checked_sub(DIGEST_BYTES) else { return false };
    digest_around(bytes, start..footer) == bytes[start..footer]
}

/// Whether no digest was ever put in: the last index, which our writer ends with, goes on to the footer.
pub fn has_none(bytes: &[u8]) -> bool {
    let parquet = Bytes::copy_from_slice(bytes);
    let Ok(metadata) = ParquetMetaDataReader::new().parse_and_finish(&parquet) else { return false };
    let columns = metadata.row_groups().iter().flat_map(|group| group.columns());
    let end = columns.filter_map(|column| column.offset_index_range()).map(|range| range.end).max();
    end.is_some_and(|end| usize::try_from(end).ok() == footer_start(bytes))
}

fn footer_start(bytes: &[u8]) -> Option<usize> {
    let (rest, tail) = bytes.split_last_chunk::<TAIL_BYTES>()?;
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    rest.len().checked_sub(usize::try_from(length).ok()?)
}

fn digest_around(bytes: &[u8], hole: Range<usize>) -> blake3::Hash {
    blake3::Hasher::new().update(&bytes[..hole.start]).update(&bytes[hole.end..]).finalize()
}
