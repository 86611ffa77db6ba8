//! The decoded months of one bucket, customer by customer, as kernels see them.
//!
//! Grain: one customer at a time, rows in date order. Never: a row read twice, a search. A position per month
//! only advances, so that one pass over a bucket's customers costs one pass over its rows.

use super::holdings::HoldingColumns;
use super::transactions::TransactionColumns;
use crate::contract::{Holding, Transaction};

/// Columns that kernels see as rows.
pub(super) trait Seen {
    type Row;

    /// Owners, ascending.
    fn customers(&self) -> &[u32];

    /// One row.
    fn seen(&self, at: usize) -> Self::Row;
}

/// A cursor over customers.
#[derive(Debug)]
pub struct Rows<'a> {
    transactions: Vec<Month<'a, TransactionColumns>>,
    holdings: Vec<Month<'a, HoldingColumns>>,
}

impl<'a> Rows<'a> {
    /// Months of one bucket, each sorted, both lists ascending by month.
    pub fn new(transactions: &'a [TransactionColumns], holdings: &'a [HoldingColumns]) -> Self {
        Self {
            transactions: transactions.iter().map(Month::new).collect(),
            holdings: holdings.iter().map(Month::new).collect(),
        }
    }

    /// Puts the rows of `customer` in place of what the vectors hold.
    ///
    /// Customers must be asked for in ascending order; those who are left out are passed over.
    pub fn fill(&mut self, customer: u32, transactions: &mut Vec<Transaction>, holdings: &mut Vec<Holding>) {
        transactions.clear();
        for month in &mut self.transactions {
            month.advance(customer, transactions);
        }
        holdings.clear();
        for month in &mut self.holdings {
            month.advance(customer, holdings);
        }
    }
}

/// How far one month was read.
#[derive(Debug)]
struct Month<'a, C> {
    rows: &'a C,
    at: usize,
}

impl<'a, C: Seen> Month<'a, C> {
    fn new(rows: &'a C) -> Self {
        Self { rows, at: 0 }
    }

    /// Adds the rows of `customer` and moves behind them.
    #[inline]
    fn advance(&mut self, customer: u32, rows: &mut Vec<C::Row>) {
        let customers = self.rows.customers();
        let mut at = self.at;
        while at < customers.len() && customers[at] < customer {
            at += 1;
        }
        // Row by row: rows are few, and to count them first would be to guess wrong twice where they end.
        while at < customers.len() && customers[at] == customer {
            rows.push(self.rows.seen(at));
            at += 1;
        }
        self.at = at;
    }
}
