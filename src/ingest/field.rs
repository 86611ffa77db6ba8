//! One contract column of a row: the cell it is filled from, as the type the contract asks for.
//!
//! Reads: a [`Row`] through the mapping. Grain: one value. Never: turns an unreadable value into a missing one.

use super::cell::{Cell, Fault, MISSING, NOT_UTF8, Reason, Row};
use super::codes::{Code, CodeMemo, CodeTable};
use super::key::Key;
use super::lookup::LookupTable;
use super::parse;
use crate::config::source::DateFormat;
use crate::date::Date;
use crate::money::Money;
use std::io::Write;

/// Where the values of a contract column come from.
pub enum Fill {
    /// Nowhere: always missing.
    Absent,
    Constant(Box<[u8]>),
    Column(usize),
    Joined(Vec<usize>),
    FirstAccount,
}

/// How the sign of an amount is found.
pub enum SignRule {
    AsIs,
    Negated,
    NegativeWhere { slot: usize, values: Vec<Box<[u8]>> },
}

pub struct Field {
    pub name: &'static str,
    /// The export's name of the column, for rejects.
    pub label: String,
    pub fill: Fill,
    pub format: DateFormat,
    pub sign: SignRule,
    pub codes: Option<CodeTable>,
    pub lookup: Option<LookupTable>,
}

/// Room for any number or date as text.
type Digits = [u8; 48];

const SIGNED: &str = "a sign, although another column tells it";
const NO_SIGN: &str = "no value in the column that tells the sign";
const TIMESTAMP: &str = "a timestamp where a date is expected: map it with `format = \"timestamp\"`";
const WRONG_TYPE: &str = "a value of another type";
const FRACTION: &str = "a fraction in place of a text";
const UNKNOWN_CODE: &str = "unknown code";
const SPREADSHEET: &str = "an id in scientific notation: it went through a spreadsheet";
const INVISIBLE: &str = "an invisible character in an id";

impl Field {
    pub fn absent(name: &'static str) -> Self {
        let (fill, sign) = (Fill::Absent, SignRule::AsIs);
        Self { name, label: name.to_owned(), fill, format: DateFormat::Iso, sign, codes: None, lookup: None }
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

    #[inline]
    fn cell<'r, R: Row>(&'r self, row: &'r R) -> Result<Cell<'r>, Fault> {
        match (&self.fill, &self.lookup) {
            (Fill::Constant(text), _) => Ok(Cell::Text(text)),
            (Fill::Column(slot), None) => Ok(row.cell(*slot)),
            (Fill::Column(slot), Some(table)) => self.look_up(row.cell(*slot), table),
            (Fill::Absent | Fill::Joined(_) | Fill::FirstAccount, _) => Ok(Cell::Missing),
        }
    }

    fn look_up<'r>(&self, key: Cell<'r>, table: &'r LookupTable) -> Result<Cell<'r>, Fault> {
        let mut digits: Digits = [0; 48];
        let Some(key) = text_of(key, &mut digits).map_err(|reason| self.fault(reason))? else {
            return Ok(Cell::Missing);
        };
        table.find(key).ok_or_else(|| self.fault(format!("not found in {}", table.file.escape_debug())))
    }

    /// Calls `read` with the value as text; `None` where it is missing.
    #[inline]
    fn with_text<R: Row, T>(
        &self,
        row: &R,
        read: impl FnOnce(&[u8]) -> Result<T, &'static str>,
    ) -> Result<Option<T>, Fault> {
        let mut digits: Digits = [0; 48];
        match text_of(self.cell(row)?, &mut digits).and_then(|text| text.map(read).transpose()) {
            Ok(value) => Ok(value),
            Err(reason) => Err(self.fault(reason)),
        }
    }

    pub fn text<R: Row>(&self, row: &R) -> Result<Option<Box<str>>, Fault> {
        self.with_text(row, |text| std::str::from_utf8(text).map(Box::from).map_err(|_| NOT_UTF8))
    }

    /// An id as text.
    pub fn id<R: Row>(&self, row: &R) -> Result<Option<Box<str>>, Fault> {
        self.with_text(row, |text| {
            check_id(text)?;
            std::str::from_utf8(text).map(Box::from).map_err(|_| NOT_UTF8)
        })
    }

    /// An id as the key it is found by.
    #[inline]
    pub fn key<R: Row>(&self, row: &R) -> Result<Option<Key>, Fault> {
        self.with_text(row, |text| {
            check_id(text)?;
            Ok(Key::of(text))
        })
    }

    #[inline]
    pub fn date<R: Row>(&self, row: &R) -> Result<Option<Date>, Fault> {
        let date = match self.cell(row)? {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => parse::date(text, self.format),
            Cell::Date(date) => parse::checked_date(date),
            Cell::Timestamp(date) if self.format == DateFormat::Timestamp => parse::checked_date(date),
            Cell::Timestamp(_) => Err(TIMESTAMP),
            Cell::Integer(number) => date_of_number(number, self.format),
            Cell::Float(_) | Cell::Decimal(..) | Cell::Boolean(_) => Err(WRONG_TYPE),
        };
        date.map(Some).map_err(|reason| self.fault(reason))
    }

    #[inline]
    pub fn money<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        let cell = self.cell(row)?;
        let minor = match cell {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => parse::money(text),
            Cell::Integer(units) => parse::money_from_decimal(i128::from(units), 0),
            Cell::Float(units) => parse::money_from_float(units),
            Cell::Decimal(value, scale) => parse::money_from_decimal(value, scale),
            Cell::Date(_) | Cell::Timestamp(_) | Cell::Boolean(_) => Err(WRONG_TYPE),
        };
        let signed = minor.and_then(|minor| match &self.sign {
            SignRule::AsIs => Ok(minor),
            SignRule::Negated => Ok(-minor),
            SignRule::NegativeWhere { .. } if minor < 0 || has_sign(cell) => Err(SIGNED),
            SignRule::NegativeWhere { slot, values } => {
                Ok(if is_among(row.cell(*slot), values)? { -minor } else { minor })
            }
        });
        signed.map(|minor| Some(Money(minor))).map_err(|reason| self.fault(reason))
    }

