//! The exports of an invented bank as those of another: every row of its text tables through a change.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::fs::{self, File};
use std::path::Path;

/// One row of an export, by the names of its columns.
#[derive(Clone)]
pub struct Row<'r> {
    header: &'r csv::StringRecord,
    pub cells: Vec<String>,
}

impl Row<'_> {
    pub fn cell(&mut self, name: &str) -> &mut String {
        self.find(name).unwrap_or_else(|| panic!("no column `{name}`"))
    }

    /// `None` where the table has no such column.
    pub fn find(&mut self, name: &str) -> Option<&mut String> {
        let at = self.header.iter().position(|column| column == name)?;
        Some(&mut self.cells[at])
    }
}

/// Copies the exports; `change` is given each row with its table, and writes what stands in its place.
pub fn rewrite(from: &Path, to: &Path, mut change: impl FnMut(&str, Row<'_>, &mut dyn FnMut(&Row<'_>))) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let Some(table) = name.strip_suffix(".csv.gz").map(|stem| stem.split('-').next().unwrap()) else {
            continue;
        };
        let mut reader = csv::Reader::from_reader(MultiGzDecoder::new(File::open(entry.path()).unwrap()));
        let header = reader.headers().unwrap().clone();
        let file = GzEncoder::new(File::create(to.join(&name)).unwrap(), flate2::Compression::fast());
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(&header).unwrap();
        for record in reader.records() {
            let cells = record.unwrap().iter().map(str::to_owned).collect();
            change(table, Row { header: &header, cells }, &mut |row| {
                writer.write_record(&row.cells).unwrap();
            });
        }
        writer.into_inner().unwrap().finish().unwrap();
    }
}
