//! The rows of one period.
//!
//! Crossed are: at the bank every class with every product and reason, at branches every class, and every product and
//! reason for all classes together; at managers reasons alone. Rows without a figure in the period and in those that it
//! is compared with are left out.

use super::classes::{Class, Classes};
use super::columns::{Compared, Seen};
use super::cube::{Cube, OfBank, Place};
use super::figures::{Cell, Known};
use super::institutions::Institutions;
use super::lost::ByReason;
use super::months::Months;
use super::periods::Period;
use super::stretch::Stretch;
use super::table::{Key, Table};
use crate::contract::codes::ProductKind;
use std::ops::Range;

pub const ALL: &str = "all";

/// Somebody who answers for customers, as published.
pub struct Institution<'a> {
    place: Place,
    pub level: &'static str,
    pub id: &'a str,
    pub parent: Option<&'a str>,
    pub depth: Option<i32>,
}

/// In the order of level and id.
pub fn listed(institutions: &Institutions) -> Vec<Institution<'_>> {
    let branches = &institutions.branches;
    let bank = Institution { place: Place::Bank, level: "bank", id: ALL, parent: None, depth: Some(0) };
    let whole = branches.iter().enumerate().map(|(at, branch)| Institution {
        place: Place::Branch(at),
        level: "branch",
        id: &branch.id,
        parent: branch.parent.map(|parent| &*branches[parent].id),
        depth: Some(branch.depth),
    });
    let with_children = branches.iter().enumerate().filter(|(_, branch)| branch.has_children);
    let alone = with_children.map(|(at, branch)| Institution {
        place: Place::BranchAlone(at),
        level: "branch_alone",
        id: &branch.id,
        parent: Some(&branch.id),
        depth: Some(branch.depth + 1),
    });
    let managers = institutions.managers.iter().enumerate().map(|(at, id)| Institution {
        place: Place::Manager(at),
        level: "manager",
        id,
        parent: None,
        depth: None,
    });
    std::iter::once(bank).chain(whole).chain(alone).chain(managers).collect()
}

/// One period, with those that it is compared with.
pub struct View<'a> {
    /// The period itself first.
    stretches: Vec<Stretch>,
    /// Places among them; of years both are one.
    before: Option<usize>,
    year_before: Option<usize>,
    lost: ByReason<'a>,
}

impl<'a> View<'a> {
    pub fn of(
        (cube, bank): (&Cube, &'a OfBank),
        months: &Months,
        period: &Period,
        classes: &Classes,
        institutions: &Institutions,
    ) -> Self {
        let mut covered: Vec<&Range<usize>> = vec![&period.months];
        covered.extend(&period.before);
        covered.extend(period.year_before.as_ref().filter(|months| !covered.contains(months)));
        let place = |months: &Option<Range<usize>>| {
            months.as_ref().and_then(|months| covered.iter().position(|one| *one == months))
        };
        let stretch = |covered: &&Range<usize>| {
            Stretch::of((cube, bank), months, covered, classes.n_members, institutions)
        };
        Self {
            before: place(&period.before),
            year_before: place(&period.year_before),
            stretches: covered.iter().map(stretch).collect(),
            lost: bank.losses.over(&period.months, institutions),
        }
    }

    /// Adds the rows of one class of one institution; `kinds` of products ascend by code.
    pub fn add_rows(
        &self,
        table: &mut Table<'a>,
        institution: &'a Institution<'a>,
        class: &'a Class,
        kinds: &[usize],
    ) {
        let place = institution.place;
        let (is_bank, is_manager) = (place == Place::Bank, matches!(place, Place::Manager(_)));
        let is_of_all = class.dimension == ALL;
        if is_manager && !is_of_all {
            return;
        }
        let key = |product, reason| Key { institution, class, product, reason };
        let members = || class.members.clone();
        let whole = self.compared(|stretch| stretch.figures(place).total(members()), |stretch| stretch.known);
        if whole.is_zero() && !(is_bank && is_of_all) {
            return;
        }
        if !is_bank && !is_of_all {
            table.push(key(ALL, ALL), &whole);
            return;
        }
        // `all` comes first among products; reasons may come before it.
        let by_reason = self.lost.of(place, members());
        let (earlier, later): (Vec<_>, Vec<_>) = by_reason.into_iter().partition(|(reason, _)| *reason < ALL);
        for (reason, lost) in earlier {
            table.push(key(ALL, reason), &self.lost_alone(lost.to_cell()));
        }
        table.push(key(ALL, ALL), &whole);
        for (reason, lost) in later {
            table.push(key(ALL, reason), &self.lost_alone(lost.to_cell()));
        }
        for kind in kinds.iter().filter(|_| !is_manager) {
            let product = ProductKind::ALL[*kind];
            let compared = self.compared(
                |stretch| stretch.figures(place).product(members(), *kind).to_cell(product),
                |stretch| stretch.known_of_kind(*kind),
            );
            if !compared.is_zero() {
                table.push(key(product.code(), ALL), &compared);
            }
        }
    }

    /// Rows by reason show the losses of the period and nothing else.
    fn lost_alone(&self, cell: Cell) -> Compared {
        let now = &self.stretches[0];
        let now = Seen { cell, known: now.known_of_reasons, n_days: now.n_days };
        Compared { now, before: None, year_before: None }
    }

    fn compared(&self, cell: impl Fn(&Stretch) -> Cell, known: impl Fn(&Stretch) -> Known) -> Compared {
        let seen = |at: usize| {
            let stretch = &self.stretches[at];
            Seen { cell: cell(stretch), known: known(stretch), n_days: stretch.n_days }
        };
        let before = self.before.map(seen);
        let year_before = if self.year_before == self.before { before } else { self.year_before.map(seen) };
        Compared { now: seen(0), before, year_before }
    }
}
