//! The cube is the sum of its parts, over institutions, classes, products, reasons and months.

use super::counted;
use super::cube::{Cube, Key};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const BALANCES: [&str; 8] =
    ["accounts", "assets", "deposits", "loans", "other_balances", "asset_days", "deposit_days", "loan_days"];
const STOCKS: [&str; 7] =
    ["customers", "key_customers", "accounts", "assets", "deposits", "loans", "other_balances"];
const LOSSES: [&str; 6] =
    ["lost_customers", "lost_closed", "lost_run_off", "lost_silent", "not_his_decision", "lost_assets"];

/// All that adds up: averages are quotients.
fn additive(cube: &Cube) -> Vec<&str> {
    cube.names().into_iter().filter(|name| !name.starts_with("average_")).collect()
}

/// Whether each whole is the sum of its parts: `whole_of` says which row a row is part of.
fn add_up(
    cube: &Cube,
    columns: &[&str],
    is_whole: impl Fn(&Key) -> bool,
    whole_of: impl Fn(usize, &Key) -> Option<Key>,
) -> usize {
    let mut sums: BTreeMap<Key, Vec<i64>> = BTreeMap::new();
    for (row, key) in cube.keys.iter().enumerate() {
        if let Some(whole) = whole_of(row, key) {
            assert!(cube.rows.contains_key(&whole), "{key:?} is part of nothing: {whole:?}");
            let sums = sums.entry(whole).or_insert_with(|| vec![0; columns.len()]);
            for (sum, column) in sums.iter_mut().zip(columns) {
                *sum += cube.value(row, column).unwrap_or(0);
            }
        }
    }
    let mut compared = 0;
    for (key, row) in cube.rows.iter().filter(|(key, _)| is_whole(key)) {
        let found = sums.get(key);
        for (at, column) in columns.iter().enumerate() {
            if let Some(whole) = cube.value(*row, column) {
                assert_eq!(found.map_or(0, |sums| sums[at]), whole, "{column} of {key:?}");
                compared += usize::from(whole != 0);
            }
        }
    }
    compared
}

fn is_of_all(key: &Key) -> bool {
    key.class.0 == "all"
}

fn assert_adds_up(cube: &Cube) {
    let all = additive(cube);
    let to_bank = |key: &Key| Key { level: "bank".into(), institution: "all".into(), ..key.clone() };
    let is_bank =
        |key: &Key| key.level == "bank" && (is_of_all(key) || (key.product == "all" && key.reason == "all"));
    let topmost =
        |row: usize, key: &Key| (key.level == "branch" && cube.depths[row] == Some(1)).then(|| to_bank(key));
    assert!(add_up(cube, &all, is_bank, topmost) > 1000);

    let parents: BTreeSet<&String> = cube.parents.iter().flatten().collect();
    let has_parts = |key: &Key| key.level == "branch" && parents.contains(&key.institution);
    let beneath = |row: usize, key: &Key| {
        let parent = cube.parents[row].clone()?;
        Some(Key { level: "branch".into(), institution: parent, ..key.clone() })
    };
    assert!(add_up(cube, &all, has_parts, beneath) > 1000);

    let is_total = |key: &Key| key.level == "bank" && is_of_all(key) && key.product == "all";
    let manager = |_: usize, key: &Key| (key.level == "manager").then(|| to_bank(key));
    assert!(add_up(cube, &all, is_total, manager) > 500);

    for dimension in ["segment_group", "value_class", "customer_type", "tier", "deposit_band", "loan_band"] {
        let is_whole = |key: &Key| {
            is_of_all(key)
                && key.level != "manager"
                && (key.level == "bank" || (key.product == "all" && key.reason == "all"))
        };
        let class = |_: usize, key: &Key| {
            (key.class.0 == dimension).then(|| Key { class: ("all".into(), "all".into()), ..key.clone() })
        };
        assert!(add_up(cube, &all, is_whole, class) > 1000, "{dimension}");
    }

    let has_products = |key: &Key| {
        key.product == "all"
            && key.reason == "all"
            && (key.level == "bank" || (is_of_all(key) && key.level != "manager"))
    };
    let product = |_: usize, key: &Key| (key.product != "all").then(|| key.clone().with_product("all"));
    assert!(add_up(cube, &BALANCES, has_products, product) > 1000);

    let has_reasons =
        |key: &Key| key.product == "all" && key.reason == "all" && (key.level == "bank" || is_of_all(key));
    let reason =
        |_: usize, key: &Key| (key.reason != "all").then(|| Key { reason: "all".into(), ..key.clone() });
    assert!(add_up(cube, &LOSSES, has_reasons, reason) > 50);

    assert_periods(cube, &all);
}

/// A quarter has the sums of its months, and the stocks of its last one.
fn assert_periods(cube: &Cube, all: &[&str]) {
    let flows: Vec<&str> =
        all.iter().copied().filter(|name| !STOCKS.contains(name) && !name.contains("_increase")).collect();
    let (quarters, years) = (cube.periods("quarter"), cube.periods("year"));
    for (kind, ends, first_month) in [("quarter", &quarters, 3), ("year", &years, 12)] {
        let is_whole = |key: &Key| key.period.0 == kind;
        let month = |_: usize, key: &Key| {
            if key.period.0 != "month" {
                return None;
            }
            let end = ends.iter().find(|end| **end >= key.period.1)?;
            let year_and_month = |text: &str| -> i32 {
                text[..4].parse::<i32>().unwrap() * 12 + text[5..7].parse::<i32>().unwrap()
            };
            let is_within = year_and_month(end) - year_and_month(&key.period.1) < first_month;
            let whole = Key { period: (kind.into(), end.clone()), ..key.clone() };
            (is_within && cube.rows.contains_key(&whole)).then_some(whole)
        };
        assert!(add_up(cube, &flows, is_whole, month) > 100, "{kind}");
        for key in cube.keys.iter().filter(|key| key.period.0 == kind && key.reason == "all") {
            let of_month = Key { period: ("month".into(), key.period.1.clone()), ..key.clone() };
            assert_eq!(cube.several(key, &STOCKS[..2]), cube.several(&of_month, &STOCKS[..2]), "{key:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_add_up_to_the_whole(seed in any::<u64>(), customers in 400u32..700) {
        assert_adds_up(&counted(customers, 26, seed).cube);
    }
}
