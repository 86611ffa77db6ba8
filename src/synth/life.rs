//! One customer's life: month by month, from the first month in which he is a customer.
//!
//! Reads: the world (months, market, staff, table of crossings). Writes: rows of his own into a
//! [`Chunk`]. His draws depend on (seed, index) alone.

use super::agenda::{agenda, looks_in, tempo_left};
use super::bank::{self, Bank, PRODUCTS};
use super::calendar::Month;
use super::chain::{self, Circumstances, Rates};
use super::codes::{ProductKind, Reason, State};
use super::draws::Draws;
use super::flows;
use super::hazard::{Crossing, Latent, hazard};
use super::ledger::Ledger;
use super::needs::Needs;
use super::person::{self, Customer};
use super::plan::Plan;
use super::rows::{Account, Contact, Holding, Transaction, Truth};
use super::service;
use super::traits::{HIGH_TEMPO, Traits};

const FAMILY: u64 = 4;

/// What all customers share.
pub struct World {
    pub seed: u64,
    pub months: Vec<Month>,
    pub market: Vec<f64>,
    pub bank: Bank,
    pub crossing: Crossing,
}

/// Rows of a run of customers; per month where files are per month.
pub struct Chunk {
    pub customers: Vec<Customer>,
    pub accounts: Vec<Account>,
    pub transactions: Vec<Vec<Transaction>>,
    pub holdings: Vec<Vec<Holding>>,
    pub contacts: Vec<Contact>,
    pub truth: Vec<Truth>,
}

impl Chunk {
    /// No rows yet.
    pub fn new(months: usize) -> Self {
        Self {
            customers: Vec::new(),
            accounts: Vec::new(),
            transactions: vec![Vec::new(); months],
            holdings: vec![Vec::new(); months],
            contacts: Vec::new(),
            truth: Vec::new(),
        }
    }
}

/// One customer while he lives.
pub struct Life<'a> {
    pub world: &'a World,
    pub traits: Traits,
    pub draws: Draws,
    pub ledger: Ledger,
    pub state: State,
    pub months_cooling: u32,
    /// Part of his tempo that is left while cooling.
    pub cooling_tempo: f64,
    pub salary_is_paid: bool,
    pub plan: Option<Plan>,
    pub reason: Reason,
    pub closed: Option<(i32, Reason)>,
    pub is_dead: bool,
    /// Cents of the last large sum that he will take back, or send back if negative.
    pub away: i64,
    pub channel_weights: [f64; 5],
    /// Product numbers that he is ready to hold.
    pub taste: Vec<u8>,
    pub needs: Needs,
    pub last_contact: Option<i32>,
    /// Last complaint: opened, resolved.
    pub complaint: Option<(i32, Option<i32>)>,
    /// Assets at the last three month ends, the oldest first.
    assets: [i64; 3],
}

/// Lives customer `index` and appends his rows.
pub fn live(world: &World, index: u32, out: &mut Chunk) {
    let mut life = Life::begin(world, index);
    for (at, month) in world.months.iter().enumerate() {
        if month.last < life.traits.opened || life.closed.is_some() {
            continue;
        }
        life.month(at, month, out);
    }
    out.accounts.extend(person::accounts(&life));
    out.customers.push(person::customer(&mut life));
}

impl<'a> Life<'a> {
    fn begin(world: &'a World, index: u32) -> Self {
        let mut draws = Draws::new(world.seed, FAMILY, u64::from(index));
        let traits = Traits::draw(&mut draws, index, &world.months, &world.bank);
        let start = world.months[0].first;
        let mut channel_weights = [0.5, 0.15, 0.1, 0.2, 0.05];
        channel_weights.iter_mut().for_each(|w: &mut f64| *w *= draws.between(0.2, 1.8));
        let taste = person::taste(&mut draws, &traits);
        let idle = (-draws.unit().ln() * 30.0 / traits.tempo).min(f64::from(traits.patience_days));
        let mut life = Self {
            world,
            ledger: Ledger::new(index, start.max(traits.opened) - idle as i32),
            state: if traits.is_new { State::Settling } else { State::Active },
            months_cooling: 0,
            cooling_tempo: 1.0,
            salary_is_paid: true,
            plan: None,
            reason: Reason::None,
            closed: None,
            is_dead: false,
            away: 0,
            channel_weights,
            taste,
            needs: Needs::draw(world.seed, index, traits.opened),
            last_contact: None,
            complaint: None,
            assets: [0; 3],
            traits,
            draws,
        };
        if !life.traits.is_new {
            person::endow(&mut life, start);
            life.assets = [life.ledger.assets(); 3];
            life.warm_up(start);
        }
        life
    }

