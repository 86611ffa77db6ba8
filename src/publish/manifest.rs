//! `manifest.json`: what went in, what came out, by which model, how long it took, sealed. No personal data.

use crate::churn::Evaluation;
use crate::churn::outcomes::LiveFigures;
use crate::config::Profile;
use crate::contract::tables::Table;
use crate::date::Date;
use crate::effect::EffectFigures;
use crate::io::staging::FileDigest;
use crate::segment::concentration::Concentration;
use crate::segment::movements::Migration;
use crate::segment::standing::Lifetime;
use crate::store::commit::Delivery;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::iter::Sum;

/// Raised when a key changes its meaning.
pub const MANIFEST_VERSION: u32 = 1;

#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    pub manifest_version: u32,
    pub run_id: String,
    pub as_of: Date,
    /// Customers taken out of the night since it was published; tables and files are without them, figures stay.
    pub purged: u32,
    pub tercet_version: &'static str,
    pub schema_version: u32,
    pub config_blake3: String,
    pub rules_version: u32,
    /// Of the file of product rules.
    pub rules_blake3: String,
    pub seed: u64,
    pub privacy: Disclosure,
    pub night_before: Option<NightBefore>,
    pub inputs: Vec<Input>,
    /// Customers by standing; sums to the customers delivered.
    pub customers: BTreeMap<&'static str, usize>,
    pub value_basis: &'static str,
    pub models: Vec<ModelEntry>,
    pub churn_evaluations: Vec<Evaluation>,
    /// How good the probabilities of an earlier night were, now that it is known.
    pub churn_outcomes: Vec<LiveFigures>,
    /// Mean silhouette of each clustering, by group and axis.
    pub silhouettes: BTreeMap<String, Option<f64>>,
    /// Customers by their type in the night before and now.
    pub migration: Migration,
    /// How value is concentrated; null where it would tell of single customers.
    pub concentration: Option<Concentration>,
    /// The chain of tiers behind lifetime values; null where value is no margin or history too short.
    pub lifetime: Option<Lifetime>,
    pub drift: Vec<ColumnDrift>,
    /// Customers on managers' lists.
    pub lists: BTreeMap<&'static str, usize>,
    /// Customers kept off lists, by rule.
    pub suppressed: BTreeMap<String, usize>,
    /// What came of each list, over all its campaigns.
    pub effects: Vec<EffectFigures>,
    pub rows: BTreeMap<&'static str, usize>,
    pub files: Vec<File>,
    pub warnings: Vec<String>,
    pub stages: Vec<StageTiming>,
    pub peak_memory_bytes: Option<u64>,
    pub threads: usize,
    pub finished_at: String,
}

/// What workbooks and files for import say of a customer.
#[derive(Debug, Clone, Serialize)]
pub struct Disclosure {
    pub profile: Profile,
    /// Tells one key of pseudonyms from another; null without pseudonyms.
    pub key_version: Option<String>,
}

/// The newest published night before this one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NightBefore {
    pub as_of: Date,
    pub segments_blake3: String,
}

/// One delivered content. `rows = used + later + duplicate + superseded + trailer + purged + rejected`, and amounts
/// likewise.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    pub table: &'static str,
    /// The names it was delivered by; the first one dates it.
    pub path: String,
    pub also_as: Vec<String>,
    pub delivered_on: Date,
    pub bytes: u64,
    pub blake3: String,
    pub rows: Accounts<u64>,
    /// Minor units of `amount` or `balance`; `None` for tables without one.
    pub amounts_minor_units: Option<Accounts<i128>>,
    /// Rejected rows whose amount could not be read, and so is in no sum.
    pub amounts_unreadable: u64,
}

/// Where everything went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts<T> {
    pub read: T,
    pub used: T,
    /// Dated after the night: accepted and not looked at.
    pub later: T,
    pub duplicate: T,
    pub superseded: T,
    /// Total rows of the file; they have no amount.
    pub trailer: T,
    /// Of customers who were taken out for good; manifests of older versions say nothing of them.
    #[serde(default)]
    pub purged: T,
    pub rejected: T,
}

