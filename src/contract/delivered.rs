//! Rows of the long tables as an export brings them, owners resolved: what ingest hands to the store.

use super::codes::{Channel, Kind, ProductKind};
use super::key::Key;
use crate::date::Date;
use crate::money::Money;

/// One transaction as delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveredTransaction {
    /// Of its `transaction_id`.
    pub id: Key,
    /// Code of the owner in the store, also where the export names an account alone.
    pub customer: u32,
    /// Code of the account in the store, or [`NONE`](super::NONE).
    pub account: u32,
    pub booked_on: Date,
    /// Positive into the customer's account.
    pub amount: Money,
    /// Balance of the account after this row, where the export carries one.
    pub balance_after: Option<Money>,
    pub kind: Kind,
    pub product_kind: Option<ProductKind>,
    pub channel: Option<Channel>,
    /// To or from an account of the same person at another bank.
    pub own_account_elsewhere: bool,
}

/// One product of one customer at one snapshot, as delivered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeliveredHolding {
    /// Code of the owner in the store.
    pub customer: u32,
    /// Code of the product in the store, or [`NONE`](super::NONE).
    pub product: u32,
    pub snapshot_on: Date,
    /// Debts positive, told apart by kind.
    pub balance: Money,
    pub product_kind: ProductKind,
    pub started_on: Option<Date>,
    pub matures_on: Option<Date>,
    pub cost_basis: Option<Money>,
    pub market_value_change: Option<Money>,
    /// Per year, as a fraction.
    pub rate: Option<f64>,
    pub credit_limit: Option<Money>,
}