    /// The first stock holds some in every state, as any other month does.
    fn warm_up(&mut self, start: i32) {
        let rates = self.rates(start);
        let share = rates.cool / (rates.cool + rates.leave + rates.back);
        if self.draws.chance(share) {
            self.cool();
            self.months_cooling = self.draws.day(1, 3) as u32;
        } else if self.draws.chance(rates.forget * 12.0 + 0.02) {
            self.state = State::Silent;
            self.ledger.last_act = start - self.draws.day(1, 400);
        }
    }

    fn month(&mut self, at: usize, month: &Month, out: &mut Chunk) {
        if month.first > self.traits.opened {
            self.transition(month);
        }
        for (day, intent) in agenda(self, month) {
            flows::act(self, day, intent, month);
        }
        service::month(self, month, &mut out.contacts);
        self.ledger.revalue(self.world.market[at], &mut self.draws);
        self.ledger.renew_frames(month.last);
        self.ledger.close_month(&mut out.transactions[at]);
        if self.closed.is_some() {
            return;
        }
        self.ledger.snapshot(month.last, self.traits.opened, &mut out.holdings[at]);
        let truth = self.truth(month);
        out.truth.push(truth);
        self.assets = [self.assets[1], self.assets[2], self.ledger.assets()];
    }

    /// Day on which the account will be closed, if that is decided.
    pub fn ends_on(&self) -> Option<i32> {
        self.plan.as_ref().and_then(|plan| plan.close)
    }

    /// The kind of loan that he would take.
    pub fn loan_kind(&self) -> ProductKind {
        if self.traits.is_institution { ProductKind::BusinessLoan } else { ProductKind::ConsumerLoan }
    }

    fn rates(&self, day: i32) -> Rates {
        let manager = self.traits.manager.map(|m| &self.world.bank.managers[m as usize]);
        let now = Circumstances {
            skill: manager.map_or(-0.5, |m| m.skill),
            manager_has_left: manager.and_then(|m| m.left_on).is_some_and(|left| left <= day),
            is_cared_for: self.last_contact.is_some_and(|contact| day - contact <= 60),
            is_aggrieved: self.complaint.is_some_and(|(_, resolved)| resolved.is_none_or(|r| r > day)),
            is_settling: self.state == State::Settling,
        };
        chain::rates(&self.traits, now)
    }

    fn transition(&mut self, month: &Month) {
        let day = month.first - 1;
        if self.plan.is_some() {
            return self.finish_plan(day);
        }
        if self.draws.chance(chain::DEATH + chain::MERGER) {
            return self.end(month);
        }
        let rates = self.rates(day);
        let u = self.draws.unit();
        match self.state {
            State::Settling | State::Active => self.when_active(u, &rates, day),
            State::Cooling => self.when_cooling(u, &rates, day),
            State::Silent if u < chain::WAKE => self.wake(),
            State::Silent if u < chain::WAKE + chain::ABANDON => self.abandon(day),
            State::Silent | State::Leaving => {}
        }
    }

    fn when_active(&mut self, u: f64, rates: &Rates, day: i32) {
        if u < rates.cool {
            self.cool();
        } else if u < rates.cool + rates.surprise {
            self.reason = person::reason(&mut self.draws);
            self.leave(day, true);
        } else if u < rates.cool + rates.surprise + rates.forget {
            self.state = State::Silent;
            self.salary_is_paid &= self.draws.chance(0.5);
        } else if day - self.traits.opened > chain::SETTLING_MONTHS as i32 * 30 {
            self.state = State::Active;
        }
    }

