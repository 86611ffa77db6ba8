//! Short histories, each with one thing that must not depend on what came first.

use super::Bank;
use super::view::{differences, view};
use super::year::{START, text};
use std::collections::BTreeMap;
use tercet::contract::tables::Table;
use tercet::date::Date;

/// Files by name, each with its rows; an empty list takes the file out of the folder.
type Files<'a> = &'a [(&'a str, &'a [&'a str])];

const PRODUCTS: (&str, &[&str]) = ("products-2025-12-31.csv", &["p1,wealth,one"]);
const CUSTOMERS: (&str, &[&str]) = ("customers-2025-12-31.csv", &[C2, C3]);
const ACCOUNTS: (&str, &[&str]) = ("accounts-2025-12-31.csv", &["a2,c2,owner"]);
const TRANSACTIONS: (&str, &[&str]) = ("transactions-2025-12-31.csv", &["t1,c2,,2025-12-31,1.00,deposit"]);
const HOLDINGS: (&str, &[&str]) = ("holdings-2025-12-31.csv", &["2025-12-31,c2,wealth,1.00,p1"]);
const CONTACTS: (&str, &[&str]) = ("contacts-2025-12-31.csv", &["c2,2025-12-31,m1,phone,reached"]);
/// Without a file of every table there is no night.
const FIRST: Files<'_> = &[PRODUCTS, CUSTOMERS, ACCOUNTS, TRANSACTIONS, HOLDINGS, CONTACTS];
const C1: &str = "c1,2020-01-01,m1,1,,1980-01-01";
const C2: &str = "c2,2020-01-01,m1,2,,1980-01-01";
const C3: &str = "c3,2020-01-01,m1,3,,1980-01-01";
const UNUSABLE_C1: &str = "c1,2020-01-01,m1,eleven,,1980-01-01";

/// Takes the nights in one after the other, after the first one, and all that came at once.
fn replay(nights: &[Files<'_>]) -> Bank {
    let (bank, whole) = (Bank::new(), Bank::new());
    let mut ever: BTreeMap<&str, &[&str]> = BTreeMap::new();
    for (night, files) in (0..).zip([FIRST].iter().chain(nights)) {
        for (name, rows) in *files {
            if rows.is_empty() {
                bank.archive(name);
            } else {
                deliver(&bank, name, rows);
                ever.insert(name, rows);
            }
        }
        bank.night(START.plus_days(night));
    }
    ever.iter().for_each(|(name, rows)| deliver(&whole, name, rows));
    let end = START.plus_days(60);
    whole.night(end);
    let dates: Vec<Date> = (-1..8).map(|day| START.plus_days(day)).chain([end]).collect();
    let differing = differences(&view(&bank.store(), &dates), &view(&whole.store(), &dates));
    assert!(differing.is_empty(), "night by night (-) is not all at once (+)\n{differing}");
    bank
}

fn deliver(bank: &Bank, name: &str, rows: &[&str]) {
    let (table, _) = name.split_once('-').unwrap();
    let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
    bank.deliver(name, &text(Table::from_name(table).unwrap(), &rows));
}

#[test]
fn rows_of_an_account_follow_its_corrected_owner() {
    replay(&[
        &[("accounts-2026-01-01.csv", &["a1,c2,owner"])],
        &[("transactions-2026-01-02.csv", &["t2,,a1,2026-01-02,5.00,deposit"])],
        &[("accounts-2026-01-01.csv", &["a1,c3,owner"])],
    ]);
}

#[test]
fn of_two_owners_the_first_by_id_has_the_rows_although_he_came_later() {
    replay(&[
        &[("accounts-2026-01-01.csv", &["a1,c3,owner"])],
        &[("transactions-2026-01-02.csv", &["t2,,a1,2026-01-02,5.00,deposit"])],
        &[("accounts-2026-01-03.csv", &["a1,c2,owner"])],
    ]);
}

#[test]
fn a_holding_finds_its_product_in_a_catalogue_that_comes_later() {
    replay(&[
        &[("holdings-2026-01-31.csv", &["2026-01-31,c2,wealth,1.00,p2", "2026-01-31,c3,wealth,1.00,p1"])],
        &[("products-2026-01-01.csv", &["p1,wealth,one", "p2,wealth,two"])],
    ]);
}

#[test]
fn rows_of_a_customer_whom_a_correction_takes_out_are_rejected_again() {
    replay(&[
        &[("customers-2026-01-01.csv", &[C1, C2, C3])],
        &[
            ("accounts-2026-01-02.csv", &["a1,c1,owner"]),
            (
                "transactions-2026-01-02.csv",
                &["t2,c1,,2026-01-02,5.00,deposit", "t3,,a1,2026-01-02,5.00,deposit"],
            ),
            ("holdings-2026-01-02.csv", &["2026-01-02,c1,wealth,1.00,p1"]),
            ("contacts-2026-01-02.csv", &["c1,2026-01-02,m1,phone,reached"]),
        ],
        &[("customers-2026-01-01.csv", &[C2, C3])],
    ]);
}

#[test]
fn a_customer_who_was_unknown_and_then_rejected_gives_the_later_reason() {
    replay(&[
        &[("transactions-2026-01-01.csv", &["t2,c1,,2026-01-01,5.00,deposit"])],
        &[("customers-2026-01-02.csv", &[UNUSABLE_C1, C2])],
    ]);
}

#[test]
fn a_customer_who_was_rejected_and_then_not_described_gives_the_later_reason() {
    replay(&[
        &[("customers-2026-01-01.csv", &[UNUSABLE_C1, C2])],
        &[("transactions-2026-01-02.csv", &["t2,c1,,2026-01-02,5.00,deposit"])],
        &[("customers-2026-01-01.csv", &[C2])],
    ]);
}

#[test]
fn of_rows_alike_but_for_their_customer_the_same_one_counts() {
    replay(&[
        &[("customers-2026-01-01.csv", &[C1, C2])],
        &[(
            "transactions-2026-01-02.csv",
            &["t2,c1,,2026-01-02,5.00,deposit", "t2,c2,,2026-01-02,5.00,deposit"],
        )],
    ]);
}

#[test]
fn a_dump_that_returns_to_an_earlier_state_is_what_is_known_from_then_on() {
    let other = "c2,2020-01-01,m2,2,,1980-01-01";
    let bank =
        replay(&[&[("customers-2026-01-01.csv", &[other, C3])], &[("customers-2026-01-02.csv", &[C2, C3])]]);
    let bank = bank.store().bank(START.plus_days(5)).unwrap();
    let managers = [0, 1, 2, 3].map(|day| {
        let known = bank.unread(0).as_known_on(START.plus_days(day));
        known.unwrap().manager_id.clone().unwrap().to_string()
    });
    assert_eq!(managers, ["m1", "m2", "m1", "m1"]);
    assert_eq!(bank.customer(0).manager_id.as_deref(), Some("m1"));
}

#[test]
fn a_content_that_keeps_its_later_name_alone_ranks_by_it() {
    let (first, second) = ("t2,c2,,2026-01-01,1.00,deposit", "t2,c2,,2026-01-01,2.00,deposit");
    replay(&[
        &[
            ("transactions-2026-01-01.csv", &[first]),
            ("transactions-2026-01-02.csv", &[second]),
            ("transactions-2026-01-03.csv", &[first]),
        ],
        &[("transactions-2026-01-03.csv", &[])],
        &[("transactions-2026-01-01.csv", &["t9,c2,,2026-01-01,1.00,deposit"])],
    ]);
}

#[test]
fn a_row_of_an_unknown_account_is_not_read_again_every_night() {
    let bank = replay(&[&[("transactions-2026-01-01.csv", &["t2,c2,a9,2026-01-01,5.00,deposit"])]]);
    let sequence = bank.store().commit().sequence;
    assert_eq!(bank.night(START.plus_days(9)).n_rows, 0);
    assert_eq!(bank.store().commit().sequence, sequence);
}

#[test]
fn what_is_read_again_was_not_corrected() {
    let row: &[&str] = &["t2,c1,,2026-01-02,5.00,deposit"];
    let bank = replay(&[
        &[("transactions-2026-01-02.csv", row)],
        &[("transactions-2026-01-02-copy.csv", row), ("customers-2026-01-03.csv", &[C1])],
    ]);
    assert_eq!(bank.store().commit().replaced, []);
}

#[test]
fn a_day_in_one_file_or_in_two_says_the_same() {
    for (table, rows) in [
        ("transactions", ["t2,c2,,2026-01-01,1.00,deposit", "t2,c2,,2026-01-01,2.00,deposit"]),
        ("transactions", ["t2,c2,,2026-01-01,1.00,deposit", "t2,c3,,2026-01-01,1.00,deposit"]),
        ("contacts", ["c2,2026-01-01,m1,phone,reached", "c2,2026-01-01,m1,phone,not_reached"]),
        ("customers", ["c2,2020-01-01,m8,2,,1980-01-01", "c2,2020-01-01,m9,2,,1980-01-01"]),
        ("holdings", ["2026-01-01,c2,wealth,1.00,p1", "2026-01-01,c2,wealth,2.00,p1"]),
    ] {
        let (whole, part, other) = (
            format!("{table}-2026-01-01.csv"),
            format!("{table}-2026-01-01-part1.csv"),
            format!("{table}-2026-01-01-part2.csv"),
        );
        let expected = known(&[(&whole, &rows)]);
        assert_eq!(known(&[(&part, &rows[..1]), (&other, &rows[1..])]), expected, "{table} in two files");
        assert_eq!(
            known(&[(&part, &rows[1..]), (&other, &rows[..1])]),
            expected,
            "{table} in two files, turned"
        );
    }
}

/// What the bank is known to be after these files, whatever their names.
fn known(files: Files<'_>) -> BTreeMap<String, String> {
    let bank = Bank::new();
    FIRST.iter().chain(files).for_each(|(name, rows)| deliver(&bank, name, rows));
    bank.night(START.plus_days(3));
    let mut known = view(&bank.store(), &[START.plus_days(3)]);
    known.retain(|key, _| !key.starts_with("books") && !key.starts_with("rejects"));
    known
}

#[test]
fn a_copy_that_comes_together_with_the_missing_customer_is_known_by_its_name() {
    let row: &[&str] = &["t2,c1,,2026-01-02,5.00,deposit"];
    replay(&[
        &[("transactions-2026-01-02.csv", row)],
        &[("transactions-2026-01-03.csv", row), ("customers-2026-01-03.csv", &[C1])],
    ]);
}
