//! What is brought before the head of each branch: large moves and open complaints of wealthy customers, customers of
//! managers who leave, and how his managers stand.
//!
//! A customer belongs to the branch of his manager, or to his own where he has none. Reads the night's tables. Whom no
//! list may name is not escalated either; he is handed over, as somebody must answer for him.

use super::portfolio::{Ranks, known, tier};
use super::workbook::{BranchBook, Complaint, Handover, ManagerFigures, Move};
use crate::contract::Manager;
use crate::date::Date;
use crate::error::Result;
use crate::money::Money;
use crate::privacy::Privacy;
use crate::targets::{self, Lists, UNASSIGNED};
use std::collections::BTreeMap;

/// One book per branch that has something, by id.
///
/// # Errors
/// Kind `Internal` if the managers' figures lack a column.
pub(super) fn books<'a>(
    night: &targets::Night<'a>,
    lists: &Lists,
    privacy: &Privacy,
    run_id: &'a str,
) -> Result<BTreeMap<String, BranchBook<'a>>> {
    let mut books = Books { night: *night, run_id, by_branch: BTreeMap::new() };
    let ranks: Ranks = lists.managers.iter().flat_map(super::portfolio::ranks).collect();
    let seen = Seen { night, privacy, ranks: &ranks };
    for row in 0..night.n_rows() {
        let Some(branch) = branch_of(night, row) else { continue };
        if let Some(handover) = seen.handover(row) {
            books.of(branch).handovers.push(handover);
        }
        if !seen.is_escalated(row) {
            continue;
        }
        if let Some(found) = seen.large_move(row) {
            books.of(branch).moves.push(found);
        }
        if let Some(complaint) = seen.complaint(row) {
            books.of(branch).complaints.push(complaint);
        }
    }
    for (branch, figures) in manager_figures(night, lists)? {
        books.of(&branch).managers.push(figures);
    }
    Ok(books.sorted())
}

struct Books<'a> {
    night: targets::Night<'a>,
    run_id: &'a str,
    by_branch: BTreeMap<String, BranchBook<'a>>,
}

impl<'a> Books<'a> {
    fn of(&mut self, branch_id: &str) -> &mut BranchBook<'a> {
        if !self.by_branch.contains_key(branch_id) {
            self.by_branch.insert(branch_id.to_owned(), self.empty(branch_id));
        }
        self.by_branch.get_mut(branch_id).expect("it is there or was just put there")
    }

    fn empty(&self, branch_id: &str) -> BranchBook<'a> {
        let settings = &self.night.config.lists;
        BranchBook {
            branch: branch_name(&self.night, branch_id).unwrap_or(branch_id).to_owned(),
            as_of: self.night.as_of(),
            currency: &self.night.config.base_currency,
            run_id: self.run_id,
            value_basis: self.night.features.value_basis.code(),
            escalated_from: (settings.large_move_tier_min, settings.large_move_amount),
            moves: Vec::new(),
            complaints: Vec::new(),
            handovers: Vec::new(),
            managers: Vec::new(),
        }
    }

    /// Rows came by customer, so that equal ones stay in that order.
    fn sorted(mut self) -> BTreeMap<String, BranchBook<'a>> {
        for book in self.by_branch.values_mut() {
            book.moves.sort_by_key(|found| std::cmp::Reverse(found.change.0.unsigned_abs()));
            book.complaints.sort_by_key(|complaint| complaint.opened_on);
            book.handovers.sort_by(|a, b| b.value.total_cmp(&a.value));
        }
        self.by_branch
    }
}

/// The branch that answers for a customer.
fn branch_of<'a>(night: &targets::Night<'a>, row: usize) -> Option<&'a str> {
    let of_manager = night.manager(row).and_then(|manager| manager.branch_id.as_deref());
    of_manager.or_else(|| night.customer(row).branch_id.as_deref())
}

