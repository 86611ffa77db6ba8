//! Losses and renewals on a handful of customers, each with a fate of his own.

use super::cube::{Cube, Key};
use crate::bank::{default_config, night, repository};
use crate::lists::{config_with, deliver};
use crate::published::Table;
use std::fmt::Write;

const MONTH_ENDS: [&str; 11] = [
    "2025-12-31",
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
    "2026-04-30",
    "2026-05-31",
    "2026-06-30",
    "2026-07-31",
    "2026-08-31",
    "2026-09-30",
    "2026-10-31",
];
const CUSTOMERS: &str = "price,2025-01-01,M1,,,,B1,2026-08-15,price
    elsewhere,2025-01-01,M1,,,,B1
    silent,2025-01-01,M1,,,,B2
    renews,2025-01-01,M1,,,,B2
    dead,2025-01-01,M1,,,,B2,2026-09-10,deceased
    spends,2025-01-01,,,,,
    small,2025-01-01,,,,,B1";

/// A deposit a month, until he closes or falls silent; what leaves, leaves on one day.
fn books() -> (String, String) {
    let (mut transactions, mut holdings) = (String::new(), String::new());
    let mut number = 0;
    let mut book = |customer: &str, on: &str, amount: i32, kind: &str, is_own: bool| {
        number += 1;
        writeln!(transactions, "{number},{customer},{on},{amount}.00,{kind},,,,,,{is_own}").unwrap();
    };
    let customers =
        CUSTOMERS.lines().map(|line| line.trim().split(',').collect::<Vec<&str>>()).collect::<Vec<_>>();
    for fields in &customers {
        let (customer, closed_on) = (fields[0], fields.get(7).copied().unwrap_or("9999-12-31"));
        for end in MONTH_ENDS {
            let fifth = format!("{}05", &end[..8]);
            if &*fifth < closed_on && (customer != "silent" || &*fifth < "2026-03-06") {
                book(customer, &fifth, 1, "deposit", false);
            }
            let balance = match customer {
                _ if end >= closed_on => continue,
                "elsewhere" if end > "2026-07-10" => 1000,
                "spends" if end > "2026-08-05" => 2000,
                "small" => 10,
                _ => 10_000,
            };
            if customer == "renews" {
                let (started, matures) = if end < "2026-08-20" {
                    ("2026-02-20", "2026-08-20")
                } else {
                    ("2026-08-20", "2027-02-20")
                };
                writeln!(holdings, "{end},{customer},time_deposit,6000.00,{started},{matures}").unwrap();
                if end < "2026-09-01" {
                    writeln!(holdings, "{end},{customer},wealth,5000.00,2026-01-15,2026-09-15").unwrap();
                }
            }
            writeln!(holdings, "{end},{customer},demand_deposit,{balance}.00,,").unwrap();
        }
    }
    book("elsewhere", "2026-07-10", -9000, "transfer_out", true);
    book("spends", "2026-08-05", -8000, "payment", false);
    book("renews", "2026-09-20", -2000, "withdrawal", false);
    book("small", "2026-07-10", -9, "withdrawal", false);
    book("silent", "2026-10-20", 1, "deposit", false);
    book("small", "2026-10-31", 1, "deposit", false);
    (transactions, holdings)
}

fn cube() -> Cube {
    cube_with("", 13)
}

fn cube_with(accounts: &str, months: i32) -> Cube {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    crate::lists::folder(&data);
    let (transactions, holdings) = books();
    let given = [
        ("branches", "B1,one,\nB2,two,B1"),
        ("managers", "M1,Ann,B1,20"),
        ("customers", CUSTOMERS),
        ("accounts", accounts),
        ("transactions-2026-10", &transactions),
        ("holdings-2026-10", &holdings),
    ];
    deliver(&data, &given);
    let report = night(
        &config_with(&data, &home.path().join("work"), |raw| raw.statistics.months = months),
        "2026-10-31",
    );
    Cube::read(&report.folder.join("statistics.parquet"))
}

#[test]
fn losses_have_a_day_a_kind_and_a_reason() {
    let cube = cube();
    let mut found = String::new();
    for (row, key) in cube.keys.iter().enumerate() {
        let is_it = key.period.0 == "month" && key.class.0 == "all" && key.reason != "all";
        if is_it && ["bank", "branch_alone", "branch"].contains(&&*key.level) {
            let kinds = ["lost_closed", "lost_run_off", "lost_silent", "not_his_decision"];
            let kind = kinds.iter().find(|kind| cube.value(row, kind) == Some(1)).unwrap();
            let assets = cube.value(row, "lost_assets").unwrap();
            assert_eq!(cube.value(row, "lost_customers"), Some(i64::from(*kind != "not_his_decision")));
            writeln!(
                found,
                "{} {} {} {kind} {} {assets}",
                key.period.1, key.level, key.institution, key.reason
            )
            .unwrap();
        }
    }
    let expected = "2026-07-31 bank all lost_run_off own_accounts_elsewhere 1000000
2026-07-31 branch B1 lost_run_off own_accounts_elsewhere 1000000
2026-07-31 branch_alone B1 lost_run_off own_accounts_elsewhere 1000000
2026-08-31 bank all lost_closed price 1000000
2026-08-31 bank all lost_run_off spent 1000000
2026-08-31 branch B1 lost_closed price 1000000
2026-08-31 branch unassigned lost_run_off spent 1000000
2026-08-31 branch_alone B1 lost_closed price 1000000
2026-09-30 bank all not_his_decision deceased 0
2026-09-30 bank all lost_silent silence 1000000
2026-09-30 branch B1 not_his_decision deceased 0
2026-09-30 branch B1 lost_silent silence 1000000
2026-09-30 branch B2 not_his_decision deceased 0
2026-09-30 branch B2 lost_silent silence 1000000
";
    assert_eq!(found, expected);
    let quarter = cube
        .several(&Key::bank(("quarter", "2026-09-30")), &["lost_customers", "customers_gone", "lost_assets"]);
    assert_eq!(quarter, [Some(4), Some(2), Some(4_000_000)], "and two are gone, one of whom died");
    let second = cube.get(&Key::bank(("quarter", "2026-06-30")), "lost_customers");
    assert_eq!(second, None, "half a year of history is needed before an origin");
}

