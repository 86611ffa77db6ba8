//! Is a delivery as long as those before it, and are its amounts of the same size?
//!
//! Pure. Grain: a table's delivery day. Compared with the median of the last deliveries before it: those of the same
//! kind of day (weekday, or Saturday and Sunday) where the 28 days before it have at least `deliveries_min` of them,
//! else those of any day. A bank with fewer deliveries behind it is not checked.
//! Never: refuses a count that chance explains: counts of n vary by about the square root of n.

use super::{is_weekend, median};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};

/// Days in which as many weekends lie as are needed to compare weekends with weekends.
const SAME_KIND_DAYS: i32 = 28;

/// The median of fewer amounts may lie anywhere.
const AMOUNTS_MIN: u64 = 30;

/// What a delivery may differ by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeLimits {
    /// Refused at this share of the median rows, and below.
    pub low: f64,
    /// Refused at this multiple of the median rows, and above.
    pub high: f64,
    /// Refused where the median amount is this many times larger or smaller than before.
    pub amount_shift: f64,
    /// Deliveries that a new one is compared with.
    pub deliveries: usize,
    /// With fewer there is no comparison.
    pub deliveries_min: usize,
    /// Standard deviations of a count (square roots of the median) that count as chance.
    pub chance: f64,
}

impl Default for VolumeLimits {
    fn default() -> Self {
        Self { low: 0.5, high: 20.0, amount_shift: 10.0, deliveries: 7, deliveries_min: 3, chance: 4.0 }
    }
}

/// What one delivery day of a table brought, all its files together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub delivered_on: Date,
    pub rows: u64,
    /// Of |amount| in minor units; see `amounts`.
    pub median_amount: Option<f64>,
}

/// Compares `new` with the deliveries of earlier days, which come in any order, one per day; later ones do not count.
///
/// # Errors
/// Kind `Refused` with what to do where it is meant.
pub fn check(table: Table, new: &Measured, deliveries: &[Measured], limits: &VolumeLimits) -> Result<()> {
    let compared = compared(new, deliveries, limits);
    if compared.len() < limits.deliveries_min {
        return Ok(());
    }
    check_rows(table, new, &compared, limits)?;
    check_amounts(table, new, &compared, limits)
}

/// The deliveries that `new` is compared with, oldest first.
fn compared(new: &Measured, deliveries: &[Measured], limits: &VolumeLimits) -> Vec<Measured> {
    let mut earlier: Vec<Measured> =
        deliveries.iter().filter(|old| old.delivered_on < new.delivered_on).copied().collect();
    earlier.sort_by_key(|old| old.delivered_on);
    let same_kind = |old: &&Measured| is_weekend(old.delivered_on) == is_weekend(new.delivered_on);
    let is_recent = |old: &&Measured| new.delivered_on - old.delivered_on <= SAME_KIND_DAYS;
    if earlier.iter().filter(same_kind).filter(is_recent).count() >= limits.deliveries_min {
        earlier = earlier.iter().filter(same_kind).filter(is_recent).copied().collect();
    }
    earlier.split_off(earlier.len().saturating_sub(limits.deliveries))
}

fn check_rows(table: Table, new: &Measured, compared: &[Measured], limits: &VolumeLimits) -> Result<()> {
    let Some(median) = median(compared.iter().map(|old| count(old.rows)).collect()) else { return Ok(()) };
    let (rows, chance) = (count(new.rows), limits.chance * median.sqrt());
    let is_low = rows <= limits.low * median && rows < median - chance;
    let is_high = rows >= limits.high * median.max(1.0) && rows > median + chance;
    if !is_low && !is_high {
        return Ok(());
    }
    let (table, date) = (table.name(), new.delivered_on);
    let (few, limit) = if is_low {
        ("few", format!("`ingest.volume_low = {}`", limits.low))
    } else {
        ("many", format!("`ingest.volume_high = {}`", limits.high))
    };
    let message = format!(
        "`{table}` of {date} has too {few} rows: {}, where the median of the {} deliveries before is {median}",
        new.rows,
        compared.len()
    );
    Err(accept(Error::refused(message).hint("is it cut off, or a full export in place of a day's?"), &limit))
}

