//! OpenLineage events of a run (<https://openlineage.io/spec/2-0-2/OpenLineage.json>): from which exports the tables of
//! a night came. One file per event, for whoever ships them to a catalogue; names, columns, sizes and counts alone.

use super::record::{Outcome, RunRecord};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::clock::{self, Moment};
use crate::io::private::write_private;
use crate::io::staging::FileDigest;
use crate::publish::Manifest;
use crate::schema::TABLES;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, absolute};

pub const FOLDER: &str = "lineage";
const EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
/// A package URL (<https://github.com/package-url/purl-spec>): the same wherever the program runs.
const PRODUCER: &str = concat!("pkg:cargo/tercet@", env!("CARGO_PKG_VERSION"));
/// OpenLineage's name for local files.
const NAMESPACE: &str = "file";

/// Names of the datasets of a configuration: absolute paths, the same from night to night.
#[derive(Debug, Default)]
pub(super) struct Datasets {
    /// By table, the path with the pattern of its files.
    inputs: BTreeMap<&'static str, String>,
    published: String,
}

impl Datasets {
    pub(super) fn of(config: &Config) -> Self {
        let data = whole(&config.data);
        let sources = config.sources().iter();
        let mut inputs: BTreeMap<&'static str, String> =
            sources.map(|(table, source)| (table.name(), format!("{data}/{}", source.files))).collect();
        let results = format!("{}/results", whole(&config.workspace));
        inputs.insert("results", results);
        Self { inputs, published: format!("{}/published", whole(&config.workspace)) }
    }
}

fn whole(path: &Path) -> String {
    absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// An event as the bytes of its file.
#[derive(Debug)]
pub(super) struct LineageEvent {
    name: String,
    json: Vec<u8>,
}

impl LineageEvent {
    /// As the record of the run names it.
    pub(super) fn digest(&self) -> FileDigest {
        let blake3 = blake3::hash(&self.json).to_hex().to_string();
        FileDigest { path: self.name.clone(), bytes: self.json.len() as u64, blake3 }
    }

    /// # Errors
    /// Kind `Internal` or `Usage`, naming the path.
    pub(super) fn write(&self, workspace: &Path) -> Result<()> {
        write_private(&workspace.join(FOLDER).join(&self.name), &self.json)
    }
}

pub(super) fn started(run: &RunRecord) -> Result<LineageEvent> {
    event(run, "START", run.started_at, (Vec::new(), Vec::new()))
}

pub(super) fn completed(run: &RunRecord, datasets: &Datasets, manifest: &Manifest) -> Result<LineageEvent> {
    completed_with(run, (inputs(datasets, manifest), outputs(datasets, manifest)))
}

/// Of a night that can be seen, by a thread that does not know its datasets.
pub(super) fn completed_by_force(run: &RunRecord) -> Result<LineageEvent> {
    completed_with(run, (Vec::new(), Vec::new()))
}

fn completed_with(run: &RunRecord, datasets: (Vec<Value>, Vec<Value>)) -> Result<LineageEvent> {
    event(run, "COMPLETE", run.ended_at.unwrap_or_else(clock::now), datasets)
}

/// `FAIL`, or `ABORT` for a run that was stopped or died.
pub(super) fn ended_early(run: &RunRecord) -> Result<LineageEvent> {
    let kind = if run.outcome == Outcome::Failed { "FAIL" } else { "ABORT" };
    let ended = run.ended_at.unwrap_or_else(clock::now);
    event(run, kind, ended, (Vec::new(), Vec::new()))
}

fn event(
    run: &RunRecord,
    event: &str,
    at: Moment,
    (inputs, outputs): (Vec<Value>, Vec<Value>),
) -> Result<LineageEvent> {
    let event_of_run = json!({
        "eventType": event,
        "eventTime": at.to_string(),
        "producer": PRODUCER,
        "schemaURL": EVENT,
        "run": { "runId": run.execution_id, "facets": run_facets(run) },
        "job": {
            "namespace": "tercet",
            "name": "night",
            "facets": {
                "jobType": facet("2-0-3", "JobType", "Job", json!({
                    "processingType": "BATCH", "integration": "TERCET", "jobType": "JOB",
                })),
            },
        },
        "inputs": inputs,
        "outputs": outputs,
    });
    let json = serde_json::to_vec_pretty(&event_of_run)
        .map_err(|cause| Error::internal("cannot write an event of lineage").caused_by(cause))?;
    let name = format!("{}-{}.json", run.execution_id, event.to_lowercase());
    Ok(LineageEvent { name, json })
}

/// `what` is the facet's name, `of` what it is a facet of, as the specification's files are called.
fn facet(version: &str, what: &str, of: &str, mut facet: Value) -> Value {
    let name = format!("{what}{of}Facet");
    if let Some(facet) = facet.as_object_mut() {
        let url = format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}");
        facet.insert("_producer".into(), PRODUCER.into());
        facet.insert("_schemaURL".into(), url.into());
    }
    facet
}