    pub fn number<R: Row>(&self, row: &R) -> Result<Option<f64>, Fault> {
        let number = match self.cell(row)? {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => parse::number(text),
            cell => number_of(cell),
        };
        number.map(Some).map_err(|reason| self.fault(reason))
    }

    /// A number within `low` and `high`.
    pub fn number_within<R: Row>(&self, row: &R, low: f64, high: f64) -> Result<Option<f64>, Fault> {
        match self.number(row)? {
            Some(number) if !(low..=high).contains(&number) => {
                Err(self.fault(format!("outside {low} to {high}")))
            }
            number => Ok(number),
        }
    }

    /// A whole number within `low` and `high`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within u32 by the check"
    )]
    pub fn whole_within<R: Row>(&self, row: &R, low: u32, high: u32) -> Result<Option<u32>, Fault> {
        match self.number_within(row, f64::from(low), f64::from(high))? {
            Some(number) if number.fract() != 0.0 => Err(self.fault("not a whole number")),
            number => Ok(number.map(|number| number as u32)),
        }
    }

    /// 1 (cautious) to 5 (speculative).
    pub fn risk_level<R: Row>(&self, row: &R) -> Result<Option<u8>, Fault> {
        Ok(self.whole_within(row, 1, 5)?.and_then(|level| u8::try_from(level).ok()))
    }

    /// Whether the value is this text.
    pub fn is<R: Row>(&self, row: &R, text: &str) -> Result<bool, Fault> {
        Ok(self.with_text(row, |value| Ok(value == text.as_bytes()))?.unwrap_or(false))
    }

    pub fn boolean<R: Row>(&self, row: &R) -> Result<Option<bool>, Fault> {
        match self.cell(row)? {
            Cell::Boolean(value) => Ok(Some(value)),
            _ => self.with_text(row, parse::boolean),
        }
    }

    /// The code of the contract, as its place in the list of codes.
    #[inline]
    pub fn code<R: Row>(&self, row: &R, memo: &mut CodeMemo) -> Result<Option<Code>, Fault> {
        let Some(table) = &self.codes else { return Ok(None) };
        let reads_codes = |cell: Cell<'_>, memo: &mut CodeMemo| {
            let mut digits: Digits = [0; 48];
            let text = text_of(cell, &mut digits).map_err(|reason| self.fault(reason))?;
            Ok((table.resolve_one(text.unwrap_or_default(), memo), text.is_none()))
        };
        let (code, is_missing) = match &self.fill {
            Fill::Constant(text) => {
                (std::str::from_utf8(text).ok().and_then(|text| table.constant(text)), false)
            }
            Fill::Joined(slots) => self.joined(table, row, slots, memo)?,
            Fill::Column(_) => reads_codes(self.cell(row)?, memo)?,
            Fill::Absent | Fill::FirstAccount => (None, true),
        };
        match code {
            None if !is_missing => Err(self.fault(UNKNOWN_CODE)),
            code => Ok(code),
        }
    }

    /// The code of several columns together, and whether all of them are missing.
    fn joined<R: Row>(
        &self,
        table: &CodeTable,
        row: &R,
        slots: &[usize],
        memo: &mut CodeMemo,
    ) -> Result<(Option<Code>, bool), Fault> {
        let mut is_missing = true;
        let mut is_text = true;
        let values = slots.iter().map(|slot| match row.cell(*slot) {
            Cell::Missing => b"".as_slice(),
            Cell::Text(text) => {
                is_missing = false;
                text
            }
            _ => {
                is_text = false;
                b""
            }
        });
        let code = table.resolve(values, memo);
        if is_text { Ok((code, is_missing)) } else { Err(self.fault(WRONG_TYPE)) }
    }
}

