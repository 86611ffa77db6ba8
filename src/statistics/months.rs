//! The months that the cube covers, what is known in each, and the quarters in which losses are followed.
//!
//! Only complete months up to the night. A figure is known where the data covers the month; never: zero for what no
//! delivery tells.

use super::figures::{Figure, Known};
use super::gains;
use crate::churn::origins::month_ends;
use crate::config::{Churn, Config};
use crate::date::Date;
use crate::features::{Span, TIER_MONTHS, in_force, spans};
use crate::store::{Bank, HoldingsBasis};

/// One complete month.
#[derive(Debug, Clone)]
pub struct Month {
    /// The last day of the month before.
    pub after: Date,
    pub end: Date,
    /// Which snapshot was in force on how many of its days; `None` where not on all.
    pub spans: Option<Vec<Span>>,
    /// Position of the snapshot in force on `end`, and on `after`.
    pub snapshot: Option<usize>,
    pub snapshot_before: Option<usize>,
    pub known: Known,
    /// Whether no loss of the month can be taken back or come to light any more.
    pub is_final: bool,
}

impl Month {
    pub fn n_days(&self) -> i32 {
        self.end - self.after
    }
}

/// Days of a calendar quarter on which losses are counted, and the origin from which customers are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub origin: Date,
    /// The last day of the quarter.
    pub to: Date,
    /// The last day looked at: an outflow must be confirmed.
    pub until: Date,
}

/// The months of the cube, oldest first.
#[derive(Debug)]
pub struct Months {
    /// Dates of snapshots up to the night, ascending.
    pub snapshots: Vec<Date>,
    /// The first month-end of which periods are published; what they are compared with lies before it.
    pub published_from: Date,
    /// Where balances come from.
    pub balance_basis: HoldingsBasis,
    pub list: Vec<Month>,
    pub windows: Vec<Window>,
}

impl Months {
    pub fn of(bank: &Bank, as_of: Date, has_accounts: bool, config: &Config) -> Self {
        let calendar = bank.calendar();
        let dates = &calendar.snapshots;
        let snapshots = dates[..dates.partition_point(|on| *on <= as_of)].to_vec();
        let rules = &config.churn;
        let origins = month_ends(calendar, as_of, rules);
        let cover = Cover {
            as_of,
            snapshots: &snapshots,
            transactions_from: calendar.transactions_from,
            has_accounts,
            origins: &origins,
            rules,
        };
        // Of as many months as tiers are decided on, so that a month's tier is known where its balances are.
        let list: Vec<Month> =
            as_of.last_month_ends(TIER_MONTHS).filter_map(|end| cover.month(end)).collect();
        let published_from = as_of.last_month_ends(config.statistics.months).next().unwrap_or(as_of);
        let windows = windows(&list, &origins, as_of, rules.confirm_days);
        Self { published_from, balance_basis: calendar.holdings, list, windows, snapshots }
    }

    /// Place of the month that a day lies in.
    pub fn place(&self, on: Date) -> Option<usize> {
        let place = self.list.partition_point(|month| month.end < on);
        self.list.get(place).filter(|month| month.after < on).map(|_| place)
    }
}

/// What the bank's data covers, whichever the month.
struct Cover<'a> {
    as_of: Date,
    /// Up to the night, ascending.
    snapshots: &'a [Date],
    transactions_from: Option<Date>,
    has_accounts: bool,
    /// Month-ends from which losses can be followed.
    origins: &'a [Date],
    rules: &'a Churn,
}

