//! Tables whose rows every delivery describes anew, with their history: customers, accounts, products, managers,
//! branches, contacts.
//!
//! Reads: the typed rows of one delivery at a time, under its number. Produces: per key every content that any
//! delivery gave it, each once with the exact set of deliveries that hold it, and from these what was in force on a
//! date ([`History`]). Grain: key, own date, content. Never: a result that depends on the order of arrival (rows
//! taken out and delivered again in any order give the same history), a row kept twice, a date from a clock.
//! Which file a number stands for, and when it was delivered, is the commit file's business ([`Ranked`]).

mod cell;
mod codec;
mod delivery_set;
mod dimension;
mod history;
mod pool;
mod registry;
#[cfg(test)]
mod tests;

pub use dimension::{Dimension, Single};
pub use history::{History, InForce, Ranked};
pub use registry::{Registry, Trail};

use crate::date::Date;
use crate::error::{Error, Result};
use delivery_set::DeliverySet;
use pool::{Pool, Recoding};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A row as delivered: the date that it gives itself, if any, and its content.
pub type Delivered<T> = (Option<Date>, T);

/// What became of the rows of one delivery; they add up to what was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fates {
    pub used: u64,
    /// Equal to a used row of the same delivery.
    pub duplicate: u64,
    /// Other content than the used row of the same key and own date, and before it in content order.
    pub superseded: u64,
}

/// One table with its history.
#[derive(Debug, Clone)]
pub struct Versioned<T> {
    /// Numbers of the deliveries that brought rows, ascending; a place in this list is a slot.
    numbers: Vec<u32>,
    /// Distinct sets of slots.
    sets: Vec<DeliverySet>,
    /// Ascending by key, own date and content, no two equal.
    rows: Vec<Row<T>>,
}

#[derive(Debug, Clone)]
struct Row<T> {
    content: T,
    own_date: Option<Date>,
    /// Index of its set of deliveries.
    set: u32,
}

impl<T> Default for Versioned<T> {
    fn default() -> Self {
        Self { numbers: Vec::new(), sets: Vec::new(), rows: Vec::new() }
    }
}

impl<T: Dimension> Versioned<T> {
    /// Versions held, of all keys.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Numbers of the deliveries that brought rows, ascending.
    pub fn deliveries(&self) -> &[u32] {
        &self.numbers
    }

    /// Every version, ascending by key, own date and content.
    pub fn contents(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().map(|row| &row.content)
    }

    /// Takes in all rows of one delivery, in any order; sorted by key they cost no sort.
    ///
    /// # Errors
    /// Kind `Internal` if this delivery was taken in before.
    pub fn deliver(&mut self, delivery: u32, rows: Vec<Delivered<T>>) -> Result<Fates> {
        let Err(slot) = self.numbers.binary_search(&delivery) else {
            return Err(Error::internal(format!("delivery {delivery} of {} was taken in twice", T::TABLE)));
        };
        let mut rows = sorted(rows);
        let fates = settle(&mut rows);
        if !rows.is_empty() {
            self.numbers.insert(slot, delivery);
            self.merge(u32::try_from(slot).expect("slots are fewer than numbers"), rows);
        }
        Ok(fates)
    }

    /// Takes out what a delivery brought, as when a corrected file replaces it; versions of no other vanish.
    pub fn remove(&mut self, delivery: u32) {
        let Ok(slot) = self.numbers.binary_search(&delivery) else { return };
        self.numbers.remove(slot);
        let slot = u32::try_from(slot).expect("slots are fewer than numbers");
        let old = std::mem::take(&mut self.sets);
        let emptied: Vec<bool> = old.iter().map(|set| set.closed(slot).is_empty()).collect();
        let (mut pool, mut closed) = (Pool::default(), Recoding::new(&old, |set| set.closed(slot)));
        self.rows.retain(|row| !emptied[row.set as usize]);
        for row in &mut self.rows {
            row.set = closed.code(row.set, &mut pool);
        }
        self.sets = pool.into_sets();
    }

    /// Takes out every version that `is_his` holds for; how many rows of each delivery they were.
    pub fn take_out(&mut self, is_his: impl Fn(&T) -> bool) -> BTreeMap<u32, u64> {
        let mut taken = BTreeMap::new();
        let (sets, numbers) = (&self.sets, &self.numbers);
        self.rows.retain(|row| {
            let is_kept = !is_his(&row.content);
            if !is_kept {
                for slot in sets[row.set as usize].slots() {
                    *taken.entry(numbers[slot as usize]).or_default() += 1;
                }
            }
            is_kept
        });
        taken
    }

