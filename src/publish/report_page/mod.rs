//! `report.html`: the night as people look at it, one page that needs nothing else.
//!
//! Reads the night's tables and what its manifest says, both as published; counts and sums in the order of the rows,
//! and computes no score. Never: a customer's name, number or exact balance, a script, anything fetched from elsewhere.
//! Every text is escaped where it is put in. Equal input gives equal bytes, on any number of threads.

mod at_risk;
mod churn_quality;
mod deliveries;
mod drift;
mod drivers;
mod due;
mod effects;
mod few;
mod headline;
mod listed;
mod managers;
mod moves;
mod offered;
mod parts;
mod score_map;
mod svg;
mod template;
mod tiers;
mod types;
mod words;

use super::manifest::Manifest;
use super::night::Night;
use super::shelf::Shelf;
use crate::error::Result;
use crate::io::staging::FileDigest;
use crate::targets;
use words::Words;

/// Its name in the night's folder.
const NAME: &str = "report.html";

/// What the page looks at. `manifest` has its run id, and no list of files yet.
struct Seen<'a> {
    night: &'a Night<'a>,
    tables: &'a targets::Night<'a>,
    manifest: &'a Manifest,
    words: Words<'a>,
}

/// Lays out the page and stages it.
///
/// # Errors
/// Kind `Internal` if a table lacks a column, or the page cannot be written.
pub(super) fn write(shelf: Shelf<'_>, night: &Night<'_>, manifest: &Manifest) -> Result<FileDigest> {
    shelf.put(NAME, render(night, manifest)?.as_bytes())
}

fn render(night: &Night<'_>, manifest: &Manifest) -> Result<String> {
    let tables = night.tables;
    let words = Words { labels: tables.labels, currency: &tables.config.base_currency };
    let seen = Seen { night, tables, manifest, words };
    let sections = vec![
        headline::section(&seen)?,
        types::section(&seen),
        score_map::section(&seen)?,
        moves::section(&seen)?,
        tiers::section(&seen),
        churn_quality::section(&seen)?,
        drivers::section(&seen)?,
        listed::section(&seen)?,
        due::section(&seen),
        deliveries::section(&seen)?,
        effects::section(&seen),
    ];
    template::html(&seen, &sections)
}
