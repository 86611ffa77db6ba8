//! Ingest: the exports of the drop folder to the typed tables of the contract.
//!
//! Reads: the files that the mappings name, each once. Produces: [`Ingested`]: typed rows, rejects, and the books of
//! every file. Grain: one row per exported line. Never: guesses, drops silently, depends on the order of files or
//! rows or on the number of threads, names a value from an export in an error.
//!
//! | step | where |
//! |---|---|
//! | bytes to text: digest, gzip, character set | `decode` |
//! | text to records | `records`, `text`, `header` |
//! | Parquet to rows | `parquet` |
//! | one value: borrowed cell, mapping, exact parsers | `cell`, `mapping`, `field`, `codes`, `lookup`, `parse` |
//! | rows to typed rows | `build`, then one file per table |
//! | files to tables: duplicates, superseded rows, order | `table`, `account`, `unique` |

mod account;
mod accounts;
mod build;
mod cell;
mod codes;
mod contacts;
mod customers;
mod decode;
mod field;
mod header;
mod holdings;
mod key;
mod lookup;
mod mapping;
mod owners;
mod parquet;
mod parse;
mod records;
mod reference;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod transactions;
mod unique;

use crate::config::source::Source;
use crate::contract::Tables;
use crate::contract::tables::Table;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Sums in minor units of `amount` or `balance`; read = used + duplicate + superseded + rejected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    pub read: i128,
    pub used: i128,
    pub duplicate: i128,
    pub superseded: i128,
    /// Of rejected rows whose amount could be read.
    pub rejected: i128,
    /// Rejected rows whose amount could not be read.
    pub unreadable: u64,
}

/// What one file brought; rows = used + duplicate + superseded + rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub table: Table,
    /// File name inside the drop folder.
    pub path: String,
    pub bytes: u64,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub digest: String,
    pub rows: u64,
    pub used: u64,
    pub duplicate: u64,
    pub superseded: u64,
    pub rejected: u64,
    pub amounts: Amounts,
}

/// One quarantined row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    pub source_file: String,
    /// 1-based line in a text file, 1-based row in a Parquet file.
    pub line: u64,
    /// The export's name of the column; empty where the whole row does not fit.
    pub column: String,
    /// Short and stable; never holds the value.
    pub reason: String,
    /// The row as text, to be mended and delivered again.
    pub raw: String,
}

/// All exports of a drop folder, checked and typed.
#[derive(Debug, Default)]
pub struct Ingested {
    pub tables: Tables,
    /// Sorted by file, line, column.
    pub rejects: Vec<Reject>,
    /// Sorted by table, path; `Transaction::delivery` and `Holding::delivery` point here. The files that values were
    /// only looked up in stand last, each once.
    pub deliveries: Vec<Delivery>,
    /// Contract columns that a mapping fills.
    pub mapped: BTreeSet<(Table, &'static str)>,
    /// The books of every lookup, until they are entered in `deliveries`.
    lookups: Vec<Delivery>,
}

impl Ingested {
    /// A file that was looked up in several times, or that is a table of its own, is entered once.
    fn enter_lookups(&mut self) {
        for lookup in std::mem::take(&mut self.lookups) {
            if self.deliveries.iter().all(|known| known.path != lookup.path) {
                self.deliveries.push(lookup);
            }
        }
    }

    /// Rows of all deliveries, whatever became of them.
    pub fn n_rows(&self) -> usize {
        self.deliveries.iter().map(|delivery| usize::try_from(delivery.rows).unwrap_or(usize::MAX)).sum()
    }
}

/// What ingest is allowed.
pub struct Limits {
    /// Rejected rows over rows, per file.
    pub reject_share_max: f64,
    pub base_currency: String,
    pub field_bytes_max: usize,
}

/// Reads every source from the drop folder `data`; `progress` is told how many more bytes were read.
///
/// # Errors
/// Kind `Incomplete` where a source has no file yet, `Refused` where an export breaks the contract, `Usage` where the
/// drop folder or a mapping is wrong.
pub fn read(
    sources: &BTreeMap<Table, Source>,
    data: &Path,
    limits: &Limits,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Ingested> {
    let drop = table::Drop::open(sources, data, limits, progress)?;
    let mut night = Ingested { mapped: mapped(sources), ..Ingested::default() };
    night.tables.branches = reference::branches(&drop, &mut night)?;
    night.tables.managers = reference::managers(&drop, &mut night)?;
    night.tables.products = reference::products(&drop, &mut night)?;
    let (rows, rejected) = customers::read(&drop, &mut night)?;
    let customers = owners::Customers::new(&rows, rejected);
    night.tables.customers = rows;
    let (rows, rejected) = accounts::read(&drop, &customers, &mut night)?;
    let accounts = drop.has(Table::Accounts).then(|| owners::Accounts::new(&rows, rejected));
    night.tables.accounts = rows;
    let owners = owners::Owners::new(customers, accounts);
    night.tables.transactions = transactions::read(&drop, &owners, &mut night)?;
    night.tables.holdings = holdings::read(&drop, &owners, &mut night)?;
    night.tables.contacts = contacts::read(&drop, &owners, &mut night)?;
    night.rejects.sort_unstable();
    night.enter_lookups();
    Ok(night)
}

fn mapped(sources: &BTreeMap<Table, Source>) -> BTreeSet<(Table, &'static str)> {
    let mut mapped = BTreeSet::new();
    for (table, source) in sources {
        let filled = table.columns().iter().filter(|column| source.columns.contains_key(column.name));
        mapped.extend(filled.map(|column| (*table, column.name)));
    }
    mapped
}
