//! How a workbook looks: typeface, colours, borders and number formats.

use super::cells::Cell;
use super::layout::Setting;
use crate::config::Band;
use crate::labels::Language;
use crate::targets::Family;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};

const DAY: &str = "yyyy-mm-dd";
const INK: u32 = 0x1F_2937;
const QUIET_INK: u32 = 0x5B_6675;
const OVERDUE: u32 = 0xB4_2318;
const RULE: u32 = 0xCB_D2DA;
const HEADER_FILL: u32 = 0xE6_EBF1;
const FILL_IN_HEADER: u32 = 0xFF_E9A8;
const FILL_IN: u32 = 0xFF_FBEA;
const FILL_IN_RULE: u32 = 0xB8_A25A;

/// Excel shows no row higher than this, in points.
const ROW_HEIGHT_MAX: f64 = 409.0;
/// White space of a row beyond its lines, in points.
const ROW_PADDING: f64 = 6.0;

/// Formats of one workbook, in the typeface of its language.
pub(super) struct Style {
    typeface: Format,
    /// Points from one line to the next.
    line_height: f64,
    /// Hundredths, as measured for single characters, that running text sets on the width of one character.
    prose_per_char: usize,
}

impl Style {
    /// Microsoft `YaHei` at 10 points sets a Chinese character on the width of two digits of Calibri at 11,
    /// in which Excel measures columns.
    pub fn of(language: Language) -> Self {
        let (font, size, line_height, prose_per_char) = match language {
            Language::En => ("Calibri", 11.0, 14.5, 112),
            Language::ZhCn => ("Microsoft YaHei", 10.0, 16.5, 103),
        };
        let typeface = Format::new().set_font_name(font).set_font_size(size).set_font_color(INK);
        Self { typeface: typeface.set_align(FormatAlign::VerticalCenter), line_height, prose_per_char }
    }

    /// Lines that a cell takes on a width in characters.
    pub fn lines(&self, cell: &Cell, width: usize) -> usize {
        cell.lines(width * self.prose_per_char)
    }

    /// High enough for `lines`, in points.
    #[expect(clippy::cast_precision_loss, reason = "a cell has far fewer lines than 2^52")]
    pub fn row_height(&self, lines: usize) -> f64 {
        (lines as f64 * self.line_height + ROW_PADDING).min(ROW_HEIGHT_MAX)
    }

    pub fn title(&self) -> Format {
        self.typeface.clone().set_font_size(18).set_bold()
    }

    pub fn note(&self) -> Format {
        self.typeface.clone().set_font_color(QUIET_INK)
    }

    /// What stands in place of an empty list.
    pub fn message(&self) -> Format {
        self.typeface.clone().set_font_size(13).set_align(FormatAlign::Left).set_indent(1)
    }

    /// A title inside the explanations.
    pub fn heading(&self) -> Format {
        let format = self.typeface.clone().set_bold().set_font_size(13);
        format.set_border_bottom(FormatBorder::Medium).set_border_bottom_color(INK)
    }

    /// The filter's button covers the lower right corner, so amounts keep away from it.
    pub fn header(&self, setting: Setting) -> Format {
        let format = self.typeface.clone().set_bold().set_text_wrap();
        let format = match setting {
            Setting::Amount => format.set_align(FormatAlign::Right).set_indent(2),
            Setting::Rank => format.set_align(FormatAlign::Center),
            Setting::Words | Setting::Day => format.set_align(FormatAlign::Left),
            _ => format.set_align(FormatAlign::Left).set_indent(1),
        };
        let format = match setting {
            Setting::FillIn => boxed(format.set_background_color(FILL_IN_HEADER)),
            _ => format.set_background_color(HEADER_FILL),
        };
        format.set_border_bottom(FormatBorder::Medium).set_border_bottom_color(INK)
    }

    /// A title above a table.
    pub fn subheading(&self) -> Format {
        self.typeface.clone().set_bold().set_font_size(13)
    }

    /// A header without a filter's button: numbers end where those beneath it end.
    pub fn plain_header(&self, setting: Setting) -> Format {
        match setting {
            Setting::Amount | Setting::Count | Setting::Share => {
                self.header(setting).set_align(FormatAlign::Right).set_indent(1)
            }
            setting => self.header(setting),
        }
    }

    /// A cell of a table that is only read: its columns are as wide as its numbers need. `LibreOffice` 24 sets numbers
    /// that may shrink without their indent, and so not beneath their header.
    pub fn figure(&self, setting: Setting) -> Format {
        match setting {
            Setting::Amount | Setting::Count | Setting::Share => self.body(setting).unset_shrink(),
            setting => self.body(setting),
        }
    }

