//! Bad inputs, one case or more for every number of the groups D, F, V and S: what stops the night and in which words,
//! what stands in the rejects, and that every row and every cent is accounted for.
//!
//! Each case is a drop folder of two short files, with one thing wrong in it. It is read twice: by `check`, which must
//! write nothing, and into a store, which must say the same. What takes several deliveries is a script.

mod account;
mod check;
mod dates;
mod deliveries;
mod drop_folder;
mod files;
mod parquet_files;
mod schema;
mod texts;
mod values;

use account::account;
pub use drop_folder::DropFolder;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;
use std::path::Path;
use tercet::error::Error;
use tercet::ingest::Taken;
use tercet::pipeline::CheckReport;
use tercet::store::Store;

/// The lines of `transactions.csv` that `cell` changes one of.
const CHANGED_LINE: usize = 4;

/// How one fault, or several of one kind, are shown to be survived.
pub struct Case {
    /// Numbers, with spaces between.
    numbers: &'static str,
    what: String,
    proof: Proof,
}

enum Proof {
    Folder(Box<Folder>),
    Script(fn()),
    /// Why nothing can be shown here, and where it is.
    Elsewhere,
}

/// A drop folder and what is to become of it.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Option<Vec<u8>>>,
    configured: Vec<String>,
    prepare: Option<fn(&Path)>,
    as_of: Option<&'static str>,
    night: Option<&'static str>,
    refusal: Option<(u8, String, String)>,
    rejects: Vec<Rejected>,
    accounts: Vec<(String, String)>,
    extra_columns: Vec<(String, u32)>,
    told: Vec<String>,
}

/// A row in the rejects: its file, line, column, reason and text.
type Rejected = (String, u64, String, String, String);

/// A case with a folder that is as it should be but for what is changed in it.
pub fn case(numbers: &'static str, what: impl Into<String>) -> Case {
    Case { numbers, what: what.into(), proof: Proof::Folder(Box::default()) }
}

pub fn script(numbers: &'static str, what: &str, proof: fn()) -> Case {
    Case { numbers, what: what.to_owned(), proof: Proof::Script(proof) }
}

/// A fault, or a part of one, that is not shown here.
pub fn elsewhere(numbers: &'static str, where_and_why: &str) -> Case {
    Case { numbers, what: where_and_why.to_owned(), proof: Proof::Elsewhere }
}

impl Case {
    fn folder(mut self, change: impl FnOnce(&mut Folder)) -> Self {
        if let Proof::Folder(folder) = &mut self.proof {
            change(folder);
        }
        self
    }

    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.folder(|folder| {
            folder.files.insert(name.to_owned(), Some(bytes.as_ref().to_vec()));
        })
    }

    pub fn without(self, name: &str) -> Self {
        self.folder(|folder| {
            folder.files.insert(name.to_owned(), None);
        })
    }

    /// In place of `transactions.csv`.
    pub fn transactions(self, bytes: impl AsRef<[u8]>) -> Self {
        self.file("transactions.csv", bytes)
    }

    /// In place of `customers.csv`.
    pub fn customers(self, bytes: impl AsRef<[u8]>) -> Self {
        self.file("customers.csv", bytes)
    }

    /// Another text in one column of the third transaction, line 4.
    pub fn cell(self, column: &str, text: &str) -> Self {
        self.transactions(with_cell(column, text))
    }

    /// Keys laid over the configuration.
    pub fn configured(self, keys: &str) -> Self {
        self.folder(|folder| folder.configured.push(keys.to_owned()))
    }

    /// What is done to the folder after its files are written.
    pub fn prepared(self, prepare: fn(&Path)) -> Self {
        self.folder(|folder| folder.prepare = Some(prepare))
    }

    pub fn on_night(self, date: &'static str) -> Self {
        self.folder(|folder| folder.as_of = Some(date))
    }

    /// The night is refused: exit code, message, and a part of the hints.
    pub fn refused(self, exit_code: u8, message: &str, hint: &str) -> Self {
        self.folder(|folder| folder.refusal = Some((exit_code, message.to_owned(), hint.to_owned())))
    }

    pub fn night(self, date: &'static str) -> Self {
        self.folder(|folder| folder.night = Some(date))
    }

    pub fn reject(self, file: &str, line: u64, column: &str, reason: &str, raw: &str) -> Self {
        let row = (file.to_owned(), line, column.to_owned(), reason.to_owned(), raw.to_owned());
        self.folder(|folder| folder.rejects.push(row))
    }

    /// The books of a file, in the words of [`account`].
    pub fn account(self, file: &str, books: &str) -> Self {
        self.folder(|folder| folder.accounts.push((file.to_owned(), books.to_owned())))
    }

    pub fn extra_columns(self, file: &str, columns: u32) -> Self {
        self.folder(|folder| folder.extra_columns.push((file.to_owned(), columns)))
    }

    /// A part of a warning or note that the operator is given.
    pub fn told(self, words: &str) -> Self {
        self.folder(|folder| folder.told.push(words.to_owned()))
    }

    /// What went otherwise than it should.
    fn failures(&self) -> Vec<String> {
        let failed = match &self.proof {
            Proof::Elsewhere => Vec::new(),
            Proof::Script(script) => catch_unwind(script).err().map(panic_text).into_iter().collect(),
            Proof::Folder(folder) => {
                let run = std::panic::AssertUnwindSafe(|| folder.failures());
                catch_unwind(run).unwrap_or_else(|panic| vec![panic_text(panic)])
            }
        };
        failed.into_iter().map(|what| format!("{} {}: {what}", self.numbers, self.what)).collect()
    }
}

