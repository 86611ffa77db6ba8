//! `tercet purge`: a customer who was taken out is in no file any more, and comes back with no delivery.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests search the workspace from outside, as an auditor does"
)]

use crate::bank::{Unobserved, invent, night, recorded_night};
use crate::published::Table;
use crate::replay::view::{differences, view};
use crate::rewritten::rewrite;
use crate::verify::{files, verified};
use arrow::util::display::array_value_to_string;
use flate2::read::DeflateDecoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use tercet::config::{Config, overlay};
use tercet::contract::key::Key;
use tercet::date::Date;
use tercet::error::Kind;
use tercet::io::nights::{latest_night, published_nights, replaced_nights};
use tercet::pipeline::{run, status};
use tercet::purge::{CustomerReport, Request, purge_before, purge_customer};
use tercet::store::Store;

const EVE: &str = "2026-09-30";
const NIGHT: &str = "2026-10-30";
const NAME: &str = "Zebulon Quixote";
const PHONE: &str = "13999900001";

fn config(data: &Path, workspace: &Path) -> Config {
    let mut raw = overlay::read_defaults().unwrap();
    (raw.data, raw.workspace, raw.store.buckets) = (data.to_owned(), workspace.to_owned(), 2);
    raw.publish.csv = true;
    raw.check().unwrap()
}

/// A bank in which one customer has a name and a number that nobody else has, and a row that cannot be read.
struct Home {
    folder: tempfile::TempDir,
    config: Config,
    id: String,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let invented = folder.path().join("invented");
        invent(80, 4, 11, &invented);
        let scratch = config(&invented, &folder.path().join("scratch"));
        night(&scratch, NIGHT);
        let targets =
            Table::read(&scratch.workspace.join(format!("published/as_of={NIGHT}/targets.parquet")));
        let rows = targets.texts("customer_id").into_iter().zip(targets.texts("manager_id"));
        let mut listed = rows.zip(targets.bools("held_out")).filter(|(_, held_out)| !held_out);
        let ((id, _), _) =
            listed.find(|((_, manager), _)| manager.as_deref().is_some_and(|id| id != "unassigned")).unwrap();
        let home = Self {
            config: config(&folder.path().join("drop"), &folder.path().join("work")),
            folder,
            id: id.unwrap(),
        };
        home.deliver(1);
        home
    }

    /// The drop folder with his rows; another `round` gives other bytes of the same rows.
    fn deliver(&self, round: usize) {
        fs::create_dir_all(&self.config.data).unwrap();
        let (mut n, mut n_his) = (0, 0);
        rewrite(&self.folder.path().join("invented"), &self.config.data, |table, mut row, write| {
            let is_his = row.find("customer_id").is_some_and(|id| *id == self.id);
            if is_his && table == "customers" {
                NAME.clone_into(row.cell("name"));
                PHONE.clone_into(row.cell("phone"));
            }
            // A comment of the core system's, in a column that nothing is read from.
            if let Some(bank) = row.find("counterparty_bank") {
                *bank = format!("round {round}");
            }
            if table == "customers" && !is_his {
                *row.cell("occupation") = format!("round {round}");
            }
            write(&row);
            if table == "accounts" && round == 2 && !is_his && n == 0 {
                write(&row);
                n = 1;
            }
            if is_his && table == "transactions" {
                n_his += 1;
                if n_his == 1 {
                    "x".clone_into(row.cell("amount"));
                    row.cell("transaction_id").push('x');
                    write(&row);
                }
            }
        });
    }

    fn work(&self) -> &Path {
        &self.config.workspace
    }

    /// What runs leave that die: a staged night, a passing folder, a file before its rename, one that no commit names.
    fn leave_behind(&self) {
        let copy = |from: &str, to: &str| {
            let to = self.work().join(to);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(self.work().join(from), to).unwrap();
        };
        let features = format!("published/as_of={NIGHT}/features.parquet");
        copy(&features, "published/.staging-2026-10-29-1-i1/features.parquet");
        copy(&features, "store/tables/left-000099.parquet");
        fs::create_dir_all(self.work().join(".passing-x/store")).unwrap();
        fs::write(self.work().join(".passing-x/store/copy.json"), NAME).unwrap();
        fs::write(self.work().join("runs/.left-x.new"), PHONE).unwrap();
    }

    /// Account ids of his, by the export.
    fn accounts(&self) -> Vec<String> {
        let file = File::open(self.config.data.join("accounts.csv.gz")).unwrap();
        let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(file));
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let (id, customer) = (at("account_id"), at("customer_id"));
        let records = reader.records().map(Result::unwrap);
        records.filter(|record| record[customer] == *self.id).map(|record| record[id].to_owned()).collect()
    }

    /// What the store says of everybody but him.
    fn others(&self) -> BTreeMap<String, String> {
        let store = Store::open(self.work(), 2).unwrap();
        let mut seen = view(&store, &[EVE.parse().unwrap(), NIGHT.parse().unwrap()]);
        seen.retain(|key, _| {
            !key.ends_with(&self.id) && !key.starts_with("books") && !key.starts_with("rejects")
        });
        seen
    }

    /// Files of the workspace that name him, decoded.
    fn traces(&self) -> Vec<String> {
        let mut needles =
            vec![self.id.clone(), NAME.into(), PHONE.into(), Key::of(self.id.as_bytes()).to_string()];
        needles.extend(self.accounts());
        let mut found = Vec::new();
        for path in files(self.work()) {
            let texts = decoded(&path);
            let named = needles.iter().filter(|needle| {
                texts.iter().any(|text| text.windows(needle.len()).any(|part| part == needle.as_bytes()))
            });
            let named: Vec<&str> = named.map(String::as_str).collect();
            if !named.is_empty() {
                found.push(format!(
                    "{}: {}",
                    path.strip_prefix(self.work()).unwrap().display(),
                    named.join(", ")
                ));
            }
        }
        found
    }
}

