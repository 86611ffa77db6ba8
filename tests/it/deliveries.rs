//! How a day's rows are delivered changes no byte of what is published: order of rows and of files, several files in
//! place of one, several evenings in place of one, one thread or two.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{Unobserved, invent, repository};
use crate::published::table_bytes;
use flate2::read::MultiGzDecoder;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tercet::config::{Config, overlay};
use tercet::date::Date;
use tercet::ingest::{Limits, take_in};
use tercet::pipeline::run;
use tercet::store::Writer;

const AS_OF: &str = "2026-10-31";
const PARTS: usize = 3;

/// The rows of a file, by its name without endings: `transactions-2026-10`.
type Exports = BTreeMap<String, Vec<String>>;

#[test]
fn order_parts_evenings_and_threads_change_no_byte() {
    let home = Home::new();
    let exports = home.invented();
    let expected = home.night("whole", &[in_order(&exports)], 2);
    assert!(expected.len() >= 9, "{:?}", expected.keys());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    for (case, evenings, threads) in [
        ("one thread", vec![in_order(&exports)], 1),
        ("shuffled", vec![in_parts(&exports, 1, &mut rng)], 2),
        ("in parts", vec![in_parts(&exports, PARTS, &mut rng)], 2),
        ("in parts on one thread", vec![in_parts(&exports, PARTS, &mut rng)], 1),
        ("over three evenings", evenings(in_parts(&exports, PARTS, &mut rng), 3, &mut rng), 2),
    ] {
        let found = home.night(case, &evenings, threads);
        assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{case}");
        let other: Vec<_> = expected.iter().filter(|(name, bytes)| found[*name] != **bytes).collect();
        let other: Vec<&String> = other.into_iter().map(|(name, _)| name).collect();
        assert!(other.is_empty(), "{case}: other bytes in {other:?}");
    }
}

/// Files with their text, in the order in which they are written.
type Files = Vec<(String, String)>;

fn in_order(exports: &Exports) -> Files {
    exports.iter().map(|(name, rows)| (format!("{name}.csv"), rows.concat())).collect()
}

/// Rows in another order, parted over so many files, and the files written in another order.
fn in_parts(exports: &Exports, parts: usize, rng: &mut Xoshiro256PlusPlus) -> Files {
    let mut files = Vec::new();
    for (name, lines) in exports {
        let (header, rows) = lines.split_first().unwrap();
        let mut rows = rows.to_vec();
        rows.shuffle(rng);
        let of_part = rows.len().div_ceil(parts).max(1);
        for (part, rows) in (1..).zip(rows.chunks(of_part)) {
            files.push((format!("{name}-part{part}.csv"), format!("{header}{}", rows.concat())));
        }
    }
    files.shuffle(rng);
    files
}

/// The files over several evenings; every table has one on the first, the rest come as they may.
fn evenings(files: Files, n: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<Files> {
    let mut evenings: Vec<Files> = vec![Vec::new(); n];
    let mut begun: Vec<String> = Vec::new();
    for file in files {
        let table = file.0.split(['-', '.']).next().unwrap().to_owned();
        let evening = if begun.contains(&table) { rng.gen_range(0..n) } else { 0 };
        begun.push(table);
        evenings[evening].push(file);
    }
    evenings
}

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// An invented bank, lines with their ends, monthly transactions by day.
    fn invented(&self) -> Exports {
        let folder = self.folder("invented");
        invent(80, 16, 11, &folder);
        let mut exports = Exports::new();
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let Some(name) = name.strip_suffix(".csv.gz") else { continue };
            let mut text = String::new();
            MultiGzDecoder::new(File::open(entry.path()).unwrap()).read_to_string(&mut text).unwrap();
            let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
            if name == "transactions-2026-10" {
                by_day(&lines, &mut exports);
            } else {
                exports.insert(name.to_owned(), lines);
            }
        }
        assert!(exports.contains_key("transactions-2026-10-05"), "{:?}", exports.keys());
        exports
    }

    /// Takes the files in evening by evening, the last one as a night; the tables it publishes.
    fn night(&self, case: &str, evenings: &[Files], threads: usize) -> BTreeMap<String, Vec<u8>> {
        let (data, workspace) = (self.folder(&format!("{case} exports")), self.folder(case));
        fs::create_dir(&data).unwrap();
        let config = config(&data, &workspace);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let as_of: Date = AS_OF.parse().unwrap();
        let (last, before) = evenings.split_last().unwrap();
        for files in before {
            write(files, &data);
            pool.install(|| {
                let mut writer = Writer::open(&workspace, config.store.buckets).unwrap();
                take_in(&mut writer, config.sources(), &data, &limits(), &|_| ()).unwrap();
                writer.finish(as_of).unwrap();
            });
        }
        write(last, &data);
        let report = pool.install(|| run(&config, Some(as_of), true, &Unobserved)).unwrap();
        table_bytes(&report.folder)
    }
}

/// The part of each day in a file of its own.
fn by_day(lines: &[String], exports: &mut Exports) {
    let (header, rows) = lines.split_first().unwrap();
    let at = header.trim_end().split(',').position(|name| name == "booked_on").unwrap();
    for row in rows {
        let day = row.trim_end().split(',').nth(at).unwrap();
        let file = exports.entry(format!("transactions-{day}")).or_insert_with(|| vec![header.clone()]);
        file.push(row.clone());
    }
}

fn write(files: &Files, folder: &Path) {
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Rows may come before the customers they name.
fn limits() -> Limits {
    Limits { reject_share_max: 1.0, base_currency: "CNY".to_owned(), field_bytes_max: 1 << 16, volume: None }
}

/// The defaults, for files that may come in parts.
fn config(data: &Path, workspace: &Path) -> Config {
    let text = fs::read_to_string(repository().join("config/default.toml")).unwrap();
    let text = text.replace("-*.csv.gz\"", "-*.csv\"").replace(".csv.gz\"", "*.csv\"");
    let mut raw = overlay::read("parts.toml", &text).unwrap();
    raw.data = data.to_owned();
    raw.workspace = workspace.to_owned();
    raw.ingest.reject_share_max = 1.0;
    raw.check().unwrap()
}
