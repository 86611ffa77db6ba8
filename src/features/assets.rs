//! A customer's balances up to a date: assets under management as a step function between snapshots.
//!
//! A snapshot is complete for its date, so that a product that is absent from it is worth zero.

use crate::contract::Holding;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::money::Money;

/// How far back features look, in days: a year, and one day for what was in force before it.
const LOOK_BACK_DAYS: i32 = 366;

/// The balances of one customer as seen from one date.
#[derive(Debug, Clone)]
pub struct Assets<'a> {
    as_of: Date,
    /// Snapshots of the last [`LOOK_BACK_DAYS`] and the one in force before them, ascending, and the assets at each, in minor units.
    snapshots: &'a [Date],
    aum: Vec<i64>,
    rows: Vec<&'a [Holding]>,
}

/// What matured between two snapshots and how much of it stayed in products with a term.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renewals {
    pub matured: i64,
    pub renewed: i64,
}

impl<'a> Assets<'a> {
    /// `rows` and `snapshots` must be sorted by date; what lies after `as_of` is not looked at.
    pub fn of(rows: &'a [Holding], snapshots: &'a [Date], as_of: Date) -> Self {
        let end = snapshots.partition_point(|date| *date <= as_of);
        let start = snapshots[..end].partition_point(|date| as_of - *date > LOOK_BACK_DAYS).saturating_sub(1);
        let snapshots = &snapshots[start..end];
        let mut rest = rows;
        let by_snapshot: Vec<&[Holding]> = snapshots
            .iter()
            .map(|date| {
                let from = rest.partition_point(|row| row.snapshot_on < *date);
                let to = rest.partition_point(|row| row.snapshot_on <= *date);
                let own = &rest[from..to];
                rest = &rest[to..];
                own
            })
            .collect();
        let aum = by_snapshot.iter().map(|rows| total(rows, ProductKind::counts_in_aum)).collect();
        Self { as_of, snapshots, aum, rows: by_snapshot }
    }

    /// Rows of the newest snapshot; empty where there is none.
    pub fn newest(&self) -> &'a [Holding] {
        self.rows.last().copied().unwrap_or_default()
    }

    /// Rows of the snapshot in force on `date`.
    pub fn rows_at(&self, date: Date) -> Option<&'a [Holding]> {
        Some(self.rows[self.in_force(date)?])
    }

    /// Minor units on `date`; `None` before the first snapshot.
    pub fn aum_at(&self, date: Date) -> Option<i64> {
        Some(self.aum[self.in_force(date)?])
    }

    fn in_force(&self, date: Date) -> Option<usize> {
        self.snapshots.partition_point(|snapshot| *snapshot <= date).checked_sub(1)
    }

    /// First day on which assets are known.
    pub fn known_from(&self) -> Option<Date> {
        self.snapshots.first().copied()
    }

    /// Mean over the days `from..=to`, in currency units; `None` where a day lies before the first snapshot.
    pub fn mean_over(&self, from: Date, to: Date) -> Option<f64> {
        self.mean_of(from, to, |_, aum| to_units(aum))
    }

    /// Mean over the days `from..=to` of whatever `measure` takes from the rows in force and their assets
    /// (minor units).
    pub fn mean_of(&self, from: Date, to: Date, measure: impl Fn(&[Holding], i64) -> f64) -> Option<f64> {
        let mut position = self.in_force(from)?;
        let mut day = from;
        let mut weighted = 0.0;
        while day <= to {
            let until = self.snapshots.get(position + 1).map_or(to, |next| next.plus_days(-1).min(to));
            weighted += measure(self.rows[position], self.aum[position]) * f64::from(until - day + 1);
            day = until.plus_days(1);
            position += 1;
        }
        Some(weighted / f64::from(to - from + 1))
    }

    /// Average assets of the last complete month, which decides the tier.
    pub fn last_month_mean(&self) -> Option<f64> {
        let end = self.as_of.last_month_ends(1).next()?;
        self.mean_over(end.plus_days(1 - end.day().cast_signed()), end)
            .or_else(|| self.aum_at(self.as_of).map(to_units))
    }

    /// Least-squares slope over the last twelve month-ends, as a share of their mean per month.
    pub fn trend_12_months(&self) -> Option<f64> {
        let ends: Option<Vec<f64>> =
            self.as_of.last_month_ends(12).map(|end| self.aum_at(end).map(to_units)).collect();
        let ends = ends?;
        let mean = ends.iter().sum::<f64>() / 12.0;
        // Months are centred on 5.5; the sum of their squares is 143.
        let slope =
            (0u32..).zip(&ends).map(|(month, aum)| (f64::from(month) - 5.5) * aum).sum::<f64>() / 143.0;
        Some(if mean > 0.0 { slope / mean } else { 0.0 })
    }

    /// Highest assets at a snapshot of the last year, in minor units.
    pub fn max_365d(&self) -> Option<i64> {
        let from = self.snapshots.partition_point(|date| self.as_of - *date >= 365);
        self.aum[from..].iter().copied().max()
    }

    /// Kinds with a balance in a set of rows.
    pub fn n_kinds(rows: &[Holding]) -> u32 {
        let mut seen = 0u32;
        for row in rows.iter().filter(|row| row.balance.0 != 0) {
            seen |= 1 << row.product_kind as u32;
        }
        seen.count_ones()
    }

    /// Price effect of the last `days`, in minor units; `None` where no row carries one.
    pub fn price_effect(&self, days: i32) -> Option<i64> {
        let from = self.snapshots.partition_point(|date| self.as_of - *date >= days);
        let changes =
            self.rows[from..].iter().flat_map(|rows| rows.iter()).filter_map(|row| row.market_value_change);
        changes.map(|change| change.0).reduce(|sum, change| sum + change)
    }

    /// Between consecutive snapshots of the last year: what matured, and what of it started anew with a term.
    pub fn renewals_365d(&self) -> Renewals {
        let mut renewals = Renewals::default();
        for step in 1..self.snapshots.len() {
            let (before, after) = (self.snapshots[step - 1], self.snapshots[step]);
            if self.as_of - after >= 365 {
                continue;
            }
            let between = |date: Option<Date>| date.is_some_and(|date| before < date && date <= after);
            let sum = |rows: &[Holding], holds: &dyn Fn(&Holding) -> bool| -> i64 {
                rows.iter()
                    .filter(|row| row.product_kind.counts_in_aum() && holds(row))
                    .map(|row| row.balance.0)
                    .sum()
            };
            let matured = sum(self.rows[step - 1], &|row| between(row.matures_on));
            let started = sum(self.rows[step], &|row| row.matures_on.is_some() && between(row.started_on));
            renewals.matured += matured;
            renewals.renewed += matured.min(started);
        }
        renewals
    }

    /// Assets of the newest snapshot that mature on a day of `from..=to`, in minor units.
    pub fn maturing(&self, from: Date, to: Date) -> i64 {
        let due = |row: &&Holding| row.matures_on.is_some_and(|date| from <= date && date <= to);
        self.newest()
            .iter()
            .filter(|row| row.product_kind.counts_in_aum())
            .filter(due)
            .map(|row| row.balance.0)
            .sum()
    }
}

