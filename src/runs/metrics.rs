//! `metrics.prom`: the last run, good or failed, and the newest night, whichever was run last, in Prometheus' text
//! format, for a textfile collector; sealed by a comment. Aggregates alone.

use super::record::{Outcome, RunRecord};
use crate::date::Date;
use crate::error::Result;
use crate::io::nights::{self, night_folder, published_nights};
use crate::io::private::write_private;
use crate::publish::beyond_chance;
use crate::seal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

pub const FILE: &str = "metrics.prom";
/// How the text begins that older versions wrote without a seal before it.
pub const START: &str = "# HELP tercet_run_info ";

/// Writes the metrics anew after `run`, the last of `runs`, has ended.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub(super) fn write(workspace: &Path, run: &RunRecord, runs: &[RunRecord]) -> Result<()> {
    let mut text = Text::default();
    of_run(&mut text, run);
    let good = runs.iter().rposition(|known| known.outcome == Outcome::Published);
    text.gauge(
        "tercet_runs_since_success",
        "Runs since the last one that published",
        &[(&[], count(runs.len() - good.map_or(0, |at| at + 1)))],
    );
    if let Some(ended) = good.and_then(|at| runs[at].ended_at) {
        text.gauge(
            "tercet_last_success_timestamp_seconds",
            "When a run last published",
            &[(&[], seconds(ended.unix_milliseconds))],
        );
    }
    // An older night that was run again is no news of how things stand.
    if let Some(newest) = published_nights(workspace)?.last() {
        text.gauge(
            "tercet_last_success_as_of_timestamp_seconds",
            "Date of the newest published night, at midnight UTC",
            &[(&[], f64::from(newest.0) * 86_400.0)],
        );
        let manifest = |night: Date| nights::manifest::<Value>(&night_folder(workspace, night)).ok();
        if let Some(night) = manifest(*newest) {
            let before = Value::as_str(&night["night_before"]["as_of"]).and_then(Date::parse_iso);
            of_night(&mut text, &night, &before.and_then(manifest).unwrap_or_default());
        }
    }
    write_private(&workspace.join(FILE), seal::text::sealed(&text.0).as_bytes())
}

fn of_run(text: &mut Text, run: &RunRecord) {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let (outcome, kind, stage) = (run.outcome.code(), or_empty(&run.error_kind), or_empty(&run.failed_stage));
    let labels = [
        ("execution_id", run.execution_id.as_str()),
        ("version", &run.tercet_version),
        ("outcome", outcome),
        ("error_kind", &kind),
        ("failed_stage", &stage),
    ];
    text.gauge("tercet_run_info", "The last run", &[(&labels, 1.0)]);
    text.gauge(
        "tercet_run_exit_code",
        "Exit code of the last run",
        &[(&[], run.exit_code.map_or(f64::NAN, f64::from))],
    );
    text.gauge(
        "tercet_run_start_timestamp_seconds",
        "When the last run began",
        &[(&[], seconds(run.started_at.unix_milliseconds))],
    );
    if let Some(ended) = run.ended_at {
        text.gauge(
            "tercet_run_end_timestamp_seconds",
            "When the last run ended",
            &[(&[], seconds(ended.unix_milliseconds))],
        );
    }
    if let Some(milliseconds) = run.milliseconds {
        text.gauge("tercet_run_duration_seconds", "How long it took", &[(&[], milliseconds / 1e3)]);
    }
    let of_stages = |value: fn(&super::StageRecord) -> f64| -> Vec<(String, f64)> {
        run.stages.iter().map(|stage| (stage.stage.clone(), value(stage))).collect()
    };
    text.by(
        "tercet_stage_duration_seconds",
        "Stages of the last run",
        "stage",
        &of_stages(|stage| stage.milliseconds / 1e3),
    );
    #[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
    let rows = of_stages(|stage| stage.rows as f64);
    text.by("tercet_stage_rows", "Rows of the stages of the last run", "stage", &rows);
}

