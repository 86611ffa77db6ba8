//! Segments: the rows of one long table of one month and one bucket, as columns in memory and as one Parquet
//! file.
//!
//! Reads and produces bytes and rows; files are opened elsewhere. Grain of a segment: one row per delivered
//! row, ascending by (customer code, date) and then by everything else, so that the order of arrival is gone
//! and the same rows give the same bytes. Never: a value that was not written (each column chunk and the
//! footer carry a BLAKE3 digest that is checked before anything is parsed), a row merged with an equal one.
//!
//! | module | what it is for |
//! |---|---|
//! | [`transactions`], [`holdings`] | the columns of a table: push, sort, gather, encode, decode |
//! | [`partition`] | rows of a delivery into months and buckets |
//! | [`history`] | the decoded months of a bucket, customer by customer, as kernels see them |
//! | `column`, `write`, `read`, `seal`, `sparse`, `order`, `attributes` | what these are made of |
//!
//! Integers and days are delta-coded, kinds and numbers of deliveries dictionary-coded, ids plain in a column
//! of their own; no general compression, no statistics, one row group. Any Parquet reader reads a segment:
//!
//! ```sql
//! SELECT customer, booked_on, amount, attributes & 31 AS kind FROM 'store/transactions/*.parquet';
//! SELECT decode(key), decode(value) FROM parquet_kv_metadata('store/transactions/….parquet');
//! ```

mod attributes;
mod column;
pub mod history;
pub mod holdings;
mod order;
pub mod partition;
mod read;
mod seal;
mod sparse;
#[cfg(test)]
mod tests;
pub mod transactions;
mod write;

pub use attributes::Attributes;
pub use history::Rows;
pub use holdings::HoldingColumns;
pub use partition::partition;
pub use sparse::Sparse;
pub use transactions::TransactionColumns;

use crate::contract::key::Key;
use crate::date::Date;

/// Which columns are decoded; the others stay empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parts {
    /// What kernels see: no ids, numbers of deliveries, accounts, running balances, cost bases and rates.
    History,
    /// The same with accounts and running balances; of holdings nothing more.
    HistoryAndBalances,
    All,
}

/// What a commit says of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentStats {
    pub rows: usize,
    pub first_date: Date,
    pub last_date: Date,
    /// Least and greatest id; of transactions only.
    pub ids: Option<(Key, Key)>,
}

/// The columns of one long table.
pub trait Columns: Default {
    /// A row as delivered.
    type Row: Copy;

    /// Columns with room for `rows` rows, optional ones excepted.
    fn with_capacity(rows: usize) -> Self;

    /// Number of rows.
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a row of the delivery with this number.
    fn push(&mut self, delivery: u32, row: &Self::Row);

    /// Keeps the rows at these positions, in this order.
    fn gather(&mut self, positions: &[u32]);

    /// Code of the owner and date of a row: what its segment and its place there follow from.
    fn place(row: &Self::Row) -> (u32, Date);

    /// Keeps the rows whose position `keep` holds for, which is asked once for each, ascending.
    fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let n = self.len();
        let kept: Vec<u32> = (0u32..).zip(0..n).filter(|(_, at)| keep(*at)).map(|(i, _)| i).collect();
        if kept.len() < n {
            self.gather(&kept);
        }
    }
}

/// How many different owners ascending codes name.
fn n_distinct(customers: &[u32]) -> usize {
    usize::from(!customers.is_empty()) + customers.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Least and greatest.
fn extremes<T: Copy + Ord>(values: &[T]) -> Option<(T, T)> {
    let first = *values.first()?;
    Some(
        values
            .iter()
            .fold((first, first), |(least, greatest), value| (least.min(*value), greatest.max(*value))),
    )
}

/// The values at these positions, in this order.
fn gathered<T: Copy>(values: &[T], positions: &[u32]) -> Vec<T> {
    positions.iter().map(|at| values[*at as usize]).collect()
}
