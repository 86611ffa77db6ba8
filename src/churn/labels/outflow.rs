//! Run-off: money that leaves over the border of the bank, summed from an origin on.
//!
//! Only transactions are summed, so that a fall in price is no outflow; what moves between a customer's own
//! accounts and products here crosses no border. All rows of a day count together, on whichever of his accounts:
//! what goes and comes back within a day has not left.

use crate::config::Churn;
use crate::contract::Transaction;
use crate::date::Date;
use crate::money::Money;

/// How far a customer's money has gone; shares are of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outflow {
    /// The day on which `churn.outflow_share` was reached and not taken back.
    pub confirmed_on: Option<Date>,
    /// The same where `churn.confirm_days` are not over yet.
    pub pending_since: Option<Date>,
    /// The largest at the end of a day, at least 0.
    pub share_max: f64,
    /// At the end of the last day; negative where more came than went.
    pub share: f64,
}

impl Outflow {
    /// `later` are the rows after the origin and up to `until`, in date order; `baseline`, over 0, is in currency
    /// units.
    pub fn of(later: &[Transaction], baseline: f64, until: Date, rules: &Churn) -> Self {
        let mut outflow = Self::default();
        let mut gone = 0i64;
        for day in later.chunk_by(|a, b| a.booked_on == b.booked_on) {
            let on = day[0].booked_on;
            outflow.confirm(on.plus_days(-1), rules);
            gone -= day.iter().filter(|row| row.kind.crosses_border()).map(|row| row.amount.0).sum::<i64>();
            outflow.share = Money(gone).to_units() / baseline;
            outflow.share_max = outflow.share_max.max(outflow.share);
            outflow.reach(on, rules);
        }
        outflow.confirm(until, rules);
        outflow
    }

    /// The share at the end of the day `on`.
    fn reach(&mut self, on: Date, rules: &Churn) {
        if self.confirmed_on.is_some() {
            return;
        }
        if self.share < rules.confirm_share {
            self.pending_since = None;
        } else if self.share >= rules.outflow_share {
            self.pending_since = self.pending_since.or(Some(on));
        }
    }

    /// What has stood for `churn.confirm_days`, all of `over` included, stands.
    fn confirm(&mut self, over: Date, rules: &Churn) {
        if self.pending_since.is_some_and(|since| over - since >= rules.confirm_days) {
            self.confirmed_on = self.pending_since.take();
        }
    }
}