fn of_night(text: &mut Text, manifest: &Value, before: &Value) {
    let figures = |key: &str| -> Vec<(String, f64)> {
        let figures = manifest[key].as_object().into_iter().flatten();
        figures.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect()
    };
    text.by("tercet_night_customers", "Customers by standing", "standing", &figures("customers"));
    text.by("tercet_night_table_rows", "Rows of published tables", "table", &figures("rows"));
    text.by("tercet_night_listed_customers", "Customers on managers' lists", "list", &figures("lists"));
    let new = new_inputs(manifest, before);
    text.by("tercet_night_read_rows", "Rows of new deliveries", "table", &of_inputs(&new, "read"));
    text.by("tercet_night_rejected_rows", "Rejected of them", "table", &of_inputs(&new, "rejected"));
    let models = manifest["models"].as_array().into_iter().flatten();
    let ages =
        models.filter_map(|model| Some((model["what"].as_str()?.to_owned(), model["age_days"].as_f64()?)));
    text.by("tercet_night_model_age_days", "Days since a model saw data", "model", &ages.collect::<Vec<_>>());
    let drift = manifest["drift"].as_array().into_iter().flatten();
    let drift: Vec<([&str; 3], f64)> = drift
        .filter_map(|column| {
            let names =
                ["segment_group", "axis", "column"].map(|key| column[key].as_str().unwrap_or_default());
            let index = Some(column["index"].as_f64()?);
            Some((names, beyond_chance(index, column["index_by_chance"].as_f64()).unwrap_or(0.0)))
        })
        .collect();
    let labelled: Vec<[(&str, &str); 3]> = drift
        .iter()
        .map(|([group, axis, column], _)| [("group", *group), ("axis", axis), ("column", column)])
        .collect();
    let samples: Vec<(&[(&str, &str)], f64)> =
        labelled.iter().zip(&drift).map(|(labels, (_, index))| (labels.as_slice(), *index)).collect();
    text.gauge(
        "tercet_night_drift_psi",
        "Population stability index against the model's fit, 0 where chance alone gives as much",
        &samples,
    );
    let warnings = manifest["warnings"].as_array().map_or(0, Vec::len);
    text.gauge("tercet_night_warnings", "Warnings of the night", &[(&[], count(warnings))]);
    if let Some(bytes) = manifest["peak_memory_bytes"].as_f64() {
        text.gauge("tercet_night_peak_memory_bytes", "Largest resident size", &[(&[], bytes)]);
    }
}

/// Deliveries of a night that the night before it did not have, late and corrected ones too; the same however often the
/// night is run. An older night that was run again knows of later deliveries: they were none of its own.
fn new_inputs<'a>(manifest: &'a Value, before: &'a Value) -> Vec<&'a Value> {
    let of_night = |night: &'a Value| {
        let inputs = night["inputs"].as_array().into_iter().flatten();
        inputs.filter(|input| input["delivered_on"].as_str() <= night["as_of"].as_str())
    };
    let content = |input: &'a Value| (input["table"].as_str(), input["blake3"].as_str());
    let known: BTreeSet<_> = of_night(before).map(content).collect();
    of_night(manifest).filter(|input| !known.contains(&content(input))).collect()
}

/// Rows of deliveries by table.
fn of_inputs(inputs: &[&Value], key: &str) -> Vec<(String, f64)> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for input in inputs {
        if let (Some(table), Some(rows)) = (input["table"].as_str(), input["rows"][key].as_f64()) {
            *sums.entry(table.to_owned()).or_default() += rows;
        }
    }
    sums.into_iter().collect()
}

#[expect(clippy::cast_precision_loss, reason = "a time of this era")]
fn seconds(unix_milliseconds: i64) -> f64 {
    unix_milliseconds as f64 / 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn count(n: usize) -> f64 {
    n as f64
}

/// Prometheus' text format, version 0.0.4.
#[derive(Default)]
struct Text(String);

impl Text {
    fn gauge(&mut self, name: &str, help: &str, samples: &[(&[(&str, &str)], f64)]) {
        if samples.is_empty() {
            return;
        }
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in samples {
            let labels: Vec<String> =
                labels.iter().map(|(key, text)| format!("{key}=\"{}\"", escaped(text))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let value = if value.is_nan() { "NaN".to_owned() } else { value.to_string() };
            let _ = writeln!(self.0, "{name}{labels} {value}");
        }
    }

    fn by(&mut self, name: &str, help: &str, label: &str, samples: &[(String, f64)]) {
        let labels: Vec<([(&str, &str); 1], f64)> =
            samples.iter().map(|(text, value)| ([(label, text.as_str())], *value)).collect();
        let samples: Vec<(&[(&str, &str)], f64)> =
            labels.iter().map(|(labels, value)| (labels.as_slice(), *value)).collect();
        self.gauge(name, help, &samples);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_a_figure_that_is_none_is_nan() {
        let mut text = Text::default();
        text.gauge("a", "b", &[(&[("c", "d\"\\\ne")], 1.5), (&[], f64::NAN)]);
        assert_eq!(text.0, "# HELP a b\n# TYPE a gauge\na{c=\"d\\\"\\\\\\ne\"} 1.5\na NaN\n");
        text.gauge("none", "b", &[]);
        assert!(!text.0.contains("none"));
    }
}
