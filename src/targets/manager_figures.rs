//! `managers.parquet`: what hangs on each manager, and how much of it is on tonight's list.
//!
//! Customers count under the manager they were delivered with, also when he has left; lists count under the
//! one who works them tonight.

use super::assign::ManagerList;
use super::frames::checked;
use super::{Night, UNASSIGNED};
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct Figures {
    n_customers: i64,
    value: f64,
    expected_loss: Option<f64>,
    capacity: i32,
    listed: i32,
    not_listed: i32,
}

/// One row per manager with customers or a list.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub(super) fn frame(night: &Night<'_>, lists: &[ManagerList]) -> Result<DataFrame> {
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    for list in lists {
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let figure = figures.entry(&list.manager_id).or_default();
        figure.capacity = count(list.capacity as usize);
        (figure.listed, figure.not_listed) = (count(list.listed.len()), count(list.beyond_capacity.len()));
    }
    let values = night.features.column("value_12m");
    for (row, value) in values.iter().enumerate() {
        let manager = night.customer(row).manager_id.as_deref().unwrap_or(UNASSIGNED);
        let figure = figures.entry(manager).or_default();
        figure.n_customers += 1;
        figure.value += if value.is_nan() { 0.0 } else { *value };
        if let Some((probability, exposure)) =
            night.churn.probabilities()[row].zip(night.churn.exposures()[row])
        {
            *figure.expected_loss.get_or_insert(0.0) += probability * exposure.to_units();
        }
    }
    let branch = |id: &str| night.bank.manager(id).and_then(|manager| manager.branch_id.as_deref());
    let columns = vec![
        Column::new("manager_id".into(), figures.keys().copied().collect::<Vec<_>>()),
        Column::new("branch_id".into(), figures.keys().map(|id| branch(id)).collect::<Vec<_>>()),
        Column::new(
            "n_customers".into(),
            figures.values().map(|figure| figure.n_customers).collect::<Vec<_>>(),
        ),
        Column::new("value_12m".into(), figures.values().map(|figure| figure.value).collect::<Vec<_>>()),
        Column::new(
            "expected_loss".into(),
            figures.values().map(|figure| figure.expected_loss).collect::<Vec<_>>(),
        ),
        Column::new("capacity".into(), figures.values().map(|figure| figure.capacity).collect::<Vec<_>>()),
        Column::new("listed".into(), figures.values().map(|figure| figure.listed).collect::<Vec<_>>()),
        Column::new(
            "not_listed".into(),
            figures.values().map(|figure| figure.not_listed).collect::<Vec<_>>(),
        ),
    ];
    checked(&schema::MANAGERS, figures.len(), columns)
}
