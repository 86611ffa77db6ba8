//! What is checked of a delivery as a whole, beside the contract of its rows.
//!
//! Reads: counts, sums, dates and digests that reading a file leaves behind. Produces: nothing, a warning, or the
//! refusal. Grain: a file, or a table's delivery day. Never: reads a file or a clock, changes a figure, shows a cell.
//!
//! | question | where |
//! |---|---|
//! | does the file hold what its control file or its trailer row states? | `control`, `totals` |
//! | is it as long as the deliveries before it, and its amounts of the same size? | `volume`, `amounts` |
//! | is the newest delivery new enough for the night? | `freshness` |
//! | is a day missing between two deliveries? | `gaps` |
//! | do its rows lie on the date in its name? | `row_dates` |
//! | did its ids survive a spreadsheet, and are no two of them the same but for their case? | `ids` |

pub mod amounts;
pub mod control;
pub mod freshness;
pub mod gaps;
pub mod ids;
pub mod row_dates;
pub mod totals;
pub mod volume;

use crate::date::Date;

/// Saturday or Sunday.
fn is_weekend(date: Date) -> bool {
    (i64::from(date.0) + 3).rem_euclid(7) >= 5 // 1970-01-01 was a Thursday
}

/// The middle value; of an even number of values the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ends_on_saturday_and_sunday() {
        let is_weekend = |text: &str| is_weekend(text.parse().unwrap());
        let days = ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02", "1969-12-28", "1969-12-29"];
        assert_eq!(days.map(is_weekend), [false, true, true, false, true, false]);
    }

    #[test]
    fn the_median_does_not_depend_on_the_order() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
