//! Transactions of a segment as columns.
//!
//! Grain: one row per delivered transaction. Order: customer, date, amount, attributes, id, delivery, then
//! balance and account.

use super::attributes::Attributes;
use super::column::{Coding, Column};
use super::history::Seen;
use super::read::File;
use super::sparse::Sparse;
use super::{Columns, Parts, SegmentStats, extremes, gathered, n_distinct, order, write};
use crate::contract::Transaction;
use crate::contract::delivered::DeliveredTransaction;
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::money::Money;
use bytes::Bytes;

/// What an id takes in a segment; ids are the last column.
pub const ID_BYTES: u64 = 16;

/// Columns of one length each, but for those that [`Parts`] left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactionColumns {
    /// Code of the owner in the store.
    pub customer: Vec<u32>,
    /// Days since 1970-01-01.
    pub booked_on: Vec<i32>,
    /// Minor units.
    pub amount: Vec<i64>,
    /// See [`Attributes`].
    pub attributes: Vec<u16>,
    /// Code of the account in the store.
    pub account: Sparse<u32>,
    /// Minor units.
    pub balance_after: Sparse<i64>,
    /// Number of the delivery in the commit.
    pub delivery: Vec<u32>,
    pub id: Vec<Key>,
}

impl Columns for TransactionColumns {
    type Row = DeliveredTransaction;

    fn with_capacity(rows: usize) -> Self {
        Self {
            customer: Vec::with_capacity(rows),
            booked_on: Vec::with_capacity(rows),
            amount: Vec::with_capacity(rows),
            attributes: Vec::with_capacity(rows),
            delivery: Vec::with_capacity(rows),
            id: Vec::with_capacity(rows),
            ..Self::default()
        }
    }

    fn len(&self) -> usize {
        self.customer.len()
    }

    #[inline]
    fn push(&mut self, delivery: u32, row: &DeliveredTransaction) {
        let n = self.len();
        self.account.push(n, row.account);
        self.balance_after.push(n, row.balance_after.map_or(i64::MIN, |money| money.0));
        self.customer.push(row.customer);
        self.booked_on.push(row.booked_on.0);
        self.amount.push(row.amount.0);
        self.attributes.push(attributes(row).pack());
        self.delivery.push(delivery);
        self.id.push(row.id);
    }

    fn gather(&mut self, positions: &[u32]) {
        self.customer = gathered(&self.customer, positions);
        self.booked_on = gathered(&self.booked_on, positions);
        self.amount = gathered(&self.amount, positions);
        self.attributes = gathered(&self.attributes, positions);
        self.account.gather(positions);
        self.balance_after.gather(positions);
        self.delivery = gathered(&self.delivery, positions);
        self.id = gathered(&self.id, positions);
    }

    fn place(row: &DeliveredTransaction) -> (u32, Date) {
        (row.customer, row.booked_on)
    }
}

impl TransactionColumns {
    /// A row and the number of its delivery.
    ///
    /// # Panics
    /// Where the columns were not decoded with [`Parts::All`].
    pub fn get(&self, at: usize) -> (u32, DeliveredTransaction) {
        let attributes = Attributes::unpack(self.attributes[at]);
        let row = DeliveredTransaction {
            id: self.id[at],
            customer: self.customer[at],
            account: self.account.get(at),
            booked_on: Date(self.booked_on[at]),
            amount: Money(self.amount[at]),
            balance_after: self.balance_after.value(at).map(Money),
            kind: attributes.kind,
            product_kind: attributes.product_kind,
            channel: attributes.channel,
            own_account_elsewhere: attributes.own_account_elsewhere,
        };
        (self.delivery[at], row)
    }

    /// Adds all rows of others. Both must have all columns.
    pub fn append(&mut self, other: &Self) {
        let (n, n_others) = (self.len(), other.len());
        self.account.append(n, &other.account, n_others);
        self.balance_after.append(n, &other.balance_after, n_others);
        self.customer.extend_from_slice(&other.customer);
        self.booked_on.extend_from_slice(&other.booked_on);
        self.amount.extend_from_slice(&other.amount);
        self.attributes.extend_from_slice(&other.attributes);
        self.delivery.extend_from_slice(&other.delivery);
        self.id.extend_from_slice(&other.id);
    }

