//! Which model a night takes: the night before's until it is old, an approved one before that.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at model files from outside, and damage them"
)]

use super::small_bank::{LAST, config_over, config_with, date, shared};
use crate::bank::{Unobserved, night};
use crate::published::Table;
use std::fs;
use tercet::pipeline::{NightReport, approve, run, withdraw};
use tercet::publish::{ModelEntry, ModelStatus};

fn churn_model(report: &NightReport) -> &ModelEntry {
    report.manifest.models.iter().find(|model| model.what == "churn").unwrap()
}

fn id_and_status(report: &NightReport) -> (&str, ModelStatus) {
    (&churn_model(report).model_id, churn_model(report).status)
}

fn warns_of(report: &NightReport, text: &str) -> bool {
    report.manifest.warnings.iter().any(|warning| warning.contains(text))
}

fn assert_published(report: &NightReport) {
    let churn = Table::read(&report.folder.join("churn.parquet"));
    let [month, quarter, half] = ["churn_30", "churn_90", "churn_180"].map(|name| churn.floats(name));
    assert!(quarter.iter().flatten().count() > 50, "{} rows", churn.n_rows());
    for row in 0..churn.n_rows() {
        let known: Vec<f64> = [month[row], quarter[row], half[row]].into_iter().flatten().collect();
        assert!(known.iter().all(|p| *p > 0.0 && *p < 1.0), "{known:?}");
        assert!(known.is_sorted(), "{known:?}");
    }
}

#[test]
fn a_night_keeps_its_model_until_it_is_old_an_approved_one_takes_over_and_can_be_withdrawn_m13_m19_m22() {
    let home = tempfile::tempdir().unwrap();
    let workspace = home.path().join("work");
    let config = config_over(&shared().exports(), &workspace);
    let file = |id: &str| workspace.join("models").join(id).join("churn.json");

    let first = night(&config, "2026-09-30");
    let (old, status) = id_and_status(&first);
    assert_eq!(status, ModelStatus::FittedTonight);
    assert_published(&first);
    let kept = night(&config, "2026-10-29");
    assert_eq!(id_and_status(&kept), (old, ModelStatus::Kept));
    assert_published(&kept);

    let whole = fs::read(file(old)).unwrap();
    fs::write(file(old), &whole[..whole.len() / 2]).unwrap();
    let refused = run(&config, Some(date("2026-10-30")), false, &Unobserved).unwrap_err();
    assert!(refused.to_string().ends_with("it is not the file that the night before used"), "{refused}");
    assert!(refused.hints()[0].contains("move the model's folder away"), "{:?}", refused.hints());
    assert_eq!(fs::read(file(old)).unwrap().len(), whole.len() / 2);
    fs::write(file(old), &whole).unwrap();

    let refitted = night(&config, "2026-10-30");
    let (new, status) = id_and_status(&refitted);
    assert_eq!(status, ModelStatus::FittedTonight);
    assert_ne!(new, old);
    assert_eq!(churn_model(&refitted).trained_through, date("2026-10-30"));

    let done = approve(&config, new, Some("better")).unwrap();
    assert_eq!((done.is_known, done.trained_through), (false, date("2026-10-30")));
    assert_eq!(id_and_status(&night(&config, "2026-10-29")), (old, ModelStatus::Kept));
    let last = night(&config, LAST);
    assert_eq!(id_and_status(&last), (new, ModelStatus::Approved));
    assert_published(&last);

    // Nothing could be trained tonight: the approved model stays.
    let none = config_with(&shared().exports(), &workspace, |rules| rules.positives_min = 1_000_000);
    let strict = night(&none, LAST);
    assert_eq!(id_and_status(&strict), (new, ModelStatus::Approved));
    assert!(warns_of(&strict, "fitted with other settings"), "{:?}", strict.manifest.warnings);
    assert_published(&strict);

    let done = withdraw(&config, new, Some(date(LAST)), None).unwrap();
    assert_eq!((done.withdrawn_from, done.in_force), (date(LAST), None));
    let after = night(&config, LAST);
    assert_eq!(id_and_status(&after).1, ModelStatus::FittedTonight);
    assert_ne!(id_and_status(&after).0, new);
}
