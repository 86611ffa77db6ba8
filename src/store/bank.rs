//! The bank as known on a date: its customers, short tables and calendar in memory, their rows in the store.
//!
//! What churn and targets walk over, bucket by bucket. Never: a row of a delivery that came after the date said
//! otherwise, where deliveries are dated; the history of more than a bucket per thread in memory.

use super::calendar::Calendar;
use super::excerpt::{Excerpt, Keep};
use super::history::{CustomerHistory, Histories};
use super::load::Reading;
use super::members::Members;
use super::population::Standing;
use crate::contract::{Branch, Contact, Customer, Manager, Product};
use crate::date::Date;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// Everything that is known, by customer.
#[derive(Debug)]
pub struct Bank {
    pub(super) reading: Reading,
    /// Where each customer is; sorted by `customer_id`.
    pub(super) places: Vec<Place>,
    pub(super) buckets: Vec<BucketMembers>,
    pub(super) calendar: Calendar,
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

/// The customers of a bucket, who are numbered from 0 there.
#[derive(Debug, Default)]
pub(super) struct BucketMembers {
    pub(super) members: Members,
    /// Number of each member in the bank.
    pub(super) numbers: Vec<u32>,
    /// The date of each member's first transaction or holding; `None` of one without any.
    pub(super) seen_from: Vec<Option<Date>>,
}

impl BucketMembers {
    pub(super) fn customer(&self, at: u32) -> &Customer {
        self.members.customer(&self.members.list()[at as usize])
    }
}

impl Bank {
    pub fn as_of(&self) -> Date {
        self.reading.as_of()
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn n_customers(&self) -> usize {
        self.places.len()
    }

    /// The numbers of all customers, ascending by `customer_id`.
    pub fn indices(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.places.len()).expect("customers are indexed by u32")
    }

    /// A customer as known on the date; they are numbered from 0, ascending by `customer_id`.
    pub fn customer(&self, index: u32) -> &Customer {
        let place = self.places[index as usize];
        self.buckets[place.bucket as usize].customer(place.at)
    }

    /// The number of the customer with this id.
    pub fn index_of(&self, customer_id: &str) -> Option<u32> {
        let found = self.places.binary_search_by(|place| {
            let customer = self.buckets[place.bucket as usize].customer(place.at);
            (*customer.customer_id).cmp(customer_id)
        });
        u32::try_from(found.ok()?).ok()
    }

    /// All customers, ascending by `customer_id`.
    pub fn customers(&self) -> impl ExactSizeIterator<Item = &Customer> {
        self.indices().map(|index| self.customer(index))
    }

    /// Sorted by id; holdings name them by their place.
    pub fn products(&self) -> &[Product] {
        self.reading.products()
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

    /// Sorted by id; empty where the bank delivers none.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// One customer's contacts, all dates, ascending.
    pub fn contacts(&self, index: u32) -> &[Contact] {
        self.unread(index).contacts
    }

    /// What is known of one customer but for the rows that have to be read.
    pub fn unread(&self, index: u32) -> CustomerHistory<'_> {
        let place = self.places[index as usize];
        let (members, at) = (&self.buckets[place.bucket as usize].members, place.at as usize);
        let member = &members.list()[at];
        CustomerHistory {
            index,
            customer: members.customer(member),
            versions: members.versions(member),
            transactions: &[],
            holdings: &[],
            contacts: self.reading.contacts_of(member.code),
        }
    }

    /// Where a customer stands on `date`.
    pub fn standing(&self, index: u32, date: Date) -> Standing {
        let place = self.places[index as usize];
        let bucket = &self.buckets[place.bucket as usize];
        Standing::of(bucket.customer(place.at), bucket.seen_from[place.at as usize], date)
    }

    /// A value per customer, ascending by `customer_id`, each from one reading of his rows.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    pub fn map<T: Send>(&self, of: impl Fn(&CustomerHistory<'_>) -> T + Sync) -> Result<Vec<T>> {
        let of_bucket = |bucket: u32| -> Result<Vec<T>> {
            let mut values = Vec::with_capacity(self.buckets[bucket as usize].numbers.len());
            self.each_customer(bucket, &mut |history| values.push(of(&history)))?;
            Ok(values)
        };
        let buckets: Vec<Result<Vec<T>>> = (0..self.n_buckets()).into_par_iter().map(of_bucket).collect();
        let mut all: Vec<Option<T>> = self.places.iter().map(|_| None).collect();
        for (values, bucket) in buckets.into_iter().zip(&self.buckets) {
            for (value, index) in values?.into_iter().zip(&bucket.numbers) {
                all[*index as usize] = Some(value);
            }
        }
        let is_whole = || Error::internal("a bucket of the store holds fewer customers than it names");
        all.into_iter().map(|value| value.ok_or_else(is_whole)).collect()
    }

    /// The rows that `keep` asks for, in memory.
    ///
    /// # Errors
    /// Kind `Internal` where a file of the store is missing or damaged.
    pub fn excerpt(&self, keep: &Keep<'_>) -> Result<Excerpt<'_>> {
        Excerpt::of(self, keep)
    }
}

impl Histories for Bank {
    fn n_buckets(&self) -> u32 {
        u32::try_from(self.buckets.len()).expect("buckets are few")
    }

    /// Customers come ascending by their code in the store, and are numbered by their place among all ids.
    fn each_customer(&self, bucket: u32, each: &mut dyn FnMut(CustomerHistory<'_>)) -> Result<()> {
        let of_bucket = &self.buckets[bucket as usize];
        let mut numbers = of_bucket.numbers.iter();
        self.reading.walk(bucket, &of_bucket.members, |_, transactions, holdings| {
            if let Some(index) = numbers.next() {
                each(CustomerHistory { transactions, holdings, ..self.unread(*index) });
            }
        })
    }
}
