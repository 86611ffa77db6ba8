//! `gain_call` and `loss_care`: holdings well above or below what was paid for them. The largest amount first.

use super::{Candidate, List, Night, of_rows};
use crate::contract::Holding;
use crate::labels::percent;
use crate::money::Money;

pub(super) fn gains(night: &Night<'_>) -> Vec<Candidate> {
    let from = night.config.lists.gain_share;
    of_rows(night, |row| {
        candidate(night, row, List::GainCall, |change| (change >= from).then_some("gain_call"))
    })
}

pub(super) fn losses(night: &Night<'_>) -> Vec<Candidate> {
    let [light, deep] = night.config.lists.loss_shares;
    let band = |change: f64| match -change {
        loss if loss > deep => Some("loss_care_deep"),
        loss if loss >= light => Some("loss_care_light"),
        _ => None,
    };
    of_rows(night, |row| candidate(night, row, List::LossCare, band))
}

/// `band` names the reason for a change as a part of the cost, if there is one.
fn candidate(
    night: &Night<'_>,
    row: usize,
    list: List,
    band: impl Fn(f64) -> Option<&'static str>,
) -> Option<Candidate> {
    let held = night.holdings(row, night.as_of()).iter();
    let mut found: Vec<(i64, String)> = held
        .filter_map(|held| {
            let cost =
                held.cost_basis.filter(|cost| *cost > Money(0) && held.product_kind.counts_in_aum())?;
            let change = held.balance.0 - cost.0;
            // Of whole minor units, so that exactly a fifth is a fifth.
            #[expect(clippy::cast_precision_loss, reason = "minor units")]
            let share = change as f64 / cost.0 as f64;
            Some((change, reason(night, held, cost, share, band(share)?)))
        })
        .collect();
    found.sort_by_key(|(change, _)| std::cmp::Reverse(change.abs()));
    let total = Money(found.iter().map(|(change, _)| change).sum());
    if found.is_empty() {
        return None;
    }
    let reasons = found.into_iter().map(|(_, reason)| reason).collect();
    let mut candidate = Candidate::new(row, list, total.to_units().abs(), reasons);
    candidate.amount = Some(total);
    Some(candidate)
}

fn reason(night: &Night<'_>, held: &Holding, cost: Money, share: f64, code: &str) -> String {
    let product = night.product(held.product_kind);
    night.reason(code, &[("product", product), ("share", &percent(share.abs())), ("cost", &cost.grouped())])
}
