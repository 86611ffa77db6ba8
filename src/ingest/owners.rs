//! Whom a row belongs to: customers by id, accounts by id, and the owner of an account.
//!
//! Reads: the sorted tables of customers and accounts. Grain: one lookup per row. Never: takes a joint or other holder
//! for the owner; where an account has several owners, the first by `customer_id` counts. A row whose customer or
//! account was rejected is told apart from one whose owner was never delivered.

use super::build::Memo;
use super::cell::{Fault, MISSING, Row};
use super::field::Field;
use super::key::{FoldMap, FoldSet, Key};
use super::mapping::Mapping;
use crate::contract::codes::Role;
use crate::contract::{Account, Customer, NONE};

const UNKNOWN_CUSTOMER: &str = "unknown customer";
const UNKNOWN_ACCOUNT: &str = "unknown account";
const NO_OWNER: &str = "an account without owner";
const REJECTED_CUSTOMER: &str = "customer was rejected";
const REJECTED_ACCOUNT: &str = "account was rejected";

/// Whether a reject is the consequence of another one, in the table of its owners.
pub fn is_inherited(reason: &str) -> bool {
    matches!(reason, REJECTED_CUSTOMER | REJECTED_ACCOUNT)
}

pub fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

/// The customers by id.
pub struct Customers {
    /// Place in `Tables::customers`.
    places: FoldMap<Key, u32>,
    rejected: FoldSet<Key>,
}

impl Customers {
    pub fn new(rows: &[Customer], rejected: FoldSet<Key>) -> Self {
        let key = |row: &Customer| Key::of(row.customer_id.as_bytes());
        let places = rows.iter().enumerate().map(|(at, row)| (key(row), place(at))).collect();
        Self { places, rejected }
    }

    /// The place of a customer, or why he has none.
    pub fn find(&self, key: Key) -> Result<u32, &'static str> {
        let why = || if self.rejected.contains(&key) { REJECTED_CUSTOMER } else { UNKNOWN_CUSTOMER };
        self.places.get(&key).copied().ok_or_else(why)
    }
}

/// The accounts by id.
pub struct Accounts {
    /// Place in `Tables::accounts`, and of the owner (or [`NONE`]) in `Tables::customers`.
    places: FoldMap<Key, (u32, u32)>,
    rejected: FoldSet<Key>,
}

impl Accounts {
    /// `rows` are sorted by (id, role, customer): the owner, where there is one, comes first.
    pub fn new(rows: &[Account], rejected: FoldSet<Key>) -> Self {
        let mut places = FoldMap::default();
        for (at, row) in rows.iter().enumerate() {
            let owner = if row.role == Role::Owner { row.customer } else { NONE };
            places.entry(Key::of(row.account_id.as_bytes())).or_insert((place(at), owner));
        }
        Self { places, rejected }
    }
}

/// Customers and accounts, to resolve the ids of what they own.
pub struct Owners {
    customers: Customers,
    /// `None` where no accounts are delivered.
    accounts: Option<Accounts>,
}

impl Owners {
    pub fn new(customers: Customers, accounts: Option<Accounts>) -> Self {
        Self { customers, accounts }
    }

    pub fn find_customer(&self, key: Key) -> Option<u32> {
        self.customers.places.get(&key).copied()
    }

    fn customer(&self, key: Key, memo: &mut Memo) -> Result<u32, &'static str> {
        match memo.customer {
            Some((last, customer)) if last == key => Ok(customer),
            _ => {
                let customer = self.customers.find(key)?;
                memo.customer = Some((key, customer));
                Ok(customer)
            }
        }
    }

    fn account(&self, key: Key, memo: &mut Memo) -> Result<(u32, u32), &'static str> {
        match memo.account {
            Some((last, account)) if last == key => Ok(account),
            _ => {
                let known = self.accounts.as_ref().and_then(|accounts| accounts.places.get(&key));
                let account = *known.ok_or_else(|| self.without(key, UNKNOWN_ACCOUNT))?;
                memo.account = Some((key, account));
                Ok(account)
            }
        }
    }

    /// Why nobody is known to own the account: a row of it was rejected, or `otherwise`.
    fn without(&self, account: Key, otherwise: &'static str) -> &'static str {
        let is_rejected = self.accounts.as_ref().is_some_and(|known| known.rejected.contains(&account));
        if is_rejected { REJECTED_ACCOUNT } else { otherwise }
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
            Some(key) => {
                let found = owners.account(key, memo).map_err(|reason| self.account.fault(reason))?;
                Some((key, found))
            }
            None => None,
        };
        match (customer, account) {
            (Some(customer), account) => Ok((customer, account.map_or(NONE, |(_, (account, _))| account))),
            (None, Some((key, (_, NONE)))) => Err(self.account.fault(owners.without(key, NO_OWNER))),
            (None, Some((_, (account, owner)))) => Ok((owner, account)),
            (None, None) if self.customer.is_mapped() => Err(self.customer.fault(MISSING)),
            (None, None) => Err(self.account.fault(MISSING)),
        }
    }

    fn customer_of<R: Row>(&self, row: &R, owners: &Owners, memo: &mut Memo) -> Result<Option<u32>, Fault> {
        let Some(key) = self.customer.key(row)? else { return Ok(None) };
        owners.customer(key, memo).map(Some).map_err(|reason| self.customer.fault(reason))
    }
}