    /// The last line of a table.
    pub fn total(&self, setting: Setting) -> Format {
        let format = self.figure(setting).set_bold();
        format.set_border_top(FormatBorder::Thin).set_border_top_color(INK)
    }

    /// The name of a band of probability, the two gravest marked as urgent and keeping lists are.
    pub fn band(&self, band: Band) -> Format {
        match band {
            Band::VeryHigh => self.list(Some(Family::Urgent)),
            Band::High => self.list(Some(Family::Keeping)),
            Band::Raised | Band::Low => self.body(Setting::Indented),
        }
    }

    /// What stands above the columns that the manager fills in.
    pub fn fill_in_banner(&self) -> Format {
        boxed(self.typeface.clone().set_italic().set_background_color(FILL_IN)).set_align(FormatAlign::Center)
    }

    /// Codes, amounts and days wider than their column are set smaller: neither broken nor shown as `####`.
    /// Texts are marked as typed (`quote_prefix`, number format `@`), so that they stay texts when a manager
    /// edits the cell.
    pub fn body(&self, setting: Setting) -> Format {
        let plain = self.typeface.clone();
        let ruled = plain.clone().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(RULE);
        let left = ruled.clone().set_align(FormatAlign::Left);
        match setting {
            Setting::Rank => ruled.set_align(FormatAlign::Center).set_font_color(QUIET_INK),
            Setting::List | Setting::Indented => left.set_indent(1).set_text_wrap().set_quote_prefix(),
            Setting::Words => left.set_text_wrap().set_quote_prefix(),
            Setting::Code => left.set_indent(1).set_num_format("@").set_shrink(),
            Setting::Amount => {
                let format = ruled.set_num_format("#,##0;-#,##0").set_align(FormatAlign::Right);
                format.set_indent(1).set_shrink()
            }
            Setting::Count => {
                let format = ruled.set_num_format("#,##0").set_align(FormatAlign::Right);
                format.set_indent(1).set_shrink()
            }
            Setting::Share => {
                let format = ruled.set_num_format("0.0%").set_align(FormatAlign::Right);
                format.set_indent(1).set_shrink()
            }
            Setting::Day => left.set_num_format(DAY).set_shrink(),
            Setting::FillIn => {
                let format = boxed(plain.set_background_color(FILL_IN)).set_text_wrap();
                format.set_align(FormatAlign::Left).set_indent(1)
            }
        }
    }

    /// A day that has passed without the deed: red on a screen, bold on black-and-white paper.
    pub fn overdue(&self) -> Format {
        self.body(Setting::Day).set_bold().set_font_color(OVERDUE)
    }

    /// The box for a date that the manager writes.
    pub fn fill_in_day(&self) -> Format {
        self.body(Setting::FillIn).set_num_format(DAY)
    }

    /// The box for free text; what begins with `=` or `-` stays text.
    pub fn fill_in_text(&self) -> Format {
        self.body(Setting::FillIn).set_num_format("@")
    }

    /// The cell that names a list, in the colour of its family.
    pub fn list(&self, family: Option<Family>) -> Format {
        let format = self.body(Setting::List);
        let Some(family) = family else { return format };
        let (fill, edge, edge_colour) = family_look(family);
        let format =
            format.set_background_color(fill).set_border_left(edge).set_border_left_color(edge_colour);
        if family == Family::Urgent { format.set_bold() } else { format }
    }

    /// One entry of the key above the list.
    pub fn chip(&self, family: Family) -> Format {
        self.list(Some(family)).unset_text_wrap().set_shrink()
    }
}

fn boxed(format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(FILL_IN_RULE)
}

/// Fill and left edge of a family: told apart by hue on a screen, by the edge on black-and-white paper.
fn family_look(family: Family) -> (u32, FormatBorder, u32) {
    match family {
        Family::Urgent => (0xFB_DAD5, FormatBorder::Thick, 0xB4_2318),
        Family::Keeping => (0xFD_ECC8, FormatBorder::Double, 0xB5_7A0B),
        Family::Selling => (0xDC_EFD9, FormatBorder::MediumDashed, 0x2F_7D3B),
        Family::Caring => (0xDC_E8F6, FormatBorder::Thin, 0x2F_5D9B),
    }
}

/// A column's width as Excel takes it.
pub(super) fn column_width(width_chars: usize) -> f64 {
    f64::from(u32::try_from(width_chars).unwrap_or(u32::MAX))
}
