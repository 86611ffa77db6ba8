//! Text to records: fields between separators, with or without quotes around them.
//!
//! Reads: a piece of text that starts at the start of a record. Produces: records in batches, each with what is wrong
//! with its quotes. Grain: one record. Never: drops a field or a record, repairs a quote. The records are those of the
//! `csv` crate, which a test holds them to; but that crate takes broken quotes for text, and here they are told.
//!
//! | step | where |
//! |---|---|
//! | pieces that can be split at the same time | `cuts` |
//! | separators, line ends and quotes, 64 bytes at a time | `marks` |
//! | records with other quotes than around fields | `quotes` |

mod cuts;
mod marks;
mod quotes;

use marks::{Marker, Marks};

pub use cuts::{cut, first_end};
pub use quotes::Quoting;

pub const QUOTE: u8 = b'"';
/// Records in a batch: enough that lookups ahead of their use overlap, few enough to stay in the nearest cache.
pub const BATCH_RECORDS: usize = 64;

/// Where a field stands: in the text or, with [`UNQUOTED`] set in `start`, among the fields that were rewritten.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

const UNQUOTED: u32 = 1 << 31;

/// One record: its fields, without quotes around them.
#[derive(Clone, Copy)]
pub struct Record<'b> {
    text: &'b [u8],
    unquoted: &'b [u8],
    spans: &'b [Span],
    /// Where it stands in the text, without its line end.
    pub start: usize,
    pub end: usize,
    pub quoting: Quoting,
}

impl<'b> Record<'b> {
    pub fn n_fields(&self) -> usize {
        self.spans.len()
    }

    /// Empty beyond the last one.
    #[inline]
    pub fn field(&self, at: usize) -> &'b [u8] {
        let Some(span) = self.spans.get(at) else { return b"" };
        if span.start & UNQUOTED == 0 {
            &self.text[span.start as usize..span.end as usize]
        } else {
            &self.unquoted[(span.start ^ UNQUOTED) as usize..span.end as usize]
        }
    }

    pub fn fields(&self) -> impl Iterator<Item = &'b [u8]> + Clone {
        let record = *self;
        (0..self.n_fields()).map(move |at| record.field(at))
    }

    /// The record as it stands in the file.
    pub fn line(&self) -> &'b [u8] {
        &self.text[self.start..self.end]
    }
}

/// Some records of a text, in their order.
pub struct Batch<'t> {
    text: &'t [u8],
    records: Vec<Entry>,
    spans: Vec<Span>,
    unquoted: Vec<u8>,
}

/// A record in a batch: its place in the text, and the first of its fields.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    end: u32,
    first: u32,
    quoting: Quoting,
}

impl<'t> Batch<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self { text, records: Vec::new(), spans: Vec::new(), unquoted: Vec::new() }
    }

    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let lasts = self.records.iter().skip(1).map(|next| next.first as usize).chain([self.spans.len()]);
        self.records.iter().zip(lasts).map(|(entry, last)| Record {
            text: self.text,
            unquoted: &self.unquoted,
            spans: &self.spans[entry.first as usize..last],
            start: entry.start as usize,
            end: entry.end as usize,
            quoting: entry.quoting,
        })
    }

    fn push(&mut self, start: usize, end: usize) {
        self.spans.push(Span { start: place(start), end: place(end) });
    }

    /// Adds a field that does not stand in the text as it reads.
    fn push_rewritten(&mut self, field: &[u8]) {
        let start = place(self.unquoted.len());
        self.unquoted.extend_from_slice(field);
        self.spans.push(Span { start: start | UNQUOTED, end: place(self.unquoted.len()) });
    }

    fn clear(&mut self) {
        self.records.clear();
        self.spans.clear();
        self.unquoted.clear();
    }
}

/// Calls `each` with the records of a text that starts with a record, batch by batch; empty lines are none.
///
/// # Errors
/// Those of `each`.
pub fn split<E>(
    text: &[u8],
    separator: u8,
    mut each: impl FnMut(&Batch<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut splitter = Splitter { text, separator, batch: Batch::new(text), record: 0, field: 0, first: 0 };
    if text.contains(&QUOTE) {
        splitter.split::<true, E>(&mut each)?;
    } else {
        splitter.split::<false, E>(&mut each)?;
    }
    each(&splitter.batch)
}

/// Where the text stands, while it is gone through; places are counted in 32 bits, since a piece is far below 2 GiB.
struct Splitter<'t> {
    text: &'t [u8],
    separator: u8,
    batch: Batch<'t>,
    /// Where the record and the field start that are looked at, and the first field of that record.
    record: u32,
    field: u32,
    first: u32,
}

