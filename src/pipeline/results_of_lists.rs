//! `tercet results`: workbooks that managers filled in, kept for the next night.

use super::NIGHTLY;
use crate::config::Config;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::io::lock::WorkspaceLock;
use crate::privacy::Privacy;
use crate::results::{self, Report};
use crate::store::Store;
use crate::store::tombstones::Tombstones;
use std::path::PathBuf;

/// Reads workbooks; where any is refused, nothing is kept and the report says why.
///
/// # Errors
/// Kind `Locked` while a night runs, `Incomplete` where the workspace has no store yet; otherwise as
/// [`results::read`].
pub fn read_results(config: &Config, files: &[PathBuf]) -> Result<Report> {
    let _lock = WorkspaceLock::acquire(&config.workspace)?;
    let needed: Vec<Table> =
        config.sources().keys().copied().filter(|table| NIGHTLY.contains(table)).collect();
    let store = Store::open(&config.workspace, config.store.buckets)?;
    let newest = store.newest_night(&needed).ok_or_else(|| {
        Error::incomplete("the workspace holds no night that a workbook could belong to")
            .hint("name the workspace that published the workbooks with `--workspace`")
    })?;
    let privacy = Privacy::of(&config.privacy)?;
    let tombstones = Tombstones::of(&config.workspace, &store.commit().purged)?;
    let not_reached = &config.lists.not_reached_outcomes;
    results::read(&config.workspace, files, newest, &privacy, not_reached, &tombstones)
}
