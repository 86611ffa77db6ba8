//! `tercet backfill`: nights in order of date, none twice, and a stop at the first that fails.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{Unobserved, night, repository};
use crate::verify::{small_bank, verified};
use assert_cmd::Command;
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use tercet::config::Config;
use tercet::error::Kind;
use tercet::io::lock::Patience;
use tercet::io::nights::{latest_night, published_nights};
use tercet::pipeline::{Every, Filled, Span, backfill};
use tercet::runs::records;

/// Every day of it, unless published.
fn span(from: &str, to: &str) -> Span {
    Span {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        every: Every::Day,
        rerun: false,
        accept_volume: false,
        patience: Patience::None,
    }
}

/// Nights that the history has, the oldest run first.
fn recorded(config: &Config) -> Vec<String> {
    let runs = records(&config.workspace).unwrap();
    let ids: BTreeSet<&str> = runs.iter().map(|run| run.execution_id.as_str()).collect();
    assert_eq!(ids.len(), runs.len());
    runs.iter().map(|run| format!("{} {}", run.as_of.unwrap(), run.outcome.code())).collect()
}

fn filled(
    config: &Config,
    from: &str,
    to: &str,
    every: Every,
    rerun: bool,
) -> (Vec<String>, Option<(String, Kind)>) {
    let span = Span { every, rerun, ..span(from, to) };
    let mut told = Vec::new();
    let report = backfill(config, &span, &mut Arc::default, &Unobserved, &mut |night| {
        told.push(match night {
            Filled::Published { as_of, replaced: false, .. } => format!("{as_of} new"),
            Filled::Published { as_of, replaced: true, .. } => format!("{as_of} again"),
            Filled::Skipped { as_of } => format!("{as_of} there"),
        });
    })
    .unwrap();
    assert_eq!(report.nights.len(), told.len());
    (told, report.failed.map(|(as_of, failure)| (as_of.to_string(), failure.kind())))
}

#[test]
fn nights_come_in_order_and_are_those_that_single_runs_publish() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 6);
    let work = &config.workspace;
    let newest = night(&config, "2026-10-30");
    let (told, failed) = filled(&config, "2026-08-01", "2026-10-01", Every::MonthEnd, false);
    assert_eq!((told, failed), (vec!["2026-08-31 new".into(), "2026-09-30 new".into()], None));
    assert_eq!(recorded(&config), ["2026-08-31 published", "2026-09-30 published"]);
    assert_eq!(
        latest_night(work).unwrap(),
        Some("2026-10-30".parse().unwrap()),
        "the newest stays the newest"
    );
    let (told, _) = filled(&config, "2026-09-30", "2026-10-01", Every::Day, false);
    assert_eq!(told, ["2026-09-30 there", "2026-10-01 new"]);
    assert!(verified(&config).is_sound());

    // One by one after the same first night, which is when files without a date were known: the same nights.
    let mut raw = (*config).clone();
    raw.workspace = home.path().join("single");
    let single = raw.check().unwrap();
    night(&single, "2026-10-30");
    for on in ["2026-08-31", "2026-09-30", "2026-10-01"] {
        let report = night(&single, on);
        let path = work.join(format!("published/as_of={on}/manifest.json"));
        let there: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!(there["run_id"], report.manifest.run_id.as_str(), "{on}");
    }

    let (told, _) = filled(&config, "2026-09-29", "2026-10-30", Every::Week, true);
    let expected = ["2026-09-29 new", "2026-10-06 new", "2026-10-13 new", "2026-10-20 new", "2026-10-27 new"];
    assert_eq!(told, expected);
    let (told, _) = filled(&config, "2026-10-30", "2026-10-30", Every::Day, true);
    assert_eq!(told, ["2026-10-30 again"]);
    let again = published_nights(work).unwrap();
    assert!(again.is_sorted() && again.len() == 9, "{again:?}");
    assert_eq!(latest_night(work).unwrap(), again.last().copied());
    assert_eq!(newest.manifest.as_of.to_string(), "2026-10-30");
}

#[test]
fn the_first_failure_ends_it_with_its_own_code_and_says_where_to_go_on() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let (told, failed) = filled(&config, "2026-10-29", "2026-11-02", Every::Day, false);
    assert_eq!(told, ["2026-10-29 new", "2026-10-30 new"]);
    assert_eq!(failed, Some(("2026-10-31".into(), Kind::Incomplete)));
    let history = ["2026-10-29 published", "2026-10-30 published", "2026-10-31 failed"];
    assert_eq!(recorded(&config), history);

    let file = home.path().join("tercet.toml");
    fs::write(&file, "[store]\nbuckets = 2\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercet"));
    command.current_dir(repository()).args([
        "backfill",
        "--from",
        "2026-10-30",
        "--to",
        "2026-11-02",
        "--config",
    ]);
    command.arg(&file).arg("--data").arg(&config.data).arg("--workspace").arg(&config.workspace);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "2026-10-30 is published already\n");
    let [config_file, data, workspace] = [&file, &config.data, &config.workspace].map(|path| path.display());
    let hint = format!(
        "go on with `tercet backfill --from 2026-10-31 --to 2026-11-02 --every day --config {config_file} --data {data} \
         --workspace {workspace}`"
    );
    assert!(said.contains(&hint), "{said}");
    let span = span("2026-10-30", "2026-10-01");
    let wrong = backfill(&config, &span, &mut Arc::default, &Unobserved, &mut |_| {}).unwrap_err();
    assert_eq!(wrong.kind(), Kind::Usage);
}

#[test]
fn lines_of_the_log_and_the_record_of_each_night_have_one_id() {
    let home = tempfile::tempdir().unwrap();
    let config = small_bank(home.path(), 60, 4);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tercet"));
    command.current_dir(repository()).args(["backfill", "--log-format", "json", "--wait", "5"]);
    command.args(["--from", "2026-10-29", "--to", "2026-10-30"]);
    command.arg("--data").arg(&config.data).arg("--workspace").arg(&config.workspace);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let mut logged: Vec<String> = Vec::new();
    for line in said.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        logged.push(line["execution_id"].as_str().unwrap().to_owned());
    }
    logged.dedup();
    let runs = records(&config.workspace).unwrap();
    let ids: Vec<&String> = runs.iter().map(|run| &run.execution_id).collect();
    assert_eq!(logged.iter().collect::<Vec<_>>(), ids);
    assert_eq!(recorded(&config), ["2026-10-29 published", "2026-10-30 published"]);
}
