//! One text export to typed rows, block by block.
//!
//! Reads: one file, in order; the next block is read while this one is parsed. Grain: one record per row.
//! Never: holds the file in memory, lets the number of threads change a result, goes on after a damage.

use super::build::{Build, FileRows, Memo, Piece};
use super::cell::{Cell, Fault, NOT_UTF8, Reason, Row, text_cell};
use super::decode::{Progress, TextStream};
use super::key::Key;
use super::mapping::Slot;
use super::records::{self, BATCH_RECORDS, QUOTE, Record};
use super::table::Job;
use super::{Limits, header};
use crate::config::source::Encoding;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Read at once; fixed, so that pieces are the same on every machine.
const BLOCK_BYTES: usize = 16 << 20;
/// Parsed as one piece of work.
const PIECE_BYTES: usize = 1 << 20;
/// A record that goes on for longer is an open quote or no text.
const RECORD_BYTES_MAX: usize = 64 << 20;
/// Rejects held before the share is looked at for the first time.
const REJECTS_HELD_MAX: usize = 1_000_000;
const BOM: &[u8] = b"\xef\xbb\xbf";
const FEWER_FIELDS: &str = "fewer fields than the header has";
const MORE_FIELDS: &str = "more fields than the header has";

/// The file's columns, and where the mapped ones are.
struct Layout {
    names: Vec<String>,
    positions: Vec<usize>,
    /// The byte that lines are counted by: a line feed, or a carriage return where the header ends with it alone.
    line_end: u8,
}

/// A record seen through the mapping.
struct TextRow<'a, T> {
    record: &'a T,
    positions: &'a [usize],
    missing: &'a [Box<[u8]>],
}

impl<T: Record> Row for TextRow<'_, T> {
    #[inline]
    fn cell(&self, slot: usize) -> Cell<'_> {
        text_cell(self.record.field(self.positions[slot]), self.missing)
    }
}

/// Reads one text export.
pub fn read<B: Build>(
    job: &Job<'_, B>,
    encoding: Encoding,
    progress: Progress<'_>,
) -> Result<FileRows<B::Row>> {
    let mut stream = TextStream::open(job.export, encoding, progress)?;
    let mut block = Vec::new();
    let mut more = stream.fill(&mut block, BLOCK_BYTES)?;
    let start = job.check_start(&block)?;
    let (layout, mut consumed) = job.layout(&block, start)?;
    let mut piece = Piece::new(&job.export.name);
    let mut line = 1 + count_lines(&block[..consumed], layout.line_end);
    loop {
        let mut next = Vec::new();
        let text = &block[consumed..];
        let (filled, parsed) = rayon::join(
            || if more { stream.fill(&mut next, BLOCK_BYTES) } else { Ok(false) },
            || job.parse(&layout, text, !more, line, &mut piece),
        );
        let (used, lines) = parsed?;
        job.check_prefix(&piece)?;
        if !more {
            break;
        }
        line += lines;
        block.drain(..consumed + used);
        job.check_record(&block, line)?;
        block.append(&mut next);
        more = filled?;
        consumed = 0;
    }
    let (bytes, digest) = stream.finish()?;
    Ok(FileRows { piece, bytes, digest })
}

fn count_lines(text: &[u8], line_end: u8) -> u64 {
    text.iter().filter(|byte| **byte == line_end).count() as u64
}

/// One more than the last line end.
fn after_last_line(text: &[u8]) -> usize {
    text.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1)
}

