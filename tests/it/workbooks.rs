//! The files that people of the bank open: whose customers stand in them, under which names, and what is hidden.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write small exports and look at what comes out"
)]

use crate::bank::{Unobserved, config_allowing_empty, invent, night};
use crate::lists::deliver;
use crate::published::Table;
use calamine::{Data, Reader, Xlsx, open_workbook};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tercet::config::{Config, Profile, overlay};
use tercet::pipeline::{NightReport, run};
use tercet::privacy::Privacy;

/// Every cell of a workbook as text, by sheet.
fn cells(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let names = book.sheet_names();
    let text = |cell: &Data| if let Data::String(text) = cell { Some(text.clone()) } else { None };
    let mut cells_of = |name: &str| {
        book.worksheet_range(name).unwrap().cells().filter_map(|(.., cell)| text(cell)).collect()
    };
    names.iter().map(|name| (name.clone(), cells_of(name))).collect()
}

/// What the hidden sheet says, by key.
fn identity(path: &Path) -> BTreeMap<String, String> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range("tercet").unwrap();
    range.rows().map(|row| (row[0].to_string(), row[1].to_string())).collect()
}

/// Files of `lists/` with this ending, by name.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("lists")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

fn is_of_a_branch(path: &Path) -> bool {
    path.file_name().unwrap().to_str().unwrap().starts_with("branch-")
}

fn with_profile(data: &Path, workspace: &Path, profile: Profile, key_file: &Path) -> Config {
    let mut raw = overlay::read_defaults().unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.privacy.profile = profile;
    raw.privacy.key_file = key_file.to_owned();
    raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
    // Most of a night's time; one of them shows probabilities.
    raw.churn.enabled = profile == Profile::Full;
    raw.churn.disabled_because = "the test is about files".into();
    raw.check().unwrap()
}

fn write_key(home: &Path, bytes: &[u8], mode: u32) -> PathBuf {
    let path = home.join("key");
    std::fs::write(&path, bytes).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// Customers of each manager's files by what stands in them, against those whom he was delivered with.
fn assert_only_own_customers(report: &NightReport, shown_as: &dyn Fn(&str) -> String) {
    let segments = Table::read(&report.folder.join("segments.parquet"));
    let owners: BTreeMap<String, String> = segments
        .texts("customer_id")
        .into_iter()
        .zip(segments.texts("manager_id"))
        .map(|(id, manager)| (shown_as(&id.unwrap()), manager.unwrap_or_default()))
        .collect();
    let left: BTreeSet<String> = owners
        .values()
        .filter(|id| !report.folder.join(format!("lists/{id}.xlsx")).exists())
        .cloned()
        .collect();
    let mut n_found = 0;
    let mut check = |manager: &str, text: &str, file: &Path| {
        if let Some(owner) = owners.get(text) {
            n_found += 1;
            let is_own =
                owner == manager || (manager == "unassigned" && (owner.is_empty() || left.contains(owner)));
            assert!(is_own, "a customer of {owner} in {}", file.display());
        }
    };
    for file in files(&report.folder, "xlsx").iter().filter(|file| !is_of_a_branch(file)) {
        let manager = identity(file)["manager_id"].clone();
        for (sheet, texts) in cells(file) {
            texts.iter().filter(|_| sheet != "tercet").for_each(|text| check(&manager, text, file));
        }
    }
    for file in files(&report.folder, "csv") {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        for record in reader.records().map(Result::unwrap) {
            record.iter().for_each(|field| check(&record[1], field, &file));
        }
    }
    assert!(n_found > 200, "{n_found} customers found in files");
}

#[test]
fn a_managers_files_hold_only_his_customers_under_every_profile() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    invent(1500, 18, 7, &data);
    let key = write_key(home.path(), &[42; 32], 0o600);
    let report_of = |profile, folder: &str| {
        night(&with_profile(&data, &home.path().join(folder), profile, &key), "2026-10-31")
    };
    let full = report_of(Profile::Full, "full");
    assert_only_own_customers(&full, &str::to_owned);
    assert_no_held_out_or_never_listed(&full, &data);

    let customers = delivered_people(&data);
    let (masked, again) = (report_of(Profile::Masked, "masked"), report_of(Profile::Masked, "again"));
    for file in files(&masked.folder, "xlsx").into_iter().chain(files(&masked.folder, "csv")) {
        let other = again.folder.join("lists").join(file.file_name().unwrap());
        assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(other).unwrap(), "{}", file.display());
    }
    assert_only_own_customers(&masked, &str::to_owned);
    assert_hidden(&masked, |person| vec![&person.name, &person.phone], &customers);

    let pseudonymous = report_of(Profile::Pseudonymous, "pseudonymous");
    let config = with_profile(&data, home.path(), Profile::Pseudonymous, &key);
    let privacy = Privacy::of(&config.privacy).unwrap();
    assert_only_own_customers(&pseudonymous, &|id| privacy.customer_id(id).into_owned());
    assert_hidden(&pseudonymous, |person| vec![&person.id, &person.name, &person.phone], &customers);
    assert_eq!(pseudonymous.manifest.privacy.key_version.as_deref(), privacy.key_version());
    assert_ne!(pseudonymous.manifest.run_id, full.manifest.run_id);
    let manifest = std::fs::read_to_string(pseudonymous.folder.join("manifest.json")).unwrap();
    assert!(!manifest.contains("42424242") && !manifest.contains(key.to_str().unwrap()));
}

