//! Batches of columns to typed rows and rejects.
//!
//! Grain: one row. Never: looks at a row twice that nothing is wrong with.

use super::columns::{Column, Values};
use super::group::Batch;
use super::layout::Layout;
use crate::contract::key::Key;
use crate::ingest::build::{Build, Memo, Piece};
use crate::ingest::cell::{Cell, Fault, Row};
use crate::ingest::job::Job;
use crate::ingest::records;
use crate::store::Trail;
use arrow::array::Array;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use std::ops::Range;

/// Rows whose customers are looked up together, so that the waits for memory overlap.
const LOOKUP_BATCH: usize = 64;

/// A row of a batch seen through the mapping.
struct BatchRow<'a> {
    columns: &'a [&'a Column],
    at: usize,
    missing: &'a [Box<[u8]>],
}

impl Row for BatchRow<'_> {
    #[inline]
    fn cell(&self, slot: usize) -> Cell<'_> {
        self.columns[slot].cell(self.at, self.missing)
    }

    #[inline]
    fn entry(&self, slot: usize) -> Option<usize> {
        self.columns[slot].entry(self.at)
    }
}

/// Turns rows of one batch after the other into typed rows.
pub struct Reader<'a, B: Build> {
    pub job: &'a Job<'a, B>,
    pub layout: &'a Layout,
    /// The slot that names the customer.
    pub customer_slot: Option<usize>,
}

impl<B: Build> Reader<'_, B> {
    /// Takes rows of a batch in; lines are counted on from those that the piece has.
    pub fn take(&self, batch: &Batch, rows: Range<usize>, piece: &mut Piece<B::Row>, memo: &mut Memo) {
        let job = self.job;
        let columns: Vec<&Column> = self.layout.slots.iter().map(|at| &batch.columns[*at]).collect();
        let suspects: Vec<usize> = (0..columns.len()).filter(|slot| columns[*slot].is_suspect()).collect();
        let row = |at| BatchRow { columns: &columns, at, missing: &job.mapping.missing };
        let mut ahead = Ahead::new(self.customer_slot.map(|slot| columns[slot]));
        for start in rows.clone().step_by(LOOKUP_BATCH) {
            let chunk = start..rows.end.min(start + LOOKUP_BATCH);
            ahead.look_up(job.builder, chunk.clone().map(row));
            for at in chunk.clone() {
                let line = piece.findings.tally.rows + 1;
                let place = || (line, self.raw(batch, at));
                memo.found = ahead.customer(at, at - start);
                match suspects.iter().find_map(|slot| self.fault(columns[*slot], *slot, at)) {
                    None => piece.take(job.builder, &row(at), memo, place),
                    Some(fault) => piece.reject(job.builder, &row(at), fault, None, place),
                }
            }
        }
    }

    fn fault(&self, column: &Column, slot: usize, at: usize) -> Option<Fault> {
        let reason = column.wrong(at, self.job.limits.field_bytes_max)?;
        Some(Fault::Row(self.job.mapping.slots[slot].name.clone(), reason))
    }

    /// The mapped columns of a row as text.
    fn raw(&self, batch: &Batch, at: usize) -> String {
        let text = |column: &usize| {
            let value = batch.arrays[*column].slice(at, 1);
            // As the file has it, in UTC: arrow prints other zones only with a database of its own.
            let value = match value.data_type() {
                DataType::Timestamp(unit, Some(_)) => {
                    cast(&value, &DataType::Timestamp(*unit, None)).unwrap_or(value)
                }
                _ => value,
            };
            array_value_to_string(&value, 0).unwrap_or_default()
        };
        let texts: Vec<String> = self.layout.slots.iter().map(text).collect();
        let (separator, max) = (self.job.mapping.separator, self.job.limits.field_bytes_max);
        records::written(texts.iter().map(String::as_bytes), separator, max)
    }
}

/// The customers of the next rows, found before they are needed.
struct Ahead<'a> {
    /// The column that names the customer, where its dictionary has told already.
    coded: Option<&'a Column>,
    is_asked: bool,
    keys: Vec<Option<Key>>,
    found: Vec<Option<u32>>,
    trail: Trail,
}

impl<'a> Ahead<'a> {
    fn new(column: Option<&'a Column>) -> Self {
        let is_asked = column.is_some();
        let coded = column.filter(|column| matches!(column.values, Values::Coded(..)));
        Self { coded, is_asked, keys: Vec::new(), found: Vec::new(), trail: Trail::default() }
    }

    fn look_up<'r, B: Build>(&mut self, builder: &B, rows: impl Iterator<Item = BatchRow<'r>>) {
        if self.coded.is_some() || !self.is_asked {
            return;
        }
        self.keys.clear();
        self.keys.extend(rows.map(|row| builder.customer_key(&row)));
        self.found.clear();
        for key in &self.keys {
            self.found.push(key.and_then(|key| builder.find_customer(key, &mut self.trail)));
        }
    }

    #[inline]
    fn customer(&self, at: usize, in_chunk: usize) -> Option<u32> {
        match self.coded {
            Some(column) => column.customer(at),
            None => self.found.get(in_chunk).copied().flatten(),
        }
    }
}
