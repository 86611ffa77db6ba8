//! Backtests: what they judge by, what they leave, and what they say where nothing can be judged.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at model files from outside, and damage them"
)]

use super::small_bank::{LAST, config_file, config_over, date, shared, tercet};
use crate::bank::{Unobserved, invent, taken_in};
use crate::published::Table;
use std::fs;
use std::path::Path;
use tercet::churn::backtest::Backtest;
use tercet::churn::labels::HORIZONS_DAYS;
use tercet::config::Config;
use tercet::date::Date;
use tercet::error::Kind;
use tercet::pipeline;
use tercet::schema::{BACKTEST, BACKTEST_CALIBRATION, TableSchema};

fn assert_columns(folder: &Path, schema: &TableSchema) -> Table {
    let path = folder.join(format!("{}.parquet", schema.name));
    let table = Table::read(&path);
    let own = (schema.fields)();
    let promised: Vec<&str> =
        std::iter::once("as_of_date").chain(own.iter().map(|field| field.name)).collect();
    assert_eq!(table.names(), promised);
    assert!(table.n_rows() > 0, "{}", path.display());
    table
}

fn assert_only_the_past_taught(found: &Backtest, config: &Config) {
    let rules = &config.churn;
    for judged in &found.evaluations {
        let days = rules.gap_days + judged.horizon_days + rules.confirm_days;
        assert!(!judged.trained_on.is_empty(), "{judged:?}");
        assert!(judged.trained_on.iter().all(|on| on.plus_days(days) <= judged.test_origin), "{judged:?}");
        assert!(judged.test_origin.plus_days(days) <= found.known_until, "{judged:?}");
        let names: Vec<&str> = judged.baselines.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["recency", "assets_trend", "warning_signals"]);
        let n_in_bins: usize = judged.reliability.iter().map(|bin| bin.n_customers).sum();
        assert_eq!(n_in_bins, judged.n_customers);
    }
}

#[test]
fn a_backtest_judges_by_the_past_alone_and_leaves_its_tables_also_through_the_binary() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let config = config_over(&shared().exports(), &workspace);
    taken_in(&config, date(LAST));
    let report = pipeline::backtest(&config, None, &Unobserved).unwrap();
    assert_eq!(report.folder, workspace.join("backtests").join(format!("as_of={LAST}")));
    assert_only_the_past_taught(&report.backtest, &config);
    let mut tests: Vec<Date> = report.backtest.evaluations.iter().map(|judged| judged.test_origin).collect();
    tests.dedup();
    assert!(tests.is_sorted() && (1..=HORIZONS_DAYS.len()).contains(&tests.len()), "{tests:?}");
    assert!(report.backtest.evaluations.iter().any(|judged| judged.horizon_days == 90));

    let figures = assert_columns(&report.folder, &BACKTEST);
    let shares = ["auc", "average_precision", "base_rate", "brier", "expected_calibration_error"];
    for (figure, value) in figures.texts("figure").into_iter().zip(figures.floats("value")) {
        let (figure, value) = (figure.unwrap(), value.unwrap());
        assert!(value.is_finite(), "{figure}: {value}");
        let is_share = shares.contains(&figure.as_str()) || figure.starts_with("capture");
        assert!(!is_share || (0.0..=1.0).contains(&value), "{figure}: {value}");
    }
    let by = figures.counts("scored_by");
    let names: Vec<&str> = by.keys().map(String::as_str).collect();
    assert_eq!(names, ["assets_trend", "model", "recency", "warning_signals"]);
    let bins = assert_columns(&report.folder, &BACKTEST_CALIBRATION);
    for name in ["mean_probability", "observed_rate"] {
        assert!(bins.floats(name).iter().all(|share| (0.0..=1.0).contains(&share.unwrap())), "{name}");
    }

    let json = fs::read(report.folder.join("backtest.json")).unwrap();
    let tables = crate::published::table_bytes(&report.folder);
    fs::remove_dir_all(&report.folder).unwrap();
    let file = config_file(home.path(), "positives_min = 10");
    let (code, said, error) = tercet(&["backtest", "--json"], &file, &shared().exports(), &workspace);
    assert_eq!(code, 0, "{error}");
    assert!(serde_json::from_str::<serde_json::Value>(&said).unwrap().is_object(), "{said}");
    assert!(fs::read(report.folder.join("backtest.json")).unwrap() == json, "the binary finds other figures");
    assert_eq!(crate::published::table_bytes(&report.folder), tables);
}

#[test]
fn a_backtest_without_a_store_or_with_too_short_a_history_says_so() {
    for (months, said) in [
        (None, "the store is empty"),
        // No origin, and origins before which no outcome was known.
        (Some(7), "history is too short for an origin whose outcome is known"),
        (Some(10), "history is too short: an origin and its outcome need"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let (data, workspace) = (home.path().join("data"), home.path().join("work"));
        fs::create_dir(&data).unwrap();
        let config = config_over(&data, &workspace);
        if let Some(months) = months {
            invent(60, months, 5, &data);
            taken_in(&config, date(LAST));
        }
        let refused = pipeline::backtest(&config, None, &Unobserved).unwrap_err();
        assert_eq!(refused.kind(), Kind::Incomplete, "{refused}");
        assert!(refused.to_string().contains(said), "{refused}");
        assert!(!refused.hints().is_empty());
        let file = config_file(home.path(), "");
        let (code, _, error) = tercet(&["backtest"], &file, &data, &workspace);
        assert_eq!(code, 4, "{error}");
        assert!(error.contains(said) && error.contains("hint: "), "{error}");
        assert!(!workspace.join("backtests").exists());
    }
}
