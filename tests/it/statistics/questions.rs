//! Five questions of an analyst, each answered by a direct count from the exports; above each, what he would ask DuckDB.

use super::cube::Key;
use super::exports::{Row, minor, rows};
use super::{Counted, counted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;
use tercet::date::Date;

const DEPOSITS: [&str; 4] = ["demand_deposit", "fx_demand_deposit", "time_deposit", "fx_time_deposit"];

fn bank() -> &'static Counted {
    static BANK: OnceLock<Counted> = OnceLock::new();
    BANK.get_or_init(|| counted(700, 27, 5))
}

fn exports() -> &'static Path {
    bank().exports.path()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn customers() -> BTreeMap<String, Row> {
    rows(exports(), "customers").into_iter().map(|row| (row["customer_id"].clone(), row)).collect()
}

/// The day of each customer's first transaction or holding.
fn seen_from() -> BTreeMap<String, Date> {
    let mut first = BTreeMap::new();
    for (table, on) in [("transactions", "booked_on"), ("holdings", "snapshot_on")] {
        for row in rows(exports(), table) {
            let on = day(&row[on]);
            let entry = first.entry(row["customer_id"].clone()).or_insert(on);
            *entry = on.min(*entry);
        }
    }
    first
}

fn is_open(row: &Row, opened: &str, on: Date) -> bool {
    day(&row[opened]) <= on && (row["closed_on"].is_empty() || day(&row["closed_on"]) > on)
}

/// Customers on a day.
fn here(on: Date) -> BTreeSet<String> {
    let seen = seen_from();
    let is_here = |(id, row): &(String, Row)| {
        is_open(row, "opened_on", on) && seen.get(id).is_some_and(|from| *from <= on)
    };
    customers().into_iter().filter(is_here).map(|(id, _)| id).collect()
}

fn month_before(end: &str) -> Date {
    Date::end_of_month_index(day(end).month_index() - 1)
}

/// How many deposits has each branch with all beneath it at the end of October, and how much more than in September?
///
/// ```sql
/// WITH RECURSIVE above(branch_id, top) AS (
///   SELECT branch_id, branch_id FROM branches UNION ALL
///   SELECT above.branch_id, parent_id FROM above JOIN branches ON branches.branch_id = top WHERE parent_id IS NOT NULL)
/// SELECT top, sum(balance) FILTER (snapshot_on = DATE '2026-10-31'),
///        sum(CASE WHEN snapshot_on = DATE '2026-10-31' THEN balance ELSE -balance END)
/// FROM holdings JOIN customers USING (customer_id) JOIN above USING (branch_id)
/// WHERE snapshot_on IN (DATE '2026-09-30', DATE '2026-10-31') AND product_kind LIKE '%\_deposit' ESCAPE '\'
/// GROUP BY top ORDER BY top;
/// ```
#[test]
fn deposits_of_branches_with_all_beneath_them() {
    let beneath = [("B1", &["B1", "B2", "B3"][..]), ("B2", &["B2", "B3"]), ("B3", &["B3"]), ("B4", &["B4"])];
    let customers = customers();
    for (branch, all) in beneath {
        let deposits = |on: &str| -> i64 {
            let counts = |row: &&Row| {
                row["snapshot_on"] == on
                    && DEPOSITS.contains(&&*row["product_kind"])
                    && all.contains(&&*customers[&row["customer_id"]]["branch_id"])
            };
            rows(exports(), "holdings").iter().filter(counts).map(|row| minor(&row["balance"])).sum()
        };
        let (october, september) = (deposits("2026-10-31"), deposits("2026-09-30"));
        assert!(october > 0);
        let key = Key::of(("month", "2026-10-31"), "branch", branch);
        assert_eq!(
            bank().cube.several(&key, &["deposits", "deposits_increase"]),
            [Some(october), Some(october - september)],
            "{branch}"
        );
    }
}

