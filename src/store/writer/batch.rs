//! Rows of a long table on their way into the store: gathered by month and bucket until there are enough to write.

use super::Writer;
use super::long::LongTable;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::store::murmur3::bucket;
use crate::store::segment::partition::{Months, Partition};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Rows held at most: about 200 MB with what writing them takes.
const ROWS_MAX: usize = 2_000_000;
/// Days between the first and the last row of a piece up to which sums are held by day in one list.
const SPAN_DAYS_MAX: i32 = 4096;
/// Fewer rows are not shared out.
const LANE_ROWS_MIN: usize = 4096;

/// Rows of deliveries, in memory.
pub struct Batch<'b, C> {
    bucket_of: &'b [u16],
    /// One a thread, filled at the same time: rows are sorted before they are written, so that it shows nowhere which
    /// lane a row went through.
    lanes: Vec<Months<'b, C>>,
    n_rows: usize,
}

impl<'b, C: LongTable> Batch<'b, C> {
    /// `bucket_of` is [`Writer::bucket_of`].
    pub fn new(bucket_of: &'b [u16]) -> Self {
        let lanes = (0..rayon::current_num_threads()).map(|_| Months::new(bucket_of)).collect();
        Self { bucket_of, lanes, n_rows: 0 }
    }

    /// Whether it is time to write.
    pub fn is_full(&self) -> bool {
        self.n_rows >= ROWS_MAX
    }

    /// The rows so far; the batch is empty then.
    pub(super) fn take_parts(&mut self) -> Partition<C> {
        let lanes = std::mem::replace(self, Self::new(self.bucket_of)).lanes;
        let mut parts: BTreeMap<_, Vec<C>> = BTreeMap::new();
        for (place, rows) in lanes.into_iter().flat_map(Months::finish) {
            parts.entry(place).or_default().push(rows);
        }
        let joined = parts.into_par_iter().map(|(place, parts)| (place, joined(parts)));
        joined.collect::<Vec<_>>().into_iter().collect()
    }

    /// Takes rows of a delivery in; the rows and amount of each day, a day maybe more than once.
    fn add(&mut self, number: u32, rows: &[C::Row]) -> Vec<(Date, i64, i128)> {
        self.n_rows += rows.len();
        let n = rows.len().div_ceil(self.lanes.len()).max(LANE_ROWS_MIN);
        let shares = self.lanes.par_iter_mut().zip(rows.par_chunks(n));
        let sums = shares.map(|(months, rows)| {
            for row in rows {
                months.push(number, row);
            }
            sums_by_day::<C>(rows)
        });
        sums.collect::<Vec<_>>().into_iter().flatten().collect()
    }
}

impl Writer {
    /// The bucket of each customer, by code.
    pub fn bucket_of(&self) -> Vec<u16> {
        let (customers, buckets) = (&self.codes.customers, self.commit.buckets);
        let codes = 0..u32::try_from(customers.len()).expect("codes are u32");
        let of =
            |code: u32| u16::try_from(bucket(customers.id(code), buckets)).expect("at most 4096 buckets");
        codes.into_par_iter().map(of).collect()
    }

    /// Takes rows of a delivery into the batch, and enters them in its books as used.
    pub fn gather<C: LongTable>(&mut self, batch: &mut Batch<'_, C>, number: u32, rows: &[C::Row]) {
        let mut total = 0;
        let delivery = self.delivery_mut(number);
        for (on, n, amount) in batch.add(number, rows) {
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

/// All rows of several parts.
fn joined<C: LongTable>(parts: Vec<C>) -> C {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for rows in parts {
        all.add(&rows);
    }
    all
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
