//! Behaviour: what the customer does, how regularly, through which doors, and where it is heading.

use super::Facts;
use super::catalogue::{Axis, Feature, Part, Theme, Unit};
use super::totals::Totals;
use super::value::{sum, units_or_nan};
use super::windows::Window;
use crate::contract::codes::{Channel, Kind};
use crate::money::Money;

const fn feature(
    name: &'static str,
    unit: Unit,
    description: &'static str,
    kernel: fn(&Facts<'_>) -> f64,
) -> Feature {
    Feature::new(Axis::Behaviour, name, unit, description, kernel)
}

pub(super) const FEATURES: &[Feature] = &[
    feature(
        "days_since_last_activity",
        Unit::Days,
        "Days since he last started anything; missing where he never did",
        days_since_last_activity,
    )
    .lowers(Part::Recency)
    .about(Theme::Recency)
    .raises_churn(),
    feature("is_silent_90d", Unit::Flag, "Nothing started in 90 days", |f| {
        if f.window_is_visible(Window::D90) {
            f64::from(u8::from(f.activity.count(Window::D90, Totals::n_started) == 0))
        } else {
            f64::NAN
        }
    })
    .about(Theme::Recency)
    .raises_churn(),
    feature("n_transactions_30d", Unit::Count, "Transactions, 30 days", |f| {
        count(f, Window::D30, Totals::n_transactions)
    }),
    feature("n_transactions_90d", Unit::Count, "Transactions, 90 days", |f| {
        count(f, Window::D90, Totals::n_transactions)
    }),
    feature("n_transactions_180d", Unit::Count, "Transactions, 180 days", |f| {
        count(f, Window::D180, Totals::n_transactions)
    }),
    feature("n_transactions_365d", Unit::Count, "Transactions, 365 days", |f| {
        count(f, Window::D365, Totals::n_transactions)
    }),
    feature("n_started_30d", Unit::Count, "Transactions he started, 30 days", |f| {
        count(f, Window::D30, Totals::n_started)
    })
    .about(Theme::FrequencyFalling),
    feature("n_started_90d", Unit::Count, "Transactions he started, 90 days", |f| {
        count(f, Window::D90, Totals::n_started)
    })
    .lifts_as_proxy(Part::Frequency)
    .about(Theme::FrequencyFalling),
    feature("n_started_365d", Unit::Count, "Transactions he started, 365 days", |f| {
        count(f, Window::D365, Totals::n_started)
    })
    .lifts_as_proxy(Part::Frequency),
    feature(
        "n_everyday_90d",
        Unit::Count,
        "Deposits, withdrawals, transfers and payments he started, none to himself elsewhere, 90 days",
        |f| count(f, Window::D90, Totals::n_everyday),
    ),
    feature(
        "everyday_chance_15d",
        Unit::Score,
        "Chance of a deposit, withdrawal, transfer or payment that he starts, none to himself elsewhere, within 15 days, at the rate of the last 90: 1 - exp(-n / 6)",
        everyday_chance,
    )
    .lifts(Part::Frequency),
    feature(
        "frequency_trend_30d",
        Unit::Score,
        "Log ratio of started transactions: last 30 days against a third of the 90 before",
        frequency_trend_30d,
    )
    .about(Theme::FrequencyFalling)
    .lowers_churn(),
    feature(
        "frequency_trend_90d",
        Unit::Score,
        "Log ratio of started transactions: last 90 days against the 90 before",
        frequency_trend,
    )
    .lifts(Part::Direction)
    .about(Theme::FrequencyFalling)
    .lowers_churn(),
    feature("active_days_365d", Unit::Count, "Days with something started, 365 days", |f| {
        if f.window_is_visible(Window::D365) {
            f64::from(f.activity.count(Window::D365, |s| s.days.n_active))
        } else {
            f64::NAN
        }
    }),
    feature(
        "gap_mean_days",
        Unit::Days,
        "Mean days between active days of the last 365; missing under two",
        |f| f.gaps.map_or(f64::NAN, |gaps| gaps.mean),
    )
    .lowers_as_proxy(Part::Frequency),
    feature(
        "gap_variation",
        Unit::Score,
        "Coefficient of variation of the days between active days of the last 365: 0 is clockwork; missing under three active days",
        |f| f.gaps.map_or(f64::NAN, |gaps| gaps.variation),
    ),
    feature(
        "recency_in_gaps",
        Unit::Score,
        "Days since he last started anything, in units of the mean gap between his active days of the last 365, as log(1 + x)",
        recency_in_gaps,
    )
    .about(Theme::Recency),
    feature(
        "clumpiness",
        Unit::Score,
        "Entropy of the year's gaps, 0 even to 1 in one lump (Zhang, Bradlow & Small 2013)",
        clumpiness,
    )
    .lowers(Part::Regularity),
    feature("inflow_30d", Unit::Money, "Money in over the border, 30 days", |f| {
        sum(f, Window::D30, Totals::inflow)
    }),
    feature("inflow_90d", Unit::Money, "Money in over the border, 90 days", |f| {
        sum(f, Window::D90, Totals::inflow)
    })
    .lifts(Part::Amounts),
    feature("inflow_365d", Unit::Money, "Money in over the border, 365 days", |f| {
        sum(f, Window::D365, Totals::inflow)
    }),
    feature("outflow_30d", Unit::Money, "Money out over the border, 30 days", |f| {
        sum(f, Window::D30, Totals::outflow)
    })
    .about(Theme::Outflow),
    feature("outflow_90d", Unit::Money, "Money out over the border, 90 days", |f| {
        sum(f, Window::D90, Totals::outflow)
    })
    .lifts(Part::Amounts)
    .about(Theme::Outflow),
    feature("outflow_365d", Unit::Money, "Money out over the border, 365 days", |f| {
        sum(f, Window::D365, Totals::outflow)
    }),
    feature("net_flow_30d", Unit::Money, "Money in less money out, 30 days", |f| {
        sum(f, Window::D30, |s| s.inflow() - s.outflow())
    })
    .about(Theme::Outflow),
    feature("net_flow_90d", Unit::Money, "Money in less money out, 90 days", |f| {
        sum(f, Window::D90, |s| s.inflow() - s.outflow())
    })
    .about(Theme::Outflow),
    feature("net_flow_365d", Unit::Money, "Money in less money out, 365 days", |f| {
        sum(f, Window::D365, |s| s.inflow() - s.outflow())
    }),
    feature(
        "outflow_share_30d",
        Unit::Share,
        "Net money out in 30 days, as a part of the assets before them",
        |f| outflow_share(f, Window::D30),
    )
    .about(Theme::Outflow),
    feature(
        "outflow_share_90d",
        Unit::Share,
        "Net money out in 90 days, as a part of the assets before them",
        |f| outflow_share(f, Window::D90),
    )
    .about(Theme::Outflow)
    .raises_churn(),
    feature(
        "largest_outflow_share_90d",
        Unit::Share,
        "Largest single outflow of 90 days, as a part of the assets before them",
        largest_outflow_share,
    )
    .about(Theme::Outflow),
    feature(
        "outflow_trend_90d",
        Unit::Score,
        "Log ratio of money out: last 90 days against the 90 before",
        |f| trend(f, Totals::outflow),
    )
    .about(Theme::Outflow),
    feature(
        "inflow_trend_90d",
        Unit::Score,
        "Log ratio of money in: last 90 days against the 90 before",
        |f| trend(f, Totals::inflow),
    )
    .about(Theme::FrequencyFalling),
    feature("n_payments_90d", Unit::Count, "Payments, 90 days", |f| {
        count(f, Window::D90, Totals::n_payments)
    })
    .about(Theme::FrequencyFalling),
    feature("payments_90d", Unit::Money, "Paid, 90 days", |f| sum(f, Window::D90, Totals::payments)),
    feature("purchases_90d", Unit::Money, "Products bought, 90 days", |f| {
        sum(f, Window::D90, Totals::purchases)
    }),
    feature("purchases_365d", Unit::Money, "Products bought, 365 days", |f| {
        sum(f, Window::D365, Totals::purchases)
    }),
    feature("redemptions_90d", Unit::Money, "Products sold or redeemed, 90 days", |f| {
        sum(f, Window::D90, Totals::redemptions)
    })
    .about(Theme::NotRenewed),
    feature("redemptions_365d", Unit::Money, "Products sold or redeemed, 365 days", |f| {
        sum(f, Window::D365, Totals::redemptions)
    }),
    feature(
        "turnover_180d",
        Unit::Share,
        "Products bought and sold in 180 days, as a part of the 365-day high of assets",
        turnover,
    )
    .lifts(Part::Turnover),
    feature(
        "price_effect_90d",
        Unit::Money,
        "Change of market value, 90 days; missing where none is delivered",
        |f| units_or_nan(f.assets.price_effect_90d()),
    ),
    feature("branch_share_365d", Unit::Share, "Part of transactions at a branch, 365 days", |f| {
        channel_share(f, &[Channel::Branch])
    }),
    feature("atm_share_365d", Unit::Share, "Part of transactions at a machine, 365 days", |f| {
        channel_share(f, &[Channel::Atm])
    }),
    feature("digital_share_365d", Unit::Share, "Part of transactions by mobile or web, 365 days", |f| {
        channel_share(f, &[Channel::Mobile, Channel::Web])
    }),
    feature("phone_share_365d", Unit::Share, "Part of transactions by telephone, 365 days", |f| {
        channel_share(f, &[Channel::Phone])
    }),
    feature(
        "channel_entropy_365d",
        Unit::Score,
        "Entropy of the channel mix, 0 one channel to 1 all alike",
        channel_entropy,
    )
    .lifts(Part::Channels),
    feature(
        "kind_entropy_365d",
        Unit::Score,
        "Entropy of the mix of kinds, 0 one kind to 1 all alike",
        kind_entropy,
    ),
    feature(
        "amount_mean_365d",
        Unit::Money,
        "Mean size of a flow over the border, 365 days; missing without one",
        amount_mean,
    ),
];

/// `of` must be linear in the totals.
fn count(facts: &Facts<'_>, window: Window, of: impl Fn(&Totals) -> u32) -> f64 {
    if facts.window_is_visible(window) { f64::from(facts.activity.count(window, of)) } else { f64::NAN }
}

/// Days within which an everyday act is looked for [d]: with 10 or 20, levels of `synth` agree less with the planted ones.
const EVERYDAY_DAYS: f64 = 15.0;

/// Of at least one event in [`EVERYDAY_DAYS`], events being Poisson. Bounded, so that a few who pay daily do not draw
/// the border between busy and quiet customers towards themselves.
fn everyday_chance(facts: &Facts<'_>) -> f64 {
    let a_day = count(facts, Window::D90, Totals::n_everyday) / 90.0;
    -(-a_day * EVERYDAY_DAYS).exp_m1()
}

fn days_since_last_activity(facts: &Facts<'_>) -> f64 {
    facts.activity.last_started_on().map_or(f64::NAN, |on| f64::from(facts.as_of - on))
}

/// log((now + 1) / (before + 1)): the added one keeps it finite and calm at small counts.
fn log_ratio(now: f64, before: f64) -> f64 {
    ((now + 1.0) / (before + 1.0)).ln()
}

fn frequency_trend(facts: &Facts<'_>) -> f64 {
    if !facts.window_is_visible(Window::D180) {
        return f64::NAN;
    }
    let n_before = facts.activity.count_in_previous_90d(Totals::n_started);
    log_ratio(count(facts, Window::D90, Totals::n_started), f64::from(n_before))
}

fn frequency_trend_30d(facts: &Facts<'_>) -> f64 {
    let (month, quarter) =
        (count(facts, Window::D30, Totals::n_started), count(facts, Window::D90, Totals::n_started));
    log_ratio(month, (quarter - month) / 2.0)
}

fn trend(facts: &Facts<'_>, of: impl Fn(&Totals) -> i64) -> f64 {
    if !facts.window_is_visible(Window::D180) {
        return f64::NAN;
    }
    let before = Money(facts.activity.amount_in_previous_90d(&of)).to_units();
    log_ratio(sum(facts, Window::D90, &of), before)
}

fn recency_in_gaps(facts: &Facts<'_>) -> f64 {
    facts.gaps.map_or(f64::NAN, |gaps| (days_since_last_activity(facts) / gaps.mean).ln_1p())
}

/// Over the days of the last 365 on which the customer could have been seen.
fn clumpiness(facts: &Facts<'_>) -> f64 {
    let days = facts.activity.active_days();
    facts.reference.clumpiness.of(days, facts.as_of, facts.days_observed().min(365))
}

fn channel_entropy(facts: &Facts<'_>) -> f64 {
    let n = facts.activity.mix_365d(|mix| mix.n_with_channel);
    entropy(facts, n, Channel::ALL.len(), |channel| facts.activity.mix_365d(|mix| mix.by_channel[channel]))
}

fn kind_entropy(facts: &Facts<'_>) -> f64 {
    let n = facts.activity.count(Window::D365, Totals::n_transactions);
    entropy(facts, n, Kind::ALL.len(), |kind| facts.activity.mix_365d(|mix| mix.by_kind[kind]))
}

/// Shannon entropy of the counts of a year, which sum to `n`, as a part of the highest possible; missing where
/// nothing was counted.
fn entropy(facts: &Facts<'_>, n: u32, n_codes: usize, count: impl Fn(usize) -> u32) -> f64 {
    if n == 0 || !facts.window_is_visible(Window::D365) {
        return f64::NAN;
    }
    let counts = (0..n_codes).map(count).filter(|count| *count > 0);
    // `abs` turns the -0 of a single kind into 0.
    let entropy = counts.map(|count| facts.terms.of(count, n)).sum::<f64>().abs();
    entropy / f64::from(u32::try_from(n_codes).expect("codes are few")).ln()
}

fn channel_share(facts: &Facts<'_>, channels: &[Channel]) -> f64 {
    let n = facts.activity.mix_365d(|mix| mix.n_with_channel);
    let of_these =
        facts.activity.mix_365d(|mix| channels.iter().map(|channel| mix.by_channel[*channel as usize]).sum());
    let is_known = n > 0 && facts.window_is_visible(Window::D365);
    if is_known { f64::from(of_these) / f64::from(n) } else { f64::NAN }
}

/// A part of what he had when the window began. Under one currency unit of assets a share says nothing; it is
/// taken of one unit then.
pub(super) fn part_of_assets_before(facts: &Facts<'_>, window: Window, amount: f64) -> f64 {
    let before = facts.assets.at(facts.assets.plan().before[window as usize]);
    before.map_or(f64::NAN, |snapshot| amount / snapshot.assets.max(1.0))
}

fn outflow_share(facts: &Facts<'_>, window: Window) -> f64 {
    part_of_assets_before(facts, window, sum(facts, window, |s| s.outflow() - s.inflow()))
}

fn largest_outflow_share(facts: &Facts<'_>) -> f64 {
    if !facts.window_is_visible(Window::D90) {
        return f64::NAN;
    }
    let largest = Money(facts.activity.largest_outflow_90d()).to_units();
    part_of_assets_before(facts, Window::D90, largest)
}

fn turnover(facts: &Facts<'_>) -> f64 {
    let traded = sum(facts, Window::D180, |s| s.purchases() + s.redemptions());
    facts.assets.aum_max_365d.map_or(f64::NAN, |high| traded / Money(high).to_units().max(1.0))
}

fn amount_mean(facts: &Facts<'_>) -> f64 {
    let n = facts.activity.count(Window::D365, Totals::n_border);
    if n > 0 && facts.window_is_visible(Window::D365) {
        Money(facts.activity.amount(Window::D365, |s| s.inflow() + s.outflow())).to_units() / f64::from(n)
    } else {
        f64::NAN
    }
}