/// The bytes of a file, and what they unpack to: columns of a table, members of a workbook.
fn decoded(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let mut texts = Vec::new();
    if bytes.starts_with(b"PAR1") {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes.clone())).unwrap();
        let metadata = reader.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
        texts.push(format!("{metadata:?}").into_bytes());
        for batch in reader.build().unwrap().map(Result::unwrap) {
            for column in batch.columns() {
                let cells =
                    (0..batch.num_rows()).map(|at| array_value_to_string(column, at).unwrap_or_default());
                texts.push(cells.collect::<Vec<_>>().join("\n").into_bytes());
            }
        }
    }
    if bytes.starts_with(b"PK") {
        texts.extend(members(&bytes));
    }
    texts.push(bytes);
    texts
}

/// The members of an archive, by its central directory.
fn members(bytes: &[u8]) -> Vec<Vec<u8>> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let end = bytes.windows(4).rposition(|part| part == b"PK\x05\x06").unwrap();
    let (mut at, mut found) = (u32_at(end + 16), Vec::new());
    for _ in 0..u16_at(end + 10) {
        let local = u32_at(at + 42);
        let data = local + 30 + u16_at(local + 26) + u16_at(local + 28);
        let packed = &bytes[data..data + u32_at(at + 20)];
        let mut text = Vec::new();
        match u16_at(at + 10) {
            0 => text.extend_from_slice(packed),
            _ => drop(DeflateDecoder::new(packed).read_to_end(&mut text).unwrap()),
        }
        assert_eq!(text.len(), u32_at(at + 24));
        found.push(text);
        at += 46 + u16_at(at + 28) + u16_at(at + 30) + u16_at(at + 32);
    }
    found
}

