//! Carries out a month's intentions on the books.
//!
//! Reads and changes one life; every flow goes through the ledger. Sizes follow the customer's
//! budget, and pull the balances back to where he means to have them.

use super::agenda::Intent;
use super::bank::{self, PRODUCTS};
use super::calendar::Month;
use super::codes::{Channel, Kind, ProductKind, Reason, State};
use super::ledger::Elsewhere;
use super::life::Life;
use super::needs;
use super::rows::OTHER_BANKS;

/// One everyday event takes at most this part of the wealth, whatever the draw.
const EVENT_MAX: f64 = 0.05;
/// Large sums: part of the assets; well below half, which would be a departure.
const BIG: (f64, f64) = (0.15, 0.32);
/// A sum moved elsewhere: while cooling, and otherwise.
const DRIFT_COOLING: (f64, f64) = (0.04, 0.14);
const DRIFT_ACTIVE: (f64, f64) = (0.02, 0.08);
/// Charge for buying what is not a deposit, of the sum.
const CHARGE: f64 = 0.004;

/// Does one thing.
pub fn act(life: &mut Life<'_>, day: i32, intent: Intent, month: &Month) {
    match intent {
        Intent::Open => open(life, day),
        Intent::Salary => salary(life, day),
        Intent::Spend => spend(life, day),
        Intent::BigMove => big_move(life, day),
        Intent::Drift => drift(life, day),
        Intent::Invest => invest(life, day),
        Intent::Borrow => borrow(life, day),
        Intent::Take(product) => needs::take(life, day, product),
        Intent::PayOff => needs::pay_off(life, day),
        Intent::Repay => repay(life, day),
        Intent::CardBill => card_bill(life, day),
        Intent::Mature(product) => mature(life, day, product, month),
        Intent::Interest => interest(life, day),
        Intent::Piece(part) => piece(life, day, part),
        Intent::Close => close(life, day),
    }
}

fn channel(life: &mut Life<'_>) -> Channel {
    const CHANNELS: [Channel; 5] =
        [Channel::Mobile, Channel::Web, Channel::Atm, Channel::Branch, Channel::Phone];
    CHANNELS[life.draws.weighted(&life.channel_weights)]
}

fn other_bank(life: &mut Life<'_>, is_own: bool) -> Elsewhere {
    Elsewhere { is_own, bank: 1 + life.draws.index(OTHER_BANKS.len() - 1) as u8 }
}

fn open(life: &mut Life<'_>, day: i32) {
    let own = life.draws.chance(life.traits.elsewhere);
    let to = other_bank(life, own);
    life.ledger.post(
        day,
        Kind::Deposit,
        (life.traits.wealth * 0.15) as i64,
        Channel::Branch,
        Elsewhere::default(),
    );
    life.ledger.post(day, Kind::TransferIn, (life.traits.wealth * 0.85) as i64, Channel::Branch, to);
}

fn salary(life: &mut Life<'_>, day: i32) {
    let cents = (life.traits.budget * 0.95) as i64;
    life.ledger.post(day, Kind::Salary, cents, Channel::Web, Elsewhere::default());
}

/// How full the current account is, against what he means to have there.
fn fullness(life: &Life<'_>) -> f64 {
    life.ledger.demand as f64 / (life.traits.wealth * life.traits.demand_share).max(1.0)
}

fn spend(life: &mut Life<'_>, day: i32) {
    let has_salary = life.salary_is_paid && life.traits.salary_day.is_some();
    let usual: f64 = if has_salary { 0.88 } else { 0.54 };
    let full = fullness(life);
    let outward = if full < 0.6 {
        usual * 0.5
    } else if full > 1.6 {
        (usual * 1.3).min(0.95)
    } else {
        usual
    };
    let is_out = life.draws.chance(outward);
    let per_event = life.traits.budget / (life.traits.tempo * if is_out { usual } else { 1.0 - usual });
    let inward = if has_salary { 0.1 } else { 1.0 };
    let size = per_event * if is_out { 1.0 } else { inward } * life.draws.log_normal(-0.18, 0.6);
    let size = size.min(life.traits.wealth * EVENT_MAX).max(500.0);
    if is_out { pay(life, day, size.min(life.ledger.demand as f64 * 0.35)) } else { receive(life, day, size) }
}