fn check_amounts(table: Table, new: &Measured, compared: &[Measured], limits: &VolumeLimits) -> Result<()> {
    let known = |measured: &Measured| measured.median_amount.filter(|_| measured.rows >= AMOUNTS_MIN);
    let before: Vec<f64> = compared.iter().filter_map(known).collect();
    if before.len() < limits.deliveries_min {
        return Ok(());
    }
    let (Some(new_median), Some(before)) = (known(new), median(before)) else { return Ok(()) };
    let shift = new_median.max(1.0) / before.max(1.0);
    let times = shift.max(1.0 / shift);
    if times < limits.amount_shift {
        return Ok(());
    }
    let than = if shift > 1.0 { "larger" } else { "smaller" };
    let message = format!(
        "the median amount of `{}` of {} is about {:.0} times {than} than that of the deliveries before",
        table.name(),
        new.delivered_on,
        10f64.powf(times.log10().round())
    );
    let error = Error::refused(message).hint("has the unit of the amounts changed, as from 元 to 万元?");
    Err(accept(error, &format!("`ingest.amount_shift = {}`", limits.amount_shift)))
}

fn accept(error: Error, limit: &str) -> Error {
    error.hint(format!("where it is right, accept it with `--accept-volume`, or change {limit}"))
}

#[expect(clippy::cast_precision_loss, reason = "compared with a median, far below 2^53 rows")]
fn count(rows: u64) -> f64 {
    rows as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deliveries of consecutive days before 2026-10-31, a Saturday: as many rows as `rows` says of each day.
    fn before(days: i32, rows: impl Fn(Date) -> u64) -> Vec<Measured> {
        let night: Date = "2026-10-31".parse().unwrap();
        let day = |back: i32| {
            let delivered_on = night.plus_days(-back);
            Measured { delivered_on, rows: rows(delivered_on), median_amount: Some(10_000.0) }
        };
        (1..=days).map(day).collect()
    }

    fn refusal(new: u64, amount: f64, deliveries: &[Measured]) -> Option<String> {
        let delivered_on = "2026-10-31".parse().unwrap();
        let new = Measured { delivered_on, rows: new, median_amount: Some(amount) };
        let error = check(Table::Transactions, &new, deliveries, &VolumeLimits::default()).err()?;
        assert!(error.hints()[1].contains("`--accept-volume`"));
        Some(error.to_string())
    }

    #[test]
    fn rows_are_compared_with_the_last_deliveries() {
        let steady = before(30, |_| 1000);
        let busy_week = |date: Date| if is_weekend(date) { 100 } else { 10_000 };
        for (what, rows, deliveries, refused) in [
            ("D17", 500, &steady, true),
            ("D17", 501, &steady, false),
            ("D16, a full export", 20_000, &steady, true),
            ("D16", 19_999, &steady, false),
            ("too few deliveries", 1, &before(2, |_| 1000), false),
            ("three are enough", 1, &before(3, |_| 1000), true),
            ("a weekend like others", 110, &before(28, busy_week), false),
            ("a weekend like a weekday", 10_000, &before(28, busy_week), true),
            ("no weekends to compare with", 9000, &before(1, busy_week), false),
            ("chance: a few rows a day", 2, &before(7, |_| 8), false),
            ("nothing where nothing was", 0, &before(7, |_| 0), false),
            ("something where nothing was", 19, &before(7, |_| 0), false),
            ("much where nothing was", 20, &before(7, |_| 0), true),
        ] {
            assert_eq!(refusal(rows, 10_000.0, deliveries).is_some(), refused, "{what}: {rows}");
        }
        assert_eq!(
            refusal(480, 10_000.0, &steady).unwrap(),
            "`transactions` of 2026-10-31 has too few rows: 480, where the median of the 7 deliveries before is 1000"
        );
    }

    #[test]
    fn a_change_of_unit_is_noticed() {
        let steady = before(7, |_| 1000);
        assert_eq!(refusal(1000, 10_000.0 * 9.9, &steady), None);
        assert_eq!(refusal(20, 1.0, &before(7, |_| 25)), None); // too few amounts for a median
        assert_eq!(
            refusal(1000, 1.0, &steady).unwrap(), // S8
            "the median amount of `transactions` of 2026-10-31 is about 10000 times smaller than that of the deliveries before"
        );
        assert!(refusal(1000, 1e6, &steady).unwrap().contains("about 100 times larger"));
        assert!(refusal(1000, 0.0, &steady).is_some());
    }

    #[test]
    fn neither_order_nor_later_deliveries_change_the_verdict() {
        let mut deliveries = before(20, |date| 1000 + u64::from(date.day()));
        let first = refusal(505, 10_000.0, &deliveries).unwrap();
        deliveries.reverse();
        deliveries.rotate_left(7);
        let delivered_on = "2026-11-01".parse().unwrap();
        deliveries.push(Measured { delivered_on, rows: 1, median_amount: None });
        assert_eq!(refusal(505, 10_000.0, &deliveries).unwrap(), first);
    }
}
