//! What one cell holds, how wide it is, and what must never reach a spreadsheet.

use crate::date::Date;
use crate::money::Money;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// Excel's limit for one cell, in UTF-16 units.
const CELL_UNITS_MAX: usize = 32_767;
/// Ends a text that did not fit into a cell.
const CUT_MARK: char = '…';

/// Excel counts days from 1899-12-30 and believes in 29 February 1900; before 1 March 1900 it is off by one.
const SERIAL_OF_1970: i32 = 25_569;
const SERIAL_MIN: i32 = 61;
const SERIAL_MAX: i32 = 2_958_465; // 9999-12-31

/// The value of a cell.
pub(super) enum Cell {
    Empty,
    Count(u32),
    Text(String),
    Amount(Money),
    /// Currency units.
    Units(f64),
    /// A part of 1.
    Share(f64),
    Day(Date),
}

impl Cell {
    /// A text made safe; see [`clean`].
    pub fn text(text: &str) -> Self {
        let cleaned = clean(text);
        if cleaned.is_empty() { Cell::Empty } else { Cell::Text(cleaned) }
    }

    pub fn optional_text(text: Option<&str>) -> Self {
        text.map_or(Cell::Empty, Self::text)
    }

    /// Currency units; what is no number is blank.
    pub fn units(units: f64) -> Self {
        if units.is_finite() { Cell::Units(units) } else { Cell::Empty }
    }

    /// A part of 1; what is no number is blank.
    pub fn share(share: f64) -> Self {
        if share.is_finite() { Cell::Share(share) } else { Cell::Empty }
    }

    pub fn count(count: usize) -> Self {
        Cell::Count(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Sentences, each on a line of its own.
    pub fn sentences(sentences: &[String]) -> Self {
        let cleaned = clean_lines(sentences.iter().map(String::as_str));
        if cleaned.is_empty() { Cell::Empty } else { Cell::Text(cleaned) }
    }

    /// Width of the longest line, in hundredths of a column's character.
    pub fn width(&self) -> usize {
        match self {
            Cell::Empty => 0,
            Cell::Count(number) => text_width(&number.to_string()),
            Cell::Text(text) => text.split('\n').map(text_width).max().unwrap_or(0),
            Cell::Amount(amount) => text_width(&amount.grouped()),
            Cell::Units(units) => text_width(&Money::from_units(*units).grouped()),
            Cell::Share(_) => text_width("100.0%"),
            Cell::Day(_) => text_width("2026-10-31"),
        }
    }

    /// Lines taken on `width` hundredths of a character.
    pub fn lines(&self, width: usize) -> usize {
        let Cell::Text(text) = self else { return 1 };
        text.split('\n').map(|line| wrapped_lines(line, width)).sum()
    }

    pub fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        format: &Format,
    ) -> Result<(), XlsxError> {
        match self {
            Cell::Empty => sheet.write_blank(row, column, format)?,
            Cell::Count(number) => sheet.write_number_with_format(row, column, *number, format)?,
            Cell::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
            Cell::Amount(money) => sheet.write_number_with_format(row, column, money.to_units(), format)?,
            Cell::Units(number) | Cell::Share(number) => {
                sheet.write_number_with_format(row, column, *number, format)?
            }
            Cell::Day(day) => match serial(*day) {
                Some(serial) => sheet.write_number_with_format(row, column, serial, format)?,
                None => sheet.write_string_with_format(row, column, day.to_string(), format)?,
            },
        };
        Ok(())
    }
}

/// Excel's number of a day, where it has one that agrees with the calendar.
pub(super) fn serial(day: Date) -> Option<i32> {
    day.0.checked_add(SERIAL_OF_1970).filter(|serial| (SERIAL_MIN..=SERIAL_MAX).contains(serial))
}

/// A text without control characters and direction overrides, on one line, cut to what a cell holds.
pub(in crate::publish) fn clean(text: &str) -> String {
    cut(text.chars().filter_map(printable))
}

/// The same for several texts, each on a line of its own.
fn clean_lines<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let chars = texts.enumerate().flat_map(|(at, text)| {
        let line_break = (at > 0).then_some('\n');
        line_break.into_iter().chain(text.chars().filter_map(printable))
    });
    cut(chars)
}

/// What a cell holds of a text, in a form that stays text.
fn cut(chars: impl Iterator<Item = char>) -> String {
    let mut cleaned = String::new();
    let mut units = 0;
    for c in chars {
        units += c.len_utf16();
        cleaned.push(c);
        if units > CELL_UNITS_MAX + 1 {
            break; // enough to know that it does not fit
        }
    }
    // rust_xlsxwriter 0.102 writes a text that begins so and ends in `</r>` into the file as XML, unescaped.
    if cleaned.starts_with("<r>") {
        cleaned.insert(0, ' ');
        units += 1;
    }
    if units > CELL_UNITS_MAX {
        while units >= CELL_UNITS_MAX {
            units -= cleaned.pop().map_or(units, char::len_utf16);
        }
        cleaned.push(CUT_MARK);
    }
    cleaned
}

