//! Holdings: what every customer has at every snapshot.
//!
//! Reads: the export of holdings, after customers, accounts and products. Grain: one row per line; two deposits alike
//! are two. Never: a snapshot put together from two files: the file with the last name wins for its dates, wholly.

use super::Ingested;
use super::account::Fate;
use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::key::{FoldMap, Key};
use super::mapping::Mapping;
use super::owners::{OwnerFields, Owners, place};
use super::table::Drop;
use super::transactions::check_currency;
use super::unique;
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table;
use crate::contract::{Holding, NONE};
use crate::date::Date;
use crate::error::Result;
use crate::money::Money;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

struct Holdings<'a> {
    owners: &'a Owners,
    /// Place in `Tables::products` by id.
    products: FoldMap<Key, u32>,
    base_currency: &'a str,
    owner: OwnerFields,
    snapshot_on: Field,
    product_kind: Field,
    balance: Field,
    product_id: Field,
    currency: Field,
    cost_basis: Field,
    market_value_change: Field,
    rate: Field,
    started_on: Field,
    matures_on: Field,
    credit_limit: Field,
}

impl Build for Holdings<'_> {
    type Row = Holding;
    const HAS_AMOUNT: bool = true;

    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let (customer, _) = self.owner.resolve(row, self.owners, memo)?;
        let kind = self.product_kind.code(row, &mut memo.codes[0])?;
        let product = self.product_id.key(row)?.and_then(|id| self.products.get(&id));
        let snapshot_on = self.snapshot_on.required(self.snapshot_on.date(row)?)?;
        check_currency(&self.currency, row, self.base_currency, snapshot_on)?;
        Ok(Holding {
            customer,
            snapshot_on,
            product_kind: ProductKind::ALL[usize::from(self.product_kind.required(kind)?)],
            balance: self.balance.required(self.balance.money(row)?)?,
            // A product that is not in the catalogue keeps its balance and kind.
            product: product.copied().unwrap_or(NONE),
            delivery,
            cost_basis: self.cost_basis.money(row)?,
            market_value_change: self.market_value_change.money(row)?,
            rate: self.rate.number(row)?,
            started_on: self.started_on.date(row)?,
            matures_on: self.matures_on.date(row)?,
            credit_limit: self.credit_limit.money(row)?,
        })
    }

    fn customer_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.owner.customer_key(row)
    }

    fn find_customer(&self, key: Key) -> Option<u32> {
        self.owners.find_customer(key)
    }

    fn amount<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        self.balance.money(row)
    }

    fn amount_of(row: &Holding) -> i128 {
        i128::from(row.balance.0)
    }
}

/// Reads the holdings: sorted by (customer, snapshot, product kind, product, balance) and every other field.
pub fn read(drop: &Drop<'_>, owners: &Owners, night: &mut Ingested) -> Result<Vec<Holding>> {
    let ids = night.tables.products.iter().enumerate();
    let products = ids.map(|(at, product)| (Key::of(product.product_id.as_bytes()), place(at))).collect();
    let builder = |mapping: &mut Mapping| {
        Ok(Holdings {
            owners,
            products,
            base_currency: &drop.limits.base_currency,
            owner: OwnerFields::new(mapping),
            snapshot_on: mapping.take("snapshot_on"),
            product_kind: mapping.take("product_kind"),
            balance: mapping.take("balance"),
            product_id: mapping.take("product_id"),
            currency: mapping.take("currency"),
            cost_basis: mapping.take("cost_basis"),
            market_value_change: mapping.take("market_value_change"),
            rate: mapping.take("rate"),
            started_on: mapping.take("started_on"),
            matures_on: mapping.take("matures_on"),
            credit_limit: mapping.take("credit_limit"),
        })
    };
    let mut rows = drop.read(Table::Holdings, night, builder)?;
    let mut winners: BTreeMap<Date, u16> = BTreeMap::new();
    for row in &rows {
        // Deliveries of one table stand in the order of their names.
        let winner = winners.entry(row.snapshot_on).or_insert(row.delivery);
        *winner = row.delivery.max(*winner);
    }
    let lost = |row: &Holding| winners.get(&row.snapshot_on) != Some(&row.delivery);
    let fates: Vec<_> =
        rows.iter().enumerate().filter(|(_, row)| lost(row)).map(|(at, _)| (at, Fate::Superseded)).collect();
    unique::settle::<Holdings<'_>>(&mut rows, &fates, night, |row| row.delivery);
    rows.par_sort_unstable_by(order);
    Ok(rows)
}

fn order(a: &Holding, b: &Holding) -> Ordering {
    let first = |h: &Holding| (h.customer, h.snapshot_on, h.product_kind, h.product, h.balance);
    let then = |h: &Holding| {
        let dates = (h.started_on, h.matures_on);
        (h.cost_basis, h.market_value_change, h.rate.map(f64::to_bits), dates, h.credit_limit, h.delivery)
    };
    first(a).cmp(&first(b)).then_with(|| then(a).cmp(&then(b)))
}