pub(super) fn branch_name<'a>(night: &targets::Night<'a>, id: &str) -> Option<&'a str> {
    night.bank.branch(id).and_then(|branch| branch.name.as_deref())
}

/// A manager as people know him.
fn named(night: &targets::Night<'_>, id: &str, manager: Option<&Manager>) -> String {
    match manager.and_then(|manager| manager.name.as_deref()) {
        Some(name) => night.labels.fill("sheet", "manager", &[("name", name), ("id", id)]),
        None => id.to_owned(),
    }
}

struct Seen<'a> {
    night: &'a targets::Night<'a>,
    privacy: &'a Privacy,
    ranks: &'a Ranks,
}

impl Seen<'_> {
    /// Whether what happens to the customer is brought before the head of the branch.
    fn is_escalated(&self, row: usize) -> bool {
        let from = self.night.config.lists.large_move_tier_min;
        targets::never_listed(self.night, row).is_none()
            && self.night.tier(row).is_some_and(|tier| tier >= from)
    }

    /// Whose customer he is.
    fn manager(&self, row: usize) -> String {
        match self.night.customer(row).manager_id.as_deref() {
            Some(id) => named(self.night, id, self.night.manager(row)),
            None => self.night.labels.text("branch", "nobody").to_owned(),
        }
    }

    fn large_move(&self, row: usize) -> Option<Move> {
        let night = self.night;
        night.large_move(row).map(|found| Move {
            customer: known(night, self.privacy, row, self.ranks),
            tier: tier(night, row),
            manager: self.manager(row),
            change: found.change,
            flow: found.flow,
            price: found.price_is_known.then_some(Money(found.change.0 - found.flow.0)),
            days: found.days,
        })
    }

    fn complaint(&self, row: usize) -> Option<Complaint> {
        let opened_on = self.night.complaint_since(row)?;
        Some(Complaint {
            customer: known(self.night, self.privacy, row, self.ranks),
            tier: tier(self.night, row),
            manager: self.manager(row),
            opened_on,
            assets: self.night.features.column("aum")[row],
        })
    }

    fn handover(&self, row: usize) -> Option<Handover> {
        let night = self.night;
        let left_on: Date = night.manager(row)?.left_on?;
        Some(Handover {
            customer: known(night, self.privacy, row, self.ranks),
            tier: tier(night, row),
            customer_type: night.segments.customer_types()[row],
            manager: self.manager(row),
            left_on,
            value: night.value(row),
            assets: night.features.column("aum")[row],
        })
    }
}

/// The rows of `managers` by branch; those of no branch are left out.
fn manager_figures(night: &targets::Night<'_>, lists: &Lists) -> Result<Vec<(String, ManagerFigures)>> {
    let frame = &lists.manager_figures;
    let (ids, branches) = (frame.column("manager_id")?.str()?, frame.column("branch_id")?.str()?);
    let (customers, values) = (frame.column("n_customers")?.i64()?, frame.column("value_12m")?.f64()?);
    let losses = frame.column("expected_loss")?.f64()?;
    let counts = |name: &str| frame.column(name)?.i32().map(|column| column.iter().collect::<Vec<_>>());
    let (capacity, listed, not_listed) = (counts("capacity")?, counts("listed")?, counts("not_listed")?);
    let mut figures = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let Some((id, branch)) = id.zip(branches.get(at)).filter(|(id, _)| *id != UNASSIGNED) else {
            continue;
        };
        let figure = ManagerFigures {
            manager: named(night, id, night.bank.manager(id)),
            n_customers: customers.get(at).unwrap_or(0),
            value: values.get(at).unwrap_or(f64::NAN),
            expected_loss: losses.get(at).filter(|loss| !loss.is_nan()),
            listed: listed[at].unwrap_or(0),
            not_listed: not_listed[at].unwrap_or(0),
            capacity: capacity[at].unwrap_or(0),
        };
        figures.push((branch.to_owned(), figure));
    }
    Ok(figures)
}
