//! The drop folder as it is met: links, folders, FIFOs, odd names, files that grow. Numbers are those of the faults.

#![allow(clippy::disallowed_methods, reason = "tests make the folders that they list")]

use super::*;
use crate::error::Kind;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

fn folder(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "xyz").unwrap();
    }
    folder
}

/// Names and dates, or the kind, the message and the first hint.
fn listed(folder: &TempDir, pattern: &str) -> Result<Vec<String>, (Kind, String, String)> {
    let exports = list(folder.path(), pattern)
        .map_err(|error| (error.kind(), error.to_string(), error.hints()[0].clone()))?;
    let line = |export: Export| match export.date {
        Some(date) => format!("{} {date}", export.name),
        None => export.name,
    };
    Ok(exports.into_iter().map(line).collect())
}

fn message(folder: &TempDir, pattern: &str) -> (Kind, String) {
    let (kind, message, _) = listed(folder, pattern).unwrap_err();
    (kind, message)
}

#[test]
fn only_regular_files_inside_the_folder_are_exports() {
    let outside = folder(&["a.csv", "sub/a.csv"]);
    let inside = folder(&["b.csv", "f.csv/x", "day/t.csv"]);
    symlink("b.csv", inside.path().join("c.csv")).unwrap();
    symlink(outside.path().join("a.csv"), inside.path().join("d.csv")).unwrap();
    symlink("nowhere", inside.path().join("e.csv")).unwrap();
    symlink("loop.csv", inside.path().join("loop.csv")).unwrap();
    symlink(outside.path().join("sub"), inside.path().join("away")).unwrap();
    symlink("day", inside.path().join("same")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        inside.path().join("g.csv"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let refused = |pattern: &str| {
        let (kind, message) = message(&inside, pattern);
        assert_eq!(kind, Kind::Refused);
        message
    };
    assert_eq!(listed(&inside, "b*").unwrap(), ["b.csv"]);
    assert_eq!(listed(&inside, "c*").unwrap(), ["c.csv"]);
    assert_eq!(listed(&inside, "none*").unwrap(), [""; 0]);
    assert_eq!(listed(&inside, "none.csv").unwrap(), [""; 0]);
    // F20
    for wrong in ["d.csv", "d*"] {
        assert_eq!(refused(wrong), "`d.csv` is a link that leaves the drop folder");
    }
    assert_eq!(refused("e.csv"), "`e.csv` is a link that leads nowhere");
    assert_eq!(refused("loop.csv"), "`loop.csv` is a link that leads nowhere");
    assert_eq!(refused("f.csv"), "`f.csv` is a folder, not a file");
    assert_eq!(refused("g.csv"), "`g.csv` is not a regular file");
    assert_eq!(refused("away/a.csv"), "`away` is a link that leaves the drop folder");
    assert_eq!(listed(&inside, "same/t.csv").unwrap(), ["same/t.csv"]);
    assert_eq!(listed(&inside, "b.csv/t.csv").unwrap(), [""; 0]);
    assert_eq!(message(&inside, "../a.csv").0, Kind::Usage);
}

#[test]
fn odd_names_are_refused_or_shown_escaped() {
    let drop = folder(&["a\nb\u{1b}[31m.part"]);
    let (kind, text) = message(&drop, "a*");
    assert_eq!((kind, text.as_str()), (Kind::Incomplete, "`a\\nb\\u{1b}[31m.part` is still being written")); // F21
    let drop = folder(&[&format!("{}.csv", "x".repeat(251))]);
    assert_eq!(listed(&drop, "x*.csv").unwrap().len(), 1);
    let drop = folder(&["a.csv"]);
    fs::write(drop.path().join(OsStr::from_bytes(b"b\xff.csv")), "x").unwrap();
    assert_eq!(message(&drop, "b*").1, "the file name `b\u{fffd}.csv` is not UTF-8");
    assert_eq!(listed(&drop, "a*").unwrap(), ["a.csv"]);
}

#[test]
fn dates_stand_where_the_pattern_says_or_in_the_name() {
    let drop = folder(&[
        "2026-10-31/t.csv.gz",
        "2026-10-30/t.csv.gz",
        "2026-10-30/t.csv.gz.part",
        ".snapshot/t.csv.gz",
        "notes/t.csv.gz",
        "daily/t_20261031.csv",
        "daily/t_2026-10-30.csv",
        "monthly/h_202602.csv",
        "range/t_2026-10-01_2026-10-31.csv",
        "mixed/t_2026-10-01.csv",
        "mixed/t_latest.csv",
        "customers.csv",
    ]);
    for (pattern, expected) in [
        ("{date}/t.csv.gz", &["2026-10-30/t.csv.gz 2026-10-30", "2026-10-31/t.csv.gz 2026-10-31"][..]),
        ("*/t.csv.gz", &["2026-10-30/t.csv.gz", "2026-10-31/t.csv.gz", "notes/t.csv.gz"]),
        ("daily/*.csv", &["daily/t_2026-10-30.csv 2026-10-30", "daily/t_20261031.csv 2026-10-31"]),
        ("monthly/*.csv", &["monthly/h_202602.csv 2026-02-28"]),
        ("range/t_{date}_*.csv", &["range/t_2026-10-01_2026-10-31.csv 2026-10-01"]),
        ("customers.csv", &["customers.csv"]),
        ("{date}/customers.csv", &[]),
    ] {
        assert_eq!(listed(&drop, pattern).unwrap(), expected, "{pattern}");
    }
    let (kind, text, hint) = listed(&drop, "range/*.csv").unwrap_err();
    assert_eq!(
        (kind, text.as_str()),
        (Kind::Refused, "the name `range/t_2026-10-01_2026-10-31.csv` has different dates")
    );
    assert!(hint.contains("{date}"));
    assert_eq!(
        message(&drop, "mixed/*"),
        (
            Kind::Refused,
            "`mixed/t_2026-10-01.csv` has a date in its name, and `mixed/t_latest.csv` has none".to_owned()
        )
    );
}

#[test]
fn what_a_transfer_has_not_finished_is_waited_for() {
    for name in ["t.csv.part", "t.csv.TMP", "t.csv.filepart", "t.csv.crdownload"] {
        let drop = folder(&[name, "t.csv"]);
        assert_eq!(listed(&drop, "t*.csv").unwrap(), ["t.csv"]);
        assert_eq!(message(&drop, "t*"), (Kind::Incomplete, format!("`{name}` is still being written"))); // D8
    }
}

#[test]
fn a_file_that_changes_after_the_listing_is_not_complete_yet() {
    let drop = folder(&["t.csv"]);
    let path = drop.path().join("t.csv");
    let export = find(drop.path(), "t.csv").unwrap();
    unchanged(&export).unwrap();
    assert_eq!(digest(&export).unwrap(), blake3::hash(b"xyz").to_hex().to_string());
    assert_eq!(sha256(&export).unwrap(), "3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282");
    assert_eq!(contents(&export, 3).unwrap(), b"xyz");
    assert_eq!(contents(&export, 2).unwrap_err().kind(), Kind::Refused);
    let kinds = || {
        let kinds = [unchanged(&export).err(), open(&export).err(), digest(&export).err()];
        kinds.map(|error| error.map(|error| error.kind()))
    };
    fs::write(drop.path().join("u"), "xyz").unwrap();
    fs::rename(drop.path().join("u"), &path).unwrap(); // the same bytes, another inode
    assert_eq!(kinds(), [Some(Kind::Incomplete); 3]); // D8
    fs::write(&path, "xyzz").unwrap();
    assert_eq!(kinds(), [Some(Kind::Incomplete); 3]);
    fs::remove_file(&path).unwrap();
    assert_eq!(unchanged(&export).unwrap_err().kind(), Kind::Incomplete);
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    assert_eq!(kinds()[..2], [Some(Kind::Incomplete); 2]);
}

#[test]
fn a_control_file_stands_beside_its_delivery() {
    let drop = folder(&["2026-10-31/t.csv.gz", "2026-10-31/t.csv.gz.ctl", "2026-10-31/t.ok", "t.csv"]);
    let export = find(drop.path(), "2026-10-31/t.csv.gz").unwrap();
    let name = |template: &str| beside(drop.path(), &export, template).unwrap().map(|control| control.name);
    assert_eq!(name("{file}.ctl").unwrap(), "2026-10-31/t.csv.gz.ctl");
    assert_eq!(name("{stem}.ok").unwrap(), "2026-10-31/t.ok");
    assert_eq!(name("{file}.md5"), None);
    for wrong in ["../{file}", "{file}", ""] {
        assert_eq!(beside(drop.path(), &export, wrong).unwrap_err().kind(), Kind::Usage, "{wrong}");
    }
    assert_eq!(find(drop.path(), "nothing.csv").unwrap_err().kind(), Kind::Incomplete);
    assert_eq!(find(drop.path(), "*.csv").unwrap_err().kind(), Kind::Incomplete);
}

#[test]
fn a_hundred_thousand_files_are_listed_in_order() {
    let drop = tempfile::tempdir().unwrap();
    for index in 0..100_000 {
        fs::File::create(drop.path().join(format!("t_{index:06}.csv"))).unwrap(); // F22
    }
    let exports = list(drop.path(), "t_*.csv").unwrap();
    assert_eq!(exports.len(), 100_000);
    assert!(exports.is_sorted_by(|a, b| a.name < b.name));
}
