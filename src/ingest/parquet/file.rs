//! A Parquet export as a whole: its magic numbers, its footer, and where its columns' bytes are.
//!
//! Reads: the first and last bytes, then the footer. Produces: [`Checked`], whose metadata holds no place outside the
//! file. Never: allocates for a size that the file cannot hold; decodes a footer that is encrypted.

use super::quiet;
use super::thrift::Reader;
use crate::error::{Error, Result};
use crate::ingest::job::Job;
use crate::io::exports::{self, ExportFile};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

const MAGIC: &[u8] = b"PAR1";
const MAGIC_ENCRYPTED: &[u8] = b"PARE";
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
/// The length of the footer, and the magic number.
const TAIL_BYTES: u64 = 8;
/// Magic number, footer of at least a byte, tail.
const FILE_BYTES_MIN: u64 = 13;
/// Of `FileMetaData`: there only if columns are encrypted under a readable footer.
const ENCRYPTION_ALGORITHM: i64 = 8;
/// A page header is some 30 bytes; with its statistics, seldom more than this.
const HEADER_BUFFER_BYTES: usize = 256;

/// An export that is read at places, by several threads at the same time.
#[derive(Clone)]
pub struct Places {
    file: Arc<ExportFile>,
    bytes: u64,
}

/// Bytes of the file from a place on.
pub struct From {
    places: Places,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.places.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Places {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Places {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::with_capacity(HEADER_BUFFER_BYTES, From { places: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.bytes);
        end.ok_or_else(|| ParquetError::EOF("beyond the end of the file".to_owned()))?;
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// An export whose footer was read and checked.
pub struct Checked {
    pub places: Places,
    /// With the column types that the writer declared.
    pub declared: ArrowReaderMetadata,
}

impl Checked {
    pub fn metadata(&self) -> &Arc<ParquetMetaData> {
        self.declared.metadata()
    }
}

/// Opens an export and reads its footer.
///
/// # Errors
/// Kind `Refused` where it is empty, cut off, encrypted, damaged or of another format.
pub fn open<B>(job: &Job<'_, B>) -> Result<Checked> {
    let file = exports::open(job.export)?;
    let bytes = job.export.bytes;
    if bytes == 0 {
        return Err(job.refuse("is empty (0 bytes)").hint("deliver the file again"));
    }
    let places = Places { file: Arc::new(file), bytes };
    let footer = job.footer(&places)?;
    if has_encryption(&footer) == Some(true) {
        return Err(job.encrypted());
    }
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Skip);
    let declared = quiet::caught(|| ArrowReaderMetadata::load(&places, options));
    let declared = declared.ok_or_else(|| job.damaged())?.map_err(|cause| job.unread(cause))?;
    let footer_start = bytes - TAIL_BYTES - footer.len() as u64;
    if fits(declared.metadata(), footer_start) {
        Ok(Checked { places, declared })
    } else {
        Err(job.damaged())
    }
}

impl<B> Job<'_, B> {
    #[must_use]
    pub fn damaged(&self) -> Error {
        self.refuse("is damaged").hint("deliver the file again")
    }

    fn encrypted(&self) -> Error {
        self.refuse("is encrypted Parquet, which is not read").hint("export it without Parquet encryption")
    }

    /// What a failing read is told. The cause may quote the file, and so is escaped.
    #[must_use]
    pub fn unread(&self, cause: ParquetError) -> Error {
        match cause {
            ParquetError::External(cause) if is_of_disk(cause.as_ref()) => {
                exports::unreadable(self.export, io::Error::other(cause))
            }
            cause => self.damaged().caused_by(io::Error::other(cause.to_string().escape_debug().to_string())),
        }
    }

    /// The bytes of the footer, after the magic numbers were checked.
    fn footer(&self, places: &Places) -> Result<Bytes> {
        let bytes = |start, length: u64| {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            places.get_bytes(start, length).map_err(|cause| self.unread(cause))
        };
        let head = bytes(0, places.bytes.min(MAGIC.len() as u64))?;
        if head == MAGIC_ENCRYPTED {
            return Err(self.encrypted());
        }
        if head != MAGIC {
            let hint = if head.starts_with(GZIP_MAGIC) {
                "unpack it: Parquet is packed inside, not as a whole"
            } else {
                "deliver the file again, or set the source's `format` to what it is"
            };
            return Err(self.refuse("is no Parquet file: it does not start with `PAR1`").hint(hint));
        }
        let tail =
            if places.bytes < FILE_BYTES_MIN { head } else { bytes(places.bytes - TAIL_BYTES, TAIL_BYTES)? };
        match tail.split_first_chunk::<4>() {
            Some((_, MAGIC_ENCRYPTED)) => Err(self.encrypted()),
            Some((length, MAGIC)) => {
                let length = u64::from(u32::from_le_bytes(*length));
                let most = places.bytes - TAIL_BYTES - MAGIC.len() as u64;
                if length > most {
                    return Err(self.damaged());
                }
                bytes(places.bytes - TAIL_BYTES - length, length)
            }
            _ => Err(self
                .refuse("is cut off: it does not end with `PAR1`, as Parquet files do")
                .hint("deliver the file again")),
        }
    }
}

/// A failing disk, not bytes that cannot be unpacked.
fn is_of_disk(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.raw_os_error().is_some())
}

/// Whether columns are encrypted; `None` where the footer cannot be read so far.
fn has_encryption(footer: &[u8]) -> Option<bool> {
    let mut found = false;
    Reader { rest: footer }.fields(|_, field| {
        found |= field.id == ENCRYPTION_ALGORITHM;
        Some(false)
    })?;
    Some(found)
}

/// Whether counts agree and every column's bytes lie between the first magic number and the footer.
fn fits(metadata: &ParquetMetaData, footer_start: u64) -> bool {
    let columns_fit = |columns: &[ColumnChunkMetaData]| {
        columns.iter().all(|column| range(column).is_some_and(|(_, end)| end <= footer_start))
    };
    let mut n_rows = Some(0i64);
    for group in metadata.row_groups() {
        n_rows = n_rows.filter(|_| group.num_rows() >= 0).and_then(|n| n.checked_add(group.num_rows()));
        if !columns_fit(group.columns()) {
            return false;
        }
    }
    n_rows == Some(metadata.file_metadata().num_rows())
}

/// Start and end of a column's bytes in the file.
pub fn range(column: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let (start, length) = (u64::try_from(start).ok()?, u64::try_from(column.compressed_size()).ok()?);
    let end = start.checked_add(length)?;
    if start >= MAGIC.len() as u64 { Some((start, end)) } else { None }
}
