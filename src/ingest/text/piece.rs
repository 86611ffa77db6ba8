//! One piece of a text to typed rows.
//!
//! Reads: whole records. Produces: rows, rejects, and how many lines they take. Grain: one record. Never: looks at
//! another piece, so that pieces can be parsed at the same time.

use super::check::{Check, SECOND_HEADER};
use super::layout::Layout;
use super::trailer::HeldTrailer;
use crate::contract::key::Key;
use crate::ingest::build::{Build, Memo, Piece};
use crate::ingest::cell::{Cell, Fault, NOT_UTF8, Row, text_cell};
use crate::ingest::job::Job;
use crate::ingest::records::{self, BATCH_RECORDS, Batch, Quoting, Record, count_lines};

/// What a piece brings; lines are counted from 0.
pub struct Parsed<R> {
    pub piece: Piece<R>,
    /// Its last record, if that is a trailer.
    pub trailer: Option<HeldTrailer>,
    pub lines: u64,
}

/// What makes a file useless from here on.
#[derive(Clone, Copy)]
pub enum Damage {
    /// In the row that begins on this line of the piece, counted from 0.
    OpenQuote { line: u64 },
    /// In the row that begins on this line of the piece, counted from 0.
    CutOff { line: u64 },
}

/// A record seen through the mapping.
struct TextRow<'a> {
    record: &'a Record<'a>,
    positions: &'a [usize],
    missing: &'a [Box<[u8]>],
}

impl Row for TextRow<'_> {
    #[inline]
    fn cell(&self, slot: usize) -> Cell<'_> {
        text_cell(self.record.field(self.positions[slot]), self.missing)
    }
}

/// Parses a piece of text that starts at the start of a record and ends with a line, or with the file.
pub fn parse<B: Build>(job: &Job<'_, B>, layout: &Layout, text: &[u8]) -> Result<Parsed<B::Row>, Damage> {
    let n_lines = count_lines(text, layout.line_end);
    let mut parser = Parser {
        job,
        layout,
        text,
        check: Check::new(text, job.limits),
        lines: Lines { text, at: 0, line: 0, line_end: layout.line_end },
        piece: Piece::with_room(n_lines),
        memo: Memo::default(),
        trailer: None,
    };
    let mut ahead = Vec::with_capacity(BATCH_RECORDS);
    records::split(text, job.mapping.separator, |batch| parser.take_batch(batch, &mut ahead))?;
    Ok(Parsed { piece: parser.piece, trailer: parser.trailer, lines: n_lines })
}

struct Parser<'a, B: Build> {
    job: &'a Job<'a, B>,
    layout: &'a Layout,
    text: &'a [u8],
    check: Check,
    lines: Lines<'a>,
    piece: Piece<B::Row>,
    memo: Memo,
    trailer: Option<HeldTrailer>,
}

