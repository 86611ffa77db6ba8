//! Accounts: who holds which, and in what role.
//!
//! Reads: the export of accounts, after the customers. Grain: one row per account, role and customer. Never: an account
//! of nobody; an order of arrival.

use super::Ingested;
use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::key::{FoldMap, FoldSet, Key};
use super::mapping::Mapping;
use super::owners::Customers;
use super::table::Drop;
use super::unique;
use crate::contract::Account;
use crate::contract::codes::{ProductKind, Role};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};

struct Accounts<'a> {
    customers: &'a Customers,
    account_id: Field,
    customer_id: Field,
    role: Field,
    opened_on: Field,
    closed_on: Field,
    product_kind: Field,
}

impl Build for Accounts<'_> {
    type Row = (u16, Account);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let customer = self.customer_id.required(self.customer_id.key(row)?)?;
        let role = self.role.code(row, &mut memo.codes[0])?;
        let product_kind = self.product_kind.code(row, &mut memo.codes[1])?;
        let account = Account {
            account_id: self.account_id.required(self.account_id.id(row)?)?,
            customer: self.customers.find(customer).map_err(|reason| self.customer_id.fault(reason))?,
            role: role.map_or(Role::Owner, |code| Role::ALL[usize::from(code)]),
            opened_on: self.opened_on.date(row)?,
            closed_on: self.closed_on.date(row)?,
            product_kind: product_kind.map(|code| ProductKind::ALL[usize::from(code)]),
        };
        Ok((delivery, account))
    }

    fn id_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.account_id.key(row).ok().flatten()
    }
}

/// Reads the accounts: sorted by (id, role, customer), each once; and the ids of the rejected rows.
pub fn read(
    drop: &Drop<'_>,
    customers: &Customers,
    night: &mut Ingested,
) -> Result<(Vec<Account>, FoldSet<Key>)> {
    let builder = |mapping: &mut Mapping| {
        Ok(Accounts {
            customers,
            account_id: mapping.take("account_id"),
            customer_id: mapping.take("customer_id"),
            role: mapping.take("role"),
            opened_on: mapping.take("opened_on"),
            closed_on: mapping.take("closed_on"),
            product_kind: mapping.take("product_kind"),
        })
    };
    let (mut rows, rejected) = drop.read_with_rejected(Table::Accounts, night, builder)?;
    let id = |row: &(u16, Account)| (row.1.role, row.1.customer);
    let content = |row: &(u16, Account)| (row.1.opened_on, row.1.closed_on, row.1.product_kind);
    rows.sort_unstable_by(|a, b| {
        a.1.account_id
            .cmp(&b.1.account_id)
            .then_with(|| (id(a), content(a), a.0).cmp(&(id(b), content(b), b.0)))
    });
    let same_id = |a: &_, b: &_| id(a) == id(b) && a.1.account_id == b.1.account_id;
    let fates = unique::fates(&rows, same_id, |a, b| content(a) == content(b));
    unique::settle::<Accounts<'_>>(&mut rows, &fates, night, |row| row.0);
    Ok((rows.into_iter().map(|(_, account)| account).collect(), rejected))
}

/// A customer and the opening of one of his accounts.
struct Openings {
    customer_id: Field,
    opened_on: Field,
}

impl Build for Openings {
    type Row = Option<(Key, Date)>;

    fn build<R: Row>(&self, row: &R, _: &mut Memo, _: u16) -> Result<Self::Row, Fault> {
        // What is wrong with a row is said when the accounts themselves are read.
        let read = |field: &Field| field.key(row).ok().flatten();
        let opened_on = self.opened_on.date(row).ok().flatten();
        Ok(read(&self.customer_id).zip(opened_on))
    }
}

/// First opening among the accounts of each customer, in any role; reads the export of accounts beforehand.
pub fn first_opened(drop: &Drop<'_>) -> Result<FoldMap<Key, Date>> {
    if !drop.maps(Table::Accounts, "opened_on") {
        let what =
            "`sources.customers.columns.opened_on` follows from the first account, but no account is dated";
        return Err(Error::usage(what).hint("map `sources.accounts.columns.opened_on`"));
    }
    let builder = |mapping: &mut Mapping| {
        Ok(Openings { customer_id: mapping.take("customer_id"), opened_on: mapping.take("opened_on") })
    };
    let mut first = FoldMap::default();
    for (_, file) in drop.read_files(Table::Accounts, 0, builder, &|_| ())?.0 {
        for (customer, opened_on) in file.piece.rows.into_iter().flatten() {
            let earliest = first.entry(customer).or_insert(opened_on);
            *earliest = opened_on.min(*earliest);
        }
    }
    Ok(first)
}
