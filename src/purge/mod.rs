//! `tercet purge`: nights that are old enough, or a customer for good.
//!
//! Reads and writes the workspace, under its lock. A customer leaves every night, the results of lists, the rejects and the
//! store, in this order, so that a purge that died is finished by the same command; a keyed tombstone keeps him out of
//! later deliveries. Whoever has a file open reads it to its end. Never: touches the drop folder, a model or a sum over
//! customers; leaves a night that is half the old one.
//!
//! | step | where |
//! |---|---|
//! | old nights out of sight and gone | `nights` |
//! | a night without him, sealed anew | `night`, `manifest` |
//! | his rows of a table, a list, a workbook | `tables`, `workbook`, `zip` |
//! | contacts that managers wrote down | `results` |
//! | the store and the tombstone | [`store::Writer::purge`](crate::store::Writer::purge) |

mod manifest;
mod night;
mod nights;
mod results;
mod tables;
mod workbook;
mod zip;

pub use nights::{NightsReport, purge_before};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::census::is_folder;
use crate::io::lock::{Patience, WorkspaceLock};
use crate::io::nights::all_generations;
use crate::io::rewritten::{remove_passing, remove_unfinished};
use crate::io::staging;
use crate::privacy::Privacy;
use crate::store::Writer;
use crate::store::tombstones::Tombstones;
use crate::store::writer::PurgedRows;
use night::Person;
use serde::Serialize;

/// How it is to be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// Everything is searched and nothing written.
    pub dry_run: bool,
    /// For a run that holds the workspace.
    pub patience: Patience,
}

impl Request {
    /// # Errors
    /// Kind `Incomplete` where there is no workspace; otherwise as [`WorkspaceLock::acquire_within`].
    fn hold(&self, config: &Config) -> Result<Option<WorkspaceLock>> {
        let workspace = &config.workspace;
        if !is_folder(workspace) {
            return Err(Error::incomplete(format!("there is no workspace `{}`", workspace.display()))
                .hint("name it with `--workspace`"));
        }
        if self.dry_run {
            return WorkspaceLock::acquire_to_read(workspace, self.patience);
        }
        let lock = WorkspaceLock::acquire_within(workspace, self.patience)?;
        clear_leftovers(config)?;
        Ok(Some(lock))
    }
}

/// What a purge of a customer came to, or would come to. Holds nothing of him.
#[derive(Debug, Serialize)]
pub struct CustomerReport {
    /// Nothing was written.
    pub dry_run: bool,
    /// Nights, published and replaced, and their files that were written anew.
    pub nights: usize,
    pub night_files: usize,
    /// Nights that were looked through.
    pub nights_searched: usize,
    pub store: PurgedRows,
    /// Files of `results/` that were written anew.
    pub results: usize,
    /// What is left, and where.
    pub left: Vec<String>,
}

impl CustomerReport {
    /// Whether anything of him was there.
    pub fn found_anything(&self) -> bool {
        self.night_files > 0
            || self.results > 0
            || self.store.rejects > 0
            || self.store.rows.values().any(|rows| *rows > 0)
    }
}

/// Takes the customer of this id out of everything that the workspace holds, and keeps him out of later deliveries.
///
/// # Errors
/// Kind `Locked` while a night runs; `Incomplete` where there is no workspace; `Internal` where a file is damaged or cannot
/// be written: what was done until then stands, and the same command goes on.
pub fn purge_customer(config: &Config, id: &str, request: &Request) -> Result<CustomerReport> {
    if id.trim().is_empty() {
        return Err(Error::usage("no customer is named").hint("give his id as the core systems deliver it"));
    }
    let _lock = request.hold(config)?;
    let (workspace, dry_run) = (&config.workspace, request.dry_run);
    let privacy = Privacy::of(&config.privacy)?;
    let open = if dry_run { Writer::rehearse } else { Writer::open };
    let mut writer = open(workspace, config.store.buckets)?;
    let traces = writer.traces(id)?;
    let person = Person::of(id, &privacy, traces);
    let (mut nights, mut night_files, mut nights_searched) = (0, 0, 0);
    for folder in all_generations(workspace)?.values().flatten() {
        nights_searched += 1;
        let files = night::purge(folder, &person, dry_run)?;
        nights += usize::from(files > 0);
        night_files += files;
    }
    let changed = results::purge(workspace, &person, dry_run)?;
    let purged = &writer.commit().purged;
    let tombstones = if dry_run {
        Tombstones::rehearsed(workspace, purged)?
    } else {
        Tombstones::begun(workspace, purged)?
    };
    if !dry_run {
        results::settle(workspace, &changed, &mut writer)?;
    }
    let store = writer.purge(id, &person.traces, tombstones)?;
    writer.commit_change()?;
    let left = left(config, &privacy);
    let results = changed.len();
    Ok(CustomerReport { dry_run, nights, night_files, nights_searched, store, results, left })
}

/// What dead runs left may hold anybody.
fn clear_leftovers(config: &Config) -> Result<()> {
    let workspace = &config.workspace;
    remove_passing(workspace)?;
    remove_unfinished(workspace)?;
    staging::prove(workspace)
}

/// What no purge of a workspace reaches.
fn left(config: &Config, privacy: &Privacy) -> Vec<String> {
    let mut left = vec![
        "backups of the workspace, and copies of published files that people took".to_owned(),
        format!("the exports in the drop folder `{}`", config.data.display()),
        "models that were trained while he was a customer: they hold no row of his, and change with the next fit"
            .to_owned(),
        "sums and counts over customers: managers' figures, overviews, manifests, effects, backtests".to_owned(),
        "blocks of the disk that are free now: encrypt the volume".to_owned(),
    ];
    if privacy.key_version().is_some() {
        left.push("pseudonyms of his in nights that were published under another key".to_owned());
    }
    left
}
