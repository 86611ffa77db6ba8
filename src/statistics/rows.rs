//! One customer's rows as the cube looks at them: at snapshots, over months, and his accounts.
//!
//! Never: a row after the night.

use super::figures::N_KINDS;
use super::months::{Month, Months};
use crate::contract::{Holding, Transaction};
use crate::date::Date;
use crate::store::{Accounts, CustomerHistory, OwnedAccount};

/// Balances by kind of product at one snapshot, minor units.
#[derive(Debug, Clone, Copy, Default)]
pub struct Balances {
    pub by_kind: [i64; N_KINDS],
    pub aum: i64,
}

impl Balances {
    fn of(rows: &[Holding]) -> Self {
        let mut balances = Self::default();
        for row in rows {
            let kind = &mut balances.by_kind[row.product_kind as usize];
            *kind = kind.saturating_add(row.balance.0);
            if row.product_kind.counts_in_aum() {
                balances.aum = balances.aum.saturating_add(row.balance.0);
            }
        }
        balances
    }
}

/// One customer's rows.
pub struct Rows<'a> {
    pub history: CustomerHistory<'a>,
    /// What he held at each snapshot.
    at_snapshots: Vec<Balances>,
    accounts: &'a [OwnedAccount],
    /// Months in which something of his matures.
    pub matures: Vec<bool>,
}

impl<'a> Rows<'a> {
    /// `history` must end with the night.
    pub fn of(history: CustomerHistory<'a>, months: &Months, accounts: &'a Accounts) -> Self {
        let mut at = 0;
        let at_snapshot = |on: &Date| {
            while history.holdings.get(at).is_some_and(|row| row.snapshot_on < *on) {
                at += 1;
            }
            let first = at;
            while history.holdings.get(at).is_some_and(|row| row.snapshot_on == *on) {
                at += 1;
            }
            Balances::of(&history.holdings[first..at])
        };
        let at_snapshots = months.snapshots.iter().map(at_snapshot).collect();
        let mut matures = vec![false; months.list.len()];
        for on in history.holdings.iter().filter_map(|row| row.matures_on) {
            if let Some(place) = months.place(on) {
                matures[place] = true;
            }
        }
        Self { at_snapshots, accounts: accounts.of(history.index), matures, history }
    }

    pub fn balances(&self, snapshot: Option<usize>) -> Balances {
        snapshot.map_or_else(Balances::default, |at| self.at_snapshots[at])
    }

    /// Assets under management, minor units.
    pub fn assets(&self, snapshot: usize) -> i64 {
        self.at_snapshots[snapshot].aum
    }

    /// By kind, minor units times days; nothing where a day has no snapshot in force.
    pub fn balance_days(&self, month: &Month) -> [i64; N_KINDS] {
        let mut days = [0i64; N_KINDS];
        for span in month.spans.iter().flatten() {
            for (days, balance) in days.iter_mut().zip(&self.at_snapshots[span.position].by_kind) {
                *days = days.saturating_add(balance.saturating_mul(span.n_days.into()));
            }
        }
        days
    }

    /// Rows after `from` and up to `to`.
    pub fn booked(&self, from: Date, to: Date) -> &[Transaction] {
        let rows = self.history.transactions;
        &rows[rows.partition_point(|row| row.booked_on <= from)
            ..rows.partition_point(|row| row.booked_on <= to)]
    }

    /// By kind, and all of them, those without a kind included.
    pub fn open_accounts(&self, on: Date) -> ([i64; N_KINDS], i64) {
        let customer = self.history.customer;
        let (mut by_kind, mut all) = ([0; N_KINDS], 0);
        if customer.closed_on.is_some_and(|closed| closed <= on) {
            return (by_kind, all);
        }
        let is_open = |account: &&OwnedAccount| {
            account.opened_on.unwrap_or(customer.opened_on) <= on
                && account.closed_on.is_none_or(|closed| closed > on)
        };
        for account in self.accounts.iter().filter(is_open) {
            all += 1;
            if let Some(kind) = account.product_kind {
                by_kind[kind as usize] += 1;
            }
        }
        (by_kind, all)
    }
}
