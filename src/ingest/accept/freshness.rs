//! Is the newest delivery of a table new enough for the night?
//!
//! Pure. Grain: a table. Never: counts a delivery after the night.

use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};

/// The newest delivery on or before `as_of` must be at most `within_days` days older: 0 asks for one of the night itself.
///
/// # Errors
/// Kind `Incomplete`, naming the newest delivery and the oldest that would do.
pub fn check(table: Table, delivered: &[Date], as_of: Date, within_days: i32) -> Result<()> {
    let oldest = oldest(as_of, within_days);
    let newest = delivered.iter().copied().filter(|date| *date <= as_of).max();
    if newest.is_some_and(|newest| newest >= oldest) {
        return Ok(());
    }
    let expected =
        if oldest == as_of { format!("one of {as_of}") } else { format!("one of {oldest} to {as_of}") };
    let found = match newest {
        Some(newest) => format!("its newest delivery is of {newest}"),
        None => "it has no delivery yet".to_owned(),
    };
    let table = table.name();
    let message = format!("`{table}` is not complete yet: {found}, and {expected} is expected");
    Err(Error::incomplete(message).hint(format!(
        "wait for the delivery, or change `sources.{table}.fresh_within_days = {within_days}`"
    )))
}

/// The oldest date that is fresh.
pub(super) fn oldest(as_of: Date, within_days: i32) -> Date {
    Date(as_of.0.saturating_sub(within_days.max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn the_newest_delivery_is_young_enough() {
        let date = |text: &str| -> Date { text.parse().unwrap() };
        let night = date("2026-10-31");
        let of = |delivered: &[&str], within| {
            let delivered: Vec<Date> = delivered.iter().map(|text| date(text)).collect();
            let error = check(Table::Transactions, &delivered, night, within).err()?;
            assert_eq!(error.kind(), Kind::Incomplete);
            Some(error.to_string())
        };
        for (delivered, within, fresh) in [
            (&["2026-10-31", "2026-10-30"][..], 0, true),
            (&["2026-10-30", "2026-11-01"], 0, false), // D7
            (&["2026-10-30"], 1, true),
            (&["2026-10-29"], 1, false),
            (&["2026-10-31"], -1, true),
            (&["1970-01-01"], i32::MAX, true),
            (&[], 31, false),
        ] {
            assert_eq!(of(delivered, within).is_none(), fresh, "{delivered:?} {within}");
        }
        assert_eq!(
            of(&["2026-10-30"], 0).unwrap(),
            "`transactions` is not complete yet: its newest delivery is of 2026-10-30, and one of 2026-10-31 is expected"
        );
        assert_eq!(
            of(&[], 2).unwrap(),
            "`transactions` is not complete yet: it has no delivery yet, and one of 2026-10-29 to 2026-10-31 is expected"
        );
    }
}
