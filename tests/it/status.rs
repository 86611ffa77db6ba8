//! `tercet status` says what the store holds: every figure against what was delivered and what lies on the disk.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::faults::DropFolder;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const HEADER: &str = "transaction_id,customer_id,booked_on,amount,kind\n";

/// Sizes of the files below a folder, but for the commit file.
fn sizes(folder: &Path) -> Vec<u64> {
    let mut sizes = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let seen = entry.metadata().unwrap();
        if seen.is_dir() {
            sizes.extend(self::sizes(&entry.path()));
        } else if entry.file_name() != "COMMIT.json" {
            sizes.push(seen.len());
        }
    }
    sizes
}

fn told(folder: &DropFolder, arguments: &[&str]) -> String {
    let output = folder.tercet(arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a report says of the store; the rest is told of in `operating`.
fn of_store(json: &str) -> Value {
    let mut report: Value = serde_json::from_str(json).unwrap();
    let keys = report.as_object_mut().unwrap();
    for of_operation in ["nights", "models", "drift", "runs"] {
        assert!(keys.remove(of_operation).is_some(), "no `{of_operation}` in {json}");
    }
    report
}

/// What is expected of one table.
struct Table {
    name: &'static str,
    deliveries: usize,
    /// First and last delivery.
    delivered: [&'static str; 2],
    /// Dates of the rows that count.
    dates: Option<[&'static str; 2]>,
    used: usize,
    duplicate: usize,
    superseded: usize,
    rejected: usize,
}

impl Table {
    fn rows(&self) -> usize {
        self.used + self.duplicate + self.superseded + self.rejected
    }

    fn json(&self) -> Value {
        json!({
            "table": self.name,
            "deliveries": self.deliveries,
            "first_delivered_on": self.delivered[0],
            "last_delivered_on": self.delivered[1],
            "dates": self.dates,
            "rows": self.rows(),
            "used": self.used,
            "duplicate": self.duplicate,
            "superseded": self.superseded,
            "trailers": 0,
            "purged": 0,
            "rejected": self.rejected,
        })
    }

    /// The cells of its line, those without text left out.
    fn printed(&self) -> Vec<String> {
        let mut cells = vec![self.name.to_owned(), self.deliveries.to_string()];
        cells.extend(self.delivered.map(str::to_owned));
        let counts = [self.rows(), self.used, self.duplicate, self.superseded, 0, 0, self.rejected];
        cells.extend(counts.map(|count| count.to_string()));
        if let Some([first, last]) = self.dates {
            cells.extend([first, "to", last].map(str::to_owned));
        }
        cells
    }
}

#[test]
fn status_counts_what_was_delivered_and_what_lies_on_the_disk() {
    let folder = DropFolder::new();
    assert_eq!(told(&folder, &["status"]), "the store is empty\n");
    let nothing = of_store(&told(&folder, &["status", "--json"]));
    let empty = json!({
        "sequence": 0, "tables": [], "files": 0, "bytes": 0, "replaced": 0, "newest_night": null,
    });
    assert_eq!(nothing, empty);

    folder.remove("transactions.csv");
    let put = |date: &str, rows: &[String]| {
        folder.put(&format!("transactions_{date}.csv"), HEADER.to_owned() + &rows.concat());
    };
    let row = |id: &str, on: &str, amount: &str| format!("{id},C1,{on},{amount},deposit\n");
    let first: Vec<String> =
        ["T1", "T2", "T3", "T4", "T5"].iter().map(|id| row(id, "2026-10-29", "1.00")).collect();
    put("2026-10-29", &first);
    // Another row, the first one told twice, and one without an amount.
    let second = |amount: &str| {
        let more = row("T6", "2026-10-30", amount);
        vec![more, row("T1", "2026-10-29", "1.00"), row("T7", "2026-10-30", "seven")]
    };
    put("2026-10-30", &second("2.00"));
    folder.take_in("2026-10-30").unwrap();
    // The second evening corrected, and a third that tells a row of the first with another amount.
    put("2026-10-30", &second("3.00"));
    let third =
        [row("T5", "2026-10-29", "9.00"), row("T8", "2026-10-31", "1.00"), row("", "2026-10-31", "1.00")];
    put("2026-10-31", &third);
    folder.take_in("2026-10-31").unwrap();

    let tables = [
        Table {
            name: "customers",
            deliveries: 1,
            delivered: ["2026-10-30"; 2],
            dates: None,
            used: 3,
            duplicate: 0,
            superseded: 0,
            rejected: 0,
        },
        Table {
            name: "transactions",
            deliveries: 3,
            delivered: ["2026-10-29", "2026-10-31"],
            dates: Some(["2026-10-29", "2026-10-31"]),
            // T1 to T6 and T8.
            used: 7,
            duplicate: 1,
            superseded: 1,
            rejected: 2,
        },
    ];
    assert_eq!(tables[1].rows(), first.len() + second("").len() + third.len());
    let sizes = sizes(&folder.workspace().join("store"));
    let bytes: u64 = sizes.iter().sum();
    assert!(sizes.len() > 4 && bytes > 1000, "{sizes:?}");

    let report = of_store(&told(&folder, &["status", "--json"]));
    let expected = json!({
        "sequence": 2,
        "tables": tables.each_ref().map(Table::json),
        "files": sizes.len(),
        "bytes": bytes,
        "replaced": 1,
        "newest_night": "2026-10-31",
    });
    assert_eq!(report, expected);

    let printed = told(&folder, &["status"]);
    let lines: Vec<Vec<&str>> = printed.lines().map(|line| line.split_whitespace().collect()).collect();
    let header = "table deliveries first last rows used duplicate superseded trailers purged rejected dates";
    assert_eq!(lines[0].join(" "), header);
    for (line, table) in lines[1..].iter().zip(&tables) {
        assert_eq!(*line, table.printed(), "{printed}");
    }
    let n_files = sizes.len();
    #[expect(clippy::cast_precision_loss, reason = "as a person reads it")]
    let mebibytes = bytes as f64 / 1_048_576.0;
    let end = format!(
        "\n\ncommit 2, {n_files} files, {mebibytes:.1} MiB, 1 deliveries replaced, newest night 2026-10-31\n"
    );
    assert!(printed.ends_with(&end) && printed.lines().count() == 5, "{printed}");
}
