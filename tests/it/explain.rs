//! `tercet explain`: what is told of a customer is what was published, adds up, and names him nowhere but in the answer.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an analyst does"
)]

use crate::bank::{default_config, night, repository};
use crate::published::Table;
use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tercet::explain::{AxisScore, Missing, Moved, explain, text};
use tercet::labels::{Labels, Language};

const BEFORE: &str = "2026-09-30";
const AS_OF: &str = "2026-10-31";
const UNKNOWN: &str = "nobody-has-this-id";

/// A workspace with nights of the sample, and the folder of the last one.
fn sample_nights(nights: &[&str]) -> (TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let config = default_config(&repository().join("data/sample"), &workspace);
    let folders: Vec<PathBuf> = nights.iter().map(|as_of| night(&config, as_of).folder).collect();
    let folder = folders.last().unwrap().clone();
    (home, workspace, folder)
}

fn table(folder: &Path, name: &str) -> Table {
    Table::read(&folder.join(format!("{name}.parquet")))
}

fn ids(table: &Table) -> Vec<String> {
    table.texts("customer_id").into_iter().flatten().collect()
}

/// Runs `tercet explain`; exit code, standard output and standard error.
fn told(workspace: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("tercet").unwrap();
    command.current_dir(repository()).arg("explain").args(arguments).arg("--workspace").arg(workspace);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn contributions_add_up_to_the_published_scores() {
    let (_home, workspace, folder) = sample_nights(&[AS_OF]);
    let segments = table(&folder, "segments");
    let customers = ids(&segments);
    let mut n_explained = 0;
    for (row, customer) in customers.iter().enumerate().step_by(7) {
        let answer = explain(&workspace, customer, None).unwrap();
        assert_eq!(answer.placement.scores.len(), 3);
        for axis in &answer.placement.scores {
            let published = segments.floats(&format!("{}_score", axis.axis))[row];
            assert_eq!(axis.score.value, published);
            match published {
                Some(score) => {
                    adds_up(axis, score);
                    n_explained += 1;
                }
                None => {
                    assert!(axis.features.is_empty());
                    assert_eq!(axis.features_missing, Some(Missing::GroupNotClustered));
                }
            }
        }
    }
    assert!(n_explained > 30, "{n_explained} scores");
}

fn adds_up(axis: &AxisScore, score: f64) {
    let sum: f64 = axis.features.iter().map(|part| part.contribution).sum();
    assert!((sum - axis.raw_score.unwrap()).abs() < 1e-9, "{}", axis.axis);
    // Loyalty rests on earlier dates too.
    if axis.axis != "loyalty" {
        assert!((axis.score_from_features.unwrap() - score).abs() < 1e-6, "{}", axis.axis);
    }
    assert!(axis.features.windows(2).all(|pair| pair[0].contribution >= pair[1].contribution));
}

#[test]
fn a_feature_is_compared_with_the_median_of_the_group() {
    let (_home, workspace, folder) = sample_nights(&[AS_OF]);
    let (segments, features) = (table(&folder, "segments"), table(&folder, "features"));
    let groups = segments.texts("segment_group");
    let row = groups.iter().position(|group| group.as_deref() == Some("individual")).unwrap();
    let answer = explain(&workspace, &ids(&segments)[row], None).unwrap();
    for part in answer.placement.scores.iter().flat_map(|axis| &axis.features) {
        let column = features.floats(part.feature);
        assert_eq!(part.value.value, column[row], "{}", part.feature);
        let in_group = column.iter().zip(&groups).filter(|(_, group)| **group == groups[row]);
        let mut known: Vec<f64> = in_group.filter_map(|(value, _)| *value).collect();
        known.sort_by(f64::total_cmp);
        let (low, high) = (known[(known.len() - 1) / 2], known[known.len() / 2]);
        let median = part.group_median.value.unwrap();
        assert!(
            (median - f64::midpoint(low, high)).abs() <= 1e-9 * median.abs().max(1.0),
            "{}",
            part.feature
        );
    }
}

#[test]
fn what_is_told_is_what_was_published_and_errors_name_nobody() {
    let (_home, workspace, folder) = sample_nights(&[AS_OF]);
    let tables =
        ["segments", "churn", "targets", "suppressions", "cross_sell"].map(|name| table(&folder, name));
    let [segments, churn, targets, suppressions, cross_sell] = &tables;
    let institution =
        segments.texts("segment_group").iter().position(|group| group.as_deref() != Some("individual"));
    let rows =
        [targets, suppressions, cross_sell].into_iter().filter_map(|table| ids(table).first().cloned());
    let customers: BTreeSet<String> = rows
        .chain(institution.map(|row| ids(segments)[row].clone()))
        .chain(ids(segments).last().cloned())
        .collect();
    for customer in &customers {
        let (code, json, message) = told(&workspace, &[customer, "--json", "--verbose"]);
        assert_eq!(code, 0, "{message}");
        assert!(!message.contains(customer), "{message}");
        let answer: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(answer["night"]["as_of"], AS_OF);
        assert_eq!(answer["who"]["customer_id"], **customer);
        let row = ids(segments).iter().position(|id| id == customer).unwrap();
        let text = |table: &Table, name: &str| table.texts(name)[row].clone();
        let number = |name: &str| segments.floats(name)[row];
        let found = |pointer: &str| answer.pointer(pointer).unwrap();
        assert_eq!(found("/who/manager_id/value").as_str(), text(segments, "manager_id").as_deref());
        assert_eq!(
            found("/placement/customer_type/value").as_str(),
            text(segments, "customer_type").as_deref()
        );
        assert_eq!(found("/placement/type_before/missing"), "first_night");
        assert_eq!(found("/standing/tier/value").as_str(), text(segments, "tier").as_deref());
        tier_by_month_is_what_was_published(found("/standing"), text(segments, "tier_history"));
        let lacks_lifetime_value = found("/standing/lifetime_value/value").is_null();
        assert_eq!(lacks_lifetime_value, number("clv").is_none());
        assert_eq!(found("/standing/value/value").as_f64(), number("value_12m"));
        assert_eq!(found("/standing/value/basis").as_str(), text(segments, "value_basis").as_deref());
        assert_eq!(found("/standing/aum/value").as_f64(), number("aum"));
        assert_eq!(found("/churn/band/value").as_str(), text(churn, "band").as_deref());
        assert_eq!(found("/churn/scope_reason").as_str(), text(churn, "scope_reason").as_deref());
        for (pointer, table) in
            [("/lists/listed", targets), ("/lists/kept_off", suppressions), ("/lists/offers", cross_sell)]
        {
            let published = ids(table).iter().filter(|id| *id == customer).count();
            assert_eq!(found(pointer).as_array().unwrap().len(), published, "{pointer}");
        }
        every_missing_figure_says_why(&answer);
    }
    as_text(&workspace, customers.first().unwrap());
    refusals(&workspace, &folder, customers.first().unwrap());
}

fn tier_by_month_is_what_was_published(standing: &Value, published: Option<String>) {
    let months = standing["tier_history"]["value"].as_array();
    let texts = |of: &str| -> Option<Vec<String>> {
        Some(months?.iter().map(|month| month[of].as_str().unwrap().to_owned()).collect())
    };
    assert_eq!(texts("tier").map(|tiers| tiers.join(",")), published);
    if let Some(month_ends) = texts("month_end") {
        assert!((1..=12).contains(&month_ends.len()), "{month_ends:?}");
        assert_eq!(month_ends.last().map(String::as_str), Some(AS_OF));
        assert_eq!(
            texts("status").unwrap().last().map(String::as_str),
            standing["tier_status"]["value"].as_str()
        );
        assert_eq!(texts("tier").unwrap().last().map(String::as_str), standing["tier"]["value"].as_str());
    }
}

fn every_missing_figure_says_why(answer: &Value) {
    match answer {
        Value::Object(fields) => {
            if fields.contains_key("basis") || fields.contains_key("missing") {
                let is_missing = fields.get("value").is_some_and(Value::is_null);
                assert_eq!(is_missing, fields.get("missing").is_some_and(Value::is_string), "{fields:?}");
            }
            fields.values().for_each(every_missing_figure_says_why);
        }
        Value::Array(values) => values.iter().for_each(every_missing_figure_says_why),
        _ => {}
    }
}

fn as_text(workspace: &Path, customer: &str) {
    let (code, shown, message) = told(workspace, &[customer, "--as-of", AS_OF]);
    assert_eq!((code, message.as_str()), (0, ""));
    for part in
        ["WHO", "TYPE", "SCORES", "VALUE AND TIER", "MOVEMENTS", "CHURN", "LISTS TONIGHT", "CROSS-SELL"]
    {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
    assert!(shown.starts_with(&format!("Customer {customer} in the night of {AS_OF}")), "{shown}");
    let answer = explain(workspace, customer, None).unwrap();
    assert_eq!(text(&answer, &Labels::of(Language::En), "CNY"), shown);
    assert!(text(&answer, &Labels::of(Language::ZhCn), "CNY").contains("【流失】"));
}

/// Nobody of this id, no such night, a damaged table.
fn refusals(workspace: &Path, folder: &Path, customer: &str) {
    let (code, shown, message) = told(workspace, &[UNKNOWN]);
    assert_eq!((code, shown.as_str()), (2, ""));
    assert!(message.contains("no customer of this id is in the night of 2026-10-31"), "{message}");
    assert!(message.contains("hint: ") && !message.contains(UNKNOWN), "{message}");

    let (code, _, message) = told(workspace, &[customer, "--as-of", "2026-08-31"]);
    assert_eq!(code, 4);
    assert!(message.contains("the night of 2026-08-31 is not published"), "{message}");

    let damaged = folder.join("churn.parquet");
    let mut bytes = std::fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let (code, shown, message) = told(workspace, &[customer]);
    assert_eq!((code, shown.as_str()), (1, ""));
    assert!(message.contains("`churn.parquet` is not the file that was published"), "{message}");
    assert!(!message.contains(customer), "{message}");
}

#[test]
fn a_workspace_without_a_night_is_not_complete_yet() {
    let home = tempfile::tempdir().unwrap();
    let (code, shown, message) = told(home.path(), &[UNKNOWN]);
    assert_eq!((code, shown.as_str()), (4, ""));
    assert!(message.contains("no night is published under"), "{message}");
    assert!(message.contains("hint: `tercet run` publishes one"), "{message}");
}

/// A movement tells the scores that the tables of both nights have.
fn scores_are_of_both_nights(told: &Moved, customer: &str, nights: [&Table; 2]) {
    let [was, is] = nights.map(|night| {
        let row = ids(night).iter().position(|id| id == customer);
        row.map(|row| {
            ["value", "loyalty", "behaviour"].map(|axis| night.floats(&format!("{axis}_score"))[row])
        })
    });
    let scores = told.scores.iter().map(|score| (score.axis, score.was, score.is)).collect::<Vec<_>>();
    let expected: Vec<(&str, f64, f64)> = ["value", "loyalty", "behaviour"]
        .into_iter()
        .enumerate()
        .filter_map(|(at, axis)| Some((axis, was?[at]?, is?[at]?)))
        .collect();
    assert_eq!(scores, expected, "{}", told.what);
}

#[test]
fn the_night_before_is_told_as_it_was_published() {
    let (_home, workspace, folder) = sample_nights(&[BEFORE, AS_OF]);
    let before = table(&workspace.join("published").join(format!("as_of={BEFORE}")), "segments");
    let (ids_before, types_before) = (ids(&before), before.texts("customer_type"));
    let tiers_before = before.texts("tier");
    let moved = table(&folder, "movements");
    let now = table(&folder, "segments");
    let all = ids(&now);
    let in_night: BTreeSet<&String> = all.iter().collect();
    let customers: BTreeSet<String> = ids(&moved)
        .into_iter()
        .filter(|id| in_night.contains(id))
        .take(40)
        .chain(all.iter().take(5).cloned())
        .collect();
    for customer in &customers {
        let answer = explain(&workspace, customer, None).unwrap();
        match ids_before.iter().position(|id| id == customer) {
            Some(row) => {
                assert_eq!(answer.placement.type_before.value, types_before[row]);
                assert_eq!(answer.standing.tier_before.value, tiers_before[row]);
            }
            None => assert_eq!(answer.placement.type_before.missing, Some(Missing::NotInNightBefore)),
        }
        for told in answer.movements.moves.iter().filter(|told| told.as_of.to_string() == AS_OF) {
            scores_are_of_both_nights(told, customer, [&before, &now]);
        }
        let tonight = answer.movements.moves.iter().filter(|moved| moved.as_of.to_string() == AS_OF).count();
        assert_eq!(tonight, ids(&moved).iter().filter(|id| *id == customer).count());
        assert_eq!(answer.movements.nights.len(), 2);
        assert_eq!(explain(&workspace, customer, None).unwrap().movements.moves, answer.movements.moves);
    }
    let earlier = explain(&workspace, &ids_before[0], Some(BEFORE.parse().unwrap())).unwrap();
    assert_eq!(earlier.night.as_of.to_string(), BEFORE);
    assert_eq!(earlier.placement.type_before.missing, Some(Missing::FirstNight));
}
