//! One Parquet export to typed rows, row group by row group.
//!
//! Reads: the mapped columns only. Grain: one row; rows and findings come out in the order of the file. Never: panics
//! on a damaged file, reads a type it was not made for, holds more than about one piece a thread.
//!
//! | step | where |
//! |---|---|
//! | magic numbers, footer, places | `file` |
//! | columns by name and type | `layout` |
//! | page headers, before anything is decoded | `pages`, `thrift` |
//! | a row group to batches | `group`, `quiet` |
//! | batches to rows | `columns`, `entries`, `rows` |

mod columns;
mod entries;
mod file;
mod group;
mod layout;
mod pages;
mod quiet;
mod rows;
mod thrift;

use super::build::{Build, Findings, Memo, Piece, Sink};
use super::decode::Progress;
use super::job::Job;
use super::reject_share;
use crate::error::Result;
use ::parquet::file::metadata::RowGroupMetaData;
use file::Checked;
use group::Group;
use rayon::prelude::*;
use rows::Reader;
use std::ops::Range;

/// Decoded at once.
const BATCH_ROWS: usize = 8 * 1024;
/// Row groups up to this are decoded whole by one thread, several at the same time.
const GROUP_ROWS_MAX: i64 = 256 * 1024;
/// The same, of their unpacked bytes.
const GROUP_BYTES_MAX: i64 = 128 << 20;
/// A row group that is left over is shared among threads from this many rows on.
const SHARED_ROWS_MIN: i64 = 64 * 1024;
/// Larger row groups are decoded in batches of this many rows, all columns at the same time.
const STREAMED_ROWS: usize = 64 * 1024;
/// Rejects held before their share is looked at for the first time.
const REJECTS_HELD_MAX: usize = 1_000_000;

/// Reads one Parquet export.
///
/// # Errors
/// Kind `Refused` where the file is damaged or breaks the contract, and whatever `sink` returns.
pub fn read<B: Build>(job: &Job<'_, B>, progress: Progress<'_>, sink: Sink<'_, B::Row>) -> Result<Findings> {
    let file = file::open(job)?;
    let layout = layout::find(job, &file)?;
    let customer_slot = entries::customer_slot(job.builder);
    let reader = Reader { job, layout: &layout, customer_slot };
    let mut whole = Whole { job, findings: Findings::default(), sink, progress, n_told: 0 };
    whole.findings.extra_columns = layout.n_extra;
    for round in rounds(&file) {
        match round {
            Round::Groups(groups) => {
                let read = |group: usize| reader.group(&file, group);
                let pieces: Vec<Result<Piece<B::Row>>> = if groups.len() == 1 {
                    // Nothing to share, and small files are many.
                    groups.clone().map(read).collect()
                } else {
                    groups.clone().into_par_iter().map(read).collect()
                };
                pieces.into_iter().try_for_each(|piece| whole.take(piece?))?;
                whole.tell(&file, groups);
            }
            Round::Streamed(group) => {
                reader.stream(&file, group, &mut whole)?;
                whole.tell(&file, group..group + 1);
            }
        }
    }
    whole.finish(&file)
}

/// What is read before the next rows are handed on.
enum Round {
    Groups(Range<usize>),
    Streamed(usize),
}

/// The row groups in order: about one a thread; by themselves large ones, and one that is left over.
fn rounds(file: &Checked) -> Vec<Round> {
    let groups = file.metadata().row_groups();
    let n_threads = rayon::current_num_threads();
    let mut rounds = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        if group.num_rows() > GROUP_ROWS_MAX || group.total_byte_size() > GROUP_BYTES_MAX {
            rounds.push(Round::Streamed(at));
            continue;
        }
        match rounds.last_mut() {
            Some(Round::Groups(last)) if last.len() < n_threads => last.end = at + 1,
            _ => rounds.push(Round::Groups(at..at + 1)),
        }
    }
    // Its columns and pieces keep the other threads busy, where there is enough of it to share.
    if let Some(Round::Groups(last)) = rounds.last()
        && last.len() == 1
        && groups[last.start].num_rows() > SHARED_ROWS_MIN
    {
        let left_over = last.start;
        rounds.pop();
        rounds.push(Round::Streamed(left_over));
    }
    rounds
}

impl<B: Build> Reader<'_, B> {
    /// The rows of a small row group.
    fn group(&self, file: &Checked, group: usize) -> Result<Piece<B::Row>> {
        let mut columns = Group::open(self.job, file, self.layout, group, (BATCH_ROWS, self.customer_slot))?;
        let n_rows = u64::try_from(file.metadata().row_group(group).num_rows()).unwrap_or_default();
        let (mut piece, mut memo) = (Piece::with_room(n_rows), Memo::default());
        while let Some(batch) = columns.next(self.job, false)? {
            self.take(&batch, 0..batch.n_rows, &mut piece, &mut memo);
        }
        Ok(piece)
    }

    /// The rows of a large row group: the next batch is decoded while this one becomes rows.
    fn stream(&self, file: &Checked, group: usize, whole: &mut Whole<'_, '_, B>) -> Result<()> {
        let mut columns =
            Group::open(self.job, file, self.layout, group, (STREAMED_ROWS, self.customer_slot))?;
        let mut next = columns.next(self.job, true)?;
        while let Some(batch) = next {
            let starts: Vec<usize> = (0..batch.n_rows).step_by(BATCH_ROWS).collect();
            let piece = |start: usize| {
                let rows = start..batch.n_rows.min(start + BATCH_ROWS);
                let (mut piece, mut memo) = (Piece::with_room(rows.len() as u64), Memo::default());
                self.take(&batch, rows, &mut piece, &mut memo);
                piece
            };
            let (decoded, pieces) = rayon::join(
                || columns.next(self.job, true),
                || starts.into_par_iter().map(piece).collect::<Vec<_>>(),
            );
            pieces.into_iter().try_for_each(|piece| whole.take(piece))?;
            next = decoded?;
        }
        Ok(())
    }
}

/// What was found so far, and where the rows go.
struct Whole<'a, 's, B: Build> {
    job: &'a Job<'a, B>,
    findings: Findings,
    sink: Sink<'s, B::Row>,
    progress: Progress<'a>,
    /// Bytes that the progress was told.
    n_told: u64,
}

impl<B: Build> Whole<'_, '_, B> {
    /// Hands the rows of the next piece on.
    fn take(&mut self, piece: Piece<B::Row>) -> Result<()> {
        let rows_before = self.findings.tally.rows;
        self.findings.append(piece.findings, rows_before);
        self.job.check_refused(&mut self.findings, "row")?;
        if self.findings.rejects.len() >= REJECTS_HELD_MAX {
            reject_share::check_share(&self.job.export.name, &self.findings, self.job.limits, None)?;
        }
        (self.sink)(piece.rows)
    }

    fn tell(&mut self, file: &Checked, groups: Range<usize>) {
        let bytes = file.metadata().row_groups()[groups].iter().map(RowGroupMetaData::compressed_size);
        let bytes = u64::try_from(bytes.sum::<i64>()).unwrap_or_default();
        let bytes = bytes.min(self.job.export.bytes - self.n_told);
        self.n_told += bytes;
        (self.progress)(bytes);
    }

    /// Every row that the footer promises is there.
    fn finish(self, file: &Checked) -> Result<Findings> {
        (self.progress)(self.job.export.bytes - self.n_told);
        let promised = file.metadata().file_metadata().num_rows();
        if u64::try_from(promised) == Ok(self.findings.tally.rows) {
            Ok(self.findings)
        } else {
            Err(self.job.damaged())
        }
    }
}
