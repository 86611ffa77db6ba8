//! What every table's row builder does, and what a piece of work over some rows of one file brings.
//!
//! Grain: one row of an export. Never: looks at another row, so that pieces can be read at the same time.

use super::accept::amounts::AmountSizes;
pub use super::accept::totals::TrailerRow;
use super::cell::{Fault, Refusal, Row};
use super::codes::CodeMemo;
use super::owners;
use crate::contract::key::Key;
use crate::error::Result;
use crate::money::Money;
use crate::store::Trail;
use crate::store::books::{Amounts, Reject};
use crate::store::tombstones::Tombstones;
use crate::store::writer::REDACTED;

/// Rows of an export to typed rows of one contract table.
pub trait Build: Sync {
    type Row: Send;

    /// The typed row, or why there is none.
    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault>;

    /// The id by which other tables refer to a row, where it can be read. Asked of rejected rows.
    fn id_key<R: Row>(&self, _row: &R) -> Option<Key> {
        None
    }

    /// The customer and the account that a row names. Asked of rows whose owner is not known.
    fn owner_keys<R: Row>(&self, _row: &R) -> [Option<Key>; 2] {
        [None, None]
    }

    /// Whom no delivery brings back; `None` where nobody was taken out, or rows are nobody's.
    fn tombstones(&self) -> Option<&Tombstones> {
        None
    }

    /// Whether a row is one of a customer who was taken out: the one it names, else the one whose account it names. Asked
    /// of rows that cannot be used.
    fn is_purged<R: Row>(&self, row: &R) -> bool {
        let Some(tombstones) = self.tombstones() else { return false };
        match self.owner_keys(row) {
            [Some(customer), _] => tombstones.has_customer(customer),
            [None, Some(account)] => tombstones.has_account(account),
            [None, None] => false,
        }
    }

    /// The account that a row of such a customer says he owns.
    fn purged_account<R: Row>(&self, _row: &R) -> Option<Key> {
        None
    }

    /// The customer a row names. Asked for some rows before any of them is built; what is wrong with a row is said
    /// when it is built.
    fn customer_key<R: Row>(&self, _row: &R) -> Option<Key> {
        None
    }

    /// Where a customer is. Called for some keys in a row, so that the waits for memory overlap.
    fn find_customer(&self, _key: Key, _trail: &mut Trail) -> Option<u32> {
        None
    }

    /// The amount that is reconciled, of a row that may otherwise be unusable; `Ok(None)` where the table has none.
    fn amount<R: Row>(&self, _row: &R) -> Result<Option<Money>, Fault> {
        Ok(None)
    }

    /// The amount that is reconciled, of a usable row.
    fn amount_of(_row: &Self::Row) -> Money {
        Money(0)
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
    /// Where the last customer was found.
    pub trail: Trail,
    pub customer: Option<(Key, u32)>,
    pub account: Option<(Key, (u32, u32))>,
    /// Whether the customer of any row followed from its account.
    pub by_account: bool,
}

/// Rows read and rejected, with their amounts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub rows: u64,
    pub rejected: u64,
    /// Of the rejected: those whose fault lies in another table, where their customer or account was rejected.
    pub inherited: u64,
    /// Of customers who were taken out; not among the rejected.
    pub purged: u64,
    pub amounts: Amounts,
    /// Sum of the same amounts without their signs.
    pub unsigned: i128,
    /// Whether the customer of any row followed from its account.
    pub by_account: bool,
}

/// Why a whole delivery is refused, found on this line.
pub struct RefusedRow {
    pub line: u64,
    pub refusal: Box<Refusal>,
}

/// What was found in a piece of one file, but for its typed rows.
#[derive(Default)]
pub struct Findings {
    /// In the order of the file.
    pub rejects: Vec<Reject>,
    pub tally: Tally,
    /// Of the amounts of usable rows, where the table has one to reconcile.
    pub sizes: AmountSizes,
    /// Ids of rejected rows, where they could be read.
    pub rejected_ids: Vec<Key>,
    /// Customers and accounts that rejected rows name and that are not known.
    pub orphans: Vec<Key>,
    /// Accounts of customers who were taken out.
    pub purged_accounts: Vec<Key>,
    /// The first rejected lines that are not UTF-8, up to [`UNDECODED_BYTES_MAX`], each with a line end.
    pub undecoded: Vec<u8>,
    /// Where the first of them is not: a byte of the unpacked file, which names its line in `rejects`.
    pub undecoded_at: Option<u64>,
    /// The first row that refuses the whole delivery; what follows it is of no use.
    pub refused: Option<RefusedRow>,
    /// Records that state what the file should hold; neither rows nor rejects.
    pub trailers: Vec<TrailerRow>,
    /// Columns of the file that the mapping names nowhere.
    pub extra_columns: u32,
}

/// The typed rows of a piece of one file in their order, and what else was found there.
pub struct Piece<R> {
    pub rows: Vec<R>,
    pub findings: Findings,
}

/// Takes the typed rows of a file, piece by piece in the order of the file.
pub type Sink<'s, R> = &'s mut (dyn FnMut(Vec<R>) -> Result<()> + Send);

/// Enough text to tell a character set by.
const UNDECODED_BYTES_MAX: usize = 16 * 1024;

