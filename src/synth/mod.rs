//! An invented bank: seeded customers, flows and month-end holdings, with the truth kept aside.
//!
//! Reads: nothing but [`Options`]. Writes: the export files of the data contract into `options.out`,
//! and `truth.parquet`, which says what the generator knew at every month end.
//! Invariants: the same options give the same bytes on any number of threads; every customer has a
//! generator of his own, derived from (seed, index), so that a population is made in chunks;
//! only `write` touches files; nothing here reads a clock.
//!
//! ```text
//! market, bank ──┐
//! traits ────────┴─> life (chain → agenda → ledger, contacts) ──> rows ──> sink ──> write
//!                      └──> hazard (the chain run forward) ──> truth
//! ```

mod agenda;
mod bank;
mod bank_rows;
mod calendar;
mod chain;
mod codes;
mod draws;
mod flows;
mod hazard;
mod ledger;
mod life;
mod market;
mod names;
mod needs;
mod person;
mod plan;
mod rows;
mod service;
mod sink;
mod traits;
mod write;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use write::write;

/// How the exports are encoded; `truth` is Parquet in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 text, gzipped.
    Csv,
    /// Typed columns, zstd.
    Parquet,
}

/// What to invent.
#[derive(Clone, Debug)]
pub struct Options {
    /// Customers in all: those of the first day and those who join later.
    pub customers: u32,
    /// Months of history, at least 2.
    pub months: u32,
    /// Fixes every draw.
    pub seed: u64,
    /// Encoding of the exports.
    pub format: Format,
    /// Folder to write into; made if absent.
    pub out: PathBuf,
    /// Last day of the last month, a month end.
    pub end: chrono::NaiveDate,
}

/// How far the work has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Customers written so far.
    pub customers_done: u32,
    /// Customers in all.
    pub customers: u32,
}

/// What stands in one table after the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCount {
    /// Name in the data contract, or `truth`.
    pub table: &'static str,
    /// Files of this table.
    pub files: u32,
    /// Rows over these files.
    pub rows: u64,
    /// Bytes over these files, as encoded.
    pub bytes: u64,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// One entry per table, in the order of the contract.
    pub tables: Vec<TableCount>,
}

/// Why nothing useful was written.
#[derive(Debug)]
pub enum Error {
    /// The options ask for something that cannot be made.
    Options(String),
    /// A file could not be written.
    Io(PathBuf, std::io::Error),
    /// The Parquet encoder refused a batch.
    Parquet(PathBuf, parquet::errors::ParquetError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Options(what) => f.write_str(what),
            Error::Io(path, cause) => write!(f, "cannot write `{}`: {cause}", path.display()),
            Error::Parquet(path, cause) => write!(f, "cannot encode `{}`: {cause}", path.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Options(_) => None,
            Error::Io(_, cause) => Some(cause),
            Error::Parquet(_, cause) => Some(cause),
        }
    }
}
