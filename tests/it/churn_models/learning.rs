//! What there is to learn from: nobody, three leavers, a feature that tells everything, tables that do not come.
#![allow(clippy::disallowed_methods, reason = "tests write exports")]

use super::small_bank::{
    LAST, QUARTER, assert_probabilities, config_file, config_with, date, fitted, relabelled, shared, tercet,
    trained_from,
};
use crate::published::Table;
use crate::rewritten::rewrite;
use std::fs;
use tercet::churn::labels::{EventKind, Label};
use tercet::churn::{self, ChurnModel};

#[test]
fn where_nobody_left_or_everybody_did_there_is_no_model_m13() {
    let shared = shared();
    let mut origins = shared.followed(date(LAST), QUARTER);
    relabelled(&mut origins, |_, _| Label::Stays);
    let reason = fitted(&origins, &shared.config).unwrap_err();
    assert_eq!(reason, "only 0 customers left at the usable origins; 10 are needed");
    relabelled(&mut origins, |_, _| Label::Leaves(EventKind::Closed));
    let reason = fitted(&origins, &shared.config).unwrap_err();
    assert!(reason.starts_with("only 0 customers stayed at the usable origins, too few"), "{reason}");
}

#[test]
fn three_who_left_are_too_few_or_give_probabilities_that_are_none_of_0_and_1_m14() {
    let shared = shared();
    let mut origins = shared.followed(date(LAST), QUARTER);
    let three: Vec<u32> = origins[0].hashes.iter().copied().take(3).collect();
    let first = origins[0].date;
    relabelled(&mut origins, |origin, row| {
        let leaves = origin.date == first && three.contains(&origin.hashes[row]);
        if leaves { Label::Leaves(EventKind::Closed) } else { Label::Stays }
    });
    let reason = fitted(&origins, &shared.config).unwrap_err();
    assert_eq!(reason, "only 3 customers left at the usable origins; 10 are needed");
    let lenient = config_with(&shared.exports(), shared.home.path(), |rules| rules.positives_min = 3);
    match fitted(&origins, &lenient) {
        Ok(model) => assert_probabilities(&model, &origins[0]),
        // All three may stand in one fold.
        Err(reason) => assert!(reason.contains("could not be"), "{reason}"),
    }
}

#[test]
fn a_feature_that_tells_everybody_apart_gives_no_certainty_and_is_named_m15_m16() {
    const FEATURE: &str = "days_since_last_activity";
    let shared = shared();
    let mut origins = shared.followed(date(LAST), QUARTER);
    let mut known: Vec<f64> = origins
        .iter()
        .flat_map(|origin| origin.features.column(FEATURE).iter().copied())
        .filter(|days| !days.is_nan())
        .collect();
    known.sort_by(f64::total_cmp);
    let limit = known[known.len() * 4 / 5];
    relabelled(&mut origins, |origin, row| {
        let is_over = origin.features.column(FEATURE)[row] > limit;
        if is_over { Label::Leaves(EventKind::Silent) } else { Label::Stays }
    });
    let model = fitted(&origins, &shared.config).unwrap();
    let test = origins.last().unwrap();
    assert_probabilities(&model, test);
    for judged in churn::judge(&model, test, None, &shared.config).unwrap() {
        assert!(judged.auc.unwrap().value > 0.97, "{judged:?}");
        assert!(judged.suspicious.iter().any(|found| found.feature == FEATURE), "{judged:?}");
    }
}

#[test]
fn columns_that_a_bank_does_not_deliver_are_in_no_model_m6_m7() {
    let shared = shared();
    let without = tempfile::tempdir().unwrap();
    rewrite(&shared.exports(), without.path(), |table, mut row, write| {
        if table == "contacts" {
            return;
        }
        // And one that is the same for everybody.
        if table == "customers" {
            "7".clone_into(row.cell("satisfaction"));
        }
        write(&row);
    });
    let model = trained_from(without.path(), LAST);
    let names = |model: &ChurnModel| -> Vec<String> {
        let names = model.horizons.iter().flat_map(|horizon| horizon.scorer.names());
        names.map(str::to_owned).collect()
    };
    let reads_contacts =
        |model: &ChurnModel| names(model).iter().any(|name| name == "days_since_last_contact");
    assert!(reads_contacts(&shared.model), "{:?}", names(&shared.model));
    assert!(!reads_contacts(&model), "{:?}", names(&model));
    // A customer of the whole bank, whose contacts are known, is scored all the same.
    assert_probabilities(&model, shared.followed(date(LAST), QUARTER).last().unwrap());
}

#[test]
fn a_night_that_can_train_no_model_has_no_probabilities_says_why_and_ends_well_m13() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let file = config_file(home.path(), "positives_min = 1000000");
    let (code, _, said) = tercet(&["run", "--as-of", LAST], &file, &shared().exports(), &workspace);
    assert_eq!(code, 0, "{said}");
    let folder = workspace.join("published").join(format!("as_of={LAST}"));
    let churn = Table::read(&folder.join("churn.parquet"));
    for name in ["churn_30", "churn_90", "churn_180", "band", "reason_1", "model_id"] {
        assert_eq!(churn.n_null(name), churn.n_rows(), "{name}");
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let warnings: Vec<&str> =
        manifest["warnings"].as_array().unwrap().iter().map(|warning| warning.as_str().unwrap()).collect();
    let told = warnings.iter().find(|warning| warning.starts_with("no churn probabilities: only "));
    assert!(told.is_some_and(|told| told.ends_with("1000000 are needed")), "{warnings:?}");
}
