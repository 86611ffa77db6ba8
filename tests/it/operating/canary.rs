//! Nothing of a customer leaves the tables and workbooks: planted names, numbers, ids and balances are in no log, error,
//! metric, manifest, lineage, history or summary of rejects, of good runs and of failing ones.

use super::{AS_OF, Ground, succeeded};
use crate::folders::files;
use crate::published::Table;
use crate::results::sheets::{Sheets, text};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

const ID: &str = "CANARYID0042";
const NAME: &str = "金丝雀王小明";
const PHONE: &str = "13800138042";
const BALANCE: &str = "7654321.98";
const AMOUNT: &str = "-9182736.45";
/// Whatever is searched for: these, amounts in whole units, grouped and in cents, and how Rust or JSON would escape the name.
const CANARIES: [&str; 11] = [
    ID,
    NAME,
    PHONE,
    "7654321",
    "9182736",
    "765432198",
    "7,654,32",
    "9,182,73",
    "\\u{91d1}\\u{4e1d}\\u{96c0}",
    "\\u91d1\\u4e1d\\u96c0",
    "CANARY",
];

/// Texts of the drop folder by file name.
type Exports = BTreeMap<String, String>;

fn unpacked(folder: &Path) -> Exports {
    let text = |bytes: Vec<u8>| {
        let mut text = String::new();
        MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        text
    };
    let files = files(folder).into_iter().filter(|(name, _)| name.ends_with(".csv.gz"));
    files.map(|(name, bytes)| (name, text(bytes))).collect()
}

