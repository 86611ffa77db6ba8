//! A customer's balances as seen from one date.

use super::balance_plan::{BalancePlan, Spans};
use super::holdings::{SinceFirst, Snapshot};
use super::steps::{mean, spans};
use crate::contract::Holding;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::money::Money;
use crate::store::{Calendar, CustomerHistory};

/// Days over which the baseline of an outflow is taken: three months.
pub const BASELINE_DAYS: i32 = 90;

/// A customer's mean assets over the 90 days up to `date`, or since the first snapshot that could show him, or the newest
/// where fewer days are known; `None` without balances. The baseline that an outflow is measured against.
///
/// Looks at nothing in `history` that is dated after `date`.
pub fn baseline_assets(history: &CustomerHistory<'_>, calendar: &Calendar, date: Date) -> Option<f64> {
    let snapshots = &calendar.snapshots[..calendar.snapshots.partition_point(|on| *on <= date)];
    baseline(snapshots, history.customer.opened_on, date, |position| {
        let on = snapshots[position];
        let rows = &history.holdings[history.holdings.partition_point(|row| row.snapshot_on < on)..];
        let own = rows.iter().take_while(|row| row.snapshot_on == on);
        let counted = own.filter(|row| row.product_kind.counts_in_aum());
        Money(counted.map(|row| row.balance.0).sum()).to_units()
    })
}

/// The same from the assets at each of `snapshots`, which hold none after `date`.
pub(super) fn baseline(
    snapshots: &[Date],
    opened_on: Date,
    date: Date,
    assets: impl Fn(usize) -> f64,
) -> Option<f64> {
    let newest = snapshots.len().checked_sub(1)?;
    // Of a newcomer the snapshot before he was opened knows nothing, which is not that he had nothing.
    let first = snapshots.partition_point(|on| *on < opened_on).min(newest);
    let seen_from = if opened_on <= snapshots[0] { opened_on } else { snapshots[first] };
    let from = date.plus_days(1 - BASELINE_DAYS).max(seen_from.min(date));
    Some(spans(snapshots, from, date).map_or_else(|| assets(newest), |spans| mean(spans, &assets)))
}

/// Balances of the newest snapshot in minor units. All but debts and limits are assets under management.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balances {
    /// Current deposits and cash in custody.
    pub demand: i64,
    pub time_deposit: i64,
    /// Wealth, structured, trust and insurance products.
    pub managed: i64,
    /// What changes with the market.
    pub market: i64,
    pub debt: i64,
    /// Assets with a maturity to come, and those with one in the next 30 days.
    pub maturing: i64,
    pub maturing_30d: i64,
    pub credit_limit: Option<i64>,
}

impl Balances {
    fn of(rows: &[Holding], as_of: Date) -> Self {
        let mut balances = Self::default();
        for row in rows {
            balances.add(row, as_of);
        }
        balances
    }

    fn add(&mut self, row: &Holding, as_of: Date) {
        use ProductKind::{
            Bond, BondFund, CustodyCash, DemandDeposit, Fund, FxDemandDeposit, FxTimeDeposit, Insurance,
            Securities, Structured, TimeDeposit, TreasuryBond, Trust, Wealth,
        };
        let (kind, balance) = (row.product_kind, row.balance.0);
        let counted = |counts: bool| if counts { balance } else { 0 };
        self.demand += counted(matches!(kind, DemandDeposit | FxDemandDeposit | CustodyCash));
        self.time_deposit += counted(matches!(kind, TimeDeposit | FxTimeDeposit));
        self.managed += counted(matches!(kind, Wealth | Structured | Trust | Insurance));
        self.market += counted(matches!(kind, Fund | BondFund | TreasuryBond | Bond | Securities));
        self.debt += counted(kind.is_debt());
        if let Some(on) = row.matures_on.filter(|on| *on > as_of) {
            self.maturing += counted(kind.counts_in_aum());
            self.maturing_30d += counted(kind.counts_in_aum() && on <= as_of.plus_days(30));
        }
        if let Some(limit) = row.credit_limit {
            self.credit_limit = Some(self.credit_limit.unwrap_or(0) + limit.0);
        }
    }
}

