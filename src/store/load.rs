//! The store as known on a date, read into memory bucket by bucket.

use super::bank::{Bank, BucketRows, Place};
use super::calendar::{Calendar, HoldingsBasis};
use super::commit::{Commit, Segment};
use super::segment::{HoldingColumns, Parts, Rows, TransactionColumns, holdings, transactions};
use super::versions::{Dimension, InForce, Ranked, Versioned};
use super::writer::customers_name;
use super::{Codes, CustomerHistory, Store, derive};
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::contract::{Contact, Customer, CustomerVersion, Holding, NONE, Product, Transaction};
use crate::date::Date;
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// A customer of a bucket before the bank is put together.
struct Member {
    code: u32,
    versions: Vec<CustomerVersion>,
    /// The version in force.
    in_force: u32,
}

/// The store as known on a date, to be walked bucket by bucket.
pub struct Reading<'a> {
    store: &'a Store,
    codes: Codes,
    as_of: Date,
    holdings: HoldingsBasis,
    customer_ranks: BTreeMap<u32, Ranked>,
    /// Of every contact in force, ascending by customer.
    contacts: Vec<Contact>,
    products: Vec<Product>,
    /// Place of each product in `products`, by code.
    product_at: Vec<u32>,
    /// Months whose holdings are read; all where there is none.
    months: Option<RangeInclusive<i32>>,
}

impl Store {
    /// Opens the store for reading what was known on `as_of`.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn reading(&self, as_of: Date) -> Result<Reading<'_>> {
        let codes = self.codes()?;
        let products = self.in_force::<Product>(Table::Products, as_of)?;
        let mut product_at = vec![NONE; codes.products.len()];
        for (at, product) in (0u32..).zip(&products) {
            let code = codes.products.code(&Key::of(product.product_id.as_bytes()));
            *product_at.get_mut(code.unwrap_or(NONE) as usize).ok_or_else(without_code)? = at;
        }
        let is_delivered = self.commit.of_table(Table::Holdings).next().is_some();
        Ok(Reading {
            store: self,
            codes,
            as_of,
            holdings: if is_delivered { HoldingsBasis::Delivered } else { HoldingsBasis::RunningBalance },
            customer_ranks: ranks(&self.commit, Table::Customers),
            contacts: self.in_force(Table::Contacts, as_of)?,
            products,
            product_at,
            months: None,
        })
    }

    /// Everything known on `as_of`, in memory.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn bank(&self, as_of: Date) -> Result<Bank> {
        let reading = self.reading(as_of)?;
        let buckets = 0..self.commit.buckets;
        let read: Vec<Result<_>> = buckets.into_par_iter().map(|at| reading.held(at)).collect();
        let read: Vec<(Vec<Member>, BucketRows)> = read.into_iter().collect::<Result<_>>()?;
        let dates = read.iter().flat_map(|(_, rows)| rows.holdings.all()).map(|row| row.snapshot_on);
        let calendar = reading.calendar_with(dates.collect());
        let (places, buckets) = put_together(read);
        Ok(Bank {
            as_of,
            places,
            buckets,
            calendar,
            products: reading.products,
            managers: self.in_force(Table::Managers, as_of)?,
            branches: self.in_force(Table::Branches, as_of)?,
        })
    }

    fn versions<T: Dimension>(&self, name: &str) -> Result<Versioned<T>> {
        match self.commit.tables.get(name) {
            Some(file) => Versioned::decode(self.pool.read(file)?),
            None => Ok(Versioned::default()),
        }
    }

    /// The rows of a short table in force, ascending by key.
    fn in_force<T: Dimension + Clone>(&self, table: Table, on: Date) -> Result<Vec<T>> {
        let versions = self.versions::<T>(table.name())?;
        let history = versions.history(&ranks(&self.commit, table))?;
        Ok(history.in_force(on).into_iter().map(|found| found.row.clone()).collect())
    }

    fn segments(&self, table: Table, bucket: u32) -> impl Iterator<Item = &Segment> {
        let is_it = move |s: &&Segment| s.table == table && s.bucket == bucket && !s.is_shadow;
        self.commit.segments.iter().filter(is_it)
    }
}

fn without_code() -> Error {
    Error::internal("the store describes an id that has no code")
}

