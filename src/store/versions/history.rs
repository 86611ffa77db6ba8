//! What was in force on a date: the deliveries of a table put in order of their rank, whatever order they came in.
//!
//! Reads: a table's versions, and the date and name of each delivery. Produces: per key the row in force on a date,
//! or the whole timeline. A row holds from its own date, or else from the date of each delivery that holds it;
//! where several hold from the same date, the delivery of the greatest rank decides, then the content order.
//! Deliveries of equal rank are parts of one.
//! Never: looks at the number of a delivery except to find its rank.

use super::delivery_set::DeliverySet;
use super::dimension::{Dimension, Single};
use super::{Row, Versioned};
use crate::date::Date;
use crate::error::{Error, Result};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Where a delivery stands among those of its table: by date, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ranked {
    pub delivered_on: Date,
    pub name: String,
}

/// A row in force on a date.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce<'a, T> {
    pub row: &'a T,
    pub valid_from: Date,
    /// False where the date lies before all that is known of the key: only what dates itself may be read then.
    pub was_known: bool,
    /// Number of the delivery that it is taken from.
    pub delivery: u32,
}

/// A table's versions with their deliveries in order of rank; serves any number of dates.
#[derive(Debug)]
pub struct History<'a, T> {
    rows: &'a [Row<T>],
    /// Of the deliveries in order of rank. A place in these lists is a position.
    dates: Vec<Date>,
    numbers: Vec<u32>,
    /// First position of the same rank: deliveries that are parts of one.
    groups: Vec<u32>,
    /// Whether any delivery came in parts.
    is_split: bool,
    /// The table's sets, as positions.
    sets: Vec<DeliverySet>,
}

/// From when a row holds, and the position of the delivery that says so.
type Start = (Date, u32);

impl<T: Dimension> Versioned<T> {
    /// The history under the ranks of the deliveries, by number; numbers of other tables may be among them.
    ///
    /// Cost: the sum of the lengths of the distinct delivery sets.
    ///
    /// # Errors
    /// Kind `Internal` if a delivery is not ranked.
    pub fn history(&self, order: &BTreeMap<u32, Ranked>) -> Result<History<'_, T>> {
        let mut ranked = Vec::with_capacity(self.numbers.len());
        for (slot, number) in self.numbers.iter().enumerate() {
            let rank = order.get(number).ok_or_else(|| {
                Error::internal(format!("{} hold a delivery {number} that nothing is known of", T::TABLE))
            })?;
            ranked.push((rank, *number, slot));
        }
        ranked.sort_unstable();
        let mut groups: Vec<u32> = (0..).take(ranked.len()).collect();
        for at in 1..ranked.len() {
            if ranked[at].0 == ranked[at - 1].0 {
                groups[at] = groups[at - 1];
            }
        }
        let mut positions = vec![0u32; ranked.len()];
        for (position, (_, _, slot)) in (0..).zip(&ranked) {
            positions[*slot] = position;
        }
        Ok(History {
            rows: &self.rows,
            is_split: groups.windows(2).any(|pair| pair[0] == pair[1]),
            groups,
            dates: ranked.iter().map(|(rank, _, _)| rank.delivered_on).collect(),
            numbers: ranked.iter().map(|(_, number, _)| *number).collect(),
            sets: self.sets.iter().map(|set| moved(set, &positions)).collect(),
        })
    }
}

/// The slots of a set as positions.
fn moved(set: &DeliverySet, positions: &[u32]) -> DeliverySet {
    let mut moved: Vec<u32> = set.slots().map(|slot| positions[slot as usize]).collect();
    moved.sort_unstable();
    DeliverySet::of(moved)
}