#[test]
fn what_matured_was_renewed_switched_or_left() {
    let cube = cube();
    let columns = ["matured_customers", "matured", "renewed", "switched", "left_bank", "left_to_others"];
    let of = |period| cube.several(&Key::bank(period), &columns);
    let expected = |figures: [i64; 6]| figures.map(Some).to_vec();
    assert_eq!(of(("month", "2026-07-31")), expected([0; 6]));
    assert_eq!(of(("month", "2026-08-31")), expected([1, 600_000, 600_000, 0, 0, 0]));
    assert_eq!(of(("month", "2026-09-30")), expected([1, 500_000, 0, 300_000, 200_000, 200_000]));
    assert_eq!(of(("quarter", "2026-09-30")), expected([2, 1_100_000, 600_000, 300_000, 200_000, 200_000]));
}

#[test]
fn a_joint_account_counts_once_for_its_owner_while_it_and_he_are_there() {
    let cube = cube_with(
        "a,renews,owner,2025-01-01,,demand_deposit
        a,silent,joint,2025-01-01,,demand_deposit
        b,renews,owner,2025-01-01,,time_deposit
        b,price,owner,2025-01-01,,time_deposit
        c,spends,owner,2026-09-15,2026-10-15,
        d,dead,owner,,,demand_deposit
        e,small,other,2025-01-01,,demand_deposit",
        13,
    );
    let of = |level, institution, end| {
        let key = Key::of(("month", end), level, institution);
        let kinds = ["demand_deposit", "time_deposit"].map(|kind| key.clone().with_product(kind));
        let counts = std::iter::once(&key).chain(&kinds).map(|key| cube.get(key, "accounts").unwrap());
        counts.collect::<Vec<i64>>()
    };
    let months = ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"];
    assert_eq!(
        months.map(|end| of("bank", "all", end)),
        [[3, 2, 1], [2, 2, 0], [2, 1, 0], [1, 1, 0]],
        "`b` is of the first owner by id and ends with him, `d` with the dead, `c` has no kind"
    );
    let newest = "2026-10-31";
    assert_eq!(of("branch", "B2", newest), [1, 1, 0]);
    assert_eq!(cube.get(&Key::of(("month", newest), "manager", "M1"), "accounts"), Some(1));
    assert_eq!(of("branch_alone", "B1", newest), [0, 0, 0]);
}

#[test]
fn periods_that_end_within_the_months_are_published_and_compared_with_those_before() {
    let cube = cube_with("", 3);
    assert_eq!(cube.periods("month"), ["2026-08-31", "2026-09-30", "2026-10-31"]);
    assert_eq!(cube.periods("quarter"), ["2026-09-30"]);
    let of = |period, column| cube.get(&Key::bank(period), column);
    assert_eq!(of(("month", "2026-08-31"), "customers_increase"), Some(-1));
    assert_eq!(of(("quarter", "2026-09-30"), "customers_increase"), Some(-2));
}

#[test]
fn who_starts_something_again_after_a_silence_wakes() {
    let cube = cube();
    let woken = |end| cube.get(&Key::bank(("month", end)), "customers_woken");
    assert_eq!(woken("2026-06-30"), None, "half a year of history is needed to see a silence");
    assert_eq!(["2026-07-31", "2026-08-31", "2026-09-30"].map(woken), [Some(0); 3]);
    assert_eq!(woken("2026-10-31"), Some(1));
    let branch = Key::of(("month", "2026-10-31"), "branch", "B2");
    assert_eq!(cube.get(&branch, "customers_woken"), Some(1));
}

#[test]
fn accounts_that_are_not_delivered_are_not_known() {
    let cube = cube();
    let newest = Key::bank(("month", "2026-10-31"));
    assert_eq!(cube.several(&newest, &["customers", "accounts"]), [Some(5), None]);
    let first = Key::bank(("month", "2025-12-31"));
    assert_eq!(cube.several(&first, &["deposits", "average_deposits"])[1], None, "no snapshot before it");
}

#[test]
fn tiers_of_the_newest_month_are_those_of_the_night() {
    let home = tempfile::tempdir().unwrap();
    let config = default_config(&repository().join("data/sample"), &home.path().join("work"));
    let folder = night(&config, "2026-09-30").folder;
    let segments = Table::read(&folder.join("segments.parquet"));
    assert!(segments.n_null("tier_history") > 0, "nobody came within the month");
    let cube = Cube::read(&folder.join("statistics.parquet"));
    let newest = Key::bank(("month", "2026-09-30"));
    for (tier, n) in segments.counts("tier") {
        let customers = cube.get(&newest.clone().with_class("tier", &tier), "customers");
        assert_eq!(customers, i64::try_from(n).ok(), "{tier}");
    }
}
