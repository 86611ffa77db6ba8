//! Loyalty: commitment, in what the customer has with us, how much of his money it is, and how he feels.

use super::Facts;
use super::behaviour::part_of_assets_before;
use super::catalogue::{Axis, Feature, Part, Theme, Unit};
use super::totals::Totals;
use super::value::{aum_mean_30d, sum, units_or_nan};
use super::windows::Window;
use crate::money::Money;

const fn feature(
    name: &'static str,
    unit: Unit,
    description: &'static str,
    kernel: fn(&Facts<'_>) -> f64,
) -> Feature {
    Feature::new(Axis::Loyalty, name, unit, description, kernel)
}

pub(super) const FEATURES: &[Feature] = &[
    feature("tenure_days", Unit::Days, "Days since the customer was opened", |f| f64::from(f.as_of - f.customer.opened_on)).lifts(Part::Tenure).about(Theme::TenureShort),
    feature("age_years", Unit::Count, "Completed years of age", |f| f.customer.birth_date.map_or(f64::NAN, |born| f64::from(f.reference.ages.of(born)))),
    feature("observed_days", Unit::Days, "Days of the customer's relation that the data covers", |f| f64::from(f.days_observed())).outside_churn_model(),
    feature("n_product_kinds", Unit::Count, "Kinds of products held", n_kinds).lifts(Part::Products).about(Theme::ProductsFewer),
    feature("n_product_kinds_change_365d", Unit::Count, "Kinds of products held, less those held 365 days ago", n_kinds_change).lifts(Part::Trend).about(Theme::ProductsFewer).lowers_churn(),
    feature("n_product_kinds_change_90d", Unit::Count, "Kinds of products held, less those held 90 days ago", n_kinds_change_90d).about(Theme::ProductsFewer).lowers_churn(),
    feature("wallet_share_declared", Unit::Share, "Our part of the assets that the customer declares; missing before the first delivery", wallet_share_declared).lifts(Part::Wallet).outside_churn_model(),
    feature("elsewhere_share_365d", Unit::Share, "Money moved to own accounts elsewhere, as a part of all money out, 365 days (proxy for the share of wallet)", elsewhere_share).lowers_as_proxy(Part::Wallet).about(Theme::TransfersElsewhere).raises_churn(),
    feature("elsewhere_net_90d", Unit::Money, "Moved to own accounts elsewhere less moved back, 90 days", |f| sum(f, Window::D90, |s| s.moved_elsewhere() - s.moved_back())).about(Theme::TransfersElsewhere).raises_churn(),
    feature("elsewhere_net_365d", Unit::Money, "Moved to own accounts elsewhere less moved back, 365 days", |f| sum(f, Window::D365, |s| s.moved_elsewhere() - s.moved_back())).about(Theme::TransfersElsewhere).raises_churn(),
    feature("elsewhere_out_share_30d", Unit::Share, "Money moved to own accounts elsewhere in 30 days, as a part of the assets before them", |f| elsewhere_out_share(f, Window::D30)).about(Theme::TransfersElsewhere),
    feature("elsewhere_out_share_90d", Unit::Share, "Money moved to own accounts elsewhere in 90 days, as a part of the assets before them", |f| elsewhere_out_share(f, Window::D90)).about(Theme::TransfersElsewhere),
    feature("own_transfer_chance_365d", Unit::Score, "Chance that a transfer comes from or goes to an own account elsewhere, by those of 365 days: (own + 1) / (all + 2)", own_transfer_chance).about(Theme::TransfersElsewhere),
    feature("matured_365d", Unit::Money, "Money that matured, 365 days", |f| if f.assets.plan().is_known_for_365d { units_or_nan(Some(f.assets.matured_and_renewed_365d().0)) } else { f64::NAN }),
    feature("renewal_share_365d", Unit::Share, "Matured money that began a new term, 365 days; missing where none matured, or where nobody says when a term began", renewal_share).lifts(Part::Renewal).about(Theme::NotRenewed).lowers_churn(),
    feature("maturing_30d", Unit::Money, "Money that matures in the next 30 days", |f| balance_known(f, f.assets.newest.maturing_30d)),
    feature("term_share", Unit::Share, "Part of the assets with a maturity still to come", term_share),
    feature("aum_trend_12m", Unit::Share, "Slope of assets over the last 12 month-ends, per month, as a part of their mean", |f| f.assets.trend_12_months().unwrap_or(f64::NAN)).lifts(Part::Trend).about(Theme::AumFalling),
    feature("aum_change_share_90d", Unit::Share, "Change of assets over 90 days, as a part of their 365-day high", |f| aum_change_share(f, Window::D90)).about(Theme::AumFalling).lowers_churn(),
    feature("aum_change_share_180d", Unit::Share, "Change of assets over 180 days, as a part of their 365-day high", |f| aum_change_share(f, Window::D180)).about(Theme::AumFalling).lowers_churn(),
    feature("aum_share_of_max", Unit::Share, "Assets as a part of their 365-day high", aum_share_of_max).about(Theme::AumFalling).lowers_churn(),
    feature("salary_months_12m", Unit::Count, "Calendar months of the last twelve with a salary", |f| if f.window_is_visible(Window::D365) { f64::from(f.activity.salary_months()) } else { f64::NAN }).about(Theme::SalaryStopped),
    feature("salary_change_90d", Unit::Count, "Salaries in 90 days less those in the 90 days before", salary_change).about(Theme::SalaryStopped).lowers_churn(),
    feature("days_since_last_salary", Unit::Days, "Days since the last salary of the year; missing without one", |f| f.activity.last_salary_on().map_or(f64::NAN, |on| f64::from(f.as_of - on))).about(Theme::SalaryStopped),
    feature("days_since_last_repayment", Unit::Days, "Days since the last repayment of a loan or card in the year; missing without one", |f| f.activity.last_repayment_on().map_or(f64::NAN, |on| f64::from(f.as_of - on))),
    feature("active_months_12m", Unit::Count, "Calendar months of the last twelve in which he started something: repeat business", |f| if f.window_is_visible(Window::D365) { f64::from(f.activity.active_months()) } else { f64::NAN }).about(Theme::FrequencyFalling),
    feature("satisfaction", Unit::Score, "Newest survey answer, 0 to 10; missing before the first delivery", |f| f.known.and_then(|known| known.satisfaction).unwrap_or(f64::NAN)).lifts(Part::Attitude).outside_churn_model(),
    feature("satisfaction_at_contacts", Unit::Score, "Mean of the answers, 0 to 10, that he gave at contacts, complaints apart; missing without one", |f| if f.contacts.n_answers > 0 { f.contacts.answers / f64::from(f.contacts.n_answers) } else { f64::NAN }),
    feature("n_complaints_365d", Unit::Count, "Complaints, 365 days", |f| contact_figure(f.reference.contacts_are_known_for_365d, f64::from(f.contacts.n_complaints_365d))).lowers_as_proxy(Part::Attitude).about(Theme::ComplaintOpen).raises_churn(),
    feature("complaint_open", Unit::Flag, "A complaint is not resolved", |f| contact_figure(f.reference.contacts_are_known, f64::from(u8::from(f.contacts.complaint_open)))).about(Theme::ComplaintOpen).raises_churn(),
    feature("n_contacts_365d", Unit::Count, "Contacts, attempts included, 365 days", |f| contact_figure(f.reference.contacts_are_known_for_365d, f64::from(f.contacts.n_365d))),
    feature("days_since_last_contact", Unit::Days, "Days since the last contact, attempts included; missing where there was none", |f| f.contacts.last_on.map_or(f64::NAN, |on| f64::from(f.as_of - on))).about(Theme::ContactOld),
];

fn balance_known(facts: &Facts<'_>, minor: i64) -> f64 {
    if facts.has_balances() { Money(minor).to_units() } else { f64::NAN }
}

/// A figure of contacts; NaN where they do not reach back over its days.
fn contact_figure(is_known: bool, figure: f64) -> f64 {
    if is_known { figure } else { f64::NAN }
}

fn n_kinds(facts: &Facts<'_>) -> f64 {
    kinds_at(facts, facts.assets.plan().newest)
}

/// Kinds with a balance in a snapshot; NaN where there is none.
fn kinds_at(facts: &Facts<'_>, position: Option<usize>) -> f64 {
    facts.assets.at(position).map_or(f64::NAN, |snapshot| f64::from(snapshot.n_kinds()))
}

fn kinds_change(facts: &Facts<'_>, window: Window) -> f64 {
    n_kinds(facts) - kinds_at(facts, facts.assets.plan().before[window as usize])
}

fn n_kinds_change(facts: &Facts<'_>) -> f64 {
    kinds_change(facts, Window::D365)
}

fn n_kinds_change_90d(facts: &Facts<'_>) -> f64 {
    kinds_change(facts, Window::D90)
}

fn wallet_share_declared(facts: &Facts<'_>) -> f64 {
    let elsewhere = facts.known.and_then(|known| known.other_bank_assets);
    let ours = aum_mean_30d(facts);
    let whole = ours + elsewhere.map_or(f64::NAN, Money::to_units);
    if whole > 0.0 { ours / whole } else { f64::NAN }
}

fn elsewhere_share(facts: &Facts<'_>) -> f64 {
    let out = sum(facts, Window::D365, Totals::outflow);
    let elsewhere = sum(facts, Window::D365, Totals::moved_elsewhere);
    if out > 0.0 { elsewhere / out } else { f64::NAN }
}

fn elsewhere_out_share(facts: &Facts<'_>, window: Window) -> f64 {
    part_of_assets_before(facts, window, sum(facts, window, Totals::moved_elsewhere))
}

/// Laplace's rule of succession, so that a few transfers do not make a share of 0 or 1.
fn own_transfer_chance(facts: &Facts<'_>) -> f64 {
    if !facts.window_is_visible(Window::D365) {
        return f64::NAN;
    }
    let n = |of: fn(&Totals) -> u32| f64::from(facts.activity.count(Window::D365, of));
    (n(Totals::n_own_transfers) + 1.0) / (n(Totals::n_transfers) + 2.0)
}

fn renewal_share(facts: &Facts<'_>) -> f64 {
    let (matured, renewed) = facts.assets.matured_and_renewed_365d();
    if matured > 0 && facts.assets.plan().is_known_for_365d && facts.assets.renewals_are_known_365d() {
        units_or_nan(Some(renewed)) / units_or_nan(Some(matured))
    } else {
        f64::NAN
    }
}

fn term_share(facts: &Facts<'_>) -> f64 {
    let aum = units_or_nan(facts.assets.aum());
    if aum > 0.0 { units_or_nan(Some(facts.assets.newest.maturing)) / aum } else { f64::NAN }
}

fn aum_change_share(facts: &Facts<'_>, window: Window) -> f64 {
    let then = facts.assets.at(facts.assets.plan().before[window as usize]).map(|snapshot| snapshot.aum);
    let high = units_or_nan(facts.assets.aum_max_365d);
    let change = units_or_nan(facts.assets.aum().zip(then).map(|(now, then)| now - then));
    if high > 0.0 { change / high } else { f64::NAN }
}

fn aum_share_of_max(facts: &Facts<'_>) -> f64 {
    let high = units_or_nan(facts.assets.aum_max_365d);
    if high > 0.0 { units_or_nan(facts.assets.aum()) / high } else { f64::NAN }
}

fn salary_change(facts: &Facts<'_>) -> f64 {
    if !facts.window_is_visible(Window::D180) {
        return f64::NAN;
    }
    f64::from(facts.activity.count(Window::D90, Totals::n_salaries))
        - f64::from(facts.activity.count_in_previous_90d(Totals::n_salaries))
}
