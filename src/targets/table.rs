//! All lists of a night: candidates, exclusions, one owner each, and the frames that are published.

use super::assign::{Assigned, per_customer, within_capacity};
use super::cross_sell::{self, Offer};
use super::rules::Rules;
use super::{
    Candidate, List, Night, UNASSIGNED, contact_due, exclusions, large_move, maturity, retention, unclaimed,
    vip_upgrade,
};
use crate::contract::tables::Table;
use crate::error::Result;
use crate::schema;
use crate::store::Population;
use crate::warning::Warning;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One manager's list of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagerList {
    pub manager_id: String,
    pub capacity: u32,
    /// In rank order.
    pub listed: Vec<Assigned>,
    pub beyond_capacity: Vec<Assigned>,
}

/// The lists of a night.
#[derive(Debug, Clone)]
pub struct Lists {
    /// Sorted by manager.
    pub managers: Vec<ManagerList>,
    pub targets: DataFrame,
    pub cross_sell: DataFrame,
    pub suppressions: DataFrame,
    pub manager_figures: DataFrame,
    /// Customers on a manager's list, by list.
    pub counts: BTreeMap<List, usize>,
    /// Customers kept off lists, by rule.
    pub suppressed: BTreeMap<String, usize>,
    pub warnings: Vec<Warning>,
}

/// A customer kept off a list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Suppression {
    row: usize,
    list: &'static str,
    rule: &'static str,
}

/// Draws up every list.
///
/// # Errors
/// Kind `Internal` if rules cannot be evaluated or a frame breaks its schema.
pub fn build(night: &Night<'_>, population: &Population, rules: &Rules) -> Result<Lists> {
    let offers = cross_sell::offers(night, population, rules)?;
    let mut suppressions: Vec<Suppression> = Vec::new();
    let allowed = candidates(night, &offers).into_iter().filter(|candidate| {
        let rule = exclusions::rule(night, candidate.row, candidate.list);
        suppressions.extend(rule.map(|rule| Suppression {
            row: candidate.row,
            list: candidate.list.code(),
            rule,
        }));
        rule.is_none()
    });
    let assigned = per_customer(allowed.collect());
    let managers = by_manager(night, assigned);
    for assigned in managers.iter().flat_map(|manager| &manager.beyond_capacity) {
        suppressions.push(Suppression {
            row: assigned.row,
            list: assigned.first.list.code(),
            rule: "capacity",
        });
    }
    suppressions.sort();
    let mut counts = BTreeMap::new();
    for assigned in managers.iter().flat_map(|manager| &manager.listed) {
        *counts.entry(assigned.first.list).or_insert(0) += 1;
    }
    let mut suppressed = BTreeMap::new();
    for suppression in &suppressions {
        *suppressed.entry(suppression.rule.to_owned()).or_insert(0) += 1;
    }
    Ok(Lists {
        suppressed,
        targets: targets(night, &managers)?,
        cross_sell: cross_sell_frame(night, &offers, &managers)?,
        suppressions: suppressions_frame(night, &suppressions)?,
        manager_figures: manager_figures(night, &managers)?,
        warnings: unavailable(night),
        managers,
        counts,
    })
}

fn candidates(night: &Night<'_>, offers: &[Offer]) -> Vec<Candidate> {
    let mut all = large_move::candidates(night);
    all.extend(maturity::candidates(night));
    all.extend(retention::candidates(night));
    all.extend(contact_due::candidates(night));
    all.extend(vip_upgrade::candidates(night));
    all.extend(cross_sell::candidates(night, offers));
    all.extend(unclaimed::candidates(night));
    all
}

/// Lists that need what the bank does not deliver: they are empty for that reason, and it is said.
fn unavailable(night: &Night<'_>) -> Vec<Warning> {
    let has = |table, column| night.mapped.contains(&(table, column));
    let balances = (has(Table::Holdings, "balance") || has(Table::Transactions, "balance_after"), "balances");
    let contacts = (night.contacts_are_delivered(), "`contacts`");
    let probabilities = (night.churn.probabilities().iter().any(Option::is_some), "churn probabilities");
    let column = |table: Table, name, text| (has(table, name), text);
    let needs: [(List, Vec<(bool, &'static str)>); 7] = [
        (List::LargeMove, vec![balances]),
        (List::Maturity, vec![column(Table::Holdings, "matures_on", "`holdings.matures_on`")]),
        (List::Retention, vec![probabilities]),
        (List::ContactDue, vec![balances, contacts]),
        (List::VipUpgrade, vec![balances, column(Table::Customers, "card_tier", "`customers.card_tier`")]),
        (List::CrossSell, vec![balances]),
        (List::Unclaimed, vec![column(Table::Customers, "manager_id", "`customers.manager_id`")]),
    ];
    let missing = |needed: Vec<(bool, &'static str)>| {
        needed.into_iter().filter(|(is_there, _)| !is_there).map(|(_, what)| what).collect::<Vec<_>>()
    };
    let lists = needs.into_iter().map(|(list, needed)| (list.code(), missing(needed).join(" and ")));
    lists
        .filter(|(_, missing)| !missing.is_empty())
        .map(|(list, missing)| Warning::ListUnavailable { list, missing })
        .collect()
}

/// Whom a customer belongs to tonight: nobody where his manager has left.
fn owner<'a>(night: &Night<'a>, row: usize) -> &'a str {
    let has_left =
        night.manager(row).and_then(|manager| manager.left_on).is_some_and(|on| on <= night.as_of());
    night.customer(row).manager_id.as_deref().filter(|_| !has_left).unwrap_or(UNASSIGNED)
}

