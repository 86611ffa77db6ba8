//! Holdings in and out: of a snapshot, the newest delivery counts, wholly.
//!
//! A snapshot may be split over files of one delivery date; all of them count. Rows of earlier deliveries of the same
//! snapshot stay as shadows, to count again should the newer ones be taken out.

use super::Writer;
use super::batch::Batch;
use super::long::{LongTable, Moves, Part, Place};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::Result;
use crate::store::books::Fate;
use crate::store::commit::Delivery;
use crate::store::segment::{Columns, HoldingColumns};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

impl Writer {
    /// Writes the holdings of a batch.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub(super) fn flush_holdings(&mut self, batch: &mut Batch<'_, HoldingColumns>) -> Result<()> {
        let mut fresh = batch.take_parts();
        let mut months: BTreeSet<i32> = fresh.keys().map(|(month, _)| *month).collect();
        months.retain(|month| self.is_contested(*month));
        let mut places: BTreeSet<Place> = fresh.keys().copied().collect();
        places.extend(self.places(Table::Holdings, |segment| months.contains(&segment.month)));
        let with_fresh = places.into_iter().map(|place| (place, fresh.remove(&place))).collect();
        self.rewrite_holdings(with_fresh, &BTreeSet::new(), !months.is_empty())
    }

    /// Takes the rows of deliveries out; rows that they stood for count again.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub(super) fn remove_holdings(&mut self, removed: &BTreeSet<u32>) -> Result<()> {
        let gone = self.commit.of_table(Table::Holdings).filter(|d| removed.contains(&d.number));
        let months: BTreeSet<i32> =
            gone.flat_map(|delivery| &delivery.snapshots).map(|on| on.month_index()).collect();
        let places = self.places(Table::Holdings, |segment| months.contains(&segment.month));
        self.forget(removed);
        self.rewrite_holdings(places.into_iter().map(|place| (place, None)).collect(), removed, true)
    }

    /// Decides anew which delivery of a snapshot counts, where there are several.
    pub(super) fn rank_holdings(&mut self) -> Result<()> {
        let places = self.places(Table::Holdings, |segment| segment.is_shadow);
        let months: BTreeSet<i32> = places.into_iter().map(|(month, _)| month).collect();
        let places = self.places(Table::Holdings, |segment| months.contains(&segment.month));
        self.rewrite_holdings(places.into_iter().map(|place| (place, None)).collect(), &BTreeSet::new(), true)
    }

    /// Whether two delivery dates speak of one snapshot of the month.
    fn is_contested(&self, month: i32) -> bool {
        let mut dates: BTreeMap<Date, BTreeSet<(Date, u64)>> = BTreeMap::new();
        for delivery in self.commit.of_table(Table::Holdings) {
            for on in delivery.snapshots.iter().filter(|on| on.month_index() == month) {
                dates.entry(*on).or_default().insert(claim_of(delivery));
            }
        }
        dates.values().any(|claims| claims.len() > 1)
    }

    /// Joins parts with new rows, leaves out removed ones, and sorts counting rows from shadows.
    fn rewrite_holdings(
        &mut self,
        places: Vec<(Place, Option<HoldingColumns>)>,
        removed: &BTreeSet<u32>,
        with_shadows: bool,
    ) -> Result<()> {
        let counting = self.counting();
        let writer = &*self;
        let rewritten: Vec<Result<_>> = places
            .into_par_iter()
            .map(|(place, fresh)| {
                let mut moves = Moves::default();
                let mut part: Part<HoldingColumns> = if with_shadows {
                    writer.load_part(place)?
                } else {
                    Part { rows: writer.load(place, false)?, ..Part::default() }
                };
                if let Some(fresh) = fresh {
                    if part.rows.is_empty() {
                        part.rows = fresh;
                    } else {
                        part.rows.add(&fresh);
                    }
                }
                if with_shadows {
                    part = sorted_apart(part, removed, &counting, &mut moves);
                }
                Ok((place, part, moves))
            })
            .collect();
        let mut parts = Vec::with_capacity(rewritten.len());
        let mut moves = Moves::default();
        for rewritten in rewritten {
            let (place, part, more) = rewritten?;
            parts.push((place, part));
            moves.merge(more);
        }
        self.settle(moves);
        self.replace(parts, with_shadows)
    }

    /// By snapshot, the deliveries that count.
    fn counting(&self) -> BTreeMap<Date, BTreeSet<u32>> {
        let mut newest: BTreeMap<Date, ((Date, u64), BTreeSet<u32>)> = BTreeMap::new();
        for delivery in self.commit.of_table(Table::Holdings) {
            let claim = claim_of(delivery);
            for on in &delivery.snapshots {
                let (held, numbers) = newest.entry(*on).or_insert_with(|| (claim, BTreeSet::new()));
                if claim > *held {
                    (*held, *numbers) = (claim, BTreeSet::new());
                }
                if claim == *held {
                    numbers.insert(delivery.number);
                }
            }
        }
        newest.into_iter().map(|(on, (_, numbers))| (on, numbers)).collect()
    }
}

/// Deliveries with an equal claim are parts of one snapshot.
fn claim_of(delivery: &Delivery) -> (Date, u64) {
    let rank = delivery.rank();
    (rank.delivered_on, rank.arrived)
}

fn sorted_apart(
    part: Part<HoldingColumns>,
    removed: &BTreeSet<u32>,
    counting: &BTreeMap<Date, BTreeSet<u32>>,
    moves: &mut Moves,
) -> Part<HoldingColumns> {
    let mut sorted = Part { rows: HoldingColumns::with_capacity(part.rows.len()), ..Part::default() };
    for (held, was) in [(&part.rows, Fate::Used), (&part.shadows, Fate::Superseded)] {
        for at in (0..held.len()).filter(|at| !removed.contains(&held.delivery[*at])) {
            let (number, row) = held.get(at);
            let counts = counting.get(&row.snapshot_on).is_some_and(|numbers| numbers.contains(&number));
            let (rows, is) =
                if counts { (&mut sorted.rows, Fate::Used) } else { (&mut sorted.shadows, Fate::Superseded) };
            rows.push(number, &row);
            moves.record(number, row.snapshot_on, row.balance.0, Some(was), Some(is));
        }
    }
    sorted
}
