//! The control file beside a delivery: what the sender states of it.
//!
//! Reads: the control file's bytes: lines `key=value` or `key: value`, or a header and one record; UTF-8 or GB18030;
//! empty where it only marks that the delivery is there. Keys: `rows`, `count`, `records`; `sum`, `amount`, `total` (in
//! currency units); `bytes`, `size`; `sha256`; `blake3`; `date`; and their Chinese names. Grain: one file delivered.
//! Never: guesses at a value, takes an unknown key for a known one (they are counted).

use super::totals::{self, Totals};
use crate::date::Date;
use crate::error::{Error, Result};
use std::borrow::Cow;

/// A control file longer than this is none.
pub const BYTES_MAX: u64 = 64 * 1024;

/// What a control file states; what it does not state is not checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stated {
    /// Of the control file, inside the drop folder.
    pub name: String,
    pub rows: Option<u64>,
    /// Minor units.
    pub sum: Option<i128>,
    pub bytes: Option<u64>,
    /// Hexadecimal, lower case; so is the next.
    pub sha256: Option<String>,
    pub blake3: Option<String>,
    pub date: Option<Date>,
    /// Keys that we do not know.
    pub unknown: usize,
}

#[derive(Debug, Clone, Copy)]
enum Key {
    Rows,
    Sum,
    Bytes,
    Sha256,
    Blake3,
    Date,
}

impl Key {
    fn named(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().replace(['-', '_', ' '], "").as_str() {
            "rows" | "row" | "count" | "records" | "rowcount" | "recordcount" | "笔数" | "行数"
            | "总笔数" | "总行数" | "记录数" => Self::Rows,
            "sum" | "amount" | "total" | "totalamount" | "合计" | "金额" | "总金额" | "合计金额" => {
                Self::Sum
            }
            "bytes" | "size" | "filesize" | "字节数" | "文件大小" => Self::Bytes,
            "sha256" => Self::Sha256,
            "blake3" => Self::Blake3,
            "date" | "日期" => Self::Date,
            _ => return None,
        })
    }
}

/// A required control file that is not there.
pub fn missing(file: &str, control: &str) -> Error {
    let (file, control) = (file.escape_debug(), control.escape_debug());
    Error::incomplete(format!("`{file}` is not complete yet: its control file `{control}` is not there"))
        .hint("wait until the control file is delivered, or set `control.required = false`")
}

impl Stated {
    /// Reads a control file; `name` is for messages.
    ///
    /// # Errors
    /// Kind `Refused` where it is no text, has another form, states a known key twice and differently, or a value that
    /// cannot be read.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        let text = decode(bytes).ok_or_else(|| refused(name, "is neither UTF-8 nor GB18030 text"))?;
        let mut stated = Self { name: name.to_owned(), ..Self::default() };
        let lines: Vec<(usize, &str)> = (1..).zip(text.lines().map(str::trim)).filter(is_content).collect();
        if lines.first().is_some_and(|(_, line)| pair(line).is_none()) {
            stated.record(&lines)?;
            return Ok(stated);
        }
        for (line, text) in lines {
            let pair =
                pair(text).ok_or_else(|| refused(name, &format!("has no `key=value` on line {line}")))?;
            stated.state(pair.0, pair.1, line)?;
        }
        Ok(stated)
    }

    /// A header and one record.
    fn record(&mut self, lines: &[(usize, &str)]) -> Result<()> {
        let [(_, header), (line, record)] = lines else {
            return Err(refused(&self.name, "has neither `key=value` lines nor a header with one record"));
        };
        let separator = [b'\t', b'|', b';'].into_iter().find(|byte| header.as_bytes().contains(byte));
        let (keys, values) = (fields(header, separator), fields(record, separator));
        if keys.len() != values.len() {
            let what = format!("has {} columns and {} values", keys.len(), values.len());
            return Err(refused(&self.name, &what));
        }
        keys.iter().zip(&values).try_for_each(|(key, value)| self.state(key, value, *line))
    }

    fn state(&mut self, key_text: &str, value: &str, line: usize) -> Result<()> {
        let Some(key) = Key::named(key_text) else {
            self.unknown += 1;
            return Ok(());
        };
        let is_read = match key {
            Key::Rows => once(&mut self.rows, count(value)),
            Key::Bytes => once(&mut self.bytes, count(value)),
            Key::Sum => once(&mut self.sum, sum(value)),
            Key::Sha256 => once(&mut self.sha256, hexadecimal(value)),
            Key::Blake3 => once(&mut self.blake3, hexadecimal(value)),
            Key::Date => once(&mut self.date, date(value)),
        };
        is_read.map_err(|what| {
            refused(&self.name, &format!("{what} for `{}` on line {line}", key_text.trim().escape_debug()))
        })
    }

    /// Before the file is read: its size, and the date in its name.
    ///
    /// # Errors
    /// Kind `Incomplete` where the file is shorter than stated, `Refused` where it is longer or of another date.
    pub fn check_listed(&self, file: &str, bytes: u64, file_date: Option<Date>) -> Result<()> {
        let (file, name) = (file.escape_debug(), self.name.escape_debug());
        if let Some(stated) = self.bytes.filter(|stated| *stated != bytes) {
            let message = format!("`{file}` has {bytes} bytes, `{name}` states {stated}");
            return Err(if bytes < stated {
                Error::incomplete(message).hint("wait until the delivery is complete")
            } else {
                Error::refused(message).hint("deliver the file and its control file again")
            });
        }
        match (self.date, file_date) {
            (Some(stated), Some(date)) if stated != date => {
                let message = format!("`{file}` is of {date}, `{name}` states {stated}");
                Err(Error::refused(message).hint("deliver the file and its control file again"))
            }
            _ => Ok(()),
        }
    }

    /// Of the file's bytes; `sha256` only where it was asked for.
    ///
    /// # Errors
    /// Kind `Refused` where a digest differs from the stated one.
    pub fn check_digests(&self, file: &str, blake3: &str, sha256: Option<&str>) -> Result<()> {
        for (what, stated, found) in
            [("BLAKE3", &self.blake3, Some(blake3)), ("SHA-256", &self.sha256, sha256)]
        {
            let (Some(stated), Some(found)) = (stated, found) else { continue };
            if !stated.eq_ignore_ascii_case(found) {
                let (file, name) = (file.escape_debug(), self.name.escape_debug());
                let message = format!("`{file}` has the {what} {found}, `{name}` states {stated}");
                return Err(
                    Error::refused(message).hint("it was damaged or replaced on its way: deliver it again")
                );
            }
        }
        Ok(())
    }

    /// After the file was read: its rows and the sum of its amounts.
    ///
    /// # Errors
    /// Kind `Refused`, naming both figures.
    pub fn check_totals(&self, file: &str, totals: &Totals) -> Result<()> {
        totals::check(file, &format!("`{}`", self.name.escape_debug()), self.rows, self.sum, totals)
    }
}

