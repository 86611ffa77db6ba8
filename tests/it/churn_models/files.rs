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

    fs::write(&path, with_swapped_features(&whole)).unwrap();
    let refused = approve(&config, &model_id, None).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("its digest is not the one in its id"), "{refused}");

    // A file of another program under the id that it would have there.
    let other = of_other_format(&whole);
    let digest = blake3::hash(other.as_bytes()).to_hex().to_string();
    let other_id = format!("churn-{LAST}-{}", &digest[..8]);
    let other_folder = config.workspace.join("models").join(&other_id);
    fs::create_dir(&other_folder).unwrap();
    fs::write(other_folder.join("churn.json"), other).unwrap();
    let refused = approve(&config, &other_id, None).unwrap_err();
    assert!(refused.to_string().contains("another format"), "{refused}");
    assert!(refused.hints()[0].contains("`tercet fit`"), "{:?}", refused.hints());

    fs::write(&path, &whole).unwrap();
    approve(&config, &model_id, None).unwrap();
    let damaged = with_swapped_features(&whole);
    fs::write(&path, &damaged).unwrap();
    let refused = run(&config, Some(date(LAST)), false, &Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
    assert!(refused.to_string().ends_with("it is not the file that was approved"), "{refused}");
    assert!(refused.hints()[0].contains("backup"), "{:?}", refused.hints());
    assert!(fs::read_to_string(&path).unwrap() == damaged, "an approved model was replaced");
    assert!(!config.workspace.join("published").join(format!("as_of={LAST}")).exists());
}
