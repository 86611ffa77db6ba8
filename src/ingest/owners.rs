//! Whom a row belongs to: customers by id, accounts by id, and the owner of an account.
//!
//! Reads: the sorted tables of customers and accounts. Grain: one lookup per row. Never: takes a joint or other holder
//! for the owner; where an account has several owners, the first by `customer_id` counts.

use super::build::Memo;
use super::cell::{Fault, MISSING, Row};
use super::field::Field;
use super::key::{FoldMap, Key};
use super::mapping::Mapping;
use crate::contract::codes::Role;
use crate::contract::{Account, Customer, NONE};

/// Place in `Tables::customers` by id.
pub type Customers = FoldMap<Key, u32>;

pub const UNKNOWN_CUSTOMER: &str = "unknown customer";
const UNKNOWN_ACCOUNT: &str = "unknown account";
const NO_OWNER: &str = "an account without owner";

pub fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

pub fn customers(rows: &[Customer]) -> Customers {
    rows.iter().enumerate().map(|(at, row)| (Key::of(row.customer_id.as_bytes()), place(at))).collect()
}

/// Customers and accounts, to resolve the ids of what they own.
pub struct Owners {
    customers: Customers,
    /// Place of the account and of its owner (or [`NONE`]); `None` where no accounts are delivered.
    accounts: Option<FoldMap<Key, (u32, u32)>>,
}

impl Owners {
    /// `accounts` are sorted by (id, role, customer): the owner, where there is one, comes first.
    pub fn new(customers: Customers, accounts: Option<&Vec<Account>>) -> Self {
        let accounts = accounts.map(|rows| {
            let mut known = FoldMap::default();
            for (at, row) in rows.iter().enumerate() {
                let owner = if row.role == Role::Owner { row.customer } else { NONE };
                known.entry(Key::of(row.account_id.as_bytes())).or_insert((place(at), owner));
            }
            known
        });
        Self { customers, accounts }
    }

    pub fn find_customer(&self, key: Key) -> Option<u32> {
        self.customers.get(&key).copied()
    }

    fn customer(&self, key: Key, memo: &mut Memo) -> Option<u32> {
        match memo.customer {
            Some((last, customer)) if last == key => Some(customer),
            _ => {
                let customer = self.find_customer(key)?;
                memo.customer = Some((key, customer));
                Some(customer)
            }
        }
    }

    fn account(&self, key: Key, memo: &mut Memo) -> Option<(u32, u32)> {
        match memo.account {
            Some((last, account)) if last == key => Some(account),
            _ => {
                let account = *self.accounts.as_ref()?.get(&key)?;
                memo.account = Some((key, account));
                Some(account)
            }
        }
    }
}

/// The two columns that say whose a row is.
pub struct OwnerFields {
    customer: Field,
    account: Field,
}

impl OwnerFields {
    pub fn new(mapping: &mut Mapping) -> Self {
        Self { customer: mapping.take("customer_id"), account: mapping.take("account_id") }
    }

    /// The customer that a row names.
    pub fn customer_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.customer.key(row).ok().flatten()
    }

    /// The customer and the account (or [`NONE`]) of a row: the customer it names, else the owner of its account.
    pub fn resolve<R: Row>(&self, row: &R, owners: &Owners, memo: &mut Memo) -> Result<(u32, u32), Fault> {
        let customer = match memo.found.take() {
            Some(customer) => Some(customer),
            None => self.customer_of(row, owners, memo)?,
        };
        // Without a table of accounts, the account of a row that names its customer says nothing more.
        let is_needed = owners.accounts.is_some() || customer.is_none();
        let account = match if is_needed { self.account.key(row)? } else { None } {
            Some(key) => Some(owners.account(key, memo).ok_or_else(|| self.account.fault(UNKNOWN_ACCOUNT))?),
            None => None,
        };
        match (customer, account) {
            (Some(customer), account) => Ok((customer, account.map_or(NONE, |(account, _)| account))),
            (None, Some((_, NONE))) => Err(self.account.fault(NO_OWNER)),
            (None, Some((account, owner))) => Ok((owner, account)),
            (None, None) if self.customer.is_mapped() => Err(self.customer.fault(MISSING)),
            (None, None) => Err(self.account.fault(MISSING)),
        }
    }

    fn customer_of<R: Row>(&self, row: &R, owners: &Owners, memo: &mut Memo) -> Result<Option<u32>, Fault> {
        let Some(key) = self.customer.key(row)? else { return Ok(None) };
        let customer = owners.customer(key, memo).ok_or_else(|| self.customer.fault(UNKNOWN_CUSTOMER))?;
        Ok(Some(customer))
    }
}
