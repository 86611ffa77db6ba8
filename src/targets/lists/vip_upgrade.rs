//! `vip_upgrade`: assets for the gold card, or nearly, and no such card. The smallest gap first.

use super::{Candidate, List, Night, of_rows};
use crate::targets::night::units;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    of_rows(night, |row| candidate(night, row))
}

fn candidate(night: &Night<'_>, row: usize) -> Option<Candidate> {
    let settings = &night.config.lists;
    let card = night.customer(row).card_tier.as_deref();
    if settings.vip_card_tiers.iter().any(|vip| Some(vip.as_str()) == card) {
        return None;
    }
    // Reached and still there: the lower of last month's mean and tonight's assets.
    let aum = night.features.column("aum_last_month_mean")[row].min(night.features.column("aum")[row]);
    if aum.is_nan() || aum < settings.vip_limit * settings.vip_near_share {
        return None;
    }
    let reason = if aum >= settings.vip_limit {
        night.reason("vip_upgrade_reached", &[("amount", &units(aum))])
    } else {
        let values = [("gap", &*units(settings.vip_limit - aum)), ("limit", &units(settings.vip_limit))];
        night.reason("vip_upgrade_near", &values)
    };
    Some(Candidate::new(row, List::VipUpgrade, aum, vec![reason]).with_amount(Some(aum)))
}
