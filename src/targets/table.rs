//! All lists of a night: candidates, exclusions, and one owner each.

use super::assign::{Assigned, ManagerList, drawn, per_customer, within_capacity};
use super::cross_sell;
use super::exclusions::Suppression;
use super::{List, Night, UNASSIGNED, cross_sell_frame, exclusions, frames, lists, manager_figures};
use crate::contract::tables::Table;
use crate::cross_sell::{Offer, needs_known_risk};
use crate::error::Result;
use crate::warning::Warning;
use polars::prelude::DataFrame;
use std::collections::BTreeMap;

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

/// Draws up every list. Offers come grouped by customer, best first.
///
/// # Errors
/// Kind `Internal` if a frame breaks its schema.
pub fn build(night: &Night<'_>, offers: &[Offer]) -> Result<Lists> {
    let mut suppressions: Vec<Suppression> = Vec::new();
    let named = lists::candidates(night).into_iter().chain(cross_sell::candidates(night, offers));
    let allowed = named.filter(|candidate| {
        let rule = exclusions::rule_with_types(night, candidate.row, candidate.list);
        suppressions.extend(rule.map(|rule| Suppression {
            row: candidate.row,
            list: candidate.list.code(),
            rule,
        }));
        rule.is_none()
    });
    let of_customers = per_customer(allowed.collect());
    let with_lots = of_customers.into_iter().map(|own| {
        let row = own.row;
        let id = &night.customer(row).customer_id;
        let (own, drawn_out) = drawn(own, |list| night.lots.is_held_out(id, list));
        // Of his first list, his row in `targets` says it.
        suppressions.extend(drawn_out.into_iter().map(|list| Suppression {
            row,
            list: list.code(),
            rule: "held_out",
        }));
        own
    });
    let assigned = with_lots.collect();
    let managers = by_manager(night, assigned);
    for assigned in managers.iter().flat_map(|manager| &manager.beyond_capacity) {
        suppressions.push(Suppression {
            row: assigned.row,
            list: assigned.first.list.code(),
            rule: "capacity",
        });
    }
    suppressions.sort();
    let mut counts: BTreeMap<List, usize> = List::ALL.into_iter().map(|list| (list, 0)).collect();
    for assigned in managers.iter().flat_map(|manager| &manager.listed) {
        *counts.entry(assigned.first.list).or_insert(0) += 1;
    }
    Ok(Lists {
        suppressed: customers_by_rule(&suppressions),
        targets: frames::targets(night, &managers)?,
        cross_sell: cross_sell_frame::frame(night, offers, &managers)?,
        suppressions: frames::suppressions(night, &suppressions)?,
        manager_figures: manager_figures::frame(night, &managers)?,
        warnings: lists::warnings(night)
            .chain(consent_not_delivered(night))
            .chain(risk_not_delivered(night))
            .collect(),
        managers,
        counts,
    })
}

/// A customer whom a rule keeps off several lists counts once.
fn customers_by_rule(suppressions: &[Suppression]) -> BTreeMap<String, usize> {
    let mut kept: Vec<(&str, usize)> =
        suppressions.iter().map(|suppression| (suppression.rule, suppression.row)).collect();
    kept.sort_unstable();
    kept.dedup();
    let of_rules = kept.chunk_by(|a, b| a.0 == b.0);
    of_rules.map(|of_rule| (of_rule[0].0.to_owned(), of_rule.len())).collect()
}

/// Consent that the bank does not deliver keeps nobody off a list, which must be said.
fn consent_not_delivered(night: &Night<'_>) -> Vec<Warning> {
    let columns = ["contact_allowed", "marketing_allowed"];
    let missing = columns.into_iter().filter(|column| !night.mapped.contains(&(Table::Customers, *column)));
    missing.map(|column| Warning::ConsentNotDelivered { column }).collect()
}

/// A level of risk that the bank does not deliver cannot be held against another, which must be said.
fn risk_not_delivered(night: &Night<'_>) -> Option<Warning> {
    let sides = [(Table::Customers, "`customers.risk_level`"), (Table::Products, "`products.risk_level`")];
    let missing = sides.into_iter().filter(|(table, _)| !night.is_delivered(*table, "risk_level"));
    let missing: Vec<&str> = missing.map(|(_, name)| name).collect();
    let is_suggested = !needs_known_risk(night.mapped, &night.config.lists);
    let is = if missing.len() == 1 { "is" } else { "are" };
    (!missing.is_empty()).then(|| Warning::RiskNotDelivered {
        missing: format!("{} {is}", missing.join(" and ")),
        is_suggested,
    })
}

fn by_manager(night: &Night<'_>, assigned: Vec<Assigned>) -> Vec<ManagerList> {
    let settings = &night.config.lists;
    let mut own: BTreeMap<&str, Vec<Assigned>> =
        (0..night.n_rows()).map(|row| (night.owner(row), Vec::new())).collect();
    for assigned in assigned {
        own.entry(night.owner(assigned.row)).or_default().push(assigned);
    }
    let capacity_of = |id: &str| match night.bank.manager(id) {
        _ if id == UNASSIGNED => settings.capacity_unassigned,
        Some(manager) => manager.daily_capacity.unwrap_or(settings.capacity_default),
        None => settings.capacity_default,
    };
    own.into_iter()
        .map(|(id, own)| {
            let capacity = capacity_of(id);
            let (listed, beyond_capacity) = within_capacity(own, capacity, &settings.quotas);
            ManagerList { manager_id: id.to_owned(), capacity, listed, beyond_capacity }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_kept_off_several_lists_by_one_rule_counts_once() {
        let kept = |row, list, rule| Suppression { row, list, rule };
        let counted = customers_by_rule(&[
            kept(0, "cross_sell", "cooldown"),
            kept(0, "vip_upgrade", "cooldown"),
            kept(1, "cross_sell", "cooldown"),
            kept(1, "maturity", "capacity"),
        ]);
        assert_eq!(counted, BTreeMap::from([("capacity".to_owned(), 1), ("cooldown".to_owned(), 2)]));
    }
}