fn run_facets(run: &RunRecord) -> Value {
    let mut facets = Map::new();
    let engine = json!({ "name": "tercet", "version": run.tercet_version });
    facets.insert("processing_engine".into(), facet("1-1-1", "ProcessingEngine", "Run", engine));
    if let Some(as_of) = run.as_of {
        let day = json!({ "nominalStartTime": format!("{as_of}T00:00:00Z") });
        facets.insert("nominalTime".into(), facet("1-0-1", "NominalTime", "Run", day));
    }
    if let Some(error) = &run.error {
        let message = json!({ "message": error, "programmingLanguage": "RUST" });
        facets.insert("errorMessage".into(), facet("1-0-1", "ErrorMessage", "Run", message));
    }
    facets.into()
}

/// A dataset per table that the night knows deliveries of.
fn inputs(datasets: &Datasets, manifest: &Manifest) -> Vec<Value> {
    let mut sums: BTreeMap<&str, (u64, u64, usize)> = BTreeMap::new();
    for input in &manifest.inputs {
        let (rows, bytes, files) = sums.entry(input.table).or_default();
        *rows += input.rows.read;
        *bytes += input.bytes;
        *files += 1;
    }
    let dataset = |(table, (rows, bytes, files)): (&str, (u64, u64, usize))| {
        let figures = json!({ "rowCount": rows, "size": bytes, "fileCount": files });
        let name = datasets.inputs.get(table).map_or(table, String::as_str);
        json!({
            "namespace": NAMESPACE,
            "name": name,
            "facets": {},
            "inputFacets": { "inputStatistics": facet("1-0-0", "InputStatistics", "InputDataset", figures) },
        })
    };
    sums.into_iter().map(dataset).collect()
}

/// A dataset per published table; the date of the night is a partition and no part of the name.
fn outputs(datasets: &Datasets, manifest: &Manifest) -> Vec<Value> {
    let bytes: BTreeMap<&str, u64> =
        manifest.files.iter().map(|file| (file.0.path.as_str(), file.0.bytes)).collect();
    let dataset = |(table, rows): (&&'static str, &usize)| {
        let size = bytes.get(format!("{table}.parquet").as_str());
        let figures = json!({ "rowCount": rows, "size": size, "fileCount": 1 });
        let version = json!({ "datasetVersion": manifest.run_id });
        json!({
            "namespace": NAMESPACE,
            "name": format!("{}/{table}", datasets.published),
            "facets": {
                "schema": facet("1-1-1", "Schema", "Dataset", json!({ "fields": fields(table) })),
                "version": facet("1-0-1", "DatasetVersion", "Dataset", version),
            },
            "outputFacets": {
                "outputStatistics": facet("1-0-2", "OutputStatistics", "OutputDataset", figures),
            },
        })
    };
    manifest.rows.iter().map(dataset).collect()
}

fn fields(table: &str) -> Vec<Value> {
    let of_table = TABLES.iter().filter(|schema| schema.name == table).flat_map(|schema| (schema.fields)());
    of_table
        .map(|field| json!({ "name": field.name, "type": field.kind.name(), "description": field.description }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_names_its_schema_as_the_specification_does() {
        let found = facet("1-0-2", "OutputStatistics", "OutputDataset", json!({ "rowCount": 1 }));
        let name = "OutputStatisticsOutputDatasetFacet";
        let url = format!("https://openlineage.io/spec/facets/1-0-2/{name}.json#/$defs/{name}");
        assert_eq!(found, json!({ "rowCount": 1, "_producer": PRODUCER, "_schemaURL": url }));
    }
}
