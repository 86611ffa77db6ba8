//! Workbooks that managers filled in: what becomes a contact, what is turned away and why, and what the next night
//! makes of it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write small exports and look at what comes out"
)]

pub mod sheets;

use crate::bank::{Unobserved, night};
use crate::published::Table;
use assert_cmd::Command;
use calamine::Data;
use sheets::{FORMULA, Sheets, identity, text};
use std::path::{Path, PathBuf};
use tercet::config::{Config, Profile, Raw, overlay};
use tercet::error::Kind;
use tercet::labels::Language;
use tercet::pipeline::{read_results, run};
use tercet::results::Report;
use tercet::store::Store;

const NIGHT: &str = "2026-10-31";
/// The day after.
const NEXT: &str = "2026-11-01";

const TABLES: [(&str, &str); 8] = [
    ("branches", "branch_id,name,parent_id"),
    ("managers", "manager_id,name,branch_id,daily_capacity,left_on\nM1,Ann,B1,20,\nM2,Bob,B1,20,"),
    ("products", "product_id,product_kind,name,margin_rate,risk_level,on_sale"),
    (
        "customers",
        "customer_id,opened_on,manager_id,card_tier,contact_allowed,birth_date,branch_id,closed_on,close_reason,gender,occupation,education,\
         risk_level,customer_kind,other_bank_assets,satisfaction,marketing_allowed,deceased,legal_hold,preferred_channel,name,phone\n\
         001,2020-01-01,M1,gold,true,,,,,,,,,,,,true,,,,,\n002,2020-03-01,M1,gold,true,,,,,,,,,,,,true,,,,,\n\
         003,2020-03-01,M1,gold,true,,,,,,,,,,,,true,,,,,\n004,2020-03-01,M1,gold,true,,,,,,,,,,,,true,,,,,\n\
         005,2020-03-01,M2,gold,true,,,,,,,,,,,,true,,,,,\n006,2020-03-01,,gold,true,,,,,,,,,,,,true,,,,,",
    ),
    ("accounts", "account_id,customer_id,role,opened_on,closed_on,product_kind"),
    (
        "transactions-2026-10",
        "transaction_id,customer_id,booked_on,amount,kind,account_id,product_kind,channel,currency,counterparty_bank,own_account_elsewhere\n\
         1,001,2026-10-31,1,deposit,,,,CNY,,",
    ),
    (
        "holdings-2026-10",
        "snapshot_on,customer_id,product_kind,balance,started_on,matures_on,product_id,currency,cost_basis,market_value_change,rate,credit_limit\n\
         2026-09-30,001,securities,900000,,,,CNY,,,,\n2026-09-30,002,securities,800000,,,,CNY,,,,\n\
         2026-09-30,003,securities,700000,,,,CNY,,,,\n2026-09-30,004,demand_deposit,600000,,,,CNY,,,,\n\
         2026-09-30,005,securities,600000,,,,CNY,,,,\n2026-09-30,006,securities,600000,,,,CNY,,,,",
    ),
    (
        "contacts",
        "customer_id,contacted_on,complaint,resolved_at,manager_id,channel,list,outcome,satisfaction,opened_at\n\
         005,2020-02-01,,,M2,,,reached,,",
    ),
];

/// A bank of six customers after its night: four of M1, one of M2, one of nobody.
struct Home {
    folder: tempfile::TempDir,
    config: Config,
}

impl Home {
    fn of(language: Language) -> Self {
        Self::set_up(language, |_| {})
    }

    fn set_up(language: Language, set: impl FnOnce(&mut Raw)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        for (name, text) in TABLES {
            let lines = text.lines().map(|line| line.trim().to_owned() + "\n");
            std::fs::write(data.join(format!("{name}.csv.gz")), lines.collect::<String>()).unwrap();
        }
        let mut raw = overlay::read_defaults().unwrap();
        (raw.data, raw.workspace, raw.language) = (data, folder.path().join("work"), language);
        raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
        set(&mut raw);
        let config = raw.check().unwrap();
        night(&config, NIGHT);
        Self { folder, config }
    }

    fn targets(&self) -> Table {
        Table::read(&self.config.workspace.join(format!("published/as_of={NIGHT}/targets.parquet")))
    }

    /// Who stands on a list of contacts due or of unclaimed customers tonight.
    fn listed(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.targets().texts("customer_id").into_iter().flatten().collect();
        ids.sort();
        ids
    }

