//! Transactions: one row of the export to one typed row.
//!
//! Reads: the export of transactions, after customers and accounts. Grain: one line. Never: a row without an owner.
//! That every id counts once is the store's business.

use super::Limits;
use super::build::{Build, Memo};
use super::cell::{Fault, Refusal, Row};
use super::field::Field;
use super::mapping::Mapping;
use super::owners::{OwnerFields, Owners};
use crate::contract::codes::{Channel, Kind, ProductKind};
use crate::contract::delivered::DeliveredTransaction;
use crate::contract::key::Key;
use crate::date::Date;
use crate::money::Money;
use crate::store::Trail;
use crate::store::tombstones::Tombstones;

pub struct Transactions<'a> {
    owners: &'a Owners,
    base_currency: &'a str,
    owner: OwnerFields,
    transaction_id: Field,
    booked_on: Field,
    amount: Field,
    kind: Field,
    product_kind: Field,
    channel: Field,
    currency: Field,
    own_account_elsewhere: Field,
    balance_after: Field,
}

impl Build for Transactions<'_> {
    type Row = DeliveredTransaction;
    const HAS_AMOUNT: bool = true;

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
        let id = self.transaction_id.required(self.transaction_id.key(row)?)?;
        let (customer, account) = self.owner.resolve(row, self.owners, memo)?;
        let booked_on = self.booked_on.required(self.booked_on.date(row)?)?;
        let amount = self.amount.required(self.amount.money(row)?)?;
        let kind = self.kind.code(row, &mut memo.codes[0])?;
        let product_kind = self.product_kind.code(row, &mut memo.codes[1])?;
        let channel = self.channel.code(row, &mut memo.codes[2])?;
        check_currency(&self.currency, row, self.base_currency, booked_on)?;
        Ok(DeliveredTransaction {
            id,
            customer,
            booked_on,
            amount,
            balance_after: self.balance_after.money(row)?,
            account,
            kind: Kind::ALL[usize::from(self.kind.required(kind)?)],
            product_kind: product_kind.map(|code| ProductKind::ALL[usize::from(code)]),
            channel: channel.map(|code| Channel::ALL[usize::from(code)]),
            own_account_elsewhere: self.own_account_elsewhere.boolean(row)?.unwrap_or(false),
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
        self.amount.money(row)
    }

    fn amount_of(row: &DeliveredTransaction) -> Money {
        row.amount
    }
}

/// Refuses the delivery where a row is in another currency than the bank's: its rates are not delivered.
pub fn check_currency<R: Row>(currency: &Field, row: &R, base: &str, on: Date) -> Result<(), Fault> {
    if !currency.is_mapped() || currency.is(row, base)? {
        return Ok(());
    }
    let Some(other) = currency.text(row)? else {
        let what = format!("no currency on {on}, in column `{}`", currency.label.escape_debug());
        let hint = format!("deliver amounts in `{}`, the `base_currency`, and say so", base.escape_debug());
        return Err(Fault::Delivery(Box::new(Refusal { what, hint })));
    };
    // Another column mapped by mistake may be personal: only what looks like a currency is named.
    let is_code = other.len() == 3 && other.bytes().all(|byte| byte.is_ascii_uppercase());
    let other =
        if is_code { format!("currency `{other}`") } else { "a value that is no currency code".to_owned() };
    let what = format!("no rate for {other} on {on}, in column `{}`", currency.label.escape_debug());
    let hint = format!("deliver amounts in `{}`, the `base_currency`", base.escape_debug());
    Err(Fault::Delivery(Box::new(Refusal { what, hint })))
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn builder<'a>(mapping: &mut Mapping, owners: &'a Owners, limits: &'a Limits) -> Transactions<'a> {
    Transactions {
        owners,
        base_currency: &limits.base_currency,
        owner: OwnerFields::new(mapping),
        transaction_id: mapping.take("transaction_id"),
        booked_on: mapping.take("booked_on"),
        amount: mapping.take("amount"),
        kind: mapping.take("kind"),
        product_kind: mapping.take("product_kind"),
        channel: mapping.take("channel"),
        currency: mapping.take("currency"),
        own_account_elsewhere: mapping.take("own_account_elsewhere"),
        balance_after: mapping.take("balance_after"),
    }
}