/// The value as text; numbers that are whole as their digits, as an id is written.
#[inline]
fn text_of<'c>(cell: Cell<'c>, digits: &'c mut Digits) -> Result<Option<&'c [u8]>, &'static str> {
    let mut room = digits.as_mut_slice();
    let written = match cell {
        Cell::Missing => return Ok(None),
        Cell::Text(text) => return Ok(Some(text)),
        Cell::Integer(number) => write!(room, "{number}"),
        Cell::Decimal(number, 0) => write!(room, "{number}"),
        Cell::Float(number) if number.is_nan() => return Err(parse::NOT_FINITE),
        Cell::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => write!(room, "{number:.0}"),
        Cell::Float(_) | Cell::Decimal(..) => return Err(FRACTION),
        Cell::Date(date) | Cell::Timestamp(date) => write!(room, "{}", parse::checked_date(date)?),
        Cell::Boolean(value) => write!(room, "{value}"),
    };
    let left = room.len();
    written.map_err(|_| WRONG_TYPE)?;
    Ok(Some(&digits[..48 - left]))
}

fn date_of_number(number: i64, format: DateFormat) -> Result<Date, &'static str> {
    let mut digits = [0u8; 24];
    let mut room = digits.as_mut_slice();
    let written = match format {
        DateFormat::ShortCompact | DateFormat::BirthNumber => write!(room, "{number:06}"),
        _ => write!(room, "{number}"),
    };
    let left = room.len();
    written.map_err(|_| parse::date_reason(format))?;
    parse::date(&digits[..24 - left], format)
}

#[expect(clippy::cast_precision_loss, reason = "a number is a float by contract")]
fn number_of(cell: Cell<'_>) -> Result<f64, &'static str> {
    match cell {
        Cell::Integer(number) => Ok(number as f64),
        Cell::Float(number) if number.is_finite() => Ok(number),
        Cell::Float(_) => Err(parse::NOT_FINITE),
        Cell::Decimal(number, scale) => Ok(number as f64 / 10f64.powi(i32::from(scale))),
        _ => Err(WRONG_TYPE),
    }
}

fn has_sign(cell: Cell<'_>) -> bool {
    matches!(cell, Cell::Text(text) if parse::is_signed(text))
}

fn is_among(cell: Cell<'_>, values: &[Box<[u8]>]) -> Result<bool, &'static str> {
    let mut digits: Digits = [0; 48];
    let text = text_of(cell, &mut digits)?;
    let listed = values.iter().any(|value| **value == *text.unwrap_or_default());
    if text.is_none() && !listed { Err(NO_SIGN) } else { Ok(listed) }
}

#[inline]
fn check_id(id: &[u8]) -> Result<(), &'static str> {
    // Without branches: nearly all ids are plain.
    if !id.iter().fold(false, |is_odd, byte| is_odd | !byte.is_ascii_graphic() | (*byte == b'+')) {
        return Ok(());
    }
    if parse::number(id) == Err(parse::EXPONENT) {
        return Err(SPREADSHEET);
    }
    let text = std::str::from_utf8(id).map_err(|_| NOT_UTF8)?;
    if text.chars().any(is_invisible) { Err(INVISIBLE) } else { Ok(()) }
}

/// Characters that make two ids look alike: controls, spaces other than the ASCII one, zero-width characters.
fn is_invisible(c: char) -> bool {
    let is_space = c.is_whitespace() && c != ' ';
    is_space
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