fn by_manager(night: &Night<'_>, assigned: Vec<Assigned>) -> Vec<ManagerList> {
    let settings = &night.config.lists;
    let mut own: BTreeMap<&str, Vec<Assigned>> =
        (0..night.n_rows()).map(|row| (owner(night, row), Vec::new())).collect();
    for assigned in assigned {
        own.entry(owner(night, assigned.row)).or_default().push(assigned);
    }
    let managers = &night.store.tables().managers;
    let capacity_of = |id: &str| {
        let position = managers.binary_search_by(|manager| (*manager.manager_id).cmp(id)).ok();
        position.and_then(|position| managers[position].daily_capacity).unwrap_or(settings.capacity_default)
    };
    own.into_iter()
        .map(|(id, own)| {
            let capacity = capacity_of(id);
            let (listed, beyond_capacity) = within_capacity(own, capacity, &settings.quotas);
            ManagerList { manager_id: id.to_owned(), capacity, listed, beyond_capacity }
        })
        .collect()
}

/// Ranks from 1, as published.
fn ranks(n: usize) -> impl Iterator<Item = i32> {
    (1i32..).take(n)
}

fn targets(night: &Night<'_>, managers: &[ManagerList]) -> Result<DataFrame> {
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
            texts(&|assigned| Some(assigned.reasons().collect::<Vec<_>>().join("; "))),
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
    ];
    checked(&schema::TARGETS, rows.len(), columns)
}

fn dates(name: &str, days: impl Iterator<Item = Option<i32>>) -> Result<Column> {
    Ok(Column::new(name.into(), days.collect::<Vec<Option<i32>>>()).cast(&DataType::Date)?)
}

fn checked(schema: &schema::TableSchema, n: usize, columns: Vec<Column>) -> Result<DataFrame> {
    let frame = DataFrame::new(n, columns)?;
    schema.check(&frame)?;
    Ok(frame)
}

/// Offers that marketing may use, ranked within the customer and within the product.
fn cross_sell_frame(night: &Night<'_>, offers: &[Offer], managers: &[ManagerList]) -> Result<DataFrame> {
    let on_a_list: BTreeSet<usize> = managers
        .iter()
        .filter(|manager| manager.manager_id != UNASSIGNED)
        .flat_map(|manager| manager.listed.iter().map(|assigned| assigned.row))
        .collect();
    let mut rows: Vec<(&Offer, i32)> = Vec::new();
    for own in offers.chunk_by(|a, b| a.row == b.row) {
        let usable = own.iter().filter(|offer| cross_sell::is_suppressed(night, offer).is_none());
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

fn suppressions_frame(night: &Night<'_>, suppressions: &[Suppression]) -> Result<DataFrame> {
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

#[derive(Default)]
struct Figures {
    n_customers: i64,
    value: f64,
    expected_loss: Option<f64>,
}

fn manager_figures(night: &Night<'_>, managers: &[ManagerList]) -> Result<DataFrame> {
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    let values = night.features.column("value_12m");
    for row in 0..night.n_rows() {
        let figure = figures.entry(owner(night, row)).or_default();
        figure.n_customers += 1;
        figure.value += if values[row].is_nan() { 0.0 } else { values[row] };
        if let (Some(probability), Some(exposure)) =
            (night.churn.probabilities()[row], night.churn.exposures()[row])
        {
            *figure.expected_loss.get_or_insert(0.0) += probability * exposure.to_units();
        }
    }
    let delivered = &night.store.tables().managers;
    let branch = |id: &str| {
        let position = delivered.binary_search_by(|manager| (*manager.manager_id).cmp(id)).ok()?;
        delivered[position].branch_id.as_deref()
    };
    let counts = |of: &dyn Fn(&ManagerList) -> usize| {
        managers.iter().map(|manager| i32::try_from(of(manager)).unwrap_or(i32::MAX)).collect::<Vec<_>>()
    };
    let of_manager = |manager: &ManagerList| &figures[&*manager.manager_id];
    let columns = vec![
        Column::new(
            "manager_id".into(),
            managers.iter().map(|manager| &*manager.manager_id).collect::<Vec<_>>(),
        ),
        Column::new(
            "branch_id".into(),
            managers.iter().map(|manager| branch(&manager.manager_id)).collect::<Vec<_>>(),
        ),
        Column::new(
            "n_customers".into(),
            managers.iter().map(|manager| of_manager(manager).n_customers).collect::<Vec<_>>(),
        ),
        Column::new(
            "value_12m".into(),
            managers.iter().map(|manager| of_manager(manager).value).collect::<Vec<_>>(),
        ),
        Column::new(
            "expected_loss".into(),
            managers.iter().map(|manager| of_manager(manager).expected_loss).collect::<Vec<_>>(),
        ),
        Column::new("capacity".into(), counts(&|manager| manager.capacity as usize)),
        Column::new("listed".into(), counts(&|manager| manager.listed.len())),
        Column::new("not_listed".into(), counts(&|manager| manager.beyond_capacity.len())),
    ];
    checked(&schema::MANAGERS, managers.len(), columns)
}
