//! For whom a probability is meant at an origin.

use crate::config::Churn;
use crate::date::Date;

/// Whether a probability is meant for a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    In,
    /// Assets under `churn.aum_floor`.
    BelowFloor,
    /// Nothing started within `churn.active_within_days`.
    Inactive,
    /// Silent for `churn.silence_days` already: lost before the origin.
    AlreadySilent,
}

impl Scope {
    /// Looks at nothing after `origin`. `aum` is in currency units, `None` where balances are not known.
    pub fn of(last_started_on: Option<Date>, aum: Option<f64>, origin: Date, rules: &Churn) -> Self {
        let silent_for = last_started_on.map(|on| origin - on);
        match silent_for {
            None => Scope::Inactive,
            Some(days) if days >= rules.active_within_days => Scope::Inactive,
            Some(days) if days >= rules.silence_days => Scope::AlreadySilent,
            Some(_) if aum.is_some_and(|aum| aum < rules.aum_floor) => Scope::BelowFloor,
            Some(_) => Scope::In,
        }
    }

    /// `None` in scope.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Scope::In => None,
            Scope::BelowFloor => Some("below_floor"),
            Scope::Inactive => Some("inactive"),
            Scope::AlreadySilent => Some("already_silent"),
        }
    }
}
