//! How a day's rows are delivered changes no byte of what is published: order of rows and of files, several files in
//! place of one, several evenings in place of one, one thread or two. And a day's rows change no file of the store but
//! those of their months and buckets.
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
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tercet::config::{Config, overlay};
use tercet::contract::tables::Table;
use tercet::date::Date;
use tercet::ingest::{Limits, take_in};
use tercet::pipeline::run;
use tercet::store::commit::{Commit, Segment};
use tercet::store::murmur3::bucket;
use tercet::store::{Store, Writer};

const AS_OF: &str = "2026-10-31";
const PARTS: usize = 3;
/// The transactions of one day.
const DAY: &str = "transactions-2026-10-05";

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

/// Where a transaction belongs.
struct Told {
    customer: String,
    on: Date,
}

#[test]
fn a_day_rewrites_its_own_months_and_buckets_and_no_other_file() {
    let home = Home::new();
    let mut exports = home.invented();
    let lines = exports.remove(DAY).unwrap();
    let (header, rows) = lines.split_first().unwrap();
    let mut day = rows.to_vec();
    let at = |name: &str| header.trim_end().split(',').position(|column| column == name).unwrap();
    let (customer_at, date_at, id_at) = (at("customer_id"), at("booked_on"), at("transaction_id"));
    // One of them is late by two months.
    let mut late: Vec<&str> = day[0].split(',').collect();
    (late[date_at], late[id_at]) = ("2026-08-17", "late");
    let late = late.join(",");
    day.push(late);
    let told = |row: &String| {
        let fields: Vec<&str> = row.trim_end().split(',').collect();
        Told { customer: fields[customer_at].to_owned(), on: fields[date_at].parse().unwrap() }
    };
    let told: Vec<Told> = day.iter().map(told).collect();

    let (data, workspace) = (home.folder("day exports"), home.folder("day"));
    fs::create_dir(&data).unwrap();
    let config = config(&data, &workspace);
    let evening = |files: &Files| {
        write(files, &data);
        let mut writer = Writer::open(&workspace, config.store.buckets).unwrap();
        take_in(&mut writer, config.sources(), &data, &limits(), &|_| ()).unwrap();
        writer.finish(AS_OF.parse().unwrap()).unwrap()
    };
    let before = State::of(&evening(&in_order(&exports)), &workspace);
    let day = vec![(format!("{DAY}.csv"), header.clone() + &day.concat())];
    let after = State::of(&evening(&day), &workspace);

    let place = |row: &Told| (row.on.month_index(), bucket(&row.customer, config.store.buckets));
    let mut brought: BTreeMap<(i32, u32), u64> = BTreeMap::new();
    for row in &told {
        *brought.entry(place(row)).or_default() += 1;
    }
    let months: BTreeSet<i32> = brought.keys().map(|(month, _)| *month).collect();
    let october = brought.keys().filter(|(month, _)| *month == months.last().copied().unwrap()).count();
    let n_buckets = usize::try_from(config.store.buckets).unwrap();
    assert!(months.len() == 2 && (2..n_buckets).contains(&october), "{brought:?} touches too much to tell");

    let touched = |segment: &Segment| {
        let own = brought.get(&(segment.month, segment.bucket));
        own.copied().filter(|_| segment.table == Table::Transactions && !segment.is_shadow)
    };
    for segment in &before.commit.segments {
        let now = after.segment(segment);
        match touched(segment) {
            Some(rows) => {
                assert_eq!(now.rows, segment.rows + rows, "{segment:?}");
                assert!(now.file.name != segment.file.name, "{segment:?} is written over");
                assert!(!after.files.contains_key(&segment.file.name), "{segment:?} is left over");
            }
            None => assert_eq!(now, segment),
        }
    }
    let n_new = brought.keys().filter(|place| !before.has(**place)).count();
    assert_eq!(after.commit.segments.len(), before.commit.segments.len() + n_new);
    assert_eq!(
        before.commit.tables, after.commit.tables,
        "customers, accounts and products were not delivered"
    );
    let kept = before.files.iter().filter(|(name, _)| after.files.contains_key(*name));
    for (name, file) in kept {
        assert_eq!(after.files[name], *file, "`{name}` was written again");
    }
    let rewritten = before.files.keys().filter(|name| !after.files.contains_key(*name)).count();
    assert_eq!(rewritten, brought.len() - n_new);
}

/// A store as it stands on the disk.
struct State {
    commit: Commit,
    files: BTreeMap<String, Seen>,
}

/// A file: inode, time of change in seconds and nanoseconds, BLAKE3.
type Seen = (u64, i64, i64, String);

/// Every file below a folder, by its path from there.
fn walk(folder: &Path, above: &str, files: &mut BTreeMap<String, Seen>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{above}{}", entry.file_name().to_str().unwrap());
        let seen = entry.metadata().unwrap();
        if seen.is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
        } else {
            let digest = blake3::hash(&fs::read(entry.path()).unwrap()).to_hex().to_string();
            files.insert(name, (seen.ino(), seen.ctime(), seen.ctime_nsec(), digest));
        }
    }
}

impl State {
    fn of(store: &Store, workspace: &Path) -> Self {
        let commit = store.commit().clone();
        let mut files = BTreeMap::new();
        walk(&workspace.join("store"), "", &mut files);
        files.remove("COMMIT.json");
        assert!(files.keys().map(String::as_str).eq(commit.files()), "other files than the commit names");
        for segment in &commit.segments {
            assert_eq!(files[&segment.file.name].3, segment.file.blake3, "{segment:?}");
        }
        Self { commit, files }
    }

    /// The segment that has the place of another.
    fn segment(&self, like: &Segment) -> &Segment {
        let key = |it: &Segment| (it.table, it.is_shadow, it.month, it.bucket);
        self.commit.segments.iter().find(|segment| key(segment) == key(like)).unwrap()
    }

    /// Whether transactions of this month and bucket are held.
    fn has(&self, (month, bucket): (i32, u32)) -> bool {
        let is_it = |it: &Segment| (it.month, it.bucket) == (month, bucket) && !it.is_shadow;
        self.commit.segments.iter().any(|it| it.table == Table::Transactions && is_it(it))
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
        assert!(exports.contains_key(DAY), "{:?}", exports.keys());
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
