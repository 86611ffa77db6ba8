//! Changing the tables that every delivery describes anew.

use super::Writer;
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::contract::{Account, Customer, Product};
use crate::error::Result;
use crate::store::books::Fate;
use crate::store::commit::TONIGHT;
use crate::store::load::ranks;
use crate::store::murmur3::bucket;
use crate::store::versions::{Delivered, Dimension, Fates, Registry, Versioned};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The rows of some deliveries, by number.
pub type Deliveries<T> = Vec<(u32, Vec<Delivered<T>>)>;

impl Writer {
    /// Takes deliveries of a short table out and in.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub fn change<T: Dimension>(
        &mut self,
        table: Table,
        removed: &BTreeSet<u32>,
        delivered: Deliveries<T>,
    ) -> Result<()> {
        if removed.is_empty() && delivered.is_empty() {
            return Ok(());
        }
        let mut versions = self.versions::<T>(table.name())?;
        let fates = apply(&mut versions, removed, delivered)?;
        let stored = self.write(&format!("tables/{}", table.name()), &versions.encode()?)?;
        self.commit.tables.insert(table.name().to_owned(), stored);
        self.enter(&fates);
        self.forget(removed);
        Ok(())
    }

    /// The same of accounts, whose ids get codes.
    ///
    /// # Errors
    /// As [`Writer::change`].
    pub fn change_accounts(
        &mut self,
        _: Table,
        removed: &BTreeSet<u32>,
        delivered: Deliveries<Account>,
    ) -> Result<()> {
        let ids = delivered.iter().flat_map(|(_, rows)| rows).map(|(_, row)| &*row.account_id);
        let n_new = Arc::make_mut(&mut self.codes.accounts).intern(ids)?;
        self.change(Table::Accounts, removed, delivered)?;
        if n_new > 0 { self.write_codes("account_ids", |codes| &codes.accounts) } else { Ok(()) }
    }

    /// The same of products, whose ids get codes.
    ///
    /// # Errors
    /// As [`Writer::change`].
    pub fn change_products(
        &mut self,
        _: Table,
        removed: &BTreeSet<u32>,
        delivered: Deliveries<Product>,
    ) -> Result<()> {
        let ids = delivered.iter().flat_map(|(_, rows)| rows).map(|(_, row)| &*row.product_id);
        let n_new = Arc::make_mut(&mut self.codes.products).intern(ids)?;
        self.change(Table::Products, removed, delivered)?;
        if n_new > 0 { self.write_codes("product_ids", |codes| &codes.products) } else { Ok(()) }
    }

    /// Keeps the codes that holdings gave to products beside those of the catalogue.
    ///
    /// # Errors
    /// Kind `Internal` where the file cannot be written.
    pub fn keep_products(&mut self, products: Registry) -> Result<()> {
        if products.len() == self.codes.products.len() {
            return Ok(());
        }
        self.codes.products = Arc::new(products);
        self.write_codes("product_ids", |codes| &codes.products)
    }

    /// The same of customers, bucket by bucket.
    ///
    /// # Errors
    /// As [`Writer::change`].
    pub fn change_customers(
        &mut self,
        _: Table,
        removed: &BTreeSet<u32>,
        delivered: Deliveries<Customer>,
    ) -> Result<()> {
        if removed.is_empty() && delivered.is_empty() {
            return Ok(());
        }
        let ids = delivered.iter().flat_map(|(_, rows)| rows).map(|(_, row)| &*row.customer_id);
        let n_new = Arc::make_mut(&mut self.codes.customers).intern(ids)?;
        self.bring_back(&delivered);
        let parts = by_bucket(delivered, self.commit.buckets);
        let writer = &*self;
        let changed: Vec<Result<_>> = parts
            .into_par_iter()
            .enumerate()
            .map(|(at, delivered)| writer.change_bucket(at, removed, delivered))
            .collect();
        for changed in changed {
            let (name, stored, fates, gone) = changed?;
            self.written.insert(stored.name.clone());
            self.commit.tables.insert(name, stored);
            self.enter(&fates);
            self.commit.gone.extend(gone);
        }
        self.commit.gone.sort_unstable();
        self.forget(removed);
        if n_new > 0 { self.write_codes("customer_ids", |codes| &codes.customers) } else { Ok(()) }
    }

    /// Customers who are described again are no longer gone.
    fn bring_back(&mut self, delivered: &Deliveries<Customer>) {
        if self.commit.gone.is_empty() {
            return;
        }
        let codes = &self.codes.customers;
        let code = |row: &Delivered<Customer>| codes.code(&Key::of(row.1.customer_id.as_bytes()));
        let described: BTreeSet<u32> = delivered.iter().flat_map(|(_, rows)| rows).filter_map(code).collect();
        self.commit.gone.retain(|code| !described.contains(code));
    }

    #[expect(clippy::type_complexity, reason = "what one bucket's change comes to, taken apart at once")]
    fn change_bucket(
        &self,
        at: usize,
        removed: &BTreeSet<u32>,
        delivered: Deliveries<Customer>,
    ) -> Result<(String, crate::io::pool::Stored, Vec<(u32, Fates)>, Vec<u32>)> {
        let name = customers_name(at);
        let mut versions = self.versions::<Customer>(&name)?;
        let before = if removed.is_empty() { BTreeSet::new() } else { self.codes_of(&versions) };
        let fates = apply(&mut versions, removed, delivered)?;
        let after = if removed.is_empty() { BTreeSet::new() } else { self.codes_of(&versions) };
        let stored = self.pool.write(&self.file_name(&format!("tables/{name}")), &versions.encode()?)?;
        Ok((name, stored, fates, before.difference(&after).copied().collect()))
    }

    fn codes_of(&self, versions: &Versioned<Customer>) -> BTreeSet<u32> {
        let code = |customer: &Customer| self.codes.customers.code(&Key::of(customer.customer_id.as_bytes()));
        versions.contents().filter_map(code).collect()
    }

    /// Accounts as the newest deliveries describe them, ascending by id, role and customer.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn accounts_in_force(&self) -> Result<Vec<Account>> {
        let versions = self.versions::<Account>(Table::Accounts.name())?;
        let history = versions.history(&ranks(&self.commit, Table::Accounts))?;
        Ok(history.in_force(TONIGHT).into_iter().map(|found| found.row.clone()).collect())
    }

    pub(super) fn versions<T: Dimension>(&self, name: &str) -> Result<Versioned<T>> {
        match self.commit.tables.get(name) {
            Some(file) => Versioned::decode(self.pool.read(file)?),
            None => Ok(Versioned::default()),
        }
    }

    pub(super) fn write_codes(
        &mut self,
        name: &str,
        registry: impl Fn(&crate::store::Codes) -> &Registry,
    ) -> Result<()> {
        let bytes = registry(&self.codes).encode()?;
        let stored = self.write(&format!("tables/{name}"), &bytes)?;
        self.commit.tables.insert(name.to_owned(), stored);
        Ok(())
    }

    fn enter(&mut self, fates: &[(u32, Fates)]) {
        for (number, fates) in fates {
            let books = &mut self.delivery_mut(*number).books;
            let accounts = [
                (Fate::Used, fates.used),
                (Fate::Duplicate, fates.duplicate),
                (Fate::Superseded, fates.superseded),
            ];
            for (fate, rows) in accounts {
                books.enter(fate, rows.cast_signed(), 0);
            }
        }
    }
}

/// Name of a bucket's customers among the tables.
pub fn customers_name(bucket: usize) -> String {
    format!("customers-b{bucket:04}")
}

fn apply<T: Dimension>(
    versions: &mut Versioned<T>,
    removed: &BTreeSet<u32>,
    delivered: Deliveries<T>,
) -> Result<Vec<(u32, Fates)>> {
    for number in removed {
        versions.remove(*number);
    }
    delivered.into_iter().map(|(number, rows)| Ok((number, versions.deliver(number, rows)?))).collect()
}

/// The deliveries' rows by bucket of the customer.
fn by_bucket(delivered: Deliveries<Customer>, buckets: u32) -> Vec<Deliveries<Customer>> {
    let mut parts: Vec<Deliveries<Customer>> = (0..buckets).map(|_| Vec::new()).collect();
    for (number, rows) in delivered {
        for part in &mut parts {
            part.push((number, Vec::with_capacity(rows.len() / buckets as usize)));
        }
        for row in rows {
            let part = &mut parts[bucket(&row.1.customer_id, buckets) as usize];
            part.last_mut().expect("opened above").1.push(row);
        }
    }
    parts
}
