//! What counts as lost, and when: the event date of one customer seen from one origin.
//!
//! The earliest of: the account relation closed; the cumulative net outflow over the border of the bank since
//! the origin reached its share of the baseline and did not come back; so many days of silence. A fall in
//! price is no outflow, since only transactions are summed.

use crate::config::Churn;
use crate::contract::Transaction;
use crate::date::Date;
use crate::money::Money;
use crate::store::CustomerHistory;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    Closed,
    RunOff,
    Silent,
}

/// A loss and its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub on: Date,
    pub kind: EventKind,
}

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

/// What becomes of a customer in scope within the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Stays,
    Leaves(EventKind),
    /// The event lies in the gap, too soon to be acted on: not a training row.
    InGap,
    /// Death, merger, move between branches: not a training row.
    NotHisDecision,
}

/// The label at `origin`; `baseline` is his 3-month average assets there in currency units, where known.
///
/// Everything up to `origin + gap + horizon + confirmation` must be in `history`.
pub fn label(history: &CustomerHistory<'_>, origin: Date, baseline: Option<f64>, rules: &Churn) -> Label {
    let from = origin.plus_days(rules.gap_days);
    let to = from.plus_days(rules.horizon_days);
    if let Some(reason) = &history.customer.close_reason
        && history.customer.closed_on.is_some_and(|on| on > origin && on <= to)
        && rules.excluded_close_reasons.iter().any(|excluded| **excluded == **reason)
    {
        return Label::NotHisDecision;
    }
    match event(history, origin, baseline, rules) {
        Some(event) if event.on <= from => Label::InGap,
        Some(event) if event.on <= to => Label::Leaves(event.kind),
        _ => Label::Stays,
    }
}

/// The first loss after `origin`, if there is one.
pub fn event(
    history: &CustomerHistory<'_>,
    origin: Date,
    baseline: Option<f64>,
    rules: &Churn,
) -> Option<Event> {
    let closed =
        history.customer.closed_on.filter(|on| *on > origin).map(|on| Event { on, kind: EventKind::Closed });
    let later = history.transactions.partition_point(|row| row.booked_on <= origin);
    let run_off = baseline.filter(|baseline| *baseline > 0.0).and_then(|baseline| {
        let on = run_off_on(&history.transactions[later..], baseline, rules)?;
        Some(Event { on, kind: EventKind::RunOff })
    });
    let silent = silent_on(history.transactions, origin, rules.silence_days)
        .map(|on| Event { on, kind: EventKind::Silent });
    [closed, run_off, silent].into_iter().flatten().min()
}

/// The first day on which the net outflow reached its share of `baseline` and stayed.
fn run_off_on(later: &[Transaction], baseline: f64, rules: &Churn) -> Option<Date> {
    let (lost, came_back) = (rules.outflow_share * baseline, rules.confirm_share * baseline);
    let mut outflow = 0i64;
    let mut reached: Option<Date> = None;
    for day in later.chunk_by(|a, b| a.booked_on == b.booked_on) {
        let date = day[0].booked_on;
        if reached.is_some_and(|on| date - on > rules.confirm_days) {
            return reached;
        }
        outflow -= day.iter().filter(|row| row.kind.crosses_border()).map(|row| row.amount.0).sum::<i64>();
        let units = Money(outflow).to_units();
        if reached.is_none() && units >= lost {
            reached = Some(date);
        } else if units < came_back {
            reached = None;
        }
    }
    reached
}

