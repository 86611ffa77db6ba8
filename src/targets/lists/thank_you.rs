//! `thank_you`: the best customers of each branch by value, and of each product kind by balance: thank them, and ask for
//! a referral; ranks go over those whom a list may name. The most valuable first.

use super::{Candidate, List, Night};
use crate::contract::codes::ProductKind;
use crate::targets::never_listed;
use std::collections::BTreeMap;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    let mut reasons: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for best in best_of_branches(night).values() {
        for (rank, (_, row)) in (1..).zip(best) {
            let reason = night.reason("thank_you_branch", &[("rank", &rank_text(rank))]);
            reasons.entry(*row).or_default().push(reason);
        }
    }
    for (kind, best) in best_of_products(night) {
        for (rank, (_, row)) in (1..).zip(&best) {
            let values = [("rank", &*rank_text(rank)), ("product", night.product(kind))];
            reasons.entry(*row).or_default().push(night.reason("thank_you_product", &values));
        }
    }
    let of_row = |(row, reasons): (usize, Vec<String>)| {
        Candidate::new(row, List::ThankYou, night.value(row), reasons).with_amount(night.aum(row))
    };
    reasons.into_iter().map(of_row).collect()
}

fn rank_text(rank: u32) -> String {
    rank.to_string()
}

/// The largest sizes with their rows, the largest first, equal ones by row.
type Best = Vec<(f64, usize)>;

fn best_of_branches<'a>(night: &Night<'a>) -> BTreeMap<&'a str, Best> {
    let mut best = BTreeMap::new();
    for row in nameable(night) {
        if let Some(branch) = night.customer(row).branch_id.as_deref() {
            keep(best.entry(branch).or_default(), night.value(row), row, night);
        }
    }
    best
}

fn best_of_products(night: &Night<'_>) -> BTreeMap<ProductKind, Best> {
    let mut best = BTreeMap::new();
    for row in nameable(night) {
        let mut own: BTreeMap<ProductKind, i64> = BTreeMap::new();
        for held in night.holdings(row, night.as_of()).iter().filter(|held| held.product_kind.counts_in_aum())
        {
            *own.entry(held.product_kind).or_default() += held.balance.0;
        }
        for (kind, balance) in own {
            #[expect(clippy::cast_precision_loss, reason = "minor units, only compared")]
            keep(best.entry(kind).or_default(), balance as f64, row, night);
        }
    }
    best
}

fn nameable(night: &Night<'_>) -> impl Iterator<Item = usize> {
    (0..night.n_rows()).filter(|row| never_listed(night, *row).is_none())
}

/// Keeps a size if it is positive and among the largest.
fn keep(best: &mut Best, size: f64, row: usize, night: &Night<'_>) {
    if size > 0.0 {
        let at = best.partition_point(|(larger, _)| *larger >= size);
        best.insert(at, (size, row));
        best.truncate(night.config.lists.thank_you_top);
    }
}