    /// A manager's workbook; a name in lower case goes on with a hash.
    fn workbook(&self, manager: &str) -> Sheets {
        let folder = self.config.workspace.join(format!("published/as_of={NIGHT}/lists"));
        let is_his = |name: &&String| name.starts_with(manager) && name.ends_with(".xlsx");
        Sheets::open(&folder.join(names_in(&folder).iter().find(is_his).unwrap()))
    }

    /// A booking of the next day arrives.
    fn a_day_later(&self) {
        let header = TABLES[5].1.lines().next().unwrap().trim();
        let transactions = self.config.data.join("transactions-2026-11.csv.gz");
        std::fs::write(transactions, format!("{header}\n2,001,{NEXT},1,deposit,,,,CNY,,\n")).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, files: &[PathBuf]) -> Report {
        read_results(&self.config, files).unwrap()
    }

    /// Records of the kept files after their headers, and of the rejected rows.
    fn kept(&self) -> (Vec<String>, Vec<String>) {
        let folder = self.config.workspace.join("results");
        let names = names_in(&folder);
        let records = |prefix: &str| {
            let of_prefix = names.iter().filter(|name| name.starts_with(prefix));
            let files = of_prefix.map(|name| csv::Reader::from_path(folder.join(name)).unwrap());
            let records = files.flat_map(|file| file.into_records().map(Result::unwrap).collect::<Vec<_>>());
            records.map(|record| record.iter().collect::<Vec<_>>().join(",")).collect()
        };
        (records("results-"), records("rejected-"))
    }

    /// `(day, list, outcome)` of a customer's contacts, as the store has them.
    fn contacts(&self, customer_id: &str) -> Vec<String> {
        let store = Store::open(&self.config.workspace, self.config.store.buckets).unwrap();
        let bank = store.bank(NIGHT.parse().unwrap()).unwrap();
        let index = bank.customers().position(|customer| &*customer.customer_id == customer_id).unwrap();
        let contacts = bank.contacts(u32::try_from(index).unwrap()).iter();
        contacts
            .map(|contact| {
                let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or("-").to_owned();
                let (manager, list, outcome) =
                    (text(&contact.manager_id), text(&contact.list), text(&contact.outcome));
                format!("{} {manager} {list} {outcome}", contact.contacted_on)
            })
            .collect()
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The last remarks of the first `n` rows.
fn remarks(mut book: Sheets, n: usize) -> Vec<String> {
    let (row, column) = book.header("last_remark");
    book.list()[row + 1..].iter().take(n).map(|cells| cells[column].to_string()).collect()
}

fn counts(report: &Report) -> [usize; 6] {
    let row = &report.files[0];
    [row.rows, row.contacts, row.reached, row.repeated, row.known, row.rejected]
}

#[test]
fn what_a_manager_filled_in_is_a_contact_of_the_next_night_in_either_language() {
    for (language, sale, missed) in
        [(Language::En, "Sale", "Not reached"), (Language::ZhCn, "已成交", "未接通")]
    {
        let home = Home::of(language);
        assert_eq!(home.listed(), ["001", "002", "003", "004", "005", "006"]);
        let path = home.path("M1 (2).xlsx");
        // Sorted the other way round, with the day as a date in one row and typed as text in another.
        let mut sheets = home
            .workbook("M1")
            .filled(1, "", sale)
            .with(
                1,
                "contacted_on",
                Data::DateTime(calamine::ExcelDateTime::new(
                    46_326.5,
                    calamine::ExcelDateTimeType::DateTime,
                    false,
                )),
            )
            .filled(3, "2026/10/31", missed)
            .with(3, "remark", text("周二再打，\nnot before six"))
            .with(4, "contacted_on", text("2026年10月31日"));
        let first = sheets.header("rank").0 + 1;
        sheets.list()[first..first + 4].reverse();
        sheets.save(&path);

        let report = home.read(&[path]);
        assert_eq!((report.rejects.len(), report.is_kept()), (0, true), "{:?}", report.rejects);
        assert_eq!(counts(&report), [4, 3, 2, 0, 0, 0]);
        let (kept, rejected) = home.kept();
        let without_run = |line: &String| {
            let fields: Vec<&str> = line.split(',').collect();
            [&fields[..6], &fields[7..]].concat().join(",")
        };
        let kept: Vec<String> = kept.iter().map(without_run).collect();
        assert_eq!(
            kept,
            [
                "001,2026-10-31,M1,,contact_due,sale,1,",
                "003,2026-10-31,M1,,contact_due,not_reached,3,周二再打， not before six",
                "004,2026-10-31,M1,,contact_due,,4,",
            ]
        );
        assert_eq!(rejected, Vec::<String>::new());

        // Whom nobody reached is due again; the others are not.
        let again = night(&home.config, NIGHT);
        assert_eq!(home.listed(), ["002", "003", "005", "006"]);
        assert_eq!(remarks(home.workbook("M1"), 2), ["", "2026-10-31 周二再打， not before six"]);
        assert_eq!(home.contacts("001"), ["2026-10-31 M1 contact_due sale"]);
        assert_eq!(home.contacts("005"), ["2020-02-01 M2 - reached"]);
        let input = again.manifest.inputs.iter().find(|input| input.table == "results").unwrap();
        assert_eq!((input.rows.read, input.rows.used), (3, 3));
        // Nothing is new in a further night, and its contacts are the same.
        night(&home.config, NIGHT);
        assert_eq!(home.contacts("003"), ["2026-10-31 M1 contact_due not_reached"]);
    }
}

/// What is tried, the cells filled in, and the column and the reason that are named.
type Case<'a> = (&'a str, &'a [(&'a str, Data)], &'a str, &'a str);

