//! A manager's list as CSV, for import into a CRM: codes beside words, one line per customer.
//!
//! UTF-8 with a byte order mark, CRLF, quoted where needed. A text that a spreadsheet would take for a formula begins
//! with `'`; numbers stay numbers. Equal input gives equal bytes.

use super::workbook::{Book, Row, clean};
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::schema::LIST_FILES;
use csv::{Terminator, Writer, WriterBuilder};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What begins a formula in a spreadsheet, also in full width; a tab or a line break may hide one.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The bytes of the file.
///
/// # Errors
/// Kind `Internal` if the columns do not agree with the schema.
pub(super) fn bytes(book: &Book, labels: &Labels) -> Result<Vec<u8>> {
    let failed = |cause: csv::Error| Error::internal("cannot write a list as CSV").caused_by(cause);
    let mut writer = begun();
    let fields = (LIST_FILES.fields)();
    writer.write_record(fields.iter().map(|field| field.name)).map_err(failed)?;
    for row in book.rows {
        let cells = fields.iter().map(|field| cell(field.name, book, row, labels));
        writer.write_record(cells.collect::<Result<Vec<_>>>()?).map_err(failed)?;
    }
    writer.into_inner().map_err(|_| Error::internal("cannot write a list as CSV"))
}

/// A file with its byte order mark and nothing else.
pub fn begun() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::from(BYTE_ORDER_MARK))
}

/// One field, safe to be opened in a spreadsheet.
fn cell(column: &str, book: &Book, row: &Row, labels: &Labels) -> Result<String> {
    let words = |section: &str, code: &str| safe(labels.text(section, code));
    let optional = |text: &Option<String>| text.as_deref().map(safe).unwrap_or_default();
    let channel = row.preferred_channel.as_deref();
    Ok(match column {
        "list_date" => book.as_of.to_string(),
        "manager_id" => safe(book.manager_id),
        "rank" => row.rank.to_string(),
        "customer_id" => safe(&row.customer_id),
        "name" => optional(&row.name),
        "phone" => optional(&row.phone),
        "tier" => row.tier.clone(),
        "tier_text" => words("tier", &row.tier),
        "customer_type" => row.customer_type.clone(),
        "customer_type_text" => words("customer_type", &row.customer_type),
        "list" => row.list.clone(),
        "list_text" => words("list", &row.list),
        "all_lists" => row.all_lists.clone(),
        "reasons" => safe(&row.reasons.join(labels.text("reason", "separator"))),
        "what_to_do" => words("what_to_do", &row.list),
        "amount" => row.amount.map(|amount| amount.to_string()).unwrap_or_default(),
        "due_on" => row.due_on.map(|day| day.to_string()).unwrap_or_default(),
        "product" => row.product.unwrap_or_default().to_owned(),
        "product_text" => row.product.map(|code| words("product_kind", code)).unwrap_or_default(),
        "rule" => optional(&row.rule),
        "expected_value" => row.expected_value.map(number).unwrap_or_default(),
        "last_contact" => row.last_contact.map(|day| day.to_string()).unwrap_or_default(),
        "preferred_channel" => channel.map(safe).unwrap_or_default(),
        "preferred_channel_text" => channel.map(|code| words("channel", code)).unwrap_or_default(),
        "profile" => book.profile.code().to_owned(),
        "run_id" => book.run_id.to_owned(),
        _ => return Err(Error::internal(format!("the column `{column}` of a list's file is not filled"))),
    })
}

/// To the cent; what is no number is blank.
fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.2}") } else { String::new() }
}

/// A text on one line without control characters, and no formula.
pub fn safe(text: &str) -> String {
    let cleaned = clean(text);
    let begins_a_formula = |text: &str| text.starts_with(FORMULA_STARTS);
    let guard = if begins_a_formula(text) || begins_a_formula(cleaned.trim_start()) { "'" } else { "" };
    format!("{guard}{cleaned}")
}

#[cfg(test)]
mod tests;
