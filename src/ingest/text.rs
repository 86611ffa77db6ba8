//! One text export to typed rows, block by block.
//!
//! Reads: one file, in order; the next block is read while this one is parsed. Produces: rows to a sink in the order of
//! the file, and the findings. Grain: one record per row. Never: holds the file in memory, lets the number of threads
//! change a result, goes on after a damage.
//!
//! | step | where |
//! |---|---|
//! | header | `layout` |
//! | the pieces of a block to rows | `piece` |
//! | what is wrong with a record as text | `check` |
//! | the record that states what a file should hold | `trailer` |

mod block;
mod check;
mod layout;
mod piece;
mod trailer;

use super::build::{Build, Findings, Piece, Sink};
use super::decode::{Progress, TextStream};
use super::job::Job;
use super::records::{self, QUOTE};
use super::reject_share::check_share;
use crate::error::{Error, Result};
use block::Block;
use layout::Layout;
use piece::{Damage, Parsed};
use rayon::prelude::*;
use trailer::HeldTrailer;

pub use check::wrong_text;

/// Parsed as one piece of work.
const PIECE_BYTES: usize = 1 << 20;
/// A record that goes on for longer is an open quote or no text.
const RECORD_BYTES_MAX: usize = 16 << 20;
/// Rejects held before the share is looked at for the first time.
const REJECTS_HELD_MAX: usize = 1_000_000;

/// Reads one text export; `sink` is given its rows in their order.
///
/// # Errors
/// Kind `Refused` where the file is no sound text export, with the line where there is one; kind `Incomplete` where its
/// size changed; those of `sink`.
pub fn read<B: Build>(job: &Job<'_, B>, progress: Progress<'_>, sink: Sink<'_, B::Row>) -> Result<Findings> {
    let mut stream = TextStream::open(job.export, job.source.encoding, progress)?;
    let (mut block, mut next) = (Block::new(), Block::new());
    let mut more = block.fill(&mut stream)?;
    let (layout, head) = Layout::read(job, block.text())?;
    block.consume(head.bytes);
    let mut reading = Reading::new(job, &layout, head.lines, head.bytes);
    loop {
        let (filled, used) = rayon::join(
            || if more { next.fill(&mut stream) } else { Ok(false) },
            || reading.take(block.text(), !more, &mut *sink),
        );
        block.consume(used?);
        if !more {
            break;
        }
        reading.check_record(block.text())?;
        more = filled?;
        next.prepend(block.text());
        std::mem::swap(&mut block, &mut next);
    }
    stream.finish()?;
    reading.finish()
}

/// What a file has brought so far.
struct Reading<'a, B> {
    job: &'a Job<'a, B>,
    layout: &'a Layout,
    findings: Findings,
    /// The last record, if it was a trailer.
    trailer: Option<HeldTrailer>,
    /// The line that the next text starts on.
    line: u64,
    /// The byte of the unpacked file that the next text starts at.
    at: u64,
}

impl<'a, B: Build> Reading<'a, B> {
    fn new(job: &'a Job<'a, B>, layout: &'a Layout, lines: u64, bytes: usize) -> Self {
        let findings = Findings { extra_columns: layout.extra_columns, ..Findings::default() };
        Self { job, layout, findings, trailer: None, line: 1 + lines, at: bytes as u64 }
    }

    /// Takes in the rows of the whole records of `text`; returns how much of it they are.
    fn take(&mut self, text: &[u8], is_last: bool, sink: Sink<'_, B::Row>) -> Result<usize> {
        let cuts = records::cut(text, self.job.mapping.separator, PIECE_BYTES, is_last);
        let parse = |text: &&[u8]| piece::parse(self.job, self.layout, text);
        let parsed: Vec<Result<Parsed<B::Row>, Damage>> = cuts.pieces.par_iter().map(parse).collect();
        for (text, parsed) in cuts.pieces.iter().zip(parsed) {
            let rows = self.append(parsed.map_err(|damage| self.damaged(damage))?, text.len())?;
            if !rows.is_empty() {
                sink(rows)?;
            }
        }
        self.check_rejects()?;
        Ok(cuts.used)
    }

    /// Appends the findings of the next piece, which is this long; returns its rows.
    fn append(&mut self, parsed: Parsed<B::Row>, bytes: usize) -> Result<Vec<B::Row>> {
        let Parsed { piece: Piece { rows, mut findings }, trailer, lines } = parsed;
        let has_records = findings.tally.rows > 0 || trailer.is_some();
        if let Some(early) = self.trailer.take_if(|_| has_records) {
            let mut piece = Piece::with_room(0);
            early.reject(self.job.builder, &mut piece);
            self.findings.append(piece.findings, 0);
        }
        findings.undecoded_at = findings.undecoded_at.map(|at| at + self.at);
        self.findings.append(findings, self.line);
        self.job.check_refused(&mut self.findings, "line")?;
        self.trailer = trailer.map(|trailer| trailer.after(self.line)).or(self.trailer.take());
        self.line += lines;
        self.at += bytes as u64;
        Ok(rows)
    }

    fn damaged(&self, damage: Damage) -> Error {
        match damage {
            Damage::OpenQuote { line } => self.open_quote(self.line + line),
            Damage::CutOff { line } => {
                let what = format!("ends in the middle of a row, on line {}", self.line + line);
                self.job.refuse(&what).hint("it was cut off: deliver it again")
            }
        }
    }

    fn open_quote(&self, line: u64) -> Error {
        let what = format!("has a quote that is not closed, in the row that begins on line {line}");
        self.job.refuse(&what).hint("the file may be cut off: deliver it again, or close the quote")
    }

    /// A record that never ends would fill the memory.
    fn check_record(&self, unfinished: &[u8]) -> Result<()> {
        if unfinished.len() <= RECORD_BYTES_MAX {
            return Ok(());
        }
        if unfinished.contains(&QUOTE) {
            return Err(self.open_quote(self.line));
        }
        let what = format!("has a row of more than {} MiB on line {}", RECORD_BYTES_MAX >> 20, self.line);
        Err(self.job.refuse(&what).hint("is it a text file?"))
    }

    /// A file that is rejected nearly whole would fill the memory with rejects: stop early.
    fn check_rejects(&self) -> Result<()> {
        if self.findings.rejects.len() < REJECTS_HELD_MAX {
            return Ok(());
        }
        check_share(&self.job.export.name, &self.findings, self.job.limits, None)
    }

    /// The findings, with the trailer if the file ends with one.
    fn finish(mut self) -> Result<Findings> {
        if let Some(trailer) = self.trailer.take() {
            self.findings.trailers.push(trailer.checked(self.job)?);
        }
        Ok(self.findings)
    }
}

#[cfg(test)]
mod tests;
