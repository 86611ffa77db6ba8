//! The exports as plain rows of text, for counts that share nothing with the program.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an analyst does"
)]

use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// One exported row by column.
pub type Row = BTreeMap<String, String>;

/// All rows of all files of a table.
pub fn rows(exports: &Path, table: &str) -> Vec<Row> {
    let mut paths: Vec<_> = std::fs::read_dir(exports).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_of_table = |path: &&std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.split(['-', '.']).next() == Some(table) && name.ends_with(".csv.gz")
    };
    let mut rows = Vec::new();
    for path in paths.iter().filter(is_of_table) {
        let mut reader = csv::Reader::from_reader(MultiGzDecoder::new(File::open(path).unwrap()));
        let header = reader.headers().unwrap().clone();
        rows.extend(reader.records().map(|record| {
            let record = record.unwrap();
            header.iter().zip(&record).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect::<Row>()
        }));
    }
    rows
}

/// An amount in minor units.
pub fn minor(text: &str) -> i64 {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    format!("{whole}{cents:0<2}").parse().unwrap()
}
