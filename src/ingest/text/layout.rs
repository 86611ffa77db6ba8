//! The header of a text export: its columns, where the mapped ones are, and how its lines end.
//!
//! Reads: the start of the text. Produces: what every record is held against. Never: goes on without every mapped
//! column.

use super::trailer::TrailerRule;
use crate::error::Result;
use crate::ingest::header;
use crate::ingest::job::Job;
use crate::ingest::mapping::Slot;
use crate::ingest::records::{self, Quoting, Record};

const BOM: &[u8] = b"\xef\xbb\xbf";

pub struct Layout {
    pub names: Vec<String>,
    /// Of each slot of the mapping.
    pub positions: Vec<usize>,
    /// The byte that lines are counted by: a line feed, or a carriage return where the header ends with it alone.
    pub line_end: u8,
    pub extra_columns: u32,
    pub trailer: Option<TrailerRule>,
}

/// What comes before the first record, header included.
pub struct Head {
    pub bytes: usize,
    pub lines: u64,
}

impl Layout {
    /// Reads the header of a text.
    ///
    /// # Errors
    /// Kind `Refused` where there is none, or it does not fit the mapping.
    pub fn read<B>(job: &Job<'_, B>, text: &[u8]) -> Result<(Self, Head)> {
        let start = if text.starts_with(BOM) { BOM.len() } else { 0 };
        let bytes = start + records::first_end(&text[start..], job.mapping.separator);
        let (head, rest) = text.split_at(bytes);
        let names = read_names(job, &head[start..])?;
        let slots = &job.mapping.slots;
        let find = |slot: &Slot| header::position(job.export, &names, slot, slots);
        let positions = slots.iter().map(find).collect::<Result<Vec<_>>>()?;
        let extra_columns = header::count_extra(&names, &positions);
        let line_end = if head.ends_with(b"\r") && !rest.starts_with(b"\n") { b'\r' } else { b'\n' };
        let trailer = TrailerRule::of(job.source);
        let lines = records::count_lines(head, line_end);
        Ok((Self { names, positions, line_end, extra_columns, trailer }, Head { bytes, lines }))
    }

    /// Whether a record is the header again, as where files were joined.
    #[inline]
    pub fn is_header(&self, record: &Record<'_>) -> bool {
        let first = record.field(0);
        let first = first.strip_prefix(BOM).unwrap_or(first).trim_ascii();
        self.names.first().is_some_and(|name| name.as_bytes() == first) && self.is_header_after_first(record)
    }

    fn is_header_after_first(&self, record: &Record<'_>) -> bool {
        let same = |(field, name): (&[u8], &String)| field.trim_ascii() == name.as_bytes();
        record.n_fields() == self.names.len() && record.fields().zip(&self.names).skip(1).all(same)
    }
}

/// The column names; `head` is the header with its line end.
fn read_names<B>(job: &Job<'_, B>, head: &[u8]) -> Result<Vec<String>> {
    let mut names = None;
    records::split(head, job.mapping.separator, |batch| {
        if let Some(record) = batch.records().next() {
            names = Some(match record.quoting {
                Quoting::Sound => header::names(job.export, record.fields()),
                Quoting::Open => Err(job
                    .refuse("has a quote that is not closed, in its header")
                    .hint("close the quote, or deliver the file again")),
                _ => Err(job
                    .refuse("has broken quotes in its header")
                    .hint("a name in quotes has its own quotes doubled, and nothing before or after them")),
            });
        }
        Ok::<(), crate::error::Error>(())
    })?;
    let missing = || job.refuse("has no header").hint("deliver the file with a header line");
    names.unwrap_or_else(|| Err(missing()))
}
