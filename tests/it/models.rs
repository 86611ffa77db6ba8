//! Models from fit to approval to the nights that use them: the same bytes twice, in force for the nights from then on,
//! refused when damaged.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at model files from outside, and damage them"
)]

use crate::bank::{Unobserved, default_config, invent, night, repository, taken_in};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tercet::config::Config;
use tercet::date::Date;
use tercet::error::Kind;
use tercet::pipeline::{Comparison, FitReport, NightReport, approve, fit, run, withdraw};
use tercet::publish::{ModelEntry, ModelStatus};

/// Two month ends of an invented bank, the second its last day, and the day before that.
const BEFORE: &str = "2026-09-30";
const EVE: &str = "2026-10-30";
const LAST: &str = "2026-10-31";

/// A bank of fourteen months and a workspace without nights.
fn bank(home: &Path) -> Config {
    let (data, workspace) = (home.join("data"), home.join("work"));
    fs::create_dir(&data).unwrap();
    invent(200, 14, 3, &data);
    default_config(&data, &workspace)
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn fitted(config: &Config, as_of: &str) -> FitReport {
    fit(config, Some(date(as_of)), &Unobserved).unwrap()
}

fn segment_model(report: &NightReport) -> &ModelEntry {
    report.manifest.models.iter().find(|model| model.what == "segment").unwrap()
}

fn file(config: &Config, model_id: &str, name: &str) -> PathBuf {
    config.workspace.join("models").join(model_id).join(name)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn fitting_twice_gives_the_same_model_and_the_same_card() {
    let home = tempfile::tempdir().unwrap();
    let config = bank(home.path());
    taken_in(&config, date(LAST));
    let first = fitted(&config, LAST);
    let read = |name: &str| fs::read(file(&config, &first.model_id, name)).unwrap();
    let (model, card) = (read("segment.json"), read("card.md"));
    let second = fitted(&config, LAST);
    assert_eq!((&second.model_id, &second.folder), (&first.model_id, &first.folder));
    assert!(read("segment.json") == model && read("card.md") == card, "a second fit wrote other bytes");
    assert_eq!(mode(&first.folder), 0o700);
    assert_eq!(mode(&first.folder.join("segment.json")), 0o600);
    assert_eq!(mode(&first.folder.join("card.md")), 0o600);

    assert_eq!(first.comparison, Comparison::NoneInForce);
    let individuals = &first.groups[0];
    assert_eq!(individuals.segment_group, "individual");
    assert!(individuals.n_fitted > 100, "{individuals:?}");
    assert_eq!(individuals.n_fitted + individuals.n_provisional, individuals.n_customers);
    let axes: Vec<&str> = individuals.axes.iter().map(|axis| axis.axis.as_str()).collect();
    assert_eq!(axes, ["value", "loyalty", "behaviour"]);
    assert!(individuals.axes.iter().all(|axis| axis.share_high.is_some()), "{individuals:?}");

    let card = String::from_utf8(card).unwrap();
    for said in [
        &format!("# Segment model `{}`", first.model_id),
        "Trained through 2026-10-31",
        "| `seed` | 20260101 |",
        "| `value_12m` | lifts `worth` |",
        "No model was in force on that day",
        &format!("| `segment.json` | `{}` |", first.blake3),
    ] {
        assert!(card.contains(said), "no `{said}` in\n{card}");
    }
}

#[test]
fn a_fit_needs_a_store_that_reaches_the_date() {
    let home = tempfile::tempdir().unwrap();
    let config = bank(home.path());
    let refused = fit(&config, None, &Unobserved).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.to_string().starts_with("the store is empty")),
        (Kind::Incomplete, true)
    );
    assert!(refused.hints()[0].contains("tercet run"), "{:?}", refused.hints());
    taken_in(&config, date(LAST));
    let refused = fit(&config, Some(date("2026-11-30")), &Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Incomplete);
    assert_eq!(fit(&config, None, &Unobserved).unwrap().trained_through, date(LAST));
}

