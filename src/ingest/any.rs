//! Builders of the short tables behind one type, so that the readers of text and Parquet are compiled once for all of
//! them and not once for each: their rows are few, the readers' code is large.

use super::build::{Build, Memo};
use super::cell::{Cell, Fault, Row};
use crate::contract::key::Key;
use crate::store::tombstones::Tombstones;
use std::any::Any;

/// A row of any short table.
pub type AnyRow = Box<dyn Any + Send>;

/// What a builder does, without its types.
trait Dynamic: Sync {
    fn build_any(&self, row: &dyn Row, memo: &mut Memo) -> Result<AnyRow, Fault>;
    fn id_key_any(&self, row: &dyn Row) -> Option<Key>;
    fn owner_keys_any(&self, row: &dyn Row) -> [Option<Key>; 2];
    fn tombstones_any(&self) -> Option<&Tombstones>;
    fn is_purged_any(&self, row: &dyn Row) -> bool;
    fn purged_account_any(&self, row: &dyn Row) -> Option<Key>;
}

/// A row of an export without its type.
struct Untyped<'r>(&'r dyn Row);

impl Row for Untyped<'_> {
    fn cell(&self, slot: usize) -> Cell<'_> {
        self.0.cell(slot)
    }

    fn entry(&self, slot: usize) -> Option<usize> {
        self.0.entry(slot)
    }
}

impl<B: Build<Row: 'static>> Dynamic for B {
    fn build_any(&self, row: &dyn Row, memo: &mut Memo) -> Result<AnyRow, Fault> {
        Ok(Box::new(self.build(&Untyped(row), memo)?))
    }

    fn id_key_any(&self, row: &dyn Row) -> Option<Key> {
        self.id_key(&Untyped(row))
    }

    fn owner_keys_any(&self, row: &dyn Row) -> [Option<Key>; 2] {
        self.owner_keys(&Untyped(row))
    }

    fn tombstones_any(&self) -> Option<&Tombstones> {
        self.tombstones()
    }

    fn is_purged_any(&self, row: &dyn Row) -> bool {
        self.is_purged(&Untyped(row))
    }

    fn purged_account_any(&self, row: &dyn Row) -> Option<Key> {
        self.purged_account(&Untyped(row))
    }
}

/// A builder of a short table.
pub struct AnyBuild<'b>(&'b dyn Dynamic);

impl<'b> AnyBuild<'b> {
    pub fn new<B: Build<Row: 'static>>(builder: &'b B) -> Self {
        Self(builder)
    }
}

impl Build for AnyBuild<'_> {
    type Row = AnyRow;

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<AnyRow, Fault> {
        self.0.build_any(row, memo)
    }

    fn id_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.0.id_key_any(row)
    }

    fn owner_keys<R: Row>(&self, row: &R) -> [Option<Key>; 2] {
        self.0.owner_keys_any(row)
    }

    fn tombstones(&self) -> Option<&Tombstones> {
        self.0.tombstones_any()
    }

    fn is_purged<R: Row>(&self, row: &R) -> bool {
        self.0.is_purged_any(row)
    }

    fn purged_account<R: Row>(&self, row: &R) -> Option<Key> {
        self.0.purged_account_any(row)
    }
}

/// The rows as what they are.
///
/// # Panics
/// Where they are rows of another builder.
pub fn typed<T: 'static>(rows: Vec<AnyRow>) -> impl Iterator<Item = T> {
    rows.into_iter().map(|row| *row.downcast().expect("rows of the builder that was handed in"))
}
