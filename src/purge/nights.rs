//! Nights that are older than a date, gone with all their generations.

use super::Request;
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::io::nights::{PUBLISHED, REPLACED, night_name, published_nights, replaced_nights};
use crate::io::rewritten::remove_folder;
use serde::Serialize;

/// What a purge of nights came to, or would come to.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NightsReport {
    /// Nothing was removed.
    pub dry_run: bool,
    pub published: Vec<Date>,
    /// Replaced generations, each by its date.
    pub replaced: Vec<Date>,
    /// The newest night, where it is older too and was kept.
    pub kept: Option<Date>,
    /// What is left, and where.
    pub left: Vec<String>,
}

/// Removes nights before `before`, published and replaced; the newest published night stays whatever its date.
///
/// # Errors
/// Kind `Locked` while a night runs; `Incomplete` where there is no workspace; `Internal` where a folder cannot be removed:
/// what was done until then stands, and the same command goes on.
pub fn purge_before(config: &Config, before: Date, request: &Request) -> Result<NightsReport> {
    let _lock = request.hold(config)?;
    let workspace = &config.workspace;
    let nights = published_nights(workspace)?;
    let newest = nights.last().copied();
    let mut report = NightsReport {
        dry_run: request.dry_run,
        published: nights.iter().copied().filter(|night| *night < before && Some(*night) != newest).collect(),
        replaced: Vec::new(),
        kept: newest.filter(|newest| *newest < before),
        left: Vec::new(),
    };
    for night in report.published.iter().filter(|_| !request.dry_run) {
        remove_folder(&workspace.join(PUBLISHED), &night_name(*night))?;
    }
    for (night, folder) in replaced_nights(workspace)?.into_iter().filter(|(night, _)| *night < before) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if !request.dry_run {
            remove_folder(&workspace.join(REPLACED), &name)?;
        }
        report.replaced.push(night);
    }
    report.left = left(config, before, newest);
    Ok(report)
}

fn left(config: &Config, before: Date, newest: Option<Date>) -> Vec<String> {
    let mut left = vec![
        "the store: later nights are computed from its history".to_owned(),
        "models, their cards, backtests, and contacts in `results/`".to_owned(),
        "backups, and copies of published files that people took".to_owned(),
    ];
    let days = config.lists.longest_cooldown_days();
    if newest.is_some_and(|newest| before > newest.plus_days(-days)) {
        left.push(format!(
            "without the nights of the last {days} days, cooldowns that start at the listing are forgotten: of the \
             held-out, and where contacts are not delivered of everybody"
        ));
    }
    left
}
