//! `managers.parquet`: what hangs on each manager, how his customers stayed and were looked after, and tonight's list.
//!
//! Customers count under the manager they were delivered with, also when he has left; lists count under the
//! one who works them tonight.

use super::assign::ManagerList;
use super::frames::{checked, dates};
use super::{Night, UNASSIGNED};
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct Figures {
    n_customers: i64,
    value: f64,
    aum: Option<f64>,
    expected_loss: Option<f64>,
    /// Customers of whom it is.
    n_scored: i64,
    /// Sum and number of known scores.
    loyalty: (f64, i64),
    /// Customers in scope a year ago, without those whom death or a merger took since; and those of them who were not
    /// lost.
    a_year_ago: (i64, i64),
    /// Customers whose contacts are known for longer than the cadence of their tier, and those of them who were reached
    /// within it.
    due: (i64, i64),
    capacity: i32,
    listed: i32,
    not_listed: i32,
}

type OfManagers<'a> = BTreeMap<&'a str, Figures>;

/// One row per manager with customers or a list.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub(super) fn frame(night: &Night<'_>, lists: &[ManagerList]) -> Result<DataFrame> {
    let mut figures = OfManagers::new();
    add_lists(&mut figures, lists);
    add_customers(&mut figures, night);
    add_year(&mut figures, night);
    let manager = |id: &&str| night.bank.manager(id);
    let branches: Vec<Option<&str>> =
        figures.keys().map(|id| manager(id).and_then(|manager| manager.branch_id.as_deref())).collect();
    let values: Vec<f64> = figures.values().map(|figure| figure.value).collect();
    let of = |what: fn(&Figures) -> Option<f64>| figures.values().map(what).collect::<Vec<_>>();
    let count = |what: fn(&Figures) -> i64| figures.values().map(what).collect::<Vec<_>>();
    let places = |what: fn(&Figures) -> i32| figures.values().map(what).collect::<Vec<_>>();
    let columns = vec![
        Column::new("manager_id".into(), figures.keys().copied().collect::<Vec<_>>()),
        Column::new("branch_id".into(), &branches),
        dates("left_on", figures.keys().map(|id| manager(id)?.left_on.map(|on| on.0)))?,
        Column::new("n_customers".into(), count(|figure| figure.n_customers)),
        Column::new("value_12m".into(), &values),
        Column::new("value_share_of_branch".into(), shares_of_branch(&branches, &values)),
        Column::new("aum".into(), of(|figure| figure.aum)),
        Column::new("expected_loss".into(), of(|figure| figure.expected_loss)),
        Column::new("n_scored".into(), count(|figure| figure.n_scored)),
        Column::new("loyalty_score".into(), of(|figure| ratio(figure.loyalty.0, figure.loyalty.1))),
        Column::new("n_a_year_ago".into(), count(|figure| figure.a_year_ago.0)),
        Column::new("retention_365d".into(), of(|figure| part(figure.a_year_ago))),
        Column::new("n_with_cadence".into(), count(|figure| figure.due.0)),
        Column::new("coverage".into(), of(|figure| part(figure.due))),
        Column::new("capacity".into(), places(|figure| figure.capacity)),
        Column::new(
            "capacity_used".into(),
            of(|figure| part((figure.capacity.into(), figure.listed.into()))),
        ),
        Column::new("listed".into(), places(|figure| figure.listed)),
        Column::new("not_listed".into(), places(|figure| figure.not_listed)),
    ];
    checked(&schema::MANAGERS, figures.len(), columns)
}

fn add_lists<'a>(figures: &mut OfManagers<'a>, lists: &'a [ManagerList]) {
    for list in lists {
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let figure = figures.entry(&list.manager_id).or_default();
        figure.capacity = count(list.capacity as usize);
        (figure.listed, figure.not_listed) = (count(list.listed.len()), count(list.beyond_capacity.len()));
    }
}

fn add_customers<'a>(figures: &mut OfManagers<'a>, night: &Night<'a>) {
    let contacts_are_delivered = night.contacts_are_delivered();
    for row in 0..night.n_rows() {
        let figure = figures.entry(manager_of(night.customer(row).manager_id.as_deref())).or_default();
        figure.n_customers += 1;
        figure.value += night.value(row);
        if let Some(aum) = night.aum(row) {
            *figure.aum.get_or_insert(0.0) += aum;
        }
        if let Some((probability, exposure)) =
            night.churn.probabilities()[row].zip(night.churn.exposures()[row])
        {
            *figure.expected_loss.get_or_insert(0.0) += probability * exposure.to_units();
            figure.n_scored += 1;
        }
        let loyalty = night.segments.loyalty_scores()[row];
        if !loyalty.is_nan() {
            figure.loyalty = (figure.loyalty.0 + loyalty, figure.loyalty.1 + 1);
        }
        // Whose first contact is not due yet is neither covered nor forgotten, nor is who came before contacts are known.
        let days_known = night.as_of() - night.contacts_known_from(row);
        let cadence = night.cadence(row).filter(|cadence| contacts_are_delivered && days_known > *cadence);
        if let Some(cadence) = cadence {
            figure.due.0 += 1;
            figure.due.1 += i64::from(night.was_reached_since(row, night.as_of().plus_days(-cadence)));
        }
    }
}

/// Also those who have closed since, who are in no table of the night.
fn add_year<'a>(figures: &mut OfManagers<'a>, night: &Night<'a>) {
    for index in night.bank.indices() {
        let seen = night.lookback.of(index);
        let customer = night.bank.customer(index);
        let is_gone = customer.deceased == Some(true)
            || customer.closed_on.is_some_and(|closed_on| closed_on <= night.as_of());
        // Whom the bank did not lose and does not have any more is neither kept nor lost.
        if seen.was_in_scope && (seen.loss.is_some() || !is_gone) {
            let manager = manager_of(customer.manager_id.as_deref());
            let figure = figures.entry(manager).or_default();
            figure.a_year_ago.0 += 1;
            figure.a_year_ago.1 += i64::from(seen.loss.is_none());
        }
    }
}

fn manager_of(id: Option<&str>) -> &str {
    id.unwrap_or(UNASSIGNED)
}

/// What of its branch's value hangs on each manager; `None` without a branch, or where its value is not positive.
fn shares_of_branch(branches: &[Option<&str>], values: &[f64]) -> Vec<Option<f64>> {
    let mut totals: BTreeMap<&str, f64> = BTreeMap::new();
    for (branch, value) in branches.iter().zip(values) {
        if let Some(branch) = branch {
            *totals.entry(branch).or_default() += value;
        }
    }
    let share = |(branch, value): (&Option<&str>, &f64)| {
        let total = totals[(*branch)?];
        (total > 0.0).then_some(value / total)
    };
    branches.iter().zip(values).map(share).collect()
}

fn part((whole, part): (i64, i64)) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    ratio(part as f64, whole)
}

fn ratio(sum: f64, n: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
    (n > 0).then(|| sum / n as f64)
}
