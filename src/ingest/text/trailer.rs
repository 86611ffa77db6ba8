//! The last record of a file, where it states how many rows the file has and what they sum to.
//!
//! Reads: one record. Produces: its count and sum. Never: takes a trailer for a row, or one before the end for the
//! truth.

use crate::config::source::{Source, Trailer};
use crate::error::Result;
use crate::ingest::build::{Build, Piece, TrailerRow};
use crate::ingest::cell::{Cell, Fault, Row};
use crate::ingest::job::Job;
use crate::ingest::parse::{self, Notation};
use crate::ingest::reasons::EARLY;
use crate::ingest::records::{Record, kept};

/// How a trailer is known, and where its figures are.
pub struct TrailerRule {
    starts_with: Box<[u8]>,
    /// Fields counted from 0.
    rows: Option<usize>,
    sum: Option<usize>,
    notation: Notation,
}

/// A trailer, until it is known whether a record follows.
pub struct HeldTrailer {
    row: TrailerRow,
    /// A figure that the mapping names and that could not be read.
    unreadable: Option<&'static str>,
    raw: String,
}

/// A row without values.
struct Nothing;

impl Row for Nothing {
    fn cell(&self, _: usize) -> Cell<'_> {
        Cell::Missing
    }
}

impl TrailerRule {
    /// The rule of a source that has trailers.
    pub fn of(source: &Source) -> Option<Self> {
        source.trailer.as_ref().map(|trailer| Self::new(trailer, source))
    }

    fn new(trailer: &Trailer, source: &Source) -> Self {
        let place = |field: Option<usize>| field.and_then(|field| field.checked_sub(1));
        let starts_with = trailer.starts_with.trim_ascii().as_bytes().into();
        let notation = Notation { accept: source.accept.iter().collect(), currency: None };
        Self { starts_with, rows: place(trailer.rows), sum: place(trailer.sum), notation }
    }

    #[inline]
    pub fn fits(&self, record: &Record<'_>) -> bool {
        !self.starts_with.is_empty() && record.field(0).trim_ascii().starts_with(&self.starts_with)
    }

    /// Reads a trailer that stands on `line`.
    pub fn hold(&self, record: &Record<'_>, line: u64, bytes_max: usize) -> HeldTrailer {
        let rows = self.rows.map(|at| count(record.field(at).trim_ascii()));
        let money = |text: &[u8]| parse::money(text, &self.notation).ok().map(i128::from);
        let sum = self.sum.map(|at| money(record.field(at).trim_ascii()));
        let unreadable = match (&rows, &sum) {
            (Some(None), _) => Some("number of rows"),
            (_, Some(None)) => Some("sum"),
            _ => None,
        };
        let row = TrailerRow { line, rows: rows.flatten(), sum: sum.flatten() };
        HeldTrailer { row, unreadable, raw: kept(record.line(), bytes_max) }
    }
}

fn count(text: &[u8]) -> Option<u64> {
    let is_digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_digits)?.parse().ok()
}

impl HeldTrailer {
    /// The same, where its piece starts on `line`.
    pub fn after(mut self, line: u64) -> Self {
        self.row.line += line;
        self
    }

    /// Quarantines a trailer that a record follows.
    pub fn reject<B: Build>(self, builder: &B, piece: &mut Piece<B::Row>) {
        let fault = Fault::Row(String::new(), EARLY.into());
        piece.reject(builder, &Nothing, fault, None, || (self.row.line, self.raw));
    }

    /// The trailer of a file that ends with it.
    ///
    /// # Errors
    /// Kind `Refused` where a figure cannot be read: the file could not be held against it.
    pub fn checked<B>(self, job: &Job<'_, B>) -> Result<TrailerRow> {
        match self.unreadable {
            None => Ok(self.row),
            Some(what) => {
                let line = self.row.line;
                Err(job
                    .refuse(&format!("has a trailer without a readable {what}, on line {line}"))
                    .hint("correct the `trailer` of the mapping, or deliver the file again"))
            }
        }
    }
}
