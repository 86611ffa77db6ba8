//! Transactions in and out: every id counts once, over all deliveries.
//!
//! Of several contents of one id, that of the delivery with the greatest rank counts; in one delivery, the last in
//! content order. Of rows alike, the one that was delivered first by rank counts. The others stay as shadows, to count again should the winner be taken out. Segments whose range of ids
//! does not meet the new ones' are not read.

use super::Writer;
use super::batch::Batch;
use super::long::{LongTable, Moves, Part, Place};
use crate::contract::delivered::DeliveredTransaction;
use crate::contract::key::{FoldSet, Key};
use crate::contract::tables::Table;
use crate::error::Result;
use crate::store::books::Fate;
use crate::store::commit::{Rank, Segment};
use crate::store::segment::partition::Partition;
use crate::store::segment::{Columns, TransactionColumns};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

type Parts = BTreeMap<Place, Part<TransactionColumns>>;

/// How a row of a contested id stood before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Was {
    /// It counted.
    Counted,
    /// Another stood in its place.
    Shadow,
    /// It has just come, entered as used.
    New,
    /// It counted, and its delivery is taken out.
    Removed,
    /// It counted, and its customer is taken out.
    CountedOfPurged,
    /// Another stood in its place, and its customer is taken out.
    ShadowOfPurged,
}

impl Was {
    /// What it becomes where its customer is taken out.
    fn of_purged(self) -> Self {
        if self == Was::Counted { Was::CountedOfPurged } else { Was::ShadowOfPurged }
    }

    fn is_gone(self) -> bool {
        matches!(self, Was::Removed | Was::CountedOfPurged | Was::ShadowOfPurged)
    }

    fn counted(self) -> bool {
        matches!(self, Was::Counted | Was::Removed | Was::CountedOfPurged)
    }
}

/// One of several rows of an id.
struct Claim {
    delivery: u32,
    row: DeliveredTransaction,
    was: Was,
    /// Where it goes.
    place: Place,
}

