//! The true probability of the loss event in (t+7, t+97], by running the chain forward from t.
//!
//! Reads the latent state at t only (state, plan already decided, silence so far, rates now), never
//! what was later drawn. Approximations: rates stay as they are at t; months have 30.4 days; ordinary
//! spending never empties an account.

use super::chain::{ABANDON, Rates, WAKE};
use super::codes::{Reason, State};
use super::draws::Draws;
use super::plan::Plan;

const FAMILY: u64 = 3;
/// The event counts in (GAP, GAP + HORIZON] days after t.
const GAP: i32 = 7;
const HORIZON: i32 = 90;
/// Silence of so many days is a loss.
const SILENCE: i32 = 180;
/// Outflow of this part of the baseline is a loss.
const OUTFLOW: f64 = 0.5;
const MONTH: f64 = 30.4;
/// Months that begin before t+97 ends.
const STEPS: usize = 4;
/// Plans drawn for the table of crossing probabilities: standard error under half a per cent.
const SAMPLES: u32 = 20_000;
/// Even a decided plan meets returning salaries and rounding; even an ended one meets chance.
const ALMOST: f64 = 0.985;
const HARDLY: f64 = 0.01;

/// Probability that a departure begun in the j-th month after t becomes a loss within the window.
pub struct Crossing {
    planned: [f64; STEPS],
    surprise: [f64; STEPS],
    abandoned: [f64; STEPS],
}

impl Crossing {
    /// Tabulated once per run from the same plans that customers draw.
    pub fn tabulate(seed: u64) -> Self {
        let mut draws = Draws::new(seed, FAMILY, 0);
        let leave =
            |may_stay| move |draws: &mut Draws, from| Plan::leave(draws, from, 1.0, Reason::None, may_stay);
        Self {
            planned: table(&mut draws, leave(false)),
            surprise: table(&mut draws, leave(true)),
            abandoned: table(&mut draws, |draws, from| Plan::abandon(draws, from, 1.0, Reason::None)),
        }
    }
}

fn table(draws: &mut Draws, plan: impl Fn(&mut Draws, i32) -> Plan) -> [f64; STEPS] {
    std::array::from_fn(|step| {
        let from = (step as f64 * MONTH) as i32;
        let hits = (0..SAMPLES).filter(|_| in_window(plan(draws, from).loss_day(0, OUTFLOW), 0)).count();
        hits as f64 / f64::from(SAMPLES)
    })
}

/// What is known of a customer at t.
pub struct Latent<'a> {
    pub t: i32,
    pub state: State,
    pub months_cooling: u32,
    pub rates: Rates,
    pub plan: Option<&'a Plan>,
    /// Baseline of the label: the 3-month average of assets, in cents.
    pub baseline: f64,
    pub days_silent: i32,
    /// Probability of no act in one month when active, and when cooling, at this length of silence.
    pub idle_active: f64,
    pub idle_cooling: f64,
    /// Instalments go on by themselves, and count as acts.
    pub is_automatic: bool,
}

/// The hazard, in [0, 1].
pub fn hazard(latent: &Latent<'_>, crossing: &Crossing) -> f64 {
    let silent = silence(latent);
    let lost = match latent.plan {
        Some(plan) => decided(latent, plan),
        None => departure(latent, crossing),
    };
    (1.0 - (1.0 - silent) * (1.0 - lost)).clamp(0.0, 1.0)
}

fn decided(latent: &Latent<'_>, plan: &Plan) -> f64 {
    if matches!(plan.reason, Reason::Deceased | Reason::Merged) {
        return 0.0; // the label excludes both
    }
    let part = OUTFLOW * latent.baseline / plan.base.max(1.0);
    if in_window(plan.loss_day(latent.t, part), latent.t) { ALMOST } else { HARDLY }
}

fn in_window(day: Option<i32>, t: i32) -> bool {
    day.is_some_and(|day| day > t + GAP && day <= t + GAP + HORIZON)
}

/// Mass that begins to go in one month.
struct Going {
    planned: f64,
    surprise: f64,
    abandoned: f64,
}

/// Mass over the states while the chain runs; cooling by months spent there.
struct Mass {
    active: f64,
    cooling: [f64; 5],
    silent: f64,
}

impl Mass {
    fn at(latent: &Latent<'_>) -> Self {
        let mut mass = Self { active: 0.0, cooling: [0.0; 5], silent: 0.0 };
        match latent.state {
            State::Cooling => mass.cooling[latent.months_cooling.min(4) as usize] = 1.0,
            State::Silent | State::Leaving => mass.silent = 1.0,
            State::Active | State::Settling => mass.active = 1.0,
        }
        mass
    }

    /// One month; `may_close` unless a loan keeps the account open.
    fn step(&mut self, rates: &Rates, may_close: bool) -> Going {
        let (mut planned, mut back) = (0.0, 0.0);
        let mut cooling = [0.0; 5];
        for (months, &mass) in self.cooling.iter().enumerate() {
            let (leave, home) = rates.out_of_cooling(months as u32);
            planned += mass * leave;
            back += mass * home;
            cooling[(months + 1).min(4)] += mass * (1.0 - leave - home).max(0.0);
        }
        let surprise = self.active * rates.surprise;
        cooling[1] += self.active * rates.cool;
        let woken = self.silent * WAKE;
        let abandoned = if may_close { self.silent * ABANDON } else { 0.0 };
        self.silent += self.active * rates.forget - woken - abandoned;
        self.active *= 1.0 - rates.surprise - rates.cool - rates.forget;
        self.active += back + woken;
        self.cooling = cooling;
        Going { planned, surprise, abandoned }
    }
}

fn departure(latent: &Latent<'_>, crossing: &Crossing) -> f64 {
    let mut mass = Mass::at(latent);
    let mut lost = 0.0;
    for step in 0..STEPS {
        let going = mass.step(&latent.rates, !latent.is_automatic);
        lost += going.planned * crossing.planned[step]
            + going.surprise * crossing.surprise[step]
            + going.abandoned * crossing.abandoned[step];
    }
    lost
}

/// Probability that the present silence reaches 180 days within the window.
fn silence(latent: &Latent<'_>) -> f64 {
    let needed = SILENCE - latent.days_silent;
    if needed <= GAP || needed > GAP + HORIZON || latent.is_automatic || plan_acts(latent, needed) {
        return 0.0;
    }
    let mut mass = Mass::at(latent);
    let mut left = f64::from(needed) / MONTH;
    while left > 0.0 {
        let part = left.min(1.0);
        let _is_no_silence = mass.step(&latent.rates, !latent.is_automatic);
        mass.active *= latent.idle_active.powf(part);
        mass.cooling.iter_mut().for_each(|m| *m *= latent.idle_cooling.powf(part));
        left -= 1.0;
    }
    mass.active + mass.cooling.iter().sum::<f64>() + mass.silent
}

fn plan_acts(latent: &Latent<'_>, needed: i32) -> bool {
    let until = latent.t + needed;
    latent.plan.is_some_and(|plan| plan.pieces.iter().any(|p| p.0 > latent.t && p.0 < until))
}