/// Each is the only row that is filled in, beside one that is in order.
#[test]
fn a_row_that_is_not_in_order_is_turned_away_with_its_place_and_what_to_do() {
    let home = Home::of(Language::En);
    let cases: &[Case<'_>] = &[
        (
            "no outcome of ours",
            &[("contacted_on", text(NIGHT)), ("outcome", text("Sold"))],
            "Outcome",
            "no known outcome",
        ),
        (
            "a number",
            &[("contacted_on", text(NIGHT)), ("outcome", Data::Float(1.0))],
            "Outcome",
            "no known outcome",
        ),
        (
            "tomorrow",
            &[("contacted_on", text("2026-11-01")), ("outcome", text("Sale"))],
            "Contacted on",
            "a day later than the newest of the store",
        ),
        (
            "the day before",
            &[("contacted_on", text("2026-10-30"))],
            "Contacted on",
            "a day before the list's own",
        ),
        ("no day at all", &[("outcome", text("Sale"))], "Contacted on", "an outcome without a day"),
        ("a day of another order", &[("contacted_on", text("31/10/2026"))], "Contacted on", "no day"),
        ("a bare number", &[("contacted_on", Data::Float(46_326.0))], "Contacted on", "no day"),
        ("a formula for a day", &[("contacted_on", text(FORMULA))], "Contacted on", "a formula"),
        (
            "a formula for the id",
            &[("contacted_on", text(NIGHT)), ("customer_id", text(FORMULA))],
            "Customer",
            "a formula",
        ),
        (
            "a formula for a remark",
            &[("contacted_on", text(NIGHT)), ("remark", text(FORMULA))],
            "Remark",
            "a formula",
        ),
        ("a remark alone", &[("remark", text("call later"))], "Contacted on", "a remark without a day"),
        (
            "a rank of nobody",
            &[("contacted_on", text(NIGHT)), ("rank", Data::Float(9.0))],
            "#",
            "no such number on this list",
        ),
        (
            "half a rank",
            &[("contacted_on", text(NIGHT)), ("rank", Data::Float(2.5))],
            "#",
            "no such number on this list",
        ),
        ("no rank", &[("contacted_on", text(NIGHT)), ("rank", Data::Empty)], "#", "no number of the list"),
        (
            "another customer",
            &[("contacted_on", text(NIGHT)), ("customer_id", text("001"))],
            "Customer",
            "another customer than the list has under this number",
        ),
        (
            "an id that lost its zeros",
            &[("contacted_on", text(NIGHT)), ("customer_id", Data::Float(2.0))],
            "Customer",
            "another customer than the list has under this number",
        ),
    ];
    for (n, (what, edits, column, reason)) in cases.iter().enumerate() {
        let path = home.path(&format!("{n}.xlsx"));
        let edit = |sheets: Sheets, (code, value): &(&str, Data)| sheets.with(2, code, value.clone());
        let sheets = edits.iter().fold(home.workbook("M1"), edit);
        sheets.filled(1, NIGHT, "Declined").save(&path);
        let report = home.read(&[path]);
        let [reject] = &report.rejects[..] else { panic!("{what}: {:?}", report.rejects) };
        let at = reject.column.split(" (").next().unwrap();
        assert_eq!((at, &*reject.reason, reject.row), (*column, *reason, 6), "{what}");
        let told = reject.to_string();
        assert!(
            told.contains(&format!("{n}.xlsx, sheet `Contacts`, row 6, column `")) && !reject.hint.is_empty(),
            "{told}"
        );
        // The row beside it was taken in by the first of these files, and is known ever after.
        assert_eq!(counts(&report)[1..], if n == 0 { [1, 1, 0, 0, 1] } else { [0, 0, 0, 1, 1] }, "{what}");
        let (kept, rejected) = home.kept();
        assert_eq!((kept.len(), rejected.len()), (1, 1), "{what}");
    }
    // Once it is mended nothing of it remains among the rejected.
    home.workbook("M1").filled(2, NIGHT, "Sale").save(&home.path("mended.xlsx"));
    assert_eq!(counts(&home.read(&[home.path("mended.xlsx")]))[1..], [1, 1, 0, 0, 0]);
    assert_eq!(home.kept().1, Vec::<String>::new());
}

