//! One list and one owner per customer, within capacity.
//!
//! A customer stands under the first list that applies, in order of priority, with all reasons kept. A
//! manager's capacity is shared out by quotas per family; what a family leaves unused passes on in the order
//! of the families. Within a family the list's priority comes first, then the list's own order.

use super::{Candidate, Family, List};
use crate::config::Quotas;
use std::collections::BTreeMap;

/// One manager's list of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagerList {
    pub manager_id: String,
    pub capacity: u32,
    /// In rank order.
    pub listed: Vec<Assigned>,
    pub beyond_capacity: Vec<Assigned>,
}

impl ManagerList {
    /// Whom he is to contact: everybody on the list but those who are held out.
    pub fn shown(&self) -> impl Iterator<Item = &Assigned> {
        self.listed.iter().filter(|assigned| !assigned.held_out)
    }
}

/// One customer's lists, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    pub row: usize,
    pub first: Candidate,
    pub others: Vec<Candidate>,
    /// He keeps his place and is not contacted, so that the effect of the first list can be measured.
    pub held_out: bool,
}

impl Assigned {
    pub fn lists(&self) -> impl Iterator<Item = List> {
        std::iter::once(self.first.list).chain(self.others.iter().map(|other| other.list))
    }

    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        let all = std::iter::once(&self.first).chain(&self.others);
        all.flat_map(|candidate| candidate.reasons.iter().map(String::as_str))
    }
}

/// Groups candidates by customer; ascending by row.
pub fn per_customer(candidates: Vec<Candidate>) -> Vec<Assigned> {
    let mut by_row: BTreeMap<usize, Vec<Candidate>> = BTreeMap::new();
    for candidate in candidates {
        by_row.entry(candidate.row).or_default().push(candidate);
    }
    by_row
        .into_iter()
        .map(|(row, mut own)| {
            own.sort_by_key(|candidate| candidate.list);
            let others = own.split_off(1);
            let first = own.pop().expect("a customer has a candidate");
            Assigned { row, first, others, held_out: false }
        })
        .collect()
}

/// Draws the customer's lot in the campaigns of his lists; `is_held_out` says it. What he is held out of beside his first
/// list is no reason to tell, and comes apart.
#[must_use]
pub fn drawn(mut assigned: Assigned, is_held_out: impl Fn(List) -> bool) -> (Assigned, Vec<List>) {
    assigned.held_out = is_held_out(assigned.first.list);
    let drawn_out = assigned.others.extract_if(.., |other| is_held_out(other.list));
    let lists = drawn_out.map(|other| other.list).collect();
    (assigned, lists)
}

/// Splits one manager's customers into those on tonight's list, in rank order, and those beyond his capacity.
pub fn within_capacity(
    mut own: Vec<Assigned>,
    capacity: u32,
    quotas: &Quotas,
) -> (Vec<Assigned>, Vec<Assigned>) {
    own.sort_by(|a, b| {
        let key = |assigned: &Assigned| (assigned.first.list, assigned.row);
        key(a).0.cmp(&key(b).0).then(b.first.order.total_cmp(&a.first.order)).then(key(a).1.cmp(&key(b).1))
    });
    let waiting = Family::ALL
        .map(|family| own.iter().filter(|assigned| assigned.first.list.family() == family).count());
    let mut places = share_out(capacity as usize, quotas, waiting);
    let (mut listed, mut beyond) = (Vec::new(), Vec::new());
    for assigned in own {
        let left = &mut places[assigned.first.list.family() as usize];
        if *left > 0 {
            *left -= 1;
            listed.push(assigned);
        } else {
            beyond.push(assigned);
        }
    }
    // Those who are not contacted stand behind the others, so that the ranks of what is shown have no gaps.
    listed.sort_by_key(|assigned| assigned.held_out);
    (listed, beyond)
}

/// Places per family: the quota (largest remainders make up the whole capacity), less what a family does not
/// need, which passes on to the families that do, the most urgent first.
fn share_out(capacity: usize, quotas: &Quotas, waiting: [usize; 4]) -> [usize; 4] {
    let shares = [quotas.urgent, quotas.keeping, quotas.caring, quotas.selling];
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small count"
    )]
    let floors = shares.map(|share| (share * capacity as f64 + 1e-9).floor() as usize);
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let remainder = |family: usize| shares[family] * capacity as f64 - floors[family] as f64;
    let mut order = [0, 1, 2, 3];
    order.sort_by(|a, b| remainder(*b).total_cmp(&remainder(*a)).then(a.cmp(b)));
    let mut places = floors;
    for family in order.into_iter().take(capacity.saturating_sub(floors.iter().sum())) {
        places[family] += 1;
    }
    for family in 0..4 {
        places[family] = places[family].min(waiting[family]);
    }
    for family in 0..4 {
        let unused = capacity - places.iter().sum::<usize>();
        places[family] += unused.min(waiting[family] - places[family]);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTAS: Quotas = Quotas { urgent: 0.4, keeping: 0.3, selling: 0.2, caring: 0.1 };

    #[test]
    fn quotas_are_kept_where_every_family_waits_and_passed_on_where_one_does_not() {
        assert_eq!(share_out(10, &QUOTAS, [50, 50, 50, 50]), [4, 3, 1, 2]);
        assert_eq!(share_out(10, &QUOTAS, [1, 50, 50, 50]), [1, 6, 1, 2]);
        assert_eq!(share_out(10, &QUOTAS, [0, 0, 0, 3]), [0, 0, 0, 3]);
        assert_eq!(share_out(7, &QUOTAS, [9, 9, 9, 9]).iter().sum::<usize>(), 7);
    }

    #[test]
    fn one_customer_stands_once_under_his_first_list_with_all_reasons() {
        let candidate = |row, list, order: f64| Candidate::new(row, list, order, vec![format!("{list:?}")]);
        let assigned = per_customer(vec![
            candidate(0, List::CrossSell, 9.0),
            candidate(0, List::Maturity, 1.0),
            candidate(1, List::Maturity, 5.0),
        ]);
        let (listed, beyond) = within_capacity(assigned, 1, &QUOTAS);
        assert_eq!(listed.iter().map(|a| (a.row, a.first.list)).collect::<Vec<_>>(), [(1, List::Maturity)]);
        assert_eq!(beyond[0].reasons().collect::<Vec<_>>(), ["Maturity", "CrossSell"]);
    }
}
