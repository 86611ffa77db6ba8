//! A workbook without a customer: the cells of his rows emptied, and their words gone from the table of texts; what was
//! remarked of others and names him is blanked.
//!
//! Works on the XML that `rust_xlsxwriter` writes: a row is `<row …>…</row>`, a cell `<c r= s= t=>`, a text an `<si>` that
//! cells name by its place. Rows keep their places, so that nothing that a manager wrote moves. Layout, other rows and
//! sums stay. A text that another row uses too stays.

use super::night::Person;
use super::zip::Archive;
use crate::error::{Error, Result};
use crate::publish::workbook::identity::KEYS;
use crate::store::writer::REDACTED;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

const TEXTS: &str = "xl/sharedStrings.xml";
const SHEETS: &str = "xl/worksheets/sheet";
/// Where a table names the customer of a row, and where a list does, whose first column is a rank.
const ID_IN_TABLE: &str = "A";
const ID_IN_LIST: &str = "D";
/// Where a list has the last remark.
const REMARK_IN_LIST: &str = "Q";

/// The workbook without him; `None` where it does not name him.
///
/// # Errors
/// Kind `Internal`, naming the file, where it is none of ours.
pub(super) fn without(person: &Person, bytes: &[u8], path: &str) -> Result<Option<Vec<u8>>> {
    let foreign = || Error::internal(format!("`{path}` is no workbook that Tercet wrote"));
    let archive = Archive::of(bytes).ok_or_else(foreign)?;
    let texts = archive.texts(TEXTS).ok_or_else(foreign)?;
    let Some(texts) = texts.get(TEXTS) else { return Ok(None) };
    let sheets = archive.texts(SHEETS).ok_or_else(foreign)?;
    let items: Vec<Range<usize>> = elements(texts, "<si>", "</si>");
    let words: Vec<String> = items.iter().map(|item| word(&texts[item.clone()])).collect();
    let his: BTreeSet<usize> = (0..words.len()).filter(|at| person.shown.contains(&words[*at])).collect();
    let names_him = |at: &usize| words.get(*at).is_some_and(|word| person.traces.are_in(word));
    if his.is_empty() && !(0..words.len()).any(|at| names_him(&at)) {
        return Ok(None);
    }
    let (mut changed, mut gone, mut kept) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    let mut remarks = BTreeSet::new();
    for (name, sheet) in &sheets {
        let (mut text, mut end) = (String::with_capacity(sheet.len()), 0);
        for row in elements(sheet, "<row ", "</row>") {
            let cells = cells(&sheet[row.clone()]);
            let is_his = id_of(&cells).is_some_and(|at| his.contains(&at));
            let is_identity = cells
                .first()
                .and_then(|cell| words.get(cell.text?))
                .is_some_and(|word| KEYS.contains(&word.as_str()));
            let used = cells.iter().filter_map(|cell| cell.text);
            let remark = cells.iter().find(|cell| cell.column == REMARK_IN_LIST).and_then(|cell| cell.text);
            text.push_str(&sheet[end..row.start]);
            if is_his && !is_identity {
                gone.extend(used);
                text.push_str(&emptied(&sheet[row.clone()], &cells));
            } else {
                let about_him = remark.filter(names_him);
                remarks.extend(about_him);
                kept.extend(used.filter(|at| about_him != Some(*at)));
                text.push_str(&sheet[row.clone()]);
            }
            end = row.end;
        }
        text.push_str(&sheet[end..]);
        changed.insert(name.clone(), text);
    }
    if gone.is_empty() && remarks.is_empty() {
        return Ok(None);
    }
    let blanked = format!("<si><t>{REDACTED}</t></si>");
    let (mut text, mut end) = (String::with_capacity(texts.len()), 0);
    for (at, item) in items.iter().enumerate() {
        text.push_str(&texts[end..item.start]);
        text.push_str(match (kept.contains(&at), remarks.contains(&at), gone.contains(&at)) {
            (false, true, _) => &blanked,
            (false, false, true) => "<si><t></t></si>",
            _ => &texts[item.clone()],
        });
        end = item.end;
    }
    text.push_str(&texts[end..]);
    changed.insert(TEXTS.to_owned(), text);
    archive.with(&changed).ok_or_else(foreign).map(Some)
}

/// Places of the elements that begin and end so; none lies in another.
fn elements(xml: &str, begin: &str, end: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = xml[from..].find(begin).map(|at| from + at) {
        // `<row r="5" .../>` has no cells.
        let head_end = xml[start..].find('>').map(|at| start + at);
        if head_end.is_some_and(|at| xml[..at].ends_with('/')) {
            from = head_end.unwrap_or(start) + 1;
            continue;
        }
        let Some(stop) = xml[start..].find(end).map(|at| start + at + end.len()) else { break };
        found.push(start..stop);
        from = stop;
    }
    found
}

/// A cell of a row.
struct Cell {
    at: Range<usize>,
    /// Its reference and style, as they stand there.
    kept: String,
    column: String,
    /// The place of its text.
    text: Option<usize>,
}

/// The place of the text that names the customer of a row, if it names one.
fn id_of(cells: &[Cell]) -> Option<usize> {
    let at = |column: &str| cells.iter().find(|cell| cell.column == column).and_then(|cell| cell.text);
    at(ID_IN_TABLE).or_else(|| at(ID_IN_LIST))
}

