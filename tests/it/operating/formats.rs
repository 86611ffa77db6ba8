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
fn a_store_without_a_seal_is_sealed_with_the_next_delivery_and_says_so_once() {
    let ground = Ground::small();
    let october = ["transactions-2026-10.csv.gz", "holdings-2026-10.csv.gz"];
    let away = |name: &str| ground.home.path().join(name);
    october.iter().for_each(|name| fs::rename(ground.exports().join(name), away(name)).unwrap());
    let eve = || succeeded(ground.command(&["run", "--as-of", "2026-09-30"]).output().unwrap());
    let says = |output: &std::process::Output| told(output).contains("the store has another format now");
    assert!(!says(&eve()));
    changed(&ground.workspace().join("store/COMMIT.json"), |value| {
        value.as_object_mut().unwrap().remove("seal").unwrap();
        value["format"] = 1.into();
    });
    assert!(!says(&eve()), "nothing was delivered");
    october.iter().for_each(|name| fs::rename(away(name), ground.exports().join(name)).unwrap());
    let taken_in = succeeded(ground.night());
    assert!(says(&taken_in) && told(&taken_in).contains("from=1 to=2"), "{}", told(&taken_in));
    assert!(!says(&succeeded(ground.night())));
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
fn records_of_runs_that_cannot_be_read_and_files_that_a_kill_left_stop_nothing() {
    let ground = Ground::small();
    succeeded(ground.night());
    let runs = ground.workspace().join("runs");
    let record = fs::read_dir(&runs).unwrap().next().unwrap().unwrap().path();
    changed(&record, |value| value["format"] = 9999.into());
    fs::write(runs.join("half.json"), "{\"format\": 1,").unwrap();
    fs::create_dir(runs.join("unreadable.json")).unwrap();
    let left = ["runs/.half.json-x.new", "lineage/.event.json-x.new", ".metrics.prom-x.new"];
    left.iter().for_each(|name| fs::write(ground.workspace().join(name), "half").unwrap());
    let output = succeeded(ground.night());
    assert!(told(&output).contains("no record of a run"), "{}", told(&output));
    assert!(told(&output).contains("a record of a run is left out"), "{}", told(&output));
    assert!(record.exists());
    let metrics = fs::read_to_string(ground.workspace().join("metrics.prom")).unwrap();
    let mine = fs::read_dir(&runs).unwrap().map(|entry| entry.unwrap().path());
    let newest = mine.filter(|path| path.is_file() && !path.ends_with("half.json")).max().unwrap();
    let id = newest.file_stem().unwrap().to_str().unwrap();
    assert!(newest != record && metrics.contains(id), "the metrics are of another run than {id}");
    left.iter().for_each(|name| assert!(!ground.workspace().join(name).exists(), "{name} is left"));
}
