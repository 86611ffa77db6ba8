//! The bank as known on a date, in memory: every customer with his history, bucket by bucket.
//!
//! What churn and targets walk over. Never: a row of a delivery that came after the date said otherwise, where
//! deliveries are dated; a table held twice.

use super::calendar::Calendar;
use super::history::{CustomerHistory, Histories};
use super::members::Members;
use crate::contract::{Branch, Contact, Customer, Holding, Manager, Product, Transaction};
use crate::date::Date;
use crate::error::Result;

/// Everything that is known, by customer.
#[derive(Debug)]
pub struct Bank {
    pub(super) as_of: Date,
    /// Where each customer is; sorted by `customer_id`.
    pub(super) places: Vec<Place>,
    pub(super) buckets: Vec<BucketRows>,
    pub(super) calendar: Calendar,
    /// Sorted by id, unique; holdings name them by their place.
    pub(super) products: Vec<Product>,
    /// Sorted by id, unique; empty where the bank delivers none.
    pub(super) managers: Vec<Manager>,
    pub(super) branches: Vec<Branch>,
}

/// Bucket of a customer, and his place in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) bucket: u32,
    pub(super) at: u32,
}

/// The rows of a bucket's customers, who are numbered from 0; customer `i` owns `rows[offsets[i]..offsets[i + 1]]`.
#[derive(Debug, Default)]
pub(super) struct BucketRows {
    pub(super) members: Members,
    /// Number of each member in the bank.
    pub(super) numbers: Vec<u32>,
    pub(super) transactions: Owned<Transaction>,
    pub(super) holdings: Owned<Holding>,
    pub(super) contacts: Owned<Contact>,
}

/// Rows in the order of their owners.
#[derive(Debug)]
pub(super) struct Owned<T> {
    rows: Vec<T>,
    offsets: Vec<usize>,
}

impl<T> Default for Owned<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), offsets: vec![0] }
    }
}

impl<T> Owned<T> {
    /// Adds the rows of the next owner.
    pub(super) fn push(&mut self, rows: impl IntoIterator<Item = T>) {
        self.rows.extend(rows);
        self.offsets.push(self.rows.len());
    }

    pub(super) fn of(&self, owner: usize) -> &[T] {
        &self.rows[self.offsets[owner]..self.offsets[owner + 1]]
    }

    pub(super) fn all(&self) -> &[T] {
        &self.rows
    }

    pub(super) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
    }
}

impl BucketRows {
    pub(super) fn customer(&self, at: u32) -> &Customer {
        self.members.customer(&self.members.list()[at as usize])
    }
}

impl Bank {
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn n_customers(&self) -> usize {
        self.places.len()
    }

    /// Rows of the long tables.
    pub fn n_rows(&self) -> usize {
        self.buckets.iter().map(|bucket| bucket.transactions.all().len() + bucket.holdings.all().len()).sum()
    }

    /// A customer as known on the date; they are numbered from 0, ascending by `customer_id`.
    pub fn customer(&self, index: u32) -> &Customer {
        let place = self.places[index as usize];
        self.buckets[place.bucket as usize].customer(place.at)
    }

    /// All customers, ascending by `customer_id`.
    pub fn customers(&self) -> impl ExactSizeIterator<Item = &Customer> {
        (0..u32::try_from(self.places.len()).expect("customers are indexed by u32"))
            .map(|index| self.customer(index))
    }

    /// Sorted by id; holdings name them by their place.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The manager with this id, where managers are delivered and he is among them.
    pub fn manager(&self, id: &str) -> Option<&Manager> {
        let position = self.managers.binary_search_by(|manager| (*manager.manager_id).cmp(id)).ok()?;
        Some(&self.managers[position])
    }

    /// The branch with this id, where branches are delivered and it is among them.
    pub fn branch(&self, id: &str) -> Option<&Branch> {
        let position = self.branches.binary_search_by(|branch| (*branch.branch_id).cmp(id)).ok()?;
        Some(&self.branches[position])
    }

    /// One customer's rows, all dates.
    pub fn history(&self, index: u32) -> CustomerHistory<'_> {
        let place = self.places[index as usize];
        let (bucket, at) = (&self.buckets[place.bucket as usize], place.at as usize);
        CustomerHistory {
            index,
            customer: self.customer(index),
            versions: bucket.members.versions(&bucket.members.list()[at]),
            transactions: bucket.transactions.of(at),
            holdings: bucket.holdings.of(at),
            contacts: bucket.contacts.of(at),
        }
    }

    /// The customer's rows in the bank's newest snapshot on or before `date`; `None` where there is none.
    ///
    /// A snapshot is complete, so that no row there means that he held nothing.
    pub fn newest_holdings(&self, index: u32, date: Date) -> Option<&[Holding]> {
        let snapshots = &self.calendar.snapshots;
        let newest = snapshots[..snapshots.partition_point(|snapshot| *snapshot <= date)].last()?;
        let rows = self.history(index).holdings;
        let from = rows.partition_point(|row| row.snapshot_on < *newest);
        let to = rows.partition_point(|row| row.snapshot_on <= *newest);
        Some(&rows[from..to])
    }
}

impl Histories for Bank {
    fn n_buckets(&self) -> u32 {
        u32::try_from(self.buckets.len()).expect("buckets are few")
    }

    fn each_customer(&self, bucket: u32, each: &mut dyn FnMut(CustomerHistory<'_>)) -> Result<()> {
        self.buckets[bucket as usize].numbers.iter().for_each(|index| each(self.history(*index)));
        Ok(())
    }
}