fn to_units(minor: i64) -> f64 {
    Money(minor).to_units()
}

/// Balance of the kinds that `counts` accepts, in minor units.
pub fn total(rows: &[Holding], counts: impl Fn(ProductKind) -> bool) -> i64 {
    rows.iter().filter(|row| counts(row.product_kind)).map(|row| row.balance.0).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::NONE;

    fn row(snapshot: &str, kind: ProductKind, units: i64, term: Option<(&str, &str)>) -> Holding {
        Holding {
            customer: 0,
            snapshot_on: snapshot.parse().unwrap(),
            product_kind: kind,
            balance: Money(units * 100),
            product: NONE,
            delivery: 0,
            cost_basis: None,
            market_value_change: None,
            rate: None,
            started_on: term.map(|(start, _)| start.parse().unwrap()),
            matures_on: term.map(|(_, end)| end.parse().unwrap()),
            credit_limit: None,
        }
    }

    #[test]
    fn a_mean_is_taken_over_days_and_absent_means_zero() {
        let rows = [
            row("2026-01-31", ProductKind::Fund, 100, None),
            row("2026-01-31", ProductKind::LoanMortgage, 900, None),
            row("2026-03-31", ProductKind::Fund, 50, None),
        ];
        let snapshots: Vec<Date> =
            ["2026-01-31", "2026-02-28", "2026-03-31"].map(|d| d.parse().unwrap()).into();
        let assets = Assets::of(&rows, &snapshots, "2026-03-31".parse().unwrap());
        // 28 days of 100 from 31 January on, none from 28 February, one day of 50: 2850 over 60 days.
        let mean = assets.mean_over("2026-01-31".parse().unwrap(), "2026-03-31".parse().unwrap());
        assert_eq!(mean, Some(2850.0 / 60.0));
        assert_eq!(assets.mean_over("2026-01-30".parse().unwrap(), "2026-03-31".parse().unwrap()), None);
        assert_eq!(assets.last_month_mean(), Some(50.0 / 31.0));
    }

    #[test]
    fn matured_money_is_renewed_only_as_far_as_a_new_term_began() {
        let rows = [
            row("2026-01-31", ProductKind::TimeDeposit, 100, Some(("2025-02-10", "2026-02-10"))),
            row("2026-02-28", ProductKind::TimeDeposit, 60, Some(("2026-02-11", "2027-02-11"))),
        ];
        let snapshots: Vec<Date> = ["2026-01-31", "2026-02-28"].map(|d| d.parse().unwrap()).into();
        let assets = Assets::of(&rows, &snapshots, "2026-02-28".parse().unwrap());
        assert_eq!(assets.renewals_365d(), Renewals { matured: 10_000, renewed: 6_000 });
    }
}
