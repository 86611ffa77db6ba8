//! One ingest from beginning to end: the tables in the order in which they refer to each other.

use super::any::{AnyBuild, AnyRow, typed};
use super::build::Findings;
use super::decode::Progress;
use super::files::{Reader, Receiver};
use super::lookup::LookupFile;
use super::mapping::Mapping;
use super::owners::{Accounts, Customers, Owners};
use super::plan::{self, Content, Plan};
use super::refusals::Refusals;
use super::{Limits, Taken, accounts, contacts, control, customers, holdings, reference, transactions};
use crate::config::source::{Gaps, Source};
use crate::contract::key::{FoldMap, Key};
use crate::contract::tables::Table;
use crate::contract::{Account, Customer};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::exports;
use crate::store::commit::{Delivery, LookedUp};
use crate::store::segment::{HoldingColumns, TransactionColumns};
use crate::store::writer::Arrival;
use crate::store::{Registry, Writer};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// Raised when the same export would be read into other rows than before: all deliveries are read anew then.
const READING_VERSION: u32 = 1;

/// An ingest under way.
pub struct Intake<'a> {
    pub writer: &'a mut Writer,
    pub data: &'a Path,
    pub limits: &'a Limits,
    pub progress: Progress<'a>,
    pub taken: Taken,
    pub refusals: Refusals<'a>,
    sources: &'a BTreeMap<Table, Source>,
    plans: BTreeMap<Table, Plan>,
}

impl<'a> Intake<'a> {
    /// Compares the folder with the store.
    pub fn open(
        writer: &'a mut Writer,
        sources: &'a BTreeMap<Table, Source>,
        data: &'a Path,
        limits: &'a Limits,
        progress: Progress<'a>,
        refusals: Refusals<'a>,
    ) -> Result<Self> {
        let (taken, plans) = (Taken::default(), BTreeMap::new());
        let mut intake = Self { writer, data, limits, progress, taken, refusals, sources, plans };
        for (table, source) in sources {
            let exports = exports::list(data, &source.files)?;
            if exports.is_empty() && intake.writer.commit().of_table(*table).next().is_none() {
                return Err(intake.not_delivered(*table, source));
            }
            let reading = intake.reading(source);
            let mut plan = plan::plan(*table, &exports, intake.writer.commit(), &reading)?;
            plan.reading = reading;
            intake.taken.notes.append(&mut plan.notes);
            intake.plans.insert(*table, plan);
        }
        Ok(intake)
    }

    fn not_delivered(&self, table: Table, source: &Source) -> Error {
        let (pattern, folder, table) = (source.files.escape_debug(), exports::shown(self.data), table.name());
        Error::incomplete(format!("no file `{pattern}` in `{folder}`: `{table}` is not delivered yet"))
            .hint(format!("wait for the delivery, or correct `sources.{table}.files`"))
    }

