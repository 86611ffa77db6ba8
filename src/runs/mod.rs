//! What is kept of every run, good or failed: for the operator, for monitoring, for lineage. Nothing of a customer.
//!
//! ```text
//! workspace/runs/<execution id>.json              one run; without an end while it goes on, or where it died
//! workspace/runs.parquet                          all of them, as a table
//! workspace/metrics.prom                          the last run and the newest night, as Prometheus text
//! workspace/lineage/<execution id>-<event>.json   OpenLineage events: start, then complete, fail or abort
//! ```
//!
//! Reads: these files and the manifest of the last good night. Writes: each file whole, by one rename; what cannot be
//! written is warned of and stops no night. The caller holds the workspace. No table of a night depends on any of it.
//! Records, table and metrics carry seals of their own, and a record the digests of its events.

mod execution_id;
mod lineage;
mod metrics;
mod record;
mod recorder;
mod table;

pub use lineage::FOLDER as LINEAGE;
pub use metrics::{FILE as METRICS, START as METRICS_START};
pub use record::{FOLDER, FORMAT, Outcome, RunRecord, SUFFIX, StageRecord, records};
pub use recorder::Recorder;
pub use table::FILE as TABLE;