#[test]
fn a_file_that_is_none_of_ours_is_refused_whole_and_keeps_the_others_out() {
    let home = Home::of(Language::En);
    let good = home.path("good.xlsx");
    home.workbook("M1").filled(1, NIGHT, "Sale").save(&good);
    let edited = |name: &str, edit: &dyn Fn(&mut Sheets)| {
        let mut sheets = home.workbook("M2").filled(1, NIGHT, "Sale");
        edit(&mut sheets);
        sheets.save(&home.path(name));
    };
    std::fs::write(home.path("a.xlsx"), "customer,outcome\n1,Sale\n").unwrap();
    let whole = std::fs::read(&good).unwrap();
    std::fs::write(home.path("b.xlsx"), &whole[..whole.len() - 100]).unwrap();
    std::fs::write(home.path("c.xlsx"), [0xd0, 0xcf, 0x11, 0xe0, 0, 0]).unwrap();
    edited("d.xlsx", &|sheets| sheets.0.truncate(2));
    edited("e.xlsx", &|sheets| identity(sheets, "run_id", "0123456789abcdef"));
    edited("f.xlsx", &|sheets| identity(sheets, "manager_id", "M9"));
    edited("g.xlsx", &|sheets| identity(sheets, "as_of", "2026-10-30"));
    edited("h.xlsx", &|sheets| identity(sheets, "as_of", "yesterday"));
    edited("i.xlsx", &|sheets| identity(sheets, "schema_version", "999"));
    edited("j.xlsx", &|sheets| {
        let (row, column) = sheets.header("outcome");
        sheets.list()[row][column] = text("Result");
    });
    let not_ours = "is not a workbook that Tercet wrote, or its hidden sheet was removed";
    let cases = [
        ("a.xlsx", "is not a workbook (`.xlsx`), or a damaged one"),
        ("b.xlsx", "is not a workbook (`.xlsx`), or a damaged one"),
        ("c.xlsx", "is encrypted, or an old `.xls`"),
        ("d.xlsx", not_ours),
        (
            "e.xlsx",
            "is of run 0123456789abcdef of the night of 2026-10-31, which this workspace does not have",
        ),
        ("f.xlsx", "is of manager `M9`, who has no list on the night of 2026-10-31"),
        ("g.xlsx", "of the night of 2026-10-30, which this workspace does not have"),
        ("h.xlsx", "says something else for `as_of` than Tercet writes"),
        ("i.xlsx", "was written by a newer version of Tercet"),
        ("j.xlsx", "missing or doubled: `Outcome`"),
    ];
    for (name, why) in cases {
        let report = home.read(&[good.clone(), home.path(name)]);
        let [refusal] = &report.refusals[..] else { panic!("{name}: {:?}", report.refusals) };
        assert_eq!(refusal.kind(), Kind::Refused);
        assert!(refusal.to_string().contains(name) && refusal.to_string().contains(why), "{refusal}");
        assert!(!refusal.hints().is_empty() && !report.is_kept());
        assert_eq!(home.kept().0, Vec::<String>::new(), "{name}");
    }
    assert_eq!(read_results(&home.config, &[home.path("none.xlsx")]).unwrap_err().kind(), Kind::Usage);
}

