//! The files of an invented bank, day by day, as they should come.
//!
//! Rows are those of `tercet::synth`, told when a bank would tell them: transactions within days of their booking,
//! snapshots at month ends, everything else in dumps, so that customers and accounts are described only with the next
//! one. What a generator of sound exports leaves out is added here: fields that change from dump to dump, accounts that
//! change hands, products that are held before their catalogue comes, ids that come again on later days, snapshots that
//! are told anew, rows that nobody can use.

use super::exports::{Exports, Row, columns};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;
use tercet::contract::tables::Table;
use tercet::date::Date;

/// 2025-12-31, a month end: every table has a file on the first day.
pub const START: Date = Date(20_453);
/// Nobody describes him, but for files that are wrong.
pub const STRANGER: &str = "C99999999";
const CUSTOMERS: u32 = 120;
const ACCOUNT_DUMP_DAYS: i32 = 7;
const PRODUCT_DUMP_DAYS: i32 = 28;
const CONTACT_DAYS: i32 = 7;
/// Days after which a transaction is told, at most.
const BOOKING_DAYS: i32 = 2;
/// Those who left are described for so many days more.
const FAREWELL_DAYS: i32 = 30;
/// Place of the customer who is described with a birth after his opening, always.
const UNUSABLE: usize = 40;

/// One file as it should come.
pub struct DayFile {
    pub table: Table,
    pub on: Date,
    pub rows: Vec<String>,
}

impl DayFile {
    pub fn name(&self) -> String {
        format!("{}-{}.csv", self.table.name(), self.on)
    }
}

/// A file with these rows.
pub fn text(table: Table, rows: &[String]) -> String {
    format!("{}\n{}\n", columns(table).join(","), rows.join("\n"))
}

struct World<'r> {
    rng: &'r mut Xoshiro256PlusPlus,
    today: Date,
    exports: Exports,
    /// Transactions by the day on which they are told.
    booked: BTreeMap<Date, Vec<Row>>,
    /// Told on the days before.
    transactions: Vec<Row>,
    /// Of the snapshot before.
    holdings: Vec<Row>,
    /// Of the file before.
    contacts: Vec<Row>,
}

/// The files of so many days, customers described every `dump_days`.
pub fn files(days: i32, dump_days: i32, rng: &mut Xoshiro256PlusPlus) -> Vec<DayFile> {
    let mut world = World::new(days, rng);
    let mut files = Vec::new();
    for day in 0..days {
        world.today = START.plus_days(day);
        world.change();
        let on = world.today;
        let mut file = |table, rows: Vec<Row>| {
            if !rows.is_empty() {
                files.push(DayFile { table, on, rows: rows.iter().map(|row| row.join(",")).collect() });
            }
        };
        if day % PRODUCT_DUMP_DAYS == 0 {
            file(Table::Products, world.products(day));
        }
        if day % dump_days == 0 {
            file(Table::Customers, world.customers());
        }
        if day % ACCOUNT_DUMP_DAYS == 0 {
            file(Table::Accounts, world.accounts());
        }
        file(Table::Transactions, world.transactions());
        if on.is_month_end() {
            file(Table::Holdings, world.holdings());
        }
        if day % CONTACT_DAYS == 0 {
            file(Table::Contacts, world.contacts());
        }
    }
    files
}