struct Person {
    id: String,
    name: String,
    phone: String,
}

fn delivered_people(data: &Path) -> Vec<Person> {
    let people = delivered_customers(data, ["customer_id", "name", "phone"]).into_iter();
    people.map(|[id, name, phone]| Person { id, name, phone }).collect()
}

/// These columns of the customers.
fn delivered_customers<const N: usize>(data: &Path, columns: [&str; N]) -> Vec<[String; N]> {
    let text = customers_text(data);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let places = columns.map(|name| headers.iter().position(|found| found == name).unwrap());
    reader.records().map(Result::unwrap).map(|row| places.map(|at| row[at].to_owned())).collect()
}

fn customers_text(data: &Path) -> String {
    let bytes = std::fs::read(data.join("customers.csv.gz")).unwrap();
    let mut text = String::new();
    let mut reader: Box<dyn std::io::Read> = if bytes.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::MultiGzDecoder::new(std::io::Cursor::new(bytes)))
    } else {
        Box::new(std::io::Cursor::new(bytes))
    };
    std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    text
}

/// No file of a manager names whom his list holds out, or who must never be contacted. Files of branches name both where
/// they are handed over.
fn assert_no_held_out_or_never_listed(report: &NightReport, data: &Path) {
    let targets = Table::read(&report.folder.join("targets.parquet"));
    let held_out: BTreeSet<String> = targets
        .texts("customer_id")
        .into_iter()
        .zip(targets.bools("held_out"))
        .filter(|(_, held_out)| *held_out)
        .map(|(id, _)| id.unwrap())
        .collect();
    let never = never_contacted(data);
    assert!(!held_out.is_empty() && !never.is_empty(), "{} and {}", held_out.len(), never.len());
    let check = |text: &str, file: &Path| {
        assert!(!held_out.contains(text), "{} names the held-out {text}", file.display());
        assert!(!never.contains(text), "{} names {text}, never to be contacted", file.display());
    };
    for file in files(&report.folder, "xlsx").into_iter().filter(|file| !is_of_a_branch(file)) {
        cells(&file).values().flatten().for_each(|text| check(text, &file));
    }
    for file in files(&report.folder, "csv") {
        let mut reader = csv::Reader::from_path(&file).unwrap();
        reader.records().map(Result::unwrap).for_each(|row| row.iter().for_each(|text| check(text, &file)));
    }
}

/// Customers who are dead, under a legal hold, or do not allow contact.
fn never_contacted(data: &Path) -> BTreeSet<String> {
    let columns = ["customer_id", "deceased", "legal_hold", "contact_allowed"];
    let customers = delivered_customers(data, columns).into_iter();
    let never = customers
        .filter(|[_, deceased, held, allowed]| deceased == "true" || held == "true" || allowed == "false");
    never.map(|[id, ..]| id).collect()
}

/// No file of a manager or a branch shows any of these texts as a cell.
fn assert_hidden(report: &NightReport, texts: impl Fn(&Person) -> Vec<&String>, people: &[Person]) {
    let hidden: BTreeSet<&str> =
        people.iter().flat_map(&texts).map(String::as_str).filter(|text| text.chars().count() > 1).collect();
    assert!(hidden.len() > 500, "{} texts to hide", hidden.len());
    for file in files(&report.folder, "xlsx") {
        for text in cells(&file).into_values().flatten() {
            assert!(!hidden.contains(text.as_str()), "{} shows `{text}`", file.display());
        }
    }
    for file in files(&report.folder, "csv") {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.split([',', '"', '\r', '\n']).all(|field| !hidden.contains(field)),
            "{}",
            file.display()
        );
    }
}