fn pay(life: &mut Life<'_>, day: i32, size: f64) {
    let way = channel(life);
    let kinds = [0.62, 0.16, 0.22];
    let (kind, to) = match life.draws.weighted(&kinds) {
        0 => (Kind::Payment, Elsewhere::default()),
        1 => (Kind::Withdrawal, Elsewhere::default()),
        _ => {
            let own = life.draws.chance(0.35 * life.traits.elsewhere);
            (Kind::TransferOut, other_bank(life, own))
        }
    };
    let way = if kind == Kind::Withdrawal { Channel::Atm } else { way };
    life.ledger.post(day, kind, -(size as i64), way, to);
}

fn receive(life: &mut Life<'_>, day: i32, size: f64) {
    let way = channel(life);
    let (kind, to) = match life.draws.weighted(&[0.35, 0.57, 0.08]) {
        0 => (Kind::Deposit, Elsewhere::default()),
        1 => {
            let own = life.draws.chance(0.35 * life.traits.elsewhere);
            (Kind::TransferIn, other_bank(life, own))
        }
        _ => (Kind::Refund, Elsewhere::default()),
    };
    // A refund is not an act of his own; it comes beside one, and is small.
    let size = if kind == Kind::Refund { size * 0.2 } else { size };
    life.ledger.post(day, kind, (size as i64).max(1), way, to);
}

/// What goes comes back, and the other way round, so that these sums do not add up to a departure.
fn big_move(life: &mut Life<'_>, day: i32) {
    let cents = if life.away == 0 {
        let part = life.draws.between(BIG.0, BIG.1);
        let sign = if life.draws.chance(0.5) { 1.0 } else { -1.0 };
        (life.ledger.assets() as f64 * part * sign) as i64
    } else {
        (life.away as f64 * life.draws.between(0.85, 1.1)) as i64
    };
    life.away = if life.away == 0 { -cents } else { 0 };
    let way = channel(life);
    let own = life.draws.chance(life.traits.elsewhere);
    let to = other_bank(life, own);
    life.ledger.raise(day, -cents, way);
    let kind = if cents < 0 { Kind::TransferOut } else { Kind::TransferIn };
    life.ledger.post(day, kind, cents, way, to);
}

fn drift(life: &mut Life<'_>, day: i32) {
    let (low, high) = if life.state == State::Cooling { DRIFT_COOLING } else { DRIFT_ACTIVE };
    let cents = (life.ledger.assets() as f64 * life.draws.between(low, high)) as i64;
    let way = channel(life);
    let to = other_bank(life, true);
    life.ledger.raise(day, cents, way);
    life.ledger.post(day, Kind::TransferOut, -cents, way, to);
}

fn invest(life: &mut Life<'_>, day: i32) {
    let full = fullness(life);
    let way = channel(life);
    if full < 0.4 {
        return take_back(life, day, way);
    }
    let share = life.traits.demand_share;
    let spare = (life.ledger.demand as f64 - 0.7 * share * life.traits.wealth) * life.draws.between(0.4, 0.9);
    if spare < 1_000e2 || life.taste.is_empty() {
        return;
    }
    let product = life.taste[life.draws.index(life.taste.len())];
    place(life, day, product, spare as i64, way);
}

/// Buys, and pays the charge where there is one.
pub fn place(life: &mut Life<'_>, day: i32, product: u8, cents: i64, way: Channel) {
    let held = life.ledger.positions.len();
    life.ledger.buy(day, product, cents, way);
    let kind = PRODUCTS[product as usize].kind;
    let is_new = life.ledger.positions.len() > held;
    if is_new && matches!(kind, ProductKind::Fund | ProductKind::Insurance | ProductKind::Structured) {
        life.ledger.post(day, Kind::Fee, -((cents as f64 * CHARGE) as i64), way, Elsewhere::default());
    }
}

fn take_back(life: &mut Life<'_>, day: i32, way: Channel) {
    let free = |p: &super::ledger::Position| p.matures.is_none() && !p.kind().is_debt();
    if let Some(at) = life.ledger.positions.iter().position(free) {
        let part = life.draws.between(0.15, 0.5);
        let cents = (life.ledger.positions[at].balance as f64 * part) as i64;
        life.ledger.redeem(day, at, cents, way);
    }
}

fn borrow(life: &mut Life<'_>, day: i32) {
    let Some(product) = bank::on_sale(life.loan_kind()).next() else { return };
    let cents = (life.traits.budget * life.draws.between(4.0, 12.0)) as i64 / 10_000 * 10_000;
    let term = 365 * life.draws.day(1, 3);
    if cents > 0 {
        life.ledger.borrow(day, product, cents, term);
    }
}