impl Cover<'_> {
    /// The month that ends on `end`; `None` where neither balances nor transactions cover it.
    fn month(&self, end: Date) -> Option<Month> {
        let after = end.month_start().plus_days(-1);
        let mut month = Month {
            after,
            end,
            spans: spans(self.snapshots, after.plus_days(1), end).map(Iterator::collect),
            snapshot: in_force(self.snapshots, end),
            snapshot_before: in_force(self.snapshots, after),
            known: Known::none(),
            is_final: false,
        };
        let is_confirmed = self.snapshots.is_empty() || end.plus_days(self.rules.confirm_days) <= self.as_of;
        month.is_final = self.has_losses(&month) && is_confirmed;
        month.known = self.flows(&month, self.stocks(&month));
        (month.snapshot.is_some() || self.has_flows(&month)).then_some(month)
    }

    fn has_flows(&self, month: &Month) -> bool {
        self.transactions_from.is_some_and(|from| from <= month.after.plus_days(1))
    }

    fn has_losses(&self, month: &Month) -> bool {
        self.origins.contains(&quarter_before(month.end))
    }

    /// What there is at the end of the month, who came and who went.
    fn stocks(&self, month: &Month) -> Known {
        use Figure as F;
        // Before both begin, whoever shows up was not seen rather than absent.
        let seen_from = self.snapshots.first().copied().max(self.transactions_from);
        let follows = seen_from.is_some_and(|from| from <= month.after);
        let wakes =
            gains::are_known(self.transactions_from, month.after.plus_days(1), self.rules.silence_days);
        Known::none()
            .with(&[F::Customers], true)
            .with(&[F::Accounts], self.has_accounts)
            .with(&[F::Assets, F::Deposits, F::Loans, F::Others], month.snapshot.is_some())
            .with(&[F::KeyCustomers, F::AssetDays, F::DepositDays, F::LoanDays], month.spans.is_some())
            .with(&[F::Came, F::CameOpened, F::Gone], follows)
            .with(&[F::AssetsCame, F::AssetsGone], follows && month.snapshot_before.is_some())
            .with(&[F::Woken], wakes)
    }

    /// Adds losses, money and renewals.
    fn flows(&self, month: &Month, known: Known) -> Known {
        use Figure as F;
        let (has_flows, has_losses) = (self.has_flows(month), self.has_losses(month));
        let changes = month.snapshot_before < month.snapshot;
        let before = month.snapshot_before.filter(|_| changes).map(|at| self.snapshots[at]);
        let booked_since = |on: Date| self.transactions_from.is_some_and(|from| from <= on.plus_days(1));
        known
            .with(&[F::LostClosed, F::LostRunOff, F::LostSilent, F::NotHisDecision], has_losses)
            .with(&[F::LostAssets], has_losses && !self.snapshots.is_empty())
            .with(&[F::MoneyWon, F::MoneyLost, F::ToOwnElsewhere, F::Spent, F::ToOthers], has_flows)
            .with(&[F::MaturedCustomers, F::Matured, F::Renewed], has_flows && before.is_some())
            .with(&[F::LeftToOwnElsewhere, F::LeftSpent, F::LeftToOthers], has_flows && before.is_some())
            .with(&[F::PriceEffect], before.is_some_and(booked_since))
    }
}

/// The last day of the quarter before the one of `end`.
fn quarter_before(end: Date) -> Date {
    let month = end.month_index();
    Date::end_of_month_index(month - month.rem_euclid(3) - 1)
}

/// The quarters that the months lie in and that have an origin.
fn windows(months: &[Month], origins: &[Date], as_of: Date, confirm_days: i32) -> Vec<Window> {
    let mut starts: Vec<Date> = months.iter().map(|month| quarter_before(month.end)).collect();
    starts.dedup();
    let window = |origin: Date| {
        let to = Date::end_of_month_index(origin.month_index() + 3).min(as_of);
        Window { origin, to, until: to.plus_days(confirm_days).min(as_of) }
    };
    starts.into_iter().filter(|start| origins.contains(start)).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_followed_from_the_end_of_the_quarter_before() {
        for (end, origin) in
            [("2026-04-30", "2026-03-31"), ("2026-06-30", "2026-03-31"), ("2026-01-31", "2025-12-31")]
        {
            assert_eq!(quarter_before(end.parse().unwrap()), origin.parse().unwrap(), "{end}");
        }
    }
}
