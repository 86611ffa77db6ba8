//! What is kept of every run: history, metrics, lineage and JSON logs, after good nights and bad ones.

use super::{AS_OF, Ground, succeeded, told};
use crate::folders::files;
use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use flate2::write::GzEncoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// A good night and one for which the exports are not there yet.
fn good_and_bad() -> (Ground, Value, String) {
    let ground = Ground::small();
    let good = ground.command(&["run", "--as-of", AS_OF, "--json", "--log-format", "json"]).output().unwrap();
    let good = succeeded(good);
    let bad = ground.command(&["run", "--as-of", "2026-12-31"]).output().unwrap();
    assert_eq!(bad.status.code(), Some(4), "{}", told(&bad));
    (ground, json(&good.stdout)["manifest"].clone(), told(&good))
}

#[test]
fn every_run_is_a_record_and_a_row() {
    let (ground, manifest, _) = good_and_bad();
    let records: Vec<Value> =
        files(&ground.workspace().join("runs")).into_values().map(|bytes| json(&bytes)).collect();
    assert_eq!(records.len(), 2);
    let [good, bad] = [&records[0], &records[1]];
    assert_eq!((good["outcome"].as_str(), good["exit_code"].as_i64()), (Some("published"), Some(0)));
    assert_eq!(good["run_id"], manifest["run_id"]);
    assert_eq!(good["customers"], manifest["customers"]["in_night"]);
    let rows: u64 = manifest["rows"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(good["rows"].as_u64(), Some(rows));
    let stages = |value: &Value| -> Vec<(String, u64)> {
        let stages = value["stages"].as_array().unwrap().iter();
        stages.map(|s| (s["stage"].as_str().unwrap().into(), s["rows"].as_u64().unwrap())).collect()
    };
    assert_eq!(stages(good), stages(&manifest));
    assert!(stages(good).len() > 10);
    assert_eq!((bad["outcome"].as_str(), bad["exit_code"].as_i64()), (Some("failed"), Some(4)));
    assert_eq!(
        (bad["error_kind"].as_str(), bad["failed_stage"].as_str()),
        (Some("incomplete"), Some("ingest"))
    );
    assert!(bad["error"].as_str().unwrap().contains("2026-12-31"));

    let file = fs::File::open(ground.workspace().join("runs.parquet")).unwrap();
    let mut batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let table = batches.next().unwrap().unwrap();
    assert_eq!(table.num_rows(), 2);
    let column = |name: &str| table.column_by_name(name).unwrap().clone();
    assert_eq!(column("outcome").as_string::<i32>().value(1), "failed");
    assert_eq!(column("exit_code").as_primitive::<Int32Type>().values(), &[0, 4]);
    assert_eq!(column("rows").as_primitive::<Int64Type>().value(0), i64::try_from(rows).unwrap());
    assert!(column("rows").is_null(1));
    let of_good = column("stages").as_list::<i32>().value(0);
    let of_good = of_good.as_struct();
    assert_eq!(of_good.len(), stages(good).len());
    let times = of_good.column_by_name("milliseconds").unwrap().as_primitive::<Float64Type>().clone();
    assert!(times.values().iter().all(|time| *time >= 0.0));

    let status = succeeded(ground.command(&["status"]).output().unwrap());
    let text = String::from_utf8(status.stdout).unwrap();
    for part in [
        "nights: 1 published, 2026-10-31 to 2026-10-31; LATEST names 2026-10-31",
        "model: segment segment-2026-10-31-",
        "drift on 2026-10-31: of ",
        "last of 2 runs: ",
        "exit code 4, in the stage `ingest`: the exports are complete up to 2026-10-31",
    ] {
        assert!(text.contains(part), "`{part}` in {text}");
    }
}

#[test]
fn metrics_tell_the_last_run_and_the_last_good_night() {
    let (ground, manifest, _) = good_and_bad();
    let text = fs::read_to_string(ground.workspace().join("metrics.prom")).unwrap();
    let mut samples: BTreeMap<&str, f64> = BTreeMap::new();
    let mut described: BTreeSet<&str> = BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            described.insert(rest.split(' ').nth(1).unwrap());
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(described.contains(name.split('{').next().unwrap()), "{line}");
        assert!(samples.insert(name, value.parse().unwrap()).is_none(), "twice: {line}");
    }
    let expected = [
        ("tercet_run_exit_code", 4.0),
        ("tercet_runs_since_success", 1.0),
        // 2026-10-31, midnight UTC.
        ("tercet_last_success_as_of_timestamp_seconds", 1_793_404_800.0),
        (
            "tercet_night_customers{standing=\"in_night\"}",
            manifest["customers"]["in_night"].as_f64().unwrap(),
        ),
        ("tercet_night_table_rows{table=\"features\"}", manifest["rows"]["features"].as_f64().unwrap()),
    ];
    for (name, value) in expected {
        assert_eq!(samples.get(name), Some(&value), "{name} in {text}");
    }
    let rejected: f64 =
        manifest["inputs"].as_array().unwrap().iter().map(|i| i["rows"]["rejected"].as_f64().unwrap()).sum();
    let of_tables: f64 = samples
        .iter()
        .filter(|(name, _)| name.starts_with("tercet_night_rejected_rows"))
        .map(|(_, n)| n)
        .sum();
    assert!((rejected - of_tables).abs() < 1e-9);
    let has = |start: &str| samples.keys().any(|name| name.starts_with(start));
    assert!(has("tercet_night_drift_psi{group=\"individual\",axis=\"value\",column=\"score\"}"), "{text}");
    assert!(has("tercet_stage_duration_seconds{stage=\"ingest\"}"), "{text}");
    assert!(has("tercet_run_info{execution_id="), "{text}");
    assert!(samples["tercet_last_success_timestamp_seconds"] <= samples["tercet_run_end_timestamp_seconds"]);
}

