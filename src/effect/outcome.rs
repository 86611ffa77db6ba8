//! What an assignment was about and whether it came about: a loss, a return, a card, a purchase.
//!
//! Reads one customer's rows in the days from the assignment to its horizon. A loss is the label of churn, so that no
//! two figures of a night mean different things by it. Never: a row after the horizon and the days of confirmation.

use super::ledger::Assignment;
use crate::churn::labels::{EventKind, follow};
use crate::churn::origins::scope_and_baseline;
use crate::config::{Churn, Config, Lists};
use crate::contract::codes::{Kind, ProductKind};
use crate::contract::{Holding, Transaction};
use crate::date::Date;
use crate::store::{Calendar, CustomerHistory};
use crate::targets::LOOKBACK_DAYS;

/// Days from the assignment after which its outcome is known, of every list: a loss has to be confirmed, and what was
/// bought on the last days is in the next snapshot.
pub(super) fn days_to_mature(config: &Config) -> i32 {
    config.effect.horizon_days + config.churn.confirm_days
}

/// Whether the event of the assignment's list came about within the horizon; `None` where it was no decision of the
/// customer's. The assignment must have matured by `as_of`.
pub(super) fn event(
    assignment: &Assignment,
    history: &CustomerHistory<'_>,
    calendar: &Calendar,
    as_of: Date,
    config: &Config,
) -> Option<bool> {
    let from = assignment.assigned_on;
    let last = from.plus_days(config.effect.horizon_days);
    match &*assignment.list {
        "retention" => {
            let rules = &config.churn;
            let (_, baseline) = scope_and_baseline(calendar, history, from, rules);
            follow(history, from, baseline, as_of, rules).label_by(last)?.left()
        }
        "win_back" => came_back(history, calendar, from, last, &config.churn),
        "vip_upgrade" => has_card(history, last, &config.lists),
        _ => Some(bought(history, calendar, from, last, assignment.product.as_deref())),
    }
}

/// Rows booked after `from` and by `last`.
fn booked<'a>(history: &CustomerHistory<'a>, from: Date, last: Date) -> &'a [Transaction] {
    let rows = history.until(last).transactions;
    &rows[rows.partition_point(|row| row.booked_on <= from)..]
}

/// Whether what was lost is back by `last`, as win-back itself tells it: of a run-off, so much of the money that what is
/// gone is less than would be a loss taken back; of a silence, something that he started. `None` where the loss is no
/// longer one by what is known now.
fn came_back(
    history: &CustomerHistory<'_>,
    calendar: &Calendar,
    from: Date,
    last: Date,
    rules: &Churn,
) -> Option<bool> {
    let origin = from.plus_days(-LOOKBACK_DAYS);
    let (_, baseline) = scope_and_baseline(calendar, history, origin, rules);
    let until = |date| follow(history, origin, baseline, date, rules);
    match until(from).event()?.kind {
        EventKind::Closed => None,
        EventKind::RunOff => Some(until(last).outflow?.share < rules.confirm_share),
        EventKind::Silent => {
            Some(booked(history, from, last).iter().any(|row| row.kind.started_by_customer()))
        }
    }
}

/// Whether he has a card of a higher tier by `last`, as the deliveries of that day describe him; who is on the list had
/// none. `None` where no delivery had described him yet.
fn has_card(history: &CustomerHistory<'_>, last: Date, lists: &Lists) -> Option<bool> {
    let card = history.as_known_on(last)?.card_tier.as_deref();
    Some(lists.vip_card_tiers.iter().any(|tier| Some(tier.as_str()) == card))
}

/// A purchase of the product, or a holding of it where he had none; of any product where none is named.
fn bought(
    history: &CustomerHistory<'_>,
    calendar: &Calendar,
    from: Date,
    last: Date,
    product: Option<&str>,
) -> bool {
    let wanted = product.and_then(ProductKind::from_code);
    let is_it = |kind: Option<ProductKind>| kind.is_some() && (wanted.is_none() || kind == wanted);
    let is_purchase = |row: &Transaction| matches!(row.kind, Kind::Purchase | Kind::LoanDrawdown);
    if booked(history, from, last).iter().any(|row| is_purchase(row) && is_it(row.product_kind)) {
        return true;
    }
    let Some(before) = calendar.newest_snapshot(from) else { return false };
    let had = held_on(history, before);
    let is_new = |row: &Holding| {
        row.is_held()
            && row.started_on.is_none_or(|on| on > from)
            && is_it(Some(row.product_kind))
            && !had.iter().any(|old| old.is_held() && old.product_kind == row.product_kind)
    };
    snapshots(history, from, last).any(|rows| rows.iter().any(is_new))
}

fn held_on<'a>(history: &CustomerHistory<'a>, on: Date) -> &'a [Holding] {
    let rows = history.holdings;
    let from = rows.partition_point(|row| row.snapshot_on < on);
    &rows[from..rows.partition_point(|row| row.snapshot_on <= on)]
}

/// His rows of each snapshot after `from` and by `last`.
fn snapshots<'a>(
    history: &CustomerHistory<'a>,
    from: Date,
    last: Date,
) -> impl Iterator<Item = &'a [Holding]> + use<'a> {
    let rows = history.until(last).holdings;
    let rows = &rows[rows.partition_point(|row| row.snapshot_on <= from)..];
    rows.chunk_by(|a, b| a.snapshot_on == b.snapshot_on)
}
