//! The windows that end at a date: 30, 90, 180 and 365 days, the date included.

use crate::contract::Transaction;
use crate::date::Date;
use crate::money::Money;

/// Lengths in days, shortest first.
pub const WINDOW_DAYS: [i32; 4] = [30, 90, 180, 365];

/// Index of a window in [`WINDOW_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Window {
    D30,
    D90,
    D180,
    D365,
}

/// Money in less money out over the border of the bank after `from` and up to `to`.
///
/// `rows` must be sorted by date.
pub fn net_border_flow(rows: &[Transaction], from: Date, to: Date) -> Money {
    let start = rows.partition_point(|row| row.booked_on <= from);
    let end = rows.partition_point(|row| row.booked_on <= to);
    Money(rows[start..end].iter().filter(|row| row.kind.crosses_border()).map(|row| row.amount.0).sum())
}
