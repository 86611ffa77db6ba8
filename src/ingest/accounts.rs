//! Accounts: who holds which, and in what role.
//!
//! Reads: the export of accounts, after the customers. Grain: one line. Never: an account of nobody.

use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::codes::CodeMemo;
use super::field::Field;
use super::mapping::Mapping;
use super::owners::Customers;
use crate::contract::Account;
use crate::contract::codes::{ProductKind, Role};
use crate::contract::key::Key;
use crate::date::Date;
use crate::store::tombstones::Tombstones;

pub struct Accounts<'a> {
    customers: &'a Customers,
    account_id: Field,
    customer_id: Field,
    role: Field,
    opened_on: Field,
    closed_on: Field,
    product_kind: Field,
}

impl Build for Accounts<'_> {
    type Row = (Option<Date>, Account);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
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
        Ok((None, account))
    }

    fn id_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.account_id.key(row).ok().flatten()
    }

    fn owner_keys<R: Row>(&self, row: &R) -> [Option<Key>; 2] {
        [self.customer_id.key(row).ok().flatten(), None]
    }

    fn tombstones(&self) -> Option<&Tombstones> {
        self.customers.tombstones()
    }

    fn purged_account<R: Row>(&self, row: &R) -> Option<Key> {
        let role = self.role.code(row, &mut CodeMemo::default()).ok()?;
        let is_owner = role.is_none_or(|code| Role::ALL[usize::from(code)] == Role::Owner);
        self.id_key(row).filter(|_| is_owner)
    }
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn builder<'a>(mapping: &mut Mapping, customers: &'a Customers) -> Accounts<'a> {
    Accounts {
        customers,
        account_id: mapping.take("account_id"),
        customer_id: mapping.take("customer_id"),
        role: mapping.take("role"),
        opened_on: mapping.take("opened_on"),
        closed_on: mapping.take("closed_on"),
        product_kind: mapping.take("product_kind"),
    }
}

/// A customer and the opening of one of his accounts.
pub struct Openings {
    customer_id: Field,
    opened_on: Field,
}

impl Build for Openings {
    type Row = Option<(Key, Date)>;

    fn build<R: Row>(&self, row: &R, _: &mut Memo) -> Result<Self::Row, Fault> {
        // What is wrong with a row is said when the accounts themselves are read.
        let read = |field: &Field| field.key(row).ok().flatten();
        let opened_on = self.opened_on.date(row).ok().flatten();
        Ok(read(&self.customer_id).zip(opened_on))
    }
}

/// What reads the openings of the accounts in a file.
pub fn openings(mapping: &mut Mapping) -> Openings {
    Openings { customer_id: mapping.take("customer_id"), opened_on: mapping.take("opened_on") }
}
