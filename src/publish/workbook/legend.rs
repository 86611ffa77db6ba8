//! The last sheet: what the columns, lists, types and tiers mean.

use super::cells::{Cell, clean};
use super::layout::{COLUMNS, Setting};
use super::style::{self, Style};
use super::{Book, PAPER_A4};
use crate::config::Profile;
use crate::labels::{CUSTOMER_TYPES, Labels, Language, TIERS};
use crate::money::Money;
use crate::targets::{Family, List};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// Widths of the three columns, in characters: 104 fill an upright A4 page at 94%.
const WIDTHS: [usize; 3] = [20, 44, 40];
/// In points.
const HEADING_HEIGHT: f64 = 24.0;

/// Writes downwards and remembers where it is.
struct Writer<'a> {
    sheet: &'a mut Worksheet,
    style: &'a Style,
    row: u32,
}

impl Writer<'_> {
    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.set_row_height(self.row, HEADING_HEIGHT)?;
        for column in 0..3 {
            self.sheet.write_blank(self.row, column, &self.style.heading())?;
        }
        self.sheet.write_string_with_format(self.row, 0, clean(text), &self.style.heading())?;
        self.row += 1;
        Ok(())
    }

    /// A term in its own format, then up to two texts.
    fn line(&mut self, term: &str, term_format: &Format, texts: [&str; 2]) -> Result<(), XlsxError> {
        let words = self.style.body(Setting::Indented);
        let [first, second] = texts.map(Cell::text);
        Cell::text(term).write(self.sheet, self.row, 0, term_format)?;
        first.write(self.sheet, self.row, 1, &words)?;
        let first_width = if texts[1].is_empty() {
            self.sheet.merge_range(self.row, 1, self.row, 2, "", &words)?;
            first.write(self.sheet, self.row, 1, &words)?;
            WIDTHS[1] + WIDTHS[2]
        } else {
            second.write(self.sheet, self.row, 2, &words)?;
            WIDTHS[1]
        };
        let lines = [(&Cell::text(term), WIDTHS[0]), (&first, first_width), (&second, WIDTHS[2])]
            .map(|(cell, width)| self.style.lines(cell, width - Setting::Indented.gutter()));
        let height = self.style.row_height(lines.into_iter().max().unwrap_or(1));
        self.sheet.set_row_height(self.row, height)?;
        self.row += 1;
        Ok(())
    }

    fn note(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, HEADING_HEIGHT)?;
        self.sheet.write_string_with_format(self.row, 0, clean(text), &self.style.note())?;
        self.row += 1;
        Ok(())
    }
}

pub(super) fn write(
    sheet: &mut Worksheet,
    book: &Book,
    labels: &Labels,
    style: &Style,
) -> Result<(), XlsxError> {
    sheet.set_name(labels.text("sheet", "legend"))?;
    for (column, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(column, style::column_width(width))?;
    }
    sheet.set_row_height(0, 30)?;
    sheet.write_string_with_format(0, 0, labels.text("sheet", "legend_title"), &style.title())?;
    let mut writer = Writer { sheet, style, row: 1 };
    columns(&mut writer, book, labels)?;
    glance(&mut writer, book, labels)?;
    writer.sheet.set_page_breaks(&[writer.row + 1])?;
    lists(&mut writer, labels)?;
    types(&mut writer, labels)?;
    tiers(&mut writer, book, labels)?;
    writer.row += 1;
    writer.note(&labels.fill("sheet", "run", &[("run", book.run_id)]))?;
    sheet
        .set_screen_gridlines(false)
        .set_portrait()
        .set_paper_size(PAPER_A4)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true);
    sheet.set_margins(0.5, 0.5, 0.5, 0.6, 0.3, 0.3).set_footer(super::footer(book, labels));
    Ok(())
}

fn columns(writer: &mut Writer, book: &Book, labels: &Labels) -> Result<(), XlsxError> {
    writer.heading(labels.text("sheet", "legend_columns"))?;
    let term = writer.style.body(Setting::Indented).set_bold();
    let to_fill_in = writer.style.body(Setting::FillIn).set_bold();
    for column in &COLUMNS {
        let Some(help) = help_code(column.code, book.profile) else { continue };
        let format = if column.setting == Setting::FillIn { &to_fill_in } else { &term };
        let help = labels.fill("column_help", help, &[("currency", book.currency)]);
        writer.line(&column.header(labels, book.currency), format, [&help, ""])?;
    }
    writer.note(labels.text("sheet", "legend_hidden"))
}