impl<B: Build> Parser<'_, B> {
    /// Finds the customers of all records first, so that the waits for memory overlap; then takes the records in.
    fn take_batch(
        &mut self,
        batch: &Batch<'_>,
        ahead: &mut Vec<(Option<Key>, Option<u32>)>,
    ) -> Result<(), Damage> {
        ahead.clear();
        ahead.extend(batch.records().map(|record| (self.customer_key(&record), None)));
        for (key, found) in &mut *ahead {
            *found = key.and_then(|key| self.job.builder.find_customer(key, &mut self.memo.trail));
        }
        for (record, (_, found)) in batch.records().zip(&*ahead) {
            self.memo.found = *found;
            self.take(&record)?;
        }
        Ok(())
    }

    /// The customer of a record, to be found before he is needed.
    #[inline]
    fn customer_key(&self, record: &Record<'_>) -> Option<Key> {
        let fits = record.n_fields() == self.layout.names.len();
        fits.then(|| self.job.builder.customer_key(&row(self.job, self.layout, record))).flatten()
    }

    /// Takes one record in: as a row, as a reject, or as the trailer.
    #[inline]
    fn take(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        if self.is_odd(record) {
            return self.take_odd(record);
        }
        self.take_row(record);
        Ok(())
    }

    /// Whether anything about a record makes it other than a row by its looks.
    #[inline]
    fn is_odd(&self, record: &Record<'_>) -> bool {
        record.quoting != Quoting::Sound
            || record.n_fields() != self.layout.names.len()
            || self.trailer.is_some()
            || self.layout.is_header(record)
            || self.layout.trailer.as_ref().is_some_and(|rule| rule.fits(record))
            || !self.check.fits(record, self.layout)
    }

    #[inline]
    fn take_row(&mut self, record: &Record<'_>) {
        let row = row(self.job, self.layout, record);
        let place =
            || (self.lines.at(record.start), records::kept(record.line(), self.job.limits.field_bytes_max));
        self.piece.take(self.job.builder, &row, &mut self.memo, place);
    }

    #[cold]
    fn take_odd(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        if let Some(early) = self.trailer.take() {
            early.reject(self.job.builder, &mut self.piece);
            return self.take(record);
        }
        self.check_damage(record)?;
        if record.quoting == Quoting::Sound {
            if self.layout.is_header(record) {
                self.reject(record, Fault::Row(String::new(), SECOND_HEADER.into()));
                return Ok(());
            }
            if let Some(rule) = self.layout.trailer.as_ref().filter(|rule| rule.fits(record)) {
                let line = self.lines.at(record.start);
                self.trailer = Some(rule.hold(record, line, self.job.limits.field_bytes_max));
                return Ok(());
            }
        }
        let fault = self.check.fault(record, self.layout);
        if matches!(&fault, Fault::Row(_, reason) if reason == NOT_UTF8) {
            self.keep_undecoded(record);
        }
        self.reject(record, fault);
        Ok(())
    }

    /// A record that shows that the file is damaged.
    fn check_damage(&mut self, record: &Record<'_>) -> Result<(), Damage> {
        let is_broken = record.quoting != Quoting::Sound;
        let is_long = record.end - record.start > self.job.limits.field_bytes_max;
        // A record that swallowed so many others is no single mistake.
        let has_swallowed = is_broken && is_long && record.line().contains(&b'\n');
        if record.quoting == Quoting::Open || has_swallowed {
            return Err(Damage::OpenQuote { line: self.lines.at(record.start) });
        }
        // Only a file that does not end with a line end has a record that ends where its text does.
        let lacks_fields = record.n_fields() < self.layout.names.len();
        let is_cut_off =
            record.end == self.text.len() && (lacks_fields || ends_inside_character(record.line()));
        let is_trailer = self.layout.trailer.as_ref().is_some_and(|rule| rule.fits(record));
        if is_cut_off && !is_trailer {
            return Err(Damage::CutOff { line: self.lines.at(record.start) });
        }
        Ok(())
    }

    fn reject(&mut self, record: &Record<'_>, fault: Fault) {
        let place =
            || (self.lines.at(record.start), records::kept(record.line(), self.job.limits.field_bytes_max));
        let row = row(self.job, self.layout, record);
        self.piece.reject(self.job.builder, &row, fault, None, place);
    }

    fn keep_undecoded(&mut self, record: &Record<'_>) {
        let line = record.line();
        let findings = &mut self.piece.findings;
        findings.keep_undecoded(line);
        let valid = std::str::from_utf8(line).err().map_or(0, |error| error.valid_up_to());
        findings.undecoded_at.get_or_insert((record.start + valid) as u64);
    }
}

#[inline]
fn row<'r, B>(job: &'r Job<'_, B>, layout: &'r Layout, record: &'r Record<'_>) -> TextRow<'r> {
    TextRow { record, positions: &layout.positions, missing: &job.mapping.missing }
}

/// Whether the text stops within a character.
fn ends_inside_character(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_err_and(|error| error.error_len().is_none())
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
