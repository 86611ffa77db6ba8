//! The commit file: which deliveries the store holds, and in which files, sealed. It is the only truth; a file that it
//! does not name is left over from an ingest that died, and is swept away.

use super::books::{Amounts, Books};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::exports::Stamp;
use crate::io::pool::Stored;
use crate::seal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Raised when an older program could no longer read the store, or the reverse.
pub const FORMAT: u32 = 2;
/// The same without a seal and without purged customers; read as it is, and written anew with the next change.
const FORMAT_UNSEALED: u32 = 1;

/// In place of the date of the night, which is not known before the files are read.
pub const TONIGHT: Date = Date(i32::MAX);

/// The state of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    pub format: u32,
    /// Raised by one with every ingest that changed something.
    pub sequence: u64,
    pub buckets: u32,
    /// By number, ascending; a number is never used again.
    pub deliveries: Vec<Delivery>,
    pub next_delivery: u32,
    /// Deliveries that a corrected file took the place of, oldest first.
    pub replaced: Vec<Replaced>,
    /// Codes of customers that no delivery describes any more, ascending.
    pub gone: Vec<u32>,
    /// By table, month, bucket.
    pub segments: Vec<Segment>,
    /// The short tables, the customers of each bucket, and the codes of ids, by name.
    pub tables: BTreeMap<String, Stored>,
    /// Files that values were looked up in, by name, as they were last read.
    pub looked_up: BTreeMap<String, LookedUp>,
    /// Whom no delivery brings back.
    #[serde(default)]
    pub purged: Purged,
}

/// Customers who were taken out for good, and their accounts, as keyed digests that nobody can reckon back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purged {
    /// Tells the key apart from others; empty where nobody was taken out.
    pub key_version: String,
    /// HMAC-SHA-256 of ids, in hexadecimal; ascending.
    pub tombstones: BTreeSet<String>,
}

/// A file that values were looked up in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookedUp {
    pub bytes: u64,
    /// BLAKE3 in hexadecimal.
    pub digest: String,
    pub rows: u64,
}

/// The content of one delivered file, under all the names it came by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    pub number: u32,
    #[serde(with = "table_name")]
    pub table: Table,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub digest: String,
    pub bytes: u64,
    /// By date and name: from the first one it was known, the last one ranks it among others.
    pub files: Vec<DeliveredFile>,
    /// Sequence of the commit that brought it.
    pub arrived: u64,
    /// Digest of the mapping and of the looked-up files it was read with.
    pub reading: String,
    pub books: Books,
    /// Rows that count, by their own date; of long tables only.
    pub days: Vec<Day>,
    /// Snapshot dates that the file speaks of, whether they count or not; of holdings only.
    pub snapshots: Vec<Date>,
    /// Median size of the amounts in minor units, on a scale of half powers of two.
    pub median_amount: Option<f64>,
    /// Columns that nothing is filled from.
    pub extra_columns: u32,
    /// Rejected rows, and what is needed to know when they can be read again.
    pub rejects: Option<Stored>,
    /// Rows whose customer or account was not known.
    pub orphans: u64,
    /// Whether the customer of any row followed from its account.
    pub by_account: bool,
}

/// A name under which a content was delivered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredFile {
    /// The date in its name, else the date of the night that took it in.
    pub delivered_on: Date,
    pub name: String,
    /// Whether the name has a date.
    pub is_dated: bool,
    pub stamp: Stamp,
}

/// Used rows of one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub on: Date,
    pub rows: u64,
    /// Minor units.
    pub amount: i128,
}

/// What a correction took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    #[serde(with = "table_name")]
    pub table: Table,
    pub name: String,
    pub digest: String,
    pub rows: u64,
    /// Sequence of the commit that took it out.
    pub at: u64,
}

/// One file of a long table: the rows of a month and a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    #[serde(with = "table_name")]
    pub table: Table,
    /// Rows that do not count while another delivery's stand in their place.
    pub is_shadow: bool,
    /// See [`Date::month_index`].
    pub month: i32,
    pub bucket: u32,
    pub rows: u64,
    /// Least and greatest transaction id, as the hexadecimal digits of their keys; empty for holdings.
    pub ids: (String, String),
    pub file: Stored,
}

/// The order of deliveries of one table: later ranks win. Undated ones come in the order of the nights that took
/// them in, dated ones by date and name, whenever they arrived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    pub delivered_on: Date,
    pub arrived: u64,
    pub name: String,
}

impl Delivery {
    /// Closed books of nothing.
    pub fn empty(table: Table) -> Self {
        Self {
            number: 0,
            table,
            digest: String::new(),
            bytes: 0,
            files: Vec::new(),
            arrived: 0,
            reading: String::new(),
            books: Books::default(),
            days: Vec::new(),
            snapshots: Vec::new(),
            median_amount: None,
            extra_columns: 0,
            rejects: None,
            orphans: 0,
            by_account: false,
        }
    }

    /// What other deliveries of the table are compared by.
    pub fn rank(&self) -> Rank {
        let file = &self.files[self.files.len() - 1];
        let (delivered_on, arrived) =
            if file.is_dated { (file.delivered_on, 0) } else { (Date(i32::MIN), self.arrived) };
        Rank { delivered_on, arrived, name: file.name.clone() }
    }

