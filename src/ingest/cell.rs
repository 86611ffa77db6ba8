//! One value of an export, borrowed from the buffer it was read into, and what is wrong with it.
//!
//! Text files and Parquet both end here, so that a value means the same whichever way it was delivered.

use crate::date::Date;
use std::borrow::Cow;

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
    /// The date of a point in time, in UTC or without zone.
    Timestamp(Date),
    Boolean(bool),
}

/// A row of an export: the values of the source columns that the mapping names.
pub trait Row {
    /// The value of the source column with this number in the mapping.
    fn cell(&self, slot: usize) -> Cell<'_>;
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

pub const MISSING: &str = "missing";
pub const NOT_UTF8: &str = "not UTF-8";

/// `text` as a cell: trimmed, and missing where nothing is left or `missing` lists it.
#[inline]
pub fn text_cell<'a>(text: &'a [u8], missing: &[Box<[u8]>]) -> Cell<'a> {
    let text = text.trim_ascii();
    if text.is_empty() || missing.iter().any(|absent| **absent == *text) {
        return Cell::Missing;
    }
    Cell::Text(text)
}
