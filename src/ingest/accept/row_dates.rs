//! Do the rows of a file lie on the date in its name?
//!
//! Pure. Grain: a file. Asked only where a source names its `date_column`. Rows before the file's date are late
//! bookings and allowed, as long as one row has the date itself.

use crate::date::Date;
use crate::error::{Error, Result};

/// What a file's name says of its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileDate {
    Day(Date),
    /// The last day of the month.
    Month(Date),
}

/// Compares the first and the last date in `column` with the date in the name of `file`; nothing where it has no rows.
///
/// # Errors
/// Kind `Refused` where rows lie after the file's date, or none on it (in its month).
pub fn check(file: &str, column: &str, rows: Option<(Date, Date)>, file_date: FileDate) -> Result<()> {
    let Some((first, last)) = rows else { return Ok(()) };
    let (begin, end) = match file_date {
        FileDate::Day(day) => (day, day),
        FileDate::Month(end) => (end.month_start(), end),
    };
    let of = match file_date {
        FileDate::Day(day) => day.to_string(),
        FileDate::Month(end) => format!("{}-{:02}", end.year(), end.month()),
    };
    let (file, column) = (file.escape_debug(), column.escape_debug());
    let message = if last > end {
        format!("`{file}` is of {of} by its name, and has rows up to {last} in `{column}`")
    } else if last < begin {
        format!("`{file}` is of {of} by its name, and its rows end on {last} in `{column}` (from {first} on)")
    } else {
        return Ok(());
    };
    Err(Error::refused(message)
        .hint("rename the file, or deliver the right one; `date_column` asks for this check"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_on_the_date_in_the_name() {
        let date = |text: &str| -> Date { text.parse().unwrap() };
        let day = FileDate::Day(date("2026-02-27"));
        let month = FileDate::Month(date("2026-02-28"));
        let late = Some("`t.csv` is of 2026-02-27 by its name, and has rows up to 2026-02-28 in `booked`");
        let old = Some(
            "`t.csv` is of 2026-02-27 by its name, and its rows end on 2026-02-26 in `booked` (from 2026-02-20 on)",
        );
        let other_month =
            Some("`t.csv` is of 2026-02 by its name, and has rows up to 2026-03-01 in `booked`");
        for (first, last, file_date, expected) in [
            ("2026-02-27", "2026-02-27", day, None),
            ("2026-02-20", "2026-02-27", day, None),
            ("2026-02-27", "2026-02-28", day, late), // D15
            ("2026-02-20", "2026-02-26", day, old),  // D15
            ("2026-02-01", "2026-02-27", month, None),
            ("2026-01-30", "2026-02-01", month, None),
            ("2026-02-01", "2026-03-01", month, other_month),
        ] {
            let refused = check("t.csv", "booked", Some((date(first), date(last))), file_date).err();
            assert_eq!(refused.map(|error| error.to_string()).as_deref(), expected, "{first} {last}");
        }
        assert!(check("t.csv", "booked", None, day).is_ok());
        assert!(check("t.csv", "booked", Some((date("2026-01-01"), date("2026-01-31"))), month).is_err());
    }
}
