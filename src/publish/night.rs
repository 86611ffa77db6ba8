//! Writing one night: tables, workbooks, page, manifest, and the rename that shows them.

use super::Previous;
use super::figures::{TierFigures, TypeFigures};
use super::manifest::{File, MANIFEST_VERSION, Manifest};
use super::run_id::run_id;
use super::shelf::Shelf;
use super::{books, columnar, report_page, tables};
use crate::churn::ChurnModel;
use crate::effect::Effect;
use crate::error::{Error, Result};
use crate::io::nights::MANIFEST;
use crate::io::staging::{FileDigest, Published, Staging};
use crate::privacy::Privacy;
use crate::schema::{self, TableSchema};
use crate::seal;
use crate::targets;
use arrow::array::RecordBatch;
use polars::prelude::DataFrame;
use rayon::prelude::*;

/// Everything a night shows.
pub struct Night<'a> {
    pub tables: &'a targets::Night<'a>,
    pub lists: &'a targets::Lists,
    pub movements: &'a DataFrame,
    pub statistics: &'a DataFrame,
    pub outcomes: &'a DataFrame,
    pub effect: &'a Effect,
    pub rejects: &'a DataFrame,
    /// What it comes to by type and by tier.
    pub types: &'a [TypeFigures],
    pub tiers: &'a [TierFigures],
    pub before: Option<&'a Previous>,
    /// The churn model in force, or why there is none.
    pub churn_model: Result<&'a ChurnModel, &'a str>,
    pub privacy: &'a Privacy,
}

/// Stages, reads back and shows a night. `manifest` is what the pipeline knows; the rest is filled in here.
///
/// # Errors
/// Kind `Internal` or `Stopped` while readers still see what they saw before.
pub fn publish(staging: Staging, night: &Night<'_>, manifest: Manifest) -> Result<(Published, Manifest)> {
    let manifest = written(Shelf::Staging(&staging), night, manifest)?;
    write_manifest(&staging, &manifest)?;
    Ok((staging.publish()?, manifest))
}

/// The manifest that a night would be published with; makes every file, and writes none.
///
/// # Errors
/// As [`publish`], but for what the disk refuses.
pub fn rehearse(night: &Night<'_>, manifest: Manifest) -> Result<Manifest> {
    written(Shelf::Nowhere, night, manifest)
}

fn written(shelf: Shelf<'_>, night: &Night<'_>, mut manifest: Manifest) -> Result<Manifest> {
    let tables = batches(night)?;
    let digested: Vec<&RecordBatch> = tables
        .iter()
        .filter(|(schema, _)| schema.name != schema::REJECTS.name)
        .map(|(_, batch)| batch)
        .collect();
    let run_id = run_id(
        night.tables.config,
        night.tables.as_of(),
        night.before.map(|before| &*before.segments_blake3),
        night.privacy.key_version(),
        &digested,
    )?;
    let mut files: Vec<FileDigest> = tables
        .par_iter()
        .map(|(schema, batch)| tables::write(shelf, schema, batch, &run_id))
        .collect::<Result<_>>()?;
    files.extend(books::write(shelf, night.tables, night.lists, night.privacy, &run_id)?);
    manifest.manifest_version = MANIFEST_VERSION;
    manifest.run_id = run_id;
    files.push(report_page::write(shelf, night, &manifest)?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    manifest.rows = tables.iter().map(|(schema, batch)| (schema.name, batch.num_rows())).collect();
    manifest.files = files.into_iter().map(File).collect();
    manifest.peak_memory_bytes = crate::io::process::peak_memory_bytes();
    manifest.finished_at = crate::io::clock::now_utc();
    Ok(manifest)
}

fn batches(night: &Night<'_>) -> Result<Vec<(&'static TableSchema, RecordBatch)>> {
    let frames: [(&'static TableSchema, &DataFrame); 13] = [
        (&schema::FEATURES, night.tables.features.frame()),
        (&schema::SEGMENTS, night.tables.segments.frame()),
        (&schema::CHURN, night.tables.churn.frame()),
        (&schema::OUTCOMES, night.outcomes),
        (&schema::TARGETS, &night.lists.targets),
        (&schema::CROSS_SELL, &night.lists.cross_sell),
        (&schema::SUPPRESSIONS, &night.lists.suppressions),
        (&schema::ASSIGNMENTS, &night.effect.assignments),
        (&schema::EFFECTS, &night.effect.effects),
        (&schema::MOVEMENTS, night.movements),
        (&schema::STATISTICS, night.statistics),
        (&schema::MANAGERS, &night.lists.manager_figures),
        (&schema::REJECTS, night.rejects),
    ];
    frames
        .into_par_iter()
        .map(|(schema, frame)| Ok((schema, columnar::batch(schema, frame, night.tables.as_of())?)))
        .collect()
}

fn write_manifest(staging: &Staging, manifest: &Manifest) -> Result<()> {
    let json = serde_json::to_string_pretty(manifest)
        .map_err(|cause| Error::internal("the manifest cannot be written").caused_by(cause))?;
    Shelf::Staging(staging).put(MANIFEST, seal::sealed(&json).as_bytes()).map(drop)
}
