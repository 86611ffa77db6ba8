//! The files of one table to its rows: every file read, checked and entered in the books.
//!
//! Reads: the files that the source's pattern names, several at a time. Grain: one file. Never: lets the order in
//! which files were finished decide anything.

use super::account::check_share;
use super::build::{Build, FileRows, Piece, RefusedRow};
use super::decode::Progress;
use super::key::{FoldSet, Key};
use super::mapping::Mapping;
use super::{Delivery, Ingested, Limits, parquet, text};
use crate::config::source::{Format, Source};
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::io::exports::{self, Export};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// The drop folder, with the files of every source.
pub struct Drop<'a> {
    pub data: &'a Path,
    pub limits: &'a Limits,
    progress: Progress<'a>,
    sources: BTreeMap<Table, (&'a Source, Vec<Export>)>,
}

/// The files of a table by name, each with its rows.
pub type Files<'e, R> = Vec<(&'e Export, FileRows<R>)>;

/// What is needed to read one file of a table.
pub struct Job<'a, B> {
    pub export: &'a Export,
    /// Place in the list of deliveries.
    pub delivery: u16,
    pub mapping: &'a Mapping,
    pub builder: &'a B,
    pub limits: &'a Limits,
}

impl<'a> Drop<'a> {
    /// Lists the files of every source; a source without any is not complete yet.
    pub fn open(
        sources: &'a BTreeMap<Table, Source>,
        data: &'a Path,
        limits: &'a Limits,
        progress: Progress<'a>,
    ) -> Result<Self> {
        let mut listed = BTreeMap::new();
        for (table, source) in sources {
            let exports = exports::list(data, &source.files)?;
            if exports.is_empty() {
                let (pattern, table) = (source.files.escape_debug(), table.name());
                let folder = exports::shown(data);
                let what = format!("no file `{pattern}` in `{folder}`: `{table}` is not delivered yet");
                let hint = format!("wait for the delivery, or correct `sources.{table}.files`");
                return Err(Error::incomplete(what).hint(hint));
            }
            listed.insert(*table, (source, exports));
        }
        let files: usize = listed.values().map(|(_, exports)| exports.len()).sum();
        if files >= usize::from(u16::MAX) {
            return Err(Error::refused(format!(
                "{files} files in `{}`, more than 65,534",
                exports::shown(data)
            ))
            .hint("deliver fewer and larger files"));
        }
        Ok(Self { data, limits, progress, sources: listed })
    }

    pub fn has(&self, table: Table) -> bool {
        self.sources.contains_key(&table)
    }

    /// Whether the mapping fills this contract column.
    pub fn maps(&self, table: Table, column: &str) -> bool {
        self.sources.get(&table).is_some_and(|(source, _)| source.columns.contains_key(column))
    }

    /// How a contract column is filled.
    pub fn source(&self, table: Table) -> Option<&'a Source> {
        self.sources.get(&table).map(|(source, _)| *source)
    }

    /// Reads all files of a table; `builder` takes from the mapping what it needs. No rows where it has no source.
    pub fn read<B: Build>(
        &self,
        table: Table,
        night: &mut Ingested,
        builder: impl FnOnce(&mut Mapping) -> Result<B>,
    ) -> Result<Vec<B::Row>> {
        Ok(self.read_with_rejected(table, night, builder)?.0)
    }

    /// As [`Drop::read`], with the ids of the rejected rows.
    pub fn read_with_rejected<B: Build>(
        &self,
        table: Table,
        night: &mut Ingested,
        builder: impl FnOnce(&mut Mapping) -> Result<B>,
    ) -> Result<(Vec<B::Row>, FoldSet<Key>)> {
        let (files, lookups) = self.read_files(table, night.deliveries.len(), builder, self.progress)?;
        night.lookups.extend(lookups);
        let (mut rows, mut rejected) = (Vec::new(), FoldSet::default());
        for (export, file) in files {
            night.deliveries.push(Delivery::open(table, &export.name, &file));
            let mut piece = file.piece;
            night.rejects.append(&mut piece.rejects);
            rejected.extend(piece.rejected_ids);
            if rows.is_empty() {
                rows = piece.rows;
            } else {
                rows.append(&mut piece.rows);
            }
        }
        Ok((rows, rejected))
    }

    /// The files of a table by name, each with its rows, and the files that values were looked up in; `first` is the
    /// place of the first in the list of deliveries.
    pub fn read_files<B: Build>(
        &self,
        table: Table,
        first: usize,
        builder: impl FnOnce(&mut Mapping) -> Result<B>,
        progress: Progress<'_>,
    ) -> Result<(Files<'_, B::Row>, Vec<Delivery>)> {
        let Some((source, exports)) = self.sources.get(&table) else { return Ok(Default::default()) };
        let mut mapping = Mapping::new(table, source, self.data)?;
        let builder = builder(&mut mapping)?;
        let read = |(at, export): (usize, &'_ Export)| {
            let delivery = u16::try_from(first + at).map_err(|_| Error::internal("too many deliveries"))?;
            let job = Job { export, delivery, mapping: &mapping, builder: &builder, limits: self.limits };
            let file = match source.format {
                Format::Csv => text::read(&job, source.encoding, progress),
                Format::Parquet => parquet::read(&job, progress),
            }?;
            check_share(&export.name, &file.piece, self.limits)?;
            if file.piece.tally.rows == 0 && matches!(table, Table::Customers | Table::Transactions) {
                return Err(Error::refused(format!("`{}` has no rows", export.name.escape_debug()))
                    .hint(format!("`{}` cannot be empty: deliver the file again", table.name())));
            }
            Ok(file)
        };
        // Errors in the order of the files, not of the threads.
        let files: Vec<Result<FileRows<B::Row>>> = exports.par_iter().enumerate().map(read).collect();
        let files =
            exports.iter().zip(files).map(|(export, file)| Ok((export, file?))).collect::<Result<_>>()?;
        Ok((files, mapping.lookups))
    }
}

impl<B> Job<'_, B> {
    /// A refusal that begins with the name of the file.
    pub fn refuse(&self, what: &str) -> Error {
        Error::refused(format!("`{}` {what}", self.export.name.escape_debug()))
    }

    /// Passes the refusal on that a row brought, with its place; `unit` is what the file's rows are counted in.
    pub fn check_refused<R>(&self, piece: &mut Piece<R>, unit: &str) -> Result<()> {
        let Some(RefusedRow { line, refusal }) = piece.refused.take() else { return Ok(()) };
        let file = self.export.name.escape_debug();
        Err(Error::refused(format!("{} of `{file}`, {unit} {line}", refusal.what)).hint(refusal.hint))
    }
}
