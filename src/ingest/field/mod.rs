//! One contract column of a row: the cell it is filled from, as the type the contract asks for.
//!
//! Reads: a [`Row`] through the mapping. Grain: one value. Never: turns an unreadable value into a missing one.

mod amount;
mod coded;
mod sentinel;

pub use amount::SignRule;
pub use sentinel::Sentinels;

use super::cell::{Cell, Digits, Fault, MISSING, NOT_UTF8, Reason, Row, WRONG_TYPE};
use super::codes::{Code, CodeTable};
use super::lookup::LookupTable;
use super::parse::{self, DateRule, Notation};
use crate::config::source::{DateFormat, Tolerance};
use crate::contract::key::Key;
use crate::date::Date;
use crate::ingest::reasons::{TIMESTAMP, not_found_in};
use std::borrow::Cow;

/// Where the values of a contract column come from.
pub enum Fill {
    /// Nowhere: always missing.
    Absent,
    Constant(Box<[u8]>),
    /// The same code in every row.
    Code(Code),
    Column(usize),
    Joined(Vec<usize>),
    FirstAccount,
}

pub struct Field {
    pub name: &'static str,
    /// The export's name of the column, for rejects.
    pub label: String,
    pub fill: Fill,
    pub missing: Sentinels,
    pub dates: DateRule,
    pub notation: Notation,
    pub sign: SignRule,
    /// Whether an amount below zero is used.
    pub allow_negative: bool,
    pub codes: Option<CodeTable>,
    pub lookup: Option<LookupTable>,
}

/// A value as it stands in nearly every row of an export, which is read without detours.
enum Plain<'r> {
    Missing,
    Text(&'r [u8]),
    Integer(i64),
    Float(f64),
    Date(Date),
    /// Anything else, to be looked at as a [`Cell`].
    Other,
}

impl Field {
    pub fn absent(name: &'static str) -> Self {
        Self {
            name,
            label: name.to_owned(),
            fill: Fill::Absent,
            missing: Sentinels::default(),
            dates: DateRule::default(),
            notation: Notation::default(),
            sign: SignRule::AsIs,
            allow_negative: true,
            codes: None,
            lookup: None,
        }
    }

    pub fn is_mapped(&self) -> bool {
        !matches!(self.fill, Fill::Absent)
    }

    pub fn fault(&self, reason: impl Into<Reason>) -> Fault {
        Fault::Row(self.label.clone(), reason.into())
    }

    /// The value, or the reject of a row without it.
    pub fn required<T>(&self, value: Option<T>) -> Result<T, Fault> {
        value.ok_or_else(|| self.fault(MISSING))
    }

