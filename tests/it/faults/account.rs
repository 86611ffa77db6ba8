//! The books of a file in a line.

use std::fmt::Write;
use tercet::store::books::Books;

/// As in `5 rows = 3 used + 1 trailers + 1 rejected; 85.75 = 78.50 used + 7.25 rejected; 1 unreadable`; what is zero is
/// left out, and so are the amounts of a table that has none.
pub fn account(books: &Books) -> String {
    let rows = [
        ("used", books.used),
        ("duplicate", books.duplicate),
        ("superseded", books.superseded),
        ("trailers", books.trailers),
        ("rejected", books.rejected),
    ];
    let rows = rows.iter().filter(|(_, rows)| *rows > 0).map(|(fate, rows)| format!("{rows} {fate}"));
    let mut text = format!("{} rows = {}", books.rows, rows.collect::<Vec<_>>().join(" + "));
    let sums = &books.amounts;
    let amounts = [
        ("used", sums.used),
        ("duplicate", sums.duplicate),
        ("superseded", sums.superseded),
        ("rejected", sums.rejected),
    ];
    let shown: Vec<String> = amounts
        .iter()
        .filter(|(_, minor)| *minor != 0)
        .map(|(fate, minor)| format!("{} {fate}", units(*minor)))
        .collect();
    if !shown.is_empty() {
        let _ = write!(text, "; {} = {}", units(sums.read), shown.join(" + "));
    }
    if sums.unreadable > 0 {
        let _ = write!(text, "; {} unreadable", sums.unreadable);
    }
    text
}

fn units(minor: i128) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}