/// Key of `[column_help]`, where the profile shows the column.
fn help_code(column: &'static str, profile: Profile) -> Option<&'static str> {
    match (profile, column) {
        (Profile::Masked, "name") => Some("name_masked"),
        (Profile::Masked, "phone") => Some("phone_masked"),
        (Profile::Pseudonymous, "customer_id") => Some("customer_id_pseudonymous"),
        (Profile::Pseudonymous, "name" | "phone")
        | (Profile::Masked | Profile::Pseudonymous, "last_remark") => None,
        _ => Some(column),
    }
}

/// What the figures of the second sheet mean.
fn glance(writer: &mut Writer, book: &Book, labels: &Labels) -> Result<(), XlsxError> {
    writer.heading(labels.text("sheet", "legend_glance"))?;
    let term = writer.style.body(Setting::Indented).set_bold();
    let basis = format!("value_{}", book.overview.value_basis);
    let value = labels.text("summary", &basis);
    for code in ["value", "assets", "at_risk", "expected_loss", "band", "rank"] {
        let head = labels.fill("glance", code, &[("value", value), ("currency", book.currency)]);
        writer.line(&head, &term, [labels.text("glance_help", code), ""])?;
    }
    Ok(())
}

fn lists(writer: &mut Writer, labels: &Labels) -> Result<(), XlsxError> {
    writer.heading(labels.text("sheet", "legend_lists"))?;
    for family in Family::ALL {
        let format = writer.style.list(Some(family));
        for list in List::ALL.into_iter().filter(|list| list.family() == family).map(List::code) {
            let texts = [labels.text("what_to_do", list), labels.text("family", family.code())];
            writer.line(labels.text("list", list), &format, texts)?;
        }
    }
    Ok(())
}

fn types(writer: &mut Writer, labels: &Labels) -> Result<(), XlsxError> {
    let term = writer.style.body(Setting::Indented).set_bold();
    writer.heading(labels.text("sheet", "legend_types"))?;
    for code in CUSTOMER_TYPES {
        let texts = [labels.text("type_action", code), labels.text("type_axes", code)];
        writer.line(labels.text("customer_type", code), &term, texts)?;
    }
    Ok(())
}

fn tiers(writer: &mut Writer, book: &Book, labels: &Labels) -> Result<(), XlsxError> {
    let term = writer.style.body(Setting::Indented).set_bold();
    writer.heading(labels.text("sheet", "legend_tiers"))?;
    for (tier, code) in TIERS.iter().enumerate().rev() {
        writer.line(labels.text("tier", code), &term, [&bounds(tier, &book.tier_limits, labels), ""])?;
    }
    writer.note(&labels.fill("sheet", "legend_bounds_note", &[("currency", book.currency)]))
}

/// The assets of a tier in words; a limit belongs to the tier above it.
fn bounds(tier: usize, limits: &[f64; 4], labels: &Labels) -> String {
    let shown = |at: Option<usize>| {
        let limit = at.and_then(|at| limits.get(at)).copied();
        limit.map(|limit| shown_limit(limit, labels.language())).unwrap_or_default()
    };
    let (lower, upper) = (shown(tier.checked_sub(1)), shown(Some(tier)));
    labels.fill("tier_bounds", TIERS[tier], &[("lower", &lower), ("upper", &upper)])
}

/// Currency units as people write them; in Chinese by ten thousands, where they are whole.
fn shown_limit(limit: f64, language: Language) -> String {
    let ten_thousands = limit / 10_000.0;
    match language {
        Language::ZhCn if limit > 0.0 && ten_thousands.fract() == 0.0 => format!("{ten_thousands}万"),
        Language::En if limit.fract() == 0.0 => Money::from_units(limit).grouped(),
        _ => limit.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_bank() {
        let limits = [50_000.0, 200_000.0, 512_345.0, 2_000_000.5];
        let shown = |language| [0, 1, 2, 3, 4].map(|tier| bounds(tier, &limits, &Labels::of(language)));
        assert_eq!(
            shown(Language::En),
            [
                "under 50,000",
                "50,000 to under 200,000",
                "200,000 to under 512,345",
                "512,345 to under 2000000.5",
                "2000000.5 and more"
            ]
        );
        assert_eq!(
            shown(Language::ZhCn),
            ["不足5万", "5万–20万", "20万–512345", "512345–2000000.5", "2000000.5及以上"]
        );
    }
}