#[test]
fn a_row_counts_once_and_two_stories_count_not_at_all() {
    let home = Home::of(Language::En);
    let (one, copy, other, two) =
        (home.path("one.xlsx"), home.path("copy.xlsx"), home.path("other.xlsx"), home.path("two.xlsx"));
    home.workbook("M1").filled(1, NIGHT, "Sale").filled(2, NIGHT, "Declined").save(&one);
    std::fs::copy(&one, &copy).unwrap();
    // Another file of the same list: one row alike, one that says otherwise, one of its own.
    home.workbook("M1")
        .filled(1, NIGHT, "Sale")
        .filled(2, NIGHT, "Sale")
        .filled(3, NIGHT, "Sale")
        .save(&other);
    home.workbook("M2").filled(1, NIGHT, "Appointment").save(&two);

    let report = home.read(&[one.clone(), copy, other, two.clone()]);
    assert_eq!(report.copies.len(), 1);
    let rows: Vec<_> =
        report.files.iter().map(|row| (row.contacts, row.repeated, row.known, row.rejected)).collect();
    assert_eq!(rows, [(1, 0, 0, 1), (1, 1, 0, 1), (1, 0, 0, 0)]);
    assert!(
        report.rejects.iter().all(|reject| reject.reason.ends_with("says otherwise")),
        "{:?}",
        report.rejects
    );
    assert_eq!(home.kept().0.len(), 3);

    // The right one of the two stories comes alone; what was read before is known, and cannot be told anew.
    let report = home.read(&[one, two]);
    let rows: Vec<_> =
        report.files.iter().map(|row| (row.contacts, row.repeated, row.known, row.rejected)).collect();
    assert_eq!(rows, [(1, 0, 1, 0), (0, 0, 1, 0)]);
    home.workbook("M1").filled(1, NIGHT, "Declined").save(&home.path("late.xlsx"));
    let report = home.read(&[home.path("late.xlsx")]);
    assert_eq!(report.rejects[0].reason, "what was read of this row before says otherwise");
    assert_eq!(home.kept().0.len(), 4);

    // A line that is mended in the kept file corrects what the night before took in.
    night(&home.config, NIGHT);
    assert_eq!(home.contacts("001")[0], "2026-10-31 M1 contact_due sale");
    let folder = home.config.workspace.join("results");
    let is_kept = |name: &String| name.starts_with("results-") && name.ends_with("M1.csv");
    let name = names_in(&folder).into_iter().find(is_kept).unwrap();
    let text = std::fs::read_to_string(folder.join(&name)).unwrap();
    std::fs::write(folder.join(&name), text.replacen("sale", "declined", 1)).unwrap();
    night(&home.config, NIGHT);
    assert_eq!(home.contacts("001")[0], "2026-10-31 M1 contact_due declined");
}

/// Customer and rule of those kept off a list.
fn kept_off(folder: &Path, list: &str) -> Vec<String> {
    let table = Table::read(&folder.join("suppressions.parquet"));
    let rows = table.texts("customer_id").into_iter().zip(table.texts("list")).zip(table.texts("rule"));
    rows.filter(|((_, of), _)| of.as_deref() == Some(list))
        .map(|((id, _), rule)| format!("{} {}", id.unwrap(), rule.unwrap()))
        .collect()
}

