//! Behaviour: what the customer does, how regularly, through which doors, and where it is heading.

use super::Facts;
use super::catalogue::{Axis, Feature, Theme, Unit};
use super::value::{sum, units_or_nan};
use super::windows::{Sums, WINDOW_DAYS, Window};
use crate::contract::codes::Channel;
use crate::date::Date;
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
    .lowers()
    .about(Theme::Recency),
    feature("is_silent_90d", Unit::Flag, "Nothing started in 90 days", |f| {
        if f.window_is_visible(Window::D90) {
            f64::from(u8::from(f.activity.window(Window::D90).n_started == 0))
        } else {
            f64::NAN
        }
    })
    .about(Theme::Recency),
    feature("n_transactions_30d", Unit::Count, "Transactions, 30 days", |f| {
        count(f, Window::D30, |s| s.n_transactions)
    }),
    feature("n_transactions_90d", Unit::Count, "Transactions, 90 days", |f| {
        count(f, Window::D90, |s| s.n_transactions)
    }),
    feature("n_transactions_180d", Unit::Count, "Transactions, 180 days", |f| {
        count(f, Window::D180, |s| s.n_transactions)
    }),
    feature("n_transactions_365d", Unit::Count, "Transactions, 365 days", |f| {
        count(f, Window::D365, |s| s.n_transactions)
    }),
    feature("n_started_30d", Unit::Count, "Transactions he started, 30 days", |f| {
        count(f, Window::D30, |s| s.n_started)
    })
    .about(Theme::FrequencyFalling),
    feature("n_started_90d", Unit::Count, "Transactions he started, 90 days", |f| {
        count(f, Window::D90, |s| s.n_started)
    })
    .lifts()
    .about(Theme::FrequencyFalling),
    feature("n_started_365d", Unit::Count, "Transactions he started, 365 days", |f| {
        count(f, Window::D365, |s| s.n_started)
    }),
    feature(
        "frequency_trend_30d",
        Unit::Score,
        "Log ratio of started transactions: last 30 days against a third of the 90 before",
        frequency_trend_30d,
    )
    .about(Theme::FrequencyFalling),
    feature(
        "frequency_trend_90d",
        Unit::Score,
        "Log ratio of started transactions: last 90 days against the 90 before",
        frequency_trend,
    )
    .lifts()
    .about(Theme::FrequencyFalling),
    feature("active_days_365d", Unit::Count, "Days with something started, 365 days", |f| {
        if f.window_is_visible(Window::D365) { n_active_days(f) } else { f64::NAN }
    }),
    feature(
        "gap_mean_days",
        Unit::Days,
        "Mean days between active days of the last 365; missing under two",
        |f| gaps(f).map_or(f64::NAN, |gaps| gaps.mean),
    ),
    feature(
        "gap_variation",
        Unit::Score,
        "Coefficient of variation of those gaps: 0 is clockwork; missing under three active days",
        |f| gaps(f).map_or(f64::NAN, |gaps| gaps.variation),
    ),
    feature(
        "recency_in_gaps",
        Unit::Score,
        "Days since the last activity in units of his mean gap, as log(1 + x)",
        recency_in_gaps,
    )
    .about(Theme::Recency),
    feature(
        "clumpiness",
        Unit::Score,
        "Entropy of the year's gaps, 0 even to 1 in one lump (Zhang, Bradlow & Small 2013)",
        clumpiness,
    )
    .lowers(),
    feature("inflow_30d", Unit::Money, "Money in over the border, 30 days", |f| {
        sum(f, Window::D30, |s| s.inflow)
    }),
    feature("inflow_90d", Unit::Money, "Money in over the border, 90 days", |f| {
        sum(f, Window::D90, |s| s.inflow)
    })
    .lifts(),
    feature("inflow_365d", Unit::Money, "Money in over the border, 365 days", |f| {
        sum(f, Window::D365, |s| s.inflow)
    }),
    feature("outflow_30d", Unit::Money, "Money out over the border, 30 days", |f| {
        sum(f, Window::D30, |s| s.outflow)
    })
    .about(Theme::Outflow),
    feature("outflow_90d", Unit::Money, "Money out over the border, 90 days", |f| {
        sum(f, Window::D90, |s| s.outflow)
    })
    .about(Theme::Outflow),
    feature("outflow_365d", Unit::Money, "Money out over the border, 365 days", |f| {
        sum(f, Window::D365, |s| s.outflow)
    }),
    feature("net_flow_30d", Unit::Money, "Money in less money out, 30 days", |f| {
        sum(f, Window::D30, |s| s.inflow - s.outflow)
    })
    .about(Theme::Outflow),
    feature("net_flow_90d", Unit::Money, "Money in less money out, 90 days", |f| {
        sum(f, Window::D90, |s| s.inflow - s.outflow)
    })
    .about(Theme::Outflow),
    feature("net_flow_365d", Unit::Money, "Money in less money out, 365 days", |f| {
        sum(f, Window::D365, |s| s.inflow - s.outflow)
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
    .about(Theme::Outflow),
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
        |f| trend(f, |s| s.outflow),
    )
    .about(Theme::Outflow),
    feature(
        "inflow_trend_90d",
        Unit::Score,
        "Log ratio of money in: last 90 days against the 90 before",
        |f| trend(f, |s| s.inflow),
    )
    .about(Theme::FrequencyFalling),
    feature("n_payments_90d", Unit::Count, "Payments, 90 days", |f| count(f, Window::D90, |s| s.n_payments))
        .about(Theme::FrequencyFalling),
    feature("payments_90d", Unit::Money, "Paid, 90 days", |f| sum(f, Window::D90, |s| s.payments)),
    feature("purchases_90d", Unit::Money, "Products bought, 90 days", |f| {
        sum(f, Window::D90, |s| s.purchases)
    }),
    feature("purchases_365d", Unit::Money, "Products bought, 365 days", |f| {
        sum(f, Window::D365, |s| s.purchases)
    }),
    feature("redemptions_90d", Unit::Money, "Products sold or redeemed, 90 days", |f| {
        sum(f, Window::D90, |s| s.redemptions)
    })
    .about(Theme::NotRenewed),
    feature("redemptions_365d", Unit::Money, "Products sold or redeemed, 365 days", |f| {
        sum(f, Window::D365, |s| s.redemptions)
    }),
    feature(
        "turnover_180d",
        Unit::Share,
        "Products bought and sold in 180 days, as a part of the 365-day high of assets",
        turnover,
    ),
    feature(
        "price_effect_90d",
        Unit::Money,
        "Change of market value, 90 days; missing where none is delivered",
        |f| units_or_nan(f.assets.price_effect(90)),
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
        |f| entropy(f, &f.activity.by_channel),
    ),
    feature(
        "kind_entropy_365d",
        Unit::Score,
        "Entropy of the mix of kinds, 0 one kind to 1 all alike",
        |f| entropy(f, &f.activity.by_kind),
    )
    .lifts(),
    feature(
        "amount_mean_365d",
        Unit::Money,
        "Mean size of a flow over the border, 365 days; missing without one",
        amount_mean,
    ),
];

