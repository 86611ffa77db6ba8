//! Values of one column that mean "no value", whichever type they were delivered as.
//!
//! Reads: the `missing` texts of the source and of the column. Never: takes a value for missing that is not listed.

use crate::date::Date;
use crate::ingest::cell::{Cell, is_listed};

/// The sentinels of a column.
#[derive(Debug, Clone, Default)]
pub struct Sentinels {
    /// The column's own texts; the source's are applied when a text becomes a cell.
    texts: Box<[Box<[u8]>]>,
    /// The source's and the column's, where they are numbers or dates: values that are no text.
    numbers: Box<[i64]>,
    dates: Box<[Date]>,
}

const SECONDS_PER_DAY: i64 = 86_400;

impl Sentinels {
    /// The sentinels of a source, trimmed, and those of a column.
    pub fn new(source: &[Box<[u8]>], column: &[String]) -> Self {
        let trimmed = column.iter().map(|text| text.as_bytes().trim_ascii());
        let texts: Box<[Box<[u8]>]> = trimmed.filter(|text| !text.is_empty()).map(Box::from).collect();
        let all = || source.iter().chain(&texts).filter_map(|text| std::str::from_utf8(text).ok());
        Self {
            numbers: all().filter_map(number).collect(),
            dates: all().filter_map(Date::parse_iso).collect(),
            texts,
        }
    }

    /// Whether a text may be one of the column's own.
    #[inline]
    pub fn has_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Whether a number or a date may be one of them.
    #[inline]
    pub fn has_values(&self) -> bool {
        !self.numbers.is_empty() || !self.dates.is_empty()
    }

    /// The cell, or a missing one where it is listed.
    pub fn apply<'c>(&self, cell: Cell<'c>) -> Cell<'c> {
        let is_missing = match cell {
            Cell::Text(text) => !self.texts.is_empty() && is_listed(text, &self.texts),
            Cell::Missing => return cell,
            cell => self.has_value(cell),
        };
        if is_missing { Cell::Missing } else { cell }
    }

    #[expect(clippy::cast_precision_loss, reason = "a sentinel that no float holds exactly equals none")]
    fn has_value(&self, cell: Cell<'_>) -> bool {
        match cell {
            Cell::Integer(number) => self.numbers.contains(&number),
            Cell::Decimal(number, 0) => {
                i64::try_from(number).is_ok_and(|number| self.numbers.contains(&number))
            }
            Cell::Float(number) => {
                self.numbers.iter().any(|sentinel| (*sentinel as f64).to_bits() == number.to_bits())
            }
            Cell::Date(date) => self.dates.contains(&date),
            Cell::Local(seconds) | Cell::Instant(seconds) => {
                let midnight = |date: &Date| i64::from(date.0) * SECONDS_PER_DAY == seconds;
                self.dates.iter().any(midnight)
            }
            Cell::Missing | Cell::Text(_) | Cell::Decimal(..) | Cell::Boolean(_) => false,
        }
    }
}

/// A text that is a whole number as it is printed.
fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}