fn panic_text(panic: Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}

/// The transactions with another text in one column of line 4.
pub fn with_cell(column: &str, text: &str) -> String {
    let mut lines: Vec<Vec<&str>> =
        drop_folder::TRANSACTIONS.lines().map(|line| line.split(',').collect()).collect();
    let at = lines[0].iter().position(|name| *name == column).unwrap();
    lines[CHANGED_LINE - 1][at] = text;
    lines.iter().map(|fields| fields.join(",") + "\n").collect()
}

/// Line 4 of that.
pub fn changed_line(column: &str, text: &str) -> String {
    with_cell(column, text).lines().nth(CHANGED_LINE - 1).unwrap().to_owned()
}

impl Folder {
    fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let mut folder = DropFolder::new();
        for keys in &self.configured {
            folder.configure(keys);
        }
        for (name, bytes) in &self.files {
            match bytes {
                Some(bytes) => folder.put(name, bytes),
                None => folder.remove(name),
            }
        }
        if let Some(prepare) = self.prepare {
            prepare(&folder.data());
        }
        let checked = match folder.check(self.as_of) {
            Ok(checked) => checked,
            Err(error) => {
                self.compare_refusal(Some(&error), &mut failures);
                return failures;
            }
        };
        self.compare_refusal(checked.refusal(), &mut failures);
        let night = checked.night.map(|night| night.to_string());
        let expected = self.night.or(self.refusal.is_none().then_some("2026-10-31"));
        if expected.is_some() && night.as_deref() != expected {
            failures.push(format!("the night is {night:?}, not {expected:?}"));
        }
        if !folder.is_untouched() {
            failures.push("`check` wrote something".to_owned());
        }
        match folder.take_in("2026-10-31") {
            Ok((store, _)) => self.compare(&checked, &store, &mut failures),
            Err(error) => {
                let same = checked.refusal().is_some_and(|other| other.to_string() == error.to_string());
                if !same {
                    failures.push(format!("`check` says {:?}, an ingest `{error}`", checked.refusals));
                }
                if folder.store().commit().sequence != 0 {
                    failures.push("a refused delivery is in the store".to_owned());
                }
            }
        }
        failures
    }

    fn compare_refusal(&self, found: Option<&Error>, failures: &mut Vec<String>) {
        match (&self.refusal, found) {
            (None, None) => {}
            (None, Some(error)) => failures.push(format!("refused: {error} ({:?})", error.hints())),
            (Some((_, message, _)), None) => failures.push(format!("not refused; expected `{message}`")),
            (Some((code, message, hint)), Some(error)) => {
                if error.kind().exit_code() != *code {
                    failures.push(format!("exit code {}, not {code}: {error}", error.kind().exit_code()));
                }
                if !error.to_string().contains(message.as_str()) {
                    failures.push(format!("the message is `{error}`, not `{message}`"));
                }
                if hint.is_empty() || !error.hints().iter().any(|given| given.contains(hint.as_str())) {
                    failures.push(format!("the hints are {:?}, without `{hint}`; {error}", error.hints()));
                }
            }
        }
    }

    fn compare(&self, checked: &CheckReport, store: &Store, failures: &mut Vec<String>) {
        let mut rejects: Vec<Rejected> = Vec::new();
        for delivery in &store.commit().deliveries {
            let name = delivery.name();
            let Some(file) = checked.files.iter().find(|file| file.name == name) else {
                failures.push(format!("`check` does not name `{name}`"));
                continue;
            };
            if !delivery.books.reconcile() || !file.reconciles {
                failures.push(format!("the books of `{name}` do not add up: {:?}", delivery.books));
            }
            if file.books != delivery.books {
                failures.push(format!("`check` has other books for `{name}`: {:?}", file.books));
            }
            let masked = file.rejects.iter().flat_map(|found| &found.examples).map(|(_, text)| text);
            let is_seen = |text: &&String| text.contains(|c: char| matches!(c, '0'..='8') || c.is_control());
            failures.extend(masked.filter(is_seen).map(|text| format!("an example is not masked: `{text}`")));
            let rows = delivery.rejects.as_ref().map(|file| store.rejects(file).unwrap().rows);
            let row = |row: tercet::store::books::Reject| {
                (name.to_owned(), row.line, row.column, row.reason, row.raw)
            };
            rejects.extend(rows.into_iter().flatten().map(row));
        }
        rejects.sort();
        let mut expected = self.rejects.clone();
        expected.sort();
        if rejects != expected {
            failures.push(format!("rejected: {rejects:#?}, not {expected:#?}"));
        }
        self.compare_books(checked, failures);
        self.compare_told(&checked.taken, failures);
    }

    fn compare_books(&self, checked: &CheckReport, failures: &mut Vec<String>) {
        let found = |name: &str| checked.files.iter().find(|file| file.name == name);
        for (name, expected) in &self.accounts {
            let books = found(name).map_or_else(String::new, |file| account(&file.books));
            if books != *expected {
                failures.push(format!("`{name}` has `{books}`, not `{expected}`"));
            }
        }
        for (name, expected) in &self.extra_columns {
            let columns = found(name).map(|file| file.extra_columns);
            if columns != Some(*expected) {
                failures.push(format!("`{name}` has {columns:?} extra columns, not {expected}"));
            }
        }
    }

    fn compare_told(&self, taken: &Taken, failures: &mut Vec<String>) {
        let warnings = taken.warnings.iter().map(ToString::to_string);
        let told: Vec<String> = warnings.chain(taken.notes.iter().map(|note| format!("{note:?}"))).collect();
        for words in &self.told {
            if !told.iter().any(|told| told.contains(words.as_str())) {
                failures.push(format!("the operator is told {told:?}, and not `{words}`"));
            }
        }
    }
}