impl<'a, T: Dimension> History<'a, T> {
    /// What was in force on `on`, ascending by key: one row per key, of contacts all rows of one delivery.
    ///
    /// A key of which nothing was known yet gives what was in force first.
    pub fn in_force(&self, on: Date) -> Vec<InForce<'a, T>> {
        let limit = self.positions_until(on);
        let mut in_force = Vec::with_capacity(self.rows.len());
        for versions in self.keys() {
            let known = versions.iter().filter_map(|row| self.newest(row, on, limit)).max();
            match known {
                Some(from) => {
                    let holds = |row: &&Row<T>| self.newest(row, on, limit) == Some(from);
                    self.take(versions.iter().filter(holds), from, true, &mut in_force);
                }
                None => self.take_first(versions, &mut in_force),
            }
        }
        in_force
    }

    /// The versions of each key.
    fn keys(&self) -> impl Iterator<Item = &'a [Row<T>]> + use<'a, T> {
        self.rows.chunk_by(|one, next| one.content.compare_keys(&next.content).is_eq())
    }

    /// How many positions were delivered by `on`.
    fn positions_until(&self, on: Date) -> u32 {
        let positions = self.dates.partition_point(|date| *date <= on);
        u32::try_from(positions).expect("positions are fewer than numbers")
    }

    fn set(&self, row: &Row<T>) -> &DeliverySet {
        &self.sets[row.set as usize]
    }

    fn from(&self, position: u32) -> Start {
        (self.dates[position as usize], self.groups[position as usize])
    }

    /// The last time by `on` that this row came to hold.
    fn newest(&self, row: &Row<T>, on: Date, limit: u32) -> Option<Start> {
        match row.own_date {
            Some(own) if own <= on => Some((own, self.groups[self.set(row).last()? as usize])),
            Some(_) => None,
            None => self.set(row).last_under(limit).map(|position| self.from(position)),
        }
    }

    /// The same on the first day of this row.
    fn oldest(&self, row: &Row<T>) -> Option<Start> {
        let first_day = match row.own_date {
            Some(own) => own,
            None => self.from(self.set(row).first()?).0,
        };
        self.newest(row, first_day, self.positions_until(first_day))
    }

    /// What was in force on the first day of a key.
    fn take_first(&self, versions: &'a [Row<T>], to: &mut Vec<InForce<'a, T>>) {
        let by_day_then_rank =
            |one: &Start, other: &Start| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1));
        let first = versions.iter().filter_map(|row| self.oldest(row)).max_by(by_day_then_rank);
        if let Some(from) = first {
            let holds = |row: &&Row<T>| self.oldest(row) == Some(from);
            self.take(versions.iter().filter(holds), from, false, to);
        }
    }

    /// Of rows that came to hold at once, the last in content order; of contacts, all.
    fn take(
        &self,
        rows: impl Iterator<Item = &'a Row<T>>,
        (valid_from, position): Start,
        was_known: bool,
        to: &mut Vec<InForce<'a, T>>,
    ) {
        let delivery = self.numbers[position as usize];
        let in_force = |row: &'a Row<T>| InForce { row: &row.content, valid_from, was_known, delivery };
        if T::SEVERAL {
            // Apart from what other keys brought before: that must not be gone through once per key.
            let mut own: Vec<&'a Row<T>> = rows.collect();
            own.sort_by(by_content);
            own.dedup_by(|next, kept| next.content.compare(&kept.content).is_eq());
            to.extend(own.into_iter().map(in_force));
        } else {
            to.extend(rows.max_by(by_content).map(in_force));
        }
    }
}

fn by_content<T: Dimension>(one: &&Row<T>, other: &&Row<T>) -> Ordering {
    one.content.compare(&other.content)
}

impl<T: Single + Clone> Versioned<T> {
    /// Hands on per key, ascending, what was in force from which date on: dates ascend, neighbours differ.
    ///
    /// # Errors
    /// As [`Versioned::history`]; those of `each`.
    pub fn into_timelines(
        self,
        order: &BTreeMap<u32, Ranked>,
        mut each: impl FnMut(&mut dyn Iterator<Item = (Date, T)>) -> Result<()>,
    ) -> Result<()> {
        let history = self.history(order)?;
        // Of each key, how many rows it has, and its timeline; nearly every key has one row.
        let planned: Vec<(usize, Timeline)> =
            history.keys().map(|versions| (versions.len(), history.timeline(versions))).collect();
        let mut rows = self.rows.into_iter();
        for (n, timeline) in planned {
            match timeline {
                Timeline::One(from) => each(&mut rows.next().map(|row| (from, row.content)).into_iter())?,
                Timeline::Several(starts) => {
                    let own: Vec<Row<T>> = rows.by_ref().take(n).collect();
                    each(&mut starts.into_iter().map(|(from, at)| (from, own[at].content.clone())))?;
                }
            }
        }
        Ok(())
    }
}

/// From when on which of a key's rows held.
enum Timeline {
    /// The only row.
    One(Date),
    /// Dates and places among the key's rows.
    Several(Vec<(Date, usize)>),
}

impl<'a, T: Single> History<'a, T> {
    fn timeline(&self, versions: &'a [Row<T>]) -> Timeline {
        if let [only] = versions
            && let Some((from, _)) = self.oldest(only)
        {
            return Timeline::One(from);
        }
        let mut starts = self.starts(versions);
        starts.sort_unstable_by(|(one, row), (other, other_row)| {
            one.cmp(other).then_with(|| by_content(&&versions[*row], &&versions[*other_row]))
        });
        let mut timeline: Vec<(Date, usize)> = Vec::with_capacity(starts.len());
        for (index, ((valid_from, _), row)) in starts.iter().enumerate() {
            let is_overruled = starts.get(index + 1).is_some_and(|((next, _), _)| next == valid_from);
            let is_in_force = timeline
                .last()
                .is_some_and(|(_, held)| versions[*held].content.compare(&versions[*row].content).is_eq());
            if !is_overruled && !is_in_force {
                timeline.push((*valid_from, *row));
            }
        }
        Timeline::Several(timeline)
    }

    /// When each row came to hold.
    ///
    /// A row without own date begins where a run does, since every position between belongs to it alone; rows
    /// with own dates may come between, and then each delivery counts.
    fn starts(&self, versions: &'a [Row<T>]) -> Vec<(Start, usize)> {
        let is_mixed = self.is_split || versions.iter().any(|row| row.own_date.is_some());
        let mut starts = Vec::new();
        for (at, row) in versions.iter().enumerate() {
            let set = self.set(row);
            match row.own_date {
                Some(own) => {
                    let last = set.last().map(|position| self.groups[position as usize]);
                    starts.extend(last.map(|position| ((own, position), at)));
                }
                None if is_mixed => starts.extend(set.slots().map(|position| (self.from(position), at))),
                None => starts.extend(set.run_starts().map(|position| (self.from(position), at))),
            }
        }
        starts
    }
}
