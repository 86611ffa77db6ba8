//! Small exports in, printed rows, rejects and refusals out.

#![allow(clippy::disallowed_methods, reason = "tests write the exports they read")]

mod contents;
mod encodings;
mod files;
mod mutations;
mod packing;
mod quotes;
mod trailers;

use super::read;
use crate::config::source::Source;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::ingest::Limits;
use crate::ingest::build::{Build, Findings, Memo};
use crate::ingest::cell::{Cell, Fault, Row};
use crate::ingest::job::Job;
use crate::ingest::mapping::Mapping;
use crate::io::exports;
use std::io::Write;

const FIELD_BYTES_MAX: usize = 100;

/// The values of `branch_id` and `name`; a row without the first is quarantined.
struct Values;

impl Build for Values {
    type Row = String;

    fn build<R: Row>(&self, row: &R, _: &mut Memo) -> std::result::Result<String, Fault> {
        match (row.cell(0), row.cell(1)) {
            (Cell::Text(id), Cell::Text(name)) => {
                Ok(format!("{}={}", String::from_utf8_lossy(id), String::from_utf8_lossy(name)))
            }
            (Cell::Text(id), _) => Ok(String::from_utf8_lossy(id).into_owned()),
            _ => Err(Fault::Row("id".into(), "missing".into())),
        }
    }
}

const PLAIN: &str = "files = \"f\"\nformat = \"csv\"\ncolumns = { branch_id = \"id\", name = \"name\" }\n";

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(bytes).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The rows of a file, in the pieces in which they came, and what else was found.
fn pieces(mapping: &str, bytes: &[u8]) -> Result<(Vec<Vec<String>>, Findings)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f"), bytes).unwrap();
    let export = exports::find(folder.path(), "f").unwrap();
    let source: Source = toml::from_str(mapping).unwrap();
    let mapping = Mapping::new(Table::Branches, &source, folder.path())?;
    let limits = Limits {
        reject_share_max: 0.9,
        base_currency: "EUR".into(),
        field_bytes_max: FIELD_BYTES_MAX,
        volume: None,
    };
    let job = Job { export: &export, source: &source, mapping: &mapping, builder: &Values, limits: &limits };
    let mut pieces = Vec::new();
    let findings = read(&job, &|_| (), &mut |rows| {
        pieces.push(rows);
        Ok(())
    })?;
    Ok((pieces, findings))
}

fn rows_and(mapping: &str, bytes: &[u8]) -> Result<(Vec<String>, Findings)> {
    pieces(mapping, bytes).map(|(pieces, findings)| (pieces.concat(), findings))
}

fn rows(mapping: &str, bytes: &[u8]) -> Vec<String> {
    let (rows, findings) = rows_and(mapping, bytes).unwrap();
    assert_eq!(rejects(&findings), [""; 0]);
    rows
}

fn rejects(findings: &Findings) -> Vec<String> {
    assert_eq!(findings.rejects.len() as u64, findings.tally.rejected);
    findings
        .rejects
        .iter()
        .map(|reject| format!("{}: {}: {}", reject.line, reject.reason, reject.raw))
        .collect()
}

fn shown(error: &Error) -> String {
    format!("{:?}: {error} | {}", error.kind(), error.hints().join("; "))
}

fn refusal(mapping: &str, bytes: &[u8]) -> String {
    shown(&rows_and(mapping, bytes).map(|(rows, findings)| (rows, rejects(&findings))).unwrap_err())
}
