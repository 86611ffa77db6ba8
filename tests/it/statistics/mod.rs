//! The cube of statistics: against direct counts from the exports, and against the sum of its parts.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an analyst does"
)]

mod cube;
mod exports;
mod hand_made;
mod parts;
mod questions;

use crate::bank::{default_config, invent, taken_in};
use crate::rewritten::rewrite;
use cube::Cube;
use polars::prelude::DataFrame;
use std::path::Path;
use tercet::config::{Config, Raw};
use tercet::date::Date;
use tercet::features::{self, Asked, ServiceCosts};
use tercet::publish::parquet_bytes;
use tercet::schema;
use tercet::segment::{self, Sight, Standing};
use tercet::store::Population;

const NIGHT: &str = "2026-10-31";

/// An invented bank with branches at four depths, some customers without branch or manager, and bands that fit it.
struct Counted {
    exports: tempfile::TempDir,
    cube: Cube,
}

fn counted(customers: u32, months: u32, seed: u64) -> Counted {
    let (home, exports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let invented = tempfile::tempdir().unwrap();
    invent(customers, months, seed, invented.path());
    with_a_tree(invented.path(), exports.path());
    let mut raw = Raw::clone(&default_config(exports.path(), home.path()));
    raw.statistics.deposit_bands = vec![5_000.0, 20_000.0, 100_000.0];
    raw.statistics.loan_bands = vec![50_000.0, 200_000.0];
    raw.statistics.key_tier_min = 2;
    raw.statistics.months = 36;
    let frame = statistics_of(&raw.check().unwrap(), NIGHT.parse().unwrap());
    let bytes = parquet_bytes(&schema::STATISTICS, &frame, NIGHT.parse().unwrap(), "test").unwrap();
    let path = home.path().join("statistics.parquet");
    std::fs::write(&path, bytes).unwrap();
    Counted { exports, cube: Cube::read(&path) }
}

/// The table without the rest of the night, which it needs no model for but that of the segments.
fn statistics_of(config: &Config, as_of: Date) -> DataFrame {
    let bank = &taken_in(config, as_of).bank(as_of).unwrap();
    let population = Population::of(bank, as_of);
    let features = &features::build(bank, &[Asked::whole(&population)], &ServiceCosts::default()).unwrap()[0];
    let sight = Sight { tonight: features, earlier: &[] };
    let standing = Standing::of(bank, features, &config.value).unwrap();
    let model = segment::fit(bank, sight, None, config).unwrap();
    let segments = segment::place(bank, sight, &model, &standing, None, config).unwrap();
    tercet::statistics::build(bank, features, &segments, config).unwrap()
}

/// B1 over B2 over B3, and B4 alone; customers are spread over them by number.
fn with_a_tree(from: &Path, to: &Path) {
    let mut n_branches = 0;
    rewrite(from, to, |table, mut row, write| match table {
        "branches" => {
            n_branches += 1;
            if n_branches == 1 {
                for (id, parent) in [("B1", ""), ("B2", "B1"), ("B3", "B2"), ("B4", "")] {
                    *row.cell("branch_id") = id.to_owned();
                    *row.cell("parent_id") = parent.to_owned();
                    write(&row);
                }
            }
        }
        "managers" => {
            *row.cell("branch_id") = "B1".to_owned();
            write(&row);
        }
        "customers" => {
            let number: usize = row.cell("customer_id")[1..].parse().unwrap();
            *row.cell("branch_id") = ["B1", "B2", "B3", "B3", "B4", "", "B5"][number % 7].to_owned();
            if number.is_multiple_of(11) {
                row.cell("manager_id").clear();
            }
            write(&row);
        }
        _ => write(&row),
    });
}