#[test]
fn an_approved_model_is_used_from_its_date_on_and_by_no_night_before() {
    let home = tempfile::tempdir().unwrap();
    let config = bank(home.path());
    let first = night(&config, BEFORE);
    let old = segment_model(&first).clone();
    assert_eq!(old.status, ModelStatus::FittedTonight);
    let proposal = format!("tercet approve {}", old.model_id);
    assert!(
        first.manifest.warnings.iter().any(|warning| warning.contains(&proposal)),
        "{:?}",
        first.manifest.warnings
    );
    assert!(file(&config, &old.model_id, "card.md").is_file());

    let done = approve(&config, &old.model_id, Some("first model")).unwrap();
    assert_eq!((done.is_known, done.trained_through, &done.followed_by), (false, date(BEFORE), &None));
    let again = approve(&config, &old.model_id, None).unwrap();
    assert_eq!((again.is_known, again.note.as_deref()), (true, Some("first model")));
    assert_eq!(again.approved_at, done.approved_at);

    let new = fitted(&config, LAST);
    let Comparison::Compared { model_id, status, found } = &new.comparison else {
        panic!("{:?}", new.comparison)
    };
    assert_eq!((model_id, *status), (&old.model_id, ModelStatus::Approved));
    assert!(found.n_customers > 100 && found.n_same_type <= found.n_customers, "{found:?}");
    approve(&config, &new.model_id, None).unwrap();
    assert_eq!(approve(&config, &old.model_id, None).unwrap().followed_by.unwrap().from, date(LAST));

    let eve = night(&config, EVE);
    assert_eq!(segment_model(&eve).model_id, old.model_id);
    assert_eq!((segment_model(&eve).status, segment_model(&eve).age_days), (ModelStatus::Approved, 30));
    let last = night(&config, LAST);
    assert_eq!(segment_model(&last).model_id, new.model_id);
    assert_eq!((segment_model(&last).status, segment_model(&last).age_days), (ModelStatus::Approved, 0));
    let told = last.manifest.warnings.iter().any(|warning| warning.contains("no approved segment model"));
    assert!(!told, "{:?}", last.manifest.warnings);

    // On the day it was trained through nobody has moved; a month before, columns were others.
    let drift = &last.manifest.drift;
    assert!(drift.iter().any(|column| column.column == "score" && column.axis == "loyalty"));
    assert!(drift.iter().all(|column| column.index == Some(0.0)), "{drift:?}");
    assert!(drift.iter().all(|column| column.bounds.len() + 2 == column.n_now.len()), "{drift:?}");
    assert!(eve.manifest.drift.iter().any(|column| column.index > Some(0.0)), "{:?}", eve.manifest.drift);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(last.folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["models"][0]["status"], "approved");
    assert_eq!(manifest["drift"].as_array().unwrap().len(), drift.len());
}

#[test]
fn a_damaged_approved_model_is_refused_until_another_is_approved() {
    let home = tempfile::tempdir().unwrap();
    let config = bank(home.path());
    let old = segment_model(&night(&config, BEFORE)).model_id.clone();
    approve(&config, &old, None).unwrap();
    let path = file(&config, &old, "segment.json");
    let mut json = fs::read(&path).unwrap();
    json.push(b'\n');
    fs::write(&path, &json).unwrap();

    let refused = run(&config, Some(date(LAST)), false, &Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("it is not the file that was approved"), "{refused}");
    assert!(refused.hints()[0].contains("`tercet fit`, then `tercet approve`"), "{:?}", refused.hints());
    assert!(!config.workspace.join("published").join(format!("as_of={LAST}")).exists());
    let refused = approve(&config, &old, None).unwrap_err();
    assert!(refused.to_string().ends_with("what it says is not what was sealed with it"), "{refused}");

    let new = fitted(&config, LAST);
    assert!(matches!(new.comparison, Comparison::Unusable { .. }), "{:?}", new.comparison);
    approve(&config, &new.model_id, None).unwrap();
    assert_eq!(segment_model(&night(&config, LAST)).model_id, new.model_id);
}

