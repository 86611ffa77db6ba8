//! Which column of a sheet is which: by the header that the workbook was written with, in either language.

use super::cells::{Cell, Sheet, column_letters};
use crate::labels::{Labels, Language};
use std::collections::BTreeMap;

/// The header stands within so many rows from the top, also where somebody put a line above it.
const ROWS_MAX: u32 = 50;

/// What is read of a list; keys of `[column]`.
pub const RANK: &str = "rank";
pub const CUSTOMER_ID: &str = "customer_id";
pub const CONTACTED_ON: &str = "contacted_on";
pub const OUTCOME: &str = "outcome";
/// Read where it is there.
pub const REMARK: &str = "remark";
const NEEDED: [&str; 4] = [RANK, CUSTOMER_ID, CONTACTED_ON, OUTCOME];

/// Where the header stands and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub row: u32,
    columns: BTreeMap<&'static str, u32>,
    /// As written, by column.
    texts: BTreeMap<u32, String>,
}

impl Header {
    /// # Errors
    /// The headers that are missing where they are looked for, as the workbook was written with them.
    pub fn find(sheet: &Sheet) -> Result<Self, Vec<String>> {
        let mut fewest: Option<Vec<String>> = None;
        for language in Language::ALL {
            let labels = Labels::of(language);
            for (row, cells) in sheet.range(..ROWS_MAX) {
                match Self::in_row(*row, cells, &labels) {
                    Ok(header) => return Ok(header),
                    Err(missing) if fewest.as_ref().is_none_or(|fewest| missing.len() < fewest.len()) => {
                        fewest = Some(missing);
                    }
                    Err(_) => {}
                }
            }
        }
        Err(fewest.unwrap_or_else(|| {
            NEEDED.map(|code| Labels::of(Language::En).text("column", code).into()).into()
        }))
    }

    fn in_row(row: u32, cells: &BTreeMap<u32, Cell>, labels: &Labels) -> Result<Self, Vec<String>> {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => Some(text.trim().to_owned()),
            _ => None,
        };
        let texts: BTreeMap<u32, String> =
            cells.iter().filter_map(|(column, cell)| Some((*column, text(cell)?))).collect();
        let mut columns = BTreeMap::new();
        let mut missing = Vec::new();
        for code in NEEDED.into_iter().chain([REMARK]) {
            let wanted = labels.text("column", code);
            let mut found = texts.iter().filter(|(_, text)| *text == wanted).map(|(column, _)| *column);
            match (found.next(), found.next()) {
                (Some(column), None) => {
                    columns.insert(code, column);
                }
                _ if code == REMARK => {}
                _ => missing.push(wanted.to_owned()),
            }
        }
        if missing.is_empty() { Ok(Self { row, columns, texts }) } else { Err(missing) }
    }

    /// The cell of a column in a row.
    pub fn cell<'s>(&self, cells: &'s BTreeMap<u32, Cell>, code: &str) -> Option<&'s Cell> {
        cells.get(self.columns.get(code)?)
    }

    /// For a message: `Outcome (O)`.
    pub fn shown(&self, code: &str) -> String {
        let Some(column) = self.columns.get(code) else { return code.to_owned() };
        let text = self.texts.get(column).map_or(code, String::as_str);
        format!("{} ({})", text.escape_debug(), column_letters(*column))
    }
}
