//! `tercet fit` sets a new churn model beside the one in force, on customers whose outcome neither has seen.
#![allow(clippy::disallowed_methods, reason = "tests look at cards from outside")]

use super::small_bank::{LAST, config_file, config_over, date, shared, tercet};
use crate::bank::{Unobserved, taken_in};
use std::fs;
use std::path::PathBuf;
use tercet::churn::labels::HORIZONS_DAYS;
use tercet::churn::{self, ChurnModel, Contest, ContestResult, Judged};
use tercet::config::Config;
use tercet::pipeline::{ChurnFit, Comparison, Contests, approve, fit};
use tercet::publish::ModelStatus;

struct Fitted {
    model_id: String,
    folder: PathBuf,
    comparison: Comparison<Contests>,
}

fn fitted(config: &Config, as_of: &str) -> Fitted {
    match fit(config, Some(date(as_of)), &Unobserved).unwrap().churn {
        ChurnFit::Fitted { model_id, folder, comparison, .. } => Fitted { model_id, folder, comparison },
        ChurnFit::NotFitted(reason) => panic!("no model: {reason}"),
    }
}

fn model(fitted: &Fitted) -> ChurnModel {
    ChurnModel::from_json(&fs::read(fitted.folder.join("churn.json")).unwrap()).unwrap()
}

fn of_days(contests: &Contests, days: i32) -> &Contest {
    contests.horizons.iter().find(|contest| contest.horizon_days == days).unwrap()
}

fn judged(contests: &Contests, days: i32) -> &Judged {
    match &of_days(contests, days).result {
        ContestResult::Judged(judged) => judged,
        ContestResult::NotJudged { because } => panic!("{days} days: {because}"),
    }
}

#[test]
fn a_new_model_is_set_beside_the_one_in_force_only_where_neither_has_seen_the_outcome() {
    let home = tempfile::tempdir().unwrap();
    let config = config_over(&shared().exports(), &home.path().join("work"));
    taken_in(&config, date(LAST));
    let old = fitted(&config, "2026-04-30");
    assert_eq!(old.comparison, Comparison::NoneInForce);
    approve(&config, &old.model_id, None).unwrap();
    let file = config_file(home.path(), "positives_min = 10");
    let again = ["fit", "--json", "--as-of", "2026-04-30"];
    let (code, said, error) = tercet(&again, &file, &config.data, &config.workspace);
    assert_eq!(code, 0, "{error}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let unchanged = serde_json::json!({"outcome": "unchanged", "model_id": old.model_id});
    assert_eq!(said["churn"]["comparison"], unchanged);

    let new = fitted(&config, LAST);
    let Comparison::Compared { model_id, status, found } = &new.comparison else {
        panic!("{:?}", new.comparison)
    };
    assert_eq!((model_id, *status), (&old.model_id, ModelStatus::Approved));
    let days: Vec<i32> = found.horizons.iter().map(|contest| contest.horizon_days).collect();
    assert_eq!(days, HORIZONS_DAYS);
    let (new_model, old_model) = (model(&new), model(&old));
    for (place, days) in [(0, 30), (1, 90)] {
        let judged = judged(found, days);
        assert!(old_model.trained_through <= judged.test_origin, "{judged:?}");
        let twin = new_model.evaluations.iter().find(|found| found.horizon_days == days).unwrap();
        assert_eq!((judged.test_origin, judged.n_customers), (twin.test_origin, twin.n_customers));
        assert_eq!((judged.new.auc, judged.new.profit), (twin.auc, twin.profit));
        // The very model that nights use, on the very customers of that day.
        let origins = shared().followed(date(LAST), place);
        let test = origins.iter().find(|origin| origin.date == judged.test_origin).unwrap();
        let own = churn::judge(&old_model, test, None, &config).unwrap();
        let own = own.iter().find(|found| found.horizon_days == days).unwrap();
        assert_eq!((own.n_customers, own.n_left), (judged.n_customers, judged.n_left));
        assert_eq!((own.auc, own.brier_skill), (judged.in_force.auc, judged.in_force.brier_skill));
        assert_eq!(own.expected_calibration_error, judged.in_force.expected_calibration_error);
        let gain = judged.auc_gain.unwrap();
        let difference = twin.auc.unwrap().value - own.auc.unwrap().value;
        assert!((gain.value - difference).abs() < 1e-12 && gain.low.unwrap() <= gain.value, "{gain:?}");
    }
    // It was trained before half a year could be judged, and newer than the origin that it is judged on now.
    assert!(matches!(of_days(found, 180).result, ContestResult::NotJudged { .. }), "{found:?}");
    let bands = found.bands.unwrap();
    assert!(bands.n_customers > 50 && bands.n_higher + bands.n_lower <= bands.n_customers, "{bands:?}");
    assert!(bands.n_higher + bands.n_lower > 0, "two models, and every band is the same");

    let card = fs::read_to_string(new.folder.join("card.md")).unwrap();
    let part = card.split("## Beside the model in force").nth(1).unwrap().split("\n## ").next().unwrap();
    assert!(part.contains(&format!("`{}` (approved)", old.model_id)), "{part}");
    assert!(part.contains("| 90 | ") && part.contains("| in force | "), "{part}");
    assert!(part.contains("- 180 days: not compared: "), "{part}");

    // A model that has seen what became of them is not judged by it.
    let late = fitted(&config, "2026-09-30");
    let Comparison::Compared { found, .. } = &late.comparison else { panic!("{:?}", late.comparison) };
    let told = serde_json::to_value(found).unwrap();
    assert_eq!(told["horizons"].as_array().unwrap().len(), HORIZONS_DAYS.len(), "{told}");
    assert!(
        told["horizons"].as_array().unwrap().iter().all(|horizon| horizon["result"].is_string()),
        "{told}"
    );
    approve(&config, &late.model_id, None).unwrap();
    let (code, said, error) = tercet(&["fit"], &file, &config.data, &config.workspace);
    assert_eq!(code, 0, "{error}");
    let (_, churn) = said.split_once("beside the model in force, `churn-2026-09-30-").expect(&said);
    for days in HORIZONS_DAYS {
        let because =
            format!("{days} days: not compared: the model in force has seen what happened until 2026-09-30");
        assert!(churn.contains(&because), "{said}");
    }
    assert!(churn.contains(" come into a higher band and "), "{said}");
}