    /// Digest of everything in the configuration that decides how the files of a table are read. Files that values are
    /// looked up in are not part of it: they are read as they are when a delivery is.
    fn reading(&self, source: &Source) -> String {
        // These keys say which files are read and what is asked of them, not how.
        let how = Source {
            files: String::new(),
            control: None,
            fresh_within_days: None,
            date_column: None,
            allowed_empty: false,
            volume: None,
            gaps: Gaps::default(),
            rounded_ids: false,
            ..source.clone()
        };
        let text = format!(
            "{READING_VERSION}|{}|{}|{how:?}",
            self.limits.base_currency, self.limits.field_bytes_max
        );
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    fn account_exports(&self) -> Result<Vec<exports::Export>> {
        match self.sources.get(&Table::Accounts) {
            Some(source) => exports::list(self.data, &source.files),
            None => Ok(Vec::new()),
        }
    }

    /// Takes everything in, table by table.
    pub fn run(mut self) -> Result<Taken> {
        self.short(Table::Branches, reference::branches, Writer::change, None)?;
        self.short(Table::Managers, reference::managers, Writer::change, None)?;
        self.short(Table::Products, reference::products, Writer::change_products, None)?;
        let first_opened = self.first_opened()?;
        let tombstones = Arc::clone(self.writer.tombstones());
        let customers = |mapping: &mut Mapping| customers::builder(mapping, first_opened, tombstones);
        let gone = self.writer.commit().gone.clone();
        let rejected = self.writer.rejected_ids(Table::Customers)?;
        let rejected_accounts = self.writer.rejected_ids(Table::Accounts)?;
        let customer_id: fn(&Customer) -> &str = |row| &row.customer_id;
        self.short(
            Table::Customers,
            customers,
            Writer::change_customers,
            Some(("customer_id", customer_id)),
        )?;
        let customers = Customers::of(self.writer)?;
        let is_rejected_otherwise = |key: &Key| rejected.contains(key) != customers.rejected.contains(key);
        self.retry_orphans(Table::Accounts, |key| {
            customers.find(key).is_ok() || is_rejected_otherwise(&key)
        })?;
        let is_described_otherwise = gone != self.writer.commit().gone;
        if is_described_otherwise {
            self.read_again(Table::Accounts, |_, _| Ok(true))?;
        }
        let is_changing = self.plans.get(&Table::Accounts).is_some_and(Plan::changes_rows);
        let before = is_changing.then(|| Accounts::of(self.writer)).transpose()?;
        let accounts = |mapping: &mut Mapping| accounts::builder(mapping, &customers);
        let account_id: fn(&Account) -> &str = |row| &row.account_id;
        self.short(Table::Accounts, accounts, Writer::change_accounts, Some(("account_id", account_id)))?;
        let customers = Customers { tombstones: Arc::clone(self.writer.tombstones()), ..customers };
        let owners = self.owners(customers)?;
        let compared = before.as_ref().zip(owners.accounts.as_ref());
        let has_other_owners = compared.is_some_and(|(before, now)| before.has_other_owners(now));
        let has_lost_accounts = compared.is_some_and(|(before, now)| before.has_more_than(now));
        let is_told_otherwise = |key: &Key| {
            let accounts = owners.accounts.as_ref();
            rejected.contains(key) != owners.customers.rejected.contains(key)
                || accounts.is_some_and(|now| rejected_accounts.contains(key) != now.rejected.contains(key))
        };
        for table in [Table::Transactions, Table::Holdings, Table::Contacts] {
            self.retry_orphans(table, |key| owners.knows(key) || is_told_otherwise(&key))?;
            let source = self.sources.get(&table);
            let names_accounts = source.is_some_and(|source| source.columns.contains_key("account_id"));
            let is_concerned = is_described_otherwise || (has_lost_accounts && names_accounts);
            self.read_again(table, |_, delivery| {
                Ok(is_concerned || (has_other_owners && delivery.by_account))
            })?;
        }
        let bucket_of = self.writer.bucket_of();
        let limits = self.limits;
        let transactions = |mapping: &mut Mapping| transactions::builder(mapping, &owners, limits);
        self.long::<TransactionColumns, _>(Table::Transactions, &bucket_of, transactions)?;
        let products = RwLock::new(Registry::clone(&self.writer.codes.products));
        let holdings = |mapping: &mut Mapping| holdings::builder(mapping, &owners, &products, limits);
        self.long::<HoldingColumns, _>(Table::Holdings, &bucket_of, holdings)?;
        self.writer.keep_products(products.into_inner().unwrap_or_else(PoisonError::into_inner))?;
        self.short(Table::Contacts, |mapping| contacts::builder(mapping, &owners), Writer::change, None)?;
        self.short(Table::Results, |mapping| contacts::builder(mapping, &owners), Writer::change, None)?;
        self.taken.deliveries.sort_unstable();
        Ok(self.taken)
    }

    /// Takes the plan of a table, and its mapping where there is something to read.
    pub fn begin(&mut self, table: Table) -> Result<Option<(Plan, &'a Source, Mapping)>> {
        let (Some(mut plan), Some(source)) = (self.plans.remove(&table), self.sources.get(&table)) else {
            return Ok(None);
        };
        if !plan.renamed.is_empty() {
            for (number, files) in std::mem::take(&mut plan.renamed) {
                self.writer.rename(number, files);
            }
            self.writer.rank_anew(table)?;
        }
        if !plan.changes_rows() {
            return Ok(None);
        }
        let mut mapping = Mapping::new(table, source, self.data)?;
        mapping.set_base_currency(&self.limits.base_currency);
        for LookupFile { name, bytes, digest, rows } in mapping.lookups.drain(..) {
            self.writer.note_looked_up(name, LookedUp { bytes, digest, rows });
        }
        for content in &mut plan.read {
            content.control = control::of(self.data, source, content)?;
            content.number = self.writer.arrive(Arrival {
                table,
                digest: content.digest.clone(),
                bytes: content.export.bytes,
                files: content.files.clone(),
                reading: plan.reading.clone(),
            });
            self.taken.deliveries.push(content.number);
        }
        Ok(Some((plan, source, mapping)))
    }

    /// The owners of what follows; accounts come from the store, whenever they were delivered.
    fn owners(&self, customers: Customers) -> Result<Owners> {
        let are_delivered = self.sources.contains_key(&Table::Accounts);
        let accounts = are_delivered.then(|| Accounts::of(self.writer)).transpose()?;
        Ok(Owners { customers, accounts })
    }

    /// Has deliveries read again whose rows named an owner that was not known then and is now, while their files are
    /// still there.
    fn retry_orphans(&mut self, table: Table, is_known: impl Fn(Key) -> bool) -> Result<()> {
        self.read_again(table, |writer, delivery| {
            let file = delivery.rejects.as_ref().filter(|_| delivery.orphans > 0);
            let orphans = file.map(|file| writer.rejects(file)).transpose()?.unwrap_or_default().orphans;
            Ok(orphans.into_iter().any(&is_known))
        })
    }

    /// Has deliveries of a table read again whose files are still there: their rows may belong to others now.
    fn read_again(
        &mut self,
        table: Table,
        is_concerned: impl Fn(&Writer, &Delivery) -> Result<bool>,
    ) -> Result<()> {
        let Some(plan) = self.plans.get_mut(&table) else { return Ok(()) };
        let numbers: Vec<u32> = plan.present.keys().copied().collect();
        for delivery in numbers.into_iter().filter_map(|number| self.writer.commit().delivery(number)) {
            if is_concerned(self.writer, delivery)? {
                plan.read_again(delivery);
            }
        }
        Ok(())
    }

    /// First opening among the accounts of each customer, where `customers.opened_on` follows from it.
    fn first_opened(&mut self) -> Result<FoldMap<Key, Date>> {
        let mut first = FoldMap::default();
        let opened_on =
            self.sources.get(&Table::Customers).and_then(|source| source.columns.get("opened_on"));
        let is_read = self.plans.get(&Table::Customers).is_some_and(|plan| !plan.read.is_empty());
        if !is_read || opened_on.is_none_or(|column| !column.first_account) {
            return Ok(first);
        }
        let is_dated = |source: &&Source| source.columns.contains_key("opened_on");
        let Some(source) = self.sources.get(&Table::Accounts).filter(is_dated) else {
            let what = "`sources.customers.columns.opened_on` follows from the first account, but no account is dated";
            return Err(Error::usage(what).hint("map `sources.accounts.columns.opened_on`"));
        };
        let mut mapping = Mapping::new(Table::Accounts, source, self.data)?;
        mapping.set_base_currency(&self.limits.base_currency);
        let builder = accounts::openings(&mut mapping);
        let contents: Vec<Content> = self
            .account_exports()?
            .into_iter()
            .map(|export| Content::new(export, String::new(), Vec::new()))
            .collect();
        let builder = AnyBuild::new(&builder);
        let reader =
            Reader { source, mapping: &mapping, builder: &builder, limits: self.limits, progress: &|_| () };
        reader.read(&contents, &mut Openings { first: &mut first }, &mut self.refusals)?;
        Ok(first)
    }
}

/// Keeps the earliest opening per customer.
struct Openings<'f> {
    first: &'f mut FoldMap<Key, Date>,
}

impl Receiver<AnyRow> for Openings<'_> {
    fn take(&mut self, _: &Content, rows: Vec<AnyRow>) -> Result<()> {
        for (customer, opened_on) in typed::<Option<(Key, Date)>>(rows).flatten() {
            let earliest = self.first.entry(customer).or_insert(opened_on);
            *earliest = opened_on.min(*earliest);
        }
        Ok(())
    }

    fn end(&mut self, _: &Content, _: Findings) -> Result<()> {
        Ok(())
    }
}
