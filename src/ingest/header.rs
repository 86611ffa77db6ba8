//! The header of a text export: which field holds which source column.
//!
//! Reads: the first record. Never: takes a column by its place, or by a name that is only similar.

use crate::error::{Error, Result};
use crate::io::exports::Export;

/// The column names, trimmed of ASCII spaces.
pub fn names(export: &Export, header: &csv::ByteRecord) -> Result<Vec<String>> {
    let name = |cell: &[u8]| std::str::from_utf8(cell.trim_ascii()).ok().map(str::to_owned);
    header.iter().map(name).collect::<Option<Vec<_>>>().ok_or_else(|| {
        Error::refused(format!("the header of `{}` is not UTF-8", export.name.escape_debug()))
            .hint("declare the file's `encoding`: `utf-8` or `gb18030`")
    })
}

/// Where the column `wanted` is.
///
/// # Errors
/// Kind `Refused` where no column, or more than one, has exactly this name.
pub fn position(export: &Export, names: &[String], wanted: &str) -> Result<usize> {
    let file = export.name.escape_debug();
    let mut found = names.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => {
            Err(Error::refused(format!("`{file}` has the column `{wanted}` more than once"))
                .hint("a mapped column must be there exactly once"))
        }
        (None, _) => {
            let error = Error::refused(format!("`{file}` has no column `{wanted}`"));
            Err(match crate::config::nearest(wanted, names.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("compare the header with the mapping, and the `separator` with the file"),
            })
        }
    }
}
