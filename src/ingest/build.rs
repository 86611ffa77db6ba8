//! What every table's row builder does, and what a piece of work over some rows of one file brings.
//!
//! Grain: one row of an export. Never: looks at another row, so that pieces can be read at the same time.

use super::cell::{Fault, Row};
use super::codes::CodeMemo;
use super::key::Key;
use super::{Amounts, Reject};
use crate::error::Result;
use crate::money::Money;

/// Rows of an export to typed rows of one contract table.
pub trait Build: Sync {
    type Row: Send;

    /// The typed row, or why there is none. `delivery` is the place in the list of deliveries.
    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault>;

    /// The customer a row names. Asked for some rows before any of them is built; what is wrong with a row is said
    /// when it is built.
    fn customer_key<R: Row>(&self, _row: &R) -> Option<Key> {
        None
    }

    /// Where a customer is. Called for some keys in a row, so that the waits for memory overlap.
    fn find_customer(&self, _key: Key) -> Option<u32> {
        None
    }

    /// The amount that is reconciled, of a row that may otherwise be unusable; `Ok(None)` where the table has none.
    fn amount<R: Row>(&self, _row: &R) -> Result<Option<Money>, Fault> {
        Ok(None)
    }

    /// The amount that is reconciled, of a usable row.
    fn amount_of(_row: &Self::Row) -> i128 {
        0
    }

    /// Whether the table has an amount to reconcile.
    const HAS_AMOUNT: bool = false;
}

/// What a piece of work has looked up before; exports often repeat an id or a code in the next row.
#[derive(Default)]
pub struct Memo {
    pub codes: [CodeMemo; 3],
    /// The customer of the row that is built next, where he was found ahead.
    pub found: Option<u32>,
    pub customer: Option<(Key, u32)>,
    pub account: Option<(Key, (u32, u32))>,
}

/// Rows read and rejected, with their amounts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub rows: u64,
    pub rejected: u64,
    pub amounts: Amounts,
}

/// The typed rows and the rejects of a piece of one file, in the order of the file.
pub struct Piece<R> {
    file: String,
    pub rows: Vec<R>,
    pub rejects: Vec<Reject>,
    pub tally: Tally,
}

impl<R> Piece<R> {
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), rows: Vec::new(), rejects: Vec::new(), tally: Tally::default() }
    }

    /// With room for this many rows.
    pub fn with_room(file: &str, rows: u64) -> Self {
        let rows = Vec::with_capacity(usize::try_from(rows).unwrap_or_default());
        Self { rows, ..Self::new(file) }
    }

    /// Takes one row in; `place` gives line and raw text of a reject.
    pub fn take<B: Build<Row = R>, S: Row>(
        &mut self,
        builder: &B,
        row: &S,
        memo: &mut Memo,
        delivery: u16,
        place: impl FnOnce() -> (u64, String),
    ) -> Result<()> {
        match builder.build(row, memo, delivery) {
            Ok(built) => {
                self.tally.rows += 1;
                self.tally.amounts.read += B::amount_of(&built);
                self.rows.push(built);
                Ok(())
            }
            Err(fault) => {
                let amount = builder.amount(row).ok().flatten();
                self.reject::<B>(fault, amount, place)
            }
        }
    }

    /// Quarantines a row; `amount` is its amount where that could be read.
    pub fn reject<B: Build>(
        &mut self,
        fault: Fault,
        amount: Option<Money>,
        place: impl FnOnce() -> (u64, String),
    ) -> Result<()> {
        let (column, reason) = match fault {
            Fault::Row(column, reason) => (column, reason),
            Fault::Delivery(error) => return Err(*error),
        };
        let amounts = &mut self.tally.amounts;
        match amount {
            Some(Money(minor)) => {
                amounts.read += i128::from(minor);
                amounts.rejected += i128::from(minor);
            }
            None => amounts.unreadable += u64::from(B::HAS_AMOUNT),
        }
        self.tally.rows += 1;
        self.tally.rejected += 1;
        let (line, raw) = place();
        self.rejects.push(Reject {
            source_file: self.file.clone(),
            line,
            column,
            reason: reason.into_owned(),
            raw,
        });
        Ok(())
    }

    /// Appends the next piece of the same file, which starts `lines` further down.
    pub fn append(&mut self, next: Piece<R>, lines: u64) {
        if self.rows.is_empty() {
            self.rows = next.rows;
        } else {
            self.rows.extend(next.rows);
        }
        self.rejects.extend(next.rejects.into_iter().map(|mut reject| {
            reject.line += lines;
            reject
        }));
        self.tally.rows += next.tally.rows;
        self.tally.rejected += next.tally.rejected;
        let (sum, more) = (&mut self.tally.amounts, &next.tally.amounts);
        sum.read += more.read;
        sum.rejected += more.rejected;
        sum.unreadable += more.unreadable;
    }
}

/// What one file brought, and what it was.
pub struct FileRows<R> {
    pub rows: Vec<R>,
    pub rejects: Vec<Reject>,
    pub tally: Tally,
    pub bytes: u64,
    pub digest: String,
}
