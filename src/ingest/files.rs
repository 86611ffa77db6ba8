//! The files of one table to typed rows, file by file in their order.
//!
//! Reads: the contents that the plan names. Small files are read several at a time, large ones piece by piece, so that
//! memory does not grow with the size of a delivery. Never: lets the order in which files were finished decide
//! anything; hands on rows of a file that changed while it was read.

use super::Limits;
use super::build::{Build, Findings};
use super::decode::Progress;
use super::job::Job;
use super::mapping::Mapping;
use super::plan::Content;
use super::refusals::Refusals;
use super::reject_share::check_share;
use super::{parquet, text};
use crate::config::source::{Format, Source};
use crate::error::{Error, Result};
use crate::io::exports;
use rayon::prelude::*;

/// Files up to this size are held with their rows until it is their turn; together at most [`TOGETHER_BYTES`].
const SMALL_BYTES: u64 = 1 << 20;
const TOGETHER_BYTES: u64 = 8 << 20;

/// What is told of the files as they are read, in their order.
pub trait Receiver<R>: Send {
    /// Some rows of a content.
    ///
    /// # Errors
    /// Whatever stops the ingest.
    fn take(&mut self, content: &Content, rows: Vec<R>) -> Result<()>;

    /// The content is read to its end.
    ///
    /// # Errors
    /// Whatever stops the ingest.
    fn end(&mut self, content: &Content, findings: Findings) -> Result<()>;
}

/// How the files of one table are read.
pub struct Reader<'a, B> {
    pub source: &'a Source,
    pub mapping: &'a Mapping,
    pub builder: &'a B,
    pub limits: &'a Limits,
    pub progress: Progress<'a>,
}

impl<B: Build> Reader<'_, B> {
    /// Reads the contents in their order.
    ///
    /// # Errors
    /// Kind `Refused` or `Incomplete` of the first file in their order that cannot be taken, unless `refusals` takes it;
    /// whatever the receiver says.
    pub fn read(
        &self,
        contents: &[Content],
        receiver: &mut impl Receiver<B::Row>,
        refusals: &mut Refusals<'_>,
    ) -> Result<()> {
        let mut rest = contents;
        while let Some(first) = rest.first() {
            if first.export.bytes > SMALL_BYTES {
                let findings = self.read_one(first, &mut |rows| receiver.take(first, rows))?;
                self.judge(first, &findings, refusals)?;
                receiver.end(first, findings)?;
                rest = &rest[1..];
                continue;
            }
            let (together, after) = rest.split_at(n_together(rest));
            let read: Vec<Result<_>> = together.par_iter().map(|content| self.collect(content)).collect();
            for (content, read) in together.iter().zip(read) {
                let (rows, findings) = read?;
                self.judge(content, &findings, refusals)?;
                receiver.take(content, rows)?;
                receiver.end(content, findings)?;
            }
            rest = after;
        }
        Ok(())
    }

    fn collect(&self, content: &Content) -> Result<(Vec<B::Row>, Findings)> {
        let mut rows = Vec::new();
        let findings = self.read_one(content, &mut |mut more| {
            if rows.is_empty() {
                rows = more;
            } else {
                rows.append(&mut more);
            }
            Ok(())
        })?;
        Ok((rows, findings))
    }

    fn read_one(
        &self,
        content: &Content,
        sink: &mut (dyn FnMut(Vec<B::Row>) -> Result<()> + Send),
    ) -> Result<Findings> {
        let export = &content.export;
        let Self { source, mapping, builder, limits, progress } = *self;
        let job = Job { export, source, mapping, builder, limits };
        let findings = match source.format {
            Format::Csv => text::read(&job, progress, sink),
            Format::Parquet => parquet::read(&job, progress, sink),
        }?;
        exports::unchanged(export)?;
        Ok(findings)
    }

    /// Has a file that is not fit, read to its end, noted.
    fn judge(&self, content: &Content, findings: &Findings, refusals: &mut Refusals<'_>) -> Result<()> {
        let judged = self.check(content, findings, refusals.owners_without_rows());
        refusals.note_read(self.mapping.table, &content.export.name, findings.tally.rows, judged)
    }

    /// Refuses a file with too many rejects or without rows.
    fn check(&self, content: &Content, findings: &Findings, owners_without_rows: Option<&str>) -> Result<()> {
        let file = &content.export.name;
        check_share(file, findings, self.limits, owners_without_rows)?;
        if findings.tally.rows > 0 || self.source.allowed_empty {
            return Ok(());
        }
        let table = self.mapping.table.name();
        Err(Error::refused(format!("`{}` has no rows", file.escape_debug())).hint(format!(
            "deliver the file again, or set `sources.{table}.allowed_empty` where an empty `{table}` is no fault"
        )))
    }
}

/// How many of the contents, all small, are read at the same time.
fn n_together(contents: &[Content]) -> usize {
    let mut bytes = 0;
    let fits = |content: &&Content| {
        bytes += content.export.bytes;
        content.export.bytes <= SMALL_BYTES && bytes <= TOGETHER_BYTES
    };
    contents.iter().take_while(fits).count().max(1)
}
