//! A year of deliveries, night by night with their faults, ends where one ingest of the final files ends.
//!
//! Files come late, wrong and corrected, twice under another name, and before the customers, accounts and products that
//! they speak of; what the store then says is held against a fresh store and, for what was known when, against the
//! files themselves.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

mod exports;
mod faults;
mod orders;
pub mod view;
mod year;

use faults::{Arrival, Rates};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tercet::config::overlay;
use tercet::config::source::Source;
use tercet::contract::tables::Table;
use tercet::date::Date;
use tercet::ingest::{Limits, Taken, take_in};
use tercet::store::{Store, Writer};
use view::{differences, view};

const BUCKETS: u32 = 4;
/// The shares that faults have in a year of a bank's files.
const YEAR: Rates = Rates { late: 0.05, wrong: 0.02, copied: 0.01 };
/// Many more, so that they meet each other in a short history.
const DENSE: Rates = Rates { late: 0.25, wrong: 0.15, copied: 0.1 };

#[test]
fn a_year_of_nights_ends_in_the_same_view_as_one_ingest() {
    replay(1, 365, 7, &YEAR);
}

#[test]
fn nights_full_of_faults_end_in_the_same_view_as_one_ingest() {
    for seed in 2..8 {
        replay(seed, 75, if seed % 2 == 0 { 1 } else { 7 }, &DENSE);
    }
}

/// Replays the deliveries of `days` days, customers described every `dump_days`.
fn replay(seed: u64, days: i32, dump_days: i32, rates: &Rates) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let files = year::files(days, dump_days, &mut rng);
    let arrivals = faults::arrivals(&files, rates, &mut rng);
    let (bank, whole) = (Bank::new(), Bank::new());
    let last = arrivals.iter().map(|arrival| arrival.night).max().unwrap();
    for night in 0..=last {
        let tonight = arrivals.iter().filter(|arrival| arrival.night == night);
        tonight.for_each(|arrival| bank.deliver(&arrival.name, &arrival.text));
        bank.night(year::START.plus_days(night));
    }
    let folder = final_folder(&arrivals);
    folder.iter().for_each(|(name, text)| whole.deliver(name, text));
    let end = year::START.plus_days(last);
    whole.night(end);

    let dates: Vec<Date> = (0..6).map(|part| year::START.plus_days(days * part / 5)).chain([end]).collect();
    let (found, expected) = (view(&bank.store(), &dates), view(&whole.store(), &dates));
    let differing = differences(&found, &expected);
    assert!(differing.is_empty(), "seed {seed}: night by night (-) is not all at once (+)\n{differing}");
    known_as_the_files_say(&bank.store(), &folder, &dates, seed);
    bank.holds_what_it_names();
    assert_eq!(corrected(&bank.store()), outlived(&arrivals, &folder), "seed {seed}: corrected deliveries");

    let before = bank.store().commit().clone();
    assert_eq!(bank.night(end).n_rows, 0, "seed {seed}: known files were read again");
    assert!(*bank.store().commit() == before, "seed {seed}: a night without deliveries changed the store");
}

/// What the drop folder holds in the end, by name.
fn final_folder(arrivals: &[Arrival]) -> BTreeMap<String, String> {
    let mut in_order: Vec<&Arrival> = arrivals.iter().collect();
    in_order.sort_by_key(|arrival| arrival.night);
    in_order.into_iter().map(|arrival| (arrival.name.clone(), arrival.text.clone())).collect()
}

/// What was known of each customer on each date is what the last files up to then that describe him tell.
fn known_as_the_files_say(store: &Store, folder: &BTreeMap<String, String>, dates: &[Date], seed: u64) {
    let bank = store.bank(*dates.last().unwrap()).unwrap();
    let interim = store.bank(dates[2]).unwrap();
    let dumps = year::customer_dumps(folder);
    let mut n_known = 0;
    for index in bank.indices() {
        let history = bank.unread(index);
        let id = &*history.customer.customer_id;
        for date in dates {
            let found = history
                .as_known_on(*date)
                .map(|known| (known.manager_id.as_deref().map(str::to_owned), known.satisfaction));
            let told = dumps.range(..=*date).rev().find_map(|(_, dump)| dump.get(id));
            let is_told = match (&found, told) {
                (Some(found), Some(told)) => told.contains(found),
                (found, told) => found.is_none() && told.is_none(),
            };
            assert!(is_told, "seed {seed}: {id} as known on {date}: {found:?} where files tell {told:?}");
            n_known += usize::from(found.is_some());
        }
        let then = interim.customers().find(|customer| *customer.customer_id == *id).unwrap();
        if let Some(known) = history.as_known_on(dates[2]) {
            assert_eq!(then, known, "seed {seed}: {id} in the bank of {}", dates[2]);
        }
    }
    assert!(n_known > bank.n_customers(), "too little was known to compare: {n_known}");
}

