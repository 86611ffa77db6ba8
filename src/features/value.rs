//! Value: what the customer is worth to the bank.

use super::Facts;
use super::assets::Balances;
use super::balance_plan::Spans;
use super::catalogue::{Axis, Feature, Part, Theme, Unit};
use super::service_costs::{ServiceCosts, cost_to_serve_12m};
use super::totals::Totals;
use super::windows::Window;
use crate::money::Money;

/// What a customer's value is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueBasis {
    /// 12-month margin on average balances plus fees; no cost to serve is known.
    Margin,
    /// The same less the cost to serve.
    MarginLessCosts,
    /// Average assets over the last 90 days.
    Aum,
    /// Payments less refunds plus fees, per year.
    Revenue,
}

impl ValueBasis {
    /// One basis for the whole bank: the best that its data allows.
    pub fn of(has_balances: bool, margin_rates: &[Option<f64>], costs: &ServiceCosts) -> Self {
        match (has_balances, margin_rates.iter().any(Option::is_some)) {
            (true, true) if costs.are_given() => ValueBasis::MarginLessCosts,
            (true, true) => ValueBasis::Margin,
            (true, false) => ValueBasis::Aum,
            (false, _) => ValueBasis::Revenue,
        }
    }

    /// Whether value is what the customer earns the bank, so that it may be summed over years.
    pub fn is_margin(self) -> bool {
        matches!(self, ValueBasis::Margin | ValueBasis::MarginLessCosts)
    }

    pub fn code(self) -> &'static str {
        match self {
            ValueBasis::Margin => "margin",
            ValueBasis::MarginLessCosts => "margin_less_costs",
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
        "Yearly value by `value_basis`: margin and fees, the same less the cost to serve, average assets, or revenue",
        value_12m,
    )
    .lifts(Part::Worth),
    feature("aum", Unit::Money, "Assets under management in the newest snapshot", |f| {
        units_or_nan(f.assets.aum())
    }),
    feature("aum_mean_30d", Unit::Money, "Mean daily assets, 30 days", aum_mean_30d),
    feature("aum_mean_90d", Unit::Money, "Mean daily assets, 90 days", |f| {
        aum_mean(f, f.assets.plan().mean_90d.as_ref())
    })
    .lifts(Part::Assets),
    feature("aum_mean_365d", Unit::Money, "Mean daily assets, 365 days", |f| {
        aum_mean(f, f.assets.plan().mean_365d.as_ref())
    }),
    feature(
        "aum_last_month_mean",
        Unit::Money,
        "Mean daily assets of the last complete month, which decides the tier",
        |f| f.assets.last_month_mean().unwrap_or(f64::NAN),
    ),
    feature("aum_max_365d", Unit::Money, "Highest assets at a snapshot of the last 365 days", |f| {
        if f.assets.plan().is_known_for_365d { units_or_nan(f.assets.aum_max_365d) } else { f64::NAN }
    }),
    feature("demand_balance", Unit::Money, "Current deposits and cash in custody", |f| {
        balance(f, |newest| newest.demand)
    }),
    feature("demand_share", Unit::Share, "Current deposits as a part of the assets", demand_share),
    feature("time_deposit_balance", Unit::Money, "Time deposits", |f| {
        balance(f, |newest| newest.time_deposit)
    }),
    feature("managed_balance", Unit::Money, "Wealth, structured, trust and insurance products", |f| {
        balance(f, |newest| newest.managed)
    }),
    feature("market_balance", Unit::Money, "Funds, bonds and securities, whose price moves", |f| {
        balance(f, |newest| newest.market)
    }),
    feature("debt_balance", Unit::Money, "Loans, cards and other debts", |f| {
        balance(f, |newest| newest.debt)
    }),
    feature("credit_limit", Unit::Money, "Credit limits granted", |f| {
        units_or_nan(f.assets.newest.credit_limit)
    }),
    feature(
        "margin_12m",
        Unit::Money,
        "Margin on mean balances over 12 months, where rates are given",
        margin_12m,
    ),
    feature(
        "cost_to_serve_12m",
        Unit::Money,
        "Yearly cost of what he starts, of contacts with him and of the relation; missing where `value.cost_to_serve` gives no cost",
        cost_to_serve_12m,
    )
    .outside_churn_model(),
    feature("fees_365d", Unit::Money, "Fees paid, 365 days", |f| sum(f, Window::D365, Totals::fees)),
    feature("revenue_90d", Unit::Money, "Payments less refunds plus fees, 90 days", |f| {
        sum(f, Window::D90, revenue)
    }),
    feature("revenue_365d", Unit::Money, "Payments less refunds plus fees, 365 days", |f| {
        sum(f, Window::D365, revenue)
    }),
    feature("salary_365d", Unit::Money, "Salaries received, 365 days", |f| {
        sum(f, Window::D365, Totals::salary)
    })
    .about(Theme::SalaryStopped),
    feature(
        "border_volume_365d",
        Unit::Money,
        "Money in and out over the border of the bank, 365 days",
        |f| sum(f, Window::D365, |s| s.inflow() + s.outflow()),
    ),
    feature("amount_in_mean_365d", Unit::Money, "Mean monthly money in over the border, 365 days", |f| {
        sum(f, Window::D365, Totals::inflow) / 12.0
    }),
];

