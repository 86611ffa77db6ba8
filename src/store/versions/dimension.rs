//! The tables kept by version: which fields are their key, and in which order the others are compared.
//!
//! One line per table; ordering, columns and the way back from columns follow from it. A field that is missing
//! here does not compile.

use super::cell::Cell;
use super::codec::{Column, Columns};
use crate::contract::{Account, Branch, Contact, Customer, Manager, Product};
use crate::error::Result;
use arrow::array::RecordBatch;
use std::cmp::Ordering;

/// A row that every delivery of its table describes anew.
pub trait Dimension: Sized + Send + Sync + 'static {
    const TABLE: &'static str;
    /// Whether one delivery may bring several different rows of a key, all in force.
    const SEVERAL: bool;

    fn compare_keys(&self, other: &Self) -> Ordering;

    /// All fields that are not the key.
    fn compare_rests(&self, other: &Self) -> Ordering;

    /// The content order: the key first, then field by field.
    #[inline]
    fn compare(&self, other: &Self) -> Ordering {
        self.compare_keys(other).then_with(|| self.compare_rests(other))
    }

    /// A number that ascends with the key.
    fn prefix(&self) -> u128;

    /// One column per field.
    fn columns<'a>(rows: impl Iterator<Item = &'a Self> + Clone) -> Columns;

    /// The rows of a batch.
    ///
    /// # Errors
    /// Kind `Internal` where a column is missing or holds what is no value of its field.
    fn rows(batch: &RecordBatch) -> Result<impl Iterator<Item = Result<Self>>>;
}

/// A table with at most one row in force per key.
pub trait Single: Dimension {}

macro_rules! dimension {
    ($row:ident, $table:literal, several: $several:literal,
     key: [$first:ident $(, $key:ident)*], rest: [$($rest:ident),* $(,)?]) => {
        impl Dimension for $row {
            const TABLE: &'static str = $table;
            const SEVERAL: bool = $several;

            #[inline]
            fn compare_keys(&self, other: &Self) -> Ordering {
                Cell::order(&self.$first, &other.$first)
                    $(.then_with(|| Cell::order(&self.$key, &other.$key)))*
            }

            #[inline]
            fn compare_rests(&self, other: &Self) -> Ordering {
                Ordering::Equal$(.then_with(|| Cell::order(&self.$rest, &other.$rest)))*
            }

            fn prefix(&self) -> u128 {
                Cell::prefix(&self.$first)
            }

            fn columns<'a>(rows: impl Iterator<Item = &'a Self> + Clone) -> Columns {
                let mut columns = Columns::default();
                columns.push(stringify!($first), rows.clone().map(|row| &row.$first));
                $(columns.push(stringify!($key), rows.clone().map(|row| &row.$key));)*
                $(columns.push(stringify!($rest), rows.clone().map(|row| &row.$rest));)*
                columns
            }

            fn rows(batch: &RecordBatch) -> Result<impl Iterator<Item = Result<Self>>> {
                let $first = Column::of(batch, stringify!($first))?;
                $(let $key = Column::of(batch, stringify!($key))?;)*
                $(let $rest = Column::of(batch, stringify!($rest))?;)*
                let row = move |at: usize| {
                    Ok($row { $first: $first.cell(at)?, $($key: $key.cell(at)?,)* $($rest: $rest.cell(at)?,)* })
                };
                Ok((0..batch.num_rows()).map(row))
            }
        }
    };
}

dimension!(Customer, "customers", several: false, key: [customer_id], rest: [
    opened_on, closed_on, close_reason, manager_id, branch_id, birth_date, gender, occupation, education,
    risk_level, card_tier, kind, other_bank_assets, satisfaction, contact_allowed, marketing_allowed, deceased,
    legal_hold, preferred_channel, name, phone,
]);

dimension!(Account, "accounts", several: false, key: [account_id, role, customer], rest: [
    opened_on, closed_on, product_kind,
]);

