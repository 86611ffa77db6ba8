//! Every loss that was counted, and what they come to by institution, class and reason.

use super::cube::{Owner, Place};
use super::figures::{Cell, Figure};
use super::institutions::Institutions;
use super::losses::Loss;
use super::sparse::Joint;
use std::collections::BTreeMap;
use std::ops::Range;

/// What rows by reason show.
pub const OF_REASONS: [Figure; 5] =
    [Figure::LostClosed, Figure::LostRunOff, Figure::LostSilent, Figure::NotHisDecision, Figure::LostAssets];

/// Customers lost by kind of loss, and the assets that they had: the figures of [`OF_REASONS`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost([i64; OF_REASONS.len()]);

impl Lost {
    pub fn of(loss: &Loss) -> Self {
        let mut cell = Cell::default();
        loss.count_in(&mut cell);
        Self(OF_REASONS.map(|figure| cell[figure]))
    }

    fn add(&mut self, other: &Self) {
        for (sum, figure) in self.0.iter_mut().zip(&other.0) {
            *sum = sum.saturating_add(*figure);
        }
    }

    pub fn to_cell(self) -> Cell {
        let mut cell = Cell::default();
        OF_REASONS.iter().zip(self.0).for_each(|(figure, value)| cell[*figure] = value);
        cell
    }
}

/// Losses with whose they are.
#[derive(Debug, Default)]
pub struct Losses {
    list: Vec<Entry>,
    /// Numbers of the reasons, in the order of arrival.
    reasons: BTreeMap<Box<str>, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    month: usize,
    owner: Owner,
    joints: [Joint; 2],
    reason: u32,
    lost: Lost,
}

impl Losses {
    pub fn add(&mut self, owner: Owner, joints: [Joint; 2], loss: &Loss) {
        let reason = self.number(&loss.reason);
        self.list.push(Entry { month: loss.month, owner, joints, reason, lost: Lost::of(loss) });
    }

    fn number(&mut self, reason: &str) -> u32 {
        if let Some(number) = self.reasons.get(reason) {
            return *number;
        }
        let number = u32::try_from(self.reasons.len()).expect("fewer reasons than customers");
        self.reasons.insert(reason.into(), number);
        number
    }

    pub fn merge(&mut self, other: Self) {
        let mut numbers = vec![0; other.reasons.len()];
        for (reason, number) in &other.reasons {
            numbers[*number as usize] = self.number(reason);
        }
        let renumbered = |entry: Entry| Entry { reason: numbers[entry.reason as usize], ..entry };
        self.list.extend(other.list.into_iter().map(renumbered));
    }

    /// Of some months, by institution, member of a class (told apart at the bank only) and reason.
    pub fn over(&self, months: &Range<usize>, institutions: &Institutions) -> ByReason<'_> {
        let mut names = vec![""; self.reasons.len()];
        for (reason, number) in &self.reasons {
            names[*number as usize] = reason;
        }
        let mut sums: BTreeMap<(Place, usize, u32), Lost> = BTreeMap::new();
        for entry in self.list.iter().filter(|entry| months.contains(&entry.month)) {
            let mut add = |place, member| {
                sums.entry((place, member, entry.reason)).or_default().add(&entry.lost);
            };
            add(Place::Manager(entry.owner.manager), 0);
            let members = entry.joints.into_iter().flat_map(Joint::members);
            members.for_each(|member| add(Place::Bank, member));
            let branch = entry.owner.branch;
            institutions.upwards(branch).for_each(|branch| add(Place::Branch(branch), 0));
            if institutions.branches[branch].has_children {
                add(Place::BranchAlone(branch), 0);
            }
        }
        ByReason { sums, names }
    }
}

/// Losses of one period.
pub struct ByReason<'a> {
    sums: BTreeMap<(Place, usize, u32), Lost>,
    names: Vec<&'a str>,
}

impl<'a> ByReason<'a> {
    /// Those of some members together; reasons without any are left out.
    pub fn of(&self, place: Place, members: Range<usize>) -> BTreeMap<&'a str, Lost> {
        let mut by_reason: BTreeMap<&str, Lost> = BTreeMap::new();
        for ((.., reason), lost) in self.sums.range((place, members.start, 0)..(place, members.end, 0)) {
            by_reason.entry(self.names[*reason as usize]).or_default().add(lost);
        }
        by_reason
    }
}
