//! What a customer means to do in a month, and on which day.
//!
//! Only intentions; `flows` carries them out in order of their days, when the balances are known.

use super::calendar::Month;
use super::codes::{ProductKind, State};
use super::life::Life;
use super::needs;

/// One intention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Intent {
    /// The first money of a new customer.
    Open,
    Salary,
    /// Something of his everyday life: a payment, a deposit, a transfer.
    Spend,
    /// A large sum in or out, which is not leaving.
    BigMove,
    /// A sum to his own account at another bank.
    Drift,
    /// Idle money is placed, or missing money taken back.
    Invest,
    /// A new loan.
    Borrow,
    /// A product number that he has come to need.
    Take(u8),
    /// The mortgage is paid off ahead of its term.
    PayOff,
    /// The instalment of a loan.
    Repay,
    /// The card is settled.
    CardBill,
    /// A product number reaches its term.
    Mature(u8),
    /// Half-yearly interest on the current account.
    Interest,
    /// One payment of a departure: part of the money at the decision.
    Piece(f64),
    /// All goes, the account closes.
    Close,
}

/// Part of everyday life that is left while cooling and while leaving.
const LEAVING_TEMPO: f64 = 0.3;
/// A patient customer looks in with this probability a month once his patience is over.
pub const LOOKS_IN_ACTIVE: f64 = 0.75;
pub const LOOKS_IN_COOLING: f64 = 0.2;
/// Month-to-month unrest of everyday life (sd of the log).
const MOOD: f64 = 0.4;
/// Wealth from which sums of six figures move now and then, in cents, and how often a month.
const BIG_FROM_CENTS: f64 = 500_000e2;
const BIG_SHARE: f64 = 0.22;
/// Part of these that falls into the last week: accounts are settled at the month end.
const BIG_LATE: f64 = 0.6;
/// Chance of a sum moved elsewhere in a month of cooling, against that of a customer who stays.
const DRIFT_COOLING: f64 = 0.45;
const DRIFT_ACTIVE: f64 = 0.045;

/// The month's intentions in order of their days.
pub fn agenda(life: &mut Life<'_>, month: &Month) -> Vec<(i32, Intent)> {
    let mut list = Vec::with_capacity(8);
    contractual(life, month, &mut list);
    everyday(life, month, &mut list);
    occasions(life, month, &mut list);
    needs::of_month(life, month, &mut list);
    departure(life, month, &mut list);
    let (from, until) = (life.traits.opened.max(month.first), life.ends_on().unwrap_or(i32::MAX));
    list.retain(|&(day, intent)| day >= from && (day < until || intent == Intent::Close));
    list.sort_by_key(|&(day, _)| day);
    list
}

/// What comes by itself: salary, instalments, terms, interest.
fn contractual(life: &mut Life<'_>, month: &Month, list: &mut Vec<(i32, Intent)>) {
    if month.holds(life.traits.opened) && life.traits.is_new {
        list.push((life.traits.opened, Intent::Open));
    }
    if life.salary_is_paid
        && let Some(day) = life.traits.salary_day
    {
        list.push((month.first + day - 1, Intent::Salary));
    }
    if life.ledger.has_instalments() {
        list.push((month.first + 19, Intent::Repay));
    }
    if matches!(month.number, 6 | 12) {
        list.push((month.first + 20, Intent::Interest)); // Chinese banks settle on the 21st of June and December
    }
    let due = life.ledger.positions.iter().filter(|p| !p.kind().is_debt());
    list.extend(
        due.filter_map(|p| p.matures.filter(|&d| month.holds(d)).map(|d| (d, Intent::Mature(p.product)))),
    );
}

fn everyday(life: &mut Life<'_>, month: &Month, list: &mut Vec<(i32, Intent)>) {
    let tempo = life.traits.tempo * tempo_left(life);
    let mood = life.draws.log_normal(-MOOD * MOOD / 2.0, MOOD);
    let mut count = life.draws.poisson(tempo * mood);
    let is_overdue = month.last - life.ledger.last_act > life.traits.patience_days;
    if count == 0 && is_overdue && life.draws.chance(looks_in(life.state)) {
        count = 1;
    }
    for _ in 0..count {
        list.push((life.draws.day(month.first, month.last), Intent::Spend));
    }
    let has_card = life.ledger.positions.iter().any(|p| p.kind() == ProductKind::Card);
    if has_card && matches!(life.state, State::Active | State::Settling) {
        list.push((month.first + 9, Intent::CardBill));
    }
}

/// Part of the tempo that the state leaves.
pub fn tempo_left(life: &Life<'_>) -> f64 {
    match life.state {
        State::Settling => 1.2,
        State::Active => 1.0,
        State::Cooling => life.cooling_tempo,
        State::Leaving => LEAVING_TEMPO,
        State::Silent => 0.0,
    }
}

/// Chance that an overdue customer looks in.
pub fn looks_in(state: State) -> f64 {
    match state {
        State::Settling | State::Active => LOOKS_IN_ACTIVE,
        State::Cooling => LOOKS_IN_COOLING,
        State::Leaving | State::Silent => 0.0,
    }
}

fn occasions(life: &mut Life<'_>, month: &Month, list: &mut Vec<(i32, Intent)>) {
    let is_here = matches!(life.state, State::Active | State::Settling);
    let is_new = life.state == State::Settling;
    let drift =
        if life.state == State::Cooling { DRIFT_COOLING } else { DRIFT_ACTIVE * life.traits.elsewhere };
    if (is_here || life.state == State::Cooling) && life.draws.chance(drift) {
        list.push((life.draws.day(month.first, month.last), Intent::Drift));
    }
    if !is_here {
        return;
    }
    if life.draws.chance(if is_new { 0.35 } else { 0.10 }) {
        list.push((life.draws.day(month.first, month.last), Intent::Invest));
    }
    if life.traits.wealth >= BIG_FROM_CENTS && life.draws.chance(BIG_SHARE) {
        let first = if life.draws.chance(BIG_LATE) { month.last - 6 } else { month.first };
        list.push((life.draws.day(first, month.last), Intent::BigMove));
    }
    if life.draws.chance(0.003) && !life.ledger.has_instalments() {
        list.push((life.draws.day(month.first, month.last), Intent::Borrow));
    }
}

fn departure(life: &mut Life<'_>, month: &Month, list: &mut Vec<(i32, Intent)>) {
    let Some(plan) = &life.plan else { return };
    let pieces = plan.pieces.iter().filter(|piece| month.holds(piece.0));
    list.extend(pieces.map(|&(day, part)| (day, Intent::Piece(part))));
    list.extend(plan.close.filter(|&day| month.holds(day)).map(|day| (day, Intent::Close)));
}