impl<'r> World<'r> {
    fn new(days: i32, rng: &'r mut Xoshiro256PlusPlus) -> Self {
        let mut exports = Exports::invent(CUSTOMERS, START, START.plus_days(days), rng.r#gen());
        "2027-01-01".clone_into(&mut exports.customers[UNUSABLE][5]);
        let mut booked: BTreeMap<Date, Vec<Row>> = BTreeMap::new();
        for (on, rows) in std::mem::take(&mut exports.transactions) {
            for row in rows {
                let told = on.plus_days(rng.gen_range(0..=BOOKING_DAYS)).max(START);
                booked.entry(told).or_default().push(row);
            }
        }
        let (transactions, holdings, contacts) = (Vec::new(), Vec::new(), Vec::new());
        Self { rng, today: START, exports, booked, transactions, holdings, contacts }
    }

    /// Whether a customer has opened and not left, whether or not a dump says so already.
    fn is_open(&self, customer: &Row) -> bool {
        is_by(&customer[1], self.today) && !is_by(&customer[4], self.today)
    }

    fn someone(&mut self) -> usize {
        let all = &self.exports.customers;
        let open: Vec<usize> = (0..all.len()).filter(|at| self.is_open(&all[*at])).collect();
        *open.choose(self.rng).unwrap()
    }

    fn someones_id(&mut self) -> String {
        let at = self.someone();
        self.exports.customers[at][0].clone()
    }

    /// What changes in a day.
    fn change(&mut self) {
        for _ in 0..self.rng.gen_range(0..4) {
            let at = self.someone();
            self.exports.customers[at][2] = format!("M0000{}", self.rng.gen_range(1..5));
        }
        let at = self.someone();
        self.exports.customers[at][3] = self.rng.gen_range(0..11).to_string();
        if self.rng.gen_bool(0.1) {
            let owner = self.someones_id();
            let account = self.exports.accounts.choose(self.rng).unwrap()[0].clone();
            self.exports.accounts.retain(|row| row[0] != account);
            self.exports.accounts.push(vec![account, owner, "owner".to_owned()]);
        }
    }

    fn products(&self, day: i32) -> Vec<Row> {
        let n_known = 3 + usize::try_from(day).unwrap() / 20;
        let mut rows: Vec<Row> = self.exports.products.iter().take(n_known).cloned().collect();
        rows.iter_mut().for_each(|row| row[2] = format!("{} of {}", row[2], day / 40));
        rows
    }

    fn customers(&mut self) -> Vec<Row> {
        let today = self.today;
        let described =
            |row: &&Row| is_by(&row[1], today) && !is_by(&row[4], today.plus_days(-FAREWELL_DAYS));
        let mut rows: Vec<Row> = self.exports.customers.iter().filter(described).cloned().collect();
        for row in rows.iter_mut().filter(|row| !is_by(&row[4], today)) {
            row[4].clear();
        }
        rows.shuffle(self.rng);
        rows
    }

    fn accounts(&self) -> Vec<Row> {
        let customers = &self.exports.customers;
        let is_known = |row: &&Row| {
            customers.iter().any(|customer| customer[0] == row[1] && is_by(&customer[1], self.today))
        };
        self.exports.accounts.iter().filter(is_known).cloned().collect()
    }

    fn transactions(&mut self) -> Vec<Row> {
        let mut today = self.booked.remove(&self.today).unwrap_or_default();
        for row in &mut today {
            self.unsettle(row);
        }
        let n_again = if self.rng.gen_bool(0.25) { self.rng.gen_range(1..5) } else { 0 };
        let last = self.transactions.len().saturating_sub(30);
        let again = self.transactions[last..].choose_multiple(self.rng, n_again).cloned();
        let mut again: Vec<Row> = again.collect();
        again.extend(today.choose(self.rng).filter(|_| self.rng.gen_bool(0.2)).cloned());
        self.transactions.extend(today.iter().cloned());
        for row in &mut again {
            self.tell_again(row);
        }
        today.extend(again);
        today.shuffle(self.rng);
        today
    }

    /// Most rows name the customer alone, some his account too or alone; few cannot be used.
    fn unsettle(&mut self, row: &mut Row) {
        match self.rng.gen_range(0..6) {
            0 => {}
            1 => row[1].clear(),
            _ => row[2].clear(),
        }
        match self.rng.gen_range(0..120) {
            0 => STRANGER.clone_into(&mut row[1]),
            1 => "A99999999".clone_into(&mut row[2]),
            2 => "12.x".clone_into(&mut row[4]),
            _ => {}
        }
    }

    /// The same id once more: the same row, or one that contradicts it.
    fn tell_again(&mut self, row: &mut Row) {
        match self.rng.gen_range(0..4) {
            0 => "77.70".clone_into(&mut row[4]),
            1 => row[3] = row[3].parse::<Date>().unwrap().plus_days(-40).to_string(),
            2 => {
                row[1] = self.someones_id();
                row[2].clear();
            }
            _ => {}
        }
    }

    fn holdings(&mut self) -> Vec<Row> {
        let mut rows = self.exports.holdings.remove(&self.today).unwrap_or_default();
        for row in rows.iter_mut().filter(|_| self.rng.gen_bool(0.1)) {
            row[4].clear();
        }
        let mut told = rows.clone();
        if self.rng.gen_bool(0.5) {
            // The snapshot before is told anew.
            told.extend(self.holdings.iter().filter(|_| self.rng.gen_bool(0.9)).cloned());
        }
        self.holdings = rows;
        told
    }

    fn contacts(&mut self) -> Vec<Row> {
        let later = self.exports.contacts.split_off(&self.today.plus_days(1));
        let days = std::mem::replace(&mut self.exports.contacts, later);
        let rows: Vec<Row> = days.into_values().flatten().collect();
        let mut told = rows.clone();
        for row in self.contacts.iter().filter(|_| self.rng.gen_bool(0.2)) {
            let mut row = row.clone();
            "reached".clone_into(&mut row[4]);
            told.push(row);
        }
        self.contacts = rows;
        told
    }
}

/// Whether there is a date that lies on or before another.
fn is_by(date: &str, other: Date) -> bool {
    date.parse::<Date>().is_ok_and(|date| date <= other)
}

/// What the dumps of one date tell of each customer; files of one date that contradict each other tell several things.
pub type Dump = BTreeMap<String, Vec<Described>>;

/// The dumps of customers in a folder, ascending by the date in their names: a content that comes again on another
/// date says that nothing has changed since.
pub fn customer_dumps(folder: &BTreeMap<String, String>) -> BTreeMap<Date, Dump> {
    let mut dumps: BTreeMap<Date, Dump> = BTreeMap::new();
    for (name, text) in folder.iter().filter(|(name, _)| name.starts_with("customers-")) {
        let dump = dumps.entry(name["customers-".len()..][..10].parse().unwrap()).or_default();
        for (customer, row) in text.lines().skip(1).filter_map(described) {
            dump.entry(customer).or_default().push(row);
        }
    }
    dumps
}

/// Manager and satisfaction.
pub type Described = (Option<String>, Option<f64>);

/// A row that can be used.
fn described(row: &str) -> Option<(String, Described)> {
    let fields: Vec<&str> = row.split(',').collect();
    let given = |at: usize| Some(fields[at]).filter(|field| !field.is_empty());
    let satisfaction = given(3).map(str::parse).transpose().ok()?;
    let manager = given(2).map(str::to_owned);
    (fields[5] <= fields[1]).then(|| (fields[0].to_owned(), (manager, satisfaction)))
}
