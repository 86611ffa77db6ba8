//! Ingest: the exports of the drop folder into the store, each content once.
//!
//! Reads: the files that the mappings name and that the store does not know yet. Produces: rows in the store, the books
//! of every delivery, notes. Grain: one row per exported line. Never: guesses, drops silently, depends on the order of
//! files or rows or on the number of threads, names a value from an export in an error.
//!
//! | step | where |
//! |---|---|
//! | folder and store to what is new, known, corrected | `plan` |
//! | tables in the order in which they refer to each other | `intake` |
//! | files in their order, small ones together | `files` |
//! | bytes to text: packing, character set | `decode` |
//! | text to records, Parquet to rows | `text`, `records`, `header`, `parquet` |
//! | one value: borrowed cell, mapping, exact parsers | `cell`, `mapping`, `field`, `codes`, `lookup`, `parse` |
//! | rows to typed rows | `build`, then one file per table |
//! | what a delivery as a whole must hold | `reject_share`, `close`, `accept` |
//! | whether a refusal stops the ingest | `refusals` |

pub mod accept;
mod accounts;
mod any;
mod build;
mod cell;
mod close;
mod codes;
mod contacts;
mod control;
mod customers;
mod decode;
mod field;
mod files;
mod header;
mod holdings;
mod intake;
mod job;
mod long;
mod lookup;
mod mapping;
mod owners;
mod parquet;
mod parse;
mod plan;
mod reasons;
mod records;
mod reference;
mod refusals;
mod reject_share;
mod short;
#[cfg(test)]
mod tests;
mod text;
mod transactions;

pub use accept::volume::VolumeLimits;
pub use plan::Note;

use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::store::Writer;
use crate::store::commit::{Commit, TONIGHT};
use crate::warning::Warning;
use refusals::Refusals;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What ingest is allowed.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Rejected rows over rows, per file.
    pub reject_share_max: f64,
    pub base_currency: String,
    pub field_bytes_max: usize,
    /// `None` where an operator accepted the volume of this delivery.
    pub volume: Option<VolumeLimits>,
}

/// What was taken in.
#[derive(Debug, Default)]
pub struct Taken {
    /// Rows read, whatever became of them.
    pub n_rows: usize,
    /// Numbers of the deliveries that were read.
    pub deliveries: Vec<u32>,
    /// Files that count under another name, or in place of what they brought before.
    pub notes: Vec<Note>,
    pub warnings: Vec<Warning>,
}

impl Taken {
    /// What should be known of the deliveries, notes included.
    pub fn all_warnings(&self) -> Vec<Warning> {
        let told = self.notes.iter().map(|note| match note {
            Note::Copy { file, of } => Warning::DeliveredTwice { file: file.clone(), of: of.clone() },
            Note::Corrected { file } => Warning::Corrected { file: file.clone() },
        });
        self.warnings.iter().cloned().chain(told).collect()
    }
}

/// Reads what is new in the drop folder `data` into the store; `progress` is told how many more bytes were read.
///
/// # Errors
/// Kind `Incomplete` where a source has no file yet, `Refused` where an export breaks the contract, `Usage` where the
/// drop folder or a mapping is wrong. The store is as it was then: nothing counts before it is committed.
pub fn take_in(
    writer: &mut Writer,
    sources: &BTreeMap<Table, Source>,
    data: &Path,
    limits: &Limits,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Taken> {
    intake::Intake::open(writer, sources, data, limits, progress, Refusals::Stop)?.run()
}

/// The same, for a check: a file that could be read to its end and is refused as a whole goes to `refusals`, and the
/// files after it are read too.
///
/// # Errors
/// As [`take_in`], where a file cannot be read to its end.
pub fn rehearse(
    writer: &mut Writer,
    sources: &BTreeMap<Table, Source>,
    data: &Path,
    limits: &Limits,
    progress: &(dyn Fn(u64) + Sync),
    refusals: &mut Vec<Error>,
) -> Result<Taken> {
    intake::Intake::open(writer, sources, data, limits, progress, Refusals::into(refusals))?.run()
}

/// Contract columns that a mapping fills.
pub fn mapped(sources: &BTreeMap<Table, Source>) -> BTreeSet<(Table, &'static str)> {
    let mut mapped = BTreeSet::new();
    for (table, source) in sources {
        let filled = table.columns().iter().filter(|column| source.columns.contains_key(column.name));
        mapped.extend(filled.map(|column| (*table, column.name)));
    }
    mapped
}

/// Holds the store against the night: is every table's newest delivery new enough, and is no day missing?
///
/// # Errors
/// Kind `Incomplete`, naming the first table that is not there yet.
pub fn check_freshness(
    commit: &Commit,
    sources: &BTreeMap<Table, Source>,
    as_of: Date,
) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    for (table, source) in sources {
        let files = || commit.of_table(*table).flat_map(|delivery| &delivery.files);
        let tonight = |on: Date| if on == TONIGHT { as_of } else { on };
        let delivered: Vec<Date> = files().map(|file| tonight(file.delivered_on)).collect();
        let within = source.fresh_within_days;
        if let Some(within) = within {
            accept::freshness::check(*table, &delivered, as_of, within)?;
        }
        let dated: Vec<Date> = files().filter(|file| file.is_dated).map(|file| file.delivered_on).collect();
        let missing = accept::gaps::check(*table, &dated, as_of, within, source.gaps)?;
        warnings.extend(missing.map(|days| Warning::MissingDays { what: days.to_string() }));
    }
    Ok(warnings)
}
