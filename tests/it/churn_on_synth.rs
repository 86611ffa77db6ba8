//! On an invented bank the truth is known: the model must come near the generator's own hazard, which no
//! stage ever reads, and must learn nothing from labels that were shuffled.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{default_config, invent, taken_in};
use crate::published::Table;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;
use std::path::Path;
use tercet::churn::origins::{self, Origin};
use tercet::churn::{Evaluation, judge_on};
use tercet::date::Date;
use tercet::model::metrics;
use tercet::store::Bank;

/// The best that anybody could do at the test origin: the AUC of the true hazard.
fn auc_of_the_truth(truth: &Path, test: &Origin, bank: &Bank) -> f64 {
    let truth = Table::read(truth);
    let (ids, hazards) = (truth.texts("customer_id"), truth.floats("hazard"));
    let at_origin = truth
        .dates("month_end")
        .into_iter()
        .zip(ids.into_iter().zip(hazards))
        .filter(|(date, _)| *date == test.date);
    let hazards: BTreeMap<String, f64> =
        at_origin.map(|(_, (id, hazard))| (id.unwrap(), hazard.unwrap())).collect();
    let scores: Vec<f64> =
        test.features.customers().iter().map(|index| hazards[&*bank.customer(*index).customer_id]).collect();
    metrics::auc(&scores, &test.left).unwrap()
}

/// Issue 2, "What it must show", 4.
fn earns_its_keep(judged: &Evaluation, auc_of_the_truth: f64) -> bool {
    judged.auc >= auc_of_the_truth - 0.08 && judged.auc >= judged.auc_recency_alone + 0.05
}

#[test]
fn the_model_comes_near_the_true_hazard_and_learns_nothing_from_shuffled_labels() {
    let home = tempfile::tempdir().unwrap();
    invent(8000, 30, 42, home.path());
    let config = default_config(home.path(), home.path());
    let as_of: Date = "2026-10-31".parse().unwrap();
    let bank = taken_in(&config, as_of).bank(as_of).unwrap();

    let dates = origins::usable(&bank, as_of, &config.churn);
    let matured = dates.last().unwrap().plus_days(-origins::days_to_mature(&bank, &config.churn));
    let judged_at = dates.last().copied();
    let asked: Vec<(Date, usize)> =
        dates.into_iter().filter(|date| *date <= matured).chain(judged_at).map(|date| (date, 8000)).collect();
    let mut earlier =
        origins::labelled(&bank, &asked, &config.churn, &config.value.cost_to_serve.rates()).unwrap();
    let test = earlier.pop().unwrap();

    let truth = auc_of_the_truth(&home.path().join("truth.parquet"), &test, &bank);
    let judged = judge_on(&earlier.iter().collect::<Vec<_>>(), &test, &config).unwrap().unwrap();
    assert!((0.85..0.93).contains(&truth), "the oracle itself: {truth}");
    assert!(earns_its_keep(&judged, truth), "truth {truth}, {judged:?}");

    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    for origin in &mut earlier {
        origin.left.shuffle(&mut rng);
    }
    let shuffled = judge_on(&earlier.iter().collect::<Vec<_>>(), &test, &config).unwrap().unwrap();
    assert!(!earns_its_keep(&shuffled, truth), "shuffled labels should teach nothing: {shuffled:?}");
}
