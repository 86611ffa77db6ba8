//! What a customer is, planted once: wealth, loyalty, tempo, habits.
//!
//! Pure draws from his own generator. Amounts in cents (as f64), rates per month.

use super::bank::Bank;
use super::calendar::Month;
use super::draws::Draws;

/// Share of customers with high value; with the two log-normals below this gives 57% under 50k, 20% in
/// 50k to 200k, 11% in 200k to 500k, 10% in 500k to 2M and 2% above.
const HIGH_VALUE_SHARE: f64 = 0.35;
/// Log of wealth in currency units, (mean, sd), low and high value.
const WEALTH_LOW: (f64, f64) = (9.95, 0.9);
const WEALTH_HIGH: (f64, f64) = (12.65, 1.15);
/// Whoever keeps less than this is of low value whatever he was: a quarter of where the densities cross.
const HIGH_VALUE_MIN_CENTS: f64 = 16_000e2;
/// Nobody comes with less than this, so that the floor of the label's scope (1,000) cuts only leavers.
const WEALTH_MIN: f64 = 3_000.0;
const WEALTH_MAX: f64 = 60e6;
/// Loyal share of the first stock, and of newcomers: the stock has been sieved by earlier losses.
const LOYAL_STOCK: f64 = 0.56;
const LOYAL_NEW: f64 = 0.42;
/// Share of busy customers.
const BUSY_SHARE: f64 = 0.45;
/// Effective events a month from which a customer counts as high in behaviour: between the two tempi.
pub const HIGH_TEMPO: f64 = 1.0;
/// A few trade and pay daily.
const FRANTIC_SHARE: f64 = 0.02;
/// Customers lost in a month, roughly; newcomers replace them so that the level stays where it is.
const TURNOVER: f64 = 0.0155;
/// Monthly payments as a share of wealth (log mean, sd, cap): a balance lasts for over a year of
/// spending, else ordinary spending would look like leaving.
const SPENDING: (f64, f64, f64) = (-3.6, 0.35, 0.05);

/// The planted constants of one customer.
#[derive(Clone, Debug)]
pub struct Traits {
    pub index: u32,
    pub opened: i32,
    /// Whether he opened within the history.
    pub is_new: bool,
    /// Money he means to keep here, in cents; falls for good after a life event.
    pub wealth: f64,
    /// The same when he came; master data is written from it, so that it tells nothing of a later loss.
    pub wealth_first: f64,
    /// Drawn from the upper of the two distributions of wealth; they overlap.
    is_rich: bool,
    pub is_loyal: bool,
    /// Share of his money held at other banks, 0 to 1.
    pub elsewhere: f64,
    /// Customer-started events a month when active.
    pub tempo: f64,
    /// Multiplies every rate of leaving.
    pub frailty: f64,
    /// After so many days without an act he looks in.
    pub patience_days: i32,
    /// Day of the month on which a salary comes.
    pub salary_day: Option<i32>,
    /// Money out a month, in cents.
    pub budget: f64,
    /// Part of the wealth in the current account.
    pub demand_share: f64,
    /// Kinds of products he is ready to hold besides the current account.
    pub breadth: u32,
    /// Probability that matured money is placed again.
    pub renewal: f64,
    pub manager: Option<u32>,
    pub branch: u32,
    pub is_institution: bool,
    pub wants_contact: bool,
}

impl Traits {
    /// Draws customer `index` of a population that lives through `months`.
    pub fn draw(draws: &mut Draws, index: u32, months: &[Month], bank: &Bank) -> Self {
        let (start, end) = (months[0].first, months[months.len() - 1].last);
        let joined = TURNOVER * months.len() as f64;
        let is_new = draws.chance(joined / (1.0 + joined));
        let is_loyal = draws.chance(if is_new { LOYAL_NEW } else { LOYAL_STOCK });
        let opened = if is_new { draws.day(start, end - 20) } else { start - tenure(draws, is_loyal) };
        let is_rich = draws.chance(HIGH_VALUE_SHARE);
        let wealth = wealth(draws, is_rich) * 100.0;
        let tempo = tempo(draws);
        let is_institution = draws.chance(0.03);
        let budget = budget(draws, wealth, tempo);
        let manager = manager(draws, bank);
        Self {
            index,
            opened,
            is_new,
            wealth,
            wealth_first: wealth,
            is_rich,
            is_loyal,
            elsewhere: elsewhere(draws, is_loyal),
            tempo,
            // Loyal customers leave at a fifth of the rate of the others; the spread makes levels overlap.
            frailty: draws.log_normal(if is_loyal { -0.95 } else { 0.6 }, 0.3),
            patience_days: draws.day(32, 75),
            salary_day: (!is_institution && draws.chance(0.38)).then(|| draws.day(3, 25)),
            budget,
            demand_share: draws.between(0.15, 0.55),
            breadth: (draws.poisson(if is_loyal { 3.0 } else { 0.7 })).min(7),
            renewal: if is_loyal { draws.between(0.8, 0.98) } else { draws.between(0.45, 0.8) },
            manager,
            branch: manager.map_or_else(
                || draws.index(bank.branches as usize) as u32,
                |m| bank.managers[m as usize].branch,
            ),
            is_institution,
            wants_contact: draws.chance(0.97),
        }
    }

    /// The level of value by what he means to keep here.
    pub fn is_high_value(&self) -> bool {
        self.is_rich && self.wealth >= HIGH_VALUE_MIN_CENTS
    }
}

fn tenure(draws: &mut Draws, is_loyal: bool) -> i32 {
    let mean_years = if is_loyal { 9.0 } else { 3.2 };
    (draws.gamma(1.6, mean_years / 1.6) * 365.0) as i32 + 15
}

fn wealth(draws: &mut Draws, is_rich: bool) -> f64 {
    let (mu, sd) = if is_rich { WEALTH_HIGH } else { WEALTH_LOW };
    draws.log_normal(mu, sd).clamp(WEALTH_MIN, WEALTH_MAX)
}

fn tempo(draws: &mut Draws) -> f64 {
    if draws.chance(FRANTIC_SHARE) {
        return 6.0 + draws.gamma(1.2, 8.0);
    }
    if draws.chance(BUSY_SHARE) { 1.6 + draws.gamma(1.5, 0.6) } else { 0.25 + draws.gamma(2.0, 0.12) }
}

/// Bounded by what so few events can carry without any one of them emptying the account.
fn budget(draws: &mut Draws, wealth: f64, tempo: f64) -> f64 {
    let (mu, sd, cap) = SPENDING;
    let share = draws.log_normal(mu, sd).min(cap).min(0.03 * tempo);
    // The rich spend a smaller part of what they own.
    wealth * share * (50_000e2 / wealth).powf(0.2).min(1.0)
}

fn elsewhere(draws: &mut Draws, is_loyal: bool) -> f64 {
    let middle = if is_loyal { 0.22 } else { 0.58 };
    (middle + 0.11 * draws.normal()).clamp(0.0, 0.95)
}

/// One customer in a hundred has none. The last manager, who will leave, has half as many as the others.
fn manager(draws: &mut Draws, bank: &Bank) -> Option<u32> {
    let last = bank.managers.len() - 1;
    let drawn = draws.index(last + 1);
    let at = if drawn == last && draws.chance(0.5) { draws.index(last) } else { drawn } as u32;
    (!draws.chance(0.012)).then_some(at)
}
