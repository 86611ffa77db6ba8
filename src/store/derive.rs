//! Month-end holdings from the running balance that transactions carry.
//!
//! A day's closing balance is the previous closing plus the day's sum, confirmed by a row that carries it:
//! in real exports neither file order nor id order follows the chain within a day. Where no row confirms the
//! sum, the day is anchored anew on a pair of balances that fits it, or on the sum if none does.

use crate::contract::codes::ProductKind;
use crate::contract::delivered::DeliveredTransaction;
use crate::contract::{Holding, NONE};
use crate::date::Date;
use crate::money::Money;

/// Holdings of kind `demand_deposit` of one customer per account and month-end up to `as_of`, sorted by date.
///
/// `transactions` are his, in any order. An account without any balance in its rows brings none.
pub fn month_end_holdings(transactions: &[DeliveredTransaction], as_of: Date) -> Vec<Holding> {
    let mut rows: Vec<&DeliveredTransaction> =
        transactions.iter().filter(|row| row.booked_on <= as_of).collect();
    rows.sort_by_key(|row| (row.account, row.booked_on));
    let mut holdings = Vec::new();
    for of_account in rows.chunk_by(|a, b| a.account == b.account) {
        account_month_ends(of_account, as_of, &mut holdings);
    }
    holdings.sort_by_key(|row| (row.snapshot_on, row.balance));
    holdings
}

fn account_month_ends(rows: &[&DeliveredTransaction], as_of: Date, out: &mut Vec<Holding>) {
    if rows.iter().all(|row| row.balance_after.is_none()) {
        return;
    }
    let closings = closings(rows);
    let last_month = if as_of.is_month_end() { as_of.month_index() } else { as_of.month_index() - 1 };
    let mut next = 0;
    for month in closings[0].0.month_index()..=last_month {
        let end = Date::end_of_month_index(month);
        while next < closings.len() && closings[next].0 <= end {
            next += 1;
        }
        out.push(holding(end, closings[next - 1].1));
    }
}

/// Closing balance of every day with rows, in date order.
fn closings(rows: &[&DeliveredTransaction]) -> Vec<(Date, i64)> {
    let mut closings: Vec<(Date, i64)> = Vec::new();
    for day in rows.chunk_by(|a, b| a.booked_on == b.booked_on) {
        let sum: i64 = day.iter().map(|row| row.amount.0).sum();
        let expected = closings.last().map_or(0, |(_, closing)| *closing) + sum;
        closings.push((day[0].booked_on, confirmed(day, sum, expected)));
    }
    closings
}

/// `expected` if a row carries it, or no row carries anything; else the closing that fits the day's own rows.
fn confirmed(day: &[&DeliveredTransaction], sum: i64, expected: i64) -> i64 {
    let balances = || day.iter().filter_map(|row| row.balance_after.map(|balance| (balance.0, row.amount.0)));
    if balances().next().is_none() || balances().any(|(balance, _)| balance == expected) {
        return expected;
    }
    // The day opened at some row's balance less its amount, and closed at some row's balance, a day's sum apart.
    let fits = |closing: i64| balances().any(|(balance, amount)| balance - amount == closing - sum);
    balances().map(|(closing, _)| closing).filter(|closing| fits(*closing)).min().unwrap_or(expected)
}

fn holding(snapshot_on: Date, balance: i64) -> Holding {
    Holding {
        snapshot_on,
        product_kind: ProductKind::DemandDeposit,
        balance: Money(balance),
        product: NONE,
        started_on: None,
        matures_on: None,
        market_value_change: None,
        cost_basis: None,
        credit_limit: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::codes::Kind;
    use crate::contract::key::Key;

    fn row(day: &str, amount: i64, balance: i64) -> DeliveredTransaction {
        DeliveredTransaction {
            id: Key::of(b"1"),
            customer: 0,
            booked_on: day.parse().unwrap(),
            amount: Money(amount),
            balance_after: Some(Money(balance)),
            account: 0,
            kind: Kind::Other,
            product_kind: None,
            channel: None,
            own_account_elsewhere: false,
        }
    }

    fn month_ends(rows: &[DeliveredTransaction], as_of: &str) -> Vec<(String, i64)> {
        let holdings = month_end_holdings(rows, as_of.parse().unwrap());
        holdings.iter().map(|h| (h.snapshot_on.to_string(), h.balance.0)).collect()
    }

    #[test]
    fn the_days_sum_decides_where_rows_stand_in_no_order() {
        // Booked as +50, -20, +5 from 100; delivered shuffled, so that the last row carries a middle balance.
        let rows = [
            row("1998-01-10", 100, 100),
            row("1998-01-31", 5, 135),
            row("1998-01-31", -20, 130),
            row("1998-01-31", 50, 150),
        ];
        assert_eq!(month_ends(&rows, "1998-02-28"), [("1998-01-31".into(), 135), ("1998-02-28".into(), 135)]);
    }

    #[test]
    fn an_account_that_was_open_before_the_export_is_anchored_on_its_first_day() {
        let rows = [row("1998-01-10", -30, 970), row("1998-01-10", 10, 980)];
        assert_eq!(month_ends(&rows, "1998-01-31"), [("1998-01-31".into(), 980)]);
    }

    #[test]
    fn nothing_after_the_date_is_seen() {
        let rows = [row("1998-01-10", 100, 100), row("1998-02-01", 50, 150)];
        assert_eq!(month_ends(&rows, "1998-02-27"), [("1998-01-31".into(), 100)]);
    }
}