#[test]
fn a_complaint_that_a_manager_notes_is_followed_up_and_stops_selling_until_it_is_answered() {
    let home = Home::of(Language::En);
    let rows_of = |id: &str| -> Vec<String> {
        let table = home.targets();
        let rows = table.texts("customer_id").into_iter().zip(table.texts("all_lists"));
        rows.filter(|(found, _)| found.as_deref() == Some(id)).filter_map(|(_, lists)| lists).collect()
    };
    assert!(rows_of("004")[0].starts_with("contact_due,cross_sell"), "{:?}", rows_of("004"));
    home.workbook("M1").filled(4, NIGHT, "Complaint").save(&home.path("1.xlsx"));
    assert_eq!(counts(&home.read(&[home.path("1.xlsx")])), [4, 1, 1, 0, 0, 0]);
    let again = night(&home.config, NIGHT);
    assert_eq!(rows_of("004"), ["complaint_followup"]);
    assert_eq!(kept_off(&again.folder, "cross_sell"), ["004 complaint_open"]);
    let reasons = home.targets().texts("reasons");
    let told = "complaint of 2026-10-31 open for 0 days; answer due by 2026-11-02";
    assert!(reasons.iter().flatten().any(|reason| reason == told), "{reasons:?}");

    // Answered on the next day's list, the complaint is over.
    home.a_day_later();
    let next = night(&home.config, NEXT);
    assert_eq!(kept_off(&next.folder, "cross_sell"), ["004 complaint_open"]);
    let lists = next.folder.join("lists");
    let his = names_in(&lists).into_iter().find(|name| name.starts_with("M1") && name.ends_with(".xlsx"));
    let book = Sheets::open(&lists.join(his.unwrap()));
    book.filled(1, "2026-11-01", "Reached").save(&home.path("2.xlsx"));
    assert!(home.read(&[home.path("2.xlsx")]).is_kept());
    let settled = night(&home.config, "2026-11-01");
    assert!(kept_off(&settled.folder, "cross_sell").iter().all(|kept| !kept.contains("complaint_open")));
    assert_eq!(reasons_of(&settled.folder, "004"), [ASKED_AFTER]);
}

#[test]
fn a_complaint_of_a_workbook_is_answered_and_asked_after_where_the_bank_delivers_no_contacts() {
    let home = Home::set_up(Language::En, |raw| {
        raw.sources.remove("contacts").unwrap();
    });
    let note = |on: &str, outcome: &str| {
        let folder = home.config.workspace.join(format!("published/as_of={on}"));
        let targets = Table::read(&folder.join("targets.parquet"));
        let mut rows = targets.texts("customer_id").into_iter().zip(targets.ints("rank"));
        let (_, rank) = rows.find(|(id, _)| id.as_deref() == Some("004")).unwrap();
        let is_his = |name: &String| name.starts_with("M1") && name.ends_with(".xlsx");
        let book = names_in(&folder.join("lists")).into_iter().find(is_his).unwrap();
        let path = home.path(&format!("{on}.xlsx"));
        let rank = usize::try_from(rank).unwrap();
        Sheets::open(&folder.join("lists").join(book)).filled(rank, on, outcome).save(&path);
        let report = home.read(&[path]);
        assert_eq!((report.rejects.len(), report.files[0].contacts), (0, 1), "{:?}", report.rejects);
    };
    note(NIGHT, "Complaint");
    home.a_day_later();
    night(&home.config, NEXT);
    note(NEXT, "Reached");
    let settled = night(&home.config, NEXT);
    assert_eq!(reasons_of(&settled.folder, "004"), [ASKED_AFTER]);
}

/// What a customer is asked the day after the one that the workbooks are of, once his complaint is settled.
const ASKED_AFTER: &str = "complaint resolved on 2026-11-01: ask whether it is settled";

fn reasons_of(folder: &Path, customer_id: &str) -> Vec<String> {
    let targets = Table::read(&folder.join("targets.parquet"));
    let rows = targets.texts("customer_id").into_iter().zip(targets.texts("reasons"));
    rows.filter(|(id, _)| id.as_deref() == Some(customer_id)).filter_map(|(_, why)| why).collect()
}

#[test]
fn a_complaint_of_a_workbook_is_kept_against_a_bank_that_knows_of_none_and_is_asked_after() {
    let home = Home::of(Language::En);
    home.workbook("M1").filled(4, NIGHT, "Complaint").save(&home.path("1.xlsx"));
    assert!(home.read(&[home.path("1.xlsx")]).is_kept());
    let (_, own) = TABLES[7];
    let export = |more: &str| {
        let lines = own.lines().chain(more.lines()).map(|line| line.trim().to_owned() + "\n");
        std::fs::write(home.config.data.join("contacts.csv.gz"), lines.collect::<String>()).unwrap();
    };
    // The bank's own row of the call has no list, and says that it is no complaint and closed.
    let call = format!("004,{NIGHT},false,{NIGHT},,phone,,reached,,");
    export(&call);
    let again = night(&home.config, NIGHT);
    assert_eq!(home.contacts("004"), ["2026-10-31 M1 contact_due complaint"]);
    assert_eq!(kept_off(&again.folder, "cross_sell"), ["004 complaint_open"]);

    // The call of the next day has no list either: he was reached, and did not complain again.
    home.a_day_later();
    let reasons = || reasons_of(&night(&home.config, NEXT).folder, "004");
    assert_eq!(reasons(), ["complaint of 2026-10-31 open for 1 day; answer due by 2026-11-02"]);
    export(&format!("{call}\n004,{NEXT},false,,,phone,,reached,,"));
    assert_eq!(reasons(), [ASKED_AFTER]);
}