    /// The value where it needs no second look. Cells are not handed on from here: one that is moved
    /// through memory costs more than reading a date.
    #[inline]
    fn plain<'r, R: Row>(&self, row: &'r R) -> Plain<'r> {
        match self.fill {
            Fill::Absent => Plain::Missing,
            Fill::Column(slot) if self.lookup.is_none() && !self.missing.has_texts() => {
                match row.cell(slot) {
                    Cell::Text(text) => Plain::Text(text),
                    Cell::Missing => Plain::Missing,
                    _ if self.missing.has_values() => Plain::Other,
                    Cell::Integer(number) => Plain::Integer(number),
                    Cell::Float(number) => Plain::Float(number),
                    Cell::Date(date) => Plain::Date(date),
                    _ => Plain::Other,
                }
            }
            _ => Plain::Other,
        }
    }

    fn cell<'r, R: Row>(&'r self, row: &'r R) -> Result<Cell<'r>, Fault> {
        match (&self.fill, &self.lookup) {
            (Fill::Column(slot), None) => Ok(self.missing.apply(row.cell(*slot))),
            (Fill::Column(slot), Some(table)) => self.look_up(self.missing.apply(row.cell(*slot)), table),
            (Fill::Constant(text), _) => Ok(Cell::Text(text)),
            (Fill::Absent | Fill::Code(_) | Fill::Joined(_) | Fill::FirstAccount, _) => Ok(Cell::Missing),
        }
    }

    fn look_up<'r>(&self, key: Cell<'r>, table: &'r LookupTable) -> Result<Cell<'r>, Fault> {
        let mut digits = Digits::default();
        let Some(key) = key.text(&mut digits).map_err(|reason| self.fault(reason))? else {
            return Ok(Cell::Missing);
        };
        table.find(key).ok_or_else(|| self.fault(not_found_in(table.file.escape_debug())))
    }

    /// Calls `read` with the value as text; `None` where it is missing.
    fn with_text<R: Row, T>(
        &self,
        row: &R,
        read: impl FnOnce(&[u8]) -> Result<T, &'static str>,
    ) -> Result<Option<T>, Fault> {
        let read = match self.cell(row)? {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => read(text),
            cell => {
                let mut digits = Digits::default();
                cell.text(&mut digits).and_then(|text| read(text.unwrap_or_default()))
            }
        };
        read.map(Some).map_err(|reason| self.fault(reason))
    }

    pub fn text<R: Row>(&self, row: &R) -> Result<Option<Box<str>>, Fault> {
        self.with_text(row, owned)
    }

    fn reads_full_width(&self) -> bool {
        self.notation.accept.has(Tolerance::FullWidth)
    }

    /// An id as text.
    pub fn id<R: Row>(&self, row: &R) -> Result<Option<Box<str>>, Fault> {
        self.with_text(row, |text| owned(&parse::id(text, self.reads_full_width())?))
    }

    /// An id as the key it is found by.
    #[inline]
    pub fn key<R: Row>(&self, row: &R) -> Result<Option<Key>, Fault> {
        self.with_id(row, Key::of)
    }

    /// Calls `read` with the bytes of an id; `None` where it is missing.
    #[inline]
    pub fn with_id<R: Row, T>(&self, row: &R, read: impl Fn(&[u8]) -> T) -> Result<Option<T>, Fault> {
        match self.plain(row) {
            Plain::Missing => Ok(None),
            Plain::Text(text) if parse::is_plain_id(text) => Ok(Some(read(text))),
            Plain::Integer(number) => Ok(Some(read(Digits::default().whole(number)))),
            _ => self.with_other_id(row, read),
        }
    }

    #[inline(never)]
    fn with_other_id<R: Row, T>(&self, row: &R, read: impl Fn(&[u8]) -> T) -> Result<Option<T>, Fault> {
        self.with_text(row, |text| {
            let id: Cow<'_, [u8]> = parse::id(text, self.reads_full_width())?;
            Ok(read(&id))
        })
    }

    #[inline]
    pub fn date<R: Row>(&self, row: &R) -> Result<Option<Date>, Fault> {
        match self.plain(row) {
            Plain::Missing => return Ok(None),
            Plain::Text(text) if self.dates.format == DateFormat::Iso => {
                if let Some(date) = parse::iso_date(text) {
                    return Ok(Some(date));
                }
            }
            Plain::Date(date) => {
                return parse::checked_date(date).map(Some).map_err(|reason| self.fault(reason));
            }
            _ => {}
        }
        self.other_date(row)
    }

    #[inline(never)]
    fn other_date<R: Row>(&self, row: &R) -> Result<Option<Date>, Fault> {
        let date = match self.cell(row)? {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => parse::date(text, &self.dates),
            cell => self.date_of_other(cell),
        };
        date.map(Some).map_err(|reason| self.fault(reason))
    }

    fn date_of_other(&self, cell: Cell<'_>) -> Result<Date, &'static str> {
        let rule = &self.dates;
        match cell {
            Cell::Date(date) => parse::checked_date(date),
            Cell::Local(_) | Cell::Instant(_) if rule.format != DateFormat::Timestamp => Err(TIMESTAMP),
            Cell::Local(seconds) => parse::date_of_local(seconds, rule.zone),
            Cell::Instant(seconds) => parse::date_of_instant(seconds, rule.zone),
            Cell::Integer(number) => parse::date_from_integer(number, rule),
            Cell::Decimal(number, 0) => {
                i64::try_from(number).map_err(|_| WRONG_TYPE).and_then(|n| parse::date_from_integer(n, rule))
            }
            Cell::Float(number) => parse::date_from_float(number, rule),
            Cell::Decimal(..) | Cell::Boolean(_) | Cell::Text(_) | Cell::Missing => Err(WRONG_TYPE),
        }
    }

    /// Whether the value is this text.
    pub fn is<R: Row>(&self, row: &R, text: &str) -> Result<bool, Fault> {
        Ok(self.with_text(row, |value| Ok(value == text.as_bytes()))?.unwrap_or(false))
    }

    #[inline]
    pub fn boolean<R: Row>(&self, row: &R) -> Result<Option<bool>, Fault> {
        match self.plain(row) {
            Plain::Missing => Ok(None),
            Plain::Text(text) => parse::boolean(text).map(Some).map_err(|reason| self.fault(reason)),
            // `true` and `1` are the texts of a boolean and of a number.
            _ => self.with_text(row, parse::boolean),
        }
    }
}

fn owned(text: &[u8]) -> Result<Box<str>, &'static str> {
    std::str::from_utf8(text).map(Box::from).map_err(|_| NOT_UTF8)
}
