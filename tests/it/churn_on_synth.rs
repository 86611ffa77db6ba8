//! On an invented bank the truth is known: the model must come near the generator's own hazard, which no
//! stage ever reads, must mean what it says, and must learn nothing from labels that were shuffled.
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
use tercet::churn::labels::HORIZONS_DAYS;
use tercet::churn::origins::{self, Origin};
use tercet::churn::{self, Evaluation};
use tercet::config::Config;
use tercet::date::Date;
use tercet::model::metrics;
use tercet::store::Bank;

/// The horizon that the generator's hazard is of: 90 days after the gap.
const HORIZON: usize = 1;
const CUSTOMERS: u32 = 8_000;
/// Month-ends before the newest that can be judged.
const MONTHS_BACK: [usize; 2] = [0, 3];

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
    let customers = test.features.customers();
    let (scores, left): (Vec<f64>, Vec<bool>) = test
        .labelled(HORIZON)
        .map(|(row, left)| (hazards[&*bank.customer(customers[row]).customer_id], left))
        .unzip();
    metrics::auc(&scores, &left).unwrap()
}

/// How a model that knew what was known at the test origin does there.
fn judged(bank: &Bank, earlier: &[Origin], test: &Origin, config: &Config) -> Evaluation {
    let model = churn::fit(bank, &earlier.iter().collect::<Vec<_>>(), test.date, config).unwrap().unwrap();
    let evaluations = churn::judge(&model, test, None, config).unwrap();
    evaluations.into_iter().find(|judged| judged.horizon_days == HORIZONS_DAYS[HORIZON]).unwrap()
}

/// One month-end at which a model is judged, and the earlier ones that were known there.
struct Judging {
    earlier: Vec<Origin>,
    test: Origin,
}

impl Judging {
    /// At the month-end `back` months before the newest that can be judged.
    fn at(bank: &Bank, back: usize, config: &Config) -> Self {
        let (as_of, calendar, rules) = (bank.as_of(), bank.calendar(), &config.churn);
        let month_ends = origins::month_ends(calendar, as_of, rules);
        let horizon = HORIZONS_DAYS[HORIZON];
        let judgeable = origins::usable(&month_ends, calendar, as_of, horizon, rules);
        let test = judgeable[judgeable.len() - 1 - back];
        let earlier = origins::usable(&month_ends, calendar, test, horizon, rules);
        let asked: Vec<(Date, usize)> =
            earlier.iter().chain([&test]).map(|date| (*date, CUSTOMERS as usize)).collect();
        let costs = config.value.cost_to_serve.rates();
        let mut earlier = origins::followed(bank, &asked, as_of, rules, &costs).unwrap();
        let test = earlier.pop().unwrap();
        Self { earlier, test }
    }
}

fn value(figure: Option<churn::evaluation::Figure>) -> f64 {
    figure.unwrap().value
}

#[test]
fn the_model_comes_near_the_true_hazard_and_learns_nothing_from_shuffled_labels() {
    let home = tempfile::tempdir().unwrap();
    invent(CUSTOMERS, 30, 42, home.path());
    let config = default_config(home.path(), home.path());
    let as_of: Date = "2026-10-31".parse().unwrap();
    let bank = taken_in(&config, as_of).bank(as_of).unwrap();

    let mut gaps = Vec::new();
    for back in MONTHS_BACK {
        let Judging { earlier, test } = Judging::at(&bank, back, &config);
        let truth = auc_of_the_truth(&home.path().join("truth.parquet"), &test, &bank);
        assert!((0.85..0.93).contains(&truth), "the oracle itself: {truth}");
        let found = judged(&bank, &earlier, &test, &config);
        println!(
            "{}: truth {truth:.3}, {:?}, ECE {:?}, slope {:?}, skill {:?}",
            test.date,
            found.auc,
            found.expected_calibration_error,
            found.calibration_slope,
            found.brier_skill
        );
        gaps.push(truth - value(found.auc));
        let recency = found.baselines.iter().find(|rule| rule.name == "recency").unwrap();
        assert!(value(found.auc) >= recency.auc.unwrap() + 0.05, "{found:?}");
        assert!(value(found.expected_calibration_error) < 0.02, "{found:?}");
        assert!((0.8..1.2).contains(&value(found.calibration_slope)), "{found:?}");
        assert!(value(found.brier_skill) > 0.1, "{found:?}");
        assert!(found.suspicious.is_empty(), "{found:?}");
    }
    // One month-end's AUC has an interval of 0.025 either way; the mean of several says more.
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    assert!(mean <= 0.05, "the hazard, which knows the latent state, is ahead by {gaps:?}");

    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let Judging { mut earlier, test } = Judging::at(&bank, 0, &config);
    let mut earlier = earlier.split_off(earlier.len() - 6);
    for origin in &mut earlier {
        origin.labels.shuffle(&mut rng);
    }
    let shuffled = judged(&bank, &earlier, &test, &config);
    assert!(value(shuffled.auc) < 0.6, "shuffled labels should teach nothing: {shuffled:?}");
}
