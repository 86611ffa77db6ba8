//! Rows of deliveries into months and buckets.

use super::Columns;
use crate::date::Date;
use std::collections::BTreeMap;

/// Days from 1970-01-01 whose month is remembered: to the year 2149. Others are asked of the calendar each
/// time.
const REMEMBERED_DAYS: usize = 1 << 16;

/// The parts of a table, by month (see [`Date::month_index`]) and bucket.
pub type Partition<C> = BTreeMap<(i32, u32), C>;

/// Rows, each with the number of its delivery, by month and bucket; in each part they stand as they came.
///
/// # Panics
/// Where `bucket_of` has no entry for a customer's code.
pub fn partition<C: Columns>(rows: impl Iterator<Item = (u32, C::Row)>, bucket_of: &[u16]) -> Partition<C> {
    let mut months = Months::<C>::new(bucket_of);
    for (delivery, row) in rows {
        months.push(delivery, &row);
    }
    months.finish()
}

/// A partition under way.
#[derive(Debug)]
pub struct Months<'a, C> {
    bucket_of: &'a [u16],
    n_buckets: usize,
    /// Place in `months` by day, one more than it; 0 where not known yet.
    place_of_day: Vec<u32>,
    /// Month index and a part per bucket, in order of appearance.
    months: Vec<(i32, Vec<C>)>,
}

impl<'a, C: Columns> Months<'a, C> {
    /// `bucket_of`: the bucket of each customer, by code.
    pub fn new(bucket_of: &'a [u16]) -> Self {
        let n_buckets = bucket_of.iter().max().map_or(0, |last| usize::from(*last) + 1);
        Self { bucket_of, n_buckets, place_of_day: vec![0; REMEMBERED_DAYS], months: Vec::new() }
    }

    /// Adds a row of the delivery with this number.
    ///
    /// # Panics
    /// Where the row's customer has no bucket.
    #[inline]
    pub fn push(&mut self, delivery: u32, row: &C::Row) {
        let (customer, date) = C::place(row);
        let bucket = usize::from(self.bucket_of[customer as usize]);
        let day = usize::try_from(date.0).ok();
        let known = day.and_then(|day| self.place_of_day.get(day)).map_or(0, |place| *place as usize);
        let place = if known > 0 { known - 1 } else { self.remember(date) };
        self.months[place].1[bucket].push(delivery, row);
    }

    /// The place of a date's month, which gets one where it has none.
    #[cold]
    fn remember(&mut self, date: Date) -> usize {
        let month = date.month_index();
        let known = self.months.iter().position(|(index, _)| *index == month);
        let place = known.unwrap_or_else(|| {
            self.months.push((month, (0..self.n_buckets).map(|_| C::default()).collect()));
            self.months.len() - 1
        });
        let slot = usize::try_from(date.0).ok().and_then(|day| self.place_of_day.get_mut(day));
        if let (Some(slot), Ok(next)) = (slot, u32::try_from(place + 1)) {
            *slot = next;
        }
        place
    }

    /// The parts that have rows.
    pub fn finish(self) -> Partition<C> {
        let parts = self.months.into_iter().flat_map(|(month, parts)| {
            (0u32..).zip(parts).map(move |(bucket, rows)| ((month, bucket), rows))
        });
        parts.filter(|(_, rows)| !rows.is_empty()).collect()
    }
}
