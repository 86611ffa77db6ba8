//! The first sheet: whom to contact, why, with what, and room for what came of it.

use super::cells::{Cell, clean};
use super::layout::{COLUMNS, Column, FROZEN_COLUMN, LAST_PRINTED_COLUMN, Setting, family_of};
use super::style::{self, Style};
use super::{Book, PAPER_A4, Row, excel_day};
use crate::labels::{Labels, OUTCOMES};
use crate::targets::Family;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, IgnoreError, Worksheet, XlsxError,
};

const TITLE_ROW: u32 = 0;
const SUBTITLE_ROW: u32 = 1;
const KEY_ROW: u32 = 2;
const HEADER_ROW: u32 = 3;
const FIRST_ROW: u32 = 4;

/// A column as it is on this day.
struct Placed {
    at: u16,
    column: &'static Column,
    header: String,
    width: usize,
    is_hidden: bool,
}

impl Placed {
    /// Lines that a cell takes; what is set smaller to fit takes one.
    fn lines(&self, cell: &Cell, style: &Style) -> usize {
        match self.column.setting {
            Setting::Code | Setting::Amount | Setting::Day => 1,
            setting => style.lines(cell, self.width - setting.gutter()),
        }
    }
}

fn place(book: &Book, labels: &Labels, rows: &[Vec<Cell>]) -> Vec<Placed> {
    let place_one = |(at, column): (u16, &'static Column)| {
        let cells = || rows.iter().map(|row| &row[usize::from(at)]);
        let header = column.header(labels, book.currency);
        let width = column.fitting_width(&header, cells());
        let is_empty = column.setting != Setting::FillIn && cells().all(|cell| matches!(cell, Cell::Empty));
        Placed { at, column, header, width, is_hidden: is_empty && !rows.is_empty() }
    };
    (0..).zip(&COLUMNS).map(place_one).collect()
}

/// The customers of one sheet; a list that is longer than a sheet goes on in the next.
pub(super) struct Part<'a> {
    /// From 1.
    pub number: usize,
    pub rows: &'a [Row],
}

pub(super) fn write(
    sheet: &mut Worksheet,
    book: &Book,
    part: &Part,
    labels: &Labels,
    style: &Style,
) -> Result<(), XlsxError> {
    let cells = |row: &Row| COLUMNS.iter().map(|column| (column.cell)(row, labels)).collect();
    let rows: Vec<Vec<Cell>> = part.rows.iter().map(cells).collect();
    let placed = place(book, labels, &rows);
    let name = labels.text("sheet", "list");
    sheet.set_name(if part.number == 1 { name.to_owned() } else { format!("{name} {}", part.number) })?;
    write_head(sheet, book, labels, style, &placed)?;
    for ((at, row), cells) in (FIRST_ROW..).zip(part.rows).zip(&rows) {
        let mut lines = 1;
        for (place, cell) in placed.iter().zip(cells) {
            let format = match (place.column.code, place.column.setting) {
                (_, Setting::List) => style.list(family_of(&row.list)),
                ("due_on", _) if row.due_on.is_some_and(|due_on| due_on < book.as_of) => style.overdue(),
                ("contacted_on", _) => style.fill_in_day(),
                ("remark", _) => style.fill_in_text(),
                (_, setting) => style.body(setting),
            };
            cell.write(sheet, at, place.at, &format)?;
            lines = lines.max(place.lines(cell, style));
        }
        sheet.set_row_height(at, style.row_height(lines))?;
    }
    if let Ok(n @ 1..) = u32::try_from(rows.len()) {
        guide_hand(sheet, book, labels, style, &placed, HEADER_ROW + n)?;
    } else {
        sheet.set_row_height(FIRST_ROW, 40)?;
        sheet.write_string_with_format(FIRST_ROW, 0, labels.text("sheet", "empty"), &style.message())?;
    }
    let last_row = (FIRST_ROW..).zip(part.rows).last().map_or(FIRST_ROW, |(at, _)| at);
    set_page(sheet, book, labels, last_row)
}

