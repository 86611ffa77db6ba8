//! The master data of a customer: what he starts with and what the bank has on file about him.
//!
//! `customers` shows closings as of the end of the history, as a core system would export it; the
//! undated rest (satisfaction, assets elsewhere, card) follows his traits alone and hints at no loss.

use super::bank;
use super::codes::{Channel, ProductKind, Reason, State};
use super::draws::Draws;
use super::ledger::Position;
use super::life::{Life, first_of, has_term};
use super::names;
use super::rows::Account;
use super::service;
use super::sink::{Cells, Row, Type};
use super::traits::Traits;

/// Tastes and their weights: deposits before funds, trusts for few.
const TASTES: [(ProductKind, f64); 9] = [
    (ProductKind::TimeDeposit, 0.30),
    (ProductKind::Wealth, 0.22),
    (ProductKind::Fund, 0.14),
    (ProductKind::Securities, 0.08),
    (ProductKind::Insurance, 0.09),
    (ProductKind::BondFund, 0.07),
    (ProductKind::Structured, 0.05),
    (ProductKind::TreasuryBond, 0.05),
    (ProductKind::Trust, 0.02),
];
const CARD_TIERS: [&str; 4] = ["standard", "gold", "platinum", "diamond"];
const EDUCATION: [&str; 4] = ["secondary", "college", "bachelor", "postgraduate"];

/// A row of `customers`.
#[derive(Clone, Debug)]
pub struct Customer {
    traits: Traits,
    closed: Option<(i32, Reason)>,
    birth: Option<i32>,
    gender: Option<&'static str>,
    occupation: Option<&'static str>,
    education: Option<&'static str>,
    risk_level: Option<i32>,
    card_tier: Option<&'static str>,
    other_assets: Option<i64>,
    satisfaction: Option<i32>,
    wants_marketing: bool,
    is_dead: bool,
    legal_hold: bool,
    preferred: Option<Channel>,
    name: String,
}

impl Row for Customer {
    const COLUMNS: &'static [(&'static str, Type)] = &[
        ("customer_id", Type::Text),
        ("opened_on", Type::Date),
        ("manager_id", Type::Text),
        ("branch_id", Type::Text),
        ("closed_on", Type::Date),
        ("close_reason", Type::Text),
        ("birth_date", Type::Date),
        ("gender", Type::Text),
        ("occupation", Type::Text),
        ("education", Type::Text),
        ("risk_level", Type::Int),
        ("card_tier", Type::Text),
        ("customer_kind", Type::Text),
        ("other_bank_assets", Type::Money),
        ("satisfaction", Type::Int),
        ("contact_allowed", Type::Flag),
        ("marketing_allowed", Type::Flag),
        ("deceased", Type::Flag),
        ("legal_hold", Type::Flag),
        ("preferred_channel", Type::Text),
        ("name", Type::Text),
        ("phone", Type::Text),
    ];

    fn cells(&self, to: &mut Cells) {
        to.id('C', u64::from(self.traits.index), 8);
        to.date(Some(self.traits.opened));
        to.maybe_id('M', self.traits.manager.map(|m| u64::from(m) + 1), 5);
        to.id('B', u64::from(self.traits.branch) + 1, 4);
        to.date(self.closed.map(|closed| closed.0));
        to.text(self.closed.and_then(|closed| told(closed.1)));
        to.date(self.birth);
        to.text(self.gender);
        to.text(self.occupation);
        to.text(self.education);
        to.int(self.risk_level);
        to.text(self.card_tier);
        to.text(Some(if self.traits.is_institution { "institution" } else { "individual" }));
        to.money(self.other_assets);
        to.int(self.satisfaction);
        to.flag(Some(self.traits.wants_contact));
        to.flag(Some(self.wants_marketing));
        to.flag(Some(self.is_dead));
        to.flag(Some(self.legal_hold));
        to.text(self.preferred.map(Channel::word));
        to.text(Some(&self.name));
        to.text(Some(&names::phone(self.traits.index)));
    }
}

/// What the bank writes down as the reason of a closing; the rest it was never told.
fn told(reason: Reason) -> Option<&'static str> {
    (!matches!(reason, Reason::None | Reason::LifeEvent)).then(|| reason.word())
}

/// Why somebody goes. Half are lost to a competitor or to price.
pub fn reason(draws: &mut Draws) -> Reason {
    const REASONS: [Reason; 6] =
        [Reason::Competitor, Reason::Price, Reason::Service, Reason::Moved, Reason::LifeEvent, Reason::None];
    REASONS[draws.weighted(&[0.3, 0.2, 0.2, 0.08, 0.07, 0.15])]
}

/// Product numbers that he is ready to hold, distinct.
pub fn taste(draws: &mut Draws, traits: &Traits) -> Vec<u8> {
    let weights = TASTES.map(|(_, weight)| weight);
    let mut taste: Vec<u8> = Vec::new();
    for _ in 0..traits.breadth {
        let kind = TASTES[draws.weighted(&weights)].0;
        let offers: Vec<u8> = bank::on_sale(kind).collect();
        let product = offers[draws.index(offers.len())];
        if !taste.contains(&product) {
            taste.push(product);
        }
    }
    taste
}

/// What an old customer has on the first day: balances, terms under way, loans, a card.
pub fn endow(life: &mut Life<'_>, start: i32) {
    let wealth = life.traits.wealth;
    let taste = life.taste.clone();
    let in_account = if taste.is_empty() { 1.0 } else { life.traits.demand_share };
    life.ledger.demand = (wealth * in_account) as i64;
    let weights: Vec<f64> = taste.iter().map(|_| life.draws.between(0.3, 1.7)).collect();
    let sum: f64 = weights.iter().sum();
    for (&product, weight) in taste.iter().zip(weights) {
        let cents = (wealth * (1.0 - in_account) * weight / sum) as i64;
        hold(life, product, cents, start);
    }
    debts(life, start);
}

