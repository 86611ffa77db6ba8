//! The exports of an invented bank as rows of text, to be cut into days.
//!
//! Reads: what `tercet::synth` writes. Grain: one exported row, under the columns that the replayed bank delivers.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use tercet::contract::tables::Table;
use tercet::date::Date;
use tercet::synth;

/// One field per column of [`columns`].
pub type Row = Vec<String>;

/// The columns of a table's files.
pub fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Products => &["product_id", "product_kind", "name"],
        Table::Customers => {
            &["customer_id", "opened_on", "manager_id", "satisfaction", "closed_on", "birth_date"]
        }
        Table::Accounts => &["account_id", "customer_id", "role"],
        Table::Transactions => {
            &["transaction_id", "customer_id", "account_id", "booked_on", "amount", "kind"]
        }
        Table::Holdings => &["snapshot_on", "customer_id", "product_kind", "balance", "product_id"],
        Table::Contacts => &["customer_id", "contacted_on", "manager_id", "channel", "outcome"],
        Table::Managers | Table::Branches | Table::Results => unreachable!("this bank delivers none"),
    }
}

/// What the bank would export on its last day.
pub struct Exports {
    pub products: Vec<Row>,
    pub customers: Vec<Row>,
    pub accounts: Vec<Row>,
    /// By the day on which they were booked.
    pub transactions: BTreeMap<Date, Vec<Row>>,
    /// By month end.
    pub holdings: BTreeMap<Date, Vec<Row>>,
    /// By day.
    pub contacts: BTreeMap<Date, Vec<Row>>,
}

impl Exports {
    /// Invents a bank whose months are those from `first` to `last`.
    pub fn invent(customers: u32, first: Date, last: Date, seed: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let options = synth::Options {
            customers,
            months: u32::try_from(last.month_index() - first.month_index() + 1).unwrap(),
            seed,
            format: synth::Format::Csv,
            out: home.path().to_owned(),
            end: last.month_end().to_string().parse().unwrap(),
        };
        synth::write(&options, &mut |_| {}).unwrap();
        let rows = |table| rows(home.path(), table);
        Self {
            products: rows(Table::Products),
            customers: rows(Table::Customers),
            accounts: rows(Table::Accounts),
            transactions: by_day(rows(Table::Transactions), 3),
            holdings: by_day(rows(Table::Holdings), 0),
            contacts: by_day(rows(Table::Contacts), 1),
        }
    }
}

/// The rows of a table's files, one after the other by name.
fn rows(home: &Path, table: Table) -> Vec<Row> {
    let is_of_table = |path: &Path| path.file_name().unwrap().to_str().unwrap().starts_with(table.name());
    let mut files: Vec<_> = home.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| is_of_table(path));
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(File::open(file).unwrap()));
        let header = reader.headers().unwrap().clone();
        let place = |column: &&str| header.iter().position(|name| name == *column).unwrap();
        let places: Vec<usize> = columns(table).iter().map(place).collect();
        rows.extend(reader.records().map(|record| {
            let record = record.unwrap();
            places.iter().map(|at| record[*at].to_owned()).collect::<Row>()
        }));
    }
    assert!(!rows.is_empty(), "the invented bank has no {}", table.name());
    rows
}

/// Rows by the date in a column.
fn by_day(rows: Vec<Row>, column: usize) -> BTreeMap<Date, Vec<Row>> {
    let mut days: BTreeMap<Date, Vec<Row>> = BTreeMap::new();
    for row in rows {
        days.entry(row[column].parse().unwrap()).or_default().push(row);
    }
    days
}
