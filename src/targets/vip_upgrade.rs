//! `vip_upgrade`: assets for the gold card, or nearly, and no such card.

use super::{Candidate, List, Night};
use crate::contract::tables::Table;
use crate::money::Money;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    if !night.mapped.contains(&(Table::Customers, "card_tier")) {
        return Vec::new();
    }
    (0..night.n_rows()).filter_map(|row| candidate(night, row)).collect()
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let settings = &night.config.lists;
    let has_card = night
        .customer(row)
        .card_tier
        .as_deref()
        .is_some_and(|card| settings.vip_card_tiers.iter().any(|vip| vip == card));
    // Reached and still there: the lower of last month's mean and tonight's assets.
    let aum = night.features.column("aum_last_month_mean")[row].min(night.features.column("aum")[row]);
    let near = settings.vip_limit * settings.vip_near_share;
    if has_card || aum.is_nan() || aum < near {
        return None;
    }
    let (amount, limit) = (Money::from_units(aum), Money::from_units(settings.vip_limit));
    let reason = if aum >= settings.vip_limit {
        night.labels.fill("reason", "vip_upgrade_reached", &[("amount", &amount.grouped())])
    } else {
        let gap = Money::from_units(settings.vip_limit - aum).grouped();
        night.labels.fill("reason", "vip_upgrade_near", &[("gap", &gap), ("limit", &limit.grouped())])
    };
    let mut candidate = Candidate::new(row, List::VipUpgrade, aum, vec![reason]);
    candidate.amount = Some(amount);
    Some(candidate)
}
