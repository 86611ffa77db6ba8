//! A row that is not taken in: where it stands, why, and what to do.

use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// Never says what a cell holds; that stands in `raw`, which is kept in the workspace alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    pub file: String,
    pub sheet: String,
    /// As the spreadsheet counts.
    pub row: u32,
    /// Header and letter.
    pub column: String,
    pub reason: String,
    pub hint: Cow<'static, str>,
    /// The row's cells, between tabs.
    #[serde(skip)]
    pub raw: String,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, sheet, row, column, reason, hint, .. } = self;
        write!(f, "{file}, sheet `{}`, row {row}, column `{column}`: {reason}; {hint}", sheet.escape_debug())
    }
}