/// The instalment is what remains over the months that remain; the balance tells the interest.
fn repay(life: &mut Life<'_>, day: i32) {
    let is_loan = |p: &super::ledger::Position| p.kind().is_debt() && !p.kind().is_revolving();
    let Some(at) = life.ledger.positions.iter().position(is_loan) else { return };
    let loan = &life.ledger.positions[at];
    let months_left = i64::from((loan.matures.unwrap_or(day) - day).max(1) / 30 + 1);
    let cents = (loan.balance + months_left - 1) / months_left;
    if cents <= life.ledger.demand {
        life.ledger.repay(day, at, cents, Channel::Web);
    }
}

/// Settles the card, then the new month's shopping.
fn card_bill(life: &mut Life<'_>, day: i32) {
    let Some(at) = life.ledger.positions.iter().position(|p| p.kind() == ProductKind::Card) else { return };
    let owed = life.ledger.positions[at].balance;
    if owed > 0 && owed * 2 < life.ledger.demand {
        life.ledger.repay(day, at, owed, Channel::Mobile);
    }
    let spent = life.traits.budget * 0.25 * life.draws.log_normal(-0.1, 0.5);
    let card = &mut life.ledger.positions[at];
    card.balance = (card.balance + spent as i64).min(card.limit.unwrap_or(i64::MAX));
    card.cost = card.balance;
}

fn mature(life: &mut Life<'_>, day: i32, product: u8, month: &Month) {
    let Some(at) = life.ledger.positions.iter().position(|p| p.product == product) else { return };
    if life.state == State::Silent {
        // Nobody answers: the bank rolls it over as agreed.
        let position = &mut life.ledger.positions[at];
        position.started = day;
        position.matures = PRODUCTS[product as usize].term_days.map(|term| day + term);
        return;
    }
    let cents = life.ledger.positions[at].balance;
    let way = channel(life);
    life.ledger.redeem(day, at, cents, way);
    let renewal = life.traits.renewal
        * match life.state {
            State::Cooling => 0.25,
            State::Leaving => 0.0,
            _ => 1.0,
        };
    if life.draws.chance(renewal) {
        let later = life.draws.day(day, (day + 3).min(month.last));
        let part = if life.draws.chance(0.7) { 1.0 } else { life.draws.between(0.6, 1.0) };
        place(life, later, product, (cents as f64 * part) as i64, way);
    }
}

fn interest(life: &mut Life<'_>, day: i32) {
    let half_year = f64::from(PRODUCTS[bank::DEMAND as usize].rate_bp) / 20_000.0;
    let cents = (life.ledger.demand as f64 * half_year) as i64;
    life.ledger.post(day, Kind::Interest, cents, Channel::Web, Elsewhere::default());
}

fn piece(life: &mut Life<'_>, day: i32, part: f64) {
    let cents = (life.plan.as_ref().map_or(0.0, |plan| plan.base) * part) as i64;
    let way = channel(life);
    life.ledger.raise(day, cents, way);
    take_away(life, day, cents, way);
}

fn take_away(life: &mut Life<'_>, day: i32, cents: i64, way: Channel) {
    if life.draws.chance(0.15) {
        life.ledger.post(day, Kind::Withdrawal, -cents, Channel::Branch, Elsewhere::default());
        return;
    }
    let own = life.draws.chance(0.8);
    let to = other_bank(life, own);
    life.ledger.post(day, Kind::TransferOut, -cents, way, to);
}

fn close(life: &mut Life<'_>, day: i32) {
    life.ledger.raise(day, i64::MAX, Channel::Branch);
    while let Some(at) = life.ledger.positions.iter().position(|p| p.kind().is_debt()) {
        let owed = life.ledger.positions[at].balance;
        life.ledger.repay(day, at, owed, Channel::Branch);
        life.ledger.positions.retain(|p| !p.kind().is_debt());
    }
    let rest = life.ledger.demand;
    let reason = life.plan.as_ref().map_or(Reason::None, |plan| plan.reason);
    match reason {
        Reason::Merged => {
            life.ledger.post(day, Kind::OwnTransfer, -rest, Channel::Branch, Elsewhere::default());
        }
        Reason::Deceased => {
            let heirs = other_bank(life, false);
            life.ledger.post(day, Kind::TransferOut, -rest, Channel::Branch, heirs);
        }
        _ => take_away(life, day, rest, Channel::Branch),
    }
    life.closed = Some((day, reason));
}
