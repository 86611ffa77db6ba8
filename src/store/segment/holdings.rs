//! Holdings of a segment as columns.
//!
//! Grain: one row per delivered holding; two equal rows are two rows. Order: customer, snapshot, product
//! kind, product, balance, then everything else.

use super::attributes::PRODUCT_KINDS;
use super::column::{Coding, Column};
use super::history::Seen;
use super::read::File;
use super::sparse::{Absent, Sparse};
use super::{Columns, Parts, SegmentStats, extremes, gathered, n_distinct, order, write};
use crate::contract::Holding;
use crate::contract::codes::ProductKind;
use crate::contract::delivered::DeliveredHolding;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::money::Money;
use bytes::Bytes;
use std::cmp::Ordering;

/// Columns of one length each, but for those that [`Parts`] left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HoldingColumns {
    /// Code of the owner in the store.
    pub customer: Vec<u32>,
    /// Days since 1970-01-01.
    pub snapshot_on: Vec<i32>,
    /// Place in [`ProductKind::ALL`].
    pub product_kind: Vec<u8>,
    /// Minor units; debts positive.
    pub balance: Vec<i64>,
    /// Code of the product in the store.
    pub product: Sparse<u32>,
    /// Days since 1970-01-01.
    pub started_on: Sparse<i32>,
    /// Days since 1970-01-01.
    pub matures_on: Sparse<i32>,
    /// Minor units.
    pub cost_basis: Sparse<i64>,
    /// Minor units.
    pub market_value_change: Sparse<i64>,
    /// Per year, as a fraction.
    pub rate: Sparse<f64>,
    /// Minor units.
    pub credit_limit: Sparse<i64>,
    /// Number of the delivery in the commit.
    pub delivery: Vec<u32>,
}

impl Columns for HoldingColumns {
    type Row = DeliveredHolding;

    fn with_capacity(rows: usize) -> Self {
        Self {
            customer: Vec::with_capacity(rows),
            snapshot_on: Vec::with_capacity(rows),
            product_kind: Vec::with_capacity(rows),
            balance: Vec::with_capacity(rows),
            delivery: Vec::with_capacity(rows),
            ..Self::default()
        }
    }

    fn len(&self) -> usize {
        self.customer.len()
    }

    #[inline]
    fn push(&mut self, delivery: u32, row: &DeliveredHolding) {
        let n = self.len();
        let days = |date: Option<Date>| date.map_or(i32::ABSENT, |date| date.0);
        let minor = |money: Option<Money>| money.map_or(i64::ABSENT, |money| money.0);
        self.product.push(n, row.product);
        self.started_on.push(n, days(row.started_on));
        self.matures_on.push(n, days(row.matures_on));
        self.cost_basis.push(n, minor(row.cost_basis));
        self.market_value_change.push(n, minor(row.market_value_change));
        self.rate.push(n, row.rate.unwrap_or(f64::ABSENT));
        self.credit_limit.push(n, minor(row.credit_limit));
        self.customer.push(row.customer);
        self.snapshot_on.push(row.snapshot_on.0);
        self.product_kind.push(row.product_kind as u8);
        self.balance.push(row.balance.0);
        self.delivery.push(delivery);
    }

    fn gather(&mut self, positions: &[u32]) {
        self.customer = gathered(&self.customer, positions);
        self.snapshot_on = gathered(&self.snapshot_on, positions);
        self.product_kind = gathered(&self.product_kind, positions);
        self.balance = gathered(&self.balance, positions);
        self.product.gather(positions);
        self.started_on.gather(positions);
        self.matures_on.gather(positions);
        self.cost_basis.gather(positions);
        self.market_value_change.gather(positions);
        self.rate.gather(positions);
        self.credit_limit.gather(positions);
        self.delivery = gathered(&self.delivery, positions);
    }

    fn place(row: &DeliveredHolding) -> (u32, Date) {
        (row.customer, row.snapshot_on)
    }
}

impl HoldingColumns {
    /// A row and the number of its delivery.
    ///
    /// # Panics
    /// Where the columns were not decoded with [`Parts::All`].
    pub fn get(&self, at: usize) -> (u32, DeliveredHolding) {
        let row = DeliveredHolding {
            customer: self.customer[at],
            product: self.product.get(at),
            snapshot_on: Date(self.snapshot_on[at]),
            balance: Money(self.balance[at]),
            product_kind: kind(self.product_kind[at]),
            started_on: self.started_on.value(at).map(Date),
            matures_on: self.matures_on.value(at).map(Date),
            cost_basis: self.cost_basis.value(at).map(Money),
            market_value_change: self.market_value_change.value(at).map(Money),
            rate: self.rate.value(at),
            credit_limit: self.credit_limit.value(at).map(Money),
        };
        (self.delivery[at], row)
    }

    /// Adds all rows of others. Both must have all columns.
    pub fn append(&mut self, other: &Self) {
        let (n, n_others) = (self.len(), other.len());
        self.product.append(n, &other.product, n_others);
        self.started_on.append(n, &other.started_on, n_others);
        self.matures_on.append(n, &other.matures_on, n_others);
        self.cost_basis.append(n, &other.cost_basis, n_others);
        self.market_value_change.append(n, &other.market_value_change, n_others);
        self.rate.append(n, &other.rate, n_others);
        self.credit_limit.append(n, &other.credit_limit, n_others);
        self.customer.extend_from_slice(&other.customer);
        self.snapshot_on.extend_from_slice(&other.snapshot_on);
        self.product_kind.extend_from_slice(&other.product_kind);
        self.balance.extend_from_slice(&other.balance);
        self.delivery.extend_from_slice(&other.delivery);
    }