fn count(facts: &Facts<'_>, window: Window, of: impl Fn(&Sums) -> u32) -> f64 {
    if facts.window_is_visible(window) { f64::from(of(facts.activity.window(window))) } else { f64::NAN }
}

fn days_since_last_activity(facts: &Facts<'_>) -> f64 {
    facts.activity.last_started_on.map_or(f64::NAN, |on| f64::from(facts.as_of - on))
}

fn n_active_days(facts: &Facts<'_>) -> f64 {
    f64::from(u32::try_from(facts.activity.active_days.len()).expect("a year has 366 days at most"))
}

/// log((now + 1) / (before + 1)): the added one keeps it finite and calm at small counts.
fn log_ratio(now: f64, before: f64) -> f64 {
    ((now + 1.0) / (before + 1.0)).ln()
}

fn frequency_trend(facts: &Facts<'_>) -> f64 {
    if !facts.window_is_visible(Window::D180) {
        return f64::NAN;
    }
    log_ratio(
        count(facts, Window::D90, |s| s.n_started),
        f64::from(facts.activity.previous_90_days().n_started),
    )
}

fn frequency_trend_30d(facts: &Facts<'_>) -> f64 {
    let (month, quarter) =
        (count(facts, Window::D30, |s| s.n_started), count(facts, Window::D90, |s| s.n_started));
    log_ratio(month, (quarter - month) / 2.0)
}

fn trend(facts: &Facts<'_>, of: impl Fn(&Sums) -> i64) -> f64 {
    if !facts.window_is_visible(Window::D180) {
        return f64::NAN;
    }
    let before = Money(of(&facts.activity.previous_90_days())).to_units();
    log_ratio(sum(facts, Window::D90, &of), before)
}

struct Gaps {
    mean: f64,
    variation: f64,
}

