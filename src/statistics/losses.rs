//! Losses by month: which kind, and why.
//!
//! A customer in scope at the end of a calendar quarter is followed through the next one with the labels that churn is
//! trained on, so that he is lost at most once in a quarter: closed, run off, or silent for `churn.silence_days`. What
//! was no decision of his is told apart.

use super::destination::Destination;
use super::figures::{Cell, Figure};
use super::months::{Months, Window};
use super::view::ALL;
use crate::churn::labels::{Event, EventKind, Followed, Scope, Whereabouts, contract_ended, follow};
use crate::churn::origins::scope_and_baseline;
use crate::config::Config;
use crate::date::Date;
use crate::money::Money;
use crate::store::{Calendar, CustomerHistory, Standing};

/// One customer's loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Place of the month.
    pub month: usize,
    kind: Figure,
    pub reason: Box<str>,
    /// His mean assets of the three months before the quarter.
    assets: Money,
}

impl Loss {
    pub fn count_in(&self, cell: &mut Cell) {
        cell[self.kind] += 1;
        if self.kind != Figure::NotHisDecision {
            cell.add_one(Figure::LostAssets, self.assets.0);
        }
    }
}

/// One customer's losses in the months of the cube.
pub fn losses(
    history: &CustomerHistory<'_>,
    calendar: &Calendar,
    months: &Months,
    config: &Config,
) -> Vec<Loss> {
    months.windows.iter().filter_map(|window| loss(history, calendar, months, *window, config)).collect()
}

fn loss(
    history: &CustomerHistory<'_>,
    calendar: &Calendar,
    months: &Months,
    window: Window,
    config: &Config,
) -> Option<Loss> {
    if history.standing(window.origin) != Standing::InNight {
        return None;
    }
    let rules = &config.churn;
    let (scope, baseline) = scope_and_baseline(calendar, history, window.origin, rules);
    if scope != Scope::In {
        return None;
    }
    let followed = follow(history, window.origin, baseline, window.until, rules);
    let assets = Money::from_units(baseline.unwrap_or(0.0));
    let within = |on: Date| if on <= window.to { months.place(on) } else { None };
    if let Some(event) = followed.event() {
        let kind = match event.kind {
            EventKind::Closed => Figure::LostClosed,
            EventKind::RunOff => Figure::LostRunOff,
            EventKind::Silent => Figure::LostSilent,
        };
        let month = within(event.on)?;
        return Some(Loss { month, kind, reason: reason(history, calendar, &followed, event), assets });
    }
    let month = within(followed.ended_on()?)?;
    Some(Loss { month, kind: Figure::NotHisDecision, reason: end(history, window.until, config), assets })
}

fn reason(history: &CustomerHistory<'_>, calendar: &Calendar, followed: &Followed, event: Event) -> Box<str> {
    match event.kind {
        EventKind::Closed => told(history).unwrap_or("unknown").into(),
        EventKind::Silent => "silence".into(),
        EventKind::RunOff => {
            if contract_ended(history, &calendar.snapshots, followed) {
                "contract_ended".into()
            } else {
                where_to(history, followed, event).code().into()
            }
        }
    }
}

/// Why his relation was closed, as delivered; a reason that reads like the rows of all reasons says nothing.
fn told<'h>(history: &CustomerHistory<'h>) -> Option<&'h str> {
    history.customer.close_reason.as_deref().filter(|reason| *reason != ALL)
}

/// Where the largest part of what left by the day of the loss went.
fn where_to(history: &CustomerHistory<'_>, followed: &Followed, event: Event) -> Destination {
    let rows = history.until(event.on).transactions;
    let later = &rows[rows.partition_point(|row| row.booked_on <= followed.origin)..];
    Destination::of(&Whereabouts::of(later))
}

/// Why a relation ended that he did not end.
fn end(history: &CustomerHistory<'_>, until: Date, config: &Config) -> Box<str> {
    let customer = history.customer;
    let reason = told(history).filter(|_| customer.closed_on.is_some_and(|on| on <= until));
    let is_excluded = |reason: &&str| config.churn.excluded_close_reasons.iter().any(|one| one == reason);
    reason.filter(is_excluded).unwrap_or("deceased").into()
}