#[test]
fn metrics_count_the_rejects_of_what_the_night_was_delivered_alone() {
    let ground = Ground::small();
    let october = ground.exports().join("transactions-2026-10.csv.gz");
    let away = ground.home.path().join("away.csv.gz");
    fs::rename(&october, &away).unwrap();
    append(&ground.exports().join("transactions-2026-09.csv.gz"), "bad,bad,bad\n");
    succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    fs::rename(&away, &october).unwrap();
    let figure = |what: &str| -> Option<f64> {
        let name = format!("tercet_night_{what}_rows{{table=\"transactions\"}} ");
        let text = fs::read_to_string(ground.workspace().join("metrics.prom")).unwrap();
        text.lines().find_map(|line| line.strip_prefix(name.as_str())?.parse().ok())
    };
    assert_eq!(figure("rejected"), Some(1.0));
    let of_october = || -> Value {
        let run = succeeded(ground.command(&["run", "--as-of", AS_OF, "--json"]).output().unwrap());
        let inputs = json(&run.stdout)["manifest"]["inputs"].as_array().unwrap().clone();
        inputs.into_iter().find(|input| input["path"] == "transactions-2026-10.csv.gz").unwrap()
    };
    // A rerun takes nothing in, and is of the same night.
    for _ in 0..2 {
        let read = of_october()["rows"]["read"].as_f64();
        assert!(read > Some(0.0));
        assert_eq!((figure("read"), figure("rejected")), (read, Some(0.0)));
    }
}

/// Rows at the end of a compressed file.
fn append(path: &std::path::Path, rows: &str) {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(rows.as_bytes()).unwrap();
    let member = encoder.finish().unwrap();
    fs::File::options().append(true).open(path).unwrap().write_all(&member).unwrap();
}