impl Writer {
    /// Writes the transactions of a batch.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub(super) fn flush_transactions(&mut self, batch: &mut Batch<'_, TransactionColumns>) -> Result<()> {
        let fresh = batch.take_parts();
        let contested = self.contested(&fresh)?;
        if contested.is_empty() {
            return self.append_parts(fresh);
        }
        let places = self.places_of(&contested)?;
        let mut parts = self.load_parts(places.iter().copied().chain(fresh.keys().copied()).collect())?;
        let mut claims = Vec::new();
        for part in parts.iter_mut() {
            claim(part, &contested, &mut claims);
        }
        for (place, mut rows) in fresh {
            take_claims(&mut rows, place, &contested, Was::New, &mut claims);
            parts.entry(place).or_default().rows.add(&rows);
        }
        self.resolve(claims, &mut parts);
        self.replace(parts.into_iter().collect(), true)
    }

    /// Takes the rows of deliveries out; rows that they stood for count again.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub(super) fn remove_transactions(&mut self, removed: &BTreeSet<u32>) -> Result<()> {
        let mut months = BTreeSet::new();
        for delivery in self.commit.of_table(Table::Transactions).filter(|d| removed.contains(&d.number)) {
            months.extend(delivery.days.iter().map(|day| day.on.month_index()));
        }
        let is_touched = |segment: &Segment| segment.is_shadow || months.contains(&segment.month);
        let mut parts = self.load_parts(self.places(Table::Transactions, is_touched))?;
        let mut freed = FoldSet::default();
        let mut claims = Vec::new();
        for (place, part) in &mut parts {
            let gone = |rows: &TransactionColumns, at: usize| removed.contains(&rows.delivery[at]);
            for at in (0..part.rows.len()).filter(|at| gone(&part.rows, *at)) {
                let (delivery, row) = part.rows.get(at);
                freed.insert(row.id);
                claims.push(Claim { delivery, row, was: Was::Removed, place: *place });
            }
            let lost = (0..part.shadows.len()).filter(|at| gone(&part.shadows, *at));
            freed.extend(lost.map(|at| part.shadows.id[at]));
            let (rows, shadows) = (part.rows.clone(), part.shadows.clone());
            part.rows.retain(|at| !gone(&rows, at));
            part.shadows.retain(|at| !gone(&shadows, at));
        }
        let mut elsewhere = self.places_of(&freed)?;
        elsewhere.retain(|place| !parts.contains_key(place));
        parts.extend(self.load_parts(elsewhere)?);
        for part in parts.iter_mut() {
            claim(part, &freed, &mut claims);
        }
        self.resolve(claims, &mut parts);
        self.forget(removed);
        self.replace(parts.into_iter().collect(), true)
    }

    /// Takes the rows of a customer out; rows of others that they stood for count again. How many rows he had.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub(super) fn purge_transactions(&mut self, code: u32, bucket: u32) -> Result<u64> {
        let mut parts =
            self.load_parts(self.places(Table::Transactions, |segment| segment.bucket == bucket))?;
        parts.retain(|_, part| part.rows.customer.contains(&code) || part.shadows.customer.contains(&code));
        let contested = self.contested_with(code, &parts)?;
        let mut elsewhere = self.places_of(&contested)?;
        elsewhere.retain(|place| !parts.contains_key(place));
        parts.extend(self.load_parts(elsewhere)?);
        let mut claims = Vec::new();
        for part in parts.iter_mut() {
            claim(part, &contested, &mut claims);
        }
        let mut n = 0;
        for claim in claims.iter_mut().filter(|claim| claim.row.customer == code) {
            claim.was = claim.was.of_purged();
            n += 1;
        }
        let mut moves = Moves::default();
        n += parts.values_mut().map(|part| part.rows.take_out(code, Fate::Used, &mut moves)).sum::<u64>();
        self.settle(moves);
        self.resolve(claims, &mut parts);
        self.replace(parts.into_iter().collect(), true)?;
        Ok(n)
    }

    /// Ids of a customer's rows that other rows have too: of two rows of an id at least one is a shadow.
    fn contested_with(&self, code: u32, his: &Parts) -> Result<FoldSet<Key>> {
        let mut counting: FoldSet<Key> = FoldSet::default();
        for part in his.values() {
            let own = (0..part.rows.len()).filter(|at| part.rows.customer[*at] == code);
            counting.extend(own.map(|at| part.rows.id[at]));
        }
        let mut contested = FoldSet::default();
        for place in self.places(Table::Transactions, |segment| segment.is_shadow) {
            let shadows: TransactionColumns = self.load(place, true)?;
            let is_meant = |at: &usize| shadows.customer[*at] == code || counting.contains(&shadows.id[*at]);
            contested.extend((0..shadows.len()).filter(is_meant).map(|at| shadows.id[at]));
        }
        Ok(contested)
    }

    /// Decides anew which rows of an id count, where there are several.
    pub(super) fn rank_transactions(&mut self) -> Result<()> {
        let mut contested = FoldSet::default();
        for place in self.places(Table::Transactions, |segment| segment.is_shadow) {
            let shadows: TransactionColumns = self.load(place, true)?;
            contested.extend(shadows.id);
        }
        if contested.is_empty() {
            return Ok(());
        }
        let mut parts = self.load_parts(self.places_of(&contested)?)?;
        let mut claims = Vec::new();
        for part in parts.iter_mut() {
            claim(part, &contested, &mut claims);
        }
        self.resolve(claims, &mut parts);
        self.replace(parts.into_iter().collect(), true)
    }

    /// Adds rows whose ids are all new to parts of the store.
    fn append_parts(&mut self, fresh: Partition<TransactionColumns>) -> Result<()> {
        let writer = &*self;
        let merged: Vec<Result<_>> = fresh
            .into_par_iter()
            .map(|(place, new)| {
                let mut rows: TransactionColumns = writer.load(place, false)?;
                if rows.is_empty() {
                    rows = new;
                } else {
                    rows.add(&new);
                }
                Ok((place, Part { rows, shadows: TransactionColumns::default() }))
            })
            .collect();
        let merged = merged.into_iter().collect::<Result<_>>()?;
        self.replace(merged, false)
    }

    fn load_parts(&self, places: BTreeSet<Place>) -> Result<Parts> {
        let loaded: Vec<Result<_>> =
            places.into_par_iter().map(|place| Ok((place, self.load_part(place)?))).collect();
        loaded.into_iter().collect()
    }

    /// Ids that the new rows have twice, or that the store has already.
    fn contested(&self, fresh: &Partition<TransactionColumns>) -> Result<FoldSet<Key>> {
        let mut ids: Vec<Key> = fresh.values().map(|rows| &*rows.id).collect::<Vec<_>>().concat();
        ids.par_sort_unstable();
        let twice = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let mut contested: FoldSet<Key> = twice.collect();
        ids.dedup();
        let meets = self.places(Table::Transactions, |segment| !segment.is_shadow && overlaps(segment, &ids));
        let known: Vec<Result<Vec<Key>>> = meets
            .into_par_iter()
            .map(|place| {
                let rows: TransactionColumns = self.load(place, false)?;
                let is_new = |id: &&Key| ids.binary_search(id).is_ok();
                Ok(rows.id.iter().filter(is_new).copied().collect())
            })
            .collect();
        for known in known {
            contested.extend(known?);
        }
        Ok(contested)
    }

    /// Parts that hold a row of one of these ids, as counting or as shadow.
    fn places_of(&self, ids: &FoldSet<Key>) -> Result<BTreeSet<Place>> {
        let mut sorted: Vec<Key> = ids.iter().copied().collect();
        sorted.sort_unstable();
        let candidates = self.places(Table::Transactions, |segment| overlaps(segment, &sorted));
        let found: Vec<Result<Option<Place>>> = candidates
            .into_par_iter()
            .map(|place| {
                let part: Part<TransactionColumns> = self.load_part(place)?;
                let holds = part.rows.id.iter().chain(&part.shadows.id).any(|id| ids.contains(id));
                Ok(holds.then_some(place))
            })
            .collect();
        found.into_iter().filter_map(Result::transpose).collect()
    }

    /// Decides which of the rows of each id counts, puts all back in their parts, and corrects the books.
    fn resolve(&mut self, mut claims: Vec<Claim>, parts: &mut Parts) {
        let ranks = self.ranks(Table::Transactions);
        let customer = |claim: &Claim| self.codes.customers.id(claim.row.customer);
        claims.sort_by(|a, b| {
            let by_content = || order(a, b, &ranks).then_with(|| customer(a).cmp(customer(b)));
            a.row
                .id
                .cmp(&b.row.id)
                .then_with(by_content)
                .then_with(|| ranks.get(&a.delivery).cmp(&ranks.get(&b.delivery)))
        });
        let mut moves = Moves::default();
        for group in claims.chunk_by(|a, b| a.row.id == b.row.id) {
            let before = group.iter().find(|claim| claim.was.counted());
            let mut left = group.iter().filter(|claim| !claim.was.is_gone());
            let last = left.clone().next_back();
            let after = last.and_then(|last| left.find(|claim| claim.row == last.row));
            for claim in group {
                let (on, amount) = (claim.row.booked_on, claim.row.amount.0);
                if let (Was::CountedOfPurged | Was::ShadowOfPurged, Some(counted)) = (claim.was, before) {
                    let is_it = claim.was == Was::CountedOfPurged;
                    let from = if is_it { Fate::Used } else { fate(claim, counted) };
                    moves.record(claim.delivery, on, amount, Some(from), Some(Fate::Purged));
                }
                let Some(winner) = after.filter(|_| !claim.was.is_gone()) else { continue };
                let is_winner = std::ptr::eq(claim, winner);
                let to = if is_winner { Fate::Used } else { fate(claim, winner) };
                let from = match (claim.was, before) {
                    (Was::Shadow, Some(counted)) => fate(claim, counted),
                    _ => Fate::Used,
                };
                moves.record(claim.delivery, on, amount, Some(from), Some(to));
                let part = parts.entry(claim.place).or_default();
                let rows = if is_winner { &mut part.rows } else { &mut part.shadows };
                rows.push(claim.delivery, &claim.row);
            }
        }
        self.settle(moves);
    }
}

