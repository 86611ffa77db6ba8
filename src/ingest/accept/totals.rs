//! What a file holds against what is stated of it, in its trailer row or beside it.
//!
//! Pure. Rows are the file's data rows, whatever became of them; sums are in minor units.

use crate::error::{Error, Result};
use crate::money::decimal;

/// What reading a file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Data rows: without the header, without trailer rows, rejected ones included.
    pub rows: u64,
    /// Sum of the amounts that could be read, with our signs; nothing where the table has no amount.
    pub sum: Option<i128>,
    /// Sum of the same amounts without signs: what a total of an export without signs states.
    pub sum_unsigned: Option<i128>,
    /// Rows whose amount could not be read.
    pub unreadable: u64,
}

/// A row at the end of a file that counts the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailerRow {
    /// 1-based.
    pub line: u64,
    pub rows: Option<u64>,
    /// Minor units.
    pub sum: Option<i128>,
}

impl TrailerRow {
    /// # Errors
    /// Kind `Refused` where the file holds other rows or another sum.
    pub fn check(&self, file: &str, totals: &Totals) -> Result<()> {
        check(file, &format!("its trailer row (line {})", self.line), self.rows, self.sum, totals)
    }
}

/// Compares what `by` states with what the file holds.
///
/// # Errors
/// Kind `Refused`, naming both figures.
pub(super) fn check(
    file: &str,
    by: &str,
    rows: Option<u64>,
    sum: Option<i128>,
    totals: &Totals,
) -> Result<()> {
    let hint = "it may be cut off, or the total of another file: deliver both again";
    if let Some(stated) = rows.filter(|stated| *stated != totals.rows) {
        let file = file.escape_debug();
        let message = format!("`{file}` has {} rows, {by} states {stated}", totals.rows);
        return Err(Error::refused(message).hint(hint));
    }
    let (Some(stated), Some(found)) = (sum, totals.sum) else { return Ok(()) };
    if stated == found || totals.sum_unsigned == Some(stated) {
        return Ok(());
    }
    let (file, found, stated) = (file.escape_debug(), decimal(found), decimal(stated));
    let error = Error::refused(format!("the amounts of `{file}` add up to {found}, {by} states {stated}"));
    Err(match totals.unreadable {
        0 => error.hint(hint),
        n => error.hint(format!("the amounts of {n} rows could not be read; correct them, or their mapping")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_row_is_compared_and_is_no_row() {
        let totals = Totals { rows: 10, sum: Some(-150), sum_unsigned: Some(250), unreadable: 0 };
        let check = |rows, sum, unreadable| {
            let trailer = TrailerRow { line: 12, rows, sum };
            let refused = trailer.check("t.csv", &Totals { unreadable, ..totals }).err();
            refused.map(|error| (error.to_string(), error.hints()[0].clone()))
        };
        for (rows, sum) in [(None, None), (Some(10), Some(-150)), (Some(10), Some(250))] {
            assert_eq!(check(rows, sum, 0), None); // F6
        }
        let (message, hint) = check(Some(11), None, 0).unwrap();
        assert_eq!(message, "`t.csv` has 10 rows, its trailer row (line 12) states 11");
        assert!(hint.contains("cut off"));
        let (message, hint) = check(None, Some(-5), 3).unwrap();
        assert_eq!(message, "the amounts of `t.csv` add up to -1.50, its trailer row (line 12) states -0.05");
        assert_eq!(hint, "the amounts of 3 rows could not be read; correct them, or their mapping");
        let without_amounts = Totals { rows: 10, ..Totals::default() };
        assert!(TrailerRow { line: 12, rows: None, sum: Some(5) }.check("t.csv", &without_amounts).is_ok());
    }
}