    /// The date from which the delivery was known.
    pub fn delivered_on(&self) -> Date {
        self.files[0].delivered_on
    }

    /// The name that stands for it in messages and in the manifest.
    pub fn name(&self) -> &str {
        &self.files[0].name
    }

    /// Enters used rows of one date, or takes them out where `rows` is negative.
    pub fn enter(&mut self, on: Date, rows: i64, amount: i128) {
        let at = self.days.partition_point(|day| day.on < on);
        if self.days.get(at).is_none_or(|day| day.on != on) {
            self.days.insert(at, Day { on, rows: 0, amount: 0 });
        }
        let day = &mut self.days[at];
        day.rows = day.rows.saturating_add_signed(rows);
        day.amount += amount;
        if day.rows == 0 && day.amount == 0 {
            self.days.remove(at);
        }
    }

    /// Rows and amount dated after `date`.
    pub fn later_than(&self, date: Date) -> (u64, i128) {
        let later = self.days.iter().filter(|day| day.on > date);
        later.fold((0, 0), |(rows, amount), day| (rows + day.rows, amount + day.amount))
    }

    pub fn amounts(&self) -> &Amounts {
        &self.books.amounts
    }
}

impl Commit {
    pub fn empty(buckets: u32) -> Self {
        Self {
            format: FORMAT,
            sequence: 0,
            buckets,
            deliveries: Vec::new(),
            next_delivery: 0,
            replaced: Vec::new(),
            gone: Vec::new(),
            segments: Vec::new(),
            tables: BTreeMap::new(),
            looked_up: BTreeMap::new(),
            purged: Purged::default(),
        }
    }

    /// # Errors
    /// Kind `Internal` where the text is no commit, `Usage` where another version of the program wrote it.
    pub fn from_json(json: &[u8], buckets: u32) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
            buckets: u32,
        }
        let damaged = || {
            Error::internal("the commit file of the store is damaged")
                .hint("restore the store from a backup, or move it away and deliver the history again")
        };
        let (body, is_whole) = seal::opened(json);
        if seal::is_claimed(json) && !is_whole {
            return Err(damaged());
        }
        let head: Head = serde_json::from_slice(&body).map_err(|cause| damaged().caused_by(cause))?;
        if ![FORMAT, FORMAT_UNSEALED].contains(&head.format) {
            return Err(Error::usage(format!("the store has format {}, not {FORMAT}", head.format)).hint(
                "run the version of Tercet that wrote it, or deliver the history into a new workspace",
            ));
        }
        if !is_whole && head.format != FORMAT_UNSEALED {
            return Err(damaged());
        }
        if head.buckets != buckets {
            let (has, wants) = (head.buckets, buckets);
            return Err(Error::usage(format!("the store has {has} buckets, `store.buckets` is {wants}"))
                .hint("set `store.buckets` back, or deliver the history into a new workspace"));
        }
        serde_json::from_slice(&body).map_err(|cause| damaged().caused_by(cause))
    }

    /// The sealed text.
    ///
    /// # Errors
    /// Kind `Internal` where it cannot be written, which is a fault of ours.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_string(self)
            .map_err(|cause| Error::internal("cannot write the commit file").caused_by(cause))?;
        let body = format!("{{\n{}", json.strip_prefix('{').unwrap_or(&json));
        Ok(seal::sealed(&body).into_bytes())
    }

    pub fn delivery(&self, number: u32) -> Option<&Delivery> {
        let at = self.deliveries.binary_search_by_key(&number, |delivery| delivery.number).ok()?;
        Some(&self.deliveries[at])
    }

    pub fn delivery_mut(&mut self, number: u32) -> Option<&mut Delivery> {
        let at = self.deliveries.binary_search_by_key(&number, |delivery| delivery.number).ok()?;
        Some(&mut self.deliveries[at])
    }

    /// Deliveries of one table, by number.
    pub fn of_table(&self, table: Table) -> impl Iterator<Item = &Delivery> + Clone {
        self.deliveries.iter().filter(move |delivery| delivery.table == table)
    }

    /// Every file that the store consists of, and what it must be.
    pub fn stored(&self) -> impl Iterator<Item = &Stored> {
        let segments = self.segments.iter().map(|segment| &segment.file);
        let rejects = self.deliveries.iter().filter_map(|delivery| delivery.rejects.as_ref());
        segments.chain(rejects).chain(self.tables.values())
    }

    /// Names of all files.
    pub fn files(&self) -> BTreeSet<&str> {
        self.stored().map(|file| file.name.as_str()).collect()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.stored().map(|file| file.bytes).sum()
    }

    /// Used rows by their own date, over all deliveries of a long table, ascending.
    pub fn rows_by_day(&self, table: Table) -> BTreeMap<Date, u64> {
        let mut by_day = BTreeMap::new();
        for day in self.of_table(table).flat_map(|delivery| &delivery.days) {
            *by_day.entry(day.on).or_insert(0) += day.rows;
        }
        by_day
    }
}

mod table_name {
    use crate::contract::tables::Table;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub fn serialize<S: Serializer>(table: &Table, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(table.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Table, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Table::stored()
            .find(|table| table.name() == name)
            .ok_or_else(|| serde::de::Error::custom(format!("no table `{name}`")))
    }
}