/// Takes the rows of contested ids out of a part of the store.
fn claim(
    (place, part): (&Place, &mut Part<TransactionColumns>),
    contested: &FoldSet<Key>,
    claims: &mut Vec<Claim>,
) {
    take_claims(&mut part.rows, *place, contested, Was::Counted, claims);
    take_claims(&mut part.shadows, *place, contested, Was::Shadow, claims);
}

fn take_claims(
    rows: &mut TransactionColumns,
    place: Place,
    contested: &FoldSet<Key>,
    was: Was,
    claims: &mut Vec<Claim>,
) {
    let at: Vec<usize> = (0..rows.len()).filter(|at| contested.contains(&rows.id[*at])).collect();
    if at.is_empty() {
        return;
    }
    claims.extend(at.iter().map(|at| {
        let (delivery, row) = rows.get(*at);
        Claim { delivery, row, was, place }
    }));
    let mut taken = at.into_iter().peekable();
    rows.retain(|at| taken.next_if_eq(&at).is_none());
}

/// By date of the delivery, then by content: the files of one date are parts of one delivery.
fn order(a: &Claim, b: &Claim, ranks: &BTreeMap<u32, Rank>) -> Ordering {
    let content = |claim: &Claim| {
        let row = &claim.row;
        let codes = (row.kind, row.product_kind, row.channel, row.own_account_elsewhere);
        (row.booked_on, row.amount, row.balance_after, codes)
    };
    let date = |claim: &Claim| ranks.get(&claim.delivery).map(|rank| (rank.delivered_on, rank.arrived));
    date(a).cmp(&date(b)).then_with(|| content(a).cmp(&content(b)))
}

fn fate(claim: &Claim, winner: &Claim) -> Fate {
    if claim.row == winner.row { Fate::Duplicate } else { Fate::Superseded }
}

/// Whether the segment's range of ids meets these, which are sorted.
fn overlaps(segment: &Segment, ids: &[Key]) -> bool {
    let (Ok(least), Ok(greatest)) = (segment.ids.0.parse::<Key>(), segment.ids.1.parse::<Key>()) else {
        return true;
    };
    let from = ids.partition_point(|id| *id < least);
    ids.get(from).is_some_and(|id| *id <= greatest)
}