    /// Changes what rows hold apart from their keys, where that makes no two of them equal.
    pub fn reword(&mut self, mut change: impl FnMut(&mut T)) {
        self.rows.iter_mut().for_each(|row| change(&mut row.content));
        let place =
            |one: &Row<T>, next: &Row<T>| compare(one.own_date, &one.content, next.own_date, &next.content);
        self.rows.sort_by(place);
    }

    /// One walk over what is held and what is new, both sorted; nothing moves where nothing is new.
    fn merge(&mut self, slot: u32, delivered: Vec<Delivered<T>>) {
        let old = std::mem::take(&mut self.sets);
        let mut pool = Pool::default();
        let mut alone = None;
        let mut kept = Recoding::new(&old, |set| set.opened(slot));
        let mut confirmed = Recoding::new(&old, |set| set.opened(slot).with(slot));
        let mut fresh = Fresh { rows: Vec::new(), before: Vec::new() };
        let mut at = 0;
        for (own_date, content) in delivered {
            let mut found = Ordering::Greater;
            while let Some(row) = self.rows.get_mut(at) {
                found = compare(row.own_date, &row.content, own_date, &content);
                match found {
                    Ordering::Less => row.set = kept.code(row.set, &mut pool),
                    Ordering::Equal => row.set = confirmed.code(row.set, &mut pool),
                    Ordering::Greater => break,
                }
                at += 1;
                if found == Ordering::Equal {
                    break;
                }
            }
            if found != Ordering::Equal {
                let set = *alone.get_or_insert_with(|| pool.code(DeliverySet::of([slot])));
                fresh.rows.push(Row { content, own_date, set });
                fresh.before.push(at);
            }
        }
        for row in &mut self.rows[at..] {
            row.set = kept.code(row.set, &mut pool);
        }
        self.sets = pool.into_sets();
        self.insert(fresh);
    }

    /// One walk over what is held and what is new.
    fn insert(&mut self, fresh: Fresh<T>) {
        if self.rows.is_empty() || fresh.rows.is_empty() {
            self.rows.extend(fresh.rows);
            return;
        }
        let mut rows = Vec::with_capacity(self.rows.len() + fresh.rows.len());
        let mut held = std::mem::take(&mut self.rows).into_iter();
        let mut taken = 0;
        for (row, before) in fresh.rows.into_iter().zip(fresh.before) {
            rows.extend(held.by_ref().take(before - taken));
            taken = before;
            rows.push(row);
        }
        rows.extend(held);
        self.rows = rows;
    }
}

/// New rows, each with the index of the held row that it comes before; indices ascend.
struct Fresh<T> {
    rows: Vec<Row<T>>,
    before: Vec<usize>,
}

fn compare<T: Dimension>(own: Option<Date>, content: &T, other_own: Option<Date>, other: &T) -> Ordering {
    content.compare_keys(other).then_with(|| own.cmp(&other_own)).then_with(|| content.compare_rests(other))
}

/// By key, own date and content.
fn sorted<T: Dimension>(rows: Vec<Delivered<T>>) -> Vec<Delivered<T>> {
    if rows.is_sorted_by(|one, next| compare(one.0, &one.1, next.0, &next.1).is_le()) {
        return rows;
    }
    // Rows are wide and their keys lie elsewhere: numbers are sorted, then every row moves once.
    let mut order: Vec<(u128, usize)> = rows.iter().map(|(_, row)| row.prefix()).zip(0..).collect();
    order.sort_unstable_by(|(prefix, one), (other_prefix, other)| {
        let (one, other) = (&rows[*one], &rows[*other]);
        prefix.cmp(other_prefix).then_with(|| compare(one.0, &one.1, other.0, &other.1))
    });
    let mut rows: Vec<Option<Delivered<T>>> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, at)| rows[at].take()).collect()
}

/// Leaves of sorted rows what is used, and counts the rest.
fn settle<T: Dimension>(rows: &mut Vec<Delivered<T>>) -> Fates {
    let (mut duplicate, mut superseded) = (0, 0);
    rows.dedup_by(|next, kept| {
        if next.0 != kept.0 || next.1.compare_keys(&kept.1).is_ne() {
            return false;
        }
        let is_equal = next.1.compare_rests(&kept.1).is_eq();
        if is_equal {
            duplicate += 1;
        } else if !T::SEVERAL {
            superseded += 1;
            std::mem::swap(next, kept);
        }
        is_equal || !T::SEVERAL
    });
    Fates { used: rows.len() as u64, duplicate, superseded }
}
