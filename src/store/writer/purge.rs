//! Taking a customer out for good: every row, version and rejected line of his, and his id.
//!
//! Rows leave the books of their deliveries for an account of their own, so that everything still adds up. Other customers'
//! rows stay as they are; where his stood in the place of another's of the same id, the other's counts.

use super::Writer;
use super::long::{LongTable, Moves, Part};
use super::short::customers_name;
use crate::contract::codes::Role;
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::contract::{Account, Contact, Customer, NONE};
use crate::error::Result;
use crate::store::books::Fate;
use crate::store::murmur3::bucket;
use crate::store::segment::HoldingColumns;
use crate::store::tombstones::{Tombstones, parts};
use crate::store::versions::{Dimension, Versioned};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What stands in place of a rejected line of his.
pub const REDACTED: &str = "(purged)";
/// Begins what stands in place of an id; no delivered id begins so, since it could not be seen.
const NOBODY: &str = "\u{1}purged-";

/// What is known of a customer by which files are searched for him.
#[derive(Debug, Default, Clone)]
pub struct Traces {
    /// His id, and those of his accounts.
    pub ids: BTreeSet<String>,
    /// Accounts that are his alone.
    pub accounts: BTreeSet<String>,
    pub names: BTreeSet<String>,
    pub phones: BTreeSet<String>,
}

impl Traces {
    /// Whether a line of an export speaks of him: it has an id or a telephone number of his, or his name as a cell.
    pub fn are_in(&self, line: &str) -> bool {
        parts(line)
            .any(|part| self.ids.contains(part) || self.phones.contains(part) || self.names.contains(part))
    }
}

/// How many rows of his were taken out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct PurgedRows {
    /// By table.
    pub rows: BTreeMap<&'static str, u64>,
    /// Rejected lines that named him.
    pub rejects: u64,
    pub accounts: u64,
}

