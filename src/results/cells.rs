//! A workbook's cells as they are, sheet by sheet, read as a stream: the range that a sheet claims is not believed.

use crate::date::Date;
use calamine::{DataRef, Reader, Xlsx};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Columns beyond this are no part of a list.
const COLUMNS_MAX: u32 = 64;

/// What one cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Day(Date),
    /// What a formula once came to is not what a person wrote.
    Formula,
    /// A truth value, an error, a duration.
    Other,
}

impl Cell {
    /// As it is kept of a rejected row.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Formula => "=".into(),
            Cell::Other => "?".into(),
        }
    }
}

/// Filled cells by row and column, both from 0.
pub type Sheet = BTreeMap<u32, BTreeMap<u32, Cell>>;

/// An open workbook.
pub struct Book(Xlsx<Cursor<Vec<u8>>>);

impl Book {
    /// `None` where the bytes are no workbook.
    pub fn open(bytes: Vec<u8>) -> Option<Self> {
        Xlsx::new(Cursor::new(bytes)).ok().map(Self)
    }

    /// In the order of their tabs, hidden ones too.
    pub fn sheet_names(&self) -> Vec<String> {
        self.0.sheet_names()
    }

    /// `None` where the sheet cannot be read.
    pub fn sheet(&mut self, name: &str) -> Option<Sheet> {
        let mut reader = self.0.worksheet_cells_reader(name).ok()?;
        let mut sheet = Sheet::new();
        while let Some(record) = reader.next_cell_with_formula().ok()? {
            let (row, column) = record.pos;
            let cell = if record.formula.is_some() { Some(Cell::Formula) } else { cell(&record.value) };
            if let Some(cell) = cell.filter(|_| column < COLUMNS_MAX) {
                sheet.entry(row).or_default().insert(column, cell);
            }
        }
        Some(sheet)
    }
}

/// `None` of what a person sees as empty.
fn cell(value: &DataRef<'_>) -> Option<Cell> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| Cell::Text(text.to_owned()));
    match value {
        DataRef::Empty => None,
        DataRef::String(value) => text(value),
        DataRef::SharedString(value) => text(value),
        #[expect(clippy::cast_precision_loss, reason = "ranks and serial numbers of days are small")]
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Some(Date::from_ymd(year.into(), month.into(), day.into()).map_or(Cell::Other, Cell::Day))
        }
        DataRef::DateTimeIso(moment) => {
            Some(moment.get(..10).and_then(Date::parse_iso).map_or(Cell::Other, Cell::Day))
        }
        _ => Some(Cell::Other),
    }
}

/// As a spreadsheet names it: `A`, `Z`, `AA`.
pub fn column_letters(column: u32) -> String {
    let letter = |n: u32| char::from_u32(u32::from('A') + n).unwrap_or('?');
    match column.checked_sub(26) {
        None => letter(column).to_string(),
        Some(rest) => [letter(rest / 26), letter(rest % 26)].iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_a_spreadsheet_does() {
        assert_eq!([0, 25, 26, 51, 52, 63].map(column_letters), ["A", "Z", "AA", "AZ", "BA", "BL"]);
    }
}
