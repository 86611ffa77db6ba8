//! The date of a night that names none: the newest complete date of the exports, never the clock.

use crate::contract::Tables;
use crate::date::Date;

/// Share of the median daily rows that the newest date must reach: a day of which only a few early rows
/// have arrived is not over.
const COMPLETE_DAY_SHARE: f64 = 0.1;

/// The newest date with enough transactions; `None` without any.
pub fn newest_night(tables: &Tables) -> Option<Date> {
    let first = tables.transactions.iter().map(|row| row.booked_on).min()?;
    let last = tables.transactions.iter().map(|row| row.booked_on).max()?;
    let n_days = usize::try_from(last - first).ok()? + 1;
    let mut rows_per_day = vec![0u32; n_days];
    for row in &tables.transactions {
        rows_per_day[usize::try_from(row.booked_on - first).ok()?] += 1;
    }
    let mut sizes: Vec<u32> = rows_per_day.iter().copied().filter(|n| *n > 0).collect();
    sizes.sort_unstable();
    let enough = COMPLETE_DAY_SHARE * f64::from(sizes[sizes.len() / 2]);
    let newest = rows_per_day.iter().rposition(|n| *n > 0 && f64::from(*n) >= enough)?;
    Some(first.plus_days(i32::try_from(newest).ok()?))
}
