//! A column of another text file, found by key.
//!
//! Reads: one text file of the drop folder, with the source's separator, encoding and missing texts. Grain: one entry
//! per key. Never: takes one of two values, skips a row.

use super::Delivery;
use super::cell::{Cell, text_cell};
use super::decode::TextStream;
use super::key::{FoldMap, Key};
use super::mapping::Slot;
use crate::config::source::{Lookup, Source};
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::io::exports::{self, Export};
use std::path::Path;

/// A looked up file is held in memory whole.
const FILE_BYTES_MAX: usize = 1 << 30;

pub struct LookupTable {
    pub file: String,
    values: Values,
}

type Values = FoldMap<Key, Box<[u8]>>;

impl LookupTable {
    /// The table, and the books of its file: every row is used, since any may be asked for.
    pub fn read(
        lookup: &Lookup,
        (table, source): (Table, &Source),
        data: &Path,
        missing: &[Box<[u8]>],
    ) -> Result<(Self, Delivery)> {
        let export = exports::find(data, &lookup.file)?;
        let mut stream = TextStream::open(&export, source.encoding, &|_| ())?;
        let mut text = Vec::new();
        if stream.fill(&mut text, FILE_BYTES_MAX)? {
            return Err(refuse(&export, "is too large to look values up in"));
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let (values, rows) = parse(&export, text, lookup, super::mapping::separator(source)?, missing)?;
        let (bytes, digest) = stream.finish()?;
        let delivery = Delivery::of_lookup(table, &export.name, rows, bytes, digest);
        Ok((Self { file: lookup.file.clone(), values }, delivery))
    }

    pub fn find(&self, key: &[u8]) -> Option<Cell<'_>> {
        self.values
            .get(&Key::of(key))
            .map(|value| if value.is_empty() { Cell::Missing } else { Cell::Text(value) })
    }
}

fn refuse(export: &Export, what: &str) -> Error {
    Error::refused(format!("`{}` {what}", export.name.escape_debug()))
        .hint("correct the file that values are looked up in")
}

/// The values, and how many rows the file has.
fn parse(
    export: &Export,
    text: &[u8],
    lookup: &Lookup,
    separator: u8,
    missing: &[Box<[u8]>],
) -> Result<(Values, u64)> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).has_headers(true).flexible(false).from_reader(text);
    let header = reader.byte_headers().map_err(|_| refuse(export, "has no header"))?.clone();
    let names = super::header::names(export, &header)?;
    let slots = [&lookup.key, &lookup.value].map(|name| Slot { name: name.clone(), column: None });
    let key = super::header::position(export, &names, &slots[0], &slots)?;
    let value = super::header::position(export, &names, &slots[1], &slots)?;
    let mut rows = 0;
    let mut values = Values::default();
    for record in reader.byte_records() {
        let record = record.map_err(|cause| {
            let line = cause.position().map_or(0, csv::Position::line);
            refuse(export, &format!("has a row that does not fit the header near line {line}"))
        })?;
        rows += 1;
        let cell = |at: usize| text_cell(record.get(at).unwrap_or_default(), missing);
        let Cell::Text(key) = cell(key) else { continue };
        let found: &[u8] = if let Cell::Text(text) = cell(value) { text } else { b"" };
        if std::str::from_utf8(found).is_err() || found.contains(&0) {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(refuse(export, &format!("has a value that is not text near line {line}")));
        }
        if values.insert(Key::of(key), found.into()).is_some_and(|other| *other != *found) {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(refuse(
                export,
                &format!("has two values for one `{}`, near line {line}", lookup.key.escape_debug()),
            ));
        }
    }
    Ok((values, rows))
}
