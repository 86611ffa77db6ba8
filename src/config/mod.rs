//! What the bank decided: `config/default.toml`, overlaid by the bank's own file and the command line.
//!
//! Text -> [`raw::Raw`] (unknown keys refused) -> [`Config`], which only [`Raw::check`](raw::Raw::check)
//! makes; nothing else runs. The defaults are a real file, so that every key is explained where it is set.

mod band;
mod cost_to_serve;
mod lists;
pub mod overlay;
mod privacy;
mod propensity;
pub mod raw;
pub mod source;
mod statistics;

pub use band::Band;
pub use cost_to_serve::CostToServe;
pub use lists::{ContactUnknown, Lists, Quotas, holiday_in};
pub use privacy::{Privacy, Profile, Publish};
pub use propensity::Propensity;
pub use raw::{BaseRates, Churn, Effect, Ingest, Models, Raw, Segment, Store, Value};
pub use statistics::Statistics;

use crate::contract::tables::Table;
use source::Source;
use std::collections::BTreeMap;

/// The file that ships with the program and explains every key.
pub const DEFAULT_TOML: &str = include_str!("../../config/default.toml");

/// A checked configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    raw: Raw,
    sources: BTreeMap<Table, Source>,
    digest: String,
}

impl Config {
    /// The mappings, by contract table.
    pub fn sources(&self) -> &BTreeMap<Table, Source> {
        &self.sources
    }

    /// Digest of everything that can change a table: all but the folders and the levels of warnings.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl std::ops::Deref for Config {
    type Target = Raw;

    fn deref(&self) -> &Raw {
        &self.raw
    }
}

/// The name nearest to `name`, if one is near enough to be what was meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Jaro-Winkler of 0.8: finds one swapped, missing or added letter in a word of five.
    const NEAR_ENOUGH: f64 = 0.8;
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= NEAR_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}
