//! What is counted: the figures of one cell of the cube, and how cells add up.
//!
//! All figures are whole numbers: customers, accounts, minor units, and minor units times days. Sums are exact and so
//! owe nothing to the order of customers or buckets; what no number holds stays at the end of the range, and is
//! published as missing.

use crate::contract::codes::ProductKind;
use std::ops::{Index, IndexMut};

macro_rules! figures {
    ($($name:ident),+ $(,)?) => {
        /// A figure; its place in a [`Cell`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Figure { $($name),+ }

        const ALL: &[Figure] = &[$(Figure::$name),+];
    };
}

figures! {
    Customers, KeyCustomers, Accounts, Assets, Deposits, Loans, Others, AssetDays, DepositDays, LoanDays,
    Came, CameOpened, Woken, Gone, AssetsCame, AssetsGone, LostClosed, LostRunOff, LostSilent, NotHisDecision, LostAssets, MoneyWon,
    MoneyLost, ToOwnElsewhere, Spent, ToOthers, PriceEffect, MaturedCustomers, Matured, Renewed, LeftToOwnElsewhere, LeftSpent,
    LeftToOthers,
}

pub const N_FIGURES: usize = ALL.len();
pub const N_KINDS: usize = ProductKind::ALL.len();
pub const N_PRODUCT_FIGURES_OF_KIND: usize = 5;
pub const N_PRODUCT_FIGURES: usize = N_KINDS * N_PRODUCT_FIGURES_OF_KIND;

impl Figure {
    /// The figure with this place in a [`Cell`].
    pub fn at(place: usize) -> Self {
        ALL[place]
    }

    /// Whether it is of the last day of a period; the others add up over its days.
    pub fn is_stock(self) -> bool {
        use Figure::{Accounts, Assets, Customers, Deposits, KeyCustomers, Loans, Others};
        matches!(self, Customers | KeyCustomers | Accounts | Assets | Deposits | Loans | Others)
    }
}

/// The figures of some customers in one month or one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell([i64; N_FIGURES]);

impl Default for Cell {
    fn default() -> Self {
        Self([0; N_FIGURES])
    }
}

impl Cell {
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|figure| *figure == 0)
    }

    /// Places and values of the figures that are not 0.
    pub fn set(&self) -> impl Iterator<Item = (u16, i64)> {
        (0..).zip(self.0).filter(|(_, value)| *value != 0)
    }

    pub fn add_one(&mut self, figure: Figure, value: i64) {
        self[figure] = self[figure].saturating_add(value);
    }

    /// Adds the figures of other customers.
    pub fn add(&mut self, other: &Self) {
        for (sum, figure) in self.0.iter_mut().zip(&other.0) {
            *sum = sum.saturating_add(*figure);
        }
    }
}

impl Index<Figure> for Cell {
    type Output = i64;

    fn index(&self, figure: Figure) -> &i64 {
        &self.0[figure as usize]
    }
}

impl IndexMut<Figure> for Cell {
    fn index_mut(&mut self, figure: Figure) -> &mut i64 {
        &mut self.0[figure as usize]
    }
}

/// Which figures are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known([bool; N_FIGURES]);

impl Known {
    pub fn none() -> Self {
        Self([false; N_FIGURES])
    }

    #[must_use]
    pub fn with(mut self, figures: &[Figure], is_known: bool) -> Self {
        figures.iter().for_each(|figure| self.0[*figure as usize] = is_known);
        self
    }

    pub fn has(&self, figure: Figure) -> bool {
        self.0[figure as usize]
    }

    /// Of a period: stocks as known in its last month, flows where every month knows them.
    pub fn follow_with(&mut self, next: &Self) {
        for figure in ALL {
            let place = *figure as usize;
            self.0[place] = next.0[place] && (figure.is_stock() || self.0[place]);
        }
    }

    #[must_use]
    pub fn only(&self, figures: &[Figure]) -> Self {
        let mut known = Self::none();
        figures.iter().for_each(|figure| known.0[*figure as usize] = self.has(*figure));
        known
    }
}

/// What is counted of one kind of product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProductCell {
    pub holders: i64,
    pub key_holders: i64,
    pub accounts: i64,
    pub balance: i64,
    pub balance_days: i64,
}

impl ProductCell {
    pub fn of(figures: [i64; N_PRODUCT_FIGURES_OF_KIND]) -> Self {
        let [holders, key_holders, accounts, balance, balance_days] = figures;
        Self { holders, key_holders, accounts, balance, balance_days }
    }

    pub fn figures(self) -> [i64; N_PRODUCT_FIGURES_OF_KIND] {
        [self.holders, self.key_holders, self.accounts, self.balance, self.balance_days]
    }

