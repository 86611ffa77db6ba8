//! `tercet verify`: whether all that a workspace holds is what was written, and adds up.
//!
//! Reads: published and replaced nights, the store, the models, the backtests, the history of runs. Writes: nothing but a
//! passing folder for a re-computation. Grain: a finding per file. Never: mends anything, opens the drop folder, says a
//! value of a customer.
//!
//! | what | held against | where |
//! |---|---|---|
//! | files of a night | the manifest, which has a seal of its own | `night` |
//! | rows, `run_id`, books of deliveries | the manifest | `night` |
//! | files of the store | the commit, which has a seal | `store` |
//! | models, cards, approvals, backtests | their seals and `CHECKSUMS` | `models` |
//! | contacts that managers wrote down | digests beside them, or the store's | `results` |
//! | records of runs, `runs.parquet`, `metrics.prom` | their seals | `runs` |
//! | events of lineage | the records of runs | `runs` |
//! | a whole night | the same night computed again | `recompute` |

mod finding;
mod models;
mod night;
mod recompute;
mod results;
mod runs;
mod store;

pub use finding::{Finding, Severity};
pub use recompute::Recomputed;

use crate::config::Config;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::census::is_folder;
use crate::io::lock::{Patience, WorkspaceLock};
use crate::io::nights::{all_generations, night_name};
use crate::io::private::read_if_there;
use crate::io::stop;
use crate::pipeline::Observer;
use finding::Findings;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    pub nights: Vec<NightChecked>,
    pub store: StoreChecked,
    pub models: usize,
    pub backtests: usize,
    /// Recorded ones.
    pub runs: usize,
    /// By severity, then by file.
    pub findings: Vec<Finding>,
}

/// A generation of a night.
#[derive(Debug, Serialize)]
pub struct NightChecked {
    pub as_of: Date,
    /// Below the workspace.
    pub folder: String,
    pub run_id: Option<String>,
    pub files: usize,
    pub bytes: u64,
    /// Where it was asked for.
    pub recomputed: Option<Recomputed>,
}

#[derive(Debug, Default, Serialize)]
pub struct StoreChecked {
    pub files: usize,
    pub bytes: u64,
    pub deliveries: usize,
}

impl VerifyReport {
    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(|finding| finding.severity == Severity::Damaged)
    }
}

/// What is asked of a workspace.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question {
    /// One night; without it all of them.
    pub as_of: Option<Date>,
    /// Published nights are computed again.
    pub recompute: bool,
    /// For a run that holds the workspace.
    pub patience: Patience,
}

/// Holds a workspace against what was written.
///
/// # Errors
/// Kind `Locked` while a night runs, `Stopped` after a signal, `Incomplete` where there is nothing to look at or no such
/// night; `Internal` where a folder cannot be read. What is damaged stands in the report.
pub fn verify(config: &Config, question: &Question, observer: &dyn Observer) -> Result<VerifyReport> {
    let workspace = &config.workspace;
    if !is_folder(workspace) {
        return Err(Error::incomplete(format!("there is no workspace `{}`", workspace.display()))
            .hint("name it with `--workspace`; `tercet run` makes one"));
    }
    let _lock = held(workspace, question)?;
    let mut findings = Findings::of(workspace);
    let commit = store::checked(config, &mut findings)?;
    let nights = nights(config, question.as_of, &mut findings)?;
    let mut checked = Vec::new();
    for (date, folders) in nights {
        for folder in folders {
            let is_published = folder.ends_with(format!("published/{}", night_name(date)));
            stop::check()?;
            observer.stage_began("verify");
            let mut found = night::checked(&folder, date, &mut findings)?;
            if question.recompute && is_published {
                found.recomputed =
                    Some(recompute::night(config, date, commit.as_ref(), &mut findings, observer)?);
            }
            checked.push(found);
        }
    }
    night::check_latest(workspace, &mut findings)?;
    let models = models::checked(workspace, &mut findings)?;
    let backtests = models::backtests_checked(workspace, &mut findings)?;
    results::checked(commit.as_ref(), &mut findings)?;
    let runs = runs::checked(&mut findings)?;
    let store = store::figures(commit.as_ref());
    Ok(VerifyReport { nights: checked, store, models, backtests, runs, findings: findings.sorted() })
}

/// A night is computed again in a folder of the workspace; all else only looks, and may look at a copy that is read-only.
fn held(workspace: &Path, question: &Question) -> Result<Option<WorkspaceLock>> {
    if question.recompute {
        return WorkspaceLock::acquire_within(workspace, question.patience).map(Some);
    }
    WorkspaceLock::acquire_to_read(workspace, question.patience)
}

/// The nights that are to be looked at, of folders that hold none something is told.
fn nights(
    config: &Config,
    as_of: Option<Date>,
    findings: &mut Findings<'_>,
) -> Result<BTreeMap<Date, Vec<PathBuf>>> {
    night::check_folders(&config.workspace, findings)?;
    let mut all = all_generations(&config.workspace)?;
    let Some(asked) = as_of else { return Ok(all) };
    match all.remove_entry(&asked) {
        Some(night) => Ok(BTreeMap::from([night])),
        None => Err(Error::incomplete(format!("the night of {asked} is not published"))
            .hint("leave `--as-of` out to verify every night that is")),
    }
}

/// What stands under a name.
enum Content {
    Bytes(Vec<u8>),
    Missing,
    /// Told already.
    Unreadable,
}

/// The bytes of a file that may be missing; one that is there and cannot be read is damaged.
fn content_of(name: &str, findings: &mut Findings<'_>, hint: &str) -> Content {
    match read_if_there(&findings.workspace().join(name)) {
        Ok(Some(bytes)) => Content::Bytes(bytes),
        Ok(None) => Content::Missing,
        Err(cause) => {
            findings.damaged(name, &format!("cannot be read: {}", cause.with_causes()), hint);
            Content::Unreadable
        }
    }
}

/// The bytes of a file that is damaged where it is missing, too.
fn bytes_of(name: &str, findings: &mut Findings<'_>, hint: &str) -> Option<Vec<u8>> {
    match content_of(name, findings, hint) {
        Content::Bytes(bytes) => return Some(bytes),
        Content::Missing => findings.damaged(name, "is missing", hint),
        Content::Unreadable => {}
    }
    None
}
