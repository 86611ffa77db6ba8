//! The books of one customer: current account, positions, the month's transactions.
//!
//! Invariants: the current account changes only by a posted transaction, so its balance follows the
//! flows exactly; nothing is ever negative; one position per product number.

use super::bank::{DEMAND, PRODUCTS};
use super::codes::{Channel, Kind, ProductKind};
use super::draws::Draws;
use super::rows::{Holding, Transaction};

/// One position besides the current account.
#[derive(Clone, Debug)]
pub struct Position {
    pub product: u8,
    pub balance: i64,
    pub cost: i64,
    /// Price effect and accrued yield of this month.
    pub change: i64,
    pub started: i32,
    pub matures: Option<i32>,
    pub limit: Option<i64>,
}

impl Position {
    /// Kind of its product.
    pub fn kind(&self) -> ProductKind {
        PRODUCTS[self.product as usize].kind
    }
}

/// Where money went or came from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Elsewhere {
    pub is_own: bool,
    pub bank: u8,
}

/// The books of one customer.
#[derive(Debug)]
pub struct Ledger {
    customer: u32,
    sequence: u32,
    pub demand: i64,
    pub positions: Vec<Position>,
    pub rows: Vec<Transaction>,
    /// Last day on which he started something himself.
    pub last_act: i32,
}

impl Ledger {
    /// Empty books.
    pub fn new(customer: u32, last_act: i32) -> Self {
        Self { customer, sequence: 0, demand: 0, positions: Vec::new(), rows: Vec::new(), last_act }
    }

    /// Books an amount signed into the account; what is not there cannot leave.
    pub fn post(&mut self, day: i32, kind: Kind, cents: i64, channel: Channel, to: Elsewhere) -> i64 {
        self.post_for(day, kind, cents, channel, to, ProductKind::DemandDeposit)
    }

    fn post_for(
        &mut self,
        day: i32,
        kind: Kind,
        cents: i64,
        channel: Channel,
        to: Elsewhere,
        product: ProductKind,
    ) -> i64 {
        let cents = cents.max(-self.demand);
        if cents == 0 {
            return 0;
        }
        self.demand += cents;
        if kind.is_customer_started() {
            self.last_act = self.last_act.max(day);
        }
        self.rows.push(Transaction {
            customer: self.customer,
            sequence: 0,
            day,
            cents,
            kind,
            product,
            channel,
            is_own_elsewhere: to.is_own,
            other_bank: to.bank,
        });
        cents
    }

    /// Buys for at most `cents`; a product held already grows, unless it has a term.
    pub fn buy(&mut self, day: i32, product: u8, cents: i64, channel: Channel) {
        let offer = &PRODUCTS[product as usize];
        let held = self.positions.iter().position(|p| p.product == product);
        if held.is_some() && offer.term_days.is_some() {
            return;
        }
        let paid =
            -self.post_for(day, Kind::Purchase, -cents.max(0), channel, Elsewhere::default(), offer.kind);
        if paid == 0 {
            return;
        }
        match held {
            Some(at) => {
                self.positions[at].balance += paid;
                self.positions[at].cost += paid;
            }
            None => self.hold(product, paid, day, offer.term_days.map(|term| day + term), None),
        }
    }

    /// Adds a position without a flow: what stood there before the history began.
    pub fn hold(
        &mut self,
        product: u8,
        balance: i64,
        started: i32,
        matures: Option<i32>,
        limit: Option<i64>,
    ) {
        self.positions.push(Position { product, balance, cost: balance, change: 0, started, matures, limit });
    }

    /// Sells part of a position; an empty one disappears.
    pub fn redeem(&mut self, day: i32, at: usize, cents: i64, channel: Channel) -> i64 {
        let Some(position) = self.positions.get_mut(at) else { return 0 };
        let cents = cents.clamp(0, position.balance);
        let kind = position.kind();
        if cents == position.balance {
            self.positions.remove(at);
        } else {
            position.cost -= (position.cost as f64 * cents as f64 / position.balance as f64) as i64;
            position.balance -= cents;
        }
        self.post_for(day, Kind::Redemption, cents, channel, Elsewhere::default(), kind)
    }

