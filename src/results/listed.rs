//! The customers of a published night's lists, by manager and rank: whom a row of a workbook is about.
//!
//! Reads: manifests for the run that a workbook belongs to, of the published night and of those that reruns replaced,
//! and that night's targets.

use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::nights::{self, generations};
use crate::io::private::read_file;
use arrow::array::{Array, BooleanArray, Int32Array, RecordBatch, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub customer_id: String,
    pub list: String,
    /// Stands in no workbook.
    pub held_out: bool,
}

/// A manager's list by rank.
pub type ManagerRows = BTreeMap<i32, Listed>;

/// The lists that one run published.
pub struct RunLists {
    pub by_manager: BTreeMap<String, ManagerRows>,
    /// Which key its pseudonyms are under, where it has any.
    pub key_version: Option<String>,
}

/// Published nights, each read once.
pub struct Nights<'w> {
    workspace: &'w Path,
    read: BTreeMap<(Date, String), Option<RunLists>>,
}

impl<'w> Nights<'w> {
    pub fn new(workspace: &'w Path) -> Self {
        Self { workspace, read: BTreeMap::new() }
    }

    /// The lists that the run published for the night; `None` where the workspace has no such run.
    ///
    /// # Errors
    /// Kind `Internal` where a night is there and cannot be read.
    pub fn of_run(&mut self, as_of: Date, run_id: &str) -> Result<Option<&RunLists>> {
        let key = (as_of, run_id.to_owned());
        if !self.read.contains_key(&key) {
            let found = found(self.workspace, as_of, run_id)?;
            let lists = found.map(|(folder, key_version)| lists(&folder, key_version)).transpose()?;
            self.read.insert(key.clone(), lists);
        }
        Ok(self.read[&key].as_ref())
    }
}

/// What is read of a manifest.
#[derive(serde::Deserialize)]
struct Manifest {
    run_id: String,
    /// Older nights say nothing of it.
    #[serde(default)]
    privacy: Privacy,
}

#[derive(Default, serde::Deserialize)]
struct Privacy {
    key_version: Option<String>,
}

/// The folder of the run, and the version of its key.
fn found(workspace: &Path, as_of: Date, run_id: &str) -> Result<Option<(PathBuf, Option<String>)>> {
    for folder in generations(workspace, as_of)? {
        let manifest: Manifest = nights::manifest(&folder)?;
        if manifest.run_id == run_id {
            return Ok(Some((folder, manifest.privacy.key_version)));
        }
    }
    Ok(None)
}

fn lists(folder: &Path, key_version: Option<String>) -> Result<RunLists> {
    let bytes = read_file(&folder.join("targets.parquet"))?;
    let by_manager = by_manager(bytes).map_err(|cause| damaged(folder, cause))?;
    Ok(RunLists { by_manager, key_version })
}

fn damaged(folder: &Path, cause: Box<dyn std::error::Error>) -> Error {
    Error::internal(format!("cannot read the night of a workbook, `{}`: {cause}", folder.display()))
        .hint("run that night again, or restore its folder from a backup")
}

fn by_manager(bytes: Vec<u8>) -> Result<BTreeMap<String, ManagerRows>, Box<dyn std::error::Error>> {
    let mut managers: BTreeMap<String, ManagerRows> = BTreeMap::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?.build()? {
        let batch = batch?;
        let missing = |name: &'static str| move || format!("no column `{name}`");
        let text = |name| column::<StringArray>(&batch, name).ok_or_else(missing(name));
        let (ids, customers, lists) = (text("manager_id")?, text("customer_id")?, text("list")?);
        let ranks = column::<Int32Array>(&batch, "rank").ok_or_else(missing("rank"))?;
        // A night of an older version held nobody out.
        let held_out = column::<BooleanArray>(&batch, "held_out");
        for at in 0..batch.num_rows() {
            let listed = Listed {
                customer_id: customers.value(at).to_owned(),
                list: lists.value(at).to_owned(),
                held_out: held_out.is_some_and(|held_out| held_out.is_valid(at) && held_out.value(at)),
            };
            managers.entry(ids.value(at).to_owned()).or_default().insert(ranks.value(at), listed);
        }
    }
    Ok(managers)
}

fn column<'b, A: 'static>(batch: &'b RecordBatch, name: &str) -> Option<&'b A> {
    batch.column_by_name(name)?.as_any().downcast_ref::<A>()
}
