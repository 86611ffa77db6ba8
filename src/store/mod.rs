//! The store: everything that was delivered, once, typed, by month and bucket of customers.
//!
//! Reads and writes `WORKSPACE/store/`. [`Writer`] takes deliveries in and out; [`Bank`] is what is known on a date,
//! whose rows are walked bucket by bucket, and [`CustomerHistory`] all that a kernel may see of one customer. A customer's bucket is a stable hash
//! of his id. Never: a file changed after it was written, half a change seen, a row counted twice.
//!
//! | module | what it is for |
//! |---|---|
//! | [`commit`], [`books`] | which deliveries and files the store holds, and what became of every row |
//! | [`segment`] | transactions and holdings of a month and bucket, as one file |
//! | [`versions`] | tables that every delivery describes anew, with their history |
//! | [`writer`] | deliveries in and out, a customer out for good, and the commit |
//! | [`tombstones`] | whom no delivery brings back |
//! | `contacts` | what the bank's export and workbooks both tell, once |
//! | [`Reading`], [`bank`], [`Excerpt`], [`history`], [`calendar`], `population` | what was known on a date |

mod accounts;
pub mod bank;
pub mod books;
pub mod calendar;
pub mod commit;
mod contacts;
pub mod derive;
mod excerpt;
pub mod history;
mod load;
mod members;
pub mod murmur3;
mod population;
pub mod segment;
pub mod tombstones;
pub mod versions;
pub mod writer;

pub use accounts::{Accounts, OwnedAccount};
pub use bank::Bank;
pub use calendar::{Calendar, HoldingsBasis};
pub use excerpt::{Excerpt, Keep};
pub use history::{CustomerHistory, Histories};
pub use load::Reading;
pub use population::{Population, Standing};
pub use versions::{Registry, Trail};
pub use writer::Writer;

use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::pool::{Pool, Stored};
use crate::io::private::read_if_there;
use books::Reject;
use commit::Commit;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// The commit file, in the store's folder.
pub(crate) const COMMIT: &str = "COMMIT.json";
pub(crate) const FOLDER: &str = "store";

/// A store that nobody changes.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Pool,
    commit: Arc<Commit>,
}

/// The codes that ids have in the store.
#[derive(Debug, Default, Clone)]
pub struct Codes {
    pub customers: Arc<Registry>,
    pub accounts: Arc<Registry>,
    pub products: Arc<Registry>,
}

/// The rejected rows of a delivery, and what is needed to know when they can be read again.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejects {
    pub rows: Vec<Reject>,
    /// Ids of rejected customers or accounts.
    pub ids: Vec<Key>,
    /// Customers and accounts that rows name and that were not known.
    pub orphans: Vec<Key>,
}

fn pool_of(workspace: &Path) -> Pool {
    Pool::at(workspace.join(FOLDER))
}

impl Store {
    /// The store of a workspace, an empty one where there is none.
    ///
    /// # Errors
    /// Kind `Usage` where another version or another number of buckets wrote it, `Internal` where it is damaged.
    pub fn open(workspace: &Path, buckets: u32) -> Result<Self> {
        let pool = pool_of(workspace);
        let commit = match read_if_there(&pool.root().join(COMMIT))? {
            Some(json) => Commit::from_json(&json, buckets)?,
            None => Commit::empty(buckets),
        };
        Ok(Self { pool, commit: Arc::new(commit) })
    }

    pub fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The codes that ids have.
    ///
    /// # Errors
    /// Kind `Internal` where a file is missing or damaged.
    pub fn codes(&self) -> Result<Codes> {
        let read = |name: &str| match self.commit.tables.get(name) {
            Some(file) => Registry::decode(self.pool.read(file)?),
            None => Ok(Registry::default()),
        };
        Ok(Codes {
            customers: Arc::new(read("customer_ids")?),
            accounts: Arc::new(read("account_ids")?),
            products: Arc::new(read("product_ids")?),
        })
    }

    /// Rejected rows of a delivery.
    ///
    /// # Errors
    /// Kind `Internal` where the file is missing or damaged.
    pub fn rejects(&self, file: &Stored) -> Result<Rejects> {
        read_rejects(&self.pool, file)
    }

    /// The date of a night that names none: the newest date that every dated table of `needed` has a delivery for,
    /// and that is complete by its number of transactions.
    pub fn newest_night(&self, needed: &[Table]) -> Option<Date> {
        newest_night(&self.commit, needed)
    }
}

fn read_rejects(pool: &Pool, file: &Stored) -> Result<Rejects> {
    serde_json::from_slice(&pool.read(file)?)
        .map_err(|cause| Error::internal(format!("`{}` holds no rejected rows", file.name)).caused_by(cause))
}

/// See [`Store::newest_night`].
pub fn newest_night(commit: &Commit, needed: &[Table]) -> Option<Date> {
    let complete = calendar::newest_complete_day(commit.rows_by_day(Table::Transactions).into_iter())?;
    let newest_of = |table: &Table| {
        let files = commit.of_table(*table).flat_map(|delivery| &delivery.files);
        files.filter(|file| file.is_dated).map(|file| file.delivered_on).max()
    };
    Some(needed.iter().filter_map(newest_of).fold(complete, Date::min))
}
