//! One published night: which one, its manifest, its tables and the segment model that it names.
//!
//! Reads: `LATEST`, a night's manifest and tables, `models/<id>/segment.json`; each file only after its digest was found to
//! be the manifest's. Never: the store, the exports or a newer model; writes or logs anything.

use super::rows::{self, Rows};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::nights::{self, latest_night, night_folder, published_nights};
use crate::io::private::read_if_there;
use crate::io::published::open_if_whole;
use crate::publish::MANIFEST_VERSION;
use crate::schema::SCHEMA_VERSION;
use crate::segment::SegmentModel;
use arrow::array::RecordBatch;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A published night that this program can read.
#[derive(Debug)]
pub struct Night {
    pub manifest: NightManifest,
    folder: PathBuf,
    workspace: PathBuf,
    /// Tables whose digest was found to be the manifest's.
    checked: RefCell<BTreeMap<String, File>>,
}

/// What is read of a manifest.
#[derive(Debug, Deserialize)]
pub struct NightManifest {
    manifest_version: u32,
    schema_version: u32,
    pub run_id: String,
    pub as_of: Date,
    pub night_before: Option<NightBefore>,
    /// Customers by standing.
    pub customers: BTreeMap<String, u64>,
    pub models: Vec<Model>,
    #[serde(default)]
    pub churn_evaluations: Vec<Judged>,
    /// The chain of tiers behind lifetime values; null where there are none.
    #[serde(default)]
    pub lifetime: Option<IgnoredAny>,
    pub rows: BTreeMap<String, u64>,
    pub warnings: Vec<String>,
    files: Vec<PublishedFile>,
}

#[derive(Debug, Deserialize)]
pub struct NightBefore {
    pub as_of: Date,
}

/// A model that took part.
#[derive(Debug, Deserialize)]
pub struct Model {
    pub what: String,
    pub model_id: String,
    pub trained_through: Date,
    blake3: String,
}

/// How well the churn model did on an origin that it never saw.
#[derive(Debug, Clone, Deserialize, serde::Serialize)]
pub struct Judged {
    pub horizon_days: u32,
    pub test_origin: Date,
    pub auc: Option<JudgedFigure>,
    pub base_rate: f64,
}

#[derive(Debug, Clone, Deserialize, serde::Serialize)]
pub struct JudgedFigure {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct PublishedFile {
    path: String,
    blake3: String,
}

impl Night {
    /// The night of `asked`, or the newest.
    ///
    /// # Errors
    /// Kind `Incomplete` where there is no such night; `Internal` where it cannot be read.
    pub fn find(workspace: &Path, asked: Option<Date>) -> Result<Self> {
        let nights = published_nights(workspace)?;
        let Some(newest) = nights.last().copied() else {
            let message = format!("no night is published under `{}`", workspace.display());
            return Err(Error::incomplete(message)
                .hint("`tercet run` publishes one; `--workspace` names another folder"));
        };
        let as_of = match asked {
            Some(asked) if !nights.contains(&asked) => {
                return Err(Error::incomplete(format!("the night of {asked} is not published")).hint(
                    format!("the newest published night is {newest}; `tercet run --as-of` publishes others"),
                ));
            }
            Some(asked) => asked,
            None => latest_night(workspace)?.filter(|latest| nights.contains(latest)).unwrap_or(newest),
        };
        Self::open(workspace, as_of)
    }

    /// The published night of `as_of`.
    ///
    /// # Errors
    /// Kind `Internal` where it cannot be read, or was written by a version with other formats.
    pub fn open(workspace: &Path, as_of: Date) -> Result<Self> {
        let folder = night_folder(workspace, as_of);
        let refused = |cause: &dyn Display| damaged(&folder, cause);
        let manifest: NightManifest = nights::manifest(&folder)?;
        let formats = (manifest.manifest_version, manifest.schema_version);
        if formats != (MANIFEST_VERSION, SCHEMA_VERSION) {
            let (manifest, schema) = formats;
            let text = format!(
                "manifest format {manifest} and table format {schema}, where {MANIFEST_VERSION} and {SCHEMA_VERSION} are known"
            );
            return Err(refused(&text));
        }
        if manifest.as_of != as_of {
            return Err(refused(&format!("its manifest is of {}", manifest.as_of)));
        }
        Ok(Self { manifest, folder, workspace: workspace.to_owned(), checked: RefCell::default() })
    }

    /// The rows of one customer.
    ///
    /// # Errors
    /// Kind `Internal` where the table is not there, is damaged or of another night.
    pub fn rows(&self, table: &str, customer: &str) -> Result<Rows> {
        Rows::read(self.table(table)?, customer).map_err(|cause| damaged(&self.folder, &cause))
    }

    /// Whole columns of everybody, those that the table has.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub fn columns<'a>(&self, table: &str, names: impl IntoIterator<Item = &'a str>) -> Result<RecordBatch> {
        rows::columns(self.table(table)?, names).map_err(|cause| damaged(&self.folder, &cause))
    }

    /// A failure that says which night it is and what to do; never what stands in it.
    pub fn damaged(&self, cause: &dyn Display) -> Error {
        damaged(&self.folder, cause)
    }

    /// An open table; its bytes are held against the manifest once.
    fn table(&self, table: &str) -> Result<File> {
        let path = format!("{table}.parquet");
        let again = self.checked.borrow().get(&path).map(File::try_clone);
        if let Some(again) = again {
            return again.map_err(|cause| self.damaged(&cause));
        }
        let published = self.manifest.files.iter().find(|file| file.path == path);
        let published = published.ok_or_else(|| self.damaged(&format!("it has no `{path}`")))?;
        let file = open_if_whole(&self.folder.join(&path), &published.blake3);
        let file = file.map_err(|cause| self.damaged(&cause.with_causes()))?;
        let file =
            file.ok_or_else(|| self.damaged(&format!("`{path}` is not the file that was published")))?;
        let kept = file.try_clone().map_err(|cause| self.damaged(&cause))?;
        self.checked.borrow_mut().insert(path, kept);
        Ok(file)
    }

    /// The model that took part in the night as `what`.
    pub fn model(&self, what: &str) -> Option<&Model> {
        self.manifest.models.iter().find(|model| model.what == what)
    }

    /// The segment model that placed the night's customers; `None` where its file is gone.
    ///
    /// # Errors
    /// Kind `Internal` where it is not the file that the night used, or cannot be read.
    pub fn segment_model(&self) -> Result<Option<SegmentModel>> {
        let Some(model) = self.model("segment") else { return Ok(None) };
        let path = self.workspace.join("models").join(&model.model_id).join("segment.json");
        let Some(json) = read_if_there(&path)? else { return Ok(None) };
        let unusable = |reason: &str| {
            Error::internal(format!(
                "cannot use the segment model of the night, `{}`: {reason}",
                path.display()
            ))
            .hint("put the model's file back, or move its folder away and do without its features")
        };
        if blake3::hash(&json).to_hex().as_str() != model.blake3 {
            return Err(unusable("it is not the file that the night used"));
        }
        SegmentModel::from_json(&json).map(Some).map_err(|reason| unusable(&reason))
    }
}

fn damaged(folder: &Path, cause: &dyn Display) -> Error {
    Error::internal(format!("cannot read the published night `{}`: {cause}", folder.display()))
        .hint("where a run has just replaced this night, ask again")
        .hint("else run that night again, or move its folder out of `published/`")
}
