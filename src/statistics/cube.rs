//! The figures of every branch, manager and class by month: where customers are added up.
//!
//! Memory follows branches x months x classes and managers x months, not customers.

use super::figures::{Cell, N_KINDS, ProductCell};
use super::institutions::Institutions;
use super::losses::Loss;
use std::collections::BTreeMap;
use std::ops::Range;

/// Months x members x items, flat; empty until something is added.
#[derive(Debug, Clone, Default)]
struct Grid<T> {
    cells: Vec<T>,
    width: usize,
}

impl<T: Copy + Default> Grid<T> {
    fn row(&mut self, n_months: usize, width: usize, month: usize) -> &mut [T] {
        if self.cells.is_empty() {
            self.width = width;
            self.cells = vec![T::default(); n_months * width];
        }
        &mut self.cells[month * width..][..width]
    }

    fn get(&self, month: usize, at: usize) -> T {
        self.cells.get(month * self.width + at).copied().unwrap_or_default()
    }

    fn add(&mut self, other: &Self, add: impl Fn(&mut T, &T)) {
        if self.cells.is_empty() {
            *self = other.clone();
        } else {
            self.cells.iter_mut().zip(&other.cells).for_each(|(sum, cell)| add(sum, cell));
        }
    }
}

/// The figures of an institution.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    totals: Grid<Cell>,
    /// By member and kind at the bank, by kind elsewhere.
    products: Grid<ProductCell>,
}

impl Figures {
    /// Of these members together.
    pub fn total(&self, month: usize, members: Range<usize>) -> Cell {
        let mut sum = Cell::default();
        members.for_each(|member| sum.add(&self.totals.get(month, member)));
        sum
    }

    /// Of one kind of product; members are told apart at the bank only.
    pub fn product(&self, month: usize, members: Range<usize>, kind: usize) -> ProductCell {
        let mut sum = ProductCell::default();
        members.for_each(|member| sum.add(&self.products.get(month, member * N_KINDS + kind)));
        sum
    }

    pub fn add(&mut self, other: &Self) {
        self.totals.add(&other.totals, Cell::add);
        self.products.add(&other.products, ProductCell::add);
    }
}

/// Somebody who answers for customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Bank,
    /// With everything beneath it.
    Branch(usize),
    /// Without what lies beneath it.
    BranchAlone(usize),
    Manager(usize),
}

/// Customers lost by kind of loss, and the assets that they had.
pub type Lost = Cell;

/// Everybody's figures.
#[derive(Debug)]
pub struct Cube {
    n_months: usize,
    n_members: usize,
    pub bank: Figures,
    /// Of each branch alone; with everything beneath it once they are rolled up.
    pub branches: Vec<Figures>,
    pub alone: BTreeMap<usize, Figures>,
    pub managers: Vec<Figures>,
    /// By institution, member and reason, a cell per month.
    pub lost: BTreeMap<(Place, usize, Box<str>), Vec<Lost>>,
}

/// Whose a customer is.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    pub branch: usize,
    pub manager: usize,
}

impl Cube {
    pub fn new(n_months: usize, n_members: usize, institutions: &Institutions) -> Self {
        Self {
            n_months,
            n_members,
            bank: Figures::default(),
            branches: vec![Figures::default(); institutions.branches.len()],
            alone: BTreeMap::new(),
            managers: vec![Figures::default(); institutions.managers.len()],
            lost: BTreeMap::new(),
        }
    }

    /// Adds a customer's month to every member of `members`, the first of which is all.
    pub fn add(&mut self, owner: Owner, month: usize, members: &[usize], cell: &Cell) {
        let row = self.branches[owner.branch].totals.row(self.n_months, self.n_members, month);
        members.iter().for_each(|member| row[*member].add(cell));
        self.managers[owner.manager].totals.row(self.n_months, 1, month)[0].add(cell);
    }

    /// Adds what he has of one kind of product.
    pub fn add_product(
        &mut self,
        owner: Owner,
        month: usize,
        members: &[usize],
        kind: usize,
        cell: &ProductCell,
    ) {
        self.branches[owner.branch].products.row(self.n_months, N_KINDS, month)[kind].add(cell);
        let of_bank = self.bank.products.row(self.n_months, self.n_members * N_KINDS, month);
        members.iter().for_each(|member| of_bank[member * N_KINDS + kind].add(cell));
    }

    /// Adds a loss under its reason.
    pub fn add_loss(&mut self, owner: Owner, members: &[usize], loss: &Loss, institutions: &Institutions) {
        let mut at = vec![(Place::Manager(owner.manager), 0)];
        at.extend(members.iter().map(|member| (Place::Bank, *member)));
        at.extend(institutions.upwards(owner.branch).map(|branch| (Place::Branch(branch), 0)));
        if institutions.branches[owner.branch].has_children {
            at.push((Place::BranchAlone(owner.branch), 0));
        }
        for (place, member) in at {
            let key = (place, member, loss.reason.clone());
            let months = self.lost.entry(key).or_insert_with(|| vec![Lost::default(); self.n_months]);
            loss.count_in(&mut months[loss.month]);
        }
    }

    /// Adds the customers of other buckets.
    pub fn merge(&mut self, other: Self) {
        self.bank.add(&other.bank);
        self.branches.iter_mut().zip(&other.branches).for_each(|(sum, part)| sum.add(part));
        self.managers.iter_mut().zip(&other.managers).for_each(|(sum, part)| sum.add(part));
        for (key, months) in other.lost {
            match self.lost.get_mut(&key) {
                Some(sum) => sum.iter_mut().zip(&months).for_each(|(sum, cell)| sum.add(cell)),
                None => {
                    self.lost.insert(key, months);
                }
            }
        }
    }

    /// Sums branches up their tree, and the topmost into the bank.
    pub fn roll_up(&mut self, institutions: &Institutions) {
        let branches = &institutions.branches;
        let mut deepest_first: Vec<usize> = (0..branches.len()).collect();
        deepest_first.sort_by_key(|branch| std::cmp::Reverse(branches[*branch].depth));
        for at in (0..branches.len()).filter(|at| branches[*at].has_children) {
            self.alone.insert(at, self.branches[at].clone());
        }
        for at in deepest_first {
            let whole = std::mem::take(&mut self.branches[at]);
            match branches[at].parent {
                Some(parent) => self.branches[parent].add(&whole),
                None => self.bank.totals.add(&whole.totals, Cell::add),
            }
            self.branches[at] = whole;
        }
    }
}
