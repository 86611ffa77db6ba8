//! Which snapshots each figure of a reference date is taken from: the same for every customer.
//!
//! Positions are those of the snapshots that the pass over holdings adds up, see [`snapshots_needed`].

use super::Lens;
use super::steps::{Span, in_force, spans};
use super::windows::WINDOW_DAYS;
use crate::date::Date;
use std::ops::Range;

/// How far back features look, in days: a year, and one day for what was in force before it.
const LOOK_BACK_DAYS: i32 = 366;

/// Days of one stretch by snapshot in force.
pub type Spans = Vec<Span>;

/// The snapshots behind the figures of one reference date.
#[derive(Debug, Clone)]
pub struct BalancePlan {
    /// In force on the date.
    pub newest: Option<usize>,
    /// In force on the day before each window, by [`Window`](super::windows::Window).
    pub before: [Option<usize>; WINDOW_DAYS.len()],
    /// In force on the last twelve month-ends, oldest first.
    pub month_ends: Option<[usize; 12]>,
    /// Dated within the last 365 and 90 days.
    pub of_365d: Range<usize>,
    pub of_90d: Range<usize>,
    /// Whether a snapshot was in force on each of the last 365 days.
    pub is_known_for_365d: bool,
    /// Of the last 30, 90 and 365 days; `None` where a day lies before the first snapshot.
    pub mean_30d: Option<Spans>,
    pub mean_90d: Option<Spans>,
    pub mean_365d: Option<Spans>,
    /// Of the last complete month.
    pub mean_last_month: Option<Spans>,
    /// Of those of the last 90 and 365 days on which balances are known; `None` where there are none.
    pub mean_known_90d: Option<Spans>,
    pub mean_known_365d: Option<Spans>,
}

/// The snapshots that the lenses need, each with the one in force before its look-back: a range of the calendar.
pub fn snapshots_needed(lenses: &[Lens<'_>], snapshots: &[Date]) -> Range<usize> {
    let end_of = |lens: &Lens<'_>| snapshots.partition_point(|date| *date <= lens.as_of);
    let start_of = |lens: &Lens<'_>| {
        snapshots.partition_point(|date| lens.as_of - *date > LOOK_BACK_DAYS).saturating_sub(1)
    };
    let start = lenses.iter().map(start_of).min().unwrap_or(0);
    start..lenses.iter().map(end_of).max().unwrap_or(0).max(start)
}

impl BalancePlan {
    /// `snapshots` are those of [`snapshots_needed`].
    pub fn of(snapshots: &[Date], as_of: Date) -> Self {
        let snapshots = &snapshots[..snapshots.partition_point(|date| *date <= as_of)];
        let stretch = |from, to| spans(snapshots, from, to).map(Iterator::collect);
        let last = |days: i32| stretch(as_of.plus_days(1 - days), as_of);
        let known = |days: i32| {
            snapshots.first().and_then(|first| stretch((*first).max(as_of.plus_days(1 - days)), as_of))
        };
        let dated_within = |days: i32| {
            let inside = |date: &Date| as_of - *date >= days;
            snapshots.partition_point(inside)..snapshots.len()
        };
        let month_end = as_of.last_month_ends(1).next();
        Self {
            newest: in_force(snapshots, as_of),
            before: WINDOW_DAYS.map(|days| in_force(snapshots, as_of.plus_days(-days))),
            month_ends: month_ends(snapshots, as_of),
            of_365d: dated_within(365),
            of_90d: dated_within(90),
            is_known_for_365d: in_force(snapshots, as_of.plus_days(-364)).is_some(),
            mean_30d: last(30),
            mean_90d: last(90),
            mean_365d: last(365),
            mean_last_month: month_end.and_then(|end| stretch(end.month_start(), end)),
            mean_known_90d: known(90),
            mean_known_365d: known(365),
        }
    }
}

fn month_ends(snapshots: &[Date], as_of: Date) -> Option<[usize; 12]> {
    let positions: Option<Vec<usize>> =
        as_of.last_month_ends(12).map(|end| in_force(snapshots, end)).collect();
    positions?.try_into().ok()
}