impl Splitter<'_> {
    fn split<const HAS_QUOTES: bool, E>(
        &mut self,
        each: &mut impl FnMut(&Batch<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut marker = Marker::new(self.text, self.separator, 0);
        while let Some(marks) = marker.next::<HAS_QUOTES>() {
            if HAS_QUOTES && (marks.is_broken || marks.is_escaped) {
                let at = self.walk(&marks, each)?;
                marker = Marker::new(self.text, self.separator, at);
            } else {
                self.take::<HAS_QUOTES, E>(&marks, each)?;
            }
        }
        if (self.record as usize) < self.text.len() {
            if HAS_QUOTES && marker.is_inside() {
                self.walk_one();
            } else {
                self.end_field::<HAS_QUOTES>(place(self.text.len()));
                self.end_record(place(self.text.len()), Quoting::Sound);
            }
        }
        Ok(())
    }

    /// Takes in the fields and records that end among 64 bytes.
    #[inline]
    fn take<const HAS_QUOTES: bool, E>(
        &mut self,
        marks: &Marks,
        each: &mut impl FnMut(&Batch<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = place(marks.start);
        let mut ends = marks.breaks;
        while ends != 0 {
            let bit = ends.trailing_zeros();
            let at = start + bit;
            ends &= ends - 1;
            if self.text[at as usize] == self.separator {
                self.end_field::<HAS_QUOTES>(at);
                continue;
            }
            if at > self.record {
                self.end_field::<HAS_QUOTES>(at);
                self.end_record(at, Quoting::Sound);
                self.pass_on(each)?;
            } else {
                self.record = at + 1;
                self.field = at + 1;
            }
        }
        Ok(())
    }

    #[inline]
    fn end_field<const HAS_QUOTES: bool>(&mut self, at: u32) {
        let quote = u32::from(HAS_QUOTES && self.text.get(self.field as usize) == Some(&QUOTE));
        self.batch.spans.push(Span { start: self.field + quote, end: at - quote });
        self.field = at + 1;
    }

    #[inline]
    fn end_record(&mut self, at: u32, quoting: Quoting) {
        self.batch.records.push(Entry { start: self.record, end: at, first: self.first, quoting });
        self.first = place(self.batch.spans.len());
        self.record = at + 1;
        self.field = at + 1;
    }

    /// Passes a full batch on.
    #[inline]
    fn pass_on<E>(&mut self, each: &mut impl FnMut(&Batch<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.batch.records.len() == BATCH_RECORDS {
            each(&self.batch)?;
            self.batch.clear();
            self.first = 0;
        }
        Ok(())
    }

    /// Takes in whole records one by one until the 64 bytes are behind; returns where the next one starts.
    #[cold]
    fn walk<E>(
        &mut self,
        marks: &Marks,
        each: &mut impl FnMut(&Batch<'_>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let end = self.text.len().min(marks.start + marks::WIDTH);
        while (self.record as usize) < end {
            self.walk_one();
            self.pass_on(each)?;
        }
        Ok(self.record as usize)
    }

    fn walk_one(&mut self) {
        let start = self.record as usize;
        if is_line_end(self.text[start]) {
            self.record += 1;
            self.field = self.record;
            return;
        }
        self.batch.spans.truncate(self.first as usize);
        let (end, quoting) = quotes::end_of_record(self.text, self.separator, start, Some(&mut self.batch));
        self.end_record(place(end), quoting);
    }
}

/// A place in a piece of text, which is far below 2 GiB.
#[expect(clippy::cast_possible_truncation, reason = "a record has a limit, and so has a piece")]
fn place(at: usize) -> u32 {
    at as u32
}

/// The fields as the `csv` crate writes them, so that a row without a text of its own can be mended and delivered.
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

/// Whether a byte ends a line.
fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// How often `line_end` stands in a text.
pub fn count_lines(text: &[u8], line_end: u8) -> u64 {
    // So few that they are counted in a byte, and so many at a time.
    const TOGETHER_BYTES: usize = 192;
    let count = |found: u8, byte: &u8| found.wrapping_add(u8::from(*byte == line_end));
    text.chunks(TOGETHER_BYTES).map(|bytes| u64::from(bytes.iter().fold(0, count))).sum()
}
