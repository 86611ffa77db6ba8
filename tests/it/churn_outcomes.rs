//! What became of the customers whom an earlier night scored, also of those who have left since.

use crate::bank::{default_config, invent, night};
use crate::published::Table;
use std::collections::BTreeMap;

const OUTCOMES: [&str; 6] = ["stays", "closed", "run_off", "silent", "in_gap", "not_his_decision"];

#[test]
fn a_night_says_what_became_of_those_whom_a_night_a_quarter_ago_scored() {
    let [exports, home] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    invent(600, 30, 9, exports.path());
    let config = default_config(exports.path(), home.path());
    let first = night(&config, "2026-05-31");
    let table = |folder: &std::path::Path, name: &str| Table::read(&folder.join(format!("{name}.parquet")));
    assert_eq!(table(&first.folder, "outcomes").n_rows(), 0, "no night came before");
    assert!(first.manifest.churn_outcomes.is_empty());

    let churn = table(&first.folder, "churn");
    let published: BTreeMap<String, Option<f64>> =
        churn.texts("customer_id").into_iter().flatten().zip(churn.floats("churn_90")).collect();
    let n_scored = published.values().flatten().count();
    assert!(n_scored > 300, "{n_scored}");

    let second = night(&config, "2026-10-31");
    let outcomes = table(&second.folder, "outcomes");
    assert_eq!(outcomes.n_rows(), n_scored);
    let ids: Vec<String> = outcomes.texts("customer_id").into_iter().flatten().collect();
    assert!(ids.is_sorted());
    for (id, probability) in ids.iter().zip(outcomes.floats("churn_90")) {
        assert_eq!(published[id].map(f64::to_bits), probability.map(f64::to_bits), "{id}");
    }
    assert!(outcomes.dates("scored_on").iter().all(|on| on.to_string() == "2026-05-31"));
    let counts = outcomes.counts("outcome_90");
    assert!(counts.keys().all(|outcome| OUTCOMES.contains(&outcome.as_str())), "{counts:?}");
    // Half a year and the days of confirmation are not over yet.
    assert_eq!(outcomes.n_null("outcome_180"), n_scored);

    // Who has left since stands in no table of the second night but this one.
    let tonight: Vec<String> =
        table(&second.folder, "churn").texts("customer_id").into_iter().flatten().collect();
    let gone = ids.iter().zip(outcomes.texts("outcome_90")).filter(|(id, _)| !tonight.contains(id));
    let gone: Vec<_> = gone.map(|(_, outcome)| outcome.unwrap()).collect();
    assert!(gone.len() > 5 && gone.iter().filter(|outcome| *outcome != "stays").count() > 3, "{gone:?}");

    let left: usize = ["closed", "run_off", "silent"].iter().filter_map(|kind| counts.get(*kind)).sum();
    let stays = counts["stays"];
    let live = &second.manifest.churn_outcomes;
    let quarter = live.iter().find(|figures| figures.horizon_days == 90).unwrap();
    assert_eq!((quarter.n_left, quarter.n_customers), (left, left + stays));
    assert!(quarter.auc.unwrap() > 0.6, "{quarter:?}");
}
