//! On an invented bank it is known who meant to leave: the label must agree, also through a crash of the market, and
//! a label that takes every fall of assets for an outflow must do worse.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{default_config, invent, taken_in};
use crate::published::Table;
use std::collections::BTreeMap;
use std::path::Path;
use tercet::churn::labels::{EventKind, Followed, Label, Scope, follow};
use tercet::churn::origins::scope_and_baseline;
use tercet::config::Churn;
use tercet::date::Date;
use tercet::money::Money;
use tercet::store::{Calendar, CustomerHistory, Keep, Standing};

const HORIZON_DAYS: i32 = 90;

/// The generator's state of each customer at each month-end: `state` of `truth.parquet`.
struct Truth(BTreeMap<(String, Date), String>);

impl Truth {
    fn read(path: &Path) -> Self {
        let table = Table::read(path);
        let keys = table.texts("customer_id").into_iter().flatten().zip(table.dates("month_end"));
        Self(keys.zip(table.texts("state").into_iter().flatten()).collect())
    }

    fn is_leaving(&self, id: &str, on: Date) -> bool {
        self.0.get(&(id.to_owned(), on)).is_some_and(|state| state == "leaving")
    }

    /// Whether a departure was decided after `origin` and over by the end of its window; `None` where the truth does
    /// not say so to the day: a departure that runs at the origin or at the end of the window, and ends that were no
    /// decision of the customer's.
    fn has_left(&self, history: &CustomerHistory<'_>, origin: Date, rules: &Churn) -> Option<bool> {
        let to = origin.plus_days(rules.gap_days + HORIZON_DAYS);
        let customer = history.customer;
        let reason = customer.close_reason.as_deref().unwrap_or_default();
        let month_ends: Vec<Date> =
            (0..=4).map(|month| Date::end_of_month_index(origin.month_index() + month)).collect();
        let leaving: Vec<bool> =
            month_ends.iter().map(|on| self.is_leaving(&customer.customer_id, *on)).collect();
        if leaving[0] || rules.excluded_close_reasons.iter().any(|excluded| excluded == reason) {
            return None;
        }
        match customer.closed_on {
            Some(on) if on <= to => return Some(true),
            Some(on) if on <= month_ends[4] => return None,
            _ => {}
        }
        match leaving.iter().rposition(|is_leaving| *is_leaving) {
            None => Some(false),
            // Over by the end of that month.
            Some(last) if last < 4 && month_ends[last] <= to => Some(true),
            Some(_) => None,
        }
    }
}

/// The label without the split: assets fell by `churn.outflow_share` at a later snapshot, by whatever cause.
fn assets_fell(
    history: &CustomerHistory<'_>,
    snapshots: &[Date],
    followed: &Followed,
    rules: &Churn,
) -> bool {
    let to = followed.origin.plus_days(rules.gap_days + HORIZON_DAYS);
    let limit = (1.0 - rules.outflow_share) * followed.baseline.unwrap();
    snapshots.iter().filter(|on| **on > followed.origin && **on <= to).any(|on| {
        let held = history.holdings.iter().filter(|row| row.snapshot_on == *on);
        let assets = held.filter(|row| row.product_kind.counts_in_aum()).map(|row| row.balance.0).sum();
        Money(assets).to_units() <= limit
    })
}

/// Customers whose truth is known, and how many of them either label has right.
#[derive(Debug, Default)]
struct Agreement {
    n: u32,
    n_left: u32,
    n_by_outflow: u32,
    n_by_assets: u32,
}

impl Agreement {
    fn look_at(
        &mut self,
        calendar: &Calendar,
        history: &CustomerHistory<'_>,
        [origin, as_of]: [Date; 2],
        truth: &Truth,
        rules: &Churn,
    ) {
        let (scope, baseline) = scope_and_baseline(calendar, history, origin, rules);
        if history.standing(origin) != Standing::InNight || scope != Scope::In {
            return;
        }
        let followed = follow(history, origin, baseline, as_of, rules);
        let to = origin.plus_days(rules.gap_days + HORIZON_DAYS);
        let has_gone = match followed.label(HORIZON_DAYS).expect("the origin is old enough") {
            Label::InGap | Label::NotHisDecision => return,
            Label::Leaves(EventKind::Closed | EventKind::RunOff) => true,
            // Silent before his money left, which may follow.
            Label::Leaves(EventKind::Silent) => {
                let left_on = followed.outflow.and_then(|outflow| outflow.confirmed_on);
                left_on.or(followed.closed_on).is_some_and(|on| on <= to)
            }
            Label::Stays => false,
        };
        let Some(has_left) = truth.has_left(history, origin, rules) else { return };
        let fell = assets_fell(history, &calendar.snapshots, &followed, rules);
        self.n += 1;
        self.n_left += u32::from(has_left);
        self.n_by_outflow += u32::from(has_gone == has_left);
        self.n_by_assets += u32::from(fell == has_left);
    }
}

/// Issue "Churn", "What it must show".
#[test]
fn the_run_off_label_is_right_where_the_truth_is_known_and_a_fall_in_price_is_none() {
    let home = tempfile::tempdir().unwrap();
    invent(6000, 30, 42, home.path());
    let config = default_config(home.path(), home.path());
    let as_of: Date = "2026-10-31".parse().unwrap();
    let bank = taken_in(&config, as_of).bank(as_of).unwrap();
    let truth = Truth::read(&home.path().join("truth.parquet"));
    let rules = &config.churn;

    let rows = bank.excerpt(&Keep::ALL).unwrap();
    let mut agreement = Agreement::default();
    for origin in as_of.plus_days(-(rules.gap_days + HORIZON_DAYS + rules.confirm_days)).last_month_ends(12) {
        for index in bank.indices() {
            let history = rows.history(index);
            agreement.look_at(bank.calendar(), &history, [origin, as_of], &truth, rules);
        }
    }
    let share = |right: u32| f64::from(right) / f64::from(agreement.n);
    assert!(agreement.n > 20_000 && agreement.n_left > 500, "{agreement:?}");
    assert!(share(agreement.n_by_outflow) >= 0.99, "{agreement:?}");
    assert!(agreement.n_by_outflow > agreement.n_by_assets, "{agreement:?}");
}