/// Large customers of these managers, each with money that matures in two days.
fn with_managers(home: &Path, managers: &[&str], name: &str) -> (PathBuf, NightReport) {
    let data = home.join("data");
    std::fs::create_dir(&data).unwrap();
    let mut rows = [String::new(), String::new(), String::new(), String::new()];
    for (at, manager) in managers.iter().enumerate() {
        rows[0] += &format!("C{at},2020-01-01,{manager},gold,,,B1,,,,,,,,,,,,,,{name},+8613812341234\n");
        rows[1] += &format!("{at},C{at},2026-10-31,1,deposit\n");
        rows[2] += &format!("2026-10-31,C{at},wealth,600000,2026-05-01,2026-11-02\n");
        if !manager.is_empty() {
            rows[3] += &format!("{manager},{name},B1,20\n");
        }
    }
    let [customers, transactions, holdings, managers] = rows.each_ref().map(|rows| rows.trim_end());
    deliver(
        &data,
        &[
            ("branches", "B1,=Branch"),
            ("managers", managers),
            ("customers", customers),
            ("transactions-2026-10", transactions),
            ("holdings-2026-10", holdings),
        ],
    );
    let report = night(&config_allowing_empty(&data, &home.join("work")), "2026-10-31");
    (data, report)
}

#[test]
fn odd_managers_get_a_file_each_inside_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let long = "9".repeat(300);
    let managers = ["../../x", "a/b", "C:\\x", "CON", ".", &long, "张三", "x.", "m1", "M1", "branch-B1", ""];
    let (_, report) = with_managers(home.path(), &managers, "Ann");
    let books = files(&report.folder, "xlsx");
    let (of_branches, of_managers): (Vec<PathBuf>, Vec<PathBuf>) =
        books.into_iter().partition(|path| path.file_name().unwrap() == "branch-B1.xlsx");
    assert_eq!((of_branches.len(), of_managers.len()), (1, managers.len()));
    let lower: BTreeSet<String> =
        of_managers.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_lowercase()).collect();
    assert_eq!(lower.len(), managers.len(), "{lower:?}");
    let ids: BTreeSet<String> = of_managers.iter().map(|path| identity(path)["manager_id"].clone()).collect();
    let wanted = managers.iter().map(|id| if id.is_empty() { "unassigned" } else { id });
    assert_eq!(ids, wanted.map(str::to_owned).collect());
    for file in &of_managers {
        assert!(file.with_extension("csv").is_file(), "{}", file.display());
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let outside: Vec<String> = std::fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(outside.len(), 2, "{outside:?}");
}

#[test]
fn hostile_names_stay_texts_in_every_file() {
    for name in ["=1+1", "-1+1", "@SUM(A1)", "＝1+1", "http://example.com"] {
        let home = tempfile::tempdir().unwrap();
        let (_, report) = with_managers(home.path(), &["M1"], name);
        let book = report.folder.join("lists/M1.xlsx");
        assert!(cells(&book)["Contacts"].iter().any(|text| text == name), "{name}");
        let csv = std::fs::read_to_string(report.folder.join("lists/M1.csv")).unwrap();
        let guard = if name.starts_with('h') { "" } else { "'" };
        assert!(csv.contains(&format!(",{guard}{name},'+8613812341234,")), "{csv}");
    }
}

#[test]
fn a_key_that_others_may_read_stops_the_night_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let workspace = home.path().join("work");
    for (bytes, mode, why) in [
        (&b"ThisIsTheSecretKeyOfTheBankNumber1"[..], 0o644, "others may read or change the key"),
        (b"ThisIsShort", 0o600, "has 11 bytes of at least 32"),
    ] {
        let key = write_key(home.path(), bytes, mode);
        let config = with_profile(&data, &workspace, Profile::Pseudonymous, &key);
        let refused = run(&config, None, false, &Unobserved).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
        assert_eq!(refused.kind().exit_code(), 2);
        let shown = format!("{refused} {refused:?}");
        assert!(!shown.contains("ThisIs"), "{shown}");
        std::fs::remove_file(key).unwrap();
    }
    assert!(!workspace.join("published").exists());
}

