//! Holdings: what every customer has at every snapshot.
//!
//! Reads: the export of holdings, after customers, accounts and products. Grain: one row per line; two deposits alike
//! are two. Which delivery of a snapshot counts is the store's business.

use super::Limits;
use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::mapping::Mapping;
use super::owners::{OwnerFields, Owners};
use super::transactions::check_currency;
use crate::contract::NONE;
use crate::contract::codes::ProductKind;
use crate::contract::delivered::DeliveredHolding;
use crate::contract::key::Key;
use crate::money::Money;
use crate::store::Registry;
use crate::store::Trail;
use crate::store::tombstones::Tombstones;
use std::sync::{PoisonError, RwLock};

pub struct Holdings<'a> {
    owners: &'a Owners,
    products: &'a RwLock<Registry>,
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
    type Row = DeliveredHolding;
    const HAS_AMOUNT: bool = true;

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
        let (customer, _) = self.owner.resolve(row, self.owners, memo)?;
        let kind = self.product_kind.code(row, &mut memo.codes[0])?;
        let product = self.product(row)?;
        let snapshot_on = self.snapshot_on.required(self.snapshot_on.date(row)?)?;
        check_currency(&self.currency, row, self.base_currency, snapshot_on)?;
        Ok(DeliveredHolding {
            customer,
            snapshot_on,
            product_kind: ProductKind::ALL[usize::from(self.product_kind.required(kind)?)],
            balance: self.balance.required(self.balance.money(row)?)?,
            // A product that is not in the catalogue yet keeps its balance and kind.
            product: product.unwrap_or(NONE),
            cost_basis: self.cost_basis.money(row)?,
            market_value_change: self.market_value_change.money(row)?,
            rate: self.rate.number(row)?,
            started_on: self.started_on.date(row)?,
            matures_on: self.matures_on.date(row)?,
            credit_limit: self.credit_limit.money(row)?,
        })
    }

    fn tombstones(&self) -> Option<&Tombstones> {
        self.owners.customers.tombstones()
    }

    fn owner_keys<R: Row>(&self, row: &R) -> [Option<Key>; 2] {
        self.owner.keys(row)
    }

    fn customer_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.owner.customer_key(row)
    }

    fn find_customer(&self, key: Key, trail: &mut Trail) -> Option<u32> {
        self.owners.find_customer(key, trail)
    }

    fn amount<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        self.balance.signed_money(row)
    }

    fn amount_of(row: &DeliveredHolding) -> Money {
        row.balance
    }
}

impl Holdings<'_> {
    /// The code of a row's product, which gets one where it has none: the catalogue may come later.
    fn product<R: Row>(&self, row: &R) -> Result<Option<u32>, Fault> {
        let Some(key) = self.product_id.key(row)? else { return Ok(None) };
        let known = self.products.read().unwrap_or_else(PoisonError::into_inner).code(&key);
        if known.is_some() {
            return Ok(known);
        }
        let id = self.product_id.id(row)?;
        let mut products = self.products.write().unwrap_or_else(PoisonError::into_inner);
        // More ids than codes: the row goes without.
        let _ = products.intern(id.as_deref());
        Ok(products.code(&key))
    }
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn builder<'a>(
    mapping: &mut Mapping,
    owners: &'a Owners,
    products: &'a RwLock<Registry>,
    limits: &'a Limits,
) -> Holdings<'a> {
    Holdings {
        owners,
        products,
        base_currency: &limits.base_currency,
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
    }
}