#[test]
fn a_purged_customer_is_in_no_file_and_no_delivery_brings_him_back_p23_o20() {
    let home = Home::new();
    let (config, work) = (&home.config, home.work());
    night(config, EVE);
    let first = recorded_night(config, NIGHT).unwrap();
    recorded_night(config, "2026-12-31").unwrap_err();
    let kept = work.join("results");
    fs::create_dir(&kept).unwrap();
    let header = "customer_id,contacted_on,manager_id,channel,list,outcome,run_id,rank,remark\n";
    let line = |id: &str, rank: u32, remark: &str| {
        format!("{id},{NIGHT},M0001,,retention,no_answer,{},{rank},{remark}\n", first.manifest.run_id)
    };
    let other = home
        .others()
        .into_keys()
        .rfind(|key| !key.ends_with("bank"))
        .unwrap()
        .split(": ")
        .nth(1)
        .unwrap()
        .to_owned();
    let text = header.to_owned() + &line(&home.id, 1, &format!("{NAME} wants a call")) + &line(&other, 2, "");
    fs::write(kept.join(format!("results-{NIGHT}-20261030-x-M0001.csv")), text).unwrap();
    let rejected =
        format!("file,sheet,row,column,reason,raw\na.xlsx,List,7,Outcome,none,1\t{}\t{NAME}\n", home.id);
    fs::write(kept.join("rejected-20261030-x-M0001.csv"), rejected).unwrap();
    let second = recorded_night(config, NIGHT).unwrap();
    home.leave_behind();

    let before = home.traces();
    for part in [
        "published/as_of=2026-09-30/features.parquet",
        "replaced/as_of=2026-10-30.1/targets.parquet",
        ".xlsx: ",
        ".csv: ",
        "rejects.parquet",
        "store/rejects",
        "store/tables/customers-b",
        "account_ids",
        "results/results-",
        "results/rejected-",
        ".staging-2026-10-29-1-i1/features.parquet",
        ".passing-x/store/copy.json",
        "runs/.left-x.new",
        "store/tables/left-000099.parquet",
    ] {
        assert!(before.iter().any(|found| found.contains(part)), "{part} does not name him: {before:#?}");
    }
    let others = home.others();
    let path = work.join(format!("published/as_of={NIGHT}/features.parquet"));
    let (mut open, whole) = (File::open(&path).unwrap(), fs::read(&path).unwrap());
    let mut read = vec![0; 100];
    open.read_exact(&mut read).unwrap();

    let rehearsal = Request { dry_run: true, ..Request::default() };
    let all = contents(work);
    let rehearsed = purge_customer(config, &home.id, &rehearsal).unwrap();
    assert!(contents(work) == all, "a rehearsal wrote something");
    let report = purge_customer(config, &home.id, &Request::default()).unwrap();
    let figures = |report: &CustomerReport| {
        let mut json = serde_json::to_value(report).unwrap();
        json.as_object_mut().unwrap().remove("dry_run").unwrap();
        json
    };
    assert_eq!(figures(&rehearsed), figures(&report));
    assert!(report.found_anything() && report.nights == 3 && report.results == 2, "{report:?}");
    assert!(report.store.rejects >= 1 && report.store.accounts >= 1, "{report:?}");
    for table in ["customers", "accounts", "transactions", "results"] {
        assert!(report.store.rows[table] > 0, "{table}: {report:?}");
    }
    open.read_to_end(&mut read).unwrap();
    assert!(read == whole, "a reader of the old night saw something else");
    assert_eq!(home.traces(), [""; 0]);
    assert_eq!(verified(config).findings, []);
    assert_eq!(differences(&home.others(), &others), "");
    assert_eq!(serde_json::to_string(&report).unwrap().matches(&home.id).count(), 0);
    // Whoever reads the status can add it up.
    let told = status(config).unwrap();
    for table in &told.tables {
        let parts = [table.used, table.duplicate, table.superseded, table.trailers, table.purged];
        assert_eq!(table.rows, parts.iter().sum::<u64>() + table.rejected, "{table:?}");
        let taken_out = report.store.rows.get(table.table).copied().unwrap_or_default();
        assert_eq!(table.purged, taken_out, "{table:?}");
    }
    let failed = told.operation.runs.last_failed.unwrap();
    assert_eq!((failed.exit_code, told.operation.runs.recorded), (Some(4), 3));
    for part in ["runs/", "lineage/", "metrics.prom", "runs.parquet"] {
        let is_searched =
            |path: &PathBuf| path.strip_prefix(work).unwrap().to_str().unwrap().starts_with(part);
        assert!(files(work).iter().any(is_searched), "nothing was searched in {part}");
    }
    let manifest = fs::read_to_string(work.join(format!("published/as_of={NIGHT}/manifest.json"))).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(
        (&manifest["purged"], &manifest["run_id"]),
        (&1.into(), &second.manifest.run_id.as_str().into())
    );

    // The same files again, with other bytes.
    home.deliver(2);
    let again = night(config, NIGHT);
    assert_eq!(home.traces(), [""; 0]);
    let purged = |table: &str| -> u64 {
        let of_table = again.manifest.inputs.iter().filter(|input| input.table == table);
        of_table.map(|input| input.rows.purged).sum()
    };
    // A file without a date is another delivery on another night.
    assert_eq!(purged("customers"), 2);
    assert_eq!(purged("accounts"), 2 * home.accounts().len() as u64);
    // The row without an amount is his too, and no reject any more.
    assert_eq!(purged("transactions"), report.store.rows["transactions"] + 1);
    assert!(again.manifest.inputs.iter().all(|input| input.rows.rejected == 0 || input.table == "results"));
    assert_eq!(verified(config).findings, []);

    let nothing = purge_customer(config, &home.id, &Request::default()).unwrap();
    assert!(!nothing.found_anything(), "{nothing:?}");
    assert_eq!(verified(config).findings, []);

    // Without its key a tombstone keeps nobody out: no night runs, and verify says so.
    let key = work.join("purge.key");
    let bytes = fs::read(&key).unwrap();
    fs::write(&key, [&[bytes[0] ^ 1][..], &bytes[1..]].concat()).unwrap();
    assert_eq!(verified(config).findings[0].file, "purge.key");
    let refused = run(config, Some(NIGHT.parse::<Date>().unwrap()), false, &Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.hints()[0].contains("backup"), "{refused:?}");
}

