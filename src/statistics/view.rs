//! The rows of one class of one institution in one period.
//!
//! Crossed are: at the bank every class with every product and reason, at branches every class, and every product and
//! reason for all classes together; at managers reasons alone. Rows without a figure in the period and in those that it
//! is compared with are left out.

use super::classes::Class;
use super::columns::{Compared, Seen};
use super::cube::{Cube, Figures, Lost, Place};
use super::figures::{Cell, Figure, Known, figures_of};
use super::institutions::Institutions;
use super::months::{Month, Months};
use super::periods::Period;
use super::table::{Key, Table};
use crate::contract::codes::ProductKind;
use std::collections::BTreeMap;
use std::ops::Range;

pub const ALL: &str = "all";
/// What rows by reason show.
const OF_REASONS: [Figure; 5] =
    [Figure::LostClosed, Figure::LostRunOff, Figure::LostSilent, Figure::NotHisDecision, Figure::LostAssets];

/// Somebody who answers for customers, as published.
pub struct Institution<'a> {
    place: Place,
    pub level: &'static str,
    pub id: &'a str,
    pub parent: Option<&'a str>,
    pub depth: Option<i32>,
    figures: &'a Figures,
}

/// In the order of level and id.
pub fn listed<'a>(cube: &'a Cube, institutions: &'a Institutions) -> Vec<Institution<'a>> {
    let branches = &institutions.branches;
    let bank = Institution {
        place: Place::Bank,
        level: "bank",
        id: ALL,
        parent: None,
        depth: Some(0),
        figures: &cube.bank,
    };
    let whole = branches.iter().zip(&cube.branches).enumerate().map(|(at, (branch, figures))| Institution {
        place: Place::Branch(at),
        level: "branch",
        id: &branch.id,
        parent: branch.parent.map(|parent| &*branches[parent].id),
        depth: Some(branch.depth),
        figures,
    });
    let alone = cube.alone.iter().map(|(at, figures)| Institution {
        place: Place::BranchAlone(*at),
        level: "branch_alone",
        id: &branches[*at].id,
        parent: Some(&branches[*at].id),
        depth: Some(branches[*at].depth + 1),
        figures,
    });
    let managers = institutions.managers.iter().zip(&cube.managers).enumerate();
    let managers = managers.map(|(at, (id, figures))| Institution {
        place: Place::Manager(at),
        level: "manager",
        id,
        parent: None,
        depth: None,
        figures,
    });
    std::iter::once(bank).chain(whole).chain(alone).chain(managers).collect()
}

/// One class of one institution.
pub struct View<'a, 'b> {
    pub cube: &'a Cube,
    pub months: &'b Months,
    pub institution: &'a Institution<'a>,
    pub class: &'a Class,
}

impl<'a> View<'a, '_> {
    fn is_of_all(&self) -> bool {
        self.class.dimension == ALL
    }

    pub fn is_published(&self) -> bool {
        self.is_of_all() || !matches!(self.institution.place, Place::Manager(_))
    }

    pub fn add_rows(&self, table: &mut Table<'a>, period: &'a Period, kinds: &[usize]) {
        let key = |product, reason| Key {
            period,
            institution: self.institution,
            class: self.class,
            product,
            reason,
        };
        let members = || self.class.members.clone();
        let whole =
            self.compared(period, |month| self.institution.figures.total(month, members()), |known| *known);
        let is_bank = self.institution.place == Place::Bank;
        if whole.is_zero() && !(is_bank && self.is_of_all()) {
            return;
        }
        if is_bank || self.is_of_all() {
            // `all` comes first among products; reasons may come before it.
            let mut by_reason = self.by_reason(period);
            by_reason.insert(ALL, whole);
            for (reason, compared) in by_reason {
                table.push(key(ALL, reason), &compared);
            }
        } else {
            table.push(key(ALL, ALL), &whole);
            return;
        }
        for kind in kinds.iter().filter(|_| !matches!(self.institution.place, Place::Manager(_))) {
            let product = ProductKind::ALL[*kind];
            let cell = |month| self.institution.figures.product(month, members(), *kind).to_cell(product);
            let compared = self.compared(period, cell, |known| known.only(&figures_of(product)));
            if !compared.is_zero() {
                table.push(key(product.code(), ALL), &compared);
            }
        }
    }

    /// Losses by reason; reasons without any in the period are left out.
    fn by_reason(&self, period: &Period) -> BTreeMap<&'a str, Compared> {
        let mut by_reason: BTreeMap<&str, Vec<&Vec<Lost>>> = BTreeMap::new();
        for member in self.class.members.clone() {
            let from = (self.institution.place, member, Box::from(""));
            let of_member = self
                .cube
                .lost
                .range(from..)
                .take_while(|((place, at, _), _)| *place == self.institution.place && *at == member);
            for ((.., reason), months) in of_member {
                by_reason.entry(reason).or_default().push(months);
            }
        }
        let compared = |(reason, parts): (&'a str, Vec<&Vec<Lost>>)| {
            let cell = |month: usize| {
                let mut sum = Cell::default();
                parts.iter().for_each(|months| sum.add(&months[month]));
                sum
            };
            let compared = Compared {
                now: self.seen(period.months.clone(), period.n_days, &cell, &|known| known.only(&OF_REASONS)),
                before: None,
                year_before: None,
            };
            (!compared.is_zero()).then_some((reason, compared))
        };
        by_reason.into_iter().filter_map(compared).collect()
    }

    fn compared(
        &self,
        period: &Period,
        cell: impl Fn(usize) -> Cell,
        known: impl Fn(&Known) -> Known,
    ) -> Compared {
        let days = |months: &Range<usize>| -> i32 {
            self.months.list[months.clone()].iter().map(Month::n_days).sum()
        };
        let seen = |months: &Range<usize>| self.seen(months.clone(), days(months), &cell, &known);
        Compared {
            now: seen(&period.months),
            before: period.before.as_ref().map(seen),
            year_before: period.year_before.as_ref().map(seen),
        }
    }

    fn seen(
        &self,
        mut months: Range<usize>,
        n_days: i32,
        cell: &impl Fn(usize) -> Cell,
        known: &impl Fn(&Known) -> Known,
    ) -> Seen {
        let of_month = |month: usize| (cell(month), known(&self.months.list[month].known));
        let (mut sum, mut all_known) = months.next().map_or((Cell::default(), Known::none()), of_month);
        for (cell, known) in months.map(of_month) {
            sum.follow_with(&cell);
            all_known.follow_with(&known);
        }
        Seen { cell: sum, known: all_known, n_days }
    }
}
