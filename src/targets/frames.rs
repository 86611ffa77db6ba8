//! The published frames of the lists.

use super::assign::{Assigned, ManagerList};
use super::cross_sell::Offer;
use super::exclusions::Suppression;
use super::{List, Night, exclusions};
use crate::error::Result;
use crate::schema;
use polars::prelude::*;
use std::collections::BTreeSet;

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

/// Offers that marketing may use, ranked within the customer and within the product.
pub(super) fn cross_sell(night: &Night<'_>, offers: &[Offer], managers: &[ManagerList]) -> Result<DataFrame> {
    let on_a_list: BTreeSet<usize> =
        managers.iter().flat_map(|manager| manager.listed.iter().map(|assigned| assigned.row)).collect();
    let mut rows: Vec<(&Offer, i32)> = Vec::new();
    for own in offers.chunk_by(|a, b| a.row == b.row) {
        let usable = own.iter().filter(|offer| exclusions::rule(night, offer.row, List::CrossSell).is_none());
        rows.extend(usable.zip(1i32..));
    }
    rows.sort_by_key(|(offer, _)| (offer.row, offer.product.code()));
    let in_product = ranks_in_product(&rows);
    let customers: Vec<_> = rows.iter().map(|(offer, _)| night.customer(offer.row)).collect();
    let owners =
        rows.iter().map(|(offer, _)| if on_a_list.contains(&offer.row) { "manager" } else { "marketing" });
    let columns = vec![
        Column::new(
            "customer_id".into(),
            customers.iter().map(|customer| &*customer.customer_id).collect::<Vec<_>>(),
        ),
        Column::new("product".into(), rows.iter().map(|(offer, _)| offer.product.code()).collect::<Vec<_>>()),
        Column::new("rank".into(), rows.iter().map(|(_, rank)| *rank).collect::<Vec<_>>()),
        Column::new("rank_in_product".into(), in_product),
        Column::new(
            "propensity".into(),
            rows.iter().map(|(offer, _)| offer.propensity.map(|p| p.probability)).collect::<Vec<_>>(),
        ),
        Column::new(
            "propensity_basis".into(),
            rows.iter().map(|(offer, _)| offer.propensity.map(|p| p.basis)).collect::<Vec<_>>(),
        ),
        Column::new("margin".into(), rows.iter().map(|(offer, _)| offer.margin).collect::<Vec<_>>()),
        Column::new("rule".into(), rows.iter().map(|(offer, _)| &*offer.rule).collect::<Vec<_>>()),
        Column::new(
            "marketing_allowed".into(),
            customers.iter().map(|customer| customer.marketing_allowed).collect::<Vec<_>>(),
        ),
        Column::new("owner".into(), owners.collect::<Vec<_>>()),
    ];
    checked(&schema::CROSS_SELL, rows.len(), columns)
}

/// Position of each offer among the offers of its product, by what offers are ordered by and then by customer.
fn ranks_in_product(rows: &[(&Offer, i32)]) -> Vec<i32> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| {
        let (left, right) = (rows[*a].0, rows[*b].0);
        left.product
            .cmp(&right.product)
            .then(right.order().partial_cmp(&left.order()).expect("orders are finite"))
            .then(a.cmp(b))
    });
    let mut ranks = vec![0; rows.len()];
    for of_product in order.chunk_by(|a, b| rows[*a].0.product == rows[*b].0.product) {
        for (position, rank) in of_product.iter().zip(1i32..) {
            ranks[*position] = rank;
        }
    }
    ranks
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
