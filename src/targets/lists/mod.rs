//! Every list in a file of its own: its rule, its order, its words, and what it needs.
//!
//! Reads the night's tables. Grain: a customer on a list. Never: looks at another list, or at who may be contacted.

mod after_purchase;
mod complaint_followup;
mod contact_due;
mod credit_expiry;
mod cultivate;
mod dormant_check;
mod gain_loss;
mod handover;
mod large_move;
mod long_silent;
mod maturity;
mod negative_value_review;
mod occasion;
mod retention;
mod satisfaction_sample;
mod thank_you;
mod tier_watch;
mod unclaimed;
mod vip_upgrade;
mod win_back;

use super::needs::{Need, incomplete, unavailable};
use super::{Candidate, List, Night};
use crate::contract::tables::Table;
use crate::warning::Warning;
use rayon::prelude::*;

/// How a list is drawn up; cross-selling, which has tables of its own, is not among them.
struct Rule {
    list: List,
    needs: &'static [Need],
    candidates: fn(&Night<'_>) -> Vec<Candidate>,
}

const fn rule(list: List, candidates: fn(&Night<'_>) -> Vec<Candidate>, needs: &'static [Need]) -> Rule {
    Rule { list, needs, candidates }
}

const COST_BASIS: Need = Need::Column(Table::Holdings, "cost_basis");
const MATURES_ON: Need = Need::Column(Table::Holdings, "matures_on");

static RULES: [Rule; 21] = [
    rule(List::ComplaintFollowup, complaint_followup::candidates, &[Need::Complaints]),
    rule(List::LargeMove, large_move::candidates, &[Need::Balances]),
    rule(List::Maturity, maturity::candidates, &[MATURES_ON]),
    rule(List::CreditExpiry, credit_expiry::candidates, &[MATURES_ON]),
    rule(List::Retention, retention::candidates, &[Need::Probabilities]),
    rule(List::LongSilent, long_silent::candidates, &[Need::Balances, Need::Contacts]),
    rule(List::ContactDue, contact_due::candidates, &[Need::Balances, Need::Contacts]),
    rule(
        List::VipUpgrade,
        vip_upgrade::candidates,
        &[Need::Balances, Need::Column(Table::Customers, "card_tier")],
    ),
    rule(List::TierWatch, tier_watch::candidates, &[Need::Balances]),
    rule(List::WinBack, win_back::candidates, &[Need::History]),
    rule(List::DormantCheck, dormant_check::candidates, &[Need::Balances]),
    rule(List::Unclaimed, unclaimed::candidates, &[Need::Column(Table::Customers, "manager_id")]),
    rule(List::GainCall, gain_loss::gains, &[COST_BASIS]),
    rule(List::LossCare, gain_loss::losses, &[COST_BASIS]),
    rule(
        List::AfterPurchase,
        after_purchase::candidates,
        &[Need::Column(Table::Transactions, "product_kind")],
    ),
    rule(List::Occasion, occasion::candidates, &[]),
    rule(List::ThankYou, thank_you::candidates, &[]),
    rule(List::SatisfactionSample, satisfaction_sample::candidates, &[Need::AnyContacts]),
    rule(
        List::Cultivate,
        cultivate::candidates,
        &[Need::Balances, Need::Column(Table::Customers, "other_bank_assets")],
    ),
    rule(List::NegativeValueReview, negative_value_review::candidates, &[Need::Margin]),
    rule(List::Handover, handover::candidates, &[Need::Column(Table::Managers, "left_on")]),
];

/// Everybody on every list that can be drawn up, list by list.
pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    let is_available = |rule: &&Rule| rule.needs.iter().all(|need| need.is_met(night));
    let of_lists: Vec<Vec<Candidate>> =
        RULES.par_iter().filter(is_available).map(|rule| (rule.candidates)(night)).collect();
    of_lists.into_iter().flatten().collect()
}

/// The lists that cannot be drawn up, with what is missing.
pub(super) fn warnings(night: &Night<'_>) -> impl Iterator<Item = Warning> {
    let of_lists = RULES.iter().map(|rule| (rule.list, rule.needs));
    of_lists
        .chain([(List::CrossSell, &[Need::Balances][..])])
        .filter_map(|(list, needs)| unavailable(night, list, needs))
        .chain(incomplete(night, List::Maturity, &[MATURES_ON], &maturity::MISSED))
}

/// Candidates of every row of which `of` makes one.
fn of_rows(night: &Night<'_>, of: impl Fn(usize) -> Option<Candidate> + Send + Sync) -> Vec<Candidate> {
    (0..night.n_rows()).into_par_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_but_cross_selling_has_a_rule_in_the_order_of_priority() {
        let ruled: Vec<List> = RULES.iter().map(|rule| rule.list).collect();
        let others: Vec<List> = List::ALL.into_iter().filter(|list| *list != List::CrossSell).collect();
        assert_eq!(ruled, others);
    }
}