#[test]
fn lineage_tells_where_the_tables_come_from() {
    let (ground, manifest, _) = good_and_bad();
    let events: BTreeMap<String, Value> = files(&ground.workspace().join("lineage"))
        .into_iter()
        .map(|(name, bytes)| (name, json(&bytes)))
        .collect();
    let types: Vec<(&str, &str)> = events
        .values()
        .map(|event| (event["run"]["runId"].as_str().unwrap(), event["eventType"].as_str().unwrap()))
        .collect();
    assert_eq!(types.len(), 4, "{:?}", events.keys());
    assert_eq!((types[0].0, types[2].0), (types[1].0, types[3].0), "two events a run");
    assert_eq!(
        types.iter().map(|(_, kind)| *kind).collect::<BTreeSet<_>>(),
        ["COMPLETE", "FAIL", "START"].into()
    );
    for event in events.values() {
        check_event(event);
    }
    let complete = events.values().find(|event| event["eventType"] == "COMPLETE").unwrap();
    let outputs = complete["outputs"].as_array().unwrap();
    let rows: BTreeMap<&str, &Value> = outputs
        .iter()
        .map(|set| {
            let name = set["name"].as_str().unwrap().rsplit('/').next().unwrap();
            (name, &set["outputFacets"]["outputStatistics"]["rowCount"])
        })
        .collect();
    assert_eq!(rows.len(), manifest["rows"].as_object().unwrap().len());
    for (table, n) in manifest["rows"].as_object().unwrap() {
        assert_eq!(rows[table.as_str()], n, "{table}");
    }
    let features = outputs.iter().find(|set| set["name"].as_str().unwrap().ends_with("/features")).unwrap();
    assert_eq!(features["facets"]["version"]["datasetVersion"], manifest["run_id"]);
    assert!(features["facets"]["schema"]["fields"].as_array().unwrap().len() > 50);
    let inputs = complete["inputs"].as_array().unwrap();
    let transactions =
        inputs.iter().find(|set| set["name"].as_str().unwrap().contains("/transactions")).unwrap();
    let files =
        manifest["inputs"].as_array().unwrap().iter().filter(|input| input["table"] == "transactions");
    assert_eq!(
        transactions["inputFacets"]["inputStatistics"]["fileCount"].as_u64(),
        Some(files.count() as u64)
    );
    let failed = events.values().find(|event| event["eventType"] == "FAIL").unwrap();
    assert!(failed["run"]["facets"]["errorMessage"]["message"].as_str().unwrap().contains("2026-12-31"));
}

/// What <https://openlineage.io/spec/2-0-2/OpenLineage.json> requires of an event.
fn check_event(event: &Value) {
    assert_eq!(event["schemaURL"], "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent");
    let producer = event["producer"].as_str().unwrap();
    assert!(producer.starts_with("pkg:cargo/tercet@"), "{producer}");
    let time = event["eventTime"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z') && time.as_bytes()[10] == b'T', "{time}");
    let id: Vec<usize> = event["run"]["runId"].as_str().unwrap().split('-').map(str::len).collect();
    assert_eq!(id, [8, 4, 4, 4, 12]);
    assert!(event["job"]["namespace"].is_string() && event["job"]["name"].is_string());
    let sets = ["inputs", "outputs"].iter().flat_map(|key| event[*key].as_array().unwrap());
    let mut holders = vec![&event["run"]["facets"], &event["job"]["facets"]];
    for set in sets {
        assert_eq!(set["namespace"], "file");
        assert!(set["name"].as_str().unwrap().starts_with('/'), "{set}");
        holders.extend(["facets", "inputFacets", "outputFacets"].iter().filter_map(|key| set.get(*key)));
    }
    for facet in holders.iter().flat_map(|holder| holder.as_object().unwrap().values()) {
        assert!(facet["_schemaURL"].as_str().unwrap().starts_with("https://openlineage.io/spec/facets/"));
        assert_eq!(facet["_producer"], event["producer"]);
    }
}

#[test]
fn json_logs_tell_every_stage_of_this_execution() {
    let (ground, manifest, log) = good_and_bad();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let id = &lines[0]["execution_id"];
    assert!(ground.workspace().join(format!("runs/{}.json", id.as_str().unwrap())).exists());
    assert!(lines.iter().all(|line| &line["execution_id"] == id && line["timestamp"].is_string()));
    let stages: Vec<&Value> = lines.iter().filter(|line| line["message"] == "stage ended").collect();
    let expected = manifest["stages"].as_array().unwrap();
    assert_eq!(stages.len(), expected.len());
    for (line, stage) in stages.iter().zip(expected) {
        assert_eq!((&line["stage"], &line["rows"]), (&stage["stage"], &stage["rows"]));
        assert!(line["milliseconds"].as_f64().unwrap() >= 0.0);
    }
    let warnings = lines.iter().filter(|line| line["level"] == "WARN").count();
    assert_eq!(warnings, manifest["warnings"].as_array().unwrap().len());
    assert_eq!(lines.last().unwrap()["run_id"], manifest["run_id"]);

    let failing = ground.command(&["run", "--as-of", "2026-12-31", "--log-format", "json"]).output().unwrap();
    let error = told(&failing).lines().last().map(|line| json(line.as_bytes())).unwrap();
    assert_eq!((error["level"].as_str(), error["exit_code"].as_i64()), (Some("ERROR"), Some(4)));
    assert_eq!(error["error_kind"], "incomplete");
    assert!(!error["hints"].as_array().unwrap().is_empty());
}