/// The balances of one customer as seen from one date.
#[derive(Debug, Clone, Copy)]
pub struct Assets<'a> {
    plan: &'a BalancePlan,
    snapshots: &'a [Snapshot],
    /// Highest assets at a snapshot of the last 365 days, minor units.
    pub aum_max_365d: Option<i64>,
    pub newest: Balances,
}

impl<'a> Assets<'a> {
    /// `snapshots` are those of the plan, over `rows`.
    pub fn of(rows: &[Holding], snapshots: &'a [Snapshot], plan: &'a BalancePlan, as_of: Date) -> Self {
        let newest = plan.newest.map(|newest| &rows[snapshots[newest].rows.clone()]);
        Self {
            plan,
            snapshots,
            aum_max_365d: snapshots[plan.of_365d.clone()].iter().map(|snapshot| snapshot.aum).max(),
            newest: Balances::of(newest.unwrap_or_default(), as_of),
        }
    }

    pub fn plan(&self) -> &BalancePlan {
        self.plan
    }

    /// The snapshot at a position of the plan; `None` before the first.
    pub fn at(&self, position: Option<usize>) -> Option<&Snapshot> {
        Some(&self.snapshots[position?])
    }

    /// Minor units on the date; `None` before the first snapshot.
    pub fn aum(&self) -> Option<i64> {
        Some(self.at(self.plan.newest)?.aum)
    }

    /// Mean over the days of `spans` of a measure of the snapshot in force.
    pub fn mean(&self, spans: Option<&Spans>, measure: impl Fn(&Snapshot) -> f64) -> Option<f64> {
        Some(mean(spans?.iter().copied(), |position| measure(&self.snapshots[position])))
    }

    /// Average assets of the last complete month, which decides the tier; those of the date where it is not known.
    pub fn last_month_mean(&self) -> Option<f64> {
        self.mean(self.plan.mean_last_month.as_ref(), |snapshot| snapshot.assets)
            .or_else(|| Some(self.at(self.plan.newest)?.assets))
    }

    /// Least-squares slope over the last twelve month-ends, as a share of their mean per month.
    pub fn trend_12_months(&self) -> Option<f64> {
        let ends = self.plan.month_ends?.map(|position| self.snapshots[position].assets);
        let mean = ends.iter().sum::<f64>() / 12.0;
        // Months are centred on 5.5; the sum of their squares is 143.
        let slope =
            (0u32..).zip(&ends).map(|(month, aum)| (f64::from(month) - 5.5) * aum).sum::<f64>() / 143.0;
        Some(if mean > 0.0 { slope / mean } else { 0.0 })
    }

    /// Price effect of the last 90 days, minor units; `None` where no row carries one.
    pub fn price_effect_90d(&self) -> Option<i64> {
        let last = &self.at(self.plan.newest)?.until;
        let before = self.until_before(self.plan.of_90d.start);
        (last.n_price_effects > before.n_price_effects).then(|| last.price_effect - before.price_effect)
    }

    /// What matured between the snapshots of 365 days and how much of it stayed in products with a term, minor
    /// units.
    pub fn matured_and_renewed_365d(&self) -> (i64, i64) {
        let Some(newest) = self.at(self.plan.newest) else { return (0, 0) };
        let before = self.until_before(self.plan.of_365d.start);
        (newest.until.matured - before.matured, newest.until.renewed - before.renewed)
    }

    /// Whether it is known of all that matured in 365 days how much of it began a new term.
    pub fn renewals_are_known_365d(&self) -> bool {
        let Some(newest) = self.at(self.plan.newest) else { return false };
        newest.until.n_renewals_unknown == self.until_before(self.plan.of_365d.start).n_renewals_unknown
    }

    fn until_before(&self, position: usize) -> SinceFirst {
        position.checked_sub(1).map_or_else(SinceFirst::default, |before| self.snapshots[before].until)
    }
}