fn printable(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        // Direction overrides show a text in another order than it is stored in.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Width of a text on one line, in hundredths of a column's character.
fn text_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// An East Asian wide character.
const WIDE: usize = 200;

/// A character in hundredths of a digit of Calibri at 11 points, in which Excel measures columns: the wider
/// of Calibri at 11 and Microsoft `YaHei` at 10, rounded up for other typefaces in their place.
fn char_width(c: char) -> usize {
    match c {
        ' ' => 55,
        '-' | '.' | ',' | ':' | ';' | '\'' | '(' | ')' | '/' | '|' | '!' => 65,
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' => 75,
        '0'..='9' => 106,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' => 165,
        'A'..='Z' => 130,
        '\u{370}'..='\u{52f}' => 118,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => WIDE,
        _ => 102,
    }
}

/// Widest run of a text that Excel keeps on one line.
pub(super) fn longest_run_width(text: &str) -> usize {
    text.split(' ').flat_map(runs).max().unwrap_or(0)
}

/// Widths of the parts of a word that stay together: a line may break around every wide character.
fn runs(word: &str) -> Vec<usize> {
    let mut runs = Vec::new();
    let mut narrow = 0;
    for width in word.chars().map(char_width) {
        if width == WIDE {
            runs.extend([narrow, WIDE]);
            narrow = 0;
        } else {
            narrow += width;
        }
    }
    runs.push(narrow);
    runs.retain(|run| *run > 0);
    runs
}

/// Lines that a text takes on `width` hundredths, breaking greedily as spreadsheets do.
fn wrapped_lines(text: &str, width: usize) -> usize {
    let width = width.max(1);
    let (mut lines, mut used) = (1, 0);
    for word in text.split(' ') {
        for run in runs(word) {
            if used > 0 && used + run > width {
                lines += 1;
                used = 0;
            }
            used += run;
            lines += (used - 1) / width;
            used = (used - 1) % width + 1;
        }
        used += char_width(' ');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_printable_text_reaches_a_cell() {
        for (given, expected) in [
            ("=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")"),
            ("+86 1\t2\r\n3", "+86 1 2  3"),
            ("a\0b\u{7}c\u{85}\u{202e}d\u{ffff}", "abcd"),
            ("<r><t>&</r>", " <r><t>&</r>"),
            ("\0<r>x</r>", " <r>x</r>"),
        ] {
            assert_eq!(clean(given), expected);
        }
    }

    #[test]
    fn what_is_no_number_is_blank() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!((Cell::units(odd), Cell::share(odd)), (Cell::Empty, Cell::Empty)));
        }
        assert!(matches!((Cell::units(-1.5), Cell::share(0.0)), (Cell::Units(_), Cell::Share(_))));
    }

    #[test]
    fn a_long_text_is_cut_with_a_mark() {
        let units = |text: &str| text.encode_utf16().count();
        for whole in ["x".repeat(32_767), "😀".repeat(16_383), "x".to_owned()] {
            assert_eq!(clean(&whole), whole);
        }
        for long in ["x".repeat(32_768), "😀".repeat(20_000), format!("<r>{}", "x".repeat(32_764))] {
            let cut = clean(&long);
            assert!(cut.ends_with(CUT_MARK) && units(&cut) <= CELL_UNITS_MAX && units(&cut) > 32_764);
        }
    }

    #[test]
    fn days_are_excels_own_where_it_has_them() {
        let day = |text: &str| Date::parse_iso(text).unwrap();
        assert_eq!(serial(day("1900-03-01")), Some(61));
        assert_eq!(serial(day("2026-10-31")), Some(46_326));
        assert_eq!(serial(day("9999-12-31")), Some(SERIAL_MAX));
        assert_eq!(serial(day("1900-02-28")), None);
        assert_eq!(serial(Date(i32::MAX)), None);
    }

    #[test]
    fn lines_break_at_spaces_and_between_ideographs() {
        let whole = text_width("one two three");
        assert_eq!(wrapped_lines("", 10), 1);
        assert_eq!(wrapped_lines("one two three", whole), 1);
        assert_eq!(wrapped_lines("one two three", whole - 1), 2);
        assert_eq!(wrapped_lines("到期资金未续作", 1400), 1);
        assert_eq!(wrapped_lines("到期资金未续作", 1399), 2);
        assert_eq!(wrapped_lines(&"0".repeat(21), 1060), 3);
        assert_eq!(Cell::Amount(Money(-123_456_789)).width(), text_width("-1,234,568"));
    }

    #[test]
    fn sentences_stand_on_lines_of_their_own() {
        let sentences = ["One\ntwo", "=3", ""].map(str::to_owned);
        let cell = Cell::sentences(&sentences[..2]);
        assert!(matches!(&cell, Cell::Text(text) if text == "One two\n=3"));
        assert_eq!((cell.lines(10_000), cell.width()), (2, text_width("One two")));
        assert!(matches!(Cell::sentences(&sentences[2..]), Cell::Empty));
        let long = ["x".repeat(32_767), "y".repeat(10)];
        assert!(matches!(Cell::sentences(&long), Cell::Text(text) if text.chars().count() == CELL_UNITS_MAX));
    }
}