fn pack(folder: &Path, exports: &Exports) {
    for (name, text) in exports {
        let mut encoder =
            GzEncoder::new(File::create(folder.join(name)).unwrap(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
    }
}

/// Changes one column of the first row of `id`, or of every row where it is empty.
fn set(text: &mut String, id: &str, column: &str, value: &str) {
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let at = header.iter().position(|name| *name == column).unwrap();
    let mut done = false;
    let lines = text.lines().enumerate().map(|(number, line)| {
        let is_wanted = number > 0 && (id.is_empty() || (!done && line.contains(id)));
        if !is_wanted {
            return line.to_owned();
        }
        done = true;
        let mut fields: Vec<&str> = line.split(',').collect();
        fields[at] = value;
        fields.join(",")
    });
    *text = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert!(done, "no row of `{id}`");
}

/// A customer whose data would be known again anywhere.
fn planted(ground: &Ground) -> Exports {
    let mut exports = unpacked(&ground.exports());
    let holdings = exports["holdings-2026-10.csv.gz"].clone();
    let of_row = |line: &str| line.split(',').nth(1).unwrap().to_owned();
    let transactions = exports["transactions-2026-10.csv.gz"].clone();
    // Somebody with a balance and with a booking in the last month.
    let id = holdings.lines().skip(1).map(of_row).find(|id| transactions.contains(id.as_str())).unwrap();
    exports.values_mut().for_each(|text| *text = text.replace(&id, ID));
    let customers = exports.get_mut("customers.csv.gz").unwrap();
    set(customers, ID, "name", NAME);
    set(customers, ID, "phone", PHONE);
    set(exports.get_mut("holdings-2026-10.csv.gz").unwrap(), ID, "balance", BALANCE);
    set(exports.get_mut("transactions-2026-10.csv.gz").unwrap(), ID, "amount", AMOUNT);
    exports
}

/// Everything that is told of a customer's data being there at all.
fn said(ground: &Ground) -> Vec<(String, Vec<u8>)> {
    let commands: [&[&str]; 10] = [
        &["check"],
        &["check", "--json"],
        &["run", "--as-of", AS_OF, "--dry-run", "--verbose"],
        &["run", "--as-of", AS_OF, "--verbose"],
        &["run", "--as-of", AS_OF, "--json", "--log-format", "json"],
        &["status"],
        &["status", "--json"],
        &["verify", "--recompute"],
        &["fit"],
        &["backfill", "--from", "2026-09-29", "--to", "2026-09-30", "--rerun"],
    ];
    said_by(ground, &commands)
}

fn said_by(ground: &Ground, commands: &[&[&str]]) -> Vec<(String, Vec<u8>)> {
    let mut said = Vec::new();
    for command in commands {
        let output = ground.command(command).env("RUST_BACKTRACE", "1").output().unwrap();
        said.push((format!("standard output of {command:?}"), output.stdout));
        said.push((format!("standard error of {command:?}"), output.stderr));
    }
    let work = files(&ground.workspace()).into_iter();
    let is_told = |path: &str| {
        ["runs/", "lineage/", "runs.parquet", "metrics.prom", "LATEST"]
            .iter()
            .any(|told| path.starts_with(told))
            || path.ends_with("manifest.json")
            || path.ends_with("card.md")
            || path.ends_with("report.html")
    };
    said.extend(work.filter(|(path, _)| is_told(path)));
    said
}

fn found(said: &[(String, Vec<u8>)]) -> Vec<String> {
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    said.iter()
        .flat_map(|(place, bytes)| {
            let here = CANARIES.iter().filter(|canary| holds(bytes, canary));
            here.map(move |canary| {
                let text = String::from_utf8_lossy(bytes);
                let around = text.find(canary).map(|at| {
                    let from = text[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
                    text[from..].chars().take(200).collect::<String>()
                });
                format!("`{canary}` in {place}: {}", around.unwrap_or_default())
            })
        })
        .collect()
}

#[test]
fn a_good_night_says_nothing_of_a_customer() {
    let ground = Ground::small();
    pack(&ground.exports(), &planted(&ground));
    let said = said(&ground);
    assert_eq!(found(&said), Vec::<String>::new());
    let segments =
        Table::read(&ground.workspace().join("published").join(format!("as_of={AS_OF}/segments.parquet")));
    assert!(segments.texts("customer_id").iter().any(|id| id.as_deref() == Some(ID)), "he is in the night");
    assert!(said.len() > 26, "{:?}", said.iter().map(|(place, _)| place).collect::<Vec<_>>());
    // The search would find them: they are in the table of rejects or in a workbook's bytes, as they must be.
    let exports = unpacked(&ground.exports());
    let planted: Vec<(String, Vec<u8>)> =
        exports.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    assert!(found(&planted).len() >= 5);
}

/// Free text may name anybody: it is kept with the contact and stands in full workbooks, and nothing else tells it.
#[test]
fn what_a_manager_remarks_is_told_by_nothing_but_the_next_workbook() {
    let ground = Ground::small();
    succeeded(ground.night());
    let lists = ground.workspace().join(format!("published/as_of={AS_OF}/lists"));
    let is_book = |name: &String| name.ends_with(".xlsx") && !name.starts_with("branch");
    let books = || files(&lists).into_keys().filter(is_book).map(|name| Sheets::open(&lists.join(name)));
    let is_listed = |book: &Sheets| {
        let (header, column) = book.header("rank");
        book.0[0].1.get(header + 2).is_some_and(|row| matches!(row[column], calamine::Data::Float(_)))
    };
    let book = books().find(is_listed).expect("a list of two customers");
    let remark = format!("{NAME} {PHONE} {ID}\n{BALANCE}");
    let filled = ground.home.path().join("filled.xlsx");
    // One row is taken in, so that its customer stays due, and one turned away.
    book.filled(1, AS_OF, "Not reached")
        .with(1, "remark", text(&remark))
        .with(2, "remark", text(&remark))
        .save(&filled);
    let said = said_by(
        &ground,
        &[
            &["results", "--json", "--verbose", filled.to_str().unwrap()],
            &["results", "--verbose", filled.to_str().unwrap()],
            &["run", "--as-of", AS_OF, "--verbose"],
            &["run", "--as-of", AS_OF, "--json", "--log-format", "json"],
            &["status", "--json"],
            &["verify", "--recompute"],
        ],
    );
    assert_eq!(found(&said), Vec::<String>::new());
    let told = String::from_utf8_lossy(&said[0].1).into_owned();
    assert!(told.contains("\"rejected\": 1") && told.contains("a remark without a day"), "{told}");

    // It is kept, and the next one who calls reads it.
    let kept = files(&ground.workspace().join("results"));
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(NAME);
    assert_eq!(kept.values().filter(|bytes| holds(bytes)).count(), 2, "{:?}", kept.keys());
    let shown = format!("{AS_OF} {NAME} {PHONE} {ID} {BALANCE}");
    let shows = |book: Sheets| book.0[0].1.iter().flatten().any(|cell| *cell == text(&shown));
    assert_eq!(books().filter(|book| shows(book.clone())).count(), 1);
}

#[test]
fn a_failing_run_says_nothing_of_a_customer() {
    type Change = fn(&mut Exports);
    const CUSTOMERS: &str = "customers.csv.gz";
    const BOOKINGS: &str = "transactions-2026-10.csv.gz";
    fn of<'a>(exports: &'a mut Exports, name: &str) -> &'a mut String {
        exports.get_mut(name).unwrap()
    }
    let changes: [(&str, Change); 9] = [
        ("amounts that are none", |all| set(of(all, BOOKINGS), "", "amount", "CANARY9182736.45")),
        ("a name in place of a code", |all| set(of(all, BOOKINGS), "", "kind", NAME)),
        ("a number in place of a date", |all| set(of(all, CUSTOMERS), "", "birth_date", PHONE)),
        ("a name in place of a date", |all| set(of(all, CUSTOMERS), "", "opened_on", NAME)),
        ("no header", |all| {
            let text = of(all, CUSTOMERS);
            let row = text.lines().find(|line| line.contains(ID)).unwrap().to_owned();
            *text = format!("{row}\n{}", text.split_once('\n').unwrap().1);
        }),
        ("a quote that does not end", |all| {
            let text = of(all, CUSTOMERS);
            *text = text.replace(NAME, &format!("\"{NAME}"));
        }),
        ("one customer with two stories", |all| {
            let text = of(all, CUSTOMERS);
            let row = text.lines().find(|line| line.contains(ID)).unwrap().to_owned();
            *text += &format!("{}\n", row.replace("true", "false"));
        }),
        ("bookings of a stranger", |all| {
            let text = of(all, BOOKINGS);
            set(text, "", "customer_id", "CANARYSTRANGER");
            set(text, "", "account_id", "CANARYACCOUNT");
        }),
        ("amounts beyond all measure", |all| {
            set(of(all, BOOKINGS), "", "amount", "91827364591827364591827364591827364591.82");
        }),
    ];
    let ground = Ground::small();
    let good = planted(&ground);
    pack(&ground.exports(), &good);
    succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    let mut failed = 0;
    let mut leaks = Vec::new();
    for (what, change) in changes {
        let mut exports = good.clone();
        change(&mut exports);
        pack(&ground.exports(), &exports);
        failed += usize::from(!ground.night().status.success());
        leaks.extend(found(&said(&ground)).into_iter().map(|leak| format!("{what}: {leak}")));
        let _ = fs::remove_dir_all(ground.workspace().join("published").join(format!("as_of={AS_OF}")));
    }
    assert_eq!(leaks, Vec::<String>::new());
    assert!(failed >= 5, "only {failed} of the changes made a night fail");
}