dimension!(Product, "products", several: false, key: [product_id], rest: [
    product_kind, name, margin_rate, risk_level, on_sale,
]);

dimension!(Manager, "managers", several: false, key: [manager_id], rest: [
    name, branch_id, daily_capacity, left_on,
]);

dimension!(Branch, "branches", several: false, key: [branch_id], rest: [name, parent_id]);

// Two calls on one day are two rows, also where nothing but their outcome tells them apart.
dimension!(Contact, "contacts", several: true,
    key: [customer, contacted_on, manager_id, channel, list, opened_on],
    rest: [outcome, satisfaction, complaint, resolved_on, remark]);

impl Single for Customer {}
impl Single for Account {}
impl Single for Product {}
impl Single for Manager {}
impl Single for Branch {}

#[cfg(test)]
mod tests {
    use super::super::Versioned;
    use super::*;
    use crate::contract::codes::{Channel, CustomerKind, Gender, ProductKind, Role};
    use crate::date::Date;
    use crate::money::Money;
    use std::fmt::Debug;

    fn text(text: &str) -> Option<Box<str>> {
        Some(text.into())
    }

    fn empty_customer(id: &str) -> Customer {
        Customer { kind: CustomerKind::Institution, ..Customer::known_by(id, Date(-3)) }
    }

    fn full_customer(id: &str) -> Customer {
        Customer {
            customer_id: id.into(),
            opened_on: Date(1),
            closed_on: Some(Date(2)),
            close_reason: text("moved"),
            manager_id: text("M"),
            branch_id: text("B"),
            birth_date: Some(Date(-9_000)),
            gender: Some(Gender::Other),
            occupation: text("司机"),
            education: text(""),
            risk_level: Some(5),
            card_tier: text("gold"),
            kind: CustomerKind::Individual,
            other_bank_assets: Some(Money(i64::MIN)),
            satisfaction: Some(-0.0),
            contact_allowed: Some(true),
            marketing_allowed: Some(false),
            deceased: Some(false),
            legal_hold: Some(true),
            preferred_channel: text("post"),
            name: text("name"),
            phone: text("phone"),
        }
    }

    fn come_back<T: Dimension + Clone + Debug + PartialEq>(ascending: &[T]) {
        let mut versions = Versioned::default();
        versions.deliver(7, ascending.iter().rev().cloned().map(|row| (None, row)).collect()).unwrap();
        let back = Versioned::<T>::decode(versions.encode().unwrap()).unwrap();
        assert!(back.contents().eq(ascending), "{back:?}");
        assert_eq!(back.deliveries(), versions.deliveries());
    }

    #[test]
    fn every_field_comes_back_from_its_column() {
        come_back::<Branch>(&[]);
        come_back(&[full_customer("10"), empty_customer("9"), full_customer("a longer id than its prefix")]);
        let account = Account {
            account_id: "A".into(),
            customer: 0,
            role: Role::Joint,
            opened_on: Some(Date(1)),
            closed_on: Some(Date(2)),
            product_kind: Some(ProductKind::Trust),
        };
        let other = Account { role: Role::Owner, customer: u32::MAX - 1, closed_on: None, ..account.clone() };
        come_back(&[account, other]);
        come_back(&[Product {
            product_id: "P".into(),
            product_kind: ProductKind::Fund,
            name: text("fund"),
            margin_rate: Some(0.1),
            risk_level: Some(3),
            on_sale: Some(true),
        }]);
        come_back(&[Manager {
            manager_id: "M".into(),
            name: text("name"),
            branch_id: text("B"),
            daily_capacity: Some(40),
            left_on: Some(Date(4)),
        }]);
        come_back(&[Contact {
            customer: 3,
            contacted_on: Date(5),
            manager_id: text("M"),
            channel: Some(Channel::Phone),
            list: text("win_back"),
            outcome: text("reached"),
            satisfaction: Some(9.5),
            complaint: Some(true),
            opened_on: Some(Date(5)),
            resolved_on: Some(Date(6)),
            remark: text("明天再打"),
        }]);
    }
}
