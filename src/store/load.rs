//! The store as known on a date, read bucket by bucket.

use super::bank::{Bank, BucketMembers, Place};
use super::calendar::{Calendar, HoldingsBasis};
use super::commit::{Commit, Segment};
use super::contacts::told_once;
use super::history::first_seen;
use super::members::{Member, Members, without_code};
use super::segment::{HoldingColumns, Parts, Rows, TransactionColumns, holdings, transactions};
use super::versions::{Dimension, Ranked, Versioned};
use super::writer::customers_name;
use super::{Codes, CustomerHistory, Histories, Store, derive};
use crate::contract::codes::Role;
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::contract::{Account, Contact, Customer, Holding, NONE, Product, Transaction};
use crate::date::Date;
use crate::error::Result;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// The store as known on a date, to be walked bucket by bucket.
#[derive(Debug)]
pub struct Reading {
    store: Store,
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
    pub fn reading(&self, as_of: Date) -> Result<Reading> {
        let codes = self.codes()?;
        let products = self.in_force::<Product>(Table::Products, as_of)?;
        let mut product_at = vec![NONE; codes.products.len()];
        for (at, product) in (0u32..).zip(&products) {
            let code = codes.products.code(&Key::of(product.product_id.as_bytes()));
            *product_at.get_mut(code.unwrap_or(NONE) as usize).ok_or_else(without_code)? = at;
        }
        let is_delivered = self.commit.of_table(Table::Holdings).next().is_some();
        Ok(Reading {
            store: self.clone(),
            codes,
            as_of,
            holdings: if is_delivered { HoldingsBasis::Delivered } else { HoldingsBasis::RunningBalance },
            customer_ranks: ranks(&self.commit, Table::Customers),
            contacts: self.contacts(as_of)?,
            products,
            product_at,
            months: None,
        })
    }

    /// What is known on `as_of`; rows stay in the store.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn bank(&self, as_of: Date) -> Result<Bank> {
        let mut reading = self.reading(as_of)?;
        let read: Vec<Result<_>> =
            (0..self.commit.buckets).into_par_iter().map(|at| reading.bucket(at)).collect();
        let mut derived = BTreeSet::new();
        let mut buckets = Vec::with_capacity(read.len());
        for bucket in read {
            let (members, snapshots) = bucket?;
            buckets.push(members);
            derived.extend(snapshots);
        }
        let places = numbered(&mut buckets);
        reading.codes = Codes::default(); // a code for every id, for which members now have numbers
        Ok(Bank {
            calendar: reading.calendar_with(derived),
            reading,
            places,
            buckets,
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

    /// The bank's own contacts and those of workbooks, ascending by customer and day.
    fn contacts(&self, on: Date) -> Result<Vec<Contact>> {
        let own = self.in_force::<Contact>(Table::Contacts, on)?;
        let written = self.in_force::<Contact>(Table::Results, on)?;
        Ok(if written.is_empty() { own } else { told_once(own, written) })
    }

    fn segments(&self, table: Table, bucket: u32) -> impl Iterator<Item = &Segment> {
        let is_it = move |s: &&Segment| s.table == table && s.bucket == bucket && !s.is_shadow;
        self.commit.segments.iter().filter(is_it)
    }
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

impl Reading {
    pub(super) fn as_of(&self) -> Date {
        self.as_of
    }

    /// Sorted by id; holdings name them by their place.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Hands over the owners of each account in force; accounts come ascending by id.
    pub(super) fn each_account(&self, mut each: impl FnMut(&[&Account])) -> Result<()> {
        let versions = self.store.versions::<Account>(Table::Accounts.name())?;
        let history = versions.history(&ranks(&self.store.commit, Table::Accounts))?;
        let found = history.in_force(self.as_of);
        let owners: Vec<&Account> =
            found.iter().map(|found| found.row).filter(|account| account.role == Role::Owner).collect();
        owners.chunk_by(|a, b| a.account_id == b.account_id).for_each(&mut each);
        Ok(())
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
            self.each_customer(bucket, &mut |history| {
                dates.extend(history.holdings.iter().map(|row| row.snapshot_on));
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

    /// The customers of a bucket, since when each has rows, and the dates of their holdings.
    fn bucket(&self, bucket: u32) -> Result<(BucketMembers, BTreeSet<Date>)> {
        let members = self.members(bucket)?;
        let mut seen_from = Vec::with_capacity(members.len());
        let mut snapshots = BTreeSet::new();
        self.walk(bucket, &members, |_, transactions, holdings| {
            seen_from.push(first_seen(transactions, holdings));
            if self.holdings != HoldingsBasis::Delivered {
                snapshots.extend(holdings.iter().map(|row| row.snapshot_on));
            }
        })?;
        Ok((BucketMembers { members, numbers: Vec::new(), seen_from }, snapshots))
    }

    /// Hands over the rows of each of the members, ascending by code.
    pub(super) fn walk(
        &self,
        bucket: u32,
        members: &Members,
        mut each: impl FnMut(&Member, &[Transaction], &[Holding]),
    ) -> Result<()> {
        let with_balances = self.holdings == HoldingsBasis::RunningBalance;
        let parts = if with_balances { Parts::All } else { Parts::History };
        let store = &self.store;
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
        for member in members.list() {
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

    fn members(&self, bucket: u32) -> Result<Members> {
        let stored = self.store.versions::<Customer>(&customers_name(bucket as usize))?;
        Members::known_on(self.as_of, stored, &self.customer_ranks, &self.codes.customers)
    }

    pub(super) fn contacts_of(&self, code: u32) -> &[Contact] {
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

/// Customers come ascending by code, and are numbered by it.
impl Histories for Reading {
    fn n_buckets(&self) -> u32 {
        self.store.commit.buckets
    }

    fn each_customer(&self, bucket: u32, each: &mut dyn FnMut(CustomerHistory<'_>)) -> Result<()> {
        let members = self.members(bucket)?;
        self.walk(bucket, &members, |member, transactions, holdings| {
            each(CustomerHistory {
                index: member.code,
                customer: members.customer(member),
                versions: members.versions(member),
                transactions,
                holdings,
                contacts: self.contacts_of(member.code),
            });
        })
    }
}

/// Numbers the customers by id.
fn numbered(buckets: &mut [BucketMembers]) -> Vec<Place> {
    let mut places = Vec::with_capacity(buckets.iter().map(|rows| rows.members.len()).sum());
    for (bucket, rows) in (0u32..).zip(&mut *buckets) {
        places.extend((0u32..).take(rows.members.len()).map(|at| Place { bucket, at }));
        rows.numbers = vec![0; rows.members.len()];
    }
    let id = |place: &Place| &*buckets[place.bucket as usize].customer(place.at).customer_id;
    places.par_sort_unstable_by(|a, b| id(a).cmp(id(b)));
    for (index, place) in (0u32..).zip(&places) {
        buckets[place.bucket as usize].numbers[place.at as usize] = index;
    }
    places
}
