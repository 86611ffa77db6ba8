//! What a kernel may see of one customer: his rows in date order, and what was known of him when.

use super::population::Standing;
use crate::contract::{Contact, Customer, CustomerVersion, Holding, Transaction};
use crate::date::Date;
use crate::error::Result;

/// Everything known of one customer, rows in date order.
#[derive(Debug, Clone, Copy)]
pub struct CustomerHistory<'a> {
    /// As the source numbers him: his place among the bank's customers by id, or his code in the store.
    pub index: u32,
    /// As known on the night's date. Of the past, only fields that date themselves may be taken from here.
    pub customer: &'a Customer,
    /// As the deliveries described him, ascending by the date from which each version was in force.
    pub versions: &'a [CustomerVersion],
    pub transactions: &'a [Transaction],
    pub holdings: &'a [Holding],
    pub contacts: &'a [Contact],
}

impl<'a> CustomerHistory<'a> {
    /// The same customer without any row after `date`.
    #[must_use]
    pub fn until(&self, date: Date) -> CustomerHistory<'a> {
        CustomerHistory {
            transactions: &self.transactions
                [..self.transactions.partition_point(|row| row.booked_on <= date)],
            holdings: &self.holdings[..self.holdings.partition_point(|row| row.snapshot_on <= date)],
            contacts: &self.contacts[..self.contacts.partition_point(|row| row.contacted_on <= date)],
            ..*self
        }
    }

    /// Where he stands on `date`, as far as his rows are here.
    pub fn standing(&self, date: Date) -> Standing {
        Standing::of(self.customer, first_seen(self.transactions, self.holdings), date)
    }

    /// The version in force on `date`; `None` before the first delivery, when undated fields were not known.
    pub fn as_known_on(&self, date: Date) -> Option<&'a Customer> {
        let known = self.versions.partition_point(|version| version.valid_from <= date);
        Some(&self.versions.get(known.checked_sub(1)?)?.customer)
    }
}

/// The date of the first of rows that ascend by date; `None` without any.
pub(super) fn first_seen(transactions: &[Transaction], holdings: &[Holding]) -> Option<Date> {
    let transacted = transactions.first().map(|row| row.booked_on);
    let held = holdings.first().map(|row| row.snapshot_on);
    transacted.into_iter().chain(held).min()
}

/// Customers with all their rows, bucket by bucket.
pub trait Histories: Sync {
    fn n_buckets(&self) -> u32;

    /// Walks the customers of a bucket, each once, in an order of their own.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    fn each_customer(&self, bucket: u32, each: &mut dyn FnMut(CustomerHistory<'_>)) -> Result<()>;
}
