//! What the rest of the crate relies on, on a tiny population: same bytes on any number of threads,
//! books that add up, probabilities that are probabilities.

use std::collections::BTreeMap;
use std::io::Cursor;

use chrono::NaiveDate;

use super::bank::staff;
use super::calendar::{civil, day_number, months};
use super::codes::ProductKind;
use super::hazard::Crossing;
use super::life::{Chunk, World, live};
use super::market::factors;
use super::rows::{Holding, Transaction};
use super::sink::{Row, Sink};
use super::{Format, Options, write};

const CUSTOMERS: u32 = 400;

fn end() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 31).expect("a date")
}

fn world(seed: u64) -> World {
    let months = months(end(), 18).expect("a month end");
    World {
        seed,
        market: factors(seed, months.len()),
        bank: staff(seed, CUSTOMERS, &months),
        crossing: Crossing::tabulate(seed),
        months,
    }
}

fn population(seed: u64) -> Chunk {
    let world = world(seed);
    let mut chunk = Chunk::new(world.months.len());
    (0..CUSTOMERS).for_each(|index| live(&world, index, &mut chunk));
    chunk
}

fn bytes<R: Row>(format: Format, rows: &[R]) -> Vec<u8> {
    let mut sink = Sink::open::<R>(format, Cursor::new(Vec::new())).expect("opens");
    rows.iter().for_each(|row| sink.push(row).expect("pushes"));
    sink.close().expect("closes").0.into_inner()
}

#[test]
fn same_seed_same_rows_on_any_number_of_threads() {
    let world = world(3);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let chunks = super::write::chunks(&world, 0, CUSTOMERS, 64);
            let flows: Vec<Transaction> = chunks.iter().flat_map(|c| c.transactions.concat()).collect();
            let stocks: Vec<Holding> = chunks.iter().flat_map(|c| c.holdings.concat()).collect();
            (bytes(Format::Csv, &flows), bytes(Format::Parquet, &stocks))
        })
    };
    assert!(run(1) == run(2));
}

#[test]
fn another_seed_is_another_bank() {
    let flows = |seed| bytes(Format::Csv, &population(seed).transactions[4]);
    assert!(flows(1) != flows(2));
}

#[test]
fn the_current_account_follows_its_flows() {
    let chunk = population(5);
    let mut balances: BTreeMap<u32, i64> = BTreeMap::new();
    for (flows, stocks) in chunk.transactions.iter().zip(&chunk.holdings) {
        let mut moved: BTreeMap<u32, i64> = BTreeMap::new();
        flows.iter().for_each(|flow| *moved.entry(flow.customer).or_default() += flow.cents);
        for stock in stocks.iter().filter(|stock| stock.kind == ProductKind::DemandDeposit) {
            if let Some(before) = balances.get(&stock.customer) {
                assert_eq!(stock.balance, before + moved.get(&stock.customer).copied().unwrap_or(0));
            }
            balances.insert(stock.customer, stock.balance);
        }
    }
    assert!(balances.len() > 300);
}

#[test]
fn nothing_is_negative_and_every_hazard_is_a_probability() {
    let chunk = population(7);
    assert!(chunk.holdings.iter().flatten().all(|stock| stock.balance >= 0));
    assert!(chunk.truth.iter().all(|truth| (0.0..=1.0).contains(&truth.hazard)));
    assert!(chunk.truth.iter().any(|truth| truth.hazard > 0.9));
}

#[test]
fn the_history_keeps_to_its_months() {
    let (world, chunk) = (world(5), population(5));
    for (month, flows) in world.months.iter().zip(&chunk.transactions) {
        assert!(flows.iter().all(|flow| month.holds(flow.day)));
    }
    assert_eq!(civil(day_number(end())), end());
    assert_eq!(civil(-1).to_string(), "1969-12-31");
}

#[test]
fn impossible_options_are_refused() {
    let options =
        Options { customers: 0, months: 12, seed: 1, format: Format::Csv, out: "unused".into(), end: end() };
    assert!(write(&options, &mut |_| {}).is_err());
    let mid_month = Options { customers: 1, end: end().pred_opt().expect("a date"), ..options };
    assert!(write(&mid_month, &mut |_| {}).is_err());
}
