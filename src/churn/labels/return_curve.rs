//! How long a silence must be before it counts as a loss: the return-rate curve.
//!
//! Of the customers still there who have been silent for d days, which share starts something within the next
//! `churn.return_within_days`? A silence ends by a return or by closing, and is cut off where the data ends; the
//! share is the cumulative incidence of returning from d on, with closing as the competing end (Aalen and Johansen,
//! Scandinavian Journal of Statistics 5, 1978, pp. 141-150), which needs no silence to have been watched to its end.
//! The silence before the first row of a customer is not counted: nobody knows when it began.
//!
//! Counts per day are added and merged, so that neither order nor threads change a figure.

use crate::config::Churn;
use crate::date::Date;
use crate::store::CustomerHistory;
use serde::{Deserialize, Serialize};

/// The longest silence of the curve: a year shows every season once.
const SILENCE_DAYS_MAX: usize = 365;

/// Days between the points that are published.
const STEP_DAYS: usize = 10;

/// Silences that a share needs at its last day: at 100 the standard error of a share of 10% is 3 points.
const SILENT_MIN: u64 = 100;

/// How the silences of any number of customers ended, by their length in days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnCurve {
    /// Index: days from the last act to the next.
    returned: Vec<u64>,
    /// Days from the last act to the closing.
    closed: Vec<u64>,
    /// Days from the last act to the end of the data; the last entry holds all that are longer.
    open: Vec<u64>,
    within: usize,
}

/// One point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// Days of silence.
    pub days: usize,
    /// Silences that were seen to reach them.
    pub n_silent: u64,
    /// Of these, the share that ends by a return within `return_within_days`; `None` where too few were watched.
    pub share_returned: Option<f64>,
}

/// The curve as published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    pub return_within_days: usize,
    pub return_rate: f64,
    /// Every tenth day.
    pub points: Vec<CurvePoint>,
    /// W: the fewest days after which less than `return_rate` come back; `None` where the data does not reach so far.
    pub silence_days: Option<usize>,
}

impl ReturnCurve {
    pub fn new(rules: &Churn) -> Self {
        let within = usize::try_from(rules.return_within_days).unwrap_or(0);
        let empty = vec![0; SILENCE_DAYS_MAX + within + 2];
        Self { returned: empty.clone(), closed: empty.clone(), open: empty, within }
    }

    /// Adds the silences of one customer, as known on `as_of`.
    pub fn add(&mut self, history: &CustomerHistory<'_>, as_of: Date) {
        let closed_on = history.customer.closed_on.filter(|on| *on <= as_of);
        let end = closed_on.unwrap_or(as_of);
        let started = history.transactions.iter().filter(|row| row.kind.started_by_customer());
        let mut last = None;
        // Emptying the account on the day on which it is closed is no return.
        let is_return = |on: &Date| *on <= as_of && closed_on.is_none_or(|closed| *on < closed);
        for on in started.map(|row| row.booked_on).take_while(is_return) {
            if let Some(before) = last.replace(on) {
                count(&mut self.returned, on - before);
            }
        }
        if let Some(last) = last {
            count(if closed_on.is_some() { &mut self.closed } else { &mut self.open }, end - last);
        }
    }

    /// Adds what another has counted under the same rules.
    pub fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.returned, &other.returned),
            (&mut self.closed, &other.closed),
            (&mut self.open, &other.open),
        ];
        for (ours, theirs) in pairs {
            ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours += theirs);
        }
    }

    /// The curve, and the days of silence that it sets.
    pub fn curve(&self, rules: &Churn) -> Curve {
        let at_risk = self.at_risk();
        let share = |days: usize| self.share_returned(days, &at_risk);
        let is_under = |days: &usize| share(*days).is_some_and(|share| share < rules.return_rate);
        let point = |days: usize| CurvePoint {
            days,
            n_silent: at_risk[days + 1] + self.open[days],
            share_returned: share(days),
        };
        Curve {
            return_within_days: self.within,
            return_rate: rules.return_rate,
            points: (STEP_DAYS..=SILENCE_DAYS_MAX).step_by(STEP_DAYS).map(point).collect(),
            silence_days: (1..=SILENCE_DAYS_MAX).find(is_under),
        }
    }

    /// Silences that end on a day or later, by day.
    fn at_risk(&self) -> Vec<u64> {
        let mut at_risk: Vec<u64> =
            (0..self.open.len()).map(|day| self.returned[day] + self.closed[day] + self.open[day]).collect();
        for day in (1..at_risk.len()).rev() {
            at_risk[day - 1] += at_risk[day];
        }
        at_risk
    }

    /// Of those silent for `days`, the share that returns within the days that follow.
    fn share_returned(&self, days: usize, at_risk: &[u64]) -> Option<f64> {
        if at_risk[days + self.within] < SILENT_MIN {
            return None;
        }
        let (mut still_silent, mut returned) = (1.0, 0.0);
        for (day, at_risk) in at_risk.iter().enumerate().take(days + self.within + 1).skip(days + 1) {
            returned += still_silent * ratio(self.returned[day], *at_risk);
            still_silent *= 1.0 - ratio(self.returned[day] + self.closed[day], *at_risk);
        }
        Some(returned)
    }
}

/// Counts one length, the longest together.
fn count(counts: &mut [u64], days: i32) {
    let last = counts.len() - 1;
    counts[usize::try_from(days).unwrap_or(0).min(last)] += 1;
}

#[expect(clippy::cast_precision_loss, reason = "counts of silences")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
