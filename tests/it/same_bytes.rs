//! The same deliveries give the same bytes: on a rerun, on one thread, and with the rows in another order.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::repository;
use crate::published::table_bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

/// Runs the binary over `data` and returns the tables and the page of the night it published.
fn tables(data: &Path, workspace: &Path, threads: Option<&str>) -> BTreeMap<String, Vec<u8>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercet"));
    command.current_dir(repository()).arg("run").arg("--data").arg(data).arg("--workspace").arg(workspace);
    if let Some(threads) = threads {
        command.env("RAYON_NUM_THREADS", threads).env("POLARS_MAX_THREADS", threads);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let latest = fs::read_to_string(workspace.join("LATEST")).unwrap();
    let folder = workspace.join("published").join(latest.trim());
    let mut files = table_bytes(&folder);
    files.insert("report.html".into(), fs::read(folder.join("report.html")).unwrap());
    files
}

fn assert_same(expected: &BTreeMap<String, Vec<u8>>, found: &BTreeMap<String, Vec<u8>>, what: &str) {
    assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{what}");
    let other: Vec<&String> =
        expected.iter().filter(|(name, bytes)| found[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(other.is_empty(), "{what}: other bytes in {other:?}");
}

#[test]
fn the_sample_night_is_the_same_on_a_rerun_on_one_thread_and_with_shuffled_rows() {
    let home = tempfile::tempdir().unwrap();
    let (sample, workspace) = (repository().join("data/sample"), home.path().join("work"));
    let first = tables(&sample, &workspace, None);
    assert!(first.len() >= 9, "{:?}", first.keys());
    assert_same(&first, &tables(&sample, &workspace, None), "a rerun");
    assert_same(&first, &tables(&sample, &home.path().join("one"), Some("1")), "one thread");
    let shuffled = home.path().join("shuffled");
    shuffle(&sample, &shuffled);
    assert_same(&first, &tables(&shuffled, &home.path().join("other-order"), None), "shuffled rows");
}

/// Copies gzipped CSV exports with the lines below each header in another order.
pub fn shuffle(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let mut bytes = Vec::new();
        File::open(entry.path()).unwrap().read_to_end(&mut bytes).unwrap();
        if entry.file_name().to_str().unwrap().ends_with(".csv.gz") {
            let mut text = String::new();
            MultiGzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            lines[1..].shuffle(&mut rng);
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
            bytes = encoder.finish().unwrap();
        }
        fs::write(to.join(entry.file_name()), bytes).unwrap();
    }
}
