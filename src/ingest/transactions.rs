//! Transactions: every movement once, in an order that owes nothing to the order of arrival.
//!
//! Reads: the export of transactions, after customers and accounts. Grain: one row per `transaction_id`, over all
//! files. Never: a row without an owner; two rows with one id; more than 64 bytes a row at the peak.

use super::Ingested;
use super::build::{Build, Memo};
use super::cell::{Fault, Refusal, Row};
use super::field::Field;
use super::key::Key;
use super::mapping::Mapping;
use super::owners::{OwnerFields, Owners};
use super::table::Drop;
use super::unique;
use crate::contract::Transaction;
use crate::contract::codes::{Channel, Kind, ProductKind};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::Result;
use crate::money::Money;
use rayon::prelude::*;

struct Transactions<'a> {
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

/// A transaction with its id, until every id is there once.
struct Identified {
    id: Key,
    transaction: Transaction,
}

impl Build for Transactions<'_> {
    type Row = Identified;
    const HAS_AMOUNT: bool = true;

    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let id = self.transaction_id.required(self.transaction_id.key(row)?)?;
        let (customer, account) = self.owner.resolve(row, self.owners, memo)?;
        let booked_on = self.booked_on.required(self.booked_on.date(row)?)?;
        let amount = self.amount.required(self.amount.money(row)?)?;
        let kind = self.kind.code(row, &mut memo.codes[0])?;
        let product_kind = self.product_kind.code(row, &mut memo.codes[1])?;
        let channel = self.channel.code(row, &mut memo.codes[2])?;
        check_currency(&self.currency, row, self.base_currency, booked_on)?;
        let transaction = Transaction {
            customer,
            booked_on,
            amount,
            balance_after: self.balance_after.money(row)?,
            account,
            delivery,
            kind: Kind::ALL[usize::from(self.kind.required(kind)?)],
            product_kind: product_kind.map(|code| ProductKind::ALL[usize::from(code)]),
            channel: channel.map(|code| Channel::ALL[usize::from(code)]),
            own_account_elsewhere: self.own_account_elsewhere.boolean(row)?.unwrap_or(false),
        };
        Ok(Identified { id, transaction })
    }

    fn customer_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.owner.customer_key(row)
    }

    fn find_customer(&self, key: Key) -> Option<u32> {
        self.owners.find_customer(key)
    }

    fn amount<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        self.amount.money(row)
    }

    fn amount_of(row: &Identified) -> i128 {
        i128::from(row.transaction.amount.0)
    }
}

/// Refuses the delivery where a row is in another currency than the bank's: its rates are not delivered.
pub fn check_currency<R: Row>(currency: &Field, row: &R, base: &str, on: Date) -> Result<(), Fault> {
    if !currency.is_mapped() || currency.is(row, base)? {
        return Ok(());
    }
    let Some(other) = currency.text(row)? else { return Err(currency.fault(super::cell::MISSING)) };
    // Another column mapped by mistake may be personal: only what looks like a currency is named.
    let is_code = other.len() == 3 && other.bytes().all(|byte| byte.is_ascii_uppercase());
    let other =
        if is_code { format!("currency `{other}`") } else { "a value that is no currency code".to_owned() };
    let what = format!("no rate for {other} on {on}, in column `{}`", currency.label.escape_debug());
    let hint = format!("deliver amounts in `{}`, the `base_currency`", base.escape_debug());
    Err(Fault::Delivery(Box::new(Refusal { what, hint })))
}

/// Reads the transactions: sorted by customer, date and every other field; each id once.
pub fn read(drop: &Drop<'_>, owners: &Owners, night: &mut Ingested) -> Result<Vec<Transaction>> {
    let builder = |mapping: &mut Mapping| {
        Ok(Transactions {
            owners,
            base_currency: &drop.limits.base_currency,
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
        })
    };
    let mut rows = drop.read(Table::Transactions, night, builder)?;
    rows.par_sort_unstable_by(|a, b| {
        a.id.cmp(&b.id)
            .then_with(|| content(&a.transaction).cmp(&content(&b.transaction)))
            .then(a.transaction.delivery.cmp(&b.transaction.delivery))
    });
    let same_content = |a: &Identified, b: &Identified| content(&a.transaction) == content(&b.transaction);
    let fates = unique::fates(&rows, |a, b| a.id == b.id, same_content);
    unique::settle::<Transactions<'_>>(&mut rows, &fates, night, |row| row.transaction.delivery);
    // Collected in place: the allocation is reused.
    let mut transactions: Vec<Transaction> = rows.into_iter().map(|row| row.transaction).collect();
    transactions.par_sort_unstable();
    Ok(transactions)
}

/// Everything but the file it came in.
fn content(row: &Transaction) -> Transaction {
    Transaction { delivery: 0, ..*row }
}