fn run(cases: &[Case]) {
    let failures: Vec<String> = cases.iter().flat_map(Case::failures).collect();
    assert!(failures.is_empty(), "{} failures:\n\n{}\n", failures.len(), failures.join("\n\n"));
}

#[test]
fn dates_and_delivery() {
    run(&dates::cases());
}

#[test]
fn deliveries_in_any_order() {
    run(&deliveries::cases());
}

#[test]
fn files() {
    run(&files::cases());
}

#[test]
fn parquet_files() {
    run(&parquet_files::cases());
}

#[test]
fn texts() {
    run(&texts::cases());
}

#[test]
fn values() {
    run(&values::cases());
}

#[test]
fn schema_and_keys() {
    run(&schema::cases());
}

#[test]
fn every_number_has_a_case() {
    let all = [
        dates::cases(),
        deliveries::cases(),
        files::cases(),
        parquet_files::cases(),
        texts::cases(),
        values::cases(),
        schema::cases(),
    ];
    let covered: BTreeSet<&str> = all.iter().flatten().flat_map(|case| case.numbers.split(' ')).collect();
    let groups = [("D", 17), ("F", 40), ("V", 27), ("S", 19)];
    let numbers: Vec<String> =
        groups.iter().flat_map(|(group, last)| (1..=*last).map(move |n| format!("{group}{n}"))).collect();
    let missing: Vec<&String> = numbers.iter().filter(|number| !covered.contains(number.as_str())).collect();
    assert!(missing.is_empty(), "without a case: {missing:?}");
    let unknown: Vec<&&str> = covered.iter().filter(|it| !numbers.iter().any(|known| known == *it)).collect();
    assert!(unknown.is_empty(), "no such number: {unknown:?}");
    let idle = all.iter().flatten().filter(|case| matches!(case.proof, Proof::Elsewhere));
    assert!(idle.into_iter().all(|case| case.what.len() > 20), "a case elsewhere says where and why");
}