#[test]
fn the_head_of_a_branch_sees_what_is_brought_before_him() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    deliver(
        &data,
        &[
            ("branches", "B1,North\nB2,South\nB3,Empty"),
            ("managers", "M1,Ann,B1,20\nM2,Bob,B1,20,2026-10-15\nM3,Cy,B2,20,2026-12-01"),
            (
                "customers",
                "A,2020-01-01,M1,gold\nB,2020-01-01,M1,gold\nC,2020-01-01,M2,gold\nD,2020-01-01,M3,gold\nE,2020-01-01,,gold,,,B2\nF,2020-01-01,M1,gold,false\nG,2020-01-01,M1",
            ),
            (
                "transactions-2026-10",
                "1,A,2026-10-31,-50000,transfer_out\n2,B,2026-10-31,1,deposit\n3,E,2026-10-31,1,deposit\n4,F,2026-10-31,-700000,transfer_out",
            ),
            (
                "holdings-2026-10",
                "2026-09-30,A,securities,1000000\n2026-10-24,A,securities,1000000\n2026-10-30,A,securities,1000000\n2026-10-31,A,securities,700000\n\
                 2026-09-30,B,securities,900000\n2026-10-24,B,securities,900000\n2026-10-30,B,securities,900000\n2026-10-31,B,securities,900000\n\
                 2026-09-30,C,securities,30000\n2026-10-31,C,securities,30000\n2026-09-30,D,securities,40000\n2026-10-31,D,securities,40000\n\
                 2026-09-30,E,securities,100000\n2026-10-31,E,securities,100000\n2026-09-30,F,securities,900000\n2026-09-30,G,securities,90000",
            ),
            ("contacts", "B,2026-10-05,true\nG,2026-10-05,true\nA,2026-10-01,true,2026-10-02"),
        ],
    );
    let report = night(&config_allowing_empty(&data, &home.path().join("work")), "2026-10-31");
    let names: Vec<String> = files(&report.folder, "xlsx")
        .iter()
        .filter(|path| is_of_a_branch(path))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["branch-B1.xlsx", "branch-B2.xlsx"]);
    insta::assert_snapshot!(shown(&report.folder.join("lists/branch-B1.xlsx")), @"
    == Escalations
    North · 2026-10-31
    Customers of tier Key and above; amounts in CNY
    Large moves
    Assets that changed by 200,000 or more; without a price effect where balances do not date the change.
    Customer|Name|Tier|Manager|Change (CNY)|Net money in or out (CNY)|Price effect (CNY)|Within days|# today
    A||Key|Ann (M1)|-300000|-50000|-250000|1|3
    Open complaints
    Not resolved, the longest open first.
    Customer|Name|Tier|Manager|Assets now (CNY)|Opened on|Days open
    B||Key|Ann (M1)|900000|46300|26
    == Hand-overs
    North · 2026-10-31
    Customers of managers who have left or will leave; amounts in CNY
    Customers to hand over
    The most valuable first.
    Customer|Name|Tier|Type|Assets (CNY)|Assets now (CNY)|Manager|Leaves on|New manager
    C||Basic|Not typed yet|23437.5|30000|Bob (M2)|46310
    == Managers
    North · 2026-10-31
    Amounts in CNY
    Managers of the branch
    Customers by the manager they were delivered with; lists by the one who works them today.
    Manager|Customers|Assets (CNY)|Value at risk (CNY)|On today's list|Beyond capacity|Capacity a day
    Ann (M1)|4|2633125||3|0|20
    Bob (M2)|1|23437.5||0|0|0
    All|5|2656562.5||3|0|20
    ");
    let south = shown(&report.folder.join("lists/branch-B2.xlsx"));
    assert_eq!(south.lines().filter(|line| *line == "None.").count(), 2, "{south}");
    assert!(south.contains("\nD||Basic|Not typed yet|31250|40000|Cy (M3)|46357\n"), "{south}");
    assert!(!["A", "B", "C", "E"].iter().any(|other| south.contains(&format!("\n{other}|"))), "{south}");
}

/// Every row of every sheet, cells parted by bars.
fn shown(path: &Path) -> String {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let mut text = String::new();
    for name in book.sheet_names() {
        text += &format!("== {name}\n");
        for row in book.worksheet_range(&name).unwrap().rows() {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            let line = cells.join("|");
            let line = line.trim_end_matches('|');
            if !line.is_empty() {
                text += &format!("{line}\n");
            }
        }
    }
    text
}
