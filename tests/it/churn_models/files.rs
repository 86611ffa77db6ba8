//! Model files: what is damaged, of another program or not what its id says is refused.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at model files from outside, and damage them"
)]

use super::small_bank::{LAST, config_over, date, shared};
use crate::bank::{Unobserved, taken_in};
use std::fs;
use tercet::churn::ChurnModel;
use tercet::churn::model::FORMAT_VERSION;
use tercet::error::Kind;
use tercet::pipeline::{ChurnFit, approve, fit, run};
use tercet::seal;

#[test]
fn files_that_are_damaged_or_of_another_program_are_no_models_m18_m19() {
    let json = shared().model.to_json().unwrap();
    assert_eq!(ChurnModel::from_json(json.as_bytes()).unwrap(), shared().model);
    for share in [0, 1, 10, 50, 90, 99] {
        let cut = &json.as_bytes()[..json.len() * share / 100];
        let reason = ChurnModel::from_json(cut).unwrap_err();
        assert!(reason.starts_with("damaged: "), "{share} %: {reason}");
    }
    let reason_of = |json: &str| ChurnModel::from_json(json.as_bytes()).unwrap_err();
    assert!(reason_of(&of_other_format(&json)).contains("another format"));
    let name = shared().model.horizons[0].scorer.names()[0].to_owned();
    let renamed = json.replace(&format!("\"{name}\""), "\"no_such_feature\"");
    assert!(reason_of(&renamed).contains("`no_such_feature`"), "{}", reason_of(&renamed));
    let unknown = json.replacen('{', "{\n  \"unknown_key\": 1,", 1);
    assert!(reason_of(&unknown).contains("unknown_key"));
    // Every name is one of the program's, and the file is whole JSON: only the seal tells.
    let swapped = with_swapped_features(&json);
    assert_ne!(swapped, json);
    assert!(reason_of(&swapped).contains("what was sealed with it"), "{}", reason_of(&swapped));
}

fn of_other_format(json: &str) -> String {
    let (ours, other) = (format!("\"format_version\": {FORMAT_VERSION}"), "\"format_version\": 99");
    assert!(json.contains(&ours));
    json.replacen(&ours, other, 1)
}

/// Two features change places.
fn with_swapped_features(json: &str) -> String {
    let names = shared().model.horizons[0].scorer.names();
    let [first, second] = [names[0], names[1]].map(|name| format!("\"{name}\""));
    json.replace(&first, "\"<>\"").replace(&second, &first).replace("\"<>\"", &second)
}

fn sealed_anew(json: &str) -> String {
    let (body, _) = seal::opened(json.as_bytes());
    seal::sealed(std::str::from_utf8(&body).unwrap())
}

#[test]
fn what_is_not_the_file_of_its_id_is_not_approved_and_not_used_m18_m19() {
    let home = tempfile::tempdir().unwrap();
    let config = config_over(&shared().exports(), &home.path().join("work"));
    taken_in(&config, date(LAST));
    let report = fit(&config, Some(date(LAST)), &Unobserved).unwrap();
    let ChurnFit::Fitted { model_id, folder, .. } = report.churn else { panic!("{:?}", report.churn) };
    let path = folder.join("churn.json");
    let whole = fs::read_to_string(&path).unwrap();
    assert!(whole == shared().model.to_json().unwrap(), "a fit gives another model than a training");

    fs::write(&path, sealed_anew(&with_swapped_features(&whole))).unwrap();
    let refused = approve(&config, &model_id, None).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("its digest is not the one in its id"), "{refused}");

    // Files of another program, and with features that changed places, under the ids that they would have.
    let under_its_id = |json: &str| {
        let digest = blake3::hash(json.as_bytes()).to_hex().to_string();
        let id = format!("churn-{LAST}-{}", &digest[..8]);
        let folder = config.workspace.join("models").join(&id);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("churn.json"), json).unwrap();
        id
    };
    for (json, reason) in [
        (of_other_format(&whole), "another format"),
        (with_swapped_features(&whole), "what it says is not what was sealed with it"),
    ] {
        let refused = approve(&config, &under_its_id(&json), None).unwrap_err();
        assert!(refused.to_string().contains(reason), "{refused}");
        assert!(refused.hints()[0].contains("`tercet fit`"), "{:?}", refused.hints());
    }

    fs::write(&path, &whole).unwrap();
    approve(&config, &model_id, None).unwrap();
    let damaged = with_swapped_features(&whole);
    fs::write(&path, &damaged).unwrap();
    let refused = run(&config, Some(date(LAST)), false, &Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("it is not the file that was approved"), "{refused}");
    assert!(refused.hints()[0].contains("backup"), "{:?}", refused.hints());
    assert!(fs::read_to_string(&path).unwrap() == damaged, "an approved model was replaced");

    // Nor where the list of approvals was made to fit the file: the id is a digest too, and the file has its seal.
    let list = config.workspace.join("models/approved.json");
    let approvals = fs::read_to_string(&list).unwrap();
    let digest = |json: &str| blake3::hash(json.as_bytes()).to_hex().to_string();
    for (json, reason) in [
        (sealed_anew(&damaged), "its digest is not the one in its id"),
        (damaged, "what it says is not what was sealed with it"),
    ] {
        fs::write(&path, &json).unwrap();
        fs::write(&list, sealed_anew(&approvals.replace(&digest(&whole), &digest(&json)))).unwrap();
        let refused = run(&config, Some(date(LAST)), false, &Unobserved).unwrap_err();
        assert!(refused.to_string().ends_with(reason), "{refused}");
    }
    assert!(!config.workspace.join("published").join(format!("as_of={LAST}")).exists());
}
