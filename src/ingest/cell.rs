//! One value of an export, borrowed from the buffer it was read into, and what is wrong with it.
//!
//! Text files and Parquet both end here, so that a value means the same whichever way it was delivered.

use super::parse;
use crate::date::Date;
use crate::ingest::reasons::{FRACTION, ROUNDED};
pub use crate::ingest::reasons::{MISSING, NOT_UTF8, WRONG_TYPE};
use std::borrow::Cow;
use std::io::Write;

/// One value as delivered. Text is trimmed of ASCII whitespace, not empty, and holds no NUL byte.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    Missing,
    Text(&'a [u8]),
    Integer(i64),
    Float(f64),
    /// A value times ten to the power of minus the scale.
    Decimal(i128, i8),
    Date(Date),
    /// A time on the clock of a place that is not named: whole seconds since 1970-01-01 00:00 there, rounded down.
    Local(i64),
    /// A point in time: whole seconds since 1970-01-01 00:00 UTC, rounded down.
    Instant(i64),
    Boolean(bool),
}

/// A row of an export: the values of the source columns that the mapping names.
pub trait Row {
    /// The value of the source column with this number in the mapping.
    fn cell(&self, slot: usize) -> Cell<'_>;

    /// Which entry of a dictionary the value is, where the column has one: equal entries are equal values for as long
    /// as one `Memo` is used.
    #[inline]
    fn entry(&self, _slot: usize) -> Option<usize> {
        None
    }
}

/// Why a value cannot be used: a short, stable text that never holds the value itself.
pub type Reason = Cow<'static, str>;

/// Why a row cannot be used.
#[derive(Debug)]
pub enum Fault {
    /// The row is quarantined: the column of the export, and the reason.
    Row(String, Reason),
    /// The whole delivery is refused.
    Delivery(Box<Refusal>),
}

/// Why a delivery is refused, without the place, and what to do about it.
#[derive(Debug)]
pub struct Refusal {
    pub what: String,
    pub hint: String,
}

/// Room for any number or date as text.
pub struct Digits([u8; DIGITS_MAX]);

/// An `i128` has 39 digits and a sign.
const DIGITS_MAX: usize = 48;

impl Default for Digits {
    fn default() -> Self {
        Self([0; DIGITS_MAX])
    }
}

impl Digits {
    /// The digits of a whole number, written from the end on.
    #[inline]
    pub fn whole(&mut self, number: i64) -> &[u8] {
        let mut rest = number.unsigned_abs();
        let mut at = DIGITS_MAX;
        loop {
            at -= 1;
            self.0[at] = b'0' + (rest % 10).to_le_bytes()[0];
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            at -= 1;
            self.0[at] = b'-';
        }
        &self.0[at..]
    }
}

impl<'c> Cell<'c> {
    /// The value as text; numbers that are whole as their digits, as an id is written. `None` where it is missing.
    #[inline]
    pub fn text(self, digits: &'c mut Digits) -> Result<Option<&'c [u8]>, &'static str> {
        match self {
            Cell::Missing => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            cell => cell.write(digits).map(Some),
        }
    }

    #[inline(never)]
    fn write(self, digits: &'c mut Digits) -> Result<&'c [u8], &'static str> {
        /// Below, floats that are whole are exact.
        const EXACT_MAX: f64 = 9e15;
        let mut room = digits.0.as_mut_slice();
        let written = match self {
            Cell::Integer(number) => return Ok(digits.whole(number)),
            Cell::Decimal(number, 0) => write!(room, "{number}"),
            Cell::Float(number) if !number.is_finite() => return Err(parse::NOT_FINITE),
            Cell::Float(number) if number.fract() != 0.0 => return Err(FRACTION),
            Cell::Float(number) if number.abs() < EXACT_MAX => write!(room, "{number:.0}"),
            Cell::Float(_) => return Err(ROUNDED),
            Cell::Decimal(..) => return Err(FRACTION),
            Cell::Date(date) => write!(room, "{}", parse::checked_date(date)?),
            Cell::Local(seconds) | Cell::Instant(seconds) => {
                write!(room, "{}", parse::date_of_instant(seconds, None)?)
            }
            Cell::Boolean(value) => write!(room, "{value}"),
            Cell::Missing | Cell::Text(_) => return Err(WRONG_TYPE),
        };
        let left = room.len();
        written.map_err(|_| WRONG_TYPE)?;
        Ok(&digits.0[..DIGITS_MAX - left])
    }
}

/// `text` as a cell: trimmed, and missing where nothing is left or `missing` lists it.
#[inline]
pub fn text_cell<'a>(text: &'a [u8], missing: &[Box<[u8]>]) -> Cell<'a> {
    let text = trimmed(text);
    if text.is_empty() || is_listed(text, missing) {
        return Cell::Missing;
    }
    Cell::Text(text)
}

/// `text` without ASCII whitespace at its ends, of which there mostly is none.
#[inline]
fn trimmed(text: &[u8]) -> &[u8] {
    match text {
        [] => text,
        [first, .., last] if *first > b' ' && *last > b' ' => text,
        _ => text.trim_ascii(),
    }
}

/// Whether `list` has `text`; its texts are not empty. First bytes are compared before whole texts are.
#[inline]
pub fn is_listed(text: &[u8], list: &[Box<[u8]>]) -> bool {
    list.iter().any(|listed| listed.first() == text.first() && **listed == *text)
}
