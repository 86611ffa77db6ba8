//! What a list consists of: its columns from left to right, and the family of each row.

use super::Row;
use super::cells::{Cell, longest_run_width};
use crate::labels::{Labels, Language};
use crate::money::Money;
use crate::targets::{Family, List};

/// The family of a list, which gives it its colour; an unknown list has none and stays white.
pub(super) fn family_of(list: &str) -> Option<Family> {
    List::ALL.into_iter().find(|known| known.code() == list).map(List::family)
}

/// What a column holds, and so how it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Rank,
    List,
    /// Words that keep away from a colour or from full lines on their left.
    Indented,
    /// Read at a glance, never broken: ids, telephone numbers.
    Code,
    Words,
    Amount,
    Count,
    Share,
    Day,
    /// Left empty for the manager.
    FillIn,
}

impl Setting {
    /// White space beside a text, in characters: the indent, and room to the next column.
    pub fn gutter(self) -> usize {
        match self {
            Setting::Rank | Setting::Words | Setting::Day => 1,
            _ => 2,
        }
    }
}

/// One column of the list.
pub(super) struct Column {
    /// Key of `[column]` and `[column_help]`.
    pub code: &'static str,
    pub setting: Setting,
    /// Narrowest and widest, in characters.
    pub width: (usize, usize),
    pub cell: fn(&Row, &Labels) -> Cell,
}

impl Column {
    pub fn header(&self, labels: &Labels, currency: &str) -> String {
        super::cells::clean(&labels.fill("column", self.code, &[("currency", currency)]))
    }

    /// Wide enough for the longest cell and for the words of the header, within the column's bounds.
    pub fn fitting_width<'a>(&self, header: &str, cells: impl Iterator<Item = &'a Cell>) -> usize {
        let widest_cell = cells.map(Cell::width).max().unwrap_or(0);
        let needed = widest_cell.max(longest_run_width(header)).div_ceil(100) + self.setting.gutter();
        needed.clamp(self.width.0, self.width.1)
    }
}

/// The last column that stays in sight when the sheet is moved sideways.
pub(super) const FROZEN_COLUMN: &str = "name";

/// The last column on paper. What stands right of it is for the screen: every reason names the product, what was
/// remarked is for the eyes of who calls, and on paper the room makes all else larger.
pub(super) const LAST_PRINTED_COLUMN: &str = "remark";

/// From left to right: who, why, what, with what, and what came of it.
pub(super) static COLUMNS: [Column; 19] = [
    column("rank", Setting::Rank, (4, 7), |row, _| Cell::Count(row.rank)),
    column("list", Setting::List, (10, 14), |row, labels| Cell::text(labels.text("list", &row.list))),
    column("name", Setting::Indented, (8, 16), |row, _| Cell::optional_text(row.name.as_deref())),
    column("customer_id", Setting::Code, (8, 24), |row, _| Cell::text(&row.customer_id)),
    column("phone", Setting::Code, (8, 16), |row, _| Cell::optional_text(row.phone.as_deref())),
    column("tier", Setting::Words, (6, 11), |row, labels| Cell::text(labels.text("tier", &row.tier))),
    column("customer_type", Setting::Words, (8, 12), |row, labels| {
        Cell::text(labels.text("customer_type", &row.customer_type))
    }),
    column("reasons", Setting::Words, (30, 37), |row, labels| Cell::sentences(&reasons(row, labels))),
    column("what_to_do", Setting::Indented, (15, 15), |row, labels| {
        let to_do = labels.text("what_to_do", &row.list);
        if to_do == row.list { Cell::Empty } else { Cell::text(to_do.trim_end_matches('。')) }
    }),
    column("amount", Setting::Amount, (10, 15), |row, _| row.amount.map_or(Cell::Empty, Cell::Amount)),
    column("due_on", Setting::Day, (12, 12), |row, _| row.due_on.map_or(Cell::Empty, Cell::Day)),
    column("last_contact", Setting::Day, (11, 12), |row, _| row.last_contact.map_or(Cell::Empty, Cell::Day)),
    column("preferred_channel", Setting::Words, (8, 10), |row, labels| {
        Cell::optional_text(row.preferred_channel.as_deref().map(|code| labels.text("channel", code)))
    }),
    column("contacted_on", Setting::FillIn, (12, 12), |_, _| Cell::Empty),
    column("outcome", Setting::FillIn, (13, 13), |_, _| Cell::Empty),
    column("remark", Setting::FillIn, (14, 14), |_, _| Cell::Empty),
    column("last_remark", Setting::Words, (14, 30), |row, _| Cell::optional_text(row.last_remark.as_deref())),
    column("product", Setting::Words, (8, 14), |row, labels| {
        Cell::optional_text(row.product.map(|code| labels.text("product_kind", code)))
    }),
    column("expected_value", Setting::Amount, (10, 14), |row, _| {
        row.expected_value
            .filter(|value| value.is_finite())
            .map_or(Cell::Empty, |value| Cell::Amount(Money::from_units(value)))
    }),
];

/// Sentences as they stand on a page: in English, with a capital.
fn reasons(row: &Row, labels: &Labels) -> Vec<String> {
    let capitalised = |sentence: &String| {
        let mut chars = sentence.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
    };
    match labels.language() {
        Language::En => row.reasons.iter().map(capitalised).collect(),
        Language::ZhCn => row.reasons.clone(),
    }
}

const fn column(
    code: &'static str,
    setting: Setting,
    width: (usize, usize),
    cell: fn(&Row, &Labels) -> Cell,
) -> Column {
    Column { code, setting, width, cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_and_every_column_has_its_words() {
        for language in Language::ALL {
            let labels = Labels::of(language);
            for code in List::ALL.map(List::code) {
                assert_ne!(labels.text("list", code), code);
                assert_ne!(labels.text("what_to_do", code), code);
            }
            for column in &COLUMNS {
                assert_ne!(labels.text("column_help", column.code), column.code);
                assert_ne!(labels.text("column", column.code), column.code);
            }
        }
    }
}
