//! The cube of statistics: against direct counts from the exports, and against the sum of its parts.

mod cube;
mod exports;
mod hand_made;
mod parts;
mod questions;

use crate::bank::{default_config, invent, night};
use crate::rewritten::rewrite;
use cube::Cube;
use std::path::Path;
use tercet::config::Raw;

/// An invented bank with branches at four depths, some customers without branch or manager, and bands that fit it.
struct Counted {
    _home: tempfile::TempDir,
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
    let report = night(&raw.check().unwrap(), "2026-10-31");
    let cube = Cube::read(&report.folder.join("statistics.parquet"));
    Counted { _home: home, exports, cube }
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
