//! Everybody's figures over one stretch of months: a period, or one that it is compared with.
//!
//! Branches are summed up their tree here, so that the cube keeps each customer once.

use super::cube::{Cube, OfBank, OfBranch, Place, lock};
use super::figures::{
    Cell, Figure, Known, N_KINDS, N_PRODUCT_FIGURES_OF_KIND, ProductCell, figures_of, is_product_stock,
};
use super::institutions::Institutions;
use super::lost::OF_REASONS;
use super::months::{Month, Months};
use super::sparse::Sparse;
use crate::contract::codes::ProductKind;
use std::collections::BTreeMap;
use std::ops::Range;

/// The figures of an institution.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// By member; of all alone at managers.
    totals: Vec<Cell>,
    /// By member and kind at the bank, by kind at branches.
    products: Vec<ProductCell>,
}

impl Figures {
    /// Of these members together.
    pub fn total(&self, members: Range<usize>) -> Cell {
        let mut sum = Cell::default();
        self.totals[members].iter().for_each(|cell| sum.add(cell));
        sum
    }

    /// Of one kind of product; members are told apart at the bank only.
    pub fn product(&self, members: Range<usize>, kind: usize) -> ProductCell {
        let mut sum = ProductCell::default();
        members.for_each(|member| sum.add(&self.products[member * N_KINDS + kind]));
        sum
    }

    fn add(&mut self, other: &Self) {
        self.totals.iter_mut().zip(&other.totals).for_each(|(sum, cell)| sum.add(cell));
        self.products.iter_mut().zip(&other.products).for_each(|(sum, cell)| sum.add(cell));
    }
}

/// Figures of all institutions, and which of them are known.
#[derive(Debug)]
pub struct Stretch {
    bank: Figures,
    /// With everything beneath them.
    branches: Vec<Figures>,
    /// Those that have others beneath them, without these.
    alone: BTreeMap<usize, Figures>,
    managers: Vec<Figures>,
    pub n_days: i32,
    pub known: Known,
    /// In rows of one kind of product, and of one reason of losses.
    known_of_kinds: Vec<Known>,
    pub known_of_reasons: Known,
}

impl Stretch {
    pub fn of(
        (cube, bank): (&Cube, &OfBank),
        months: &Months,
        covered: &Range<usize>,
        n_members: usize,
        institutions: &Institutions,
    ) -> Self {
        let list = &months.list[covered.clone()];
        let known = known_over(list);
        let branch = |branch: &OfBranch| Figures {
            totals: totals(&branch.totals, covered, n_members),
            products: products(&branch.products, covered, 1),
        };
        let manager =
            |manager: &Sparse| Figures { totals: totals(manager, covered, 1), products: Vec::new() };
        let of_bank = Figures {
            totals: vec![Cell::default(); n_members],
            products: products(&bank.products, covered, n_members),
        };
        let mut stretch = Self {
            bank: of_bank,
            branches: cube.branches.iter().map(|shared| branch(&lock(shared))).collect(),
            alone: BTreeMap::new(),
            managers: cube.managers.iter().map(|shared| manager(&lock(shared))).collect(),
            n_days: list.iter().map(Month::n_days).sum(),
            known_of_kinds: ProductKind::ALL.iter().map(|kind| known.only(&figures_of(*kind))).collect(),
            known_of_reasons: known.only(&OF_REASONS),
            known,
        };
        stretch.roll_up(institutions);
        stretch
    }

    /// Sums branches up their tree, and the topmost into the bank.
    fn roll_up(&mut self, institutions: &Institutions) {
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
                None => {
                    self.bank.totals.iter_mut().zip(&whole.totals).for_each(|(sum, cell)| sum.add(cell));
                }
            }
            self.branches[at] = whole;
        }
    }

    pub fn figures(&self, place: Place) -> &Figures {
        match place {
            Place::Bank => &self.bank,
            Place::Branch(at) => &self.branches[at],
            Place::BranchAlone(at) => &self.alone[&at],
            Place::Manager(at) => &self.managers[at],
        }
    }

    pub fn known_of_kind(&self, kind: usize) -> Known {
        self.known_of_kinds[kind]
    }
}

fn known_over(months: &[Month]) -> Known {
    let mut known = months.iter().map(|month| month.known);
    let mut over = known.next().unwrap_or_else(Known::none);
    known.for_each(|next| over.follow_with(&next));
    over
}

fn totals(from: &Sparse, months: &Range<usize>, n_members: usize) -> Vec<Cell> {
    let mut totals = vec![Cell::default(); n_members];
    from.each_over(
        months,
        |place| Figure::at(place).is_stock(),
        |joint, place, value| {
            joint.members().for_each(|member| totals[member].add_one(Figure::at(place), value));
        },
    );
    totals
}

fn products(from: &Sparse, months: &Range<usize>, n_members: usize) -> Vec<ProductCell> {
    let mut products = vec![[0i64; N_PRODUCT_FIGURES_OF_KIND]; n_members * N_KINDS];
    from.each_over(months, is_product_stock, |joint, place, value| {
        let (kind, figure) = (place / N_PRODUCT_FIGURES_OF_KIND, place % N_PRODUCT_FIGURES_OF_KIND);
        for member in joint.members() {
            let sum = &mut products[member * N_KINDS + kind][figure];
            *sum = sum.saturating_add(value);
        }
    });
    products.into_iter().map(ProductCell::of).collect()
}