impl<B: Build> Job<'_, B> {
    /// Refuses what is no text at all; returns where the text starts.
    fn check_start(&self, block: &[u8]) -> Result<usize> {
        if block.is_empty() {
            return Err(self
                .refuse("is empty (0 bytes)")
                .hint("deliver the file again, at least with its header"));
        }
        if block.starts_with(b"\xff\xfe") || block.starts_with(b"\xfe\xff") {
            return Err(self.refuse("is UTF-16").hint("export it as UTF-8 or GB18030"));
        }
        if block.starts_with(b"PAR1") {
            return Err(self.refuse("is a Parquet file").hint("set `format = \"parquet\"`"));
        }
        Ok(if block.starts_with(BOM) { BOM.len() } else { 0 })
    }

    /// Reads the header; returns where the first record starts.
    fn layout(&self, block: &[u8], start: usize) -> Result<(Layout, usize)> {
        let mut reader = records::reader(&block[start..], self.mapping.separator);
        let mut record = csv::ByteRecord::new();
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            return Err(self.refuse("has no header").hint("deliver the file with a header line"));
        }
        let names = header::names(self.export, &record)?;
        let find = |slot: &Slot| header::position(self.export, &names, slot, &self.mapping.slots);
        let positions = self.mapping.slots.iter().map(find).collect::<Result<_>>()?;
        let end = start + usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let (head, rest) = block.split_at(end.min(block.len()));
        let line_end = if head.ends_with(b"\r") && !rest.starts_with(b"\n") { b'\r' } else { b'\n' };
        Ok((Layout { names, positions, line_end }, head.len()))
    }

    /// Takes in the rows of `text`, which starts on `line`; returns how much of it they took, and in how many lines.
    fn parse(
        &self,
        layout: &Layout,
        text: &[u8],
        is_last: bool,
        line: u64,
        whole: &mut Piece<B::Row>,
    ) -> Result<(usize, u64)> {
        if text.contains(&QUOTE) {
            let (piece, used) = self.parse_quoted(layout, text, is_last, line)?;
            whole.append(piece, 0);
            self.check_refused(whole, "line")?;
            return Ok((used, count_lines(&text[..used], layout.line_end)));
        }
        let used = if is_last { text.len() } else { after_last_line(text) };
        let parts = pieces(&text[..used]);
        let parsed: Vec<Result<_>> =
            parts.into_par_iter().map(|part| self.parse_plain(layout, part)).collect();
        let mut lines = 0;
        for part in parsed {
            let (piece, lines_inside) = part?;
            whole.append(piece, line + lines);
            self.check_refused(whole, "line")?;
            lines += lines_inside;
        }
        Ok((used, lines))
    }

    /// The rows of a text without quotes, with lines counted from 0, and how many lines it has.
    fn parse_plain(&self, layout: &Layout, text: &[u8]) -> Result<(Piece<B::Row>, u64)> {
        let n_lines = count_lines(text, layout.line_end);
        let mut piece = Piece::with_room(&self.export.name, n_lines);
        let mut memo = Memo::default();
        let mut lines = Lines { text, at: 0, line: 0, line_end: layout.line_end };
        let check = Check::new(text, self.limits);
        let mut keys = Vec::with_capacity(BATCH_RECORDS);
        let mut ahead = Vec::with_capacity(BATCH_RECORDS);
        records::split_plain(text, self.mapping.separator, |batch| {
            keys.clear();
            keys.extend(batch.records().map(|record| self.customer_key(layout, &record)));
            ahead.clear();
            ahead.extend(keys.iter().map(|key| key.and_then(|key| self.builder.find_customer(key))));
            for (record, found) in batch.records().zip(&ahead) {
                let place =
                    || (lines.at(record.start), records::kept(record.line(), self.limits.field_bytes_max));
                let is_cut_off = record.start + record.bytes() == text.len();
                memo.found = *found;
                self.take(&mut piece, layout, &check, &record, is_cut_off, &mut memo, place)?;
            }
            Ok(())
        })?;
        Ok((piece, n_lines))
    }

    /// The customer of a record, to be found before he is needed.
    fn customer_key<T: Record>(&self, layout: &Layout, record: &T) -> Option<Key> {
        let fits = record.fields() == layout.names.len();
        fits.then(|| self.builder.customer_key(&self.row(layout, record))).flatten()
    }

    fn row<'r, T: Record>(&'r self, layout: &'r Layout, record: &'r T) -> TextRow<'r, T> {
        TextRow { record, positions: &layout.positions, missing: &self.mapping.missing }
    }

    fn parse_quoted(
        &self,
        layout: &Layout,
        text: &[u8],
        is_last: bool,
        line: u64,
    ) -> Result<(Piece<B::Row>, usize)> {
        let mut piece = Piece::new(&self.export.name);
        let mut memo = Memo::default();
        let mut lines = Lines { text, at: 0, line, line_end: layout.line_end };
        let check = Check::new(text, self.limits);
        let ends_in_line = text.ends_with(b"\n") || text.ends_with(b"\r");
        let separator = self.mapping.separator;
        let used = records::split_quoted(text, separator, is_last, |record, start, is_final| {
            let begins_on = lines.at(start);
            if is_final && records::leaves_quote_open(&text[start..], separator) {
                return Err(self.open_quote(begins_on));
            }
            let is_cut_off = is_final && !ends_in_line;
            let place =
                || (begins_on, records::written(record.iter(), separator, self.limits.field_bytes_max));
            self.take(&mut piece, layout, &check, record, is_cut_off, &mut memo, place)
        })?;
        Ok((piece, used))
    }

    /// Takes one record in: as a row, or as a reject.
    #[expect(clippy::too_many_arguments, reason = "the state of one pass over a piece")]
    fn take<T: Record>(
        &self,
        piece: &mut Piece<B::Row>,
        layout: &Layout,
        check: &Check,
        record: &T,
        is_cut_off: bool,
        memo: &mut Memo,
        place: impl FnOnce() -> (u64, String),
    ) -> Result<()> {
        let expected = layout.names.len();
        let row = self.row(layout, record);
        if record.fields() == expected && check.fits(record) {
            piece.take(self.builder, &row, memo, self.delivery, place);
            return Ok(());
        }
        if record.fields() < expected && is_cut_off {
            return Err(self.refuse("ends in the middle of a row").hint("it was cut off: deliver it again"));
        }
        let fault = check.fault(record, &layout.names);
        if matches!(&fault, Fault::Row(_, reason) if reason == NOT_UTF8) {
            piece.keep_undecoded(record.line());
        }
        piece.reject(self.builder, &row, fault, None, place);
        Ok(())
    }

    fn open_quote(&self, line: u64) -> Error {
        self.refuse(&format!("has a quote that is not closed, in the row that begins on line {line}"))
            .hint("the file may be cut off: deliver it again, or close the quote")
    }

    /// A record that never ends would fill the memory.
    fn check_record(&self, unfinished: &[u8], line: u64) -> Result<()> {
        if unfinished.len() <= RECORD_BYTES_MAX {
            return Ok(());
        }
        if unfinished.contains(&QUOTE) {
            return Err(self.open_quote(line));
        }
        let what = format!("has a row of more than {} MiB on line {line}", RECORD_BYTES_MAX >> 20);
        Err(self.refuse(&what).hint("is it a text file?"))
    }

    /// A file that is rejected nearly whole would fill the memory with rejects: stop early.
    fn check_prefix(&self, piece: &Piece<B::Row>) -> Result<()> {
        if piece.rejects.len() < REJECTS_HELD_MAX {
            return Ok(());
        }
        super::account::check_share(&self.export.name, piece, self.limits)
    }
}

