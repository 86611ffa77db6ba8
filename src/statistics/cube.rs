//! The figures of every branch, manager and class by month: where customers are added up.
//!
//! One cube for all threads; a branch or manager is locked while one customer is added. Memory follows branches x months x
//! classes that have anybody, managers x months, and losses; not customers.

use super::figures::{Cell, N_FIGURES, N_PRODUCT_FIGURES, ProductCell};
use super::institutions::Institutions;
use super::lost::Losses;
use super::sparse::{Joint, Sparse};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Whose a customer is.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    pub branch: usize,
    pub manager: usize,
}

/// The figures of one customer, those that are not 0.
#[derive(Debug, Default)]
pub struct Counted {
    months: Vec<CountedMonth>,
    /// Places in a [`Cell`], and values.
    figures: Vec<(u16, i64)>,
    /// The same of kinds of products, as [`ProductCell::set`] places them.
    products: Vec<(u16, i64)>,
}

/// One month of his.
#[derive(Debug)]
struct CountedMonth {
    month: usize,
    /// All that he counts in.
    joints: [Joint; 2],
    figures: Range<usize>,
    products: Range<usize>,
}

/// Figures of each branch without those beneath it, and of each manager.
#[derive(Debug)]
pub struct Cube {
    pub branches: Vec<Mutex<OfBranch>>,
    pub managers: Vec<Mutex<Sparse>>,
}

#[derive(Debug)]
pub struct OfBranch {
    /// By class.
    pub totals: Sparse,
    pub products: Sparse,
}

/// What one thread counts of the whole bank.
#[derive(Debug)]
pub struct OfBank {
    /// By class.
    pub products: Sparse,
    pub losses: Losses,
}

impl Counted {
    pub fn push(
        &mut self,
        month: usize,
        joints: [Joint; 2],
        cell: &Cell,
        products: impl Iterator<Item = (usize, ProductCell)>,
    ) {
        let (figures, of_products) = (self.figures.len(), self.products.len());
        self.figures.extend(cell.set());
        self.products.extend(products.flat_map(|(kind, product)| product.set(kind)));
        let (figures, products) = (figures..self.figures.len(), of_products..self.products.len());
        self.months.push(CountedMonth { month, joints, figures, products });
    }
}

impl Cube {
    pub fn new(n_months: usize, institutions: &Institutions) -> Self {
        let branch = || OfBranch {
            totals: Sparse::new(n_months, N_FIGURES),
            products: Sparse::new(n_months, N_PRODUCT_FIGURES),
        };
        Self {
            branches: institutions.branches.iter().map(|_| Mutex::new(branch())).collect(),
            managers: (institutions.managers.iter())
                .map(|_| Mutex::new(Sparse::new(n_months, N_FIGURES)))
                .collect(),
        }
    }

    /// Adds a customer.
    pub fn add(&self, owner: Owner, counted: &Counted) {
        let mut branch = lock(&self.branches[owner.branch]);
        for of in &counted.months {
            for joint in of.joints {
                branch.totals.add(joint, of.month, &counted.figures[of.figures.clone()]);
            }
            branch.products.add(Joint::ALL, of.month, &counted.products[of.products.clone()]);
        }
        drop(branch);
        let mut manager = lock(&self.managers[owner.manager]);
        for of in &counted.months {
            manager.add(Joint::ALL, of.month, &counted.figures[of.figures.clone()]);
        }
    }
}

impl OfBank {
    pub fn new(n_months: usize) -> Self {
        Self { products: Sparse::new(n_months, N_PRODUCT_FIGURES), losses: Losses::default() }
    }

    /// Adds a customer's products.
    pub fn add(&mut self, counted: &Counted) {
        for of in &counted.months {
            for joint in of.joints {
                self.products.add(joint, of.month, &counted.products[of.products.clone()]);
            }
        }
    }

    /// Adds the customers of other buckets.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.products.merge(&other.products);
        self.losses.merge(other.losses);
        self
    }
}

/// A thread that panics while it adds ends the night, whatever others find.
pub fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