/// Digests that the store says were corrected.
fn corrected(store: &Store) -> Vec<(Table, String)> {
    let replaced = store.commit().replaced.iter();
    let mut corrected: Vec<_> = replaced.map(|old| (old.table, old.digest.clone())).collect();
    corrected.sort();
    corrected
}

/// Digests that came and that the folder no longer holds under any name.
fn outlived(arrivals: &[Arrival], folder: &BTreeMap<String, String>) -> Vec<(Table, String)> {
    let kept: BTreeSet<&String> = folder.values().collect();
    let gone = arrivals.iter().filter(|arrival| !kept.contains(&arrival.text));
    let digest = |arrival: &Arrival| blake3::hash(arrival.text.as_bytes()).to_hex().to_string();
    let distinct: BTreeSet<_> = gone.map(|arrival| (arrival.table, digest(arrival))).collect();
    distinct.into_iter().collect()
}

/// A drop folder and a workspace.
pub struct Bank {
    home: TempDir,
    sources: BTreeMap<Table, Source>,
}

impl Bank {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("exports")).unwrap();
        let config = overlay::read("replay.toml", SOURCES).unwrap().check().unwrap();
        Self { home, sources: config.sources().clone() }
    }

    fn exports(&self) -> PathBuf {
        self.home.path().join("exports")
    }

    fn workspace(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// Puts a file into the drop folder, in place of the one of its name.
    pub fn deliver(&self, name: &str, text: &str) {
        fs::write(self.exports().join(name), text).unwrap();
    }

    /// Takes a file out of the drop folder.
    pub fn archive(&self, name: &str) {
        fs::remove_file(self.exports().join(name)).unwrap();
    }

    /// Takes in what is there.
    pub fn night(&self, date: Date) -> Taken {
        let mut writer = Writer::open(&self.workspace(), BUCKETS).unwrap();
        let limits = Limits {
            reject_share_max: 1.0,
            base_currency: "CNY".to_owned(),
            field_bytes_max: 1 << 16,
            volume: None,
        };
        let taken = take_in(&mut writer, &self.sources, &self.exports(), &limits, &|_| ()).unwrap();
        for delivery in &writer.commit().deliveries {
            assert!(delivery.books.reconcile(), "{date}: {}: {:?}", delivery.name(), delivery.books);
        }
        writer.finish(date).unwrap();
        taken
    }

    pub fn store(&self) -> Store {
        Store::open(&self.workspace(), BUCKETS).unwrap()
    }

    /// The files of the store are those of the commit, and hold as many rows as the books say.
    fn holds_what_it_names(&self) {
        let store = self.store();
        let commit = store.commit();
        let mut found = BTreeSet::new();
        let root = self.workspace().join("store");
        file_names(&root, "", &mut found);
        found.remove("COMMIT.json");
        assert_eq!(found, commit.files().into_iter().map(str::to_owned).collect());
        for table in [Table::Transactions, Table::Holdings] {
            for is_shadow in [false, true] {
                let segments =
                    commit.segments.iter().filter(|s| s.table == table && s.is_shadow == is_shadow);
                let books = commit.of_table(table).map(|delivery| &delivery.books);
                let told: u64 = match is_shadow {
                    false => books.map(|books| books.used).sum(),
                    true => books.map(|books| books.duplicate + books.superseded).sum(),
                };
                let rows: u64 = segments.map(|segment| segment.rows).sum();
                assert_eq!(rows, told, "{table:?}, shadows: {is_shadow}");
            }
        }
    }
}

fn file_names(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            file_names(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name);
        }
    }
}

/// Columns have the contract's own names.
const SOURCES: &str = r#"
[sources.products]
files = "products-*.csv"
format = "csv"
columns = { product_id = "product_id", product_kind = "product_kind", name = "name" }

[sources.customers]
files = "customers-*.csv"
format = "csv"
[sources.customers.columns]
customer_id = "customer_id"
opened_on = "opened_on"
manager_id = "manager_id"
satisfaction = "satisfaction"
closed_on = "closed_on"
birth_date = "birth_date"

[sources.accounts]
files = "accounts-*.csv"
format = "csv"
columns = { account_id = "account_id", customer_id = "customer_id", role = "role" }

[sources.transactions]
files = "transactions-*.csv"
format = "csv"
[sources.transactions.columns]
transaction_id = "transaction_id"
customer_id = "customer_id"
account_id = "account_id"
booked_on = "booked_on"
amount = "amount"
kind = "kind"

[sources.holdings]
files = "holdings-*.csv"
format = "csv"
[sources.holdings.columns]
snapshot_on = "snapshot_on"
customer_id = "customer_id"
product_kind = "product_kind"
balance = "balance"
product_id = "product_id"

[sources.contacts]
files = "contacts-*.csv"
format = "csv"
[sources.contacts.columns]
customer_id = "customer_id"
contacted_on = "contacted_on"
manager_id = "manager_id"
channel = "channel"
outcome = "outcome"
"#;
