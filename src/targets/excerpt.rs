//! The rows that lists look at: a few snapshots, the last days, and purchases and debts of the last year.
//!
//! Reads the store once, bucket by bucket. Never: keeps what no list asks for, so that memory follows the bank's size
//! tonight and not the length of its history.

use crate::config::Lists;
use crate::contract::codes::Kind;
use crate::contract::{Holding, Transaction};
use crate::cross_sell::{looks_at_holding, looks_at_transaction};
use crate::date::Date;
use crate::error::Result;
use crate::store::{Bank, Excerpt, Keep};

/// # Errors
/// Kind `Internal` where a file of the store is missing or damaged.
pub fn excerpt<'a>(bank: &'a Bank, as_of: Date, settings: &Lists) -> Result<Excerpt<'a>> {
    let matured_from = as_of.plus_days(-settings.maturity_behind_days);
    let moved_from = settings.large_move_days.iter().map(|days| as_of.plus_days(-days));
    let all_from = moved_from.clone().chain([matured_from]).min().unwrap_or(as_of);
    let in_force = [as_of, matured_from.plus_days(-1)];
    let in_force = in_force.into_iter().filter_map(|date| bank.calendar().newest_snapshot(date));
    let snapshots: Vec<Date> = in_force.chain(moved_from).collect();
    let calls = settings.after_purchase_days.iter().map(|[_, last]| *last);
    let bought_from = as_of.plus_days(-calls.max().unwrap_or(0));
    let is_looked_at = |row: &Transaction| {
        let is_recent = row.booked_on >= all_from;
        let is_followed_up = row.kind == Kind::Purchase && row.booked_on >= bought_from;
        row.booked_on <= as_of && (is_recent || is_followed_up || looks_at_transaction(row, as_of))
    };
    bank.excerpt(&Keep {
        transactions: &is_looked_at,
        holdings: &|row: &Holding| {
            snapshots.contains(&row.snapshot_on) || looks_at_holding(row, bank.calendar(), as_of)
        },
    })
}