/// Days between consecutive active days of the last year.
fn gaps(facts: &Facts<'_>) -> Option<Gaps> {
    let days = &facts.activity.active_days;
    let gaps: Vec<f64> = days.windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect();
    let n = f64::from(u32::try_from(gaps.len()).ok()?);
    if gaps.is_empty() {
        return None;
    }
    let mean = gaps.iter().sum::<f64>() / n;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / n;
    let variation = if gaps.len() > 1 { variance.sqrt() / mean } else { f64::NAN };
    Some(Gaps { mean, variation })
}

fn recency_in_gaps(facts: &Facts<'_>) -> f64 {
    gaps(facts).map_or(f64::NAN, |gaps| (days_since_last_activity(facts) / gaps.mean).ln_1p())
}

/// Zhang, Bradlow & Small 2013, equation 3: 1 + sum x ln x / ln(n + 1), with x the n + 1 gaps before,
/// between and after the events as parts of the window of N + 1 days.
fn clumpiness(facts: &Facts<'_>) -> f64 {
    let days = &facts.activity.active_days;
    let length = facts.days_observed().min(365);
    let (first, end) = (facts.as_of.plus_days(-length), facts.as_of.plus_days(1));
    let inside: Vec<Date> = days.iter().copied().filter(|day| *day > first).collect();
    if inside.is_empty() {
        return f64::NAN;
    }
    let edges: Vec<Date> =
        std::iter::once(first).chain(inside.iter().copied()).chain(std::iter::once(end)).collect();
    let term = |gap: i32| {
        let x = f64::from(gap) / f64::from(length + 1);
        if x > 0.0 { x * x.ln() } else { 0.0 }
    };
    let entropy: f64 = edges.windows(2).map(|pair| term(pair[1] - pair[0])).sum();
    1.0 + entropy / f64::from(u32::try_from(inside.len() + 1).expect("days of a year")).ln()
}

/// Shannon entropy of counts as a part of the highest possible; missing where nothing was counted.
fn entropy(facts: &Facts<'_>, counts: &[u32]) -> f64 {
    let n: u32 = counts.iter().sum();
    if n == 0 || !facts.window_is_visible(Window::D365) {
        return f64::NAN;
    }
    let kinds = f64::from(u32::try_from(counts.len()).expect("codes are few"));
    let parts = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / f64::from(n));
    // `abs` turns the -0 of a single kind into 0.
    parts.map(|part| -part * part.ln()).sum::<f64>().abs() / kinds.ln()
}

fn channel_share(facts: &Facts<'_>, channels: &[Channel]) -> f64 {
    let n: u32 = facts.activity.by_channel.iter().sum();
    let of_these: u32 = channels.iter().map(|channel| facts.activity.by_channel[*channel as usize]).sum();
    let is_known = n > 0 && facts.window_is_visible(Window::D365);
    if is_known { f64::from(of_these) / f64::from(n) } else { f64::NAN }
}

/// A part of what he had when the window began. Under one currency unit of assets a share says nothing; it is
/// taken of one unit then.
fn part_of_assets_before(facts: &Facts<'_>, window: Window, amount: f64) -> f64 {
    let before = facts.as_of.plus_days(-WINDOW_DAYS[window as usize]);
    let assets = units_or_nan(facts.assets.aum_at(before));
    if assets.is_nan() { f64::NAN } else { amount / assets.max(1.0) }
}

fn outflow_share(facts: &Facts<'_>, window: Window) -> f64 {
    part_of_assets_before(facts, window, sum(facts, window, |s| s.outflow - s.inflow))
}

fn largest_outflow_share(facts: &Facts<'_>) -> f64 {
    part_of_assets_before(facts, Window::D90, sum(facts, Window::D90, |s| s.largest_outflow.max(0)))
}

fn turnover(facts: &Facts<'_>) -> f64 {
    let high = units_or_nan(facts.assets.max_365d());
    if high.is_nan() {
        f64::NAN
    } else {
        sum(facts, Window::D180, |s| s.purchases + s.redemptions) / high.max(1.0)
    }
}

fn amount_mean(facts: &Facts<'_>) -> f64 {
    let year = facts.activity.window(Window::D365);
    let flows: u32 = {
        use crate::contract::codes::Kind;
        Kind::ALL
            .iter()
            .filter(|kind| kind.crosses_border())
            .map(|kind| facts.activity.by_kind[*kind as usize])
            .sum()
    };
    if flows > 0 && facts.window_is_visible(Window::D365) {
        Money(year.inflow + year.outflow).to_units() / f64::from(flows)
    } else {
        f64::NAN
    }
}