    /// Sells the largest positions until the current account holds `needed`, or nothing is left.
    pub fn raise(&mut self, day: i32, needed: i64, channel: Channel) {
        while self.demand < needed {
            let largest = (0..self.positions.len())
                .filter(|&at| !self.positions[at].kind().is_debt())
                .max_by_key(|&at| self.positions[at].balance);
            let Some(at) = largest else { return };
            self.redeem(day, at, self.positions[at].balance, channel);
        }
    }

    /// Pays back part of a debt.
    pub fn repay(&mut self, day: i32, at: usize, cents: i64, channel: Channel) {
        let Some(position) = self.positions.get(at) else { return };
        let (owed, kind) = (position.balance, position.kind());
        let cents = cents.min(owed);
        let paid = -self.post_for(day, Kind::LoanRepayment, -cents, channel, Elsewhere::default(), kind);
        let position = &mut self.positions[at];
        position.balance -= paid;
        position.cost = position.balance;
        if position.balance == 0 && !kind.is_revolving() {
            self.positions.remove(at);
        }
    }

    /// Takes out a loan; the money comes into the current account.
    pub fn borrow(&mut self, day: i32, product: u8, cents: i64, term_days: i32) {
        let kind = PRODUCTS[product as usize].kind;
        self.post_for(day, Kind::LoanDrawdown, cents, Channel::Branch, Elsewhere::default(), kind);
        self.hold(product, cents, day, Some(day + term_days), None);
    }

    /// What counts in AUM.
    pub fn assets(&self) -> i64 {
        let held = self.positions.iter().filter(|p| !p.kind().is_debt());
        self.demand + held.map(|p| p.balance).sum::<i64>()
    }

    /// Whether a loan with instalments is open.
    pub fn has_instalments(&self) -> bool {
        self.positions.iter().any(|p| p.kind().is_debt() && !p.kind().is_revolving())
    }

    /// Prices move and yields accrue, once a month.
    pub fn revalue(&mut self, market: f64, draws: &mut Draws) {
        for position in self.positions.iter_mut().filter(|p| !p.kind().is_debt()) {
            let offer = &PRODUCTS[position.product as usize];
            let beta = offer.kind.market_beta();
            let own = if beta > 0.0 { 0.02 * beta * draws.normal() } else { 0.0 };
            let effect = beta * market + own + f64::from(offer.rate_bp) / 120_000.0;
            position.change = (position.balance as f64 * effect.max(-0.9)) as i64;
            position.balance += position.change;
        }
    }

    /// Frames that have run out are renewed: a card for four years, a credit line for one.
    pub fn renew_frames(&mut self, day: i32) {
        for frame in self.positions.iter_mut().filter(|p| p.kind().is_revolving()) {
            let term = if frame.kind() == ProductKind::Card { 4 * 365 } else { 365 };
            frame.matures = frame.matures.map(|due| if due <= day { due + term } else { due });
        }
    }

    /// The month's transactions in order of their days, numbered on.
    pub fn close_month(&mut self, out: &mut Vec<Transaction>) {
        self.rows.sort_by_key(|row| row.day);
        for row in &mut self.rows {
            row.sequence = self.sequence;
            self.sequence += 1;
        }
        out.append(&mut self.rows);
    }

    /// The month-end snapshot.
    pub fn snapshot(&self, day: i32, opened: i32, out: &mut Vec<Holding>) {
        let account = Holding {
            day,
            customer: self.customer,
            product: DEMAND,
            kind: ProductKind::DemandDeposit,
            balance: self.demand,
            cost: None,
            change: None,
            rate_bp: PRODUCTS[DEMAND as usize].rate_bp,
            started: opened,
            matures: None,
            limit: None,
        };
        out.push(account);
        out.extend(self.positions.iter().map(|position| self.holding(day, position)));
    }

    fn holding(&self, day: i32, position: &Position) -> Holding {
        let is_debt = position.kind().is_debt();
        Holding {
            day,
            customer: self.customer,
            product: position.product,
            kind: position.kind(),
            balance: position.balance,
            cost: (!is_debt).then_some(position.cost),
            change: (!is_debt).then_some(position.change),
            rate_bp: PRODUCTS[position.product as usize].rate_bp,
            started: position.started,
            matures: position.matures,
            limit: position.limit,
        }
    }
}