fn cells(row: &str) -> Vec<Cell> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = row[from..].find("<c ").map(|at| from + at) {
        let Some(head_end) = row[start..].find('>').map(|at| start + at) else { break };
        let is_empty = row[..head_end].ends_with('/');
        let stop = if is_empty {
            head_end + 1
        } else {
            match row[head_end..].find("</c>") {
                Some(at) => head_end + at + "</c>".len(),
                None => break,
            }
        };
        let head = &row[start..head_end];
        let is_text = attribute(head, "t") == Some("s");
        let value = row[head_end..stop].split_once("<v>").and_then(|(_, rest)| rest.split_once("</v>"));
        let place = attribute(head, "r").unwrap_or_default();
        let kept =
            ["r", "s"].iter().filter_map(|name| Some(format!(" {name}=\"{}\"", attribute(head, name)?)));
        found.push(Cell {
            at: start..stop,
            kept: kept.collect(),
            column: place.chars().take_while(char::is_ascii_alphabetic).collect(),
            text: value.filter(|_| is_text).and_then(|(text, _)| text.parse().ok()),
        });
        from = stop;
    }
    found
}

fn attribute<'x>(head: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = head.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// The row with its cells emptied.
fn emptied(row: &str, cells: &[Cell]) -> String {
    let (mut text, mut end) = (String::new(), 0);
    for cell in cells {
        text.push_str(&row[end..cell.at.start]);
        text.push_str(&format!("<c{}/>", cell.kept));
        end = cell.at.end;
    }
    text + &row[end..]
}

/// The text of an item, its markup and escapes undone.
fn word(item: &str) -> String {
    let mut text = String::new();
    let mut rest = item;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = rest[at..].split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::writer::Traces;
    use calamine::{Data, Reader, Xlsx};
    use rust_xlsxwriter::Workbook;
    use std::io::Cursor;

    fn person(id: &str) -> Person {
        Person { id: id.into(), shown: BTreeSet::from([id.to_owned()]), traces: Traces::default() }
    }

    fn workbook() -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, (id, name, why)) in (0u32..).zip([
            ("Customer", "Name", "Why"),
            ("A&1", "Ann <x>", "his alone"),
            ("A&12", "Bob", "shared"),
            ("C3", "A&1", "shared"),
        ]) {
            sheet.write_number(row, 0, f64::from(row)).unwrap();
            sheet.write_string(row, 2, name).unwrap();
            sheet.write_string(row, 3, id).unwrap();
            sheet.write_string(row, 4, why).unwrap();
        }
        // Beneath it a table, whose first column names the customer and whose fourth the manager.
        sheet.write_string(4, 0, "A&1").unwrap().write_string(4, 3, "M1").unwrap();
        sheet.write_string(5, 0, "C3").unwrap().write_string(5, 3, "A&1").unwrap();
        book.save_to_buffer().unwrap()
    }

    fn rows(bytes: Vec<u8>) -> Vec<String> {
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("Sheet1").unwrap();
        range.rows().map(|row| row.iter().map(Data::to_string).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn his_row_is_empty_and_all_others_stay_where_they_were() {
        let bytes = workbook();
        let without_him = without(&person("A&1"), &bytes, "x").unwrap().unwrap();
        let (before, after) = (rows(bytes.clone()), rows(without_him.clone()));
        for (at, row) in after.iter().enumerate() {
            let expected = if [1, 4].contains(&at) { "||||" } else { before[at].as_str() };
            assert_eq!(row, expected, "row {at}");
        }
        let archive = Archive::of(&without_him).unwrap();
        let texts = &archive.texts(TEXTS).unwrap()[TEXTS];
        assert!(!texts.contains("Ann") && !texts.contains("his alone"), "{texts}");
        assert!(texts.contains("shared") && texts.contains("Bob"), "{texts}");

        assert!(without(&person("A"), &bytes, "x").unwrap().is_none());
        assert!(without(&person("Why"), &bytes, "x").unwrap().is_none(), "no column of ids");
        assert!(without(&person("A&1"), b"PK", "x").is_err());
        let again = without(&person("A&12"), &without_him, "x").unwrap().unwrap();
        assert_eq!(rows(again)[2], "||||");
    }

    #[test]
    fn remarks_about_others_that_name_him_are_blanked_and_a_namesake_keeps_his_name() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, (id, name, remark)) in
            (0u32..).zip([("A1", "Ann", "as Bob"), ("B2", "Zoe", "lives with Ann"), ("C3", "Ann", "as Bob")])
        {
            sheet.write_number(row, 0, f64::from(row)).unwrap();
            sheet.write_string(row, 2, name).unwrap().write_string(row, 3, id).unwrap();
            sheet.write_string(row, 16, remark).unwrap();
        }
        let bytes = book.save_to_buffer().unwrap();
        let named = |id: &str| {
            let names = BTreeSet::from(["Ann".to_owned()]);
            Person { traces: Traces { names, ..Traces::default() }, ..person(id) }
        };
        let left = |id: &str| {
            let rows = rows(without(&named(id), &bytes, "x").unwrap().unwrap());
            rows.iter().map(|row| row.trim_matches('|').replace("||||||||||||", "")).collect::<Vec<_>>()
        };
        // The first row is empty, and so no part of the sheet any more.
        assert_eq!(left("A1"), ["1||Zoe|B2|(purged)", "2||Ann|C3|as Bob"]);
        // He is on no list of this book.
        assert_eq!(left("X9"), ["0||Ann|A1|as Bob", "1||Zoe|B2|(purged)", "2||Ann|C3|as Bob"]);
    }
}