/// How many customers had average deposits of 20,000 and more in September, and what did they have on average?
///
/// ```sql
/// -- Snapshots are month-ends: August's is in force for 29 days of September, September's for one.
/// WITH average AS (
///   SELECT customer_id, sum(balance * CASE snapshot_on WHEN DATE '2026-08-31' THEN 29 ELSE 1 END) AS days
///   FROM holdings WHERE snapshot_on IN (DATE '2026-08-31', DATE '2026-09-30')
///     AND product_kind LIKE '%\_deposit' ESCAPE '\' GROUP BY customer_id)
/// SELECT count(*) FILTER (opened_on <= DATE '2026-09-30' AND coalesce(closed_on, DATE '9999-12-31') > DATE '2026-09-30'),
///        sum(days), round(sum(days) / 30, 2)
/// FROM average JOIN customers USING (customer_id) WHERE days >= 20000 * 30;
/// ```
#[test]
fn customers_with_average_deposits_in_a_band_and_more() {
    let mut days: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows(exports(), "holdings").iter().filter(|row| DEPOSITS.contains(&&*row["product_kind"])) {
        let n_days = match &*row["snapshot_on"] {
            "2026-08-31" => 29,
            "2026-09-30" => 1,
            _ => continue,
        };
        *days.entry(row["customer_id"].clone()).or_default() += n_days * minor(&row["balance"]);
    }
    let here = here(day("2026-09-30"));
    let of: Vec<(&String, &i64)> = days.iter().filter(|(_, days)| **days >= 20_000 * 100 * 30).collect();
    let n = of.iter().filter(|(id, _)| here.contains(*id)).count();
    let sum: i64 = of.iter().map(|(_, days)| **days).sum();
    assert!(n > 10 && n < here.len() / 2, "{n} of {}", here.len());
    let key = Key::bank(("month", "2026-09-30")).with_class("deposit_band_and_more", "from_20000");
    assert_eq!(
        bank().cube.several(&key, &["customers", "deposit_days", "average_deposits"]),
        [Some(i64::try_from(n).unwrap()), Some(sum), Some((2 * sum + 30) / 60)]
    );
}

/// How many customers and accounts were there at every month-end, who came and who went?
///
/// ```sql
/// CREATE TABLE seen AS SELECT customer_id, min(d) AS seen_from FROM (
///   SELECT customer_id, booked_on AS d FROM transactions UNION ALL SELECT customer_id, snapshot_on FROM holdings)
///   GROUP BY customer_id;
/// SELECT month_end, count(*) FROM customers JOIN seen USING (customer_id), months
/// WHERE greatest(opened_on, seen_from) <= month_end AND coalesce(closed_on, DATE '9999-12-31') > month_end
/// GROUP BY month_end ORDER BY month_end;  -- came and gone: the same list anti-joined with that of the month before
/// SELECT month_end, count(*) FROM accounts JOIN customers USING (customer_id), months
/// WHERE role = 'owner' AND accounts.opened_on <= month_end
///   AND coalesce(accounts.closed_on, customers.closed_on, DATE '9999-12-31') > month_end GROUP BY ALL;
/// ```
#[test]
fn customers_and_accounts_at_every_month_end() {
    let cube = &bank().cube;
    let ends = cube.periods("month");
    assert_eq!((ends.len(), &*ends[0]), (27, "2024-08-31"));
    let customers = customers();
    let accounts = rows(exports(), "accounts");
    let n = |n: usize| Some(i64::try_from(n).unwrap());
    for (at, end) in ends.iter().enumerate() {
        let (before, now) = (here(month_before(end)), here(day(end)));
        let is_open_account = |row: &&Row| {
            let owner = &customers[&row["customer_id"]];
            row["role"] == "owner"
                && is_open(row, "opened_on", day(end))
                && is_open(owner, "opened_on", day(end))
        };
        let n_accounts = accounts.iter().filter(is_open_account).count();
        let key = Key::bank(("month", end));
        assert_eq!(cube.several(&key, &["customers", "accounts"]), [n(now.len()), n(n_accounts)], "{end}");
        let came_and_gone = cube.several(&key, &["customers_came", "customers_gone"]);
        if at == 0 {
            assert_eq!(came_and_gone, [None, None], "before the first month nothing is known");
        } else {
            let (came, gone) = (now.difference(&before).count(), before.difference(&now).count());
            assert_eq!(came_and_gone, [n(came), n(gone)], "{end}");
        }
    }
    let gone: i64 =
        ends.iter().filter_map(|end| cube.get(&Key::bank(("month", end)), "customers_gone")).sum();
    assert!(gone > 10);
}