    fn when_cooling(&mut self, u: f64, rates: &Rates, day: i32) {
        let (leave, back) = rates.out_of_cooling(self.months_cooling);
        if u < leave {
            self.leave(day, false);
        } else if u < leave + back {
            self.state = State::Active;
            self.reason = Reason::None;
            self.salary_is_paid |= self.draws.chance(0.7);
        } else {
            self.months_cooling += 1;
            self.salary_is_paid &= !self.draws.chance(0.15);
        }
    }

    fn cool(&mut self) {
        self.state = State::Cooling;
        self.months_cooling = 1;
        self.cooling_tempo = self.draws.between(0.05, 0.42);
        self.reason = person::reason(&mut self.draws);
        self.salary_is_paid &= !self.draws.chance(0.4);
    }

    fn leave(&mut self, day: i32, may_stay: bool) {
        self.state = State::Leaving;
        let mut plan = Plan::leave(&mut self.draws, day, self.ledger.assets() as f64, self.reason, may_stay);
        if self.ledger.has_instalments() {
            plan.close = None; // who owes cannot close
        }
        self.reason = plan.reason;
        self.salary_is_paid &= plan.stays || self.draws.chance(0.3);
        self.plan = Some(plan);
    }

    fn end(&mut self, month: &Month) {
        let is_death = self.draws.chance(chain::DEATH / (chain::DEATH + chain::MERGER));
        self.reason = if is_death { Reason::Deceased } else { Reason::Merged };
        let wait = if is_death { self.draws.day(20, 75) } else { self.draws.day(1, 25) };
        self.plan = Some(Plan::end(month.first + wait, self.ledger.assets() as f64, self.reason));
        self.is_dead = is_death && !self.traits.is_institution;
        self.salary_is_paid = false;
        self.state = State::Silent;
    }

    /// Closes a forgotten account, unless a loan keeps it open.
    fn abandon(&mut self, day: i32) {
        if !self.ledger.has_instalments() {
            self.plan = Some(Plan::abandon(&mut self.draws, day, self.ledger.assets() as f64, self.reason));
        }
    }

    fn finish_plan(&mut self, day: i32) {
        let Some(plan) = self.plan.take_if(|plan| plan.is_done(day)) else { return };
        self.state = if plan.stays { State::Active } else { State::Silent };
        self.resize();
    }

    fn wake(&mut self) {
        self.state = State::Active;
        self.reason = Reason::None;
        self.resize();
    }

    /// After a departure he means to keep what is left, and lives accordingly.
    fn resize(&mut self) {
        let left = (self.ledger.assets() as f64).max(1_000e2);
        let part = (left / self.traits.wealth).min(1.0);
        self.traits.wealth *= part;
        self.traits.budget *= part;
    }

    fn truth(&self, month: &Month) -> Truth {
        let state = self.state;
        let tempo = self.traits.tempo * tempo_left(self);
        let automatic = self.ledger.has_instalments() && self.ledger.demand > 0;
        let idle = |tempo: f64, state: State| {
            if automatic { 0.0 } else { (-tempo).exp() * (1.0 - looks_in(state)) }
        };
        let latent = Latent {
            t: month.last,
            state,
            months_cooling: self.months_cooling,
            rates: self.rates(month.last),
            plan: self.plan.as_ref(),
            baseline: self.assets.iter().sum::<i64>() as f64 / 3.0,
            days_silent: month.last - self.ledger.last_act,
            idle_active: idle(self.traits.tempo, State::Active),
            idle_cooling: idle(self.traits.tempo * 0.23, State::Cooling),
            is_automatic: automatic,
        };
        Truth {
            customer: self.traits.index,
            day: month.last,
            state,
            reason: self.reason,
            hazard: hazard(&latent, &self.world.crossing),
            levels: [self.traits.is_high_value(), self.traits.is_loyal, tempo >= HIGH_TEMPO],
        }
    }
}

/// Whether a product number is something with a term.
pub fn has_term(product: u8) -> bool {
    PRODUCTS[product as usize].term_days.is_some()
}

/// First product number of a kind.
pub fn first_of(kind: ProductKind) -> Option<u8> {
    bank::on_sale(kind).next()
}
