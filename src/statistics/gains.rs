//! Gains by month: customers who wake.
//!
//! The counterpart of a loss to silence: he started something again after more than `churn.silence_days` without.
//! What lies before the first transactions of the bank is not seen; silence counts from there, or from his opening.

use super::months::Months;
use crate::date::Date;
use crate::store::CustomerHistory;

/// Places of the months in which he woke, ascending, each once.
pub fn woken(
    history: &CustomerHistory<'_>,
    months: &Months,
    transactions_from: Option<Date>,
    silence_days: i32,
) -> Vec<usize> {
    let Some(from) = transactions_from else { return Vec::new() };
    let mut last = from.max(history.customer.opened_on);
    let mut woken = Vec::new();
    for row in history.transactions.iter().filter(|row| row.kind.started_by_customer()) {
        if row.booked_on - last > silence_days {
            woken.extend(months.place(row.booked_on));
        }
        last = row.booked_on.max(last);
    }
    woken.dedup();
    woken
}

/// Whether every waking of a month is seen whose first day is `first`.
pub fn are_known(transactions_from: Option<Date>, first: Date, silence_days: i32) -> bool {
    transactions_from.is_some_and(|from| first - from > silence_days)
}