pub(super) fn units_or_nan(minor: Option<i64>) -> f64 {
    minor.map_or(f64::NAN, |minor| Money(minor).to_units())
}

/// A sum of one window in currency units; NaN where the window reaches further back than the data. `of` must be
/// linear in the totals.
pub(super) fn sum(facts: &Facts<'_>, window: Window, of: impl Fn(&Totals) -> i64) -> f64 {
    if facts.window_is_visible(window) {
        Money(facts.activity.amount(window, of)).to_units()
    } else {
        f64::NAN
    }
}

/// Mean assets over the days of `spans`.
fn aum_mean(facts: &Facts<'_>, spans: Option<&Spans>) -> f64 {
    facts.assets.mean(spans, |snapshot| snapshot.assets).unwrap_or(f64::NAN)
}

pub(super) fn aum_mean_30d(facts: &Facts<'_>) -> f64 {
    aum_mean(facts, facts.assets.plan().mean_30d.as_ref())
}

fn balance(facts: &Facts<'_>, of: impl Fn(&Balances) -> i64) -> f64 {
    if facts.has_balances() { Money(of(&facts.assets.newest)).to_units() } else { f64::NAN }
}

fn demand_share(facts: &Facts<'_>) -> f64 {
    let aum = units_or_nan(facts.assets.aum());
    if aum > 0.0 { balance(facts, |newest| newest.demand) / aum } else { f64::NAN }
}

fn revenue(totals: &Totals) -> i64 {
    totals.payments() - totals.refunds() + totals.fees()
}

/// Margin per year at the mean balances of the visible part of the last 12 months.
fn margin_12m(facts: &Facts<'_>) -> f64 {
    if !facts.reference.has_margin_rates {
        return f64::NAN;
    }
    let known = facts.assets.plan().mean_known_365d.as_ref();
    facts.assets.mean(known, |snapshot| snapshot.margin).unwrap_or(f64::NAN)
}

/// Fees (and where they are all there is, sales) scaled to a year where less is visible.
fn per_year(facts: &Facts<'_>, of: impl Fn(&Totals) -> i64) -> f64 {
    let minor = facts.activity.amount(Window::D365, of);
    Money(minor).to_units() * 365.0 / f64::from(facts.days_visible().clamp(1, 365))
}

fn value_12m(facts: &Facts<'_>) -> f64 {
    match facts.reference.value_basis {
        ValueBasis::Margin => margin_12m(facts) + per_year(facts, Totals::fees),
        ValueBasis::MarginLessCosts => {
            margin_12m(facts) + per_year(facts, Totals::fees) - cost_to_serve_12m(facts)
        }
        ValueBasis::Aum => aum_mean(facts, facts.assets.plan().mean_known_90d.as_ref()),
        ValueBasis::Revenue => per_year(facts, revenue),
    }
}