/// Where each delivery of a table stands among the others.
pub(super) fn ranks(commit: &Commit, table: Table) -> BTreeMap<u32, Ranked> {
    let ranked = |delivery: &super::commit::Delivery| {
        // The files of one date are parts of one delivery; undated files come again night after night.
        let name = format!("{:010}", delivery.rank().arrived);
        (delivery.number, Ranked { delivered_on: delivery.delivered_on(), name })
    };
    commit.of_table(table).map(ranked).collect()
}

impl Reading<'_> {
    /// Sorted by id; holdings name them by their place.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    pub fn n_buckets(&self) -> u32 {
        self.store.commit.buckets
    }

    /// Leaves holdings of months without these snapshots unread.
    pub fn only_snapshots(&mut self, first: Date, last: Date) {
        self.months = Some(first.month_index()..=last.month_index());
    }

    /// What the bank's data covers; where balances are derived, every bucket is walked for it.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn calendar(&self) -> Result<Calendar> {
        if self.holdings == HoldingsBasis::Delivered {
            return Ok(self.calendar_with(BTreeSet::new()));
        }
        let dates_of = |bucket: u32| {
            let mut dates = BTreeSet::new();
            self.each_customer(bucket, |history| {
                dates.extend(history.holdings.iter().map(|row| row.snapshot_on))
            })?;
            Ok(dates)
        };
        let dates: Vec<Result<BTreeSet<Date>>> =
            (0..self.n_buckets()).into_par_iter().map(dates_of).collect();
        let dates: Vec<BTreeSet<Date>> = dates.into_iter().collect::<Result<_>>()?;
        Ok(self.calendar_with(dates.into_iter().flatten().collect()))
    }

    fn calendar_with(&self, derived: BTreeSet<Date>) -> Calendar {
        let commit = &self.store.commit;
        let snapshots: BTreeSet<Date> = match self.holdings {
            HoldingsBasis::Delivered => commit.rows_by_day(Table::Holdings).into_keys().collect(),
            _ => derived,
        };
        let is_missing = snapshots.is_empty() && self.holdings != HoldingsBasis::Delivered;
        Calendar {
            transactions_from: commit.rows_by_day(Table::Transactions).into_keys().next(),
            contacts_from: self.contacts.iter().map(|contact| contact.contacted_on).min(),
            snapshots: snapshots.into_iter().collect(),
            holdings: if is_missing { HoldingsBasis::Missing } else { self.holdings },
        }
    }

    /// Walks the customers of a bucket, ascending by code, with all their rows; customers are numbered by code here.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn each_customer(&self, bucket: u32, mut each: impl FnMut(CustomerHistory<'_>)) -> Result<()> {
        let members = self.members(bucket)?;
        self.walk(bucket, &members, |member, transactions, holdings| {
            each(CustomerHistory {
                index: member.code,
                customer: &member.versions[member.in_force as usize].customer,
                versions: &member.versions,
                transactions,
                holdings,
                contacts: self.contacts_of(member.code),
            });
        })
    }

    /// The customers of a bucket and their rows, held in memory.
    fn held(&self, bucket: u32) -> Result<(Vec<Member>, BucketRows)> {
        let members = self.members(bucket)?;
        let mut rows = BucketRows::default();
        self.walk(bucket, &members, |member, transactions, holdings| {
            rows.transactions.push(transactions.iter().copied());
            rows.holdings.push(holdings.iter().copied());
            rows.contacts.push(self.contacts_of(member.code).iter().cloned());
        })?;
        rows.shrink();
        Ok((members, rows))
    }

    fn walk(
        &self,
        bucket: u32,
        members: &[Member],
        mut each: impl FnMut(&Member, &[Transaction], &[Holding]),
    ) -> Result<()> {
        let with_balances = self.holdings == HoldingsBasis::RunningBalance;
        let parts = if with_balances { Parts::All } else { Parts::History };
        let store = self.store;
        let months: Vec<TransactionColumns> = store
            .segments(Table::Transactions, bucket)
            .map(|segment| {
                let ids = if with_balances { 0 } else { segment.rows * transactions::ID_BYTES };
                transactions::decode(store.pool.read_but(&segment.file, ids)?, parts)
            })
            .collect::<Result<_>>()?;
        let snapshots: Vec<HoldingColumns> = store
            .segments(Table::Holdings, bucket)
            .filter(|segment| self.months.as_ref().is_none_or(|months| months.contains(&segment.month)))
            .map(|segment| holdings::decode(store.pool.read_sealed(&segment.file)?, Parts::History))
            .collect::<Result<_>>()?;
        let mut rows = Rows::new(&months, &snapshots);
        let (mut own_transactions, mut own_holdings) = (Vec::new(), Vec::new());
        for member in members {
            rows.fill(member.code, &mut own_transactions, &mut own_holdings);
            if with_balances {
                own_holdings = self.derived(&months, member.code);
            }
            self.name_products(&mut own_holdings);
            each(member, &own_transactions, &own_holdings);
        }
        Ok(())
    }

    /// Puts places of products for their codes, and rows in an order that owes nothing to codes: they are given in the
    /// order of arrival, which must not decide the order of a sum.
    fn name_products(&self, holdings: &mut [Holding]) {
        if self.products.is_empty() {
            return;
        }
        for holding in &mut *holdings {
            holding.product = self.product_at.get(holding.product as usize).copied().unwrap_or(NONE);
        }
        let order = |row: &Holding| (row.snapshot_on, row.product_kind, row.product, row.balance);
        if !holdings.is_sorted_by_key(order) {
            holdings.sort_by_key(order);
        }
    }

    /// The bucket's customers, ascending by code.
    fn members(&self, bucket: u32) -> Result<Vec<Member>> {
        let versions = self.store.versions::<Customer>(&customers_name(bucket as usize))?;
        let history = versions.history(&self.customer_ranks)?;
        let in_force = history.in_force(self.as_of);
        let mut members: Vec<Member> = in_force
            .into_iter()
            .zip(history.timelines())
            .map(|(found, timeline)| self.member(&found, &timeline))
            .collect::<Result<_>>()?;
        members.sort_unstable_by_key(|member| member.code);
        Ok(members)
    }

    fn member(&self, found: &InForce<'_, Customer>, timeline: &[(Date, &Customer)]) -> Result<Member> {
        let id = &found.row.customer_id;
        let code = self.codes.customers.code(&Key::of(id.as_bytes())).ok_or_else(without_code)?;
        let known = timeline.partition_point(|(valid_from, _)| *valid_from <= self.as_of).max(1);
        let versions = timeline[..known]
            .iter()
            .map(|(valid_from, customer)| CustomerVersion {
                valid_from: *valid_from,
                customer: (*customer).clone(),
            })
            .collect();
        let in_force = u32::try_from(known - 1).expect("versions of one customer");
        Ok(Member { code, versions, in_force })
    }

    fn contacts_of(&self, code: u32) -> &[Contact] {
        let from = self.contacts.partition_point(|contact| contact.customer < code);
        let to = self.contacts.partition_point(|contact| contact.customer <= code);
        &self.contacts[from..to]
    }

    /// Month-ends from the running balance of the customer's accounts.
    fn derived(&self, months: &[TransactionColumns], code: u32) -> Vec<Holding> {
        let mut delivered = Vec::new();
        for month in months {
            let from = month.customer.partition_point(|customer| *customer < code);
            let to = month.customer.partition_point(|customer| *customer <= code);
            delivered.extend((from..to).map(|at| month.get(at).1));
        }
        derive::month_end_holdings(&delivered, self.as_of)
    }
}

