//! `tercet check`: the deliveries of the drop folder read as a night would, and nothing written.

use super::operation::Operation;
use super::{NIGHTLY, limits};
use crate::config::Config;
use crate::config::source::Format;
use crate::contract::tables::Table;
use crate::cross_sell::Rules;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::ingest::{self, Taken};
use crate::init::mask;
use crate::results;
use crate::store::books::{Books, Reject};
use crate::store::commit::Delivery;
use crate::store::{self, Writer};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Examples shown of one reason.
const EXAMPLES: usize = 3;

/// What the drop folder would bring tonight.
#[derive(Debug)]
pub struct CheckReport {
    /// Files that the store does not know yet, by table and rank; where a damage stopped the reading, those before it.
    pub files: Vec<CheckedFile>,
    /// Deliveries that the store has already.
    pub n_known: usize,
    /// The night that could be run.
    pub night: Option<Date>,
    pub taken: Taken,
    /// In the order in which a night would meet them.
    pub refusals: Vec<Error>,
}

impl CheckReport {
    /// Why a night would stop; decides the exit code.
    pub fn refusal(&self) -> Option<&Error> {
        self.refusals.first()
    }
}

/// One delivered content.
#[derive(Debug, Clone, Serialize)]
pub struct CheckedFile {
    pub table: &'static str,
    pub name: String,
    pub delivered_on: Option<Date>,
    pub encoding: &'static str,
    pub books: Books,
    /// First and last date of the rows that count; of long tables only.
    pub dates: Option<(Date, Date)>,
    pub extra_columns: u32,
    pub reconciles: bool,
    pub rejects: Vec<RejectedFor>,
}

/// Rows of a file rejected for one reason.
#[derive(Debug, Clone, Serialize)]
pub struct RejectedFor {
    pub column: String,
    pub reason: String,
    pub rows: usize,
    /// Line and masked text of the first ones.
    pub examples: Vec<(u64, String)>,
}

/// Reads what is new in the drop folder and says what a night would say of it.
///
/// # Errors
/// Where the store cannot be read. What a night would refuse stands in the report.
pub fn check(config: &Config, as_of: Option<Date>, progress: &(dyn Fn(u64) + Sync)) -> Result<CheckReport> {
    let mut writer = Writer::rehearse(&config.workspace, config.store.buckets)?;
    let known: BTreeSet<u32> = writer.commit().deliveries.iter().map(|delivery| delivery.number).collect();
    let mut refusals: Vec<Error> = Rules::of(config).err().into_iter().collect();
    let (sources, limits) = (config.sources(), limits(config, false));
    let taken = ingest::rehearse(&mut writer, sources, &config.data, &limits, progress, &mut refusals);
    let is_stopped = taken.is_err();
    let mut taken = taken.unwrap_or_else(|error| {
        refusals.push(error);
        Taken::default()
    });
    if !is_stopped {
        results::rehearse(&mut writer, &config.workspace, &limits, &mut taken, &mut refusals)?;
    }
    let night = super::night_date(writer.commit(), config, as_of).and_then(|night| {
        taken.warnings.extend(ingest::check_freshness(writer.commit(), sources, night)?);
        Ok(night)
    });
    let night = night.map_err(|error| {
        // After a refusal it may be no more than its consequence.
        if refusals.is_empty() {
            refusals.push(error);
        }
    });
    let mut new: Vec<&Delivery> =
        writer.commit().deliveries.iter().filter(|delivery| !known.contains(&delivery.number)).collect();
    // Of an ingest that stopped, those that were read to their end.
    new.retain(|delivery| !is_stopped || delivery.books.rows > 0);
    new.sort_by_key(|delivery| (delivery.table, delivery.rank()));
    let files = new.into_iter().map(|delivery| checked(&writer, delivery, config)).collect::<Result<_>>()?;
    Ok(CheckReport { files, n_known: known.len(), night: night.ok(), taken, refusals })
}

