//! The page headers of one column of one row group, looked at before anything is decoded.
//!
//! Reads: headers only, and the pages themselves where their sizes are not told by the header (gzip, delta-coded
//! lengths). Produces: [`Pages`]. Never: lets a declared size or count through that would make a decoder reserve
//! memory out of proportion to the file, or rows appear that no page holds.

use super::file::{Places, range};
use super::quiet;
use super::thrift::Reader;
use flate2::read::MultiGzDecoder;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, SerializedPageReader};
use std::io::{self, Read};
use std::sync::Arc;

/// Larger pages are refused; writers aim at 1 MiB, some write a column of a million rows as one page.
const PAGE_BYTES_MAX: u64 = 256 << 20;
/// Unpacked, below which any ratio is plausible: a megabyte of zeros packs into a few bytes.
const RATIO_FREE_BYTES: u64 = 16 << 20;
const RATIO_MAX: u64 = 2_000;
/// Pages of a column of one row group: a header takes at least some ten bytes, a page seldom less than a kilobyte.
const HEADER_BYTES: usize = 512;
/// With statistics of long texts in it.
const HEADER_BYTES_MAX: usize = 1 << 20;

/// How the values of a column's pages are coded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Coding {
    /// Every value is the number of an entry of the dictionary.
    Dictionary,
    #[default]
    Other,
    /// As what a text has in common with the one before: a page of a megabyte may unfold to terabytes, which its size
    /// does not tell.
    Prefixes,
}

/// A page as its header tells it; numbers as in Parquet's `PageHeader`.
#[derive(Default)]
struct Header {
    kind: i64,
    unpacked: i64,
    packed: i64,
    n_values: i64,
    encoding: i64,
    bytes: u64,
}

const DATA: i64 = 0;
const INDEX: i64 = 1;
const DICTIONARY: i64 = 2;
const DATA_V2: i64 = 3;
const PLAIN_DICTIONARY: i64 = 2;
const RLE_DICTIONARY: i64 = 8;
const DELTA_LENGTH_BYTE_ARRAY: i64 = 6;
const DELTA_BYTE_ARRAY: i64 = 7;

/// Checks the pages of column `leaf`; `None` where they cannot be what the footer says.
///
/// # Errors
/// Where the file cannot be read.
pub fn check(places: &Places, group: &RowGroupMetaData, leaf: usize) -> io::Result<Option<Coding>> {
    let column = group.column(leaf);
    let Some((start, end)) = range(column) else { return Ok(None) };
    let mut seen = Seen { coding: Coding::Dictionary, ..Seen::default() };
    let is_packed = column.compression() != Compression::UNCOMPRESSED;
    let mut at = start;
    while at < end {
        let Some(header) = header(places, at, end)? else { return Ok(None) };
        at += header.bytes;
        let Some(packed) = header.plausible(end - at, is_packed) else { return Ok(None) };
        let is_gzip = matches!(column.compression(), Compression::GZIP(_));
        if !seen.take(&header) || (is_gzip && !unpacks_to(places, at, packed, &header)?) {
            return Ok(None);
        }
        at += packed;
    }
    let is_whole = seen.n_values == column.num_values() && seen.n_values == group.num_rows();
    let is_sound = is_whole && (!seen.has_lengths || lengths_fit(places, group, leaf));
    Ok(is_sound.then_some(seen.coding))
}

/// The pages of a column so far.
#[derive(Default)]
struct Seen {
    has_dictionary: bool,
    has_data: bool,
    has_lengths: bool,
    n_values: i64,
    coding: Coding,
}

impl Seen {
    /// Takes the next page in; false where it cannot stand there.
    fn take(&mut self, page: &Header) -> bool {
        match page.kind {
            DICTIONARY => {
                let is_first = !self.has_dictionary && !self.has_data;
                self.has_dictionary = true;
                return is_first;
            }
            INDEX => return true,
            DATA | DATA_V2 => {}
            _ => return false,
        }
        self.has_data = true;
        self.n_values = self.n_values.saturating_add(page.n_values);
        match page.encoding {
            PLAIN_DICTIONARY | RLE_DICTIONARY => return self.has_dictionary,
            DELTA_BYTE_ARRAY => self.coding = Coding::Prefixes,
            DELTA_LENGTH_BYTE_ARRAY => self.has_lengths = true,
            _ => {}
        }
        if self.coding == Coding::Dictionary {
            self.coding = Coding::Other;
        }
        true
    }
}

