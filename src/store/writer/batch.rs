//! Rows of a long table on their way into the store: gathered by month and bucket until there are enough to write.

use super::Writer;
use super::long::LongTable;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::store::murmur3::bucket;
use crate::store::segment::partition::{Months, Partition};
use std::collections::BTreeMap;

/// Rows held at most: about 200 MB with what writing them takes.
const ROWS_MAX: usize = 2_000_000;
/// Days between the first and the last row of a piece up to which sums are held by day in one list.
const SPAN_DAYS_MAX: i32 = 4096;

/// Rows of deliveries, in memory.
pub struct Batch<'b, C> {
    bucket_of: &'b [u16],
    months: Months<'b, C>,
    n_rows: usize,
}

impl<'b, C: LongTable> Batch<'b, C> {
    /// `bucket_of` is [`Writer::bucket_of`].
    pub fn new(bucket_of: &'b [u16]) -> Self {
        Self { bucket_of, months: Months::new(bucket_of), n_rows: 0 }
    }

    /// Whether it is time to write.
    pub fn is_full(&self) -> bool {
        self.n_rows >= ROWS_MAX
    }

    /// The rows so far; the batch is empty then.
    pub(super) fn take_parts(&mut self) -> Partition<C> {
        self.n_rows = 0;
        std::mem::replace(&mut self.months, Months::new(self.bucket_of)).finish()
    }
}

impl Writer {
    /// The bucket of each customer, by code.
    pub fn bucket_of(&self) -> Vec<u16> {
        use rayon::prelude::*;
        let (customers, buckets) = (&self.codes.customers, self.commit.buckets);
        let codes = 0..u32::try_from(customers.len()).expect("codes are u32");
        let of =
            |code: u32| u16::try_from(bucket(customers.id(code), buckets)).expect("at most 4096 buckets");
        codes.into_par_iter().map(of).collect()
    }

    /// Takes rows of a delivery into the batch, and enters them in its books as used.
    pub fn gather<C: LongTable>(&mut self, batch: &mut Batch<'_, C>, number: u32, rows: &[C::Row]) {
        for row in rows {
            batch.months.push(number, row);
        }
        batch.n_rows += rows.len();
        let mut total = 0;
        let delivery = self.delivery_mut(number);
        for (on, n, amount) in sums_by_day::<C>(rows) {
            delivery.enter(on, n, amount);
            total += amount;
            if C::TABLE == Table::Holdings
                && let Err(at) = delivery.snapshots.binary_search(&on)
            {
                delivery.snapshots.insert(at, on);
            }
        }
        delivery.books.used += rows.len() as u64;
        delivery.books.amounts.used += total;
    }
}

/// Rows and amount of each day.
fn sums_by_day<C: LongTable>(rows: &[C::Row]) -> Vec<(Date, i64, i128)> {
    let days = || rows.iter().map(|row| C::place(row).1);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Vec::new() };
    if last - first > SPAN_DAYS_MAX {
        let mut sums: BTreeMap<Date, (i64, i128)> = BTreeMap::new();
        for row in rows {
            let (n, amount) = sums.entry(C::place(row).1).or_default();
            *n += 1;
            *amount += i128::from(C::amount(row));
        }
        return sums.into_iter().map(|(on, (n, amount))| (on, n, amount)).collect();
    }
    let span = usize::try_from(last - first).expect("last is not before first") + 1;
    let mut sums = vec![(0i64, 0i128); span];
    for row in rows {
        let at = usize::try_from(C::place(row).1 - first).expect("none is before the first");
        sums[at].0 += 1;
        sums[at].1 += i128::from(C::amount(row));
    }
    let dated = (0i32..).zip(sums).filter(|(_, (n, _))| *n > 0);
    dated.map(|(offset, (n, amount))| (first.plus_days(offset), n, amount)).collect()
}
