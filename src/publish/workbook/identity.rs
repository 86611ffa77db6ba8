//! The sheet that nobody sees: which night, manager and run a workbook is of, so that what a manager filled in is read
//! back to the right place.
//!
//! The sheet is named [`SHEET`]. From its first row on, column A holds a key of [`KEYS`] and column B its value, both
//! as texts, in the order of [`KEYS`]. A reader goes by the keys and leaves those that it does not know.

use super::Book;
use super::cells::clean;
use crate::labels::Language;
use crate::schema::SCHEMA_VERSION;
use rust_xlsxwriter::{Worksheet, XlsxError};

pub const SHEET: &str = "tercet";

/// `as_of` is an ISO date, `profile` a code of `[privacy]`, `language` `en` or `zh-CN`.
pub const KEYS: [&str; 6] = ["as_of", "manager_id", "run_id", "profile", "language", "schema_version"];

pub(super) fn write(sheet: &mut Worksheet, book: &Book, language: Language) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?.set_very_hidden(true);
    let values = [
        book.as_of.to_string(),
        clean(book.manager_id),
        clean(book.run_id),
        book.profile.code().to_owned(),
        language.code().to_owned(),
        SCHEMA_VERSION.to_string(),
    ];
    for (row, (key, value)) in (0..).zip(KEYS.into_iter().zip(values)) {
        sheet.write_string(row, 0, key)?.write_string(row, 1, value)?;
    }
    Ok(())
}