    /// Places and values of its figures that are not 0, among those of all kinds.
    pub fn set(self, kind: usize) -> impl Iterator<Item = (u16, i64)> {
        let first = u16::try_from(kind * N_PRODUCT_FIGURES_OF_KIND).expect("kinds are few");
        (first..).zip(self.figures()).filter(|(_, value)| *value != 0)
    }

    pub fn add(&mut self, other: &Self) {
        let other = other.figures();
        let sums = self.figures();
        *self = Self::of(std::array::from_fn(|at| sums[at].saturating_add(other[at])));
    }

    /// The same as figures of the kind.
    pub fn to_cell(self, kind: ProductKind) -> Cell {
        let mut cell = Cell::default();
        cell[Figure::Customers] = self.holders;
        cell[Figure::KeyCustomers] = self.key_holders;
        cell[Figure::Accounts] = self.accounts;
        add_balance(&mut cell, kind, self.balance);
        add_days(&mut cell, kind, self.balance_days);
        cell
    }
}

/// Whether the figure with this place in [`ProductCell::set`] is of the last day of a period; balances times days add up.
pub fn is_product_stock(place: usize) -> bool {
    place % N_PRODUCT_FIGURES_OF_KIND != N_PRODUCT_FIGURES_OF_KIND - 1
}

/// The figures that say something of one kind of product.
pub fn figures_of(kind: ProductKind) -> Vec<Figure> {
    let mut figures = vec![Figure::Customers, Figure::KeyCustomers, Figure::Accounts];
    figures.extend(balances_of(kind).iter().flat_map(|(balance, days)| [Some(*balance), *days]).flatten());
    figures
}

/// Adds a balance to the figures that it counts in.
pub fn add_balance(cell: &mut Cell, kind: ProductKind, balance: i64) {
    for (figure, _) in balances_of(kind) {
        cell.add_one(*figure, balance);
    }
}

/// The same of a balance times the days on which it stood.
pub fn add_days(cell: &mut Cell, kind: ProductKind, balance_days: i64) {
    for figure in balances_of(kind).iter().filter_map(|(_, days)| *days) {
        cell.add_one(figure, balance_days);
    }
}

/// Where a kind's balance counts, and its balance times days.
fn balances_of(kind: ProductKind) -> &'static [(Figure, Option<Figure>)] {
    use ProductKind::{DemandDeposit, FxDemandDeposit, FxTimeDeposit, Guarantee, TimeDeposit};
    const ASSETS: (Figure, Option<Figure>) = (Figure::Assets, Some(Figure::AssetDays));
    match kind {
        DemandDeposit | FxDemandDeposit | TimeDeposit | FxTimeDeposit => {
            &[ASSETS, (Figure::Deposits, Some(Figure::DepositDays))]
        }
        kind if kind.counts_in_aum() => &[ASSETS],
        Guarantee => &[(Figure::Others, None)],
        kind if kind.is_debt() => &[(Figure::Loans, Some(Figure::LoanDays))],
        _ => &[(Figure::Others, None)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_knows_the_stocks_of_its_last_month_and_the_flows_that_all_know() {
        let known = |flows| Known::none().with(&[Figure::Customers], true).with(&[Figure::Came], flows);
        let mut of_quarter = known(false);
        of_quarter.follow_with(&known(true));
        assert_eq!(of_quarter, known(false));
    }

    #[test]
    fn places_of_figures_are_those_of_cells_and_of_kinds() {
        let mut cell = Cell::default();
        (cell[Figure::Customers], cell[Figure::LeftToOthers]) = (1, -4);
        let set: Vec<(Figure, i64)> =
            cell.set().map(|(place, value)| (Figure::at(place.into()), value)).collect();
        assert_eq!(set, [(Figure::Customers, 1), (Figure::LeftToOthers, -4)]);
        let product = ProductCell { holders: 1, balance_days: 30, ..ProductCell::default() };
        let set: Vec<(u16, i64, bool)> =
            product.set(2).map(|(place, value)| (place, value, is_product_stock(place.into()))).collect();
        assert_eq!(set, [(10, 1, true), (14, 30, false)]);
    }

    #[test]
    fn every_kind_counts_in_assets_loans_or_others_and_in_one_of_them_only() {
        for kind in ProductKind::ALL {
            let mut cell = Cell::default();
            add_balance(&mut cell, *kind, 7);
            assert_eq!(cell[Figure::Assets] + cell[Figure::Loans] + cell[Figure::Others], 7, "{kind:?}");
            assert_eq!(cell[Figure::Assets] == 7, kind.counts_in_aum(), "{kind:?}");
        }
    }
}