fn refused(name: &str, what: &str) -> Error {
    Error::refused(format!("control file `{}` {what}", name.escape_debug()))
        .hint("write lines like `rows=1200`, `sum=34567.89`, `bytes=98765`, `sha256=…`, `date=2026-10-31`")
}

fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes),
    };
    text.filter(|text| !text.contains('\0'))
}

/// Neither empty nor a comment nor the heading of a section.
fn is_content((_, line): &(usize, &str)) -> bool {
    !line.is_empty() && !line.starts_with(['#', '['])
}

fn pair(line: &str) -> Option<(&str, &str)> {
    line.split_once(['=', ':', '：', '＝'])
}

fn fields(line: &str, separator: Option<u8>) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).delimiter(separator.unwrap_or(b','));
    let record = reader.from_reader(line.as_bytes()).into_records().next();
    record.and_then(Result::ok).map_or_else(Vec::new, |record| record.iter().map(str::to_owned).collect())
}

/// A key may stand twice where it says the same.
fn once<T: PartialEq>(known: &mut Option<T>, value: Option<T>) -> Result<(), &'static str> {
    let value = value.ok_or("has a value that cannot be read")?;
    if known.as_ref().is_some_and(|known| *known != value) {
        return Err("has two different values");
    }
    *known = Some(value);
    Ok(())
}

fn count(text: &str) -> Option<u64> {
    digits(text.trim())?.parse().ok()
}

/// Currency units to minor units, exactly.
fn sum(text: &str) -> Option<i128> {
    let text = text.trim();
    let (is_negative, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (units, fraction) = size.split_once('.').unwrap_or((size, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let minor = fraction.trim_end_matches('0');
    if !is_fraction || minor.len() > 2 {
        return None;
    }
    let units: i128 = digits(units)?.parse().ok()?;
    let minor: i128 = format!("{minor:0<2}").parse().ok()?;
    let total = units.checked_mul(100)?.checked_add(minor)?;
    Some(if is_negative { -total } else { total })
}

/// Digits, with or without a comma before every third from the right.
fn digits(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let is_grouped = text.contains(',');
    let fits = !first.is_empty() && (!is_grouped || first.len() <= 3) && groups.all(|group| group.len() == 3);
    let digits = text.replace(',', "");
    (fits && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn hexadecimal(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// `YYYY-MM-DD`, `YYYY/MM/DD` or `YYYYMMDD`.
fn date(text: &str) -> Option<Date> {
    let text = text.trim().replace('/', "-");
    if text.len() == 8 && text.is_ascii() {
        return Date::parse_iso(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]));
    }
    Date::parse_iso(&text)
}

#[cfg(test)]
mod tests;