impl<R> Piece<R> {
    /// With room for this many rows.
    pub fn with_room(rows: u64) -> Self {
        let rows = Vec::with_capacity(usize::try_from(rows).unwrap_or_default());
        Self { rows, findings: Findings::default() }
    }

    /// Takes one row in; `place` gives line and raw text of a reject.
    pub fn take<B: Build<Row = R>, S: Row>(
        &mut self,
        builder: &B,
        row: &S,
        memo: &mut Memo,
        place: impl FnOnce() -> (u64, String),
    ) {
        match builder.build(row, memo) {
            Ok(built) => {
                self.findings.tally.rows += 1;
                if B::HAS_AMOUNT {
                    let Money(amount) = B::amount_of(&built);
                    self.findings.tally.amounts.read += i128::from(amount);
                    self.findings.tally.unsigned += i128::from(amount.unsigned_abs());
                    self.findings.sizes.add(amount);
                }
                self.findings.tally.by_account |= memo.by_account;
                self.rows.push(built);
            }
            Err(fault) => {
                let amount = builder.amount(row).ok().flatten();
                self.reject(builder, row, fault, amount, place);
            }
        }
    }

    /// Quarantines a row; `amount` is its amount where that could be read.
    pub fn reject<B: Build<Row = R>, S: Row>(
        &mut self,
        builder: &B,
        row: &S,
        fault: Fault,
        amount: Option<Money>,
        place: impl FnOnce() -> (u64, String),
    ) {
        if builder.is_purged(row) {
            self.purge(B::HAS_AMOUNT, amount, builder.purged_account(row));
            return;
        }
        let findings = &mut self.findings;
        let (line, mut raw) = place();
        // A row that cannot be told apart into its cells may name him all the same.
        if builder.tombstones().is_some_and(|tombstones| tombstones.are_named_in(&raw)) {
            REDACTED.clone_into(&mut raw);
        }
        let (column, reason) = match fault {
            Fault::Row(column, reason) => (column, reason),
            Fault::Delivery(refusal) => {
                findings.refused.get_or_insert(RefusedRow { line, refusal });
                return;
            }
        };
        let amounts = &mut findings.tally.amounts;
        match amount {
            Some(Money(minor)) => {
                amounts.read += i128::from(minor);
                amounts.rejected += i128::from(minor);
                findings.tally.unsigned += i128::from(minor).abs();
            }
            None => amounts.unreadable += u64::from(B::HAS_AMOUNT),
        }
        findings.tally.rows += 1;
        findings.tally.rejected += 1;
        findings.tally.inherited += u64::from(owners::is_inherited(&reason));
        findings.orphans.extend(owners::lacking(&reason, builder.owner_keys(row)));
        findings.rejected_ids.extend(builder.id_key(row));
        findings.rejects.push(Reject { line, column, reason: reason.into_owned(), raw });
    }
}

impl<R> Piece<R> {
    /// Counts a row of a customer who was taken out, and keeps nothing of it.
    fn purge(&mut self, has_amount: bool, amount: Option<Money>, account: Option<Key>) {
        let Findings { tally, purged_accounts, .. } = &mut self.findings;
        match amount {
            Some(Money(minor)) => {
                tally.amounts.read += i128::from(minor);
                tally.amounts.purged += i128::from(minor);
                tally.unsigned += i128::from(minor).abs();
            }
            None => tally.amounts.unreadable += u64::from(has_amount),
        }
        tally.rows += 1;
        tally.purged += 1;
        purged_accounts.extend(account);
    }
}

impl Findings {
    /// Keeps a line that is not UTF-8, to tell what it is in.
    pub fn keep_undecoded(&mut self, line: &[u8]) {
        if self.undecoded.len() + line.len() < UNDECODED_BYTES_MAX {
            self.undecoded.extend_from_slice(line);
            self.undecoded.push(b'\n');
        }
    }

    /// Appends the findings of the next piece of the same file, which starts `lines` further down.
    pub fn append(&mut self, next: Findings, lines: u64) {
        self.rejects.extend(next.rejects.into_iter().map(|mut reject| {
            reject.line += lines;
            reject
        }));
        self.rejected_ids.extend(next.rejected_ids);
        self.orphans.extend(next.orphans);
        self.purged_accounts.extend(next.purged_accounts);
        if self.undecoded.len() + next.undecoded.len() <= UNDECODED_BYTES_MAX {
            self.undecoded.extend(next.undecoded);
        }
        self.undecoded_at = self.undecoded_at.or(next.undecoded_at);
        self.trailers.extend(next.trailers.into_iter().map(|mut trailer| {
            trailer.line += lines;
            trailer
        }));
        if let Some(RefusedRow { line, refusal }) = next.refused {
            self.refused.get_or_insert(RefusedRow { line: line + lines, refusal });
        }
        self.sizes.merge(&next.sizes);
        self.tally.rows += next.tally.rows;
        self.tally.rejected += next.tally.rejected;
        self.tally.inherited += next.tally.inherited;
        self.tally.purged += next.tally.purged;
        self.tally.unsigned += next.tally.unsigned;
        self.tally.by_account |= next.tally.by_account;
        let (sum, more) = (&mut self.tally.amounts, &next.tally.amounts);
        sum.read += more.read;
        sum.rejected += more.rejected;
        sum.purged += more.purged;
        sum.unreadable += more.unreadable;
    }
}