/// Cuts a text without quotes into pieces that end with a line.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::with_capacity(text.len() / PIECE_BYTES + 1);
    let mut rest = text;
    while rest.len() > PIECE_BYTES {
        let more = rest[PIECE_BYTES..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let Some(more) = more else { break };
        let (piece, tail) = rest.split_at(PIECE_BYTES + more + 1);
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

/// Counts lines up to the places that are asked for, in ascending order.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
    line_end: u8,
}

impl Lines<'_> {
    fn at(&mut self, place: usize) -> u64 {
        self.line += count_lines(&self.text[self.at..place], self.line_end);
        self.at = place;
        self.line
    }
}

/// What is checked of every record: once for a piece of text, and only where something is wrong record by record.
struct Check {
    is_text: bool,
    field_bytes_max: usize,
}

impl Check {
    fn new(text: &[u8], limits: &Limits) -> Self {
        let is_text = std::str::from_utf8(text).is_ok() && !text.contains(&0);
        Self { is_text, field_bytes_max: limits.field_bytes_max }
    }

    fn reason(&self, field: &[u8]) -> Option<Reason> {
        wrong_text(field, self.field_bytes_max)
    }

    fn fits<T: Record>(&self, record: &T) -> bool {
        let is_short = record.bytes() <= self.field_bytes_max;
        (self.is_text && is_short) || (0..record.fields()).all(|at| self.reason(record.field(at)).is_none())
    }

    fn fault<T: Record>(&self, record: &T, names: &[String]) -> Fault {
        let wrong =
            (0..record.fields()).find_map(|at| self.reason(record.field(at)).map(|reason| (at, reason)));
        if let Some((at, reason)) = wrong {
            return Fault::Row(names.get(at).cloned().unwrap_or_default(), reason);
        }
        let reason = if record.fields() < names.len() { FEWER_FIELDS } else { MORE_FIELDS };
        Fault::Row(String::new(), reason.into())
    }
}

/// What is wrong with a field as text, whatever it means.
pub fn wrong_text(field: &[u8], field_bytes_max: usize) -> Option<Reason> {
    if field.len() > field_bytes_max {
        return Some(format!("longer than {field_bytes_max} bytes").into());
    }
    if field.contains(&0) {
        return Some("a NUL byte".into());
    }
    std::str::from_utf8(field).is_err().then(|| NOT_UTF8.into())
}