/// Who holds what at the end of September, and how much more is it than a month and a year ago?
///
/// ```sql
/// SELECT product_kind,
///   count(DISTINCT customer_id) FILTER (snapshot_on = DATE '2026-09-30' AND balance <> 0
///     AND coalesce(closed_on, DATE '9999-12-31') > DATE '2026-09-30') AS customers,
///   coalesce(sum(balance) FILTER (snapshot_on = DATE '2026-09-30'), 0) AS balance,
///   balance - coalesce(sum(balance) FILTER (snapshot_on = DATE '2026-08-31'), 0) AS increase,
///   balance - coalesce(sum(balance) FILTER (snapshot_on = DATE '2025-09-30'), 0) AS increase_on_year
/// FROM holdings JOIN customers USING (customer_id) GROUP BY product_kind ORDER BY product_kind;
/// ```
#[test]
fn holders_and_balances_by_kind_of_product() {
    let holdings = rows(exports(), "holdings");
    let kinds: BTreeSet<&String> = holdings.iter().map(|row| &row["product_kind"]).collect();
    assert!(kinds.len() > 8, "{kinds:?}");
    let here = here(day("2026-09-30"));
    for kind in kinds {
        let at = |on: &'static str| {
            holdings.iter().filter(move |row| row["snapshot_on"] == on && row["product_kind"] == *kind)
        };
        let balance = |on| at(on).map(|row| minor(&row["balance"])).sum::<i64>();
        let holders: BTreeSet<&String> = at("2026-09-30")
            .filter(|row| minor(&row["balance"]) != 0 && here.contains(&row["customer_id"]))
            .map(|row| &row["customer_id"])
            .collect();
        let now = balance("2026-09-30");
        let figure = if kind.starts_with("loan_") || kind == "card" || kind == "credit_line" {
            "loans"
        } else {
            "assets"
        };
        let columns = [
            "customers".to_owned(),
            figure.to_owned(),
            format!("{figure}_increase"),
            format!("{figure}_increase_on_year"),
        ];
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let key = Key::bank(("month", "2026-09-30")).with_product(kind);
        assert_eq!(
            bank().cube.several(&key, &columns),
            [
                Some(i64::try_from(holders.len()).unwrap()),
                Some(now),
                Some(now - balance("2026-08-31")),
                Some(now - balance("2025-09-30"))
            ],
            "{kind}"
        );
    }
}

/// What money did each manager's customers bring and take away in the third quarter, gross?
///
/// ```sql
/// SELECT manager_id, sum(greatest(net, 0)) AS won, sum(greatest(-net, 0)) AS lost FROM (
///   SELECT coalesce(manager_id, 'unassigned') AS manager_id, customer_id, sum(amount) AS net
///   FROM transactions JOIN customers USING (customer_id)
///   WHERE booked_on BETWEEN DATE '2026-07-01' AND DATE '2026-09-30' AND kind IN ('deposit', 'withdrawal',
///     'transfer_in', 'transfer_out', 'payment', 'refund', 'salary', 'other')
///   GROUP BY ALL, date_trunc('month', booked_on))
/// GROUP BY manager_id ORDER BY manager_id;
/// ```
#[test]
fn money_won_and_lost_by_manager_in_a_quarter() {
    const CROSSES: [&str; 8] =
        ["deposit", "withdrawal", "transfer_in", "transfer_out", "payment", "refund", "salary", "other"];
    let customers = customers();
    let mut nets: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in rows(exports(), "transactions") {
        let month = row["booked_on"][..7].to_owned();
        let is_it = ["2026-07", "2026-08", "2026-09"].contains(&&*month) && CROSSES.contains(&&*row["kind"]);
        if is_it {
            *nets.entry((row["customer_id"].clone(), month)).or_default() += minor(&row["amount"]);
        }
    }
    let mut of_managers: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    for ((customer, _), net) in &nets {
        let manager = &*customers[customer]["manager_id"];
        let sums = of_managers.entry(if manager.is_empty() { "unassigned" } else { manager }).or_default();
        sums[0] += (*net).max(0);
        sums[1] += (-net).max(0);
    }
    assert!(of_managers.len() > 2 && of_managers.contains_key("unassigned"));
    for (manager, [won, lost]) in of_managers {
        let key = Key::of(("quarter", "2026-09-30"), "manager", manager);
        let found = bank().cube.several(&key, &["money_won", "money_lost"]);
        assert_eq!(found, [Some(won), Some(lost)], "{manager}");
    }
}
