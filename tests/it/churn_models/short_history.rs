//! Histories that are too short to calibrate on later origins, or to judge on any.

use super::small_bank::{assert_probabilities, config_with, date, shared, trained};
use tercet::churn;
use tercet::churn::model::HorizonModel;
use tercet::churn::origins::Origin;
use tercet::learn::CalibratedOn;

#[test]
fn where_no_later_origin_is_left_to_calibrate_on_all_rows_are_scored_out_of_fold() {
    // Eight origins to learn half a year from, none of which was over when the newest began.
    let known_until = date("2026-05-31");
    let shared = shared();
    let origins = shared.followed(known_until, 2);
    let refs: Vec<&Origin> = origins.iter().collect();
    let model = churn::fit(&shared.bank, &refs, known_until, &shared.config).unwrap().unwrap();
    let longest: &HorizonModel = model.horizon(180).unwrap();
    assert_eq!(longest.calibrated_on, CalibratedOn::OutOfFold { folds: 5 });
    let n_rows: usize = origins.iter().map(|origin| origin.labelled(2).count()).sum();
    assert_eq!((longest.n_rows, longest.n_calibrated), (n_rows, n_rows));
    assert_eq!(longest.trained_on, origins.iter().map(|origin| origin.date).collect::<Vec<_>>());
    assert_probabilities(&model, origins.last().unwrap());
    // Of a month, some outcomes were: three leavers at the newest origin are enough to calibrate on.
    let lenient = config_with(&shared.exports(), shared.home.path(), |rules| rules.positives_min = 3);
    let model = churn::fit(&shared.bank, &refs, known_until, &lenient).unwrap().unwrap();
    let shortest = model.horizon(30).unwrap();
    let CalibratedOn::Later(later) = &shortest.calibrated_on else { panic!("{shortest:?}") };
    assert!(later.iter().min() > shortest.trained_on.iter().max());
}

#[test]
fn a_horizon_that_nothing_can_judge_has_no_probabilities_and_the_reason_is_true() {
    let shared = shared();
    let model = trained(&shared.bank, "2026-05-31", &shared.config);
    assert!(model.horizon(180).is_none() && model.horizon(90).is_some(), "{:?}", model.missing);
    let missing = model.missing.iter().find(|missing| missing.horizon_days == 180).unwrap();
    // Somebody left; it is only not known yet who.
    assert_eq!(
        missing.because,
        "it could not be judged: no origin whose outcome is known had a matured origin before it to learn from"
    );
    let judged: Vec<i32> = model.evaluations.iter().map(|judged| judged.horizon_days).collect();
    assert!(!judged.contains(&180), "{judged:?}");
}
