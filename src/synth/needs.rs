//! What a person comes to need beside what he has a taste for: products of his age, his money, what he holds and what
//! happens to him, as the field's rules of thumb say; with more weight on who has money and uses the bank.
//!
//! Draws from a generator of his own, so that whoever needs nothing lives exactly as he would without this.

use super::agenda::Intent;
use super::bank;
use super::calendar::Month;
use super::codes::{Channel, ProductKind, State};
use super::draws::Draws;
use super::flows::place;
use super::ledger::Position;
use super::life::{Life, first_of};

const FAMILY: u64 = 6;

pub const OCCUPATIONS: [&str; 9] = [
    "office",
    "business_owner",
    "worker",
    "teacher",
    "medical",
    "civil_servant",
    "retired",
    "farmer",
    "student",
];
const OFFICE: usize = 0;
const BUSINESS_OWNER: usize = 1;

/// Chance in a month that somebody whom nothing speaks for takes up a kind: seldom.
const MONTHLY: f64 = 0.0008;
/// Chance in a month that a mortgage is paid off ahead of its term, where there is money for it.
const PAY_OFF: f64 = 0.01;
/// A mortgage is paid off where it is at most this part of the assets.
const PAY_OFF_SHARE: f64 = 0.4;
/// So many days after a mortgage is gone, its instalments look for another use.
const FREED_DAYS: i32 = 180;
/// Part of the current account that a new product takes.
const TAKEN: (f64, f64) = (0.2, 0.5);
/// Nobody begins with less, in cents.
const TAKEN_MIN: f64 = 1_000e2;
/// Of idle money, in cents.
const IDLE_FROM: f64 = 50_000e2;

/// Who he is, and his generator.
pub struct Needs {
    draws: Draws,
    /// Day of birth.
    pub birth: i32,
    pub is_woman: bool,
    occupation: usize,
    /// Day on which his mortgage was paid off ahead of its term.
    paid_off: Option<i32>,
}

impl Needs {
    pub fn draw(seed: u64, index: u32, opened: i32) -> Self {
        let mut draws = Draws::new(seed, FAMILY, u64::from(index));
        let age_days = draws.day(20 * 365, 82 * 365);
        let is_woman = draws.chance(0.5);
        let occupation = draws.index(OCCUPATIONS.len());
        Self { draws, birth: (opened - age_days).max(-16_000), is_woman, occupation, paid_off: None }
    }

    pub fn occupation(&self) -> &'static str {
        OCCUPATIONS[self.occupation]
    }
}

/// The month's needs, as intentions.
pub fn of_month(life: &mut Life<'_>, month: &Month, list: &mut Vec<(i32, Intent)>) {
    if life.traits.is_institution || !matches!(life.state, State::Active | State::Settling) {
        return;
    }
    if mortgage(life).is_some() && life.needs.draws.chance(PAY_OFF) {
        list.push((life.needs.draws.day(month.first, month.last), Intent::PayOff));
    }
    for (kind, weight) in KINDS {
        if holds(life, kind) {
            continue;
        }
        let chance = MONTHLY * weight(life, month.first) * means(life);
        if life.needs.draws.chance(chance) {
            let offers: Vec<u8> = bank::on_sale(kind).collect();
            let product = offers[life.needs.draws.index(offers.len())];
            list.push((life.needs.draws.day(month.first, month.last), Intent::Take(product)));
        }
    }
}

