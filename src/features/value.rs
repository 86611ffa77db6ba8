//! Value: what the customer is worth to the bank.

use super::Facts;
use super::assets::total;
use super::catalogue::{Axis, Feature, Theme, Unit};
use super::windows::Window;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::money::Money;

/// What a customer's value is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueBasis {
    /// 12-month margin on average balances plus fees.
    Margin,
    /// Average assets over the last 90 days.
    Aum,
    /// Payments less refunds plus fees, per year.
    Revenue,
}

impl ValueBasis {
    /// One basis for the whole bank: the best that its data allows.
    pub fn of(has_balances: bool, margin_rates: &[Option<f64>]) -> Self {
        match (has_balances, margin_rates.iter().any(Option::is_some)) {
            (true, true) => ValueBasis::Margin,
            (true, false) => ValueBasis::Aum,
            (false, _) => ValueBasis::Revenue,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            ValueBasis::Margin => "margin",
            ValueBasis::Aum => "aum",
            ValueBasis::Revenue => "revenue",
        }
    }
}

const fn feature(
    name: &'static str,
    unit: Unit,
    description: &'static str,
    kernel: fn(&Facts<'_>) -> f64,
) -> Feature {
    Feature::new(Axis::Value, name, unit, description, kernel)
}

pub(super) const FEATURES: &[Feature] = &[
    feature(
        "value_12m",
        Unit::Money,
        "Yearly value by `value_basis`: margin and fees, average assets, or revenue",
        value_12m,
    )
    .lifts(),
    feature("aum", Unit::Money, "Assets under management in the newest snapshot", |f| {
        units_or_nan(f.assets.aum_at(f.as_of))
    }),
    feature("aum_mean_30d", Unit::Money, "Mean daily assets, 30 days", |f| aum_mean(f, 30)),
    feature("aum_mean_90d", Unit::Money, "Mean daily assets, 90 days", |f| aum_mean(f, 90)).lifts(),
    feature("aum_mean_365d", Unit::Money, "Mean daily assets, 365 days", |f| aum_mean(f, 365)),
    feature(
        "aum_last_month_mean",
        Unit::Money,
        "Mean daily assets of the last complete month, which decides the tier",
        |f| f.assets.last_month_mean().unwrap_or(f64::NAN),
    ),
    feature("aum_max_365d", Unit::Money, "Highest assets at a snapshot of the last 365 days", |f| {
        if f.balances_are_known_for(365) { units_or_nan(f.assets.max_365d()) } else { f64::NAN }
    }),
    feature("demand_balance", Unit::Money, "Current deposits and cash in custody", |f| balance(f, is_demand)),
    feature("demand_share", Unit::Share, "Current deposits as a part of the assets", demand_share),
    feature("time_deposit_balance", Unit::Money, "Time deposits", |f| {
        balance(f, |kind| matches!(kind, ProductKind::TimeDeposit | ProductKind::FxTimeDeposit))
    }),
    feature("managed_balance", Unit::Money, "Wealth, structured, trust and insurance products", |f| {
        balance(f, |kind| {
            matches!(
                kind,
                ProductKind::Wealth | ProductKind::Structured | ProductKind::Trust | ProductKind::Insurance
            )
        })
    }),
    feature("market_balance", Unit::Money, "Funds, bonds and securities, whose price moves", |f| {
        balance(f, is_market)
    }),
    feature("debt_balance", Unit::Money, "Loans, cards and other debts", |f| {
        balance(f, ProductKind::is_debt)
    }),
    feature("credit_limit", Unit::Money, "Credit limits granted", credit_limit),
    feature(
        "margin_12m",
        Unit::Money,
        "Margin on mean balances over 12 months, where rates are given",
        margin_12m,
    ),
    feature("fees_365d", Unit::Money, "Fees paid, 365 days", |f| sum(f, Window::D365, |s| s.fees)).lifts(),
    feature("revenue_90d", Unit::Money, "Payments less refunds plus fees, 90 days", |f| {
        sum(f, Window::D90, |s| s.payments - s.refunds + s.fees)
    }),
    feature("revenue_365d", Unit::Money, "Payments less refunds plus fees, 365 days", |f| {
        sum(f, Window::D365, |s| s.payments - s.refunds + s.fees)
    }),
    feature("salary_365d", Unit::Money, "Salaries received, 365 days", |f| {
        sum(f, Window::D365, |s| s.salary)
    })
    .about(Theme::SalaryStopped),
    feature(
        "border_volume_365d",
        Unit::Money,
        "Money in and out over the border of the bank, 365 days",
        |f| sum(f, Window::D365, |s| s.inflow + s.outflow),
    ),
    feature("amount_in_mean_365d", Unit::Money, "Mean monthly money in over the border, 365 days", |f| {
        sum(f, Window::D365, |s| s.inflow) / 12.0
    }),
];

/// Kinds whose balance changes with the market.
pub(super) fn is_market(kind: ProductKind) -> bool {
    use ProductKind::{Bond, BondFund, Fund, Securities, TreasuryBond};
    matches!(kind, Fund | BondFund | TreasuryBond | Bond | Securities)
}

pub(super) fn units_or_nan(minor: Option<i64>) -> f64 {
    minor.map_or(f64::NAN, |minor| Money(minor).to_units())
}

/// A sum of one window in currency units; NaN where the window reaches further back than the data.
pub(super) fn sum(facts: &Facts<'_>, window: Window, of: impl Fn(&super::windows::Sums) -> i64) -> f64 {
    if facts.window_is_visible(window) {
        Money(of(facts.activity.window(window))).to_units()
    } else {
        f64::NAN
    }
}

/// Mean assets over the last `days`.
pub(super) fn aum_mean(facts: &Facts<'_>, days: i32) -> f64 {
    facts.assets.mean_over(facts.as_of.plus_days(1 - days), facts.as_of).unwrap_or(f64::NAN)
}

fn balance(facts: &Facts<'_>, counts: impl Fn(ProductKind) -> bool) -> f64 {
    if facts.has_balances() { Money(total(facts.assets.newest(), counts)).to_units() } else { f64::NAN }
}

fn is_demand(kind: ProductKind) -> bool {
    matches!(kind, ProductKind::DemandDeposit | ProductKind::FxDemandDeposit | ProductKind::CustodyCash)
}

fn demand_share(facts: &Facts<'_>) -> f64 {
    let aum = units_or_nan(facts.assets.aum_at(facts.as_of));
    if aum > 0.0 { balance(facts, is_demand) / aum } else { f64::NAN }
}

fn credit_limit(facts: &Facts<'_>) -> f64 {
    let limits = facts.assets.newest().iter().filter_map(|row| row.credit_limit);
    units_or_nan(limits.map(|limit| limit.0).reduce(|sum, limit| sum + limit))
}

/// The days of the last year on which balances are known; none where there are no balances.
fn year_of_balances(facts: &Facts<'_>) -> Option<(Date, Date)> {
    let from = facts.assets.known_from()?.max(facts.as_of.plus_days(-364));
    Some((from, facts.as_of))
}

/// Margin per year at the mean balances of the visible part of the last 12 months.
fn margin_12m(facts: &Facts<'_>) -> f64 {
    if facts.margin_rates().iter().all(Option::is_none) {
        return f64::NAN;
    }
    let margin =
        |row: &crate::contract::Holding| facts.margin_rate(row).unwrap_or(0.0) * row.balance.to_units();
    year_of_balances(facts)
        .and_then(|(from, to)| facts.assets.mean_of(from, to, |rows, _| rows.iter().map(margin).sum()))
        .unwrap_or(f64::NAN)
}

/// Fees (and where they are all there is, sales) scaled to a year where less is visible.
fn per_year(facts: &Facts<'_>, minor: i64) -> f64 {
    Money(minor).to_units() * 365.0 / f64::from(facts.days_visible().clamp(1, 365))
}

fn value_12m(facts: &Facts<'_>) -> f64 {
    let year = facts.activity.window(Window::D365);
    match ValueBasis::of(facts.has_balances(), facts.margin_rates()) {
        ValueBasis::Margin => margin_12m(facts) + per_year(facts, year.fees),
        ValueBasis::Aum => {
            let from = facts.assets.known_from().map(|known| known.max(facts.as_of.plus_days(-89)));
            from.and_then(|from| facts.assets.mean_over(from, facts.as_of)).unwrap_or(f64::NAN)
        }
        ValueBasis::Revenue => per_year(facts, year.payments - year.refunds + year.fees),
    }
}
