//! Changing the store: deliveries in, deliveries out, and one commit at the end.
//!
//! Reads: the commit and the files that a change touches. Produces: new files under new names, and last of all the
//! commit file that names them. Grain: a month and bucket of a long table, a whole short table, a bucket of customers.
//! Never: changes a file that the commit names; leaves anything but the old state behind when it dies.

mod batch;
mod holdings;
mod long;
mod purge;
mod short;
mod transactions;

pub use batch::Batch;
pub use long::LongTable;
pub use purge::{PurgedRows, REDACTED, Traces};
pub use short::{Deliveries, customers_name};

use super::commit::{Commit, DeliveredFile, Delivery, FORMAT, LookedUp, Rank, Replaced, TONIGHT};
use super::tombstones::Tombstones;
use super::{COMMIT, Codes, Rejects, Store, pool_of};
use crate::contract::key::{FoldSet, Key};
use crate::contract::tables::Table;
use crate::contract::{Branch, Contact, Manager};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::pool::{Pool, Stored};
use crate::io::private::write_private;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The store while it changes.
pub struct Writer {
    pool: Pool,
    /// As it will be.
    commit: Commit,
    /// As it was.
    before: Commit,
    pub codes: Codes,
    tombstones: Arc<Tombstones>,
    /// Files written so far.
    written: BTreeSet<String>,
}

/// A content that is about to be read.
pub struct Arrival {
    pub table: Table,
    pub digest: String,
    pub bytes: u64,
    /// By rank.
    pub files: Vec<DeliveredFile>,
    /// Digest of everything that decides how it is read.
    pub reading: String,
}

impl Writer {
    /// Opens the store of a workspace, an empty one where there is none, and sweeps what a dead ingest left.
    ///
    /// # Errors
    /// Kind `Usage` where another version or another number of buckets wrote it, `Internal` where it is damaged.
    pub fn open(workspace: &Path, buckets: u32) -> Result<Self> {
        let store = Store::open(workspace, buckets)?;
        let pool = pool_of(workspace);
        pool.sweep(&store.commit.files())?;
        let codes = store.codes()?;
        let commit = Arc::unwrap_or_clone(store.commit);
        let tombstones = Arc::new(Tombstones::of(workspace, &commit.purged)?);
        Ok(Self { pool, before: commit.clone(), commit, codes, tombstones, written: BTreeSet::new() })
    }