/// The first day after `origin` that ends `days` of silence; the last silence is open-ended.
fn silent_on(transactions: &[Transaction], origin: Date, days: i32) -> Option<Date> {
    let mut started =
        transactions.iter().filter(|row| row.kind.started_by_customer()).map(|row| row.booked_on).peekable();
    while let Some(on) = started.next() {
        let end = on.plus_days(days);
        let is_broken = started.peek().is_some_and(|next| *next <= end);
        if !is_broken && end > origin {
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::overlay::read_defaults;
    use crate::contract::Customer;
    use crate::contract::codes::Kind::{self, Deposit, Interest, Purchase, TransferOut};

    fn customer(closed: Option<(&str, &str)>) -> Customer {
        Customer {
            customer_id: "C1".into(),
            opened_on: "2020-01-01".parse().unwrap(),
            closed_on: closed.map(|(on, _)| on.parse().unwrap()),
            close_reason: closed.map(|(_, reason)| reason.into()),
            manager_id: None,
            branch_id: None,
            birth_date: None,
            gender: None,
            occupation: None,
            education: None,
            risk_level: None,
            card_tier: None,
            kind: crate::contract::codes::CustomerKind::Individual,
            other_bank_assets: None,
            satisfaction: None,
            contact_allowed: None,
            marketing_allowed: None,
            deceased: None,
            legal_hold: None,
            preferred_channel: None,
            name: None,
            phone: None,
        }
    }

    fn label_of(rows: &[(&str, Kind, i64)], closed: Option<(&str, &str)>) -> Label {
        let transactions: Vec<Transaction> = rows
            .iter()
            .map(|(on, kind, units)| Transaction {
                booked_on: on.parse().unwrap(),
                amount: Money(units * 100),
                kind: *kind,
                product_kind: None,
                channel: None,
                own_account_elsewhere: false,
            })
            .collect();
        let customer = customer(closed);
        let history = CustomerHistory {
            index: 0,
            customer: &customer,
            versions: &[],
            transactions: &transactions,
            holdings: &[],
            contacts: &[],
        };
        label(&history, "2026-01-31".parse().unwrap(), Some(1000.0), &read_defaults().unwrap().churn)
    }

    // From 2026-01-31 the gap ends on 7 February and the horizon on 8 May; the baseline is 1,000.
    const ALIVE: (&str, Kind, i64) = ("2026-05-20", Purchase, -1);

    #[test]
    fn half_the_baseline_gone_and_not_back_is_a_run_off() {
        let lost = Label::Leaves(EventKind::RunOff);
        assert_eq!(label_of(&[("2026-02-20", TransferOut, -499), ALIVE], None), Label::Stays);
        assert_eq!(label_of(&[("2026-02-20", TransferOut, -500), ALIVE], None), lost);
        let back = [("2026-02-20", TransferOut, -500), ("2026-03-22", Deposit, 251), ALIVE];
        assert_eq!(label_of(&back, None), Label::Stays);
        let back_too_late = [("2026-02-20", TransferOut, -500), ("2026-03-23", Deposit, 251), ALIVE];
        assert_eq!(label_of(&back_too_late, None), lost);
        // Buying a fund keeps the money in the bank.
        assert_eq!(label_of(&[("2026-02-20", Purchase, -900), ALIVE], None), Label::Stays);
    }

    #[test]
    fn an_event_in_the_gap_is_no_training_row() {
        assert_eq!(label_of(&[("2026-02-07", TransferOut, -800), ALIVE], None), Label::InGap);
        assert_eq!(
            label_of(&[("2026-02-08", TransferOut, -800), ALIVE], None),
            Label::Leaves(EventKind::RunOff)
        );
    }

    #[test]
    fn silence_counts_from_the_last_thing_he_started() {
        // 2025-11-09 + 180 days is 2026-05-08, the last day of the horizon.
        let silent = Label::Leaves(EventKind::Silent);
        assert_eq!(label_of(&[("2025-11-09", Deposit, 1), ("2026-02-01", Interest, 1)], None), silent);
        assert_eq!(label_of(&[("2025-11-10", Deposit, 1)], None), Label::Stays);
        assert_eq!(label_of(&[("2025-11-09", Deposit, 1), ("2026-05-08", Deposit, 1)], None), Label::Stays);
    }

    #[test]
    fn closing_is_a_loss_unless_it_was_not_his_decision() {
        assert_eq!(label_of(&[ALIVE], Some(("2026-03-01", "price"))), Label::Leaves(EventKind::Closed));
        assert_eq!(label_of(&[ALIVE], Some(("2026-03-01", "deceased"))), Label::NotHisDecision);
        assert_eq!(label_of(&[ALIVE], Some(("2026-06-01", "price"))), Label::Stays);
    }
}