/// How much more likely than `MONTHLY` a person is to take a kind up.
type Weight = fn(&Life<'_>, i32) -> f64;

const KINDS: [(ProductKind, Weight); 8] = [
    (ProductKind::Wealth, |life, day| {
        let notes = holds(life, ProductKind::Structured) || holds(life, ProductKind::Trust);
        between(age(life, day), 40.0, 60.0) * if notes { 4.0 } else { 1.0 }
    }),
    (ProductKind::Fund, |life, day| {
        let is_young = age(life, day) < 45.0;
        let invests = [ProductKind::Wealth, ProductKind::BondFund].into_iter().any(|kind| holds(life, kind));
        let freed = life.needs.paid_off.is_some_and(|on| day - on < FREED_DAYS);
        let at_desk = life.needs.is_woman && life.needs.occupation == OFFICE && age(life, day) < 35.0;
        let is_paid = life.salary_is_paid && life.traits.salary_day.is_some();
        one(is_young && invests, 5.0) * one(freed, 15.0) * one(at_desk, 5.0) * one(is_young && is_paid, 2.5)
    }),
    (ProductKind::BondFund, |life, day| {
        one(age(life, day) >= 45.0, 3.0) * one(holds(life, ProductKind::TreasuryBond), 5.0)
    }),
    (ProductKind::Insurance, |life, day| {
        let saves = holds(life, ProductKind::TimeDeposit) || holds(life, ProductKind::TreasuryBond);
        between(age(life, day), 40.0, 60.0) * one(saves, 3.0)
    }),
    (ProductKind::Structured, |life, _| one(is_idle(life), 10.0)),
    (ProductKind::TimeDeposit, |life, day| one(age(life, day) >= 55.0, 4.0) * one(is_idle(life), 4.0)),
    (ProductKind::Securities, |life, day| {
        let trades = [ProductKind::Fund, ProductKind::BondFund].into_iter().any(|kind| holds(life, kind));
        one(trades && age(life, day) < 55.0, 8.0)
    }),
    (ProductKind::BusinessLoan, |life, _| one(life.needs.occupation == BUSINESS_OWNER, 15.0)),
];

fn one(holds: bool, weight: f64) -> f64 {
    if holds { weight } else { 1.0 }
}

/// 5 in the middle of a span of years, falling to 1 a decade beyond its ends.
fn between(age: f64, from: f64, to: f64) -> f64 {
    let beyond = (from - age).max(age - to).max(0.0);
    1.0 + 4.0 * (1.0 - beyond / 10.0).max(0.0)
}

/// Who has more money and uses the bank more takes up more; the loyal take it here.
fn means(life: &Life<'_>) -> f64 {
    let money = (life.traits.wealth / 50_000e2).powf(0.35).clamp(0.3, 4.0);
    let tempo = (life.traits.tempo / 1.5).sqrt().clamp(0.4, 2.0);
    money * tempo * if life.traits.is_loyal { 1.4 } else { 0.6 }
}

fn age(life: &Life<'_>, day: i32) -> f64 {
    f64::from(day - life.needs.birth) / 365.25
}

fn holds(life: &Life<'_>, kind: ProductKind) -> bool {
    life.ledger.positions.iter().any(|position| position.kind() == kind)
}

/// Most of a larger sum lies in the current account.
fn is_idle(life: &Life<'_>) -> bool {
    let demand = life.ledger.demand as f64;
    demand >= IDLE_FROM && demand >= 0.5 * life.ledger.assets() as f64
}

fn mortgage(life: &Life<'_>) -> Option<usize> {
    let is_mortgage = |position: &Position| position.kind() == ProductKind::Mortgage;
    let at = life.ledger.positions.iter().position(is_mortgage)?;
    let owed = life.ledger.positions[at].balance as f64;
    (owed <= PAY_OFF_SHARE * life.ledger.assets() as f64).then_some(at)
}

/// Takes up a product, which he has a taste for from then on.
pub fn take(life: &mut Life<'_>, day: i32, product: u8) {
    let draws = &mut life.needs.draws;
    let way = if draws.chance(0.7) { Channel::Mobile } else { Channel::Branch };
    let part = draws.between(TAKEN.0, TAKEN.1);
    let years = draws.day(1, 3);
    if bank::PRODUCTS[product as usize].kind == ProductKind::BusinessLoan {
        let cents = (life.traits.budget * 20.0 * part) as i64 / 10_000 * 10_000;
        if cents > 0 && !life.ledger.has_instalments() {
            life.ledger.borrow(day, product, cents, 365 * years);
        }
        return;
    }
    let cents = life.ledger.demand as f64 * part;
    if cents < TAKEN_MIN {
        return;
    }
    place(life, day, product, cents as i64, way);
    if !life.taste.contains(&product) {
        life.taste.push(product);
    }
}

/// Pays the mortgage off ahead of its term.
pub fn pay_off(life: &mut Life<'_>, day: i32) {
    let Some(at) = mortgage(life) else { return };
    let owed = life.ledger.positions[at].balance;
    life.ledger.raise(day, owed, Channel::Branch);
    // What was sold stood beside it.
    let product = first_of(ProductKind::Mortgage);
    let at = life.ledger.positions.iter().position(|position| Some(position.product) == product);
    if let Some(at) = at.filter(|_| life.ledger.demand >= owed) {
        life.ledger.repay(day, at, owed, Channel::Branch);
        life.needs.paid_off = Some(day);
    }
}