    /// Puts all rows in order; see the head of this file. All columns must be there.
    pub fn sort(&mut self) {
        let key = |at: usize| {
            let (balance, account) = (self.balance_after.get(at), self.account.get(at));
            (self.id[at], self.delivery[at], balance, account)
        };
        let tie = |a: usize, b: usize| {
            let front = (self.amount[a], self.attributes[a]).cmp(&(self.amount[b], self.attributes[b]));
            front.then_with(|| key(a).cmp(&key(b)))
        };
        if let Some(positions) = order::ascending(&self.customer, &self.booked_on, tie) {
            self.gather(&positions);
        }
    }

    /// How many customers have a row; rows must be sorted.
    pub fn n_customers(&self) -> usize {
        n_distinct(&self.customer)
    }

    /// `None` where there are no rows.
    pub fn stats(&self) -> Option<SegmentStats> {
        let (first, last) = extremes(&self.booked_on)?;
        let (first_date, last_date) = (Date(first), Date(last));
        Some(SegmentStats { rows: self.len(), first_date, last_date, ids: extremes(&self.id) })
    }
}

impl Seen for TransactionColumns {
    type Row = Transaction;

    fn customers(&self) -> &[u32] {
        &self.customer
    }

    #[inline]
    fn seen(&self, at: usize) -> Transaction {
        let attributes = Attributes::unpack(self.attributes[at]);
        Transaction {
            booked_on: Date(self.booked_on[at]),
            amount: Money(self.amount[at]),
            kind: attributes.kind,
            product_kind: attributes.product_kind,
            channel: attributes.channel,
            own_account_elsewhere: attributes.own_account_elsewhere,
        }
    }
}

fn attributes(row: &DeliveredTransaction) -> Attributes {
    Attributes {
        kind: row.kind,
        product_kind: row.product_kind,
        channel: row.channel,
        own_account_elsewhere: row.own_account_elsewhere,
    }
}

/// The bytes of a segment with these rows.
///
/// # Errors
/// `Internal` where the rows are not sorted or not whole, or too many for one file.
pub fn encode(rows: &TransactionColumns) -> Result<Vec<u8>> {
    if !order::is_ascending(&rows.customer, &rows.booked_on) || rows.id.len() != rows.len() {
        return Err(Error::internal("transactions are sorted and whole before they are written"));
    }
    let mut columns = vec![
        Column::codes("customer", &rows.customer, Coding::Delta),
        Column::days("booked_on", &rows.booked_on),
        Column::money("amount", &rows.amount),
        Column::short_codes("attributes", rows.attributes.iter().copied()),
    ];
    columns.extend(Column::sparse_codes("account", &rows.account, Coding::Delta));
    columns.extend(Column::sparse_money("balance_after", &rows.balance_after));
    columns.push(Column::codes("delivery", &rows.delivery, Coding::Dictionary));
    columns.push(Column::keys("transaction_id", &rows.id));
    write::file(Table::Transactions, &columns)
}

/// The rows of a segment; columns that `parts` leaves out are empty.
///
/// # Errors
/// `Internal` where the bytes are not those of a segment of transactions as [`encode`] gave them.
pub fn decode(bytes: Bytes, parts: Parts) -> Result<TransactionColumns> {
    let file = File::open(bytes, Table::Transactions)?;
    let mut rows = TransactionColumns {
        customer: file.codes("customer")?,
        booked_on: file.days("booked_on")?,
        amount: file.money("amount")?,
        attributes: file.short_codes("attributes", known)?,
        ..TransactionColumns::default()
    };
    if parts >= Parts::HistoryAndBalances {
        rows.account = file.sparse_codes("account")?;
        rows.balance_after = file.sparse_money("balance_after")?;
    }
    if parts == Parts::All {
        rows.delivery = file.codes("delivery")?;
        rows.id = file.keys("transaction_id")?;
    }
    Ok(rows)
}

#[inline]
fn known(code: i32) -> Option<u16> {
    u16::try_from(code).ok().filter(|packed| Attributes::is_known(*packed))
}
