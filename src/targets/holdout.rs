//! Who is held out of a campaign, so that what a list does can be told from what would have happened anyway.
//!
//! A campaign is a list in a quarter. A customer's lot in it is drawn by HMAC-SHA-256 of his id under the campaign's
//! name: the same on every night of the quarter and on a rerun, independent from one campaign to the next. Once he is
//! assigned his lot stands as long as his outcome is waited for, also in the next quarter: neither is the held-out called
//! before it is known what he does uncalled, nor does he enter two campaigns of a list at a time.

use super::List;
use crate::date::Date;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A customer's lot in a campaign of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub list: List,
    pub campaign: Arc<str>,
    pub held_out: bool,
}

/// Everybody's lots tonight: those of earlier nights that still stand, and what is drawn for all others.
#[derive(Debug, Clone, PartialEq)]
pub struct Lots {
    /// Campaigns of the night's quarter.
    tonight: BTreeMap<List, Arc<str>>,
    /// Of a campaign's customers, how many are held out.
    share: f64,
    standing: BTreeMap<Box<str>, Vec<Lot>>,
}

impl Lots {
    /// Where none stands yet.
    pub fn new(as_of: Date, share: f64) -> Self {
        let campaigns = List::ALL.into_iter().filter(|list| list.is_a_campaign());
        let tonight = campaigns.map(|list| (list, campaign(list, as_of).into())).collect();
        Self { tonight, share, standing: BTreeMap::new() }
    }

    /// Of two lots of a customer in campaigns of one list the first stands.
    pub fn add(&mut self, customer_id: &str, lot: Lot) {
        let own = self.standing.entry(customer_id.into()).or_default();
        if own.iter().all(|other| other.list != lot.list) {
            own.push(lot);
        }
    }

    fn of(&self, customer_id: &str) -> &[Lot] {
        self.standing.get(customer_id).map_or(&[], Vec::as_slice)
    }

    /// The customer's lot in the campaign of `list` whose outcome is waited for.
    pub fn standing(&self, customer_id: &str, list: List) -> Option<&Lot> {
        self.of(customer_id).iter().find(|lot| lot.list == list)
    }

    /// Name of the campaign that he belongs to under `list`: the one whose outcome is waited for, else the quarter's;
    /// `None` of a list whose effect is not measured.
    pub fn campaign(&self, customer_id: &str, list: List) -> Option<&Arc<str>> {
        self.standing(customer_id, list).map(|lot| &lot.campaign).or_else(|| self.tonight.get(&list))
    }

    /// Whether he is held out of `list`.
    pub fn is_held_out(&self, customer_id: &str, list: List) -> bool {
        let draw = || self.tonight.get(&list).is_some_and(|name| is_held_out(name, customer_id, self.share));
        self.standing(customer_id, list).map_or_else(draw, |lot| lot.held_out)
    }

    /// Whether a lot that stands holds him out of a list other than `list`.
    pub fn is_held_out_beside(&self, customer_id: &str, list: List) -> bool {
        self.of(customer_id).iter().any(|lot| lot.held_out && lot.list != list)
    }
}

/// Name of the campaign that `list` belongs to on `date`: `retention-2026Q4`.
pub fn campaign(list: List, date: Date) -> String {
    in_quarter(list.code(), date)
}

/// `name` and the quarter of `date`.
pub(super) fn in_quarter(name: &str, date: Date) -> String {
    format!("{name}-{}Q{}", date.year(), (date.month() - 1) / 3 + 1)
}

/// Whether the customer is held out of `campaign`, of which the given share (0 to 1) is.
pub fn is_held_out(campaign: &str, customer_id: &str, share: f64) -> bool {
    lot(campaign, customer_id) < share
}

/// A customer's lot in whatever is drawn under `name`: uniform in [0, 1).
pub fn lot(name: &str, customer_id: &str) -> f64 {
    let mut mac = Hmac::<Sha256>::new_from_slice(name.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(customer_id.as_bytes());
    let code = mac.finalize().into_bytes();
    let head = u32::from_be_bytes([code[0], code[1], code[2], code[3]]);
    f64::from(head) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_a_list_in_a_quarter() {
        let name = |date: &str| campaign(List::Retention, date.parse().unwrap());
        assert_eq!(name("2026-09-30"), "retention-2026Q3");
        assert_eq!(name("2026-10-01"), "retention-2026Q4");
    }

    /// `printf C000001 | openssl dgst -sha256 -hmac retention-2026Q4` begins so.
    #[test]
    fn the_lot_is_the_head_of_the_published_function() {
        assert_eq!(lot("retention-2026Q4", "C000001"), f64::from(0xae29034d_u32) / 4_294_967_296.0);
    }

    #[test]
    fn the_first_lot_of_a_list_stands_and_is_told_apart_from_those_of_others() {
        let lot = |list, campaign: &str, held_out| Lot { list, campaign: campaign.into(), held_out };
        let mut lots = Lots::new("2026-10-31".parse().unwrap(), 0.1);
        lots.add("A", lot(List::Retention, "retention-2026Q3", true));
        lots.add("A", lot(List::Retention, "retention-2026Q4", false));
        lots.add("A", lot(List::CrossSell, "cross_sell-2026Q4", false));
        assert_eq!(&**lots.campaign("A", List::Retention).unwrap(), "retention-2026Q3");
        assert!(lots.is_held_out_beside("A", List::CrossSell));
        assert!(!lots.is_held_out_beside("A", List::Retention));
        assert!(lots.standing("B", List::Retention).is_none());
        assert!(!lots.is_held_out_beside("B", List::CrossSell));
        // Whose lot does not stand yet is of the night's own quarter, and of none where no effect is measured.
        assert_eq!(&**lots.campaign("B", List::Retention).unwrap(), "retention-2026Q4");
        let drawn = is_held_out("retention-2026Q4", "B", 0.1);
        assert_eq!(lots.is_held_out("B", List::Retention), drawn);
        assert!(lots.is_held_out("A", List::Retention) && !lots.is_held_out("A", List::CrossSell));
        assert!(lots.campaign("B", List::Maturity).is_none() && !lots.is_held_out("B", List::Maturity));
    }

    #[test]
    fn the_share_is_kept_and_campaigns_are_independent() {
        let ids: Vec<String> = (0..20_000).map(|n| format!("C{n:06}")).collect();
        let held = |campaign: &str| ids.iter().map(|id| is_held_out(campaign, id, 0.1)).collect::<Vec<_>>();
        let (now, next) = (held("retention-2026Q4"), held("retention-2027Q1"));
        let count = |held: &[bool]| held.iter().filter(|held| **held).count();
        let both = now.iter().zip(&next).filter(|(a, b)| **a && **b).count();
        // Three standard deviations of a binomial of 20,000 at 0.1 and at 0.01.
        assert!((1_873..=2_127).contains(&count(&now)), "{}", count(&now));
        assert!((1_873..=2_127).contains(&count(&next)), "{}", count(&next));
        assert!((158..=242).contains(&both), "{both}");
    }

    #[test]
    fn nobody_is_held_out_of_a_share_of_none_and_everybody_of_a_share_of_all() {
        assert!((0..1_000).all(|n| !is_held_out("c", &n.to_string(), 0.0)));
        assert!((0..1_000).all(|n| is_held_out("c", &n.to_string(), 1.0)));
    }
}
