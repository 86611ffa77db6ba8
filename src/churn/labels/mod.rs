//! What counts as lost, and when: one customer followed from one origin.
//!
//! Read are his rows up to a last day and nothing after it, and his baseline at the origin; other customers never.
//! The same labels serve training, judging, statistics and win-back, so that no two of them mean different things.
//!
//! ```text
//! outflow, silence, closing ──> follow: the first loss ──> Label of a horizon
//! exclusion ───────────────────────┘         └──> circumstances: partial, cause, where the money went, prices
//! return_curve: how long a silence must be before it counts
//! ```

mod balances;
mod circumstances;
mod exclusion;
mod follow;
mod lines;
mod maturities;
mod outflow;
mod price_effect;
mod return_curve;
mod scope;
mod silence;
mod whereabouts;

#[cfg(test)]
mod tests;

use crate::date::Date;

pub use circumstances::{Circumstances, contract_ended};
pub use follow::{Followed, days_to_mature, follow};
pub use lines::{Line, lines_lost};
pub use maturities::Matured;
pub use outflow::Outflow;
pub use price_effect::price_effect;
pub use return_curve::{Curve, CurvePoint, ReturnCurve};
pub use scope::Scope;
pub use silence::{days_silent, last_started_on};
pub use whereabouts::Whereabouts;

/// Days after the gap of the published columns `churn_30`, `churn_90` and `churn_180`.
pub const HORIZONS_DAYS: [i32; 3] = [30, 90, 180];

/// What happened. Where two fall on one day, the first of them counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    Closed,
    RunOff,
    Silent,
}

impl EventKind {
    pub fn code(self) -> &'static str {
        match self {
            EventKind::Closed => "closed",
            EventKind::RunOff => "run_off",
            EventKind::Silent => "silent",
        }
    }
}

/// A loss and its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub on: Date,
    pub kind: EventKind,
}

/// What becomes of a customer in scope within a horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Stays,
    Leaves(EventKind),
    /// The event lies in the gap, too soon to be acted on: not a training row.
    InGap,
    /// Death, merger, move between branches: not a training row.
    NotHisDecision,
}

impl Label {
    /// Whether he left; `None` of one who trains and judges nothing.
    pub fn left(self) -> Option<bool> {
        match self {
            Label::Stays => Some(false),
            Label::Leaves(_) => Some(true),
            Label::InGap | Label::NotHisDecision => None,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Label::Stays => "stays",
            Label::Leaves(kind) => kind.code(),
            Label::InGap => "in_gap",
            Label::NotHisDecision => "not_his_decision",
        }
    }
}
