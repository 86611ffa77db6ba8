//! A column of another text file, found by key.
//!
//! Reads: one text file of the drop folder, with the source's separator, encoding and missing texts. Grain: one entry
//! per key. Never: takes one of two values, skips a row.

use super::cell::{Cell, text_cell};
use super::decode::TextStream;
use super::mapping::Slot;
use super::records::{self, Quoting, Record};
use crate::config::source::{Lookup, Source};
use crate::contract::key::{FoldMap, Key};
use crate::error::{Error, Result};
use crate::io::exports::{self, Export};
use std::path::Path;

/// A looked up file is held in memory whole.
const FILE_BYTES_MAX: usize = 1 << 30;
const BOM: &[u8] = b"\xef\xbb\xbf";

pub struct LookupTable {
    pub file: String,
    values: Values,
}

/// The books of a file that values are looked up in: every row is used, since any may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupFile {
    pub name: String,
    pub bytes: u64,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub digest: String,
    pub rows: u64,
}

type Values = FoldMap<Key, Box<[u8]>>;

impl LookupTable {
    /// The table, and the books of its file.
    ///
    /// # Errors
    /// Kind `Incomplete` where the file is not there, `Refused` where it is no sound table.
    pub fn read(
        lookup: &Lookup,
        source: &Source,
        data: &Path,
        missing: &[Box<[u8]>],
    ) -> Result<(Self, LookupFile)> {
        let export = exports::find(data, &lookup.file)?;
        let digest = exports::digest(&export)?;
        let mut stream = TextStream::open(&export, source.encoding, &|_| ())?;
        let text = stream.whole(FILE_BYTES_MAX)?;
        let text = text.ok_or_else(|| refuse(&export, "is too large to look values up in"))?;
        stream.finish()?;
        let mut parsing = Parsing {
            export: &export,
            lookup,
            missing,
            columns: None,
            rows: 0,
            line: 1,
            values: Values::default(),
        };
        parsing.parse(text.strip_prefix(BOM).unwrap_or(&text), super::mapping::separator(source)?)?;
        let rows = parsing.rows;
        let values = parsing.values;
        let file = LookupFile { name: export.name, bytes: export.bytes, digest, rows };
        Ok((Self { file: lookup.file.clone(), values }, file))
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

/// A looked up file while it is gone through.
struct Parsing<'a> {
    export: &'a Export,
    lookup: &'a Lookup,
    missing: &'a [Box<[u8]>],
    /// How many columns there are, and which are the key and the value; known after the header.
    columns: Option<(usize, usize, usize)>,
    rows: u64,
    /// Of the record that is looked at.
    line: u64,
    values: Values,
}

impl Parsing<'_> {
    fn parse(&mut self, text: &[u8], separator: u8) -> Result<()> {
        let mut at = 0;
        records::split(text, separator, |batch| {
            for record in batch.records() {
                self.line += records::count_lines(&text[at..record.start], b'\n');
                at = record.start;
                match self.columns {
                    None => self.read_header(&record)?,
                    Some(columns) => self.enter(&record, columns)?,
                }
            }
            Ok::<(), Error>(())
        })?;
        if self.columns.is_some() { Ok(()) } else { Err(refuse(self.export, "has no header")) }
    }

    fn refuse(&self, what: &str) -> Error {
        refuse(self.export, &format!("has {what}, on line {}", self.line))
    }

    fn check_quotes(&self, record: &Record<'_>) -> Result<()> {
        match record.quoting {
            Quoting::Sound => Ok(()),
            Quoting::Open => Err(self.refuse("a quote that is not closed")),
            _ => Err(self.refuse("broken quotes")),
        }
    }

    fn read_header(&mut self, record: &Record<'_>) -> Result<()> {
        self.check_quotes(record)?;
        let names = super::header::names(self.export, record.fields())?;
        let slot = |name: &String| Slot { name: name.clone(), aliases: Vec::new(), column: None };
        let slots = [&self.lookup.key, &self.lookup.value].map(slot);
        let key = super::header::position(self.export, &names, &slots[0], &slots)?;
        let value = super::header::position(self.export, &names, &slots[1], &slots)?;
        self.columns = Some((names.len(), key, value));
        Ok(())
    }

    fn enter(&mut self, record: &Record<'_>, (n_columns, key, value): (usize, usize, usize)) -> Result<()> {
        self.check_quotes(record)?;
        if record.n_fields() != n_columns {
            return Err(self.refuse("a row that does not fit the header"));
        }
        self.rows += 1;
        let cell = |at: usize| text_cell(record.field(at), self.missing);
        let Cell::Text(key) = cell(key) else { return Ok(()) };
        let found: &[u8] = if let Cell::Text(text) = cell(value) { text } else { b"" };
        if std::str::from_utf8(found).is_err() || found.contains(&0) {
            return Err(self.refuse("a value that is not text"));
        }
        if self.values.insert(Key::of(key), found.into()).is_some_and(|other| *other != *found) {
            return Err(self.refuse(&format!("two values for one `{}`", self.lookup.key.escape_debug())));
        }
        Ok(())
    }
}