impl BucketRows {
    fn shrink(&mut self) {
        self.transactions.shrink();
        self.holdings.shrink();
    }
}

/// Numbers the customers by id and moves them in.
fn put_together(read: Vec<(Vec<Member>, BucketRows)>) -> (Vec<Place>, Vec<BucketRows>) {
    let mut places = Vec::with_capacity(read.iter().map(|(members, _)| members.len()).sum());
    let mut buckets: Vec<BucketRows> = Vec::with_capacity(read.len());
    for (bucket, (members, mut rows)) in (0u32..).zip(read) {
        rows.members = vec![0; members.len()];
        for (at, member) in (0u32..).zip(members) {
            places.push(Place { bucket, at, version: member.in_force });
            rows.versions.push(member.versions);
        }
        buckets.push(rows);
    }
    places.par_sort_unstable_by(|a, b| buckets.id(*a).cmp(buckets.id(*b)));
    for (index, place) in (0u32..).zip(&places) {
        buckets[place.bucket as usize].members[place.at as usize] = index;
    }
    (places, buckets)
}

/// The id of the customer at a place.
trait Ids {
    fn id(&self, place: Place) -> &str;
}

impl Ids for Vec<BucketRows> {
    fn id(&self, place: Place) -> &str {
        &self[place.bucket as usize].versions.of(place.at as usize)[0].customer.customer_id
    }
}
