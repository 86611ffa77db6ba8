//! Small exports in, printed rows, rejects and refusals out.

#![allow(clippy::disallowed_methods, reason = "tests write the exports they read")]

mod files;
mod parquet_files;
mod parsers;
mod records;
mod rows;

use super::{Ingested, Limits, read};
use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::error::Result;
use std::collections::BTreeMap;
use std::path::Path;

const CUSTOMERS: &str = r#"
[customers]
files = "customers*"
format = "csv"
columns = { customer_id = "id", opened_on = "opened" }
"#;

const TRANSACTIONS: &str = r#"
[transactions]
files = "transactions*"
format = "csv"
missing = ["-"]
columns = { transaction_id = "id", customer_id = "customer", booked_on = "on", amount = "amount", kind = "kind" }
"#;

const TWO_CUSTOMERS: (&str, &[u8]) = ("customers.csv", b"id,opened\nA,2020-01-01\nB,2020-01-02\n");

fn sources(mappings: &[&str]) -> BTreeMap<Table, Source> {
    let named: BTreeMap<String, Source> = toml::from_str(&mappings.concat()).unwrap();
    let checked = named.into_iter().map(|(name, source)| {
        let table = Table::from_name(&name).unwrap();
        source.check(table).unwrap();
        (table, source)
    });
    checked.collect()
}

fn read_folder(folder: &Path, mappings: &[&str], reject_share_max: f64) -> Result<Ingested> {
    let limits = Limits { reject_share_max, base_currency: "EUR".into(), field_bytes_max: 100 };
    read(&sources(mappings), folder, &limits, &|_| ())
}

fn night(files: &[(&str, &[u8])], mappings: &[&str]) -> Result<Ingested> {
    night_with(files, mappings, 0.9)
}

fn night_with(files: &[(&str, &[u8])], mappings: &[&str], reject_share_max: f64) -> Result<Ingested> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    read_folder(folder.path(), mappings, reject_share_max)
}

/// What the operator reads: the kind of the error, its message and its hints.
fn refusal(result: Result<Ingested>) -> String {
    let error = result.unwrap_err();
    format!("{:?}: {} | {}", error.kind(), error, error.hints().join("; "))
}

fn rejects(night: &Ingested) -> Vec<String> {
    let line = |reject: &super::Reject| {
        format!(
            "{}:{} {}: {} [{}]",
            reject.source_file, reject.line, reject.column, reject.reason, reject.raw
        )
    };
    night.rejects.iter().map(line).collect()
}

fn transactions(night: &Ingested) -> Vec<String> {
    let line = |row: &crate::contract::Transaction| {
        let customer = &night.tables.customers[row.customer as usize].customer_id;
        format!("{customer} {} {} {}", row.booked_on, row.amount, row.kind.code())
    };
    night.tables.transactions.iter().map(line).collect()
}

/// rows = used + duplicate + superseded + rejected, and the same for amounts, for every file.
fn books(night: &Ingested) -> Vec<String> {
    let line = |file: &super::Delivery| {
        assert_eq!(file.rows, file.used + file.duplicate + file.superseded + file.rejected);
        let sums = file.amounts;
        assert_eq!(sums.read, sums.used + sums.duplicate + sums.superseded + sums.rejected);
        let counts = [file.rows, file.used, file.duplicate, file.superseded, file.rejected, sums.unreadable];
        format!("{} {counts:?} {}", file.path, sums.used)
    };
    night.deliveries.iter().map(line).collect()
}
