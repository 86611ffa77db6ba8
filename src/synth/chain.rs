//! The Markov chain of states: monthly rates and what moves them.
//!
//! The only place that knows the rates: `life` draws from them, `hazard` runs them forward.

use super::traits::Traits;

/// Active to cooling, a month, at a pull of one.
const COOLING: f64 = 0.0160;
/// Active to leaving without a warning.
const SURPRISE: f64 = 0.0042;
/// Active to silent without a warning: the account is just forgotten.
const FORGET: f64 = 0.0032;
/// Cooling to leaving and back to active: about six in ten who cool do leave.
const LEAVING: f64 = 0.27;
const RETURN: f64 = 0.17;
/// Cooling lasts at most so long; then it is decided one way or the other.
const COOLING_MONTHS_MAX: u32 = 4;
/// Silent to active. Small, so that 180 days of silence are a loss in nine of ten cases.
pub const WAKE: f64 = 0.02;
/// Silent to closed: a forgotten account is given up sooner or later.
pub const ABANDON: f64 = 0.035;
/// Deaths and mergers of accounts, a month.
pub const DEATH: f64 = 0.0005;
pub const MERGER: f64 = 0.0003;
/// A newcomer settles for so many months.
pub const SETTLING_MONTHS: u32 = 4;

/// What a month holds for a customer beyond his traits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances {
    /// Skill of his manager, -1 to 1.
    pub skill: f64,
    pub manager_has_left: bool,
    /// Reached by the bank within 60 days.
    pub is_cared_for: bool,
    /// A complaint is open.
    pub is_aggrieved: bool,
    pub is_settling: bool,
}

/// Monthly probabilities out of each state.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub cool: f64,
    pub surprise: f64,
    pub forget: f64,
    pub leave: f64,
    pub back: f64,
}

/// The rates of one customer in one month.
pub fn rates(traits: &Traits, now: Circumstances) -> Rates {
    let pull = pull(traits, now);
    let (leave, back) = if now.is_cared_for { (0.8, 1.25) } else { (1.0, 1.0) };
    // Those who cool have already been drawn by frailty: its effect on the decision is dampened.
    let resolve = pull.powf(0.35);
    Rates {
        cool: (COOLING * pull).min(0.25),
        surprise: (SURPRISE * pull.sqrt()).min(0.1),
        forget: (FORGET * pull.sqrt() * (0.7 / traits.tempo).clamp(0.3, 1.6)).min(0.1),
        leave: (LEAVING * leave * resolve).min(0.55),
        back: (RETURN * back / resolve).min(0.40),
    }
}

fn pull(traits: &Traits, now: Circumstances) -> f64 {
    let mut log = -0.35 * now.skill + 1.0 * (traits.elsewhere - 0.4);
    if now.manager_has_left {
        log += 0.4; // "when a manager leaves, his customers leave"
    }
    if now.is_cared_for {
        log -= 0.25; // "two thirds leave because nobody cared"
    }
    if now.is_aggrieved {
        log += 0.9;
    }
    if now.is_settling {
        log += 0.15; // the first months are the shakiest
    }
    // Who has little to do with us is easier lost.
    let slack = (1.2 / traits.tempo).powf(0.45).clamp(0.55, 1.7);
    traits.frailty * slack * log.exp()
}

impl Rates {
    /// Probabilities (to leaving, to active) for a customer who has been cooling for `months`.
    pub fn out_of_cooling(&self, months: u32) -> (f64, f64) {
        if months < COOLING_MONTHS_MAX {
            return (self.leave, self.back);
        }
        let both = self.leave + self.back;
        (self.leave / both, self.back / both)
    }
}
