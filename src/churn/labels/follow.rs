//! One customer followed from one origin: his first loss, and the label of every horizon from it.
//!
//! The event is the earliest of: closed by his own decision; the day on which the outflow reached its share and
//! stayed; so many days of silence. Without balances there is no outflow, and closing and silence remain.
//!
//! **No decision of his.** A death or a merger ends what can be lost. The account of somebody who died is often
//! emptied some days before it is closed, so a loss at most `churn.confirm_days` before such an end belongs to the
//! end; one further back was his own and stays a loss. There is thus one outcome with one date, and the labels of
//! all horizons are nested.
//!
//! **Known when.** A label is known once the gap, the horizon and the days of confirmation are over, also where the
//! loss was certain earlier: training rows that appeared as soon as their outcome was seen would be chosen by it.
//! No row after these days changes a label that is known.

use super::exclusion::{closed_by_himself, not_his_from};
use super::outflow::Outflow;
use super::silence::{days_silent, silent_on};
use super::{Event, EventKind, Label};
use crate::config::Churn;
use crate::date::Date;
use crate::store::CustomerHistory;

/// What became of a customer after an origin, as far as it was looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Followed {
    pub origin: Date,
    /// The last day looked at.
    pub until: Date,
    /// In currency units; `None` where balances are not known.
    pub baseline: Option<f64>,
    /// Closed by his own decision.
    pub closed_on: Option<Date>,
    /// `None` without a baseline over 0.
    pub outflow: Option<Outflow>,
    pub silent_on: Option<Date>,
    /// Days of silence at the origin; `None` where he never started anything.
    pub days_silent: Option<i32>,
    outcome: Outcome,
    gap_days: i32,
    silence_days: i32,
    confirm_days: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Nothing,
    Lost(Event),
    NotHisDecision(Date),
}

/// Days after an origin until the labels of a horizon are complete; without balances nothing needs confirming.
pub fn days_to_mature(horizon_days: i32, has_balances: bool, rules: &Churn) -> i32 {
    rules.gap_days + horizon_days + if has_balances { rules.confirm_days } else { 0 }
}

/// Follows a customer of the night of `origin` up to `until`; `baseline` is his 3-month average assets there in
/// currency units, where balances are known.
///
/// Looks at no row after `until`, up to which `history` must be complete.
pub fn follow(
    history: &CustomerHistory<'_>,
    origin: Date,
    baseline: Option<f64>,
    until: Date,
    rules: &Churn,
) -> Followed {
    let seen = history.until(until).transactions;
    let later = &seen[seen.partition_point(|row| row.booked_on <= origin)..];
    let outflow = baseline
        .filter(|baseline| *baseline > 0.0)
        .map(|baseline| Outflow::of(later, baseline, until, rules));
    let mut followed = Followed {
        origin,
        until,
        baseline,
        closed_on: closed_by_himself(history, until, rules).filter(|on| *on > origin),
        outflow,
        silent_on: silent_on(seen, origin, until, rules.silence_days),
        days_silent: days_silent(seen, origin),
        outcome: Outcome::Nothing,
        gap_days: rules.gap_days,
        silence_days: rules.silence_days,
        confirm_days: if baseline.is_some() { rules.confirm_days } else { 0 },
    };
    followed.outcome = followed.first_of(not_his_from(history, until, rules));
    followed
}

impl Followed {
    /// His first loss, if it is known by `until` and was his decision.
    pub fn event(&self) -> Option<Event> {
        match self.outcome {
            Outcome::Lost(event) => Some(event),
            Outcome::Nothing | Outcome::NotHisDecision(_) => None,
        }
    }

    /// When what can be lost ended by no decision of his, if that is known.
    pub fn ended_on(&self) -> Option<Date> {
        match self.outcome {
            Outcome::NotHisDecision(on) => Some(on),
            Outcome::Nothing | Outcome::Lost(_) => None,
        }
    }

    /// Whether neither a loss nor an end that was no decision of his is known.
    pub fn may_stay(&self) -> bool {
        self.outcome == Outcome::Nothing
    }

    /// The label of a horizon in days after the gap; `None`: not known yet.
    pub fn label(&self, horizon_days: i32) -> Option<Label> {
        let from = self.origin.plus_days(self.gap_days);
        let to = from.plus_days(horizon_days);
        if self.until < to.plus_days(self.confirm_days) {
            return None;
        }
        Some(match self.outcome {
            Outcome::NotHisDecision(on) if on <= to => Label::NotHisDecision,
            Outcome::Lost(event) if event.on <= from => Label::InGap,
            Outcome::Lost(event) if event.on <= to => Label::Leaves(event.kind),
            _ => Label::Stays,
        })
    }

    /// What became of him by `last`, with nothing left out for a gap: for what was acted on from the origin on.
    /// `None`: not known yet.
    pub fn label_by(&self, last: Date) -> Option<Label> {
        if self.until < last.plus_days(self.confirm_days) {
            return None;
        }
        Some(match self.outcome {
            Outcome::NotHisDecision(on) if on <= last => Label::NotHisDecision,
            Outcome::Lost(event) if event.on <= last => Label::Leaves(event.kind),
            _ => Label::Stays,
        })
    }

    /// Whether he was lost to a silence that had begun by the origin: metrics are also given without such rows.
    pub fn silence_began_before(&self) -> bool {
        self.event().is_some_and(|event| {
            event.kind == EventKind::Silent && event.on.plus_days(-self.silence_days) <= self.origin
        })
    }

    /// An outflow beyond `churn.outflow_share` that may still be taken back.
    pub fn run_off_pending_since(&self) -> Option<Date> {
        self.outflow.and_then(|outflow| outflow.pending_since)
    }

    fn first_of(&self, not_his_from: Option<Date>) -> Outcome {
        let at = |on: Option<Date>, kind| on.map(|on| Event { on, kind });
        let own = [
            at(self.closed_on, EventKind::Closed),
            at(self.outflow.and_then(|outflow| outflow.confirmed_on), EventKind::RunOff),
            at(self.silent_on, EventKind::Silent),
        ];
        match (own.into_iter().flatten().min(), not_his_from) {
            (None, None) => Outcome::Nothing,
            (None, Some(end)) => Outcome::NotHisDecision(end),
            (Some(event), Some(end)) if end - event.on <= self.confirm_days => {
                Outcome::NotHisDecision(event.on.min(end))
            }
            (Some(event), _) => Outcome::Lost(event),
        }
    }
}
