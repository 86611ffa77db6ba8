//! What an operator asks of a workspace besides its store: nights, models in force, drift, and how runs went.
//!
//! Reads: names of nights, the newest one's manifest, the list of approved models, the records of runs. Never: a table
//! of a night, the lock.

use super::models::{Registry, What};
use crate::config::Config;
use crate::date::Date;
use crate::error::Result;
use crate::io::nights::{self, latest_night, night_folder, published_nights};
use crate::runs::{Outcome, RunRecord, records};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Beside what the store holds.
#[derive(Debug, Clone, Serialize)]
pub struct Operation {
    pub nights: NightsStatus,
    /// What a night after the newest would use, by kind.
    pub models: Vec<ModelInForce>,
    /// Of the newest night.
    pub drift: Option<DriftStatus>,
    pub runs: RunsStatus,
}

#[derive(Debug, Clone, Serialize)]
pub struct NightsStatus {
    pub published: usize,
    pub first: Option<Date>,
    pub newest: Option<Date>,
    /// What `LATEST` names.
    pub latest: Option<Date>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ModelInForce {
    pub what: String,
    pub model_id: String,
    pub trained_through: Date,
    /// `approved` by a person; otherwise why the newest night used it.
    pub status: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct DriftStatus {
    pub as_of: Date,
    pub columns: usize,
    /// Of them, those that have reached the alarm ...
    pub alarmed: usize,
    /// ... and those that have reached the lower level alone.
    pub warned: usize,
    /// The one that moved most, with its index; none where nothing moved more than by chance.
    pub most: Option<(String, f64)>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RunsStatus {
    pub recorded: usize,
    pub last: Option<RunStatus>,
    /// The last one that did not publish.
    pub last_failed: Option<RunStatus>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RunStatus {
    pub execution_id: String,
    pub started_at: String,
    pub as_of: Option<Date>,
    pub outcome: Outcome,
    pub exit_code: Option<u8>,
    pub failed_stage: Option<String>,
    pub error_kind: Option<String>,
    pub error: Option<String>,
    pub milliseconds: Option<f64>,
}

impl RunStatus {
    fn of(run: &RunRecord) -> Self {
        Self {
            execution_id: run.execution_id.clone(),
            started_at: run.started_at.to_string(),
            as_of: run.as_of,
            outcome: run.outcome,
            exit_code: run.exit_code,
            failed_stage: run.failed_stage.clone(),
            error_kind: run.error_kind.clone(),
            error: run.error.clone(),
            milliseconds: run.milliseconds,
        }
    }
}

/// What is read of a manifest.
#[derive(Deserialize)]
struct Manifest {
    models: Vec<UsedModel>,
    drift: Vec<Drift>,
}

#[derive(Deserialize)]
struct UsedModel {
    what: String,
    model_id: String,
    trained_through: Date,
    status: String,
}

#[derive(Deserialize)]
struct Drift {
    segment_group: String,
    axis: String,
    column: String,
    index: Option<f64>,
    index_by_chance: Option<f64>,
}

impl Operation {
    /// # Errors
    /// Kind `Internal` or `Usage`, naming the file that cannot be read.
    pub(super) fn of(config: &Config) -> Result<Self> {
        let workspace = &config.workspace;
        let published = published_nights(workspace)?;
        let newest = published.last().copied();
        let manifest = newest.map(|night| nights::manifest(&night_folder(workspace, night))).transpose()?;
        let runs = records(workspace)?;
        let failed = runs.iter().rfind(|run| !matches!(run.outcome, Outcome::Published | Outcome::Running));
        Ok(Self {
            models: models(workspace, newest, manifest.as_ref())?,
            drift: newest.zip(manifest.as_ref()).map(|(as_of, manifest)| drift(as_of, manifest, config)),
            nights: NightsStatus {
                published: published.len(),
                first: published.first().copied(),
                newest,
                latest: latest_night(workspace)?,
            },
            runs: RunsStatus {
                recorded: runs.len(),
                last: runs.last().map(RunStatus::of),
                last_failed: failed.map(RunStatus::of),
            },
        })
    }
}

/// Of each kind the approved one, otherwise the one that the newest night used.
fn models(workspace: &Path, newest: Option<Date>, manifest: Option<&Manifest>) -> Result<Vec<ModelInForce>> {
    let registry = Registry::read(workspace)?;
    let of_kind = |what: What| {
        let approved = newest.and_then(|night| registry.newest(what, night));
        let approved = approved.map(|approval| ModelInForce {
            what: what.name().to_owned(),
            model_id: approval.model_id.clone(),
            trained_through: approval.trained_through,
            status: "approved".to_owned(),
        });
        let used = || {
            let used = manifest?.models.iter().find(|model| model.what == what.name())?;
            Some(ModelInForce {
                what: used.what.clone(),
                model_id: used.model_id.clone(),
                trained_through: used.trained_through,
                status: used.status.clone(),
            })
        };
        approved.or_else(used)
    };
    Ok(What::ALL.into_iter().filter_map(of_kind).collect())
}

fn drift(as_of: Date, manifest: &Manifest, config: &Config) -> DriftStatus {
    let moved = manifest.drift.iter().filter_map(|column| {
        let index = crate::publish::beyond_chance(column.index, column.index_by_chance)?;
        Some((format!("{} of {} ({})", column.column, column.axis, column.segment_group), index))
    });
    let moved: Vec<(String, f64)> = moved.collect();
    let reached = |level: f64| moved.iter().filter(|(_, index)| *index >= level).count();
    let alarmed = reached(config.models.drift_alarm);
    DriftStatus {
        as_of,
        columns: manifest.drift.len(),
        alarmed,
        warned: reached(config.models.drift_warn) - alarmed,
        most: moved.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)),
    }
}
