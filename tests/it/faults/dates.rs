//! D1 to D17: clocks, dates, and what is delivered when.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "delivers files and runs the program, as an operator does"
)]

use super::deliveries::{accepted_volume, rows};
use super::drop_folder::{CUSTOMERS, DropFolder, HOLDINGS, TRANSACTIONS};
use super::schema::days;
use super::{Case, case, script};
use crate::bank::skipped;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use tercet::date::Date;
use tercet::error::Kind;
use tercet::pipeline;

pub fn cases() -> Vec<Case> {
    let mut cases = clocks();
    cases.extend(timestamps());
    cases.extend(complete());
    cases.extend(order());
    cases.extend(gaps());
    cases.extend(volumes());
    cases
}

fn clocks() -> Vec<Case> {
    vec![
        script("D1", "the machine's clock decides nothing", other_clocks),
        case("D2", "a night that the exports do not reach").on_night("2026-11-01").refused(
            4,
            "the exports are complete up to 2026-10-31; `--as-of 2026-11-01` is later",
            "leave `--as-of` out",
        ),
        script("D3", "the machine's time zone decides nothing", other_time_zones),
        script("D5", "29 February", leap_days),
        script("D6", "the ends of months", month_ends),
    ]
}

/// Under the clock of other years. Without `faketime` it is shown by what may be called: `clippy.toml` bans clocks
/// outside `src/io`.
fn other_clocks() {
    let folder = DropFolder::new();
    if Command::new("faketime").arg("--version").output().is_err() {
        skipped("faults D1", "`faketime` is not installed");
        return;
    }
    let library = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"];
    let now = folder.night(&[]);
    for clock in ["@2001-01-01 00:00:00", "@2031-12-31 23:59:59"] {
        let then = folder.night(&[("LD_PRELOAD", library[0]), ("FAKETIME", clock)]);
        assert!(now == then, "other tables at {clock}");
    }
}

