//! What `tercet run` tells of tiers and of how value is concentrated: the figures of the published tables.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{default_config, invent, night, repository};
use crate::published::Table;
use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;
use tercet::explain::{Missing, explain};

/// Standard output of a night over the sample.
fn told(workspace: &Path, arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("tercet").unwrap();
    command.current_dir(repository()).arg("run").args(arguments).arg("--workspace").arg(workspace);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn tiers_and_concentration_are_told_for_people_and_for_machines() {
    let home = tempfile::tempdir().unwrap();
    let summary: Value = serde_json::from_str(&told(home.path(), &["--json"])).unwrap();
    let segments = Table::read(&Path::new(summary["folder"].as_str().unwrap()).join("segments.parquet"));
    let (tiers, statuses) = (segments.texts("tier"), segments.texts("tier_status"));
    let n = |tier: &str, status: Option<&str>| {
        let rows = tiers.iter().zip(&statuses).filter(|(found, _)| found.as_deref() == Some(tier));
        rows.filter(|(_, found)| status.is_none() || found.as_deref() == status).count()
    };
    let rows = summary["tiers"].as_array().unwrap();
    let n_told: u64 = rows.iter().map(|row| row["n_customers"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(n_told).unwrap(), tiers.iter().flatten().count());
    for row in rows {
        let tier = row["tier"].as_str().unwrap();
        for (key, status) in [
            ("n_customers", None),
            ("n_promoted", Some("promoted")),
            ("n_watch", Some("watch")),
            ("n_demoted", Some("demoted")),
        ] {
            assert_eq!(row[key], n(tier, status), "{tier} {key}");
        }
    }
    let top_share = summary["manifest"]["concentration"]["top_share"].as_f64().unwrap();

    let text = told(home.path(), &[]);
    let said =
        format!("Concentration: the best 20% of customers bring {:.1}% of the value\n", 100.0 * top_share);
    assert!(text.contains(&said), "no `{said}` in\n{text}");
    let all =
        |status: &str| ["t0", "t1", "t2", "t3", "t4"].map(|tier| n(tier, Some(status))).iter().sum::<usize>();
    let moves =
        format!("; promoted {}, on watch {}, demoted {}\n", all("promoted"), all("watch"), all("demoted"));
    assert!(text.contains("Tiers: ") && text.contains(&moves), "no `{moves}` in\n{text}");
}

#[test]
fn a_short_history_is_why_there_is_no_lifetime_value() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    invent(200, 14, 3, &data);
    let config = default_config(&data, &home.path().join("work"));
    let report = night(&config, "2026-09-30");
    assert!(report.manifest.lifetime.is_none());
    let segments = Table::read(&report.folder.join("segments.parquet"));
    let ids = segments.texts("customer_id");
    let answer = explain(&config.workspace, ids[0].as_ref().unwrap(), None).unwrap();
    assert_eq!(answer.standing.lifetime_value.missing, Some(Missing::HistoryTooShort));
}
