use proptest::prelude::*;

use super::*;

/// Twelve customers with ties inside and across classes, as in the tests of `metrics`.
const SCORES: [f64; 12] = [0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.6, 0.6, 0.6, 0.05, 0.9, 0.3];
const VALUES: [f64; 12] = [150.0, 900.0, 20.0, 400.0, 5.0, 60.0, 8.0, 80.0, 2000.0, 100.0, 110.0, 120.0];

const OTHER: Campaign =
    Campaign { acceptance_alpha: 2.0, acceptance_beta: 5.0, offer_cost: 8.0, contact_cost: 3.0 };

fn labels() -> [bool; 12] {
    [0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0].map(|label| label == 1)
}

fn assert_near(found: Option<ExpectedProfit>, profit: f64, share: f64, tolerance: f64) {
    let found = found.expect("defined");
    assert!((found.per_customer - profit).abs() < tolerance * profit, "{found:?} is not {profit}");
    assert!((found.share_contacted - share).abs() < tolerance, "{found:?} is not {share}");
}

/// empulse 0.13.1: `empc_score(y, s)` and `empc_score.optimal_rate(y, s)`, its defaults being the paper's; then
/// with alpha=2, beta=5, clv=50, incentive_cost=8, contact_cost=3; then the example of its documentation.
#[test]
fn empc_is_that_of_empulse() {
    let paper = Campaign::default();
    let found = empc(&SCORES, &labels(), PAPER_CLV, &paper);
    assert_near(found, 20.583_502_543_462_38, 0.666_477_657_738_126_2, 1e-11);
    let found = empc(&SCORES, &labels(), 50.0, &OTHER);
    assert_near(found, 1.806_563_383_579_604_2, 0.363_011_256_725_743_2, 1e-11);
    let scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9];
    let labels = [false, true, false, true, false, true, false, true];
    let found = empc(&scores, &labels, PAPER_CLV, &paper);
    assert_near(found, 23.875_593_418_348_124, 0.874_370_076_348_714_1, 1e-11);
}

/// numpy 2.4.6, scipy 1.17.1: at 2,000,001 acceptances the greatest profit over all cuts (sum over the contacted of
/// g (v - 10) - 1 per leaver and -11 per stayer), times `scipy.stats.beta(6, 14).pdf`, by `np.trapezoid`; then
/// with offer 30, contact 5 and Beta(2, 5).
#[test]
fn own_values_earn_what_integration_says() {
    let found = empc_by_value(&SCORES, &labels(), &VALUES, &Campaign::default());
    assert_near(found, 59.783_333_343_464_086, 0.499_999_984_405_831_2, 1e-6);
    let dear = Campaign { offer_cost: 30.0, contact_cost: 5.0, ..OTHER };
    let found = empc_by_value(&SCORES, &labels(), &VALUES, &dear);
    assert_near(found, 49.644_227_199_237_406, 0.490_449_109_457_216_26, 1e-6);
}

#[test]
fn a_score_that_earns_nothing_contacts_nobody() {
    let nothing = Some(ExpectedProfit { per_customer: 0.0, share_contacted: 0.0 });
    let paper = Campaign::default();
    assert_eq!(empc(&SCORES, &[false; 12], PAPER_CLV, &paper), nothing);
    assert_eq!(empc(&SCORES, &labels(), 10.0, &paper), nothing);
    assert_eq!(empc_by_value(&SCORES, &labels(), &[0.0; 12], &paper), nothing);
}

#[test]
fn what_has_no_profit_is_none() {
    let paper = Campaign::default();
    assert_eq!(empc(&[], &[], PAPER_CLV, &paper), None);
    assert_eq!(empc(&[f64::NAN], &[true], PAPER_CLV, &paper), None);
    assert_eq!(empc(&[0.5], &[true], f64::NAN, &paper), None);
    assert_eq!(empc_by_value(&[0.5], &[true], &[f64::INFINITY], &paper), None);
    for campaign in [
        Campaign { contact_cost: 0.0, ..paper },
        Campaign { offer_cost: -1.0, ..paper },
        Campaign { acceptance_alpha: 0.0, ..paper },
        Campaign { acceptance_beta: f64::NAN, ..paper },
    ] {
        assert_eq!(empc(&[0.5], &[true], PAPER_CLV, &campaign), None);
    }
}

fn customers() -> impl Strategy<Value = Vec<(u8, bool, f64)>> {
    prop::collection::vec((0_u8..12, any::<bool>(), (0_u16..900).prop_map(f64::from)), 1..40)
}

fn split(rows: &[(u8, bool, f64)]) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let scores = rows.iter().map(|row| f64::from(row.0)).collect();
    (scores, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect())
}

proptest! {
    /// One cut for all acceptances earns at most what the best cut for each does, and foresight at least that:
    /// who knows the leavers and their values contacts exactly those that pay.
    #[test]
    fn profit_lies_between_one_cut_and_foresight(rows in customers()) {
        let paper = Campaign::default();
        let (scores, labels, values) = split(&rows);
        let found = empc_by_value(&scores, &labels, &values, &paper).unwrap();
        let n = rows.len() as f64;
        let mean = |kept: &dyn Fn(&(u8, bool, f64)) -> bool| -> f64 {
            let profit = |row: &(u8, bool, f64)| if row.1 { 0.3 * (row.2 - 10.0) - 1.0 } else { -11.0 };
            rows.iter().filter(|row| kept(row)).map(profit).sum::<f64>() / n
        };
        let best_cut = (0..=12).map(|cut| mean(&|row| row.0 >= cut)).fold(0.0, f64::max);
        let foresight: Vec<f64> = rows.iter().map(|row| if row.1 { row.2 } else { -1.0 }).collect();
        let perfect = empc_by_value(&foresight, &labels, &values, &paper).unwrap();
        prop_assert!(found.per_customer >= best_cut - 1e-9, "{found:?} below {best_cut}");
        prop_assert!(found.per_customer <= perfect.per_customer + 1e-9 && found.per_customer >= 0.0);
        prop_assert!((0.0..=1.0 + 1e-12).contains(&found.share_contacted));
    }

    #[test]
    fn equal_values_are_one_value(rows in customers(), clv in 1.0_f64..2000.0) {
        let (scores, labels, _) = split(&rows);
        let one = empc(&scores, &labels, clv, &Campaign::default()).unwrap();
        let each = empc_by_value(&scores, &labels, &vec![clv; rows.len()], &Campaign::default()).unwrap();
        prop_assert!((one.per_customer - each.per_customer).abs() < 1e-9 * clv);
    }

    #[test]
    fn the_order_of_rows_changes_no_bit(rows in customers(), turn in 0_usize..40) {
        let of = |rows: &[(u8, bool, f64)]| {
            let (scores, labels, values) = split(rows);
            let values: Vec<f64> = values.iter().map(|value| value / 7.0).collect();
            empc_by_value(&scores, &labels, &values, &Campaign::default())
        };
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        prop_assert_eq!(of(&rows), of(&turned));
    }
}
