//! Some rows of every customer, in memory: what a stage looks at more than once.
//!
//! Reads the store bucket by bucket. Grain: a row as kernels see it. Never: rows that were not asked for, so that
//! memory follows the span that is asked for and not the length of the history.

use super::bank::Bank;
use super::history::{CustomerHistory, Histories};
use crate::contract::{Holding, Transaction};
use crate::date::Date;
use crate::error::Result;
use rayon::prelude::*;

/// Which rows are kept.
pub struct Keep<'a> {
    pub transactions: &'a (dyn Fn(&Transaction) -> bool + Sync),
    pub holdings: &'a (dyn Fn(&Holding) -> bool + Sync),
}

impl Keep<'static> {
    /// Every row: for small banks.
    pub const ALL: Self = Self { transactions: &|_| true, holdings: &|_| true };
}

/// The rows that were asked for, by customer.
pub struct Excerpt<'a> {
    bank: &'a Bank,
    buckets: Vec<Kept>,
}

/// Those of a bucket's customers; customer `i` owns `rows[offsets[i]..offsets[i + 1]]`.
#[derive(Default)]
struct Kept {
    transactions: Owned<Transaction>,
    holdings: Owned<Holding>,
}

struct Owned<T> {
    rows: Vec<T>,
    offsets: Vec<usize>,
}

impl<T> Default for Owned<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), offsets: vec![0] }
    }
}

impl<T> Owned<T> {
    /// Adds the rows of the next owner.
    fn push(&mut self, rows: impl Iterator<Item = T>) {
        self.rows.extend(rows);
        self.offsets.push(self.rows.len());
    }

    fn of(&self, owner: usize) -> &[T] {
        &self.rows[self.offsets[owner]..self.offsets[owner + 1]]
    }
}

impl<'a> Excerpt<'a> {
    pub(super) fn of(bank: &'a Bank, keep: &Keep<'_>) -> Result<Self> {
        let of_bucket = |bucket: u32| {
            let mut kept = Kept::default();
            bank.each_customer(bucket, &mut |history| {
                let transactions = history.transactions.iter().filter(|row| (keep.transactions)(row));
                kept.transactions.push(transactions.copied());
                kept.holdings.push(history.holdings.iter().filter(|row| (keep.holdings)(row)).copied());
            })?;
            kept.transactions.rows.shrink_to_fit();
            kept.holdings.rows.shrink_to_fit();
            Ok(kept)
        };
        let buckets: Vec<Result<Kept>> = (0..bank.n_buckets()).into_par_iter().map(of_bucket).collect();
        Ok(Self { bank, buckets: buckets.into_iter().collect::<Result<_>>()? })
    }

    /// One customer's kept rows.
    pub fn history(&self, index: u32) -> CustomerHistory<'_> {
        let place = self.bank.places[index as usize];
        let (kept, at) = (&self.buckets[place.bucket as usize], place.at as usize);
        CustomerHistory {
            transactions: kept.transactions.of(at),
            holdings: kept.holdings.of(at),
            ..self.bank.unread(index)
        }
    }

    /// The customer's kept rows in the bank's newest snapshot on or before `date`; `None` where there is none.
    ///
    /// A snapshot is complete, so that no row there means that he held nothing.
    pub fn newest_holdings(&self, index: u32, date: Date) -> Option<&[Holding]> {
        let newest = self.bank.calendar().newest_snapshot(date)?;
        let rows = self.history(index).holdings;
        let from = rows.partition_point(|row| row.snapshot_on < newest);
        let to = rows.partition_point(|row| row.snapshot_on <= newest);
        Some(&rows[from..to])
    }
}