impl<T: Copy + PartialEq + Sum> Accounts<T> {
    /// Whether all that was read went somewhere.
    pub fn add_up(&self) -> bool {
        let parts = [
            self.used,
            self.later,
            self.duplicate,
            self.superseded,
            self.trailer,
            self.purged,
            self.rejected,
        ];
        self.read == parts.into_iter().sum()
    }
}

/// A model that took part.
#[derive(Debug, Clone, Serialize)]
pub struct ModelEntry {
    pub what: &'static str,
    pub model_id: String,
    pub blake3: String,
    pub trained_through: Date,
    pub status: ModelStatus,
    /// Days from `trained_through` to the night.
    pub age_days: i32,
}

/// Why the night used a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    /// A person put it in force.
    Approved,
    /// The night before used it.
    Kept,
    FittedTonight,
}

/// How far a column of the segment model has moved since the fit, over settled customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnDrift {
    pub segment_group: String,
    pub axis: String,
    /// A feature, or `score`.
    pub column: String,
    /// Population stability index; `None` where one side has no customer.
    pub index: Option<f64>,
    /// What the index hardly exceeds by chance, given so many customers.
    pub index_by_chance: Option<f64>,
    /// Where bins end, to three digits; above the last comes one more bin, then missing values.
    pub bounds: Vec<f64>,
    /// Customers by bin when the model was fitted ...
    pub n_reference: Vec<u64>,
    /// ... and on the night.
    pub n_now: Vec<u64>,
}

impl ColumnDrift {
    /// The index, where customers moved further than chance alone would have it.
    pub fn beyond_chance(&self) -> Option<f64> {
        beyond_chance(self.index, self.index_by_chance)
    }
}

/// A stability index that is above what chance alone gives.
pub fn beyond_chance(index: Option<f64>, index_by_chance: Option<f64>) -> Option<f64> {
    index.filter(|index| Some(*index) > index_by_chance)
}

/// One published file.
#[derive(Debug, Clone)]
pub struct File(pub FileDigest);

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut file = serializer.serialize_struct("File", 3)?;
        file.serialize_field("path", &self.0.path)?;
        file.serialize_field("bytes", &self.0.bytes)?;
        file.serialize_field("blake3", &self.0.blake3)?;
        file.end()
    }
}

/// How long a stage took and over how many rows.
#[derive(Debug, Clone, Serialize)]
pub struct StageTiming {
    pub stage: &'static str,
    pub rows: usize,
    pub milliseconds: f64,
}

impl Input {
    /// The books of one delivery as seen on `as_of`.
    pub fn of(delivery: &Delivery, as_of: Date) -> Self {
        let (later, later_amount) = delivery.later_than(as_of);
        let (books, amounts) = (&delivery.books, &delivery.books.amounts);
        Self {
            table: delivery.table.name(),
            path: delivery.name().to_owned(),
            also_as: delivery.files[1..].iter().map(|file| file.name.clone()).collect(),
            delivered_on: delivery.delivered_on(),
            bytes: delivery.bytes,
            blake3: delivery.digest.clone(),
            rows: Accounts {
                read: books.rows,
                used: books.used - later,
                later,
                duplicate: books.duplicate,
                superseded: books.superseded,
                trailer: books.trailers,
                purged: books.purged,
                rejected: books.rejected,
            },
            amounts_minor_units: matches!(delivery.table, Table::Transactions | Table::Holdings).then_some(
                Accounts {
                    read: amounts.read,
                    used: amounts.used - later_amount,
                    later: later_amount,
                    duplicate: amounts.duplicate,
                    superseded: amounts.superseded,
                    trailer: 0,
                    purged: amounts.purged,
                    rejected: amounts.rejected,
                },
            ),
            amounts_unreadable: amounts.unreadable,
        }
    }
}