/// Title, what the day holds, the key of colours, and the header.
fn write_head(
    sheet: &mut Worksheet,
    book: &Book,
    labels: &Labels,
    style: &Style,
    placed: &[Placed],
) -> Result<(), XlsxError> {
    sheet.set_row_height(TITLE_ROW, 30)?.set_row_height(SUBTITLE_ROW, 20)?.set_row_height(KEY_ROW, 20)?;
    sheet.write_string_with_format(TITLE_ROW, 0, super::title(book, labels), &style.title())?;
    sheet.write_string_with_format(SUBTITLE_ROW, 0, subtitle(book, labels), &style.note())?;
    let mut chips = Family::ALL.map(|family| (family, family_size(book, family))).into_iter();
    for place in placed.iter().filter(|place| place.at > 0 && !place.is_hidden) {
        let Some((family, size)) = chips.find(|(_, size)| *size > 0) else { break };
        let text = format!("{} {size}", labels.text("family", family.code()));
        sheet.write_string_with_format(KEY_ROW, place.at, text, &style.chip(family))?;
    }
    let mut lines = 1;
    for place in placed {
        sheet.set_column_width(place.at, style::column_width(place.width))?;
        if place.is_hidden {
            sheet.set_column_hidden(place.at)?;
        }
        let format = style.header(place.column.setting);
        sheet.write_string_with_format(HEADER_ROW, place.at, &place.header, &format)?;
        lines = lines.max(place.lines(&Cell::text(&place.header), style));
    }
    sheet.set_row_height(HEADER_ROW, style.row_height(lines.max(2)))?;
    Ok(())
}

/// Filter, and what to fill in where: banner, drop-down list, hints. `last_row` is that of the last customer.
fn guide_hand(
    sheet: &mut Worksheet,
    book: &Book,
    labels: &Labels,
    style: &Style,
    placed: &[Placed],
    last_row: u32,
) -> Result<(), XlsxError> {
    let mut to_fill_in = placed.iter().filter(|place| place.column.setting == Setting::FillIn);
    if let (Some(first), Some(last)) = (to_fill_in.next(), to_fill_in.next_back()) {
        let banner = labels.text("sheet", "to_fill_in");
        sheet.merge_range(KEY_ROW, first.at, KEY_ROW, last.at, banner, &style.fill_in_banner())?;
    }
    let last_column = placed.last().map_or(0, |place| place.at);
    sheet.autofilter(HEADER_ROW, 0, last_row, last_column)?;
    for place in placed {
        let rule = match (place.column.code, place.column.setting) {
            (_, Setting::Code) => {
                let warning = IgnoreError::NumberStoredAsText;
                sheet.ignore_error_range(FIRST_ROW, place.at, last_row, place.at, warning)?;
                continue;
            }
            ("outcome", _) => DataValidation::new()
                .allow_list_strings(&OUTCOMES.map(|code| labels.text("outcome", code)))?
                .set_input_message(labels.text("sheet", "outcome_prompt"))?,
            ("contacted_on", _) => {
                let prompt = labels.fill("sheet", "contacted_prompt", &[("date", &book.as_of.to_string())]);
                DataValidation::new()
                    .allow_date(DataValidationRule::GreaterThanOrEqualTo(excel_day(book.as_of)?))
                    .set_input_message(prompt)?
            }
            _ => continue,
        };
        let rule = rule.set_error_style(DataValidationErrorStyle::Warning);
        sheet.add_data_validation(FIRST_ROW, place.at, last_row, place.at, &rule)?;
    }
    Ok(())
}

fn set_page(sheet: &mut Worksheet, book: &Book, labels: &Labels, last_row: u32) -> Result<(), XlsxError> {
    let place_of =
        |code| (0u16..).zip(&COLUMNS).find(|(_, column)| column.code == code).map_or(0, |(at, _)| at);
    sheet.set_freeze_panes(FIRST_ROW, place_of(FROZEN_COLUMN) + 1)?;
    sheet.set_print_area(TITLE_ROW, 0, last_row, place_of(LAST_PRINTED_COLUMN))?;
    sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
    sheet.set_screen_gridlines(false).set_landscape().set_paper_size(PAPER_A4).set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.2, 0.2, 0.35, 0.5, 0.2, 0.2).set_footer(super::footer(book, labels));
    Ok(())
}

fn subtitle(book: &Book, labels: &Labels) -> String {
    let mut parts = Vec::new();
    parts.extend(book.branch.map(str::to_owned));
    let customers = book.rows.len().to_string();
    parts.push(labels.fill("sheet", "customers", &[("customers", &customers)]));
    if book.not_shown > 0 {
        parts.push(labels.fill("sheet", "not_shown", &[("count", &book.not_shown.to_string())]));
    }
    parts.push(labels.fill("sheet", "amounts_in", &[("currency", book.currency)]));
    clean(&parts.join(" · "))
}

fn family_size(book: &Book, family: Family) -> usize {
    book.rows.iter().filter(|row| family_of(&row.list) == Some(family)).count()
}
