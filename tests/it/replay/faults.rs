//! What happens to files on their way: late, wrong at first and corrected, delivered again under another name.

use super::year::{DayFile, START, STRANGER, text};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeSet;
use tercet::contract::tables::Table;

/// Days after which whatever went wrong is put right.
const DAYS_MAX: i32 = 5;

/// Shares of the files.
pub struct Rates {
    pub late: f64,
    pub wrong: f64,
    pub copied: f64,
}

/// A file as it comes into the drop folder.
pub struct Arrival {
    /// Days after the first.
    pub night: i32,
    pub table: Table,
    pub name: String,
    pub text: String,
}

/// The files as they come; those of the first day as they should, since without them there is no night.
pub fn arrivals(files: &[DayFile], rates: &Rates, rng: &mut Xoshiro256PlusPlus) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    let mut names = BTreeSet::new();
    let known = Known::of(files);
    for file in files {
        let (table, due) = (file.table, file.on - START);
        let mut arrive = |night, name, text| arrivals.push(Arrival { night, table, name, text });
        let right = text(table, &file.rows);
        if due == 0 {
            arrive(due, file.name(), right);
            continue;
        }
        let came = if rng.gen_bool(rates.late) { due + rng.gen_range(1..=DAYS_MAX) } else { due };
        let mut texts = vec![(came, right.clone())];
        if rng.gen_bool(rates.wrong) {
            let wrong = text(table, &spoiled(file, &known, rng));
            if wrong != right {
                texts = vec![(came, wrong), (came + rng.gen_range(1..=DAYS_MAX), right)];
            }
        }
        if rng.gen_bool(rates.copied) {
            let night = came + rng.gen_range(0..=DAYS_MAX);
            let (_, text) = texts.iter().rfind(|(from, _)| *from <= night).unwrap();
            let on = file.on.plus_days(rng.gen_range(-2..=2));
            let name = format!("{}-{on}{}.csv", table.name(), ["-again", "_2"].choose(rng).unwrap());
            if names.insert(name.clone()) {
                arrive(night, name, text.clone());
            }
        }
        texts.into_iter().for_each(|(night, text)| arrive(night, file.name(), text));
    }
    arrivals
}

/// Ids that the files of the first day tell of.
struct Known {
    transaction: String,
    customer: String,
}

impl Known {
    fn of(files: &[DayFile]) -> Self {
        let id = |table: Table| {
            let first = files.iter().find(|file| file.table == table).unwrap();
            first.rows[0].split(',').next().unwrap().to_owned()
        };
        Self { transaction: id(Table::Transactions), customer: id(Table::Customers) }
    }
}

/// Some rows lost, some changed, some that are not the bank's.
fn spoiled(file: &DayFile, known: &Known, rng: &mut Xoshiro256PlusPlus) -> Vec<String> {
    let mut rows: Vec<String> = file.rows.iter().filter(|_| rng.gen_bool(0.8)).cloned().collect();
    for row in &mut rows {
        if rng.gen_bool(0.2) {
            *row = changed(file.table, row, known, rng);
        }
    }
    if rng.gen_bool(0.5) || rows.is_empty() {
        rows.push(alien(file, known, rng));
    }
    rows
}

fn changed(table: Table, row: &str, known: &Known, rng: &mut Xoshiro256PlusPlus) -> String {
    let mut fields: Vec<String> = row.split(',').map(str::to_owned).collect();
    let (at, value) = match table {
        Table::Products => (2, "another name"),
        Table::Customers => *[(2, "M00009"), (3, "10"), (3, "eleven")].choose(rng).unwrap(),
        Table::Accounts => (1, *[&known.customer, STRANGER].choose(rng).unwrap()),
        Table::Transactions => {
            *[(4, "1.00"), (4, "one"), (1, &known.customer), (0, &known.transaction)].choose(rng).unwrap()
        }
        Table::Holdings => *[(3, "1.00"), (3, "one"), (0, "2025-11-30")].choose(rng).unwrap(),
        Table::Contacts => (4, "another outcome"),
        Table::Managers | Table::Branches | Table::Results => unreachable!("this bank delivers none"),
    };
    fields[at] = value.to_owned();
    fields.join(",")
}

fn alien(file: &DayFile, known: &Known, rng: &mut Xoshiro256PlusPlus) -> String {
    let (on, any, customer) = (file.on, rng.gen_range(0..1000), &known.customer);
    match file.table {
        Table::Products => format!("PX{any},fund,not sold"),
        Table::Customers => format!("{STRANGER},2020-01-01,M00001,{},,1980-01-01", any % 10),
        Table::Accounts => format!("A99999999,C{:08},owner", any % 120),
        Table::Transactions => format!("X{any},{customer},,{on},5.00,deposit"),
        Table::Holdings => format!("{on},{customer},trust,{any}.00,"),
        Table::Contacts => format!("{customer},{on},M00001,phone,invented"),
        Table::Managers | Table::Branches | Table::Results => unreachable!("this bank delivers none"),
    }
}