#[test]
fn a_remark_is_kept_with_its_contact_and_another_one_is_another_story() {
    let home = Home::of(Language::En);
    let with = |name: &str, remark: &str| {
        let path = home.path(name);
        home.workbook("M1").filled(1, NIGHT, "Not reached").with(1, "remark", text(remark)).save(&path);
        path
    };
    let figures = |files: &[PathBuf]| -> Vec<[usize; 4]> {
        let report = home.read(files);
        report.files.iter().map(|row| [row.contacts, row.repeated, row.known, row.rejected]).collect()
    };
    let (none, one, other) = (with("1.xlsx", ""), with("2.xlsx", "after six"), with("3.xlsx", "before six"));
    assert_eq!(figures(&[one.clone(), other.clone()]), [[0, 0, 0, 1]; 2]);
    // A row without a remark says nothing against one.
    assert_eq!(figures(&[none.clone(), one.clone()]), [[1, 0, 0, 0], [0, 1, 0, 0]]);
    assert!(home.kept().0[0].ends_with(",1,after six"), "{:?}", home.kept());
    assert_eq!(figures(&[none, one]), [[0, 0, 1, 0]; 2]);
    assert_eq!(figures(&[other]), [[0, 0, 0, 1]]);

    // People write what they like, whomever it names: it stands where names may stand.
    night(&home.config, NIGHT);
    assert_eq!(remarks(home.workbook("M1"), 4), ["2026-10-31 after six", "", "", ""]);
    let mut raw = Raw::clone(&home.config);
    raw.privacy.profile = Profile::Masked;
    night(&raw.check().unwrap(), NIGHT);
    assert_eq!(remarks(home.workbook("M1"), 4), [""; 4]);
}

#[test]
fn a_list_that_was_copied_within_the_workbook_is_read_there_too() {
    let home = Home::of(Language::En);
    let book = home.workbook("M1").filled(1, NIGHT, "Sale").filled(2, NIGHT, "Sale");
    // The copy says one row alike, one otherwise, and one that the first sheet does not say.
    let copy =
        home.workbook("M1").filled(1, NIGHT, "Sale").filled(2, NIGHT, "Declined").filled(3, NIGHT, "Sale");
    let mut both = book.clone();
    both.0.insert(2, ("Contacts (2)".to_owned(), copy.0[0].1.clone()));
    both.save(&home.path("1.xlsx"));
    let report = home.read(&[home.path("1.xlsx")]);
    assert_eq!(counts(&report), [8, 2, 2, 1, 0, 2]);
    let places: Vec<_> = report.rejects.iter().map(|reject| (reject.sheet.as_str(), reject.row)).collect();
    assert_eq!(places, [("Contacts", 6), ("Contacts (2)", 6)]);
}

#[test]
fn a_pseudonym_is_held_against_the_list_where_its_key_is_at_hand() {
    let home = Home::of(Language::En);
    let key_file = home.path("key");
    let write_key = |byte: u8| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(&key_file, [byte; 32]).unwrap();
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    write_key(9);
    let mut raw = Raw::clone(&home.config);
    raw.privacy.profile = Profile::Pseudonymous;
    raw.privacy.key_file.clone_from(&key_file);
    let home = Home { config: raw.check().unwrap(), ..home };
    night(&home.config, NIGHT);
    let book = home.workbook("M1").filled(1, NIGHT, "Sale");
    let (row, column) = book.header("customer_id");
    let other = book.0[0].1[row + 2][column].clone();
    assert!(other.to_string().starts_with('P'), "{other}");
    book.clone().filled(2, NIGHT, "Sale").with(2, "customer_id", text("Pffff")).save(&home.path("1.xlsx"));
    // Rows were sorted by one column alone: the number is of one customer, the pseudonym of another.
    book.clone().with(1, "customer_id", other).save(&home.path("2.xlsx"));
    let report = home.read(&[home.path("2.xlsx")]);
    assert_eq!(report.rejects[0].reason, "another customer than the list has under this number");
    let report = home.read(&[home.path("1.xlsx")]);
    assert_eq!(counts(&report), [4, 1, 1, 0, 0, 1]);
    // Under another key nobody can tell, and the number alone counts.
    write_key(10);
    let report = home.read(&[home.path("1.xlsx")]);
    assert_eq!(counts(&report), [4, 1, 1, 0, 1, 0]);
}

