//! Typed rows of the contract: what ingest hands over and everything else is computed from.
//!
//! Ids of customers, accounts and products are indices here, so that the long tables stay small.

use super::codes::{Channel, CustomerKind, Gender, Kind, ProductKind, Role};
use crate::date::Date;
use crate::money::Money;

/// "No such row" in an index column.
pub const NONE: u32 = u32::MAX;

/// One customer as known on the date of the delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub customer_id: Box<str>,
    pub opened_on: Date,
    pub closed_on: Option<Date>,
    pub close_reason: Option<Box<str>>,
    pub manager_id: Option<Box<str>>,
    pub branch_id: Option<Box<str>>,
    pub birth_date: Option<Date>,
    pub gender: Option<Gender>,
    pub occupation: Option<Box<str>>,
    pub education: Option<Box<str>>,
    /// 1 (cautious) to 5 (speculative).
    pub risk_level: Option<u8>,
    pub card_tier: Option<Box<str>>,
    pub kind: CustomerKind,
    /// Assets the customer declares to hold at other banks.
    pub other_bank_assets: Option<Money>,
    /// Survey answer, 0 to 10.
    pub satisfaction: Option<f64>,
    pub contact_allowed: Option<bool>,
    pub marketing_allowed: Option<bool>,
    pub deceased: Option<bool>,
    pub legal_hold: Option<bool>,
    pub preferred_channel: Option<Box<str>>,
    pub name: Option<Box<str>>,
    pub phone: Option<Box<str>>,
}

#[cfg(test)]
impl Customer {
    /// An individual of whom nothing else is known.
    pub fn known_by(customer_id: &str, opened_on: Date) -> Self {
        Self {
            customer_id: customer_id.into(),
            opened_on,
            closed_on: None,
            close_reason: None,
            manager_id: None,
            branch_id: None,
            birth_date: None,
            gender: None,
            occupation: None,
            education: None,
            risk_level: None,
            card_tier: None,
            kind: CustomerKind::Individual,
            other_bank_assets: None,
            satisfaction: None,
            contact_allowed: None,
            marketing_allowed: None,
            deceased: None,
            legal_hold: None,
            preferred_channel: None,
            name: None,
            phone: None,
        }
    }
}

/// A customer as one delivery described him, in force from its date until the next version's.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerVersion {
    pub valid_from: Date,
    pub customer: Customer,
}

/// One account; several rows may carry the same `account_id` with different roles.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub account_id: Box<str>,
    /// Code of the customer in the store.
    pub customer: u32,
    pub role: Role,
    pub opened_on: Option<Date>,
    pub closed_on: Option<Date>,
    pub product_kind: Option<ProductKind>,
}

/// One transaction of a customer as kernels see it: 16 bytes. `contract::delivered` has it as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transaction {
    pub booked_on: Date,
    /// Positive into the customer's account.
    pub amount: Money,
    pub kind: Kind,
    pub product_kind: Option<ProductKind>,
    pub channel: Option<Channel>,
    /// To or from an account of the same person at another bank.
    pub own_account_elsewhere: bool,
}

/// One product of a customer at one snapshot as kernels see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding {
    pub snapshot_on: Date,
    pub product_kind: ProductKind,
    /// Debts positive, told apart by kind.
    pub balance: Money,
    /// Code of the product, or [`NONE`].
    pub product: u32,
    pub started_on: Option<Date>,
    pub matures_on: Option<Date>,
    /// What was paid for it.
    pub cost_basis: Option<Money>,
    pub market_value_change: Option<Money>,
    pub credit_limit: Option<Money>,
}

impl Holding {
    /// Whether the customer has the product: a balance, or a limit that he may draw on.
    pub fn is_held(&self) -> bool {
        let may_be_drawn = || self.credit_limit.is_some_and(|limit| limit > Money(0));
        self.balance > Money(0) || (self.product_kind.is_revolving() && may_be_drawn())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub product_id: Box<str>,
    pub product_kind: ProductKind,
    pub name: Option<Box<str>>,
    /// Yearly margin as a fraction of the balance.
    pub margin_rate: Option<f64>,
    pub risk_level: Option<u8>,
    pub on_sale: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Manager {
    pub manager_id: Box<str>,
    pub name: Option<Box<str>>,
    pub branch_id: Option<Box<str>>,
    /// Contacts he can make in a day.
    pub daily_capacity: Option<u32>,
    pub left_on: Option<Date>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub branch_id: Box<str>,
    pub name: Option<Box<str>>,
    pub parent_id: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Code of the customer in the store.
    pub customer: u32,
    pub contacted_on: Date,
    pub manager_id: Option<Box<str>>,
    pub channel: Option<Channel>,
    pub list: Option<Box<str>>,
    pub outcome: Option<Box<str>>,
    pub satisfaction: Option<f64>,
    pub complaint: Option<bool>,
    pub opened_on: Option<Date>,
    pub resolved_on: Option<Date>,
    /// What a manager wrote for the next person; of workbooks alone. Stands in the store and in workbooks, nowhere else.
    pub remark: Option<Box<str>>,
}

#[cfg(test)]
impl Contact {
    /// One of which nothing else is known.
    pub fn known_by(customer: u32, contacted_on: Date) -> Self {
        Self {
            customer,
            contacted_on,
            manager_id: None,
            channel: None,
            list: None,
            outcome: None,
            satisfaction: None,
            complaint: None,
            opened_on: None,
            resolved_on: None,
            remark: None,
        }
    }
}
