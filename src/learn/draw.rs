//! Which customers of an origin are rows: so many of them, by hash.

use crate::date::Date;
use crate::store::murmur3::spark_hash;

/// The customers at a date who come first in an order that differs from date to date and does not depend on their rows,
/// each with what a caller notes of him.
pub struct Drawn<T> {
    pub date: Date,
    rows_max: usize,
    /// Customers added, of whom those kept may be a part.
    pub n_added: usize,
    /// Place in that order, number in the bank, and what was noted.
    first: Vec<(u32, u32, T)>,
}

impl<T> Drawn<T> {
    pub fn new(date: Date, rows_max: usize) -> Self {
        Self { date, rows_max, n_added: 0, first: Vec::new() }
    }

    /// `hash` is that of the customer's id, see [`hash_of`]; `index` his number in the bank.
    pub fn add(&mut self, hash: u32, index: u32, noted: T) {
        // Fibonacci hashing (Knuth, TAOCP 6.4): spreads neighbouring dates over all 32 bits.
        let salt = self.date.0.cast_unsigned().wrapping_mul(0x9E37_79B9);
        self.n_added += 1;
        self.first.push((hash ^ salt, index, noted));
        if self.first.len() / 2 >= self.rows_max.max(1) {
            self.keep_first();
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.n_added += other.n_added;
        self.first.extend(other.first);
        self.keep_first();
    }

    fn keep_first(&mut self) {
        if self.first.len() > self.rows_max {
            self.first.sort_unstable_by_key(|(place, index, _)| (*place, *index));
            self.first.truncate(self.rows_max);
        }
    }

    /// The kept customers' numbers in the bank, ascending, and what was noted of each.
    pub fn chosen(mut self) -> (Vec<u32>, Vec<T>) {
        self.keep_first();
        self.first.sort_unstable_by_key(|(_, index, _)| *index);
        self.first.into_iter().map(|(_, index, noted)| (index, noted)).unzip()
    }
}

/// The stable hash of a customer that draws and folds go by.
pub fn hash_of(customer_id: &str) -> u32 {
    spark_hash(customer_id).cast_unsigned()
}