/// Names and bytes of the files beneath a folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_damaged_night_stops_a_purge_before_it_is_sealed_in_and_the_same_command_goes_on() {
    let home = Home::new();
    night(&home.config, EVE);
    let path = home.work().join(format!("published/as_of={EVE}/targets.parquet"));
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[20] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let before = contents(&home.work().join("published"));
    let refused = purge_customer(&home.config, &home.id, &Request::default()).unwrap_err();
    assert!(refused.to_string().contains("is not what was published"), "{refused}");
    assert!(!refused.to_string().contains(&home.id));
    assert!(contents(&home.work().join("published")) == before);
    fs::write(&path, &whole).unwrap();
    assert!(purge_customer(&home.config, &home.id, &Request::default()).unwrap().found_anything());
    assert_eq!(home.traces(), [""; 0]);
    assert_eq!(verified(&home.config).findings, []);
}

#[test]
fn old_nights_go_with_all_their_generations_and_the_newest_stays() {
    let home = Home::new();
    let (config, work) = (&home.config, home.work());
    for on in ["2026-08-31", "2026-08-31", EVE, NIGHT, NIGHT] {
        night(config, on);
    }
    let date = |text: &str| text.parse::<Date>().unwrap();
    let open = File::open(work.join("published/as_of=2026-08-31/features.parquet")).unwrap();
    let store = contents(&work.join("store"));
    let rehearsal = Request { dry_run: true, ..Request::default() };
    let all = contents(work);
    let rehearsed = purge_before(config, date(EVE), &rehearsal).unwrap();
    assert!(contents(work) == all, "a rehearsal removed something");
    let report = purge_before(config, date(EVE), &Request::default()).unwrap();
    assert!(rehearsed.dry_run && !report.dry_run);
    assert_eq!((&rehearsed.published, &rehearsed.replaced), (&report.published, &report.replaced));
    assert_eq!(
        (&report.published[..], &report.replaced[..]),
        (&[date("2026-08-31")][..], &[date("2026-08-31")][..])
    );
    assert_eq!(published_nights(work).unwrap(), [date(EVE), date(NIGHT)]);
    assert!(
        ParquetRecordBatchReaderBuilder::try_new(open).unwrap().build().unwrap().all(|batch| batch.is_ok())
    );
    assert!(contents(&work.join("store")) == store, "the store was touched");

    let report = purge_before(config, date("2027-01-01"), &Request::default()).unwrap();
    assert_eq!((&report.published[..], report.kept), (&[date(EVE)][..], Some(date(NIGHT))));
    assert_eq!(
        (published_nights(work).unwrap(), replaced_nights(work).unwrap()),
        (vec![date(NIGHT)], vec![])
    );
    assert_eq!(latest_night(work).unwrap(), Some(date(NIGHT)));
    assert_eq!(verified(config).findings, []);
    assert!(report.left.iter().any(|left| left.contains("the store")), "{report:?}");
    night(config, NIGHT);
    let nowhere = self::config(&config.data, &home.folder.path().join("nowhere"));
    assert_eq!(purge_before(&nowhere, date(EVE), &Request::default()).unwrap_err().kind(), Kind::Incomplete);
    assert_eq!(purge_customer(&nowhere, "C1", &Request::default()).unwrap_err().kind(), Kind::Incomplete);
    assert!(!nowhere.workspace.exists());
}
