//! The very hidden sheet that says which workbook it is, so that what a manager fills in can be read back.
//!
//! Texts in two columns, keys and values; `results` reads them.

use super::Book;
use crate::labels::{Labels, Language};
use crate::schema::SCHEMA_VERSION;
use rust_xlsxwriter::{Worksheet, XlsxError};

const SHEET: &str = "tercet";

pub(super) fn write(sheet: &mut Worksheet, book: &Book, labels: &Labels) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?.set_very_hidden(true);
    let language = match labels.language() {
        Language::En => "en",
        Language::ZhCn => "zh-CN",
    };
    let (as_of, version) = (book.as_of.to_string(), SCHEMA_VERSION.to_string());
    let pairs = [
        ("as_of", &*as_of),
        ("manager_id", book.manager_id),
        ("run_id", book.run_id),
        ("profile", "full"),
        ("language", language),
        ("schema_version", &version),
    ];
    for (row, (key, value)) in (0u32..).zip(pairs) {
        sheet.write_string(row, 0, key)?.write_string(row, 1, value)?;
    }
    Ok(())
}
