//! One run as it is kept, sealed, and all runs of a workspace.

use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::clock::Moment;
use crate::io::private::{names_in, read_if_there, write_private};
use crate::io::staging::FileDigest;
use crate::seal;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Raised when an older program could no longer read a record, or the reverse.
pub const FORMAT: u32 = 1;
pub const FOLDER: &str = "runs";
pub const SUFFIX: &str = ".json";

/// How a run came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Running,
    Published,
    Failed,
    /// By a signal.
    Stopped,
    /// It never said how it ended: killed, or the machine went down.
    Died,
}

impl Outcome {
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Running => "running",
            Outcome::Published => "published",
            Outcome::Failed => "failed",
            Outcome::Stopped => "stopped",
            Outcome::Died => "died",
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub format: u32,
    pub execution_id: String,
    pub tercet_version: String,
    pub started_at: Moment,
    /// Missing while it runs, and where it died.
    pub ended_at: Option<Moment>,
    /// The night; missing where none was asked for and the run ended before it was known.
    pub as_of: Option<Date>,
    pub outcome: Outcome,
    pub exit_code: Option<u8>,
    /// One word; see [`crate::error::Kind::code`].
    pub error_kind: Option<String>,
    /// What the operator was told; never a value of an export.
    pub error: Option<String>,
    /// The stage that had begun last when it failed or died, or that goes on.
    pub failed_stage: Option<String>,
    /// The id that stands in the night's tables.
    pub run_id: Option<String>,
    pub milliseconds: Option<f64>,
    /// Of all published tables.
    pub rows: Option<u64>,
    /// Customers in the night.
    pub customers: Option<u64>,
    /// Rows of all deliveries that were rejected.
    pub rejected: Option<u64>,
    pub warnings: Option<u64>,
    pub stages: Vec<StageRecord>,
    /// Its events of lineage, below their folder; older versions say nothing of them.
    #[serde(default)]
    pub lineage: Vec<FileDigest>,
}

/// A stage that came to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRecord {
    pub stage: String,
    pub rows: u64,
    pub milliseconds: f64,
}

impl RunRecord {
    pub(super) fn begun(execution_id: &str, started_at: Moment, as_of: Option<Date>) -> Self {
        Self {
            format: FORMAT,
            execution_id: execution_id.to_owned(),
            tercet_version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at,
            ended_at: None,
            as_of,
            outcome: Outcome::Running,
            exit_code: None,
            error_kind: None,
            error: None,
            failed_stage: None,
            run_id: None,
            milliseconds: None,
            rows: None,
            customers: None,
            rejected: None,
            warnings: None,
            stages: Vec::new(),
            lineage: Vec::new(),
        }
    }

    /// # Errors
    /// Kind `Internal` or `Usage`, naming the path.
    pub(super) fn write(&self, workspace: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|cause| Error::internal("cannot write the record of a run").caused_by(cause))?;
        write_private(&path(workspace, &self.execution_id), seal::sealed(&json).as_bytes())
    }

    /// `None` where the bytes are no record, or not the one that was sealed.
    pub fn read(json: &[u8]) -> Option<Self> {
        let (body, is_whole) = seal::opened(json);
        // Older versions sealed none.
        serde_json::from_slice(&body).ok().filter(|_| is_whole || !seal::is_claimed(json))
    }
}

fn path(workspace: &Path, execution_id: &str) -> PathBuf {
    workspace.join(FOLDER).join(format!("{execution_id}{SUFFIX}"))
}

/// All runs of a workspace, the oldest first. Records of another format, damaged ones and those that cannot be read are
/// warned of and left out.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the folder, where it cannot be listed.
pub fn records(workspace: &Path) -> Result<Vec<RunRecord>> {
    let folder = workspace.join(FOLDER);
    let mut records = Vec::new();
    for name in names_in(&folder)?.iter().filter(|name| name.ends_with(SUFFIX)) {
        match read_if_there(&folder.join(name)).map(|json| RunRecord::read(&json.unwrap_or_default())) {
            Ok(Some(record)) if record.format == FORMAT => records.push(record),
            Ok(_) => tracing::warn!(file = name.as_str(), "no record of a run that this version reads"),
            Err(error) => tracing::warn!(error = error.with_causes(), "a record of a run is left out"),
        }
    }
    records.sort_by(|a, b| (a.started_at, &a.execution_id).cmp(&(b.started_at, &b.execution_id)));
    Ok(records)
}
