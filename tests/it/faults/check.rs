//! What `tercet check` says of a folder with more than one thing wrong in it.

use super::drop_folder::{ACCOUNTS, CUSTOMERS, DropFolder, HOLDINGS, TRANSACTIONS};
use serde_json::Value;

const HOLDINGS_HEADER: &str = "snapshot_on,customer_id,product_kind,balance\n";

/// Two of three customers were born on days that are none; of the transactions, one of the third's has no amount.
fn with_two_bad_files() -> DropFolder {
    let mut folder = DropFolder::new();
    folder.configure("ingest.reject_share_max = 0.1");
    folder.put("customers.csv", CUSTOMERS.replace("06-30", "06-31").replace("12-31", "02-30"));
    folder.put("transactions.csv", TRANSACTIONS.replace("-1.00", "seven"));
    folder
}

#[test]
fn every_file_with_too_many_rejects_is_told_with_examples() {
    let folder = with_two_bad_files();
    let said = |arguments: &[&str]| {
        let output = folder.tercet(arguments, &[]);
        assert_eq!(output.status.code(), Some(3));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (report, refusals) = said(&["check"]);
    assert!(folder.is_untouched());
    for words in [
        "customers.csv: 2 rows rejected",
        "line 3: a9,9999-99-99,9999-99-99",
        "line 4: a9,9999-99-99,9999-99-99",
        "transactions.csv: 3 rows rejected",
        "line 5: a9,a9,9999-99-99,aaaaa,aaaaaaa",
        "2 files read, 0 known; a night would stop at the first of 2 refusals:",
    ] {
        assert!(report.contains(words), "without `{words}`: {report}");
    }
    let place = |words: &str| refusals.find(words).unwrap_or_else(|| panic!("without `{words}`: {refusals}"));
    let customers =
        place("error: `customers.csv`: 2 of 3 rows rejected (66.67%), more than the 10.00% allowed");
    let transactions =
        place("error: `transactions.csv`: 1 of 2 rows rejected (50.00%), more than the 10.00% allowed");
    assert!(customers < transactions, "{refusals}");
    assert_eq!(refusals.matches("or raise `reject_share_max`").count(), 2, "{refusals}");

    let report: Value = serde_json::from_str(&said(&["check", "--json"]).0).unwrap();
    assert!(folder.is_untouched());
    assert_eq!(report["refusals"].as_array().unwrap().len(), 2);
    assert_eq!(report["refusal"], report["refusals"][0]);
    assert_eq!(report["refusal"]["exit_code"], 3);
    assert_eq!(report["files"][0]["rejects"][0]["rows"], 2);

    let (_, refusal) = said(&["run"]);
    assert!(refusals.starts_with(&refusal), "{refusals}\n\n{refusal}");
    assert!(!refusal.contains("transactions.csv"), "{refusal}");
}

/// What is wrong in a folder, the refusals in their order, and a file with its rejected rows.
type Told = (&'static str, fn(&mut DropFolder), &'static [&'static str], (&'static str, usize));

/// The first lines of a text, with their ends.
fn first_lines(text: &str, n: usize) -> String {
    text.split_inclusive('\n').take(n).collect()
}

#[test]
fn what_comes_after_a_refusal_is_read_too() {
    let cases: [Told; 7] = [
        (
            "a file without rows",
            |folder| {
                folder.put("transactions.csv", TRANSACTIONS.lines().next().unwrap());
                folder.configure(HOLDINGS);
                folder.put("holdings.csv", format!("{HOLDINGS_HEADER}2026-10-31,C1,fund,seven\n"));
                folder.configure("ingest.reject_share_max = 0.1");
            },
            &["`transactions.csv` has no rows", "`holdings.csv`: 1 of 1 rows rejected"],
            ("holdings.csv", 1),
        ),
        (
            "too many rejects, in a file that passed through a spreadsheet",
            |folder| {
                folder.put("customers.csv", format!("{CUSTOMERS}6.22202E+18,2020-01-01,1980-01-01\n"));
                folder.configure("ingest.reject_share_max = 0.1");
            },
            &["`customers.csv`: 1 of 4 rows rejected", "`customers.csv` passed through a spreadsheet"],
            ("customers.csv", 1),
        ),
        (
            "another sum than the trailer states",
            |folder| {
                folder.put("transactions.csv", format!("{TRANSACTIONS}T5,C1\n合计,5,,85.76,\n"));
                folder.configure(
                    "sources.transactions.trailer = { starts_with = \"合计\", rows = 2, sum = 4 }",
                );
            },
            &["the amounts of `transactions.csv` add up to 85.75"],
            ("transactions.csv", 1),
        ),
        (
            "a damage after too many rejects",
            |folder| {
                folder.put("customers.csv", CUSTOMERS.replace("06-30", "06-31"));
                folder.put("transactions.csv", "");
                folder.configure("ingest.reject_share_max = 0.1");
            },
            &["`customers.csv`: 1 of 3 rows rejected", "`transactions.csv` is empty (0 bytes)"],
            ("customers.csv", 1),
        ),
        (
            "rows of customers whose file has none",
            |folder| {
                folder.put("customers.csv", CUSTOMERS.lines().next().unwrap());
                folder.put("transactions.csv", first_lines(TRANSACTIONS, 4));
                folder.configure("ingest.reject_share_max = 0.1");
            },
            &[
                "`customers.csv` has no rows",
                "`transactions.csv`: 3 of 3 rows name nobody who is known, which may follow from `customers.csv`",
            ],
            ("transactions.csv", 3),
        ),
        (
            "rows of customers whose file has none, among more that are no rows at all",
            |folder| {
                folder.put("customers.csv", CUSTOMERS.lines().next().unwrap());
                folder.put("transactions.csv", first_lines(TRANSACTIONS, 2) + "T5,C1\nT6,C1\n");
                folder.configure("ingest.reject_share_max = 0.1");
            },
            &["`customers.csv` has no rows", "`transactions.csv`: 3 of 3 rows rejected (100.00%)"],
            ("transactions.csv", 3),
        ),
        (
            "accounts that are read twice, and are found worse the second time",
            |folder| {
                folder.configure(ACCOUNTS);
                folder.configure("sources.accounts.columns.opened_on = \"opened_on\"");
                folder.configure("sources.customers.columns.opened_on = { first_account = true }");
                let accounts = "account_id,customer_id,role,opened_on\n\
                                A1,C1,owner,2020-01-05\nA2,C2\nA3,stranger,owner,2020-01-05\n\
                                A4,C2,owner,2021-03-01\nA5,C3,owner,2022-07-15\n";
                folder.put("accounts.csv", accounts);
                folder.configure("ingest.reject_share_max = 0.1");
            },
            &["`accounts.csv`: 1 of 5 rows rejected (20.00%)"],
            ("accounts.csv", 2),
        ),
    ];
    for (what, change, expected, (name, rejected)) in cases {
        let mut folder = DropFolder::new();
        change(&mut folder);
        let checked = folder.check(None).unwrap();
        assert!(folder.is_untouched(), "{what}");
        let told: Vec<String> = checked.refusals.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), expected.len(), "{what}: {told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{what}: `{told}` without `{expected}`");
        }
        let file = checked.files.iter().find(|file| file.name == name).unwrap();
        let examples: usize = file.rejects.iter().map(|found| found.examples.len()).sum();
        assert_eq!(
            (file.rejects.iter().map(|found| found.rows).sum::<usize>(), examples),
            (rejected, rejected)
        );
        assert!(file.reconciles, "{what}: {:?}", file.books);
        let stopped = folder.take_in("2026-10-31").map(drop).unwrap_err();
        assert_eq!(stopped.to_string(), told[0], "{what}");
    }
}
