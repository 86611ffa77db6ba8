//! A workbook as a manager fills it in.

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{Format, Workbook};
use std::path::Path;
use tercet::labels::{Labels, Language};

/// A workbook as another program would save it: cell values and formats, no more.
#[derive(Clone)]
pub struct Sheets(pub Vec<(String, Vec<Vec<Data>>)>);

/// What is written as a formula.
pub const FORMULA: &str = "formula";

impl Sheets {
    pub fn open(path: &Path) -> Self {
        let mut book: Xlsx<_> = open_workbook(path).unwrap();
        let names = book.sheet_names();
        let rows = |range: calamine::Range<Data>| range.rows().map(<[Data]>::to_vec).collect();
        Self(
            names
                .into_iter()
                .map(|name| (name.clone(), rows(book.worksheet_range(&name).unwrap())))
                .collect(),
        )
    }

    pub fn save(&self, path: &Path) {
        let mut book = Workbook::new();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        for (name, rows) in &self.0 {
            let sheet = book.add_worksheet();
            sheet.set_name(name).unwrap();
            for (row, cells) in (0u32..).zip(rows) {
                for (column, cell) in (0u16..).zip(cells) {
                    match cell {
                        Data::String(text) if text == FORMULA => sheet.write_formula(row, column, "=1+1"),
                        Data::String(text) => sheet.write_string(row, column, text),
                        Data::Float(number) => sheet.write_number(row, column, *number),
                        Data::Int(number) => sheet.write_number(row, column, *number as f64),
                        Data::DateTime(on) => sheet.write_number_with_format(row, column, on.as_f64(), &day),
                        _ => continue,
                    }
                    .unwrap();
                }
            }
        }
        book.save(path).unwrap();
    }

    pub fn list(&mut self) -> &mut Vec<Vec<Data>> {
        &mut self.0[0].1
    }

    /// The row of the header, and the column that `[column]` has `code` for, in either language.
    pub fn header(&self, code: &str) -> (usize, usize) {
        let words = Language::ALL.map(|language| Labels::of(language).text("column", code).to_owned());
        let is_it = |cell: &Data| words.iter().any(|word| *cell == Data::String(word.clone()));
        let rows = self.0[0].1.iter().enumerate();
        rows.filter_map(|(row, cells)| Some((row, cells.iter().position(is_it)?))).next().unwrap()
    }

    /// Puts a value into the row of a rank.
    pub fn with(mut self, rank: usize, code: &str, value: Data) -> Self {
        let (row, column) = self.header(code);
        let cells = &mut self.list()[row + rank];
        cells.resize(cells.len().max(column + 1), Data::Empty);
        cells[column] = value;
        self
    }

    pub fn filled(self, rank: usize, on: &str, outcome: &str) -> Self {
        self.with(rank, "contacted_on", text(on)).with(rank, "outcome", text(outcome))
    }
}

pub fn text(text: &str) -> Data {
    if text.is_empty() { Data::Empty } else { Data::String(text.to_owned()) }
}

/// Changes what the hidden sheet says.
pub fn identity(sheets: &mut Sheets, key: &str, value: &str) {
    let (_, rows) = sheets.0.iter_mut().find(|(name, _)| name == "tercet").unwrap();
    let row = rows.iter_mut().find(|row| row[0] == text(key)).unwrap();
    row[1] = text(value);
}