impl Header {
    /// The bytes that the page takes in the file, where its sizes and counts can be true.
    fn plausible(&self, bytes_left: u64, is_packed: bool) -> Option<u64> {
        let (packed, unpacked) = (u64::try_from(self.packed).ok()?, u64::try_from(self.unpacked).ok()?);
        let n_values = u64::try_from(self.n_values).ok()?;
        let sizes_fit = packed <= bytes_left && unpacked <= PAGE_BYTES_MAX;
        let packing_fits = if is_packed {
            unpacked <= RATIO_FREE_BYTES.max(packed.saturating_mul(RATIO_MAX))
        } else {
            unpacked == packed
        };
        // An entry takes its length or its value: at least a byte.
        let entries_fit = self.kind != DICTIONARY || n_values <= unpacked;
        if sizes_fit && packing_fits && entries_fit { Some(packed) } else { None }
    }
}

fn header(places: &Places, at: u64, end: u64) -> io::Result<Option<Header>> {
    let mut room = HEADER_BYTES;
    loop {
        let length = usize::try_from(end - at).unwrap_or(usize::MAX).min(room);
        let bytes = places.get_bytes(at, length).map_err(io::Error::other)?;
        let parsed = parse(&bytes);
        if parsed.is_some() || length < room || room >= HEADER_BYTES_MAX {
            return Ok(parsed);
        }
        room *= 8;
    }
}

fn parse(bytes: &[u8]) -> Option<Header> {
    let mut header = Header { kind: -1, unpacked: -1, packed: -1, encoding: -1, ..Header::default() };
    let mut reader = Reader { rest: bytes };
    reader.fields(|reader, field| {
        match field.id {
            1 => header.kind = reader.whole(field)?,
            2 => header.unpacked = reader.whole(field)?,
            3 => header.packed = reader.whole(field)?,
            // Of a data page, of a dictionary page, of a data page of the second version.
            5 | 7 | 8 if Reader::is_structure(field) => {
                let of_encoding = if field.id == 8 { 4 } else { 2 };
                reader.fields(|reader, inner| {
                    match inner.id {
                        1 => header.n_values = reader.whole(inner)?,
                        id if id == of_encoding => header.encoding = reader.whole(inner)?,
                        _ => return Some(false),
                    }
                    Some(true)
                })?;
            }
            _ => return Some(false),
        }
        Some(true)
    })?;
    header.bytes = (bytes.len() - reader.rest.len()) as u64;
    Some(header)
}

/// Whether a gzip page unpacks to what its header says: the decoder unpacks without a limit of its own.
fn unpacks_to(places: &Places, at: u64, packed: u64, header: &Header) -> io::Result<bool> {
    if header.kind == DATA_V2 || header.kind == INDEX {
        // Levels stand before the packed values of the second version: those are bounded by the ratio of deflate.
        return Ok(packed <= RATIO_FREE_BYTES);
    }
    let packed = usize::try_from(packed).unwrap_or(usize::MAX);
    let bytes = places.get_bytes(at, packed).map_err(io::Error::other)?;
    let unpacked = u64::try_from(header.unpacked).unwrap_or_default();
    let read = io::copy(&mut MultiGzDecoder::new(&bytes[..]).take(unpacked + 1), &mut io::sink());
    Ok(read.is_ok_and(|read| read == unpacked))
}

/// Whether every page of delta-coded lengths has no more of them than values: the decoder reserves what is declared.
fn lengths_fit(places: &Places, group: &RowGroupMetaData, leaf: usize) -> bool {
    let (column, rows) = (group.column(leaf), usize::try_from(group.num_rows()).unwrap_or_default());
    let has_levels = column.column_descr().max_def_level() > 0;
    quiet::caught(|| {
        let mut pages = SerializedPageReader::new(Arc::new(places.clone()), column, rows, None).ok()?;
        while let Some(page) = pages.get_next_page().ok()? {
            let (values, n_values) = match &page {
                Page::DataPage { encoding: Encoding::DELTA_LENGTH_BYTE_ARRAY, buf, num_values, .. } => {
                    (if has_levels { after_levels(buf)? } else { buf }, *num_values)
                }
                Page::DataPageV2 {
                    encoding: Encoding::DELTA_LENGTH_BYTE_ARRAY,
                    buf,
                    num_values,
                    def_levels_byte_len,
                    ..
                } => (buf.get(*def_levels_byte_len as usize..)?, *num_values),
                _ => continue,
            };
            if n_lengths(values)? > u64::from(n_values) {
                return None;
            }
        }
        Some(())
    })
    .flatten()
    .is_some()
}

/// What follows the levels of a page of the first version, which stand behind their length.
fn after_levels(page: &[u8]) -> Option<&[u8]> {
    let (length, rest) = page.split_first_chunk::<4>()?;
    rest.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..)
}

/// The count in the header of delta-coded numbers: after the size of a block and its parts.
fn n_lengths(values: &[u8]) -> Option<u64> {
    let mut reader = Reader { rest: values };
    reader.varint()?;
    reader.varint()?;
    reader.varint()
}
