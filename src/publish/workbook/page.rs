//! A sheet of small tables, one beneath the other on common columns: what a person reads and does not fill in.

use super::PAPER_A4;
use super::cells::{Cell, clean, longest_run_width};
use super::layout::Setting;
use super::style::{self, Style};
use rust_xlsxwriter::{Format, IgnoreError, Worksheet, XlsxError};

/// In points.
const TITLE_HEIGHT: f64 = 30.0;
const HEADING_HEIGHT: f64 = 26.0;
const NOTE_HEIGHT: f64 = 18.0;

/// Title, subtitle, an empty row and the heading stand above it, and a note where there is one.
const HEADER_OF_FIRST_TABLE: u32 = 4;

/// A column of a table.
pub(super) struct Head {
    pub text: String,
    pub setting: Setting,
}

impl Head {
    pub fn new(text: impl Into<String>, setting: Setting) -> Self {
        Self { text: text.into(), setting }
    }
}

/// One table under its heading.
pub(super) struct Table {
    pub heading: String,
    /// On paper.
    pub begins_a_page: bool,
    /// Beneath the heading; empty for none.
    pub note: String,
    pub heads: Vec<Head>,
    /// Each as long as `heads`.
    pub rows: Vec<Vec<Cell>>,
    /// Formats of first cells that differ, by row; fewer than rows where the last ones do not.
    pub first_formats: Vec<Option<Format>>,
    pub total: Option<Vec<Cell>>,
    /// What stands in place of rows where there are none.
    pub empty: String,
}

/// The words around the tables.
pub(super) struct Frame<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub subtitle: &'a str,
    pub footer: &'a str,
    pub is_landscape: bool,
}

/// Narrowest and widest, in characters; numbers are never cut.
fn bounds(setting: Setting) -> (usize, usize) {
    match setting {
        Setting::Rank => (9, 9),
        Setting::Code => (10, 22),
        Setting::Amount => (12, NUMBER_WIDTH_MAX),
        Setting::Count | Setting::Share => (10, NUMBER_WIDTH_MAX),
        Setting::Day => (12, 12),
        Setting::List | Setting::Indented | Setting::Words => (10, 30),
        Setting::FillIn => (16, 16),
    }
}

/// The largest amount of money that there is, with its separators and an indent.
const NUMBER_WIDTH_MAX: usize = 32;
/// How much wider bold type is, in percent.
const BOLD_PERCENT: usize = 108;

/// What its widest cell and the words of its header need, within the bounds of its setting.
fn fitting_width(table: &Table, at: usize) -> usize {
    let head = &table.heads[at];
    let cells = table.rows.iter().map(|row| row[at].width());
    let in_bold = table.total.iter().map(|row| row[at].width());
    let in_bold = in_bold.chain([longest_run_width(&head.text)]).map(|width| width * BOLD_PERCENT / 100);
    let needed = cells.chain(in_bold).max().unwrap_or(0).div_ceil(100);
    let (narrowest, widest) = bounds(head.setting);
    (needed + head.setting.gutter()).clamp(narrowest, widest)
}

fn widths(tables: &[Table]) -> Vec<usize> {
    let n_columns = tables.iter().map(|table| table.heads.len()).max().unwrap_or(0);
    let width_of = |at: usize| {
        let of_tables = tables.iter().filter(|table| at < table.heads.len());
        of_tables.map(|table| fitting_width(table, at)).max().unwrap_or(0)
    };
    (0..n_columns).map(width_of).collect()
}

struct Writer<'a> {
    sheet: &'a mut Worksheet,
    style: &'a Style,
    widths: Vec<usize>,
    row: u32,
    /// Rows above which a page ends.
    breaks: Vec<u32>,
}

