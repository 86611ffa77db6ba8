//! The same data gives the same model: on any number of threads, in any order of rows, whatever has happened since.

use super::small_bank::{LAST, date, shared, trained, trained_from};
use crate::rewritten::{Row, rewrite};
use crate::same_bytes::shuffle;
use tercet::date::Date;

#[test]
fn one_thread_or_two_and_any_order_of_rows_give_the_same_bytes_m12() {
    let shared = shared();
    let json = shared.model.to_json().unwrap();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| trained(&shared.bank, LAST, &shared.config));
        assert!(again.to_json().unwrap() == json, "{threads} threads give another model");
    }
    let home = tempfile::tempdir().unwrap();
    let shuffled = home.path().join("shuffled");
    shuffle(&shared.exports(), &shuffled);
    assert!(trained_from(&shuffled, LAST).to_json().unwrap() == json, "another order, another model");
}

/// Whether a row was known on a day; what it says of later days is cleared.
fn known_on(table: &str, row: &mut Row<'_>, on: Date) -> bool {
    let mut is_later = |column: &str| {
        row.find(column).is_some_and(|cell| cell.parse::<Date>().is_ok_and(|found| found > on))
    };
    let began = ["booked_on", "snapshot_on", "contacted_on"];
    if began.into_iter().any(&mut is_later)
        || matches!(table, "customers" | "accounts") && is_later("opened_on")
    {
        return false;
    }
    for (ended, with_it) in [("closed_on", "close_reason"), ("left_on", ""), ("resolved_at", "")] {
        if row.find(ended).is_some_and(|cell| cell.parse::<Date>().is_ok_and(|found| found > on)) {
            row.cell(ended).clear();
            if let Some(cell) = row.find(with_it) {
                cell.clear();
            }
        }
    }
    true
}

#[test]
fn a_model_of_an_earlier_date_is_the_one_that_was_trained_then() {
    const EARLIER: &str = "2026-08-31";
    let shared = shared();
    let then = tempfile::tempdir().unwrap();
    let mut n_unknown = 0;
    rewrite(&shared.exports(), then.path(), |table, mut row, write| {
        if known_on(table, &mut row, date(EARLIER)) {
            write(&row);
        } else {
            n_unknown += 1;
        }
    });
    assert!(n_unknown > 1000, "{n_unknown}");
    let (then, now) = (trained_from(then.path(), EARLIER), trained_from(&shared.exports(), EARLIER));
    assert_eq!(then, now);
    assert!(then.to_json().unwrap() == now.to_json().unwrap());
}
