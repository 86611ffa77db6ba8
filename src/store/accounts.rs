//! The accounts of every customer, as known on a date: what opens and closes, without ids.
//!
//! A joint account counts once, for its owner; of several owners, the first by `customer_id`.

use super::bank::Bank;
use crate::contract::NONE;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::error::Result;

/// An account of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnedAccount {
    /// His number in the bank.
    customer: u32,
    pub opened_on: Option<Date>,
    pub closed_on: Option<Date>,
    pub product_kind: Option<ProductKind>,
}

/// All accounts, ascending by customer.
#[derive(Debug, Default)]
pub struct Accounts(Vec<OwnedAccount>);

impl Accounts {
    /// Whether any account was delivered.
    pub fn are_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Those of one customer, by his number in the bank.
    pub fn of(&self, customer: u32) -> &[OwnedAccount] {
        let first = self.0.partition_point(|account| account.customer < customer);
        let n = self.0[first..].partition_point(|account| account.customer == customer);
        &self.0[first..first + n]
    }
}

impl Bank {
    /// The accounts in force, by owner.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    pub fn accounts(&self) -> Result<Accounts> {
        let numbers = self.numbers_by_code();
        let mut accounts = Vec::new();
        self.reading.each_account(|owners| {
            let number = |code: u32| numbers.get(code as usize).copied().filter(|number| *number != NONE);
            let owned = owners.iter().filter_map(|account| {
                Some(OwnedAccount {
                    customer: number(account.customer)?,
                    opened_on: account.opened_on,
                    closed_on: account.closed_on,
                    product_kind: account.product_kind,
                })
            });
            accounts.extend(owned.min());
        })?;
        accounts.sort_unstable();
        Ok(Accounts(accounts))
    }

    fn numbers_by_code(&self) -> Vec<u32> {
        let mut numbers = Vec::new();
        for bucket in &self.buckets {
            for (member, number) in bucket.members.list().iter().zip(&bucket.numbers) {
                let code = member.code as usize;
                if numbers.len() <= code {
                    numbers.resize(code + 1, NONE);
                }
                numbers[code] = *number;
            }
        }
        numbers
    }
}
