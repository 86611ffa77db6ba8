//! The header and the first rows of an export.
//!
//! Reads: the start of a text file, or the metadata and first rows of a Parquet file. Grain: one file.

use super::{HeaderOf, decode};
use crate::config::source::Format;
use crate::error::{Error, Result};
use crate::io::start::Start;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::fs::File;

const PARQUET_MAGIC: &[u8] = b"PAR1";
/// Rows that shapes are taken from.
const SAMPLES_MAX: usize = 500;
/// What exports put between fields, the most common first.
const SEPARATORS: [char; 6] = [',', '\t', ';', '|', '\u{1}', '^'];
/// Rows by which a separator is judged.
const JUDGED_ROWS: usize = 20;

/// What the start of a file tells; encoding and separator are guessed.
///
/// # Errors
/// Kind `Refused` where there is no header, or no known encoding or format.
pub fn read_header(start: Start) -> Result<HeaderOf> {
    if start.bytes.starts_with(PARQUET_MAGIC) {
        return read_parquet(start);
    }
    let name = start.name;
    let (packing, bytes) = decode::unpack(&start.bytes);
    let refuse = |what: &str| Error::refused(format!("`{}` {what}", name.escape_debug()));
    let (encoding, text) = decode::decode(&bytes).ok_or_else(|| {
        refuse("is neither UTF-8, UTF-16 nor GB18030")
            .hint("workbooks and archives are not read: export text or Parquet")
    })?;
    if text.trim().is_empty() {
        return Err(refuse("has no header").hint("name a file with a header row"));
    }
    let separator = separator(&text);
    let mut rows = rows(&text, separator, SAMPLES_MAX + 1).into_iter();
    let columns = rows.next().ok_or_else(|| refuse("has no header"))?;
    let samples = rows.filter(|row| row.len() == columns.len()).collect();
    Ok(HeaderOf { name, format: Format::Csv, packing, encoding, separator, columns, samples })
}

/// The separator that splits the first rows alike and into the most fields; a comma where none splits them.
fn separator(text: &str) -> char {
    let judge = |separator: char| {
        let rows = rows(text, separator, JUDGED_ROWS);
        let fields = rows.first().map_or(0, Vec::len);
        let alike = rows.iter().filter(|row| row.len() == fields).count();
        if fields > 1 { (alike, fields) } else { (0, 0) }
    };
    let mut best = (SEPARATORS[0], judge(SEPARATORS[0]));
    for separator in &SEPARATORS[1..] {
        let judged = judge(*separator);
        if judged > best.1 {
            best = (*separator, judged);
        }
    }
    best.0
}

/// The first rows, cells trimmed; what the cut of the text may have shortened is left out.
fn rows(text: &str, separator: char, limit: usize) -> Vec<Vec<String>> {
    let whole = text.rfind(['\n', '\r']).map_or(text, |end| &text[..end]);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(whole.as_bytes());
    let records = reader.records().map_while(std::result::Result::ok);
    records.take(limit).map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn read_parquet(start: Start) -> Result<HeaderOf> {
    let name = start.name;
    let unreadable = |cause| {
        Error::refused(format!("`{}` is no Parquet file that can be read", name.escape_debug()))
            .hint("deliver the file again")
            .caused_by(cause)
    };
    let n_bytes = start.file_bytes;
    let reader = SerializedFileReader::new(start.file).map_err(unreadable)?;
    if !is_sound(&reader, n_bytes) {
        return Err(Error::refused(format!("`{}` is a damaged Parquet file", name.escape_debug()))
            .hint("deliver the file again"));
    }
    let root = reader.metadata().file_metadata().schema();
    let columns = root.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let mut samples = Vec::new();
    for row in reader.get_row_iter(None).map_err(unreadable)?.take(SAMPLES_MAX) {
        let row = row.map_err(unreadable)?;
        samples.push(row.get_column_iter().map(|(_, field)| text_of(field)).collect());
    }
    let (format, packing) = (Format::Parquet, None);
    Ok(HeaderOf { name, format, packing, encoding: "utf-8", separator: ',', columns, samples })
}

/// Whether every column lies inside the file: the reader panics on places that are not.
fn is_sound(reader: &SerializedFileReader<File>, n_bytes: u64) -> bool {
    let groups = reader.metadata().row_groups().iter();
    groups.flat_map(RowGroupMetaData::columns).all(|column| {
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let end = start.checked_add(column.compressed_size()).and_then(|end| u64::try_from(end).ok());
        start >= 0 && column.compressed_size() >= 0 && end.is_some_and(|end| end <= n_bytes)
    })
}

/// A value as text would have it.
fn text_of(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.trim().to_owned(),
        Field::Double(value) => value.to_string(),
        Field::Float(value) => value.to_string(),
        // Shown with an offset, which the values do not have.
        Field::TimestampMillis(_) | Field::TimestampMicros(_) => {
            field.to_string().chars().take("2026-10-31 00:00:00".len()).collect()
        }
        other => other.to_string(),
    }
}
