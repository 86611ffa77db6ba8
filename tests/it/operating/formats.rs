//! A store or a model that another version wrote is refused before anything is written, with what to run.

use super::{Ground, succeeded, told};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn changed(path: &Path, change: impl Fn(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn a_store_of_another_format_is_refused() {
    let ground = Ground::small();
    succeeded(ground.night());
    let expected = ground.files();
    let commit = ground.workspace().join("store/COMMIT.json");
    let kept = fs::read(&commit).unwrap();
    let mine: Value = serde_json::from_slice(&kept).unwrap();
    assert!(mine["format"].is_u64());
    for format in [0, 9999] {
        changed(&commit, |value| value["format"] = format.into());
        for command in [&["run"][..], &["status"], &["check"], &["fit"], &["run", "--dry-run"]] {
            let output = ground.command(command).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{command:?}: {}", told(&output));
            let message = format!("the store has format {format}");
            assert!(told(&output).contains(&message), "{command:?}: {}", told(&output));
            assert!(told(&output).contains("hint: "), "{command:?}: {}", told(&output));
        }
    }
    assert!(ground.files() == expected);
    fs::write(&commit, kept).unwrap();
    succeeded(ground.night());
}

#[test]
fn an_approved_model_of_another_format_is_refused() {
    let ground = Ground::small();
    succeeded(ground.night());
    let fitted = succeeded(ground.command(&["fit", "--json"]).output().unwrap());
    let fitted: Value = serde_json::from_slice(&fitted.stdout).unwrap();
    let id = fitted["model_id"].as_str().unwrap();
    succeeded(ground.command(&["approve", id]).output().unwrap());
    let model = ground.workspace().join("models").join(id).join("segment.json");
    assert!(fs::read(&model).unwrap().windows(16).any(|part| part == b"\"format_version\""));
    changed(&model, |value| value["format_version"] = 9999.into());
    let output = ground.night();
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains(id) && told(&output).contains("`tercet fit`"), "{}", told(&output));
}

#[test]
fn a_record_of_a_run_of_another_format_stops_nothing() {
    let ground = Ground::small();
    succeeded(ground.night());
    let runs = ground.workspace().join("runs");
    let record = fs::read_dir(&runs).unwrap().next().unwrap().unwrap().path();
    changed(&record, |value| value["format"] = 9999.into());
    fs::write(runs.join("half.json"), "{\"format\": 1,").unwrap();
    let output = succeeded(ground.night());
    assert!(told(&output).contains("no record of a run"), "{}", told(&output));
    assert!(record.exists());
}
