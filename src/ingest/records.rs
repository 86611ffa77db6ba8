//! Text to records: the `csv` crate where there are quotes, and a plain split where there are none.
//!
//! Reads: a piece of text that starts at the start of a record. Grain: one record. Never: drops a field or a record;
//! the two ways give the same records for text without quotes, which a test holds them to.

use crate::error::{Error, Result};
use csv::ByteRecord;

pub const QUOTE: u8 = b'"';

/// One record: its fields, without quotes around them.
pub trait Record {
    fn fields(&self) -> usize;
    /// Empty beyond the last one.
    fn field(&self, at: usize) -> &[u8];
    /// The record as it stands in the file, give or take its separators.
    fn line(&self) -> &[u8];

    /// Bytes of the record, give or take its separators.
    fn bytes(&self) -> usize {
        self.line().len()
    }
}

/// A record of a text without quotes: where each field ends.
pub struct Plain<'t> {
    pub text: &'t [u8],
    pub start: usize,
    pub ends: &'t [u32],
}

impl Record for Plain<'_> {
    fn fields(&self) -> usize {
        self.ends.len()
    }

    fn field(&self, at: usize) -> &[u8] {
        let Some(end) = self.ends.get(at) else { return b"" };
        let start = if at == 0 { self.start } else { self.ends[at - 1] as usize + 1 };
        &self.text[start..*end as usize]
    }

    fn line(&self) -> &[u8] {
        &self.text[self.start..self.ends.last().map_or(self.start, |end| *end as usize)]
    }
}

impl Record for ByteRecord {
    fn fields(&self) -> usize {
        self.len()
    }

    fn field(&self, at: usize) -> &[u8] {
        self.get(at).unwrap_or_default()
    }

    fn line(&self) -> &[u8] {
        self.as_slice()
    }
}

/// The high bit of every byte of `word` that equals `byte`.
fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let differing = word ^ (u64::from(byte) * 0x0101_0101_0101_0101);
    !(((differing & LOW_SEVEN) + LOW_SEVEN) | differing | LOW_SEVEN)
}

/// Some records of a text without quotes, in their order.
pub struct Batch<'t> {
    text: &'t [u8],
    /// Where each record starts, and where its first field end is in `ends`.
    starts: Vec<(usize, usize)>,
    ends: Vec<u32>,
}

/// Records in a batch: enough that lookups ahead of their use overlap, few enough to stay in the nearest cache.
pub const BATCH_RECORDS: usize = 64;

impl Batch<'_> {
    pub fn records(&self) -> impl Iterator<Item = Plain<'_>> {
        let lasts = self.starts.iter().skip(1).map(|(_, first)| *first).chain([self.ends.len()]);
        let plain = |((start, first), last): (&(usize, usize), usize)| Plain {
            text: self.text,
            start: *start,
            ends: &self.ends[*first..last],
        };
        self.starts.iter().zip(lasts).map(plain)
    }

    fn clear(&mut self) {
        self.starts.clear();
        self.ends.clear();
    }
}

/// Calls `each` with the records of a text without quotes, batch by batch; empty lines are none.
///
/// Eight bytes are compared at a time.
#[expect(clippy::cast_possible_truncation, reason = "a piece is far below 4 GiB: a record has a limit")]
pub fn split_plain(text: &[u8], separator: u8, mut each: impl FnMut(&Batch<'_>) -> Result<()>) -> Result<()> {
    let mut batch = Batch { text, starts: Vec::new(), ends: Vec::new() };
    let (mut start, mut first) = (0, 0);
    let mut mark = |at: usize, is_separator: bool| {
        if is_separator {
            batch.ends.push(at as u32);
            return Ok(());
        }
        if at > start {
            batch.ends.push(at as u32);
            batch.starts.push((start, first));
            first = batch.ends.len();
        }
        start = at + 1;
        if batch.starts.len() == BATCH_RECORDS || at == text.len() {
            each(&batch)?;
            batch.clear();
            first = 0;
        }
        Ok(())
    };
    let mut words = text.chunks_exact(8);
    for (index, word) in words.by_ref().enumerate() {
        let word =
            u64::from_le_bytes([word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7]]);
        let mut hits = equal_bytes(word, separator) | equal_bytes(word, b'\n') | equal_bytes(word, b'\r');
        while hits != 0 {
            let at = index * 8 + hits.trailing_zeros() as usize / 8;
            mark(at, text[at] == separator)?;
            hits &= hits - 1;
        }
    }
    let tail = text.len() - words.remainder().len();
    for (at, byte) in words.remainder().iter().enumerate() {
        if *byte == separator || matches!(byte, b'\n' | b'\r') {
            mark(tail + at, *byte == separator)?;
        }
    }
    mark(text.len(), false)
}

/// A strict reader over text that is in memory; field counts are checked by the caller, who names the line.
pub fn reader(text: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text)
}

/// Where the record really begins whose position the reader gives: after line ends that it had not skipped yet.
pub fn start_of(text: &[u8], record: &ByteRecord) -> usize {
    let at = record
        .position()
        .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX))
        .min(text.len());
    at + text[at..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count()
}

/// Calls `each` with every record that is surely whole, its start, and whether it is the last of the file; returns
/// where the first other one begins.
///
/// The last record is whole only if `is_last`: before that, its text may go on.
pub fn split_quoted(
    text: &[u8],
    separator: u8,
    is_last: bool,
    mut each: impl FnMut(&ByteRecord, usize, bool) -> Result<()>,
) -> Result<usize> {
    let mut reader = reader(text, separator);
    let (mut record, mut next) = (ByteRecord::new(), ByteRecord::new());
    let read = |reader: &mut csv::Reader<&[u8]>, record: &mut ByteRecord| {
        reader.read_byte_record(record).map_err(|cause| Error::internal("cannot split text").caused_by(cause))
    };
    if !read(&mut reader, &mut record)? {
        return Ok(text.len());
    }
    while read(&mut reader, &mut next)? {
        each(&record, start_of(text, &record), false)?;
        std::mem::swap(&mut record, &mut next);
    }
    let start = start_of(text, &record);
    if !is_last {
        return Ok(start);
    }
    each(&record, start, true)?;
    Ok(text.len())
}

/// Whether the last record, which begins the text, leaves a quote open: then a line added after it is part of it.
pub fn leaves_quote_open(text: &[u8], separator: u8) -> bool {
    let probe = [text, b"\n0"].concat();
    let records = reader(&probe, separator).into_byte_records().count();
    records == 1
}

/// The record as the `csv` crate writes it, so that it can be mended and delivered again.
pub fn written<'f>(fields: impl Iterator<Item = &'f [u8]>, separator: u8, bytes_max: usize) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    let is_written = writer.write_record(fields).is_ok();
    let mut line = if is_written { writer.into_inner().unwrap_or_default() } else { Vec::new() };
    line.pop_if(|byte| *byte == b'\n');
    kept(&line, bytes_max)
}

/// A rejected line as text, cut where it is longer than any field may be.
pub fn kept(line: &[u8], bytes_max: usize) -> String {
    let cut = &line[..line.len().min(bytes_max)];
    let mark = if cut.len() < line.len() { "…" } else { "" };
    String::from_utf8_lossy(cut).into_owned() + mark
}