fn hold(life: &mut Life<'_>, product: u8, cents: i64, start: i32) {
    let term = bank::PRODUCTS[product as usize].term_days;
    let age = life.draws.day(1, term.unwrap_or(900) - 1);
    let started = (start - age).max(life.traits.opened);
    life.ledger.hold(product, cents, started, term.map(|term| (started + term).max(start)), None);
    if !has_term(product)
        && let Some(position) = life.ledger.positions.last_mut()
    {
        position.cost = (cents as f64 * life.draws.between(0.8, 1.15)) as i64;
    }
}

fn debts(life: &mut Life<'_>, start: i32) {
    let budget = life.traits.budget;
    let loan = if life.traits.is_institution { ProductKind::BusinessLoan } else { ProductKind::Mortgage };
    // Instalments of under half a budget, so that they can be paid.
    if life.draws.chance(0.11)
        && let Some(product) = first_of(loan)
    {
        let months = life.draws.day(12, 200);
        let cents = (budget * life.draws.between(0.2, 0.4)) as i64 * i64::from(months);
        life.ledger.hold(product, cents, start - 800, Some(start + months * 30), None);
    }
    let has_line = if life.traits.is_institution { 0.5 } else { 0.08 };
    if life.draws.chance(has_line)
        && let Some(product) = first_of(ProductKind::CreditLine)
    {
        let limit = ((budget * 6.0) as i64 / 100_000 + 1) * 100_000;
        let drawn = (limit as f64 * life.draws.between(0.0, 0.8)) as i64;
        let due = start + life.draws.day(10, 360);
        life.ledger.hold(product, drawn, start - 300, Some(due), Some(limit));
    }
    if !life.traits.is_institution
        && life.draws.chance(0.13)
        && let Some(product) = first_of(ProductKind::Card)
    {
        let expiry = start + life.draws.day(30, 1500);
        let limit = ((budget * 1.5) as i64 / 100_000 + 1) * 100_000;
        life.ledger.hold(product, 0, start - 400, Some(expiry), Some(limit));
    }
}

/// His accounts: the current account, custody if he holds securities, sometimes a second person.
pub fn accounts(life: &Life<'_>) -> Vec<Account> {
    let customer = life.traits.index;
    let closed = life.closed.map(|closed| closed.0);
    let own = |letter, kind| Account {
        letter,
        number: customer,
        customer,
        role: "owner",
        opened: life.traits.opened,
        closed,
        kind,
    };
    let mut accounts = vec![own('A', ProductKind::DemandDeposit)];
    if life.ledger.positions.iter().any(|p: &Position| p.kind() == ProductKind::Securities) {
        accounts.push(own('S', ProductKind::Securities));
    }
    // One account in 25 has the previous customer as a second person.
    if customer % 25 == 7 {
        let joint = own('A', ProductKind::DemandDeposit);
        accounts.push(Account { customer: customer - 1, role: "joint", ..joint });
    }
    accounts
}

/// The master record at the end of the history.
pub fn customer(life: &mut Life<'_>) -> Customer {
    let index = life.traits.index;
    let is_person = !life.traits.is_institution;
    let stated = |draws: &mut Draws, share: f64| draws.chance(share);
    let draws = &mut life.draws;
    let needs = &life.needs;
    let birth = (is_person && stated(draws, 0.97)).then_some(needs.birth);
    let gender = (is_person && stated(draws, 0.97)).then_some(if needs.is_woman { "F" } else { "M" });
    let occupation = (is_person && stated(draws, 0.85)).then(|| needs.occupation());
    let education =
        (is_person && stated(draws, 0.7)).then(|| EDUCATION[draws.weighted(&[0.3, 0.3, 0.3, 0.1])]);
    let risk_level = stated(draws, 0.8).then(|| draws.day(1, 5));
    let other_assets = stated(draws, 0.6).then(|| declared(draws, &life.traits));
    let wants_marketing = draws.chance(0.86);
    let legal_hold = draws.chance(0.003);
    let preferred =
        stated(draws, 0.6).then(|| [Channel::Mobile, Channel::Phone, Channel::Branch][draws.index(3)]);
    let name = names::name(draws, !is_person, index);
    let satisfaction = life.draws.chance(0.55).then(|| service::satisfaction(life, State::Active));
    Customer {
        closed: life.closed,
        birth,
        gender,
        occupation,
        education,
        risk_level,
        card_tier: card_tier(life),
        other_assets,
        satisfaction,
        wants_marketing,
        is_dead: life.is_dead,
        legal_hold,
        preferred,
        name,
        traits: life.traits.clone(),
    }
}

/// What he says he has elsewhere, rounded to thousands as people do.
fn declared(draws: &mut Draws, traits: &Traits) -> i64 {
    let true_cents = traits.wealth_first * traits.elsewhere / (1.0 - traits.elsewhere);
    (true_cents * draws.log_normal(0.0, 0.3) / 100_000.0) as i64 * 100_000
}

/// Cards follow wealth, late: some who could have a better one have not been offered it.
fn card_tier(life: &mut Life<'_>) -> Option<&'static str> {
    let wealth = life.traits.wealth_first;
    let due = [0.0, 500_000e2, 2_000_000e2, 10_000_000e2].iter().filter(|&&from| wealth >= from).count();
    let behind = usize::from(life.draws.chance(0.35));
    life.draws.chance(0.9).then(|| CARD_TIERS[due.saturating_sub(1 + behind)])
}
