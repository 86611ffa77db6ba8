//! What one customer has at the end of a month, and had on its days.

use super::figures::{Cell, Figure, N_KINDS, ProductCell, add_balance, add_days};
use super::months::Month;
use super::rows::{Balances, Rows};
use crate::contract::codes::ProductKind;

pub struct Stocks {
    pub is_here: bool,
    is_key: bool,
    balances: Balances,
    /// By kind, minor units times days.
    balance_days: [i64; N_KINDS],
    accounts: [i64; N_KINDS],
    /// Those without a kind included.
    n_accounts: i64,
}

impl Stocks {
    pub fn of(rows: &Rows<'_>, month: &Month, is_here: bool, is_key: bool) -> Self {
        let (accounts, n_accounts) = rows.open_accounts(month.end);
        Self {
            is_here,
            is_key: is_here && is_key,
            balances: rows.balances(month.snapshot),
            balance_days: rows.balance_days(month),
            accounts,
            n_accounts,
        }
    }

    /// Minor units.
    pub fn assets(&self) -> i64 {
        self.balances.aum
    }

    /// All products together.
    pub fn cell(&self) -> Cell {
        let mut cell = Cell::default();
        cell[Figure::Customers] = i64::from(self.is_here);
        cell[Figure::KeyCustomers] = i64::from(self.is_key);
        cell[Figure::Accounts] = self.n_accounts;
        for (at, kind) in ProductKind::ALL.iter().enumerate() {
            if self.balances.by_kind[at] != 0 {
                add_balance(&mut cell, *kind, self.balances.by_kind[at]);
            }
            if self.balance_days[at] != 0 {
                add_days(&mut cell, *kind, self.balance_days[at]);
            }
        }
        cell
    }

    /// Of each kind of which there is anything.
    pub fn products(&self) -> impl Iterator<Item = (usize, ProductCell)> {
        let product = |kind: usize| {
            let balance = self.balances.by_kind[kind];
            let holds = self.is_here && balance != 0;
            let product = ProductCell {
                holders: i64::from(holds),
                key_holders: i64::from(holds && self.is_key),
                accounts: self.accounts[kind],
                balance,
                balance_days: self.balance_days[kind],
            };
            (kind, product)
        };
        (0..N_KINDS).map(product).filter(|(_, product)| *product != ProductCell::default())
    }
}