impl Writer {
    /// What the store knows of a customer.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn traces(&self, id: &str) -> Result<Traces> {
        let mut traces = Traces { ids: BTreeSet::from([id.to_owned()]), ..Traces::default() };
        let place = bucket(id, self.commit.buckets) as usize;
        let versions = self.versions::<Customer>(&customers_name(place))?;
        for version in versions.contents().filter(|version| &*version.customer_id == id) {
            traces.names.extend(version.name.as_deref().map(str::to_owned));
            traces.phones.extend(version.phone.as_deref().map(str::to_owned));
        }
        if let Some(code) = self.codes.customers.code(&Key::of(id.as_bytes())) {
            let accounts = self.versions::<Account>(Table::Accounts.name())?;
            traces.accounts = own_accounts(&accounts, code);
            traces.ids.extend(traces.accounts.iter().cloned());
        }
        Ok(traces)
    }

    /// Takes out all that the store holds of the customer of this id, and keeps him out from now on; commit it with
    /// [`Writer::commit_change`].
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written; the old state stands then.
    pub fn purge(&mut self, id: &str, traces: &Traces, mut tombstones: Tombstones) -> Result<PurgedRows> {
        let mut purged = PurgedRows::default();
        let place = bucket(id, self.commit.buckets);
        tombstones.add_customer(Key::of(id.as_bytes()));
        if let Some(code) = self.codes.customers.code(&Key::of(id.as_bytes())) {
            let customers = customers_name(place as usize);
            let (n, _) = self.purge_versions::<Customer>(&customers, |row| &*row.customer_id == id)?;
            purged.rows.insert(Table::Customers.name(), n);
            let (n, left) =
                self.purge_versions::<Account>(Table::Accounts.name(), |row| row.customer == code)?;
            purged.rows.insert(Table::Accounts.name(), n);
            self.forget_accounts(&traces.accounts, &left, &mut tombstones)?;
            purged.accounts = traces.accounts.len() as u64;
            for table in [Table::Contacts, Table::Results] {
                let (n, _) = self.purge_versions::<Contact>(table.name(), |row| row.customer == code)?;
                purged.rows.insert(table.name(), n);
            }
            self.purge_remarks(traces)?;
            purged.rows.insert(Table::Transactions.name(), self.purge_transactions(code, place)?);
            purged.rows.insert(Table::Holdings.name(), self.purge_holdings(code, place)?);
            let nobody = self.nobody();
            Arc::make_mut(&mut self.codes.customers).rename(&BTreeMap::from([(code, nobody)]))?;
            self.write_codes("customer_ids", |codes| &codes.customers)?;
        }
        purged.rejects = self.purge_rejects(traces)?;
        self.commit.purged = tombstones.kept();
        self.tombstones = Arc::new(tombstones);
        Ok(purged)
    }

    /// An id that nobody has.
    fn nobody(&self) -> String {
        format!("{NOBODY}{:06}-{}", self.sequence(), self.commit.next_delivery)
    }

    /// Takes versions out, and their rows out of the books of the deliveries that brought them; how many rows, and the
    /// versions that are left.
    fn purge_versions<T: Dimension>(
        &mut self,
        name: &str,
        is_his: impl Fn(&T) -> bool,
    ) -> Result<(u64, Versioned<T>)> {
        let mut versions = self.versions::<T>(name)?;
        let taken = versions.take_out(is_his);
        if taken.is_empty() {
            return Ok((0, versions));
        }
        let stored = self.write(&format!("tables/{name}"), &versions.encode()?)?;
        self.commit.tables.insert(name.to_owned(), stored);
        for (number, rows) in &taken {
            let Some(delivery) = self.commit.delivery_mut(*number) else { continue };
            delivery.books.enter(Fate::Used, -rows.cast_signed(), 0);
            delivery.books.enter(Fate::Purged, rows.cast_signed(), 0);
        }
        Ok((taken.values().sum(), versions))
    }

    /// Blanks what was remarked of others and names him. Every such remark differs from the others, so that no two contacts
    /// become one.
    fn purge_remarks(&mut self, traces: &Traces) -> Result<()> {
        let mut contacts = self.versions::<Contact>(Table::Results.name())?;
        let (purge, mut n) = (self.sequence(), 0);
        contacts.reword(|contact| {
            if contact.remark.as_deref().is_some_and(|remark| traces.are_in(remark)) {
                n += 1;
                contact.remark = Some(format!("{REDACTED} {purge}-{n}").into());
            }
        });
        if n > 0 {
            let stored = self.write(&format!("tables/{}", Table::Results.name()), &contacts.encode()?)?;
            self.commit.tables.insert(Table::Results.name().to_owned(), stored);
        }
        Ok(())
    }

    /// Keeps his own accounts out; the ids of those that nobody else holds a part of are forgotten.
    fn forget_accounts(
        &mut self,
        owned: &BTreeSet<String>,
        left: &Versioned<Account>,
        tombstones: &mut Tombstones,
    ) -> Result<()> {
        let rows = left.contents().filter(|account| owned.contains(&*account.account_id));
        let held: BTreeSet<&str> = rows.map(|account| &*account.account_id).collect();
        let mut nobodies = BTreeMap::new();
        for account in owned {
            let key = Key::of(account.as_bytes());
            tombstones.add_account(key);
            let Some(code) = self.codes.accounts.code(&key).filter(|_| !held.contains(account.as_str()))
            else {
                continue;
            };
            nobodies.insert(code, format!("{}-{}", self.nobody(), nobodies.len()));
        }
        if nobodies.is_empty() {
            return Ok(());
        }
        Arc::make_mut(&mut self.codes.accounts).rename(&nobodies)?;
        self.write_codes("account_ids", |codes| &codes.accounts)
    }

    fn purge_holdings(&mut self, code: u32, bucket: u32) -> Result<u64> {
        let places = self.places(Table::Holdings, |segment| segment.bucket == bucket);
        let writer = &*self;
        let parts: Vec<Result<_>> = places
            .into_par_iter()
            .map(|place| {
                let mut moves = Moves::default();
                let mut part: Part<HoldingColumns> = writer.load_part(place)?;
                part.rows.take_out(code, Fate::Used, &mut moves);
                part.shadows.take_out(code, Fate::Superseded, &mut moves);
                Ok((place, part, moves))
            })
            .collect();
        let (mut kept, mut moves) = (Vec::new(), Moves::default());
        for part in parts {
            let (place, part, more) = part?;
            if !more.is_empty() {
                kept.push((place, part));
                moves.merge(more);
            }
        }
        let n = moves.rows_to(Fate::Purged);
        self.settle(moves);
        self.replace(kept, true)?;
        Ok(n)
    }

    /// Takes his lines and ids out of what was rejected.
    fn purge_rejects(&mut self, traces: &Traces) -> Result<u64> {
        let keys: BTreeSet<Key> = traces.ids.iter().map(|id| Key::of(id.as_bytes())).collect();
        let with_rejects: Vec<_> = self
            .commit
            .deliveries
            .iter()
            .filter_map(|delivery| Some((delivery.number, delivery.rejects.clone()?)))
            .collect();
        let mut n = 0;
        for (number, file) in with_rejects {
            let mut rejects = self.rejects(&file)?;
            let before = rejects.clone();
            for reject in rejects.rows.iter_mut().filter(|reject| traces.are_in(&reject.raw)) {
                REDACTED.clone_into(&mut reject.raw);
                n += 1;
            }
            rejects.ids.retain(|id| !keys.contains(id));
            rejects.orphans.retain(|id| !keys.contains(id));
            if rejects != before {
                self.keep_rejects(number, &rejects)?;
            }
        }
        Ok(n)
    }
}

/// Accounts that he owns, and nobody else does.
fn own_accounts(accounts: &Versioned<Account>, code: u32) -> BTreeSet<String> {
    let mut owners: BTreeMap<&str, u32> = BTreeMap::new();
    for account in accounts.contents().filter(|account| account.role == Role::Owner) {
        let owner = owners.entry(&account.account_id).or_insert(account.customer);
        if *owner != account.customer {
            *owner = NONE;
        }
    }
    owners.into_iter().filter(|(_, owner)| *owner == code).map(|(id, _)| id.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Registry;

    #[test]
    fn a_line_speaks_of_him_by_a_whole_id_number_or_name_and_not_by_a_part_of_one() {
        let set = |text: &str| BTreeSet::from([text.to_owned()]);
        let (ids, names, phones) = (set("C-7"), set("Ann Lee"), set("138 0000 1111"));
        let traces = Traces { ids, names, phones, accounts: BTreeSet::new() };
        for line in ["1,C-7,x", "x\tAnn Lee\ty", "a;\"138 0000 1111\";b"] {
            assert!(traces.are_in(line), "{line}");
        }
        for line in ["1,C-77,x", "Ann", "1380000111", ""] {
            assert!(!traces.are_in(line), "{line}");
        }
        let mut registry = Registry::default();
        registry.intern(["A", "C-7"]).unwrap();
        registry.rename(&BTreeMap::from([(1, "nobody".to_owned())])).unwrap();
        assert_eq!((registry.id(0), registry.id(1)), ("A", "nobody"));
        assert_eq!(registry.code(&Key::of(b"C-7")), None);
        assert_eq!(registry.code(&Key::of(b"A")), Some(0));
    }
}
