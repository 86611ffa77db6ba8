//! The parts of a long table, month by bucket: loading and writing them, whatever the table.

use super::{Batch, Writer};
use crate::contract::delivered::{DeliveredHolding, DeliveredTransaction};
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::Result;
use crate::store::books::Fate;
use crate::store::commit::Segment;
use crate::store::segment::{
    Columns, HoldingColumns, Parts, SegmentStats, TransactionColumns, holdings, transactions,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Month (see [`Date::month_index`]) and bucket.
pub type Place = (i32, u32);

/// Rows of a month and bucket: those that count, and those that another delivery's stand for.
#[derive(Debug, Default)]
pub struct Part<C> {
    pub rows: C,
    pub shadows: C,
}

/// What the writer asks of the columns of a long table.
pub trait LongTable: Columns<Row: Sync> + Send + Sync {
    const TABLE: Table;

    /// Writes what a batch holds.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    fn flush(writer: &mut Writer, batch: &mut Batch<'_, Self>) -> Result<()>;

    /// Takes the rows of deliveries out; rows that they stood for count again.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    fn remove(writer: &mut Writer, removed: &BTreeSet<u32>) -> Result<()>;

    fn add(&mut self, other: &Self);
    fn order(&mut self);
    fn to_bytes(&self) -> Result<Vec<u8>>;
    fn from_bytes(bytes: bytes::Bytes) -> Result<Self>;
    fn summary(&self) -> Option<SegmentStats>;
    /// Minor units of the amount that is reconciled.
    fn amount(row: &Self::Row) -> i64;
    /// Code of the owner of each row.
    fn customers(&self) -> &[u32];
    /// A row and the number of its delivery.
    fn delivered(&self, at: usize) -> (u32, Self::Row);

    /// Takes out the rows of a customer, which the books count as purged from then on; how many there were.
    fn take_out(&mut self, code: u32, was: Fate, moves: &mut Moves) -> u64 {
        let is_his: Vec<bool> = self.customers().iter().map(|customer| *customer == code).collect();
        let mut n = 0;
        for at in (0..is_his.len()).filter(|at| is_his[*at]) {
            let (number, row) = self.delivered(at);
            moves.record(number, Self::place(&row).1, Self::amount(&row), Some(was), Some(Fate::Purged));
            n += 1;
        }
        self.retain(|at| !is_his[at]);
        n
    }
}

impl LongTable for TransactionColumns {
    const TABLE: Table = Table::Transactions;

    fn flush(writer: &mut Writer, batch: &mut Batch<'_, Self>) -> Result<()> {
        writer.flush_transactions(batch)
    }

    fn remove(writer: &mut Writer, removed: &BTreeSet<u32>) -> Result<()> {
        writer.remove_transactions(removed)
    }

    fn add(&mut self, other: &Self) {
        self.append(other);
    }

    fn order(&mut self) {
        self.sort();
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        transactions::encode(self)
    }

    fn from_bytes(bytes: bytes::Bytes) -> Result<Self> {
        transactions::decode(bytes, Parts::All)
    }

    fn summary(&self) -> Option<SegmentStats> {
        self.stats()
    }

    fn amount(row: &DeliveredTransaction) -> i64 {
        row.amount.0
    }

    fn customers(&self) -> &[u32] {
        &self.customer
    }

    fn delivered(&self, at: usize) -> (u32, Self::Row) {
        self.get(at)
    }
}

impl LongTable for HoldingColumns {
    const TABLE: Table = Table::Holdings;

    fn flush(writer: &mut Writer, batch: &mut Batch<'_, Self>) -> Result<()> {
        writer.flush_holdings(batch)
    }

    fn remove(writer: &mut Writer, removed: &BTreeSet<u32>) -> Result<()> {
        writer.remove_holdings(removed)
    }

    fn add(&mut self, other: &Self) {
        self.append(other);
    }

    fn order(&mut self) {
        self.sort();
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        holdings::encode(self)
    }

    fn from_bytes(bytes: bytes::Bytes) -> Result<Self> {
        holdings::decode(bytes, Parts::All)
    }

    fn summary(&self) -> Option<SegmentStats> {
        self.stats()
    }

    fn amount(row: &DeliveredHolding) -> i64 {
        row.balance.0
    }

    fn customers(&self) -> &[u32] {
        &self.customer
    }

    fn delivered(&self, at: usize) -> (u32, Self::Row) {
        self.get(at)
    }
}

/// Moves between accounts of the books: by delivery, date and account, how many rows and what amount.
#[derive(Debug, Default)]
pub struct Moves(BTreeMap<(u32, Date, u8), (i64, i128)>);

impl Moves {
    /// Takes a row from one account to another; `None` is outside the books.
    pub fn record(&mut self, number: u32, on: Date, amount: i64, from: Option<Fate>, to: Option<Fate>) {
        if from == to {
            return;
        }
        for (fate, sign) in [(from, -1i64), (to, 1)] {
            let Some(fate) = fate else { continue };
            let (rows, sum) = self.0.entry((number, on, fate as u8)).or_default();
            *rows += sign;
            *sum += i128::from(sign) * i128::from(amount);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many rows were taken to an account.
    pub fn rows_to(&self, to: Fate) -> u64 {
        let rows = self.0.iter().filter(|((_, _, fate), _)| *fate == to as u8).map(|(_, (rows, _))| *rows);
        u64::try_from(rows.sum::<i64>()).unwrap_or_default()
    }

    /// Everything that `other` recorded.
    pub fn merge(&mut self, other: Moves) {
        for (key, (rows, sum)) in other.0 {
            let (own_rows, own_sum) = self.0.entry(key).or_default();
            *own_rows += rows;
            *own_sum += sum;
        }
    }
}

const FATES: [Fate; 4] = [Fate::Used, Fate::Duplicate, Fate::Superseded, Fate::Purged];

impl Writer {
    /// Enters moves in the books of their deliveries; those that were forgotten have none.
    pub(super) fn settle(&mut self, moves: Moves) {
        for ((number, on, fate), (rows, sum)) in moves.0 {
            let Some(delivery) = self.commit.delivery_mut(number) else { continue };
            let fate = FATES[usize::from(fate)];
            delivery.books.enter(fate, rows, sum);
            if fate == Fate::Used {
                delivery.enter(on, rows, sum);
            }
        }
    }

    /// The segment of a part, if it has rows of that sort.
    pub(super) fn segment(&self, table: Table, (month, bucket): Place, is_shadow: bool) -> Option<&Segment> {
        let key = |segment: &Segment| (segment.table, segment.month, segment.bucket, segment.is_shadow);
        let segments = &self.commit.segments;
        let at = segments.partition_point(|segment| key(segment) < (table, month, bucket, is_shadow));
        segments.get(at).filter(|segment| key(segment) == (table, month, bucket, is_shadow))
    }

    /// The rows of a part; none where the store has none.
    pub(super) fn load<C: LongTable>(&self, place: Place, is_shadow: bool) -> Result<C> {
        match self.segment(C::TABLE, place, is_shadow) {
            Some(segment) => C::from_bytes(self.pool.read_sealed(&segment.file)?),
            None => Ok(C::default()),
        }
    }

    pub(super) fn load_part<C: LongTable>(&self, place: Place) -> Result<Part<C>> {
        Ok(Part { rows: self.load(place, false)?, shadows: self.load(place, true)? })
    }

    /// Places of all segments of a table that `wanted` holds for.
    pub(super) fn places(&self, table: Table, wanted: impl Fn(&Segment) -> bool) -> BTreeSet<Place> {
        let segments = self.commit.segments.iter().filter(|segment| segment.table == table);
        segments.filter(|segment| wanted(segment)).map(|segment| (segment.month, segment.bucket)).collect()
    }

    /// Writes parts in place of what the store has there; shadows only where `with_shadows`.
    pub(super) fn replace<C: LongTable>(
        &mut self,
        parts: Vec<(Place, Part<C>)>,
        with_shadows: bool,
    ) -> Result<()> {
        let writer = &*self;
        let sorts: &[bool] = if with_shadows { &[false, true] } else { &[false] };
        let written: Vec<Result<Vec<_>>> = parts
            .into_par_iter()
            .map(|(place, part)| {
                let mut written = Vec::with_capacity(2);
                for (is_shadow, rows) in [(false, part.rows), (true, part.shadows)] {
                    if sorts.contains(&is_shadow) {
                        written.push((place, is_shadow, writer.write_segment(place, is_shadow, rows)?));
                    }
                }
                Ok(written)
            })
            .collect();
        let mut fresh = Vec::new();
        let mut replaced = BTreeSet::new();
        for written in written {
            for ((month, bucket), is_shadow, segment) in written? {
                replaced.insert((month, bucket, is_shadow));
                fresh.extend(segment);
            }
        }
        self.commit.segments.retain(|old| {
            old.table != C::TABLE || !replaced.contains(&(old.month, old.bucket, old.is_shadow))
        });
        self.written.extend(fresh.iter().map(|segment: &Segment| segment.file.name.clone()));
        self.commit.segments.extend(fresh);
        self.commit
            .segments
            .sort_by_key(|segment| (segment.table, segment.month, segment.bucket, segment.is_shadow));
        Ok(())
    }

    /// Sorts and writes the rows of a part; nothing where there are none.
    fn write_segment<C: LongTable>(
        &self,
        (month, bucket): Place,
        is_shadow: bool,
        mut rows: C,
    ) -> Result<Option<Segment>> {
        let Some(stats) = rows.summary() else { return Ok(None) };
        rows.order();
        let (table, shadow) = (C::TABLE, if is_shadow { "-shadow" } else { "" });
        let day = Date::end_of_month_index(month);
        let folder = format!("{}/{:04}-{:02}", table.name(), day.year(), day.month());
        let name = self.file_name(&format!("{folder}/b{bucket:04}{shadow}"));
        let file = self.pool.write(&name, &rows.to_bytes()?)?;
        let hex = |key: Key| key.to_string();
        let ids = stats.ids.map(|(least, greatest)| (hex(least), hex(greatest))).unwrap_or_default();
        Ok(Some(Segment { table, is_shadow, month, bucket, rows: stats.rows as u64, ids, file }))
    }
}
