//! The months that the cube covers, what is known in each, and the quarters and years that they make.
//!
//! Only complete months up to the night. A quarter or year is there where all its months are.

use super::figures::{Figure, Known};
use super::gains;
use crate::churn::origins::month_ends;
use crate::config::Config;
use crate::date::Date;
use crate::features::{Span, TIER_MONTHS, spans};
use crate::store::{Bank, HoldingsBasis};
use std::ops::Range;

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
    /// Where balances come from.
    pub balance_basis: HoldingsBasis,
    pub list: Vec<Month>,
    pub windows: Vec<Window>,
    /// Spans of the months that tiers are decided on, and each one's place in `list`.
    pub tier_months: Vec<(Date, Vec<Span>)>,
}

impl Months {
    pub fn of(bank: &Bank, as_of: Date, has_accounts: bool, config: &Config) -> Self {
        let calendar = bank.calendar();
        let dates = &calendar.snapshots;
        let snapshots = dates[..dates.partition_point(|on| *on <= as_of)].to_vec();
        let rules = &config.churn;
        let origins = month_ends(calendar, as_of, rules);
        let transactions_from = calendar.transactions_from;
        // Before both begin, whoever shows up was not seen rather than absent.
        let seen_from = snapshots.first().copied().max(transactions_from);
        let month = |end: Date| {
            let after = Date::end_of_month_index(end.month_index() - 1);
            let in_force = |on: Date| snapshots.partition_point(|snapshot| *snapshot <= on).checked_sub(1);
            let spans: Option<Vec<Span>> = spans(&snapshots, after.plus_days(1), end).map(Iterator::collect);
            let (snapshot, snapshot_before) = (in_force(end), in_force(after));
            let has_flows = transactions_from.is_some_and(|from| from <= after.plus_days(1));
            let follows = seen_from.is_some_and(|from| from <= after);
            let before = snapshot_before.filter(|_| snapshot_before < snapshot).map(|at| snapshots[at]);
            let explains = transactions_from.zip(before).is_some_and(|(from, on)| from <= on.plus_days(1));
            let wakes = gains::are_known(transactions_from, after.plus_days(1), rules.silence_days);
            let has_losses = origins.contains(&quarter_before(end));
            let is_confirmed = snapshots.is_empty() || end.plus_days(rules.confirm_days) <= as_of;
            let known = Known::none()
                .with(&[Figure::Customers], true)
                .with(&[Figure::Accounts], has_accounts)
                .with(&[Figure::Assets, Figure::Deposits, Figure::Loans, Figure::Others], snapshot.is_some())
                .with(
                    &[Figure::KeyCustomers, Figure::AssetDays, Figure::DepositDays, Figure::LoanDays],
                    spans.is_some(),
                )
                .with(&[Figure::Came, Figure::CameOpened, Figure::Gone], follows)
                .with(&[Figure::Woken], wakes)
                .with(&[Figure::AssetsCame, Figure::AssetsGone], follows && snapshot_before.is_some())
                .with(
                    &[Figure::LostClosed, Figure::LostRunOff, Figure::LostSilent, Figure::NotHisDecision],
                    has_losses,
                )
                .with(&[Figure::LostAssets], has_losses && !snapshots.is_empty())
                .with(
                    &[
                        Figure::MoneyWon,
                        Figure::MoneyLost,
                        Figure::ToOwnElsewhere,
                        Figure::Spent,
                        Figure::ToOthers,
                    ],
                    has_flows,
                )
                .with(
                    &[
                        Figure::MaturedCustomers,
                        Figure::Matured,
                        Figure::Renewed,
                        Figure::LeftToOwnElsewhere,
                        Figure::LeftSpent,
                        Figure::LeftToOthers,
                    ],
                    has_flows && before.is_some(),
                )
                .with(&[Figure::PriceEffect], explains);
            let is_final = has_losses && is_confirmed;
            let is_there = snapshot.is_some() || has_flows;
            is_there.then_some(Month { after, end, spans, snapshot, snapshot_before, known, is_final })
        };
        let list: Vec<Month> = as_of.last_month_ends(config.statistics.months).filter_map(month).collect();
        let windows = windows(&list, &origins, as_of, rules.confirm_days);
        let of_tier = |end: Date| {
            let first = Date::end_of_month_index(end.month_index() - 1).plus_days(1);
            Some((end, spans(&snapshots, first, end)?.collect()))
        };
        let tier_months = as_of.last_month_ends(TIER_MONTHS).filter_map(of_tier).collect();
        Self { balance_basis: calendar.holdings, tier_months, list, windows, snapshots }
    }