    /// The same, to see what a change would come to: whatever would be written stays in memory.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub fn rehearse(workspace: &Path, buckets: u32) -> Result<Self> {
        let store = Store::open(workspace, buckets)?;
        let codes = store.codes()?;
        let pool = Pool::rehearsal(pool_of(workspace).root().to_owned());
        let commit = Arc::unwrap_or_clone(store.commit);
        let tombstones = Arc::new(Tombstones::of(workspace, &commit.purged)?);
        Ok(Self { pool, before: commit.clone(), commit, codes, tombstones, written: BTreeSet::new() })
    }

    /// Whom no delivery brings back.
    pub fn tombstones(&self) -> &Arc<Tombstones> {
        &self.tombstones
    }

    /// Keeps out accounts that a delivery names as those of customers who were taken out.
    pub fn keep_out_accounts(&mut self, accounts: &[Key]) {
        if accounts.iter().all(|account| self.tombstones.has_account(*account)) {
            return;
        }
        let tombstones = Arc::make_mut(&mut self.tombstones);
        accounts.iter().for_each(|account| tombstones.add_account(*account));
        self.commit.purged = tombstones.kept();
    }

    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// Of the commit that will be written.
    pub fn sequence(&self) -> u64 {
        self.before.sequence + 1
    }

    /// Notes a file that values are looked up in.
    pub fn note_looked_up(&mut self, name: String, file: LookedUp) {
        self.commit.looked_up.insert(name, file);
    }

    /// Opens the books of a content; its number.
    pub fn arrive(&mut self, arrival: Arrival) -> u32 {
        let number = self.commit.next_delivery;
        self.commit.next_delivery += 1;
        let Arrival { table, digest, bytes, files, reading } = arrival;
        // Read again, it keeps its place among those that came by other names.
        let is_same = |known: &&Delivery| {
            known.table == table
                && known.digest == digest
                && known.files.iter().any(|file| files.contains(file))
        };
        let known = self.commit.deliveries.iter().find(is_same).map(|known| known.arrived);
        let arrived = known.unwrap_or(self.sequence());
        self.commit.deliveries.push(Delivery {
            number,
            table,
            digest,
            bytes,
            files,
            arrived,
            reading,
            ..Delivery::empty(table)
        });
        number
    }

    /// The books of a delivery.
    ///
    /// # Panics
    /// Where no delivery has this number.
    pub fn delivery_mut(&mut self, number: u32) -> &mut Delivery {
        self.commit.delivery_mut(number).expect("a delivery of this store")
    }

    /// Rejected rows of a delivery.
    ///
    /// # Errors
    /// Kind `Internal` where the file is missing or damaged.
    pub fn rejects(&self, file: &Stored) -> Result<Rejects> {
        super::read_rejects(&self.pool, file)
    }

    /// Ids in rejected rows of a table, over all its deliveries.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn rejected_ids(&self, table: Table) -> Result<FoldSet<Key>> {
        let mut ids = FoldSet::default();
        for file in self.commit.of_table(table).filter_map(|delivery| delivery.rejects.as_ref()) {
            ids.extend(self.rejects(file)?.ids);
        }
        Ok(ids)
    }

    /// The names under which a delivery is known from now on.
    pub fn rename(&mut self, number: u32, files: Vec<DeliveredFile>) {
        self.delivery_mut(number).files = files;
    }

    /// Decides anew which rows count, after deliveries came by further names.
    ///
    /// # Errors
    /// Kind `Internal` where a file cannot be read or written.
    pub fn rank_anew(&mut self, table: Table) -> Result<()> {
        match table {
            Table::Transactions => self.rank_transactions(),
            Table::Holdings => self.rank_holdings(),
            _ => Ok(()),
        }
    }

    /// Closes the books of deliveries whose rows were taken out.
    pub fn forget(&mut self, removed: &BTreeSet<u32>) {
        let at = self.sequence();
        let deliveries = &self.commit.deliveries;
        for delivery in deliveries.iter().filter(|delivery| removed.contains(&delivery.number)) {
            let is_same =
                |other: &Delivery| (other.table, &other.digest) == (delivery.table, &delivery.digest);
            if deliveries.iter().any(|other| other.number != delivery.number && is_same(other)) {
                continue; // read again, not replaced
            }
            let (table, name) = (delivery.table, delivery.name().to_owned());
            let (digest, rows) = (delivery.digest.clone(), delivery.books.rows);
            self.commit.replaced.push(Replaced { table, name, digest, rows, at });
        }
        self.commit.deliveries.retain(|delivery| !removed.contains(&delivery.number));
    }

    /// Ranks of the deliveries of a table.
    fn ranks(&self, table: Table) -> BTreeMap<u32, Rank> {
        self.commit.of_table(table).map(|delivery| (delivery.number, delivery.rank())).collect()
    }

    /// Writes a file of this change; `stem` says what it holds.
    fn write(&mut self, stem: &str, bytes: &[u8]) -> Result<Stored> {
        let stored = self.pool.write(&self.file_name(stem), bytes)?;
        self.written.insert(stored.name.clone());
        Ok(stored)
    }

    fn file_name(&self, stem: &str) -> String {
        format!("{stem}-{:06}.parquet", self.sequence())
    }

    /// Keeps the rejected rows of a delivery.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path.
    pub fn keep_rejects(&mut self, number: u32, rejects: &Rejects) -> Result<()> {
        let json = serde_json::to_vec(rejects)
            .map_err(|cause| Error::internal("cannot write rejected rows").caused_by(cause))?;
        let name = format!("rejects/{number:06}-{:06}.json", self.sequence());
        let stored = self.pool.write(&name, &json)?;
        self.written.insert(stored.name.clone());
        self.delivery_mut(number).rejects = Some(stored);
        Ok(())
    }

    /// Commits: undated deliveries of this change are dated with `night`. Nothing is written where nothing changed,
    /// nor in a rehearsal, whose store can be read all the same.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path; the old state stands then.
    pub fn finish(mut self, night: Date) -> Result<Store> {
        self.drop_outlived(night)?;
        for delivery in &mut self.commit.deliveries {
            for file in delivery.files.iter_mut().filter(|file| file.delivered_on == TONIGHT) {
                file.delivered_on = night;
            }
            delivery.files.sort();
        }
        self.commit_change()
    }

    /// Commits a change that takes no delivery in. Nothing is written where nothing changed.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path; the old state stands then.
    pub fn commit_change(mut self) -> Result<Store> {
        if self.commit != self.before {
            self.commit.sequence = self.sequence();
            self.commit.format = FORMAT;
            self.commit
                .segments
                .sort_by_key(|segment| (segment.table, segment.month, segment.bucket, segment.is_shadow));
            if !self.pool.is_rehearsal() {
                self.pool.sync(self.written.iter().map(String::as_str))?;
                write_private(&self.pool.root().join(COMMIT), &self.commit.to_json()?)?;
                if self.before.format != FORMAT {
                    let (from, to) = (self.before.format, FORMAT);
                    tracing::warn!(
                        from,
                        to,
                        "the store has another format now: older versions cannot read it"
                    );
                }
                self.pool.sweep(&self.commit.files())?;
            }
        }
        Ok(Store { pool: self.pool, commit: Arc::new(self.commit) })
    }

    /// Takes out what files without a date in their names brought to this very night before they were corrected.
    fn drop_outlived(&mut self, night: Date) -> Result<()> {
        for table in Table::stored() {
            let outlived = self.outlived(table, night);
            if outlived.is_empty() {
                continue;
            }
            match table {
                Table::Branches => self.change::<Branch>(table, &outlived, Vec::new()),
                Table::Managers => self.change::<Manager>(table, &outlived, Vec::new()),
                Table::Products => self.change_products(table, &outlived, Vec::new()),
                Table::Customers => self.change_customers(table, &outlived, Vec::new()),
                Table::Accounts => self.change_accounts(table, &outlived, Vec::new()),
                Table::Transactions => self.remove_transactions(&outlived),
                Table::Holdings => self.remove_holdings(&outlived),
                Table::Contacts | Table::Results => self.change::<Contact>(table, &outlived, Vec::new()),
            }?;
        }
        Ok(())
    }

    /// Deliveries of the night whose name, undated, has come again in this change with other content.
    fn outlived(&self, table: Table, night: Date) -> BTreeSet<u32> {
        let is_new = |file: &&DeliveredFile| !file.is_dated && file.delivered_on == TONIGHT;
        let files = self.commit.of_table(table).flat_map(|delivery| &delivery.files);
        let names: BTreeSet<&str> = files.filter(is_new).map(|file| file.name.as_str()).collect();
        let is_outlived = |file: &DeliveredFile| {
            !file.is_dated && file.delivered_on == night && names.contains(file.name.as_str())
        };
        let of_table = self.commit.of_table(table);
        of_table.filter(|delivery| delivery.files.iter().all(is_outlived)).map(|it| it.number).collect()
    }
}
