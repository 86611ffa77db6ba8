//! The published frames of the lists.

use super::assign::{Assigned, ManagerList};
use super::exclusions::Suppression;
use super::{List, Night};
use crate::error::Result;
use crate::schema;
use polars::prelude::*;

/// Ranks from 1, as published.
fn ranks(n: usize) -> impl Iterator<Item = i32> {
    (1i32..).take(n)
}

/// Every manager's list in rank order.
pub(super) fn targets(night: &Night<'_>, managers: &[ManagerList]) -> Result<DataFrame> {
    let rows: Vec<(&str, i32, &Assigned)> = managers
        .iter()
        .flat_map(|manager| {
            ranks(manager.listed.len())
                .zip(&manager.listed)
                .map(|(rank, assigned)| (&*manager.manager_id, rank, assigned))
        })
        .collect();
    let texts = |of: &dyn Fn(&Assigned) -> Option<String>| {
        rows.iter().map(|(_, _, assigned)| of(assigned)).collect::<Vec<_>>()
    };
    let customers: Vec<_> = rows.iter().map(|(_, _, assigned)| night.customer(assigned.row)).collect();
    let due = rows.iter().map(|(_, _, assigned)| assigned.first.due_on.map(|date| date.0));
    let columns = vec![
        dates("list_date", rows.iter().map(|_| Some(night.as_of().0)))?,
        Column::new("manager_id".into(), rows.iter().map(|(manager, ..)| *manager).collect::<Vec<_>>()),
        Column::new(
            "branch_id".into(),
            customers.iter().map(|customer| customer.branch_id.as_deref()).collect::<Vec<_>>(),
        ),
        Column::new(
            "customer_id".into(),
            customers.iter().map(|customer| &*customer.customer_id).collect::<Vec<_>>(),
        ),
        Column::new("rank".into(), rows.iter().map(|(_, rank, _)| *rank).collect::<Vec<_>>()),
        Column::new(
            "list".into(),
            rows.iter().map(|(_, _, assigned)| assigned.first.list.code()).collect::<Vec<_>>(),
        ),
        Column::new(
            "all_lists".into(),
            texts(&|assigned| Some(assigned.lists().map(List::code).collect::<Vec<_>>().join(","))),
        ),
        Column::new(
            "reasons".into(),
            texts(&|assigned| {
                Some(assigned.reasons().collect::<Vec<_>>().join(night.labels.text("reason", "separator")))
            }),
        ),
        Column::new(
            "amount".into(),
            rows.iter()
                .map(|(_, _, assigned)| assigned.first.amount.map(|money| money.0))
                .collect::<Vec<_>>(),
        ),
        dates("due_on", due)?,
        Column::new(
            "product".into(),
            texts(&|assigned| assigned.first.product.map(|product| product.code().into())),
        ),
        Column::new("rule".into(), texts(&|assigned| assigned.first.rule.clone())),
        Column::new(
            "expected_value".into(),
            rows.iter().map(|(_, _, assigned)| assigned.first.expected_value).collect::<Vec<_>>(),
        ),
        Column::new(
            "held_out".into(),
            rows.iter().map(|(_, _, assigned)| assigned.held_out).collect::<Vec<_>>(),
        ),
    ];
    checked(&schema::TARGETS, rows.len(), columns)
}

pub(super) fn dates(name: &str, days: impl Iterator<Item = Option<i32>>) -> Result<Column> {
    Ok(Column::new(name.into(), days.collect::<Vec<Option<i32>>>()).cast(&DataType::Date)?)
}

pub(super) fn checked(schema: &schema::TableSchema, n: usize, columns: Vec<Column>) -> Result<DataFrame> {
    let frame = DataFrame::new(n, columns)?;
    schema.check(&frame)?;
    Ok(frame)
}

/// Who was kept off which list by which rule, in the order of `suppressions`.
pub(super) fn suppressions(night: &Night<'_>, suppressions: &[Suppression]) -> Result<DataFrame> {
    let ids: Vec<&str> =
        suppressions.iter().map(|suppression| &*night.customer(suppression.row).customer_id).collect();
    let columns = vec![
        Column::new("customer_id".into(), ids),
        Column::new(
            "list".into(),
            suppressions.iter().map(|suppression| suppression.list).collect::<Vec<_>>(),
        ),
        Column::new(
            "rule".into(),
            suppressions.iter().map(|suppression| suppression.rule).collect::<Vec<_>>(),
        ),
    ];
    checked(&schema::SUPPRESSIONS, suppressions.len(), columns)
}