fn checked(writer: &Writer, delivery: &Delivery, config: &Config) -> Result<CheckedFile> {
    let rejects = match &delivery.rejects {
        Some(file) => writer.rejects(file)?.rows,
        None => Vec::new(),
    };
    let first = &delivery.files[0];
    Ok(CheckedFile {
        table: delivery.table.name(),
        name: first.name.clone(),
        delivered_on: first.is_dated.then_some(first.delivered_on),
        encoding: encoding(config, delivery.table),
        books: delivery.books,
        dates: delivery.days.first().zip(delivery.days.last()).map(|(first, last)| (first.on, last.on)),
        extra_columns: delivery.extra_columns,
        reconciles: delivery.books.reconcile(),
        rejects: by_reason(&rejects),
    })
}

/// As it is declared; an encoding is never guessed.
fn encoding(config: &Config, table: Table) -> &'static str {
    match config.sources().get(&table) {
        None => "",
        Some(source) if source.format == Format::Parquet => "parquet",
        Some(source) => source.encoding.name(),
    }
}

fn by_reason(rejects: &[Reject]) -> Vec<RejectedFor> {
    let mut reasons: BTreeMap<(&str, &str), Vec<&Reject>> = BTreeMap::new();
    for reject in rejects {
        reasons.entry((&reject.column, &reject.reason)).or_default().push(reject);
    }
    let mut found: Vec<RejectedFor> = reasons
        .into_iter()
        .map(|((column, reason), rows)| RejectedFor {
            column: column.to_owned(),
            reason: reason.to_owned(),
            rows: rows.len(),
            examples: rows.iter().take(EXAMPLES).map(|row| (row.line, mask(&row.raw))).collect(),
        })
        .collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.rows));
    found
}

/// What the store holds of one table.
#[derive(Debug, Clone, Serialize)]
pub struct TableStatus {
    pub table: &'static str,
    pub deliveries: usize,
    pub first_delivered_on: Date,
    pub last_delivered_on: Date,
    /// First and last date of the rows that count; of long tables only.
    pub dates: Option<(Date, Date)>,
    pub rows: u64,
    pub used: u64,
    pub duplicate: u64,
    pub superseded: u64,
    /// Total rows of files.
    pub trailers: u64,
    /// Of customers who were taken out for good.
    pub purged: u64,
    pub rejected: u64,
}

/// `tercet status`.
#[derive(Debug, Clone, Serialize)]
pub struct StatusReport {
    /// Of the commit; 0 where nothing was taken in yet.
    pub sequence: u64,
    pub tables: Vec<TableStatus>,
    pub files: usize,
    pub bytes: u64,
    /// Deliveries that corrected files took the place of.
    pub replaced: usize,
    /// The newest night that could be run.
    pub newest_night: Option<Date>,
    #[serde(flatten)]
    pub operation: Operation,
}

/// What the store holds, and how the workspace is run.
///
/// # Errors
/// Where it cannot be read.
pub fn status(config: &Config) -> Result<StatusReport> {
    let store = store::Store::open(&config.workspace, config.store.buckets)?;
    let commit = store.commit();
    let tables = Table::stored().filter_map(|table| table_status(commit, table)).collect();
    Ok(StatusReport {
        sequence: commit.sequence,
        tables,
        files: commit.files().len(),
        bytes: commit.bytes(),
        replaced: commit.replaced.len(),
        newest_night: store::newest_night(commit, &NIGHTLY),
        operation: Operation::of(config)?,
    })
}

fn table_status(commit: &store::commit::Commit, table: Table) -> Option<TableStatus> {
    let deliveries: Vec<&Delivery> = commit.of_table(table).collect();
    let dates = || deliveries.iter().flat_map(|delivery| &delivery.files).map(|file| file.delivered_on);
    let days = || deliveries.iter().flat_map(|delivery| &delivery.days).map(|day| day.on);
    let sum = |of: fn(&Books) -> u64| deliveries.iter().map(|delivery| of(&delivery.books)).sum();
    Some(TableStatus {
        table: table.name(),
        deliveries: deliveries.len(),
        first_delivered_on: dates().min()?,
        last_delivered_on: dates().max()?,
        dates: days().min().zip(days().max()),
        rows: sum(|books| books.rows),
        used: sum(|books| books.used),
        duplicate: sum(|books| books.duplicate),
        superseded: sum(|books| books.superseded),
        trailers: sum(|books| books.trailers),
        purged: sum(|books| books.purged),
        rejected: sum(|books| books.rejected),
    })
}