    /// Puts all rows in order; see the head of this file. All columns must be there.
    pub fn sort(&mut self) {
        let tie = |a: usize, b: usize| {
            self.product_kind[a].cmp(&self.product_kind[b]).then_with(|| self.after_kind(a, b))
        };
        if let Some(positions) = order::ascending(&self.customer, &self.snapshot_on, tie) {
            self.gather(&positions);
        }
    }

    /// The order of two rows of one customer, snapshot and kind.
    fn after_kind(&self, a: usize, b: usize) -> Ordering {
        let front = |at| (self.product.get(at), self.balance[at]);
        let dates = |at| (self.started_on.get(at), self.matures_on.get(at));
        let money =
            |at| (self.cost_basis.get(at), self.market_value_change.get(at), self.credit_limit.get(at));
        front(a)
            .cmp(&front(b))
            .then_with(|| dates(a).cmp(&dates(b)))
            .then_with(|| money(a).cmp(&money(b)))
            .then_with(|| self.rate.get(a).total_cmp(&self.rate.get(b)))
            .then_with(|| self.delivery[a].cmp(&self.delivery[b]))
    }

    /// How many customers have a row; rows must be sorted.
    pub fn n_customers(&self) -> usize {
        n_distinct(&self.customer)
    }

    /// `None` where there are no rows.
    pub fn stats(&self) -> Option<SegmentStats> {
        let (first, last) = extremes(&self.snapshot_on)?;
        Some(SegmentStats { rows: self.len(), first_date: Date(first), last_date: Date(last), ids: None })
    }
}

impl Seen for HoldingColumns {
    type Row = Holding;

    fn customers(&self) -> &[u32] {
        &self.customer
    }

    #[inline]
    fn seen(&self, at: usize) -> Holding {
        Holding {
            snapshot_on: Date(self.snapshot_on[at]),
            product_kind: kind(self.product_kind[at]),
            balance: Money(self.balance[at]),
            product: self.product.get(at),
            started_on: self.started_on.value(at).map(Date),
            matures_on: self.matures_on.value(at).map(Date),
            market_value_change: self.market_value_change.value(at).map(Money),
            cost_basis: self.cost_basis.value(at).map(Money),
            credit_limit: self.credit_limit.value(at).map(Money),
        }
    }
}

#[inline]
fn kind(place: u8) -> ProductKind {
    PRODUCT_KINDS[usize::from(place) % PRODUCT_KINDS.len()]
}

/// The bytes of a segment with these rows.
///
/// # Errors
/// `Internal` where the rows are not sorted or not whole, or too many for one file.
pub fn encode(rows: &HoldingColumns) -> Result<Vec<u8>> {
    if !order::is_ascending(&rows.customer, &rows.snapshot_on) || rows.delivery.len() != rows.len() {
        return Err(Error::internal("holdings are sorted and whole before they are written"));
    }
    let mut columns = vec![
        Column::codes("customer", &rows.customer, Coding::Delta),
        Column::days("snapshot_on", &rows.snapshot_on),
        Column::short_codes("product_kind", rows.product_kind.iter().copied().map(u16::from)),
        Column::money("balance", &rows.balance),
        Column::codes("delivery", &rows.delivery, Coding::Dictionary),
    ];
    columns.extend(Column::sparse_codes("product", &rows.product, Coding::Dictionary));
    columns.extend(Column::sparse_days("started_on", &rows.started_on));
    columns.extend(Column::sparse_days("matures_on", &rows.matures_on));
    columns.extend(Column::sparse_money("cost_basis", &rows.cost_basis));
    columns.extend(Column::sparse_money("market_value_change", &rows.market_value_change));
    columns.extend(Column::sparse_rates("rate", &rows.rate));
    columns.extend(Column::sparse_money("credit_limit", &rows.credit_limit));
    write::file(Table::Holdings, &columns)
}

/// The rows of a segment; columns that `parts` leaves out are empty.
///
/// # Errors
/// `Internal` where the bytes are not those of a segment of holdings as [`encode`] gave them.
pub fn decode(bytes: Bytes, parts: Parts) -> Result<HoldingColumns> {
    let file = File::open(bytes, Table::Holdings)?;
    let mut rows = HoldingColumns {
        customer: file.codes("customer")?,
        snapshot_on: file.days("snapshot_on")?,
        product_kind: file.short_codes("product_kind", known)?,
        balance: file.money("balance")?,
        product: file.sparse_codes("product")?,
        started_on: file.sparse_days("started_on")?,
        matures_on: file.sparse_days("matures_on")?,
        cost_basis: file.sparse_money("cost_basis")?,
        market_value_change: file.sparse_money("market_value_change")?,
        credit_limit: file.sparse_money("credit_limit")?,
        ..HoldingColumns::default()
    };
    if parts == Parts::All {
        rows.rate = file.sparse_rates("rate")?;
        rows.delivery = file.codes("delivery")?;
    }
    Ok(rows)
}

#[inline]
fn known(code: i32) -> Option<u8> {
    u8::try_from(code).ok().filter(|place| usize::from(*place) < ProductKind::ALL.len())
}