    /// Place of the month that a day lies in.
    pub fn place(&self, on: Date) -> Option<usize> {
        let first = self.list.first()?.end.month_index();
        let place = usize::try_from(on.month_index() - first).ok()?;
        (place < self.list.len()).then_some(place)
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

/// A length of periods, in the order of their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodKind {
    Month,
    Quarter,
    Year,
}

impl PeriodKind {
    const ALL: [PeriodKind; 3] = [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year];

    pub fn code(self) -> &'static str {
        match self {
            PeriodKind::Month => "month",
            PeriodKind::Quarter => "quarter",
            PeriodKind::Year => "year",
        }
    }

    fn n_months(self) -> usize {
        match self {
            PeriodKind::Month => 1,
            PeriodKind::Quarter => 3,
            PeriodKind::Year => 12,
        }
    }
}

/// A month, quarter or year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub kind: PeriodKind,
    pub end: Date,
    pub n_days: i32,
    /// Places of its months.
    pub months: Range<usize>,
    /// The period before and the same one of the year before, where they are covered.
    pub before: Option<Range<usize>>,
    pub year_before: Option<Range<usize>>,
}

/// Every period that the months make, by kind, oldest first.
pub fn periods(months: &[Month]) -> Vec<Period> {
    let of_kind = |kind: PeriodKind| {
        let n = kind.n_months();
        let ends = move |place: &usize| {
            let month = months[*place].end.month_index().rem_euclid(12) + 1;
            place + 1 >= n && usize::try_from(month).is_ok_and(|month| month.is_multiple_of(n))
        };
        let period = move |place: usize| {
            let of = |last: usize| Some((last + 1).checked_sub(n)?..last + 1);
            let covered = place + 1 - n..place + 1;
            Period {
                kind,
                end: months[place].end,
                n_days: months[covered.clone()].iter().map(Month::n_days).sum(),
                months: covered,
                before: place.checked_sub(n).and_then(of),
                year_before: place.checked_sub(12).and_then(of),
            }
        };
        (0..months.len()).filter(ends).map(period)
    };
    PeriodKind::ALL.into_iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(end: Date) -> Month {
        Month {
            after: Date::end_of_month_index(end.month_index() - 1),
            end,
            spans: None,
            snapshot: None,
            snapshot_before: None,
            known: Known::none(),
            is_final: false,
        }
    }

    #[test]
    fn quarters_and_years_are_there_where_all_their_months_are() {
        let as_of: Date = "2026-04-30".parse().unwrap();
        let months: Vec<Month> = as_of.last_month_ends(17).map(month).collect();
        let found: Vec<String> = periods(&months)
            .into_iter()
            .filter(|period| period.kind != PeriodKind::Month)
            .map(|period| {
                let before = period.before.map_or("-".into(), |months| format!("{months:?}"));
                let year = period.year_before.map_or("-".into(), |months| format!("{months:?}"));
                format!(
                    "{} {} {} days, before {before}, {year}",
                    period.kind.code(),
                    period.end,
                    period.n_days
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "quarter 2025-03-31 90 days, before -, -",
                "quarter 2025-06-30 91 days, before 1..4, -",
                "quarter 2025-09-30 92 days, before 4..7, -",
                "quarter 2025-12-31 92 days, before 7..10, -",
                "quarter 2026-03-31 90 days, before 10..13, 1..4",
                "year 2025-12-31 365 days, before -, -",
            ]
        );
    }

    #[test]
    fn losses_are_followed_from_the_end_of_the_quarter_before() {
        for (end, origin) in
            [("2026-04-30", "2026-03-31"), ("2026-06-30", "2026-03-31"), ("2026-01-31", "2025-12-31")]
        {
            assert_eq!(quarter_before(end.parse().unwrap()), origin.parse().unwrap(), "{end}");
        }
    }
}