#[test]
fn a_workbook_of_a_run_that_was_replaced_is_still_read() {
    let home = Home::of(Language::En);
    let old = home.workbook("unassigned").filled(1, NIGHT, "Reached");
    // Another run of the night, with another id.
    let mut raw = overlay::read_defaults().unwrap();
    (raw.data, raw.workspace) = (home.config.data.clone(), home.config.workspace.clone());
    raw.sources.values_mut().for_each(|source| source.allowed_empty = true);
    raw.lists.contacts_max_days += 1;
    let changed = raw.check().unwrap();
    let report = run(&changed, Some(NIGHT.parse().unwrap()), false, &Unobserved).unwrap();
    assert!(report.replaced.is_some());
    old.save(&home.path("old.xlsx"));
    assert_eq!(counts(&home.read(&[home.path("old.xlsx")])), [1, 1, 1, 0, 0, 0]);
    night(&changed, NIGHT);
    // A contact of nobody's list has no manager.
    assert_eq!(home.contacts("006"), ["2026-10-31 - contact_due reached"]);
}

#[test]
fn the_banks_own_contacts_go_on_beside_them_and_one_told_twice_counts_once() {
    let home = Home::of(Language::En);
    home.workbook("M1").filled(1, NIGHT, "Sale").filled(2, NIGHT, "Declined").save(&home.path("1.xlsx"));
    assert!(home.read(&[home.path("1.xlsx")]).is_kept());
    let (_, own) = TABLES[7];
    let more =
        format!("{own}\n001,{NIGHT},,,M1,phone,contact_due,appointment,,\n003,{NIGHT},,,M1,,,reached,,\n");
    let lines: String = more.lines().map(|line| line.trim().to_owned() + "\n").collect();
    std::fs::write(home.config.data.join("contacts.csv.gz"), lines).unwrap();
    night(&home.config, NIGHT);
    assert_eq!(home.contacts("001"), ["2026-10-31 M1 contact_due appointment"]);
    assert_eq!(home.contacts("005"), ["2020-02-01 M2 - reached"]);
    assert_eq!(home.contacts("002"), ["2026-10-31 M1 contact_due declined"]);
    assert_eq!(home.contacts("003"), ["2026-10-31 M1 - reached"]);
}

#[test]
fn the_command_says_what_it_read_and_ends_as_an_export_would() {
    let home = Home::of(Language::En);
    home.workbook("M1").filled(1, NIGHT, "Sale").filled(2, NIGHT, "Sold").save(&home.path("1.xlsx"));
    std::fs::write(home.path("2.xlsx"), "no workbook").unwrap();
    let workspace = home.config.workspace.to_str().unwrap().to_owned();
    let tercet = |arguments: &[&str]| {
        let output = Command::cargo_bin("tercet")
            .unwrap()
            .current_dir(home.folder.path())
            .args([&["results", "--workspace", &workspace], arguments].concat())
            .output()
            .unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().unwrap(), out, err)
    };
    let (code, out, err) = tercet(&["1.xlsx"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(out, @r"
     Workbook  Night       Manager  Rows  Contacts  Reached  Repeated  Read before  Rejected 
     1.xlsx    2026-10-31  M1          4         1        1         0            0         1 
    Kept in the workspace; the next night takes the contacts in.
    ");
    insta::assert_snapshot!(err, @"warning: 1.xlsx, sheet `Contacts`, row 6, column `Outcome (O)`: no known outcome; choose one from the list in the cell");
    let (code, out, err) = tercet(&["--json", "1.xlsx", "2.xlsx"]);
    assert_eq!(code, 3);
    let refused = err.lines().skip(1).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(refused, @r"
    error: `2.xlsx` is not a workbook (`.xlsx`), or a damaged one

    hint: hand in the workbook that Tercet wrote, filled in and saved as `.xlsx`
    ");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["is_kept"], &json["known"], &json["rejected"]), (&false.into(), &1.into(), &1.into()));
    assert_eq!(json["rejects"][0]["row"], 6);
}