/// Timestamps around midnight, the hour that clocks skip and the one they repeat, in three zones of the machine.
fn other_time_zones() {
    let mut folder = DropFolder::new();
    folder.configure(
        "sources.transactions.time_zone = \"Asia/Shanghai\"\n\
         sources.transactions.columns.booked_on = { from = \"booked_on\", format = \"timestamp\" }",
    );
    folder.put(
        "transactions.csv",
        "transaction_id,customer_id,booked_on,amount,kind\n\
         T1,C1,2026-10-29 23:59:59,100.00,deposit\n\
         T2,C2,2026-10-30T15:59:59Z,-20.50,withdrawal\n\
         T3,C3,2026-10-30T16:00:00Z,7.25,transfer_in\n\
         T4,C1,2026-03-08 02:30:00,-1.00,payment\n\
         T5,C1,2026-11-01 01:30:00,-1.00,payment\n\
         T6,C1,2026-10-31 23:59:59,-1.00,payment\n",
    );
    let zones = ["UTC", "Asia/Shanghai", "America/New_York"];
    let checks = zones.map(|zone| folder.tercet(&["check", "--json"], &[("TZ", zone)]));
    for check in &checks {
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
        assert_eq!(check.stdout, checks[0].stdout);
    }
    let nights = zones.map(|zone| folder.night(&[("TZ", zone)]));
    assert!(nights[0] == nights[1] && nights[0] == nights[2]);
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Somebody born on 29 February is a year older on 1 March of other years, and a year before 29 February is not asked.
fn leap_days() {
    let years = |born: &str, on: &str| date(born).full_years_until(date(on));
    assert_eq!(years("1980-02-29", "2026-02-28"), 45);
    assert_eq!(years("1980-02-29", "2026-03-01"), 46);
    assert_eq!(years("1980-02-29", "2024-02-29"), 44);
    assert_eq!(years("1980-02-28", "2026-02-28"), 46);
    let ends: Vec<String> = date("2024-02-29").last_month_ends(13).map(|end| end.to_string()).collect();
    assert!(ends.contains(&"2023-02-28".to_owned()) && ends.contains(&"2024-02-29".to_owned()), "{ends:?}");
    let folder = DropFolder::new();
    folder.put("customers.csv", CUSTOMERS.replace("2020-01-05", "2020-02-29"));
    assert!(folder.check(None).unwrap().refusal().is_none());
}

fn month_ends() {
    let ends = |on: &str, n: i32| -> Vec<String> {
        date(on).last_month_ends(n).map(|end| end.to_string()).collect()
    };
    let mut two = ends("2026-03-31", 2);
    two.sort();
    assert_eq!(two, ["2026-02-28", "2026-03-31"]);
    assert_eq!(date("2026-03-31").month_index() - date("2026-02-28").month_index(), 1);
    assert_eq!(date("2026-02-01").month_end(), date("2026-02-28"));
}

fn timestamps() -> Vec<Case> {
    let with = |what: &str, first: &str, second: &str, zone: &str| {
        let text = TRANSACTIONS.replace("2026-10-29", first).replace("2026-10-30", second);
        let keys =
            "sources.transactions.columns.booked_on = { from = \"booked_on\", format = \"timestamp\" }";
        let case =
            case("D4", what).transactions(text.replace("2026-10-31", "2026-10-31 12:00:00")).configured(keys);
        if zone.is_empty() {
            case
        } else {
            case.configured(&format!("sources.transactions.time_zone = {zone:?}"))
        }
    };
    let offset = "a timestamp with an offset: set the source's `time_zone`, in which its date is taken";
    vec![
        with(
            "with and without offset, in a zone",
            "2026-10-29 10:00",
            "2026-10-30T17:30:00Z",
            "Asia/Shanghai",
        )
        .account("transactions.csv", "4 rows = 4 used; 85.75 = 85.75 used"),
        with("with an offset, and no zone", "2026-10-29 10:00", "2026-10-30T23:30:00+08:00", "")
            .reject(
                "transactions.csv",
                3,
                "booked_on",
                offset,
                "T2,C2,2026-10-30T23:30:00+08:00,-20.50,withdrawal",
            )
            .account(
                "transactions.csv",
                "4 rows = 3 used + 1 rejected; 85.75 = 106.25 used + -20.50 rejected",
            ),
        with(
            "times that a zone's clocks skip and repeat",
            "2026-03-29 02:30:00",
            "2026-10-25 02:30:00",
            "Europe/Berlin",
        )
        .reject(
            "transactions.csv",
            2,
            "booked_on",
            "a local time that the clocks of `time_zone` skip",
            "T1,C1,2026-03-29 02:30:00,100.00,deposit",
        )
        .reject(
            "transactions.csv",
            3,
            "booked_on",
            "a local time that the clocks of `time_zone` show twice",
            "T2,C2,2026-10-25 02:30:00,-20.50,withdrawal",
        )
        .account("transactions.csv", "4 rows = 2 used + 2 rejected; 85.75 = 6.25 used + 79.50 rejected"),
    ]
}

fn complete() -> Vec<Case> {
    let dated = |numbers, what: &str, transactions: &str, customers: &str| {
        case(numbers, what)
            .without("transactions.csv")
            .file(&format!("transactions_{transactions}.csv"), TRANSACTIONS)
            .without("customers.csv")
            .file(&format!("customers_{customers}.csv"), CUSTOMERS)
    };
    let holdings = |numbers, what: &str, within: &str| {
        case(numbers, what)
            .file(
                "holdings_2026-10-30.csv",
                "snapshot_on,customer_id,product_kind,balance\n2026-10-30,C1,fund,10.00\n",
            )
            .configured(HOLDINGS)
            .configured(&format!("sources.holdings.fresh_within_days = {within}"))
    };
    let control = "sources.transactions.control = { file = \"{file}.ctl\" }";
    vec![
        dated("D7", "yesterday's transactions are missing", "2026-10-30", "2026-10-31").on_night("2026-10-31").refused(
            4,
            "the exports are complete up to 2026-10-30; `--as-of 2026-10-31` is later",
            "wait for the delivery",
        ),
        dated("D7", "yesterday's customers are missing", "2026-10-31", "2026-10-30").on_night("2026-10-31").refused(
            4,
            "the exports are complete up to 2026-10-30; `--as-of 2026-10-31` is later",
            "wait for the delivery",
        ),
        case("D7", "no transactions at all").without("transactions.csv").refused(
            4,
            "`transactions` is not delivered yet",
            "wait for the delivery, or correct `sources.transactions.files`",
        ),
        holdings("D7", "holdings of the day before, where those of the night are asked for", "0").refused(
            4,
            "`holdings` is not complete yet: its newest delivery is of 2026-10-30, and one of 2026-10-31 is expected",
            "`sources.holdings.fresh_within_days = 0`",
        ),
        holdings("D7", "holdings of the day before, where that is enough", "1"),
        case("D8", "a name of a transfer under way")
            .file("transactions_x.part", "x")
            .configured("sources.transactions.files = \"transactions*\"")
            .refused(
            4,
            "`transactions_x.part` is still being written",
            "wait until the transfer is complete",
        ),
        case("D8", "no control file").configured(control).refused(
            4,
            "`transactions.csv` is not complete yet: its control file `transactions.csv.ctl` is not there",
            "`control.required = false`",
        ),
        case("D8", "fewer bytes than its control file states")
            .file("transactions.csv.ctl", "rows=4\nbytes=1000\n")
            .configured(control)
            .refused(
                4,
                "`transactions.csv` has 181 bytes, `transactions.csv.ctl` states 1000",
                "until the delivery is complete",
            ),
        script("D8", "a file that grows while it is read", growing),
    ]
}

fn growing() {
    let folder = DropFolder::new();
    let config = folder.config().unwrap();
    let (path, is_grown) = (folder.data().join("transactions.csv"), AtomicBool::new(false));
    let grow = |_| {
        if !is_grown.swap(true, Ordering::SeqCst) {
            let more = format!("{TRANSACTIONS}T5,C1,2026-10-31,1.00,deposit\n");
            std::fs::write(&path, more).unwrap();
        }
    };
    let refusal = pipeline::check(&config, None, &grow).unwrap().refusals.remove(0);
    assert_eq!(
        (refusal.kind(), refusal.to_string().as_str()),
        (Kind::Incomplete, "`transactions.csv` changed while it was read")
    );
    assert!(refusal.hints().iter().any(|hint| hint.contains("until the delivery is complete")));
    assert!(folder.check(None).unwrap().refusal().is_none());
}

fn order() -> Vec<Case> {
    let with = |what: &str, name: &str| {
        case("D15", what)
            .without("transactions.csv")
            .file(name, TRANSACTIONS)
            .configured("sources.transactions.date_column = \"booked_on\"")
    };
    vec![
        with("rows of the file's date", "transactions_2026-10-31.csv"),
        with("rows after the file's date", "transactions_2026-10-30.csv").refused(
            3,
            "`transactions_2026-10-30.csv` is of 2026-10-30 by its name, and has rows up to 2026-10-31 in `booked_on`",
            "rename the file, or deliver the right one",
        ),
        with("rows before the file's date", "transactions_2026-11-01.csv").refused(
            3,
            "`transactions_2026-11-01.csv` is of 2026-11-01 by its name, and its rows \
             end on 2026-10-31 in `booked_on` (from 2026-10-29 on)",
            "rename the file, or deliver the right one",
        ),
        case("D15", "two dates in a name")
            .without("transactions.csv")
            .file("transactions_2026-10-30_2026-10-31.csv", TRANSACTIONS)
            .refused(
                3,
                "the name `transactions_2026-10-30_2026-10-31.csv` has different dates",
                "say in `files` where the date stands",
            ),
    ]
}

fn gaps() -> Vec<Case> {
    let with = |what: &str| {
        let day = |day: u32| rows(&format!("T{day},C1,2026-10-{day},1.00,deposit\n"));
        let case = case("D14", what).without("transactions.csv");
        [25, 26, 27, 28, 30, 31]
            .into_iter()
            .fold(case, |case, n| case.file(&format!("transactions_2026-10-{n}.csv"), day(n)))
    };
    let missing = "`transactions` has no delivery for 1 day: 2026-10-29";
    vec![
        with("a day without a file, of which the operator is told").told(missing),
        with("a day without a file, where that stops the night")
            .configured("sources.transactions.gaps = \"refuse\"")
            .refused(4, missing, "deliver the missing days"),
    ]
}

fn volumes() -> Vec<Case> {
    let accept = "accept it with `--accept-volume`";
    let many = "`transactions` of 2026-10-31 has too many rows: 2000, where the median of the 4 \
                deliveries before is 100";
    let few = "`transactions` of 2026-10-31 has too few rows: 50, where the median of the 4 deliveries before is 100";
    vec![
        days("D16", "a full export in place of a day's", (2000, "12000.00")).refused(3, many, accept),
        days("D16", "nearly twenty times as many", (1999, "12000.00")),
        days("D17", "half of the rows", (50, "12000.00")).refused(3, few, accept),
        days("D17", "more than half of the rows", (51, "12000.00")),
        days("D17", "half of the rows, where volumes are not compared", (50, "12000.00"))
            .configured("sources.transactions.volume = false"),
        script("D16 D17", "accepted by the operator", accepted_volume),
    ]
}
