//! Silence: days on which a customer started nothing. Salaries, refunds, interest and fees break no silence.

use crate::contract::Transaction;
use crate::date::Date;

/// The last day up to `on` on which he started something. `transactions` must be sorted by date.
pub fn last_started_on(transactions: &[Transaction], on: Date) -> Option<Date> {
    let until = transactions.partition_point(|row| row.booked_on <= on);
    transactions[..until].iter().rev().find(|row| row.kind.started_by_customer()).map(|row| row.booked_on)
}

/// Days up to `on` since he last started something; `None` where he never did.
pub fn days_silent(transactions: &[Transaction], on: Date) -> Option<i32> {
    last_started_on(transactions, on).map(|last| on - last)
}

/// The first day after `origin` and up to `until` that ends `days` of silence.
pub fn silent_on(transactions: &[Transaction], origin: Date, until: Date, days: i32) -> Option<Date> {
    // A silence that began any earlier was over by the origin.
    let first = transactions.partition_point(|row| row.booked_on <= origin.plus_days(-days));
    let mut started = transactions[first..]
        .iter()
        .filter(|row| row.kind.started_by_customer())
        .map(|row| row.booked_on)
        .peekable();
    while let Some(on) = started.next() {
        let end = on.plus_days(days);
        if end > until {
            return None;
        }
        if started.peek().is_none_or(|next| *next > end) {
            return Some(end);
        }
    }
    None
}
