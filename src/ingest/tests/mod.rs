//! Small exports in, printed rows, rejects and refusals out.

#![allow(clippy::disallowed_methods, reason = "tests write the exports they read")]

mod files;
pub mod memory;
mod parquet_files;
mod parsers;
mod records;
mod rows;
mod values;
pub mod wounds;

use super::{Limits, take_in};
use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::Result;
use crate::store::bank::Bank;
use crate::store::books::Reject;
use crate::store::commit::Delivery;
use crate::store::{Keep, Store, Writer};
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

/// The night that undated files are taken in on.
const NIGHT: Date = Date(20_000);

/// What a drop folder came to.
#[derive(Debug)]
struct Night {
    store: Store,
    bank: Bank,
}

impl Night {
    /// Rejected rows by file, in the order of their names.
    fn rejected(&self) -> Vec<(String, Reject)> {
        let mut rejected = Vec::new();
        for delivery in self.deliveries() {
            if let Some(file) = &delivery.rejects {
                let rows = self.store.rejects(file).unwrap().rows;
                rejected.extend(rows.into_iter().map(|reject| (delivery.name().to_owned(), reject)));
            }
        }
        rejected.sort();
        rejected
    }

    fn deliveries(&self) -> Vec<&Delivery> {
        let mut deliveries: Vec<&Delivery> = self.store.commit().deliveries.iter().collect();
        deliveries.sort_by_key(|delivery| (delivery.table, delivery.rank()));
        deliveries
    }
}

fn sources(mappings: &[&str]) -> BTreeMap<Table, Source> {
    let named: BTreeMap<String, Source> = toml::from_str(&mappings.concat()).unwrap();
    let checked = named.into_iter().map(|(name, source)| {
        let table = Table::from_name(&name).unwrap();
        source.check(table).unwrap();
        (table, source)
    });
    checked.collect()
}

fn read_folder(folder: &Path, mappings: &[&str], reject_share_max: f64) -> Result<Night> {
    let limits = Limits { reject_share_max, base_currency: "EUR".into(), field_bytes_max: 100, volume: None };
    let workspace = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(workspace.path(), 4)?;
    take_in(&mut writer, &sources(mappings), folder, &limits, &|_| ())?;
    let store = writer.finish(NIGHT)?;
    let bank = store.bank(NIGHT)?;
    // Rejects are read from the store's files.
    std::mem::forget(workspace);
    Ok(Night { store, bank })
}

fn night(files: &[(&str, &[u8])], mappings: &[&str]) -> Result<Night> {
    night_with(files, mappings, 0.9)
}

fn night_with(files: &[(&str, &[u8])], mappings: &[&str], reject_share_max: f64) -> Result<Night> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    read_folder(folder.path(), mappings, reject_share_max)
}

/// What the operator reads: the kind of the error, its message and its hints.
fn refusal(result: Result<Night>) -> String {
    let error = result.unwrap_err();
    format!("{:?}: {} | {}", error.kind(), error, error.hints().join("; "))
}

fn rejects(night: &Night) -> Vec<String> {
    let line = |(file, reject): &(String, Reject)| {
        format!("{file}:{} {}: {} [{}]", reject.line, reject.column, reject.reason, reject.raw)
    };
    night.rejected().iter().map(line).collect()
}

fn ids(night: &Night) -> Vec<&str> {
    night.bank.customers().map(|customer| &*customer.customer_id).collect()
}

fn transactions(night: &Night) -> Vec<String> {
    let mut lines = Vec::new();
    let rows = night.bank.excerpt(&Keep::ALL).unwrap();
    for (index, customer) in (0u32..).zip(night.bank.customers()) {
        let line = |row: &crate::contract::Transaction| {
            format!("{} {} {} {}", customer.customer_id, row.booked_on, row.amount, row.kind.code())
        };
        lines.extend(rows.history(index).transactions.iter().map(line));
    }
    lines
}

/// rows = used + duplicate + superseded + rejected, and the same for amounts, for every file.
fn books(night: &Night) -> Vec<String> {
    let line = |delivery: &&Delivery| {
        let books = &delivery.books;
        assert!(books.reconcile(), "{books:?}");
        let unreadable = books.amounts.unreadable;
        let counts = [books.rows, books.used, books.duplicate, books.superseded, books.rejected, unreadable];
        format!("{} {counts:?} {}", delivery.name(), books.amounts.used)
    };
    night.deliveries().iter().map(line).collect()
}