#[test]
fn a_withdrawn_model_leaves_later_nights_to_the_one_before_and_published_nights_as_they_were() {
    let home = tempfile::tempdir().unwrap();
    let config = bank(home.path());
    let old = segment_model(&night(&config, BEFORE)).model_id.clone();
    approve(&config, &old, None).unwrap();
    // Trained through an earlier day than the last night, so that a night lies on both sides of its withdrawal.
    let new = fitted(&config, EVE).model_id;
    approve(&config, &new, None).unwrap();
    let eve = night(&config, EVE);
    assert_eq!(segment_model(&eve).model_id, new);
    let refused = withdraw(&config, "segment-2026-10-30-00000000", None, None).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.hints()[0].starts_with("did you mean `segment-2026-"), "{:?}", refused.hints());

    let done = withdraw(&config, &new, None, Some("too many moved")).unwrap();
    assert_eq!((done.withdrawn_from, done.in_force.as_ref(), done.is_known), (date(LAST), Some(&old), false));
    assert!(withdraw(&config, &new, Some(date(LAST)), None).unwrap().is_known);
    assert_eq!(segment_model(&night(&config, LAST)).model_id, old);
    let again = night(&config, EVE);
    assert_eq!(
        (segment_model(&again).model_id.as_str(), &again.manifest.run_id),
        (&*new, &eve.manifest.run_id)
    );

    // The log keeps every step; what is approved again is in force again.
    assert!(!approve(&config, &new, Some("looked at again")).unwrap().is_known);
    assert_eq!(segment_model(&night(&config, LAST)).model_id, new);
    let log = fs::read(config.workspace.join("models/approved.json")).unwrap();
    let log: serde_json::Value = serde_json::from_slice(&log).unwrap();
    let steps: Vec<bool> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry.get("withdrawn_from").is_some())
        .collect();
    assert_eq!(steps, [false, false, true, false], "{log}");
    assert_eq!(log["entries"][2]["note"], "too many moved");
}

/// Runs `tercet` over a workspace; exit code and both outputs.
fn tercet(arguments: &[&str], workspace: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tercet"))
        .current_dir(repository())
        .args(arguments)
        .arg("--workspace")
        .arg(workspace)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn the_command_line_fits_approves_and_says_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let config = bank(home.path());
    let workspace = &config.workspace;
    let (code, said) = tercet(&["fit"], workspace);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("hint: `tercet run` takes the exports in"), "{said}");
    let (code, said) = tercet(&["approve", "../../etc"], workspace);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("there is no model `../../etc`"), "{said}");

    taken_in(&config, date(LAST));
    let (code, said) = tercet(&["fit", "--as-of", LAST], workspace);
    assert_eq!(code, 0, "{said}");
    let id = said.split("tercet approve ").nth(1).and_then(|rest| rest.split('`').next()).unwrap().to_owned();
    let (code, said) = tercet(&["approve", &id[..id.len() - 1]], workspace);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains(&format!("hint: did you mean `{id}`?")), "{said}");
    let (code, said) = tercet(&["approve", &id, "--note", "looked at"], workspace);
    assert_eq!((code, said), (0, format!("`{id}` is approved; nights from {LAST} on use it\n")));
    let (code, said) = tercet(&["approve", &id, "--json"], workspace);
    assert_eq!(code, 0, "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["is_known"], &said["note"]), (&true.into(), &"looked at".into()));
    let (code, said) = tercet(&["approve", "--withdraw", &id], workspace);
    let nights =
        format!("nights from {LAST} on have no approved model, and fit one until another is approved");
    assert_eq!((code, said), (0, format!("`{id}` is withdrawn; {nights}\n")));
    let (code, said) = tercet(&["approve", "--from", LAST, &id], workspace);
    assert_eq!(code, 2, "{said}");
}
