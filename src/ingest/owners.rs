//! Whom a row belongs to: customers by id, accounts by id, and the owner of an account.
//!
//! Reads: the codes of customers and accounts. Grain: one lookup per row. Never: takes a joint or other holder for the
//! owner. A row whose customer or
//! account was rejected is told apart from one whose owner was never delivered.

use super::build::Memo;
use super::cell::{Fault, MISSING, Row};
use super::field::Field;
use super::mapping::Mapping;
use crate::contract::NONE;
use crate::contract::codes::Role;
use crate::contract::key::{FoldMap, FoldSet, Key};
use crate::contract::tables::Table;
use crate::error::Result as Found;
use crate::ingest::reasons::{
    NO_OWNER, REJECTED_ACCOUNT, REJECTED_CUSTOMER, UNKNOWN_ACCOUNT, UNKNOWN_CUSTOMER,
};
use crate::store::tombstones::Tombstones;
use crate::store::{Registry, Trail, Writer};
use std::sync::Arc;

/// Whether a reject is the consequence of another one, in the table of its owners.
pub fn is_inherited(reason: &str) -> bool {
    matches!(reason, REJECTED_CUSTOMER | REJECTED_ACCOUNT)
}

/// Whether a row was rejected for naming nobody who is known.
pub fn is_unknown(reason: &str) -> bool {
    matches!(reason, UNKNOWN_CUSTOMER | UNKNOWN_ACCOUNT | NO_OWNER)
}

/// The customer or account that a row lacks, of those it names: once it is known, the row may be read again.
pub fn lacking(reason: &str, [customer, account]: [Option<Key>; 2]) -> Option<Key> {
    match reason {
        UNKNOWN_CUSTOMER | REJECTED_CUSTOMER => customer,
        UNKNOWN_ACCOUNT | NO_OWNER | REJECTED_ACCOUNT => account,
        _ => None,
    }
}

/// The customers by id.
pub struct Customers {
    pub codes: Arc<Registry>,
    /// Codes of customers that no delivery describes any more, ascending.
    pub gone: Vec<u32>,
    /// Ids of customers that no accepted row describes.
    pub rejected: FoldSet<Key>,
    pub tombstones: Arc<Tombstones>,
}

impl Customers {
    /// Whom no delivery brings back; `None` where nobody was taken out.
    pub fn tombstones(&self) -> Option<&Tombstones> {
        self.tombstones.any()
    }

    /// Those that the store knows by now.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is damaged.
    pub fn of(writer: &Writer) -> Found<Self> {
        Ok(Self {
            codes: Arc::clone(&writer.codes.customers),
            gone: writer.commit().gone.clone(),
            rejected: writer.rejected_ids(Table::Customers)?,
            tombstones: Arc::clone(writer.tombstones()),
        })
    }

    /// The code of a customer, or why he has none.
    pub fn find(&self, key: Key) -> Result<u32, &'static str> {
        let why = || if self.rejected.contains(&key) { REJECTED_CUSTOMER } else { UNKNOWN_CUSTOMER };
        self.codes.code(&key).and_then(|code| self.present(code)).ok_or_else(why)
    }

    fn present(&self, code: u32) -> Option<u32> {
        (self.gone.is_empty() || self.gone.binary_search(&code).is_err()).then_some(code)
    }
}

/// The accounts by id.
pub struct Accounts {
    /// Code of the account, and of its owner (or [`NONE`]).
    pub places: FoldMap<Key, (u32, u32)>,
    pub rejected: FoldSet<Key>,
}

impl Accounts {
    /// Those that the store knows by now, each with its owner; of several owners, the first by `customer_id`.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is damaged.
    pub fn of(writer: &Writer) -> Found<Self> {
        let mut places: FoldMap<Key, (u32, u32)> = FoldMap::default();
        let codes = &writer.codes;
        for account in writer.accounts_in_force()? {
            let key = Key::of(account.account_id.as_bytes());
            let Some(code) = codes.accounts.code(&key) else { continue };
            let (_, owner) = places.entry(key).or_insert((code, NONE));
            let is_first = |other: u32| codes.customers.id(account.customer) < codes.customers.id(other);
            let is_there = writer.commit().gone.binary_search(&account.customer).is_err();
            if account.role == Role::Owner && is_there && (*owner == NONE || is_first(*owner)) {
                *owner = account.customer;
            }
        }
        Ok(Self { places, rejected: writer.rejected_ids(Table::Accounts)? })
    }
}

impl Accounts {
    /// Whether an account that was known is known no more.
    pub fn has_more_than(&self, now: &Accounts) -> bool {
        !self.places.keys().all(|key| now.places.contains_key(key))
    }

    /// Whether an account that was known has another owner now, or none.
    pub fn has_other_owners(&self, now: &Accounts) -> bool {
        let is_same = |(key, (_, owner)): (&Key, &(u32, u32))| {
            *owner == NONE || now.places.get(key).is_some_and(|(_, other)| other == owner)
        };
        !self.places.iter().all(is_same)
    }
}

/// Customers and accounts, to resolve the ids of what they own.
pub struct Owners {
    pub customers: Customers,
    /// `None` where no accounts are delivered.
    pub accounts: Option<Accounts>,
}

impl Owners {
    /// Whether a customer has this id, or an account that has an owner.
    pub fn knows(&self, key: Key) -> bool {
        let account = self.accounts.as_ref().and_then(|accounts| accounts.places.get(&key));
        account.is_some_and(|(_, owner)| *owner != NONE) || self.customers.find(key).is_ok()
    }

    pub fn find_customer(&self, key: Key, trail: &mut Trail) -> Option<u32> {
        self.customers.codes.code_along(&key, trail).and_then(|code| self.customers.present(code))
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

    /// The customer and the account that a row names.
    pub fn keys<R: Row>(&self, row: &R) -> [Option<Key>; 2] {
        [self.customer_key(row), self.account.key(row).ok().flatten()]
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
            (None, Some((_, (account, owner)))) => {
                memo.by_account = true;
                Ok((owner, account))
            }
            (None, None) if self.customer.is_mapped() => Err(self.customer.fault(MISSING)),
            (None, None) => Err(self.account.fault(MISSING)),
        }
    }

    fn customer_of<R: Row>(&self, row: &R, owners: &Owners, memo: &mut Memo) -> Result<Option<u32>, Fault> {
        let Some(key) = self.customer.key(row)? else { return Ok(None) };
        owners.customer(key, memo).map(Some).map_err(|reason| self.customer.fault(reason))
    }
}
