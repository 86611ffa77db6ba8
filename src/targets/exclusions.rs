//! Who is kept off a list, and by which rule.

use super::{List, Night};
use crate::config::{ContactUnknown, Lists};
use crate::contract::Customer;
use crate::contract::tables::Table;
use std::collections::BTreeSet;

/// A customer kept off a list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppression {
    pub row: usize,
    pub list: &'static str,
    pub rule: &'static str,
}

/// The rule that keeps the customer of `row` off every list, the gravest first. Of a death or a legal hold the files of a
/// bank note that it is so; of a consent, an empty cell says neither.
pub fn never(night: &Night<'_>, row: usize) -> Option<&'static str> {
    let customer = night.customer(row);
    let rules = [
        (customer.deceased == Some(true), "deceased"),
        (customer.legal_hold == Some(true), "legal_hold"),
        (customer.contact_allowed == Some(false), "contact_not_allowed"),
        (
            is_unknown(night, "contact_allowed", customer.contact_allowed)
                && night.config.lists.contact_unknown == ContactUnknown::None,
            "contact_unknown",
        ),
    ];
    rules.into_iter().find_map(|(holds, rule)| holds.then_some(rule))
}

/// Whether the bank delivers the consent of its customers, and not that of this one.
fn is_unknown(night: &Night<'_>, column: &'static str, consent: Option<bool>) -> bool {
    consent.is_none() && night.is_delivered(Table::Customers, column)
}

/// The rule that keeps a customer off the lists that market.
fn no_marketing(night: &Night<'_>, customer: &Customer) -> Option<&'static str> {
    let settings = &night.config.lists;
    let is_unknown = |column, consent| is_unknown(night, column, consent);
    let rules = [
        (customer.marketing_allowed == Some(false), "marketing_not_allowed"),
        (
            settings.contact_unknown != ContactUnknown::All
                && is_unknown("contact_allowed", customer.contact_allowed),
            "contact_unknown",
        ),
        (
            !settings.marketing_unknown_allowed
                && is_unknown("marketing_allowed", customer.marketing_allowed),
            "marketing_unknown",
        ),
    ];
    rules.into_iter().find_map(|(holds, rule)| holds.then_some(rule))
}

/// The rule that keeps the customer of `row` off `list` tonight, the gravest first.
pub fn rule(night: &Night<'_>, row: usize, list: List) -> Option<&'static str> {
    let settings = &night.config.lists;
    let marketing = || list.is_marketing().then(|| no_marketing(night, night.customer(row))).flatten();
    if let Some(rule) = never(night, row).or_else(marketing) {
        return Some(rule);
    }
    if list.is_selling() && night.features.column("complaint_open")[row] > 0.0 {
        return Some("complaint_open");
    }
    // What he would buy after a call would tell nothing of what he does uncalled.
    if list.is_selling() && night.lots.is_held_out_beside(&night.customer(row).customer_id, list) {
        return Some("held_out");
    }
    if !Lists::can_wait(list.code()) {
        return None;
    }
    let cooldown = settings.cooldown_days.get(list.code()).copied().unwrap_or(0);
    if cooldown > 0 && night.cooled_from(row, list.code()).is_some_and(|on| night.as_of() - on < cooldown) {
        return Some("cooldown");
    }
    is_tired(night, row).then_some("fatigue")
}

/// Whether he was reached on as many days as the ceiling allows.
fn is_tired(night: &Night<'_>, row: usize) -> bool {
    let settings = &night.config.lists;
    let from = night.as_of().plus_days(1 - settings.contacts_max_days);
    let lately = night.reached(row).map(|contact| contact.contacted_on).take_while(|on| *on >= from);
    settings.contacts_max > 0 && lately.collect::<BTreeSet<_>>().len() >= settings.contacts_max
}

/// The same with the types that are not sold to: kept by their managers, or served without them.
pub fn rule_with_types(night: &Night<'_>, row: usize, list: List) -> Option<&'static str> {
    let excluded = &night.config.lists.selling_types_excluded;
    let is_excluded = || excluded.iter().any(|excluded| excluded == night.segments.customer_types()[row]);
    rule(night, row, list).or_else(|| (list.is_selling() && is_excluded()).then_some("type_not_for_selling"))
}