pub(super) fn write(
    sheet: &mut Worksheet,
    style: &Style,
    frame: &Frame,
    tables: &[Table],
) -> Result<(), XlsxError> {
    sheet.set_name(frame.name)?;
    let widths = widths(tables);
    for (column, width) in (0u16..).zip(&widths) {
        sheet.set_column_width(column, style::column_width(*width))?;
    }
    sheet.set_row_height(0, TITLE_HEIGHT)?;
    sheet.write_string_with_format(0, 0, clean(frame.title), &style.title())?;
    sheet.write_string_with_format(1, 0, clean(frame.subtitle), &style.note())?;
    let mut writer = Writer { sheet, style, widths, row: 2, breaks: Vec::new() };
    for table in tables {
        writer.table(table)?;
    }
    let Writer { sheet, breaks, .. } = writer;
    if !breaks.is_empty() {
        sheet.set_page_breaks(&breaks)?;
    }
    if let [table] = tables
        && !table.rows.is_empty()
    {
        let header = HEADER_OF_FIRST_TABLE + u32::from(!table.note.is_empty());
        sheet.set_repeat_rows(header, header)?.set_freeze_panes(header + 1, 0)?;
    }
    sheet.set_screen_gridlines(false).set_paper_size(PAPER_A4).set_print_fit_to_pages(1, 0);
    if frame.is_landscape {
        sheet.set_landscape();
    } else {
        sheet.set_portrait().set_print_center_horizontally(true);
    }
    sheet.set_margins(0.4, 0.4, 0.4, 0.6, 0.3, 0.3).set_footer(frame.footer);
    Ok(())
}

impl Writer<'_> {
    fn table(&mut self, table: &Table) -> Result<(), XlsxError> {
        if table.begins_a_page {
            self.breaks.push(self.row + 1);
        }
        self.heading(&table.heading)?;
        if !table.note.is_empty() {
            self.note(&table.note)?;
        }
        if table.rows.is_empty() {
            return self.note(&table.empty);
        }
        self.header(table)?;
        let first_row = self.row;
        for (at, row) in table.rows.iter().enumerate() {
            let first = table.first_formats.get(at).and_then(Option::as_ref);
            self.line(table, row, first, Style::figure)?;
        }
        for (column, head) in (0u16..).zip(&table.heads) {
            if head.setting == Setting::Code {
                let warning = IgnoreError::NumberStoredAsText;
                self.sheet.ignore_error_range(first_row, column, self.row, column, warning)?;
            }
        }
        if let Some(total) = &table.total {
            self.line(table, total, None, Style::total)?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.set_row_height(self.row, HEADING_HEIGHT)?;
        self.sheet.write_string_with_format(self.row, 0, clean(text), &self.style.subheading())?;
        self.row += 1;
        Ok(())
    }

    fn note(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, NOTE_HEIGHT)?;
        self.sheet.write_string_with_format(self.row, 0, clean(text), &self.style.note())?;
        self.row += 1;
        Ok(())
    }

    fn header(&mut self, table: &Table) -> Result<(), XlsxError> {
        let mut lines = 1;
        for (column, (head, width)) in (0u16..).zip(table.heads.iter().zip(&self.widths)) {
            let text = Cell::text(&head.text);
            text.write(self.sheet, self.row, column, &self.style.plain_header(head.setting))?;
            lines = lines.max(self.style.lines(&text, width - head.setting.gutter()));
        }
        self.sheet.set_row_height(self.row, self.style.row_height(lines))?;
        self.row += 1;
        Ok(())
    }

    fn line(
        &mut self,
        table: &Table,
        cells: &[Cell],
        first: Option<&Format>,
        format_of: fn(&Style, Setting) -> Format,
    ) -> Result<(), XlsxError> {
        let mut lines = 1;
        for ((at, cell), (head, width)) in (0u16..).zip(cells).zip(table.heads.iter().zip(&self.widths)) {
            let format = match first.filter(|_| at == 0) {
                Some(format) => format.clone(),
                None => format_of(self.style, head.setting),
            };
            cell.write(self.sheet, self.row, at, &format)?;
            if matches!(head.setting, Setting::Words | Setting::Indented | Setting::List) {
                lines = lines.max(self.style.lines(cell, width - head.setting.gutter()));
            }
        }
        self.sheet.set_row_height(self.row, self.style.row_height(lines))?;
        self.row += 1;
        Ok(())
    }
}
