//! The figures of one slice of a list: counts, rates, the effect with its interval, and how many are missing.

use super::followup::Event;
use super::slices::{ALL, Unit};
use crate::config::Config;
use crate::date::Date;
use crate::model::proportions::{
    Difference, Member, Proportion, design_effect, difference_of_clusters, rows_needed,
};
use serde::Serialize;

/// Counts of the customers of a slice.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tally<'a> {
    first_assigned_on: Option<Date>,
    last_assigned_on: Option<Date>,
    assigned: u64,
    held_out: u64,
    reached: u64,
    accepted: u64,
    held_out_reached: u64,
    /// Customers whose outcome is known, and of them those with the event: assigned, and held out.
    known: [Proportion; 2],
    not_counted: u64,
    /// The same customers one by one, where one may be counted in several campaigns.
    members: Vec<Member<&'a str>>,
}

impl<'a> Tally<'a> {
    /// Counts a customer of a campaign; over several campaigns he is told by `customer`, since what he does in one quarter
    /// is not independent of what he does in the next.
    pub fn add(&mut self, assigned_on: Date, unit: Unit, customer: Option<&'a str>) {
        let first = self.first_assigned_on.get_or_insert(assigned_on);
        *first = assigned_on.min(*first);
        let last = self.last_assigned_on.get_or_insert(assigned_on);
        *last = assigned_on.max(*last);
        if unit.held_out {
            self.held_out += 1;
            self.held_out_reached += u64::from(unit.reached);
        } else {
            self.assigned += 1;
            self.reached += u64::from(unit.reached);
            self.accepted += u64::from(unit.accepted);
        }
        match unit.event {
            Event::NotKnownYet => {}
            Event::DoesNotCount => self.not_counted += 1,
            event => {
                let came_about = event == Event::CameAbout;
                self.known[usize::from(unit.held_out)].add(came_about);
                self.members.extend(customer.map(|cluster| Member {
                    cluster,
                    is_second: unit.held_out,
                    event: came_about,
                }));
            }
        }
    }
}

/// Of a hold-out that is switched off the numbers needed are told as of one customer in a thousand.
const SHARE_MIN: f64 = 0.001;

/// How far a slice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Enough customers to see the configured difference.
    Measured,
    /// An interval, but too few customers for it to be narrow enough.
    TooFew,
    /// Nobody's outcome is known yet in one of the groups.
    NotMatured,
    /// Nobody was held out, so that nothing can be told.
    NobodyHeldOut,
}

impl Status {
    pub const CODES: [&'static str; 4] = ["measured", "too_few", "not_matured", "nobody_held_out"];

    pub fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }
}

/// One row of `effects`; the column names say what each is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectFigures {
    pub list: String,
    /// `all` over all campaigns of the list.
    pub campaign: String,
    /// `all`, `tier` or `band`.
    pub slice_by: String,
    /// Code of the tier or the band; `all`.
    pub slice: String,
    pub status: Status,
    pub first_assigned_on: Option<Date>,
    pub last_assigned_on: Option<Date>,
    pub assigned: u64,
    pub held_out: u64,
    pub reached: u64,
    pub accepted: u64,
    pub held_out_reached: u64,
    pub known_assigned: u64,
    pub known_held_out: u64,
    pub not_counted: u64,
    pub events_assigned: u64,
    pub events_held_out: u64,
    pub rate_assigned: Option<f64>,
    pub rate_held_out: Option<f64>,
    /// `rate_assigned` less `rate_held_out`.
    pub effect: Option<f64>,
    pub effect_low: Option<f64>,
    pub effect_high: Option<f64>,
    pub horizon_days: i32,
    /// The difference that the numbers needed are for.
    pub detectable_difference: f64,
    pub needed_assigned: u64,
    pub needed_held_out: u64,
}

impl EffectFigures {
    pub(super) fn of([list, campaign, by, slice]: [&str; 4], mut tally: Tally<'_>, config: &Config) -> Self {
        let [assigned, held_out] = tally.known;
        let design_effect = design_effect(&mut tally.members);
        let found: Option<Difference> = difference_of_clusters(assigned, held_out, design_effect);
        let (needed_assigned, needed_held_out) = needed(list, &tally, design_effect, config);
        let status = if tally.held_out == 0 {
            Status::NobodyHeldOut
        } else if found.is_none() {
            Status::NotMatured
        } else if assigned.n >= needed_assigned && held_out.n >= needed_held_out {
            Status::Measured
        } else {
            Status::TooFew
        };
        Self {
            list: list.to_owned(),
            campaign: campaign.to_owned(),
            slice_by: by.to_owned(),
            slice: slice.to_owned(),
            status,
            first_assigned_on: tally.first_assigned_on,
            last_assigned_on: tally.last_assigned_on,
            assigned: tally.assigned,
            held_out: tally.held_out,
            reached: tally.reached,
            accepted: tally.accepted,
            held_out_reached: tally.held_out_reached,
            known_assigned: assigned.n,
            known_held_out: held_out.n,
            not_counted: tally.not_counted,
            events_assigned: assigned.events,
            events_held_out: held_out.events,
            rate_assigned: assigned.rate(),
            rate_held_out: held_out.rate(),
            effect: found.map(|found| found.value),
            effect_low: found.map(|found| found.low),
            effect_high: found.map(|found| found.high),
            horizon_days: config.effect.horizon_days,
            detectable_difference: config.effect.detectable_difference,
            needed_assigned,
            needed_held_out,
        }
    }

    /// Whether it is about all customers of all campaigns of a list.
    pub fn is_of_whole_list(&self) -> bool {
        self.campaign == ALL && self.slice_by == ALL
    }
}

/// Assigned and held out whose outcome must be known to see the configured difference; by the held-out's own rate
/// and the groups' own ratio where they are known; so many times more as the customers of several campaigns are worth less.
fn needed(list: &str, tally: &Tally<'_>, design_effect: f64, config: &Config) -> (u64, u64) {
    let difference = config.effect.detectable_difference;
    // A rate of nobody or of everybody says that few are known, not that the event is impossible or certain.
    let known = tally.known[1].rate().filter(|rate| *rate > 0.0 && *rate < 1.0);
    let rate = known.unwrap_or_else(|| config.effect.base_rates.of(list));
    // A list is to lower losses and to raise all else; where there is no room for it, the other way is as good.
    let (lower, higher) = (rate - difference, rate + difference);
    let lowers = list == "retention";
    let wanted = if (lowers && lower >= 0.0) || higher > 1.0 { lower } else { higher };
    #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
    let ratio = if tally.assigned > 0 && tally.held_out > 0 {
        tally.assigned as f64 / tally.held_out as f64
    } else {
        let share = config.lists.held_out_share.clamp(SHARE_MIN, 1.0 - SHARE_MIN);
        (1.0 - share) / share
    };
    let held_out = rows_needed(rate, wanted.clamp(0.0, 1.0), ratio).unwrap_or(u64::MAX);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of customers"
    )]
    let times = |n: u64, factor: f64| (n as f64 * factor).ceil() as u64;
    let held_out = times(held_out, design_effect);
    (times(held_out, ratio), held_out)
}
