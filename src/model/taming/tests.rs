use proptest::prelude::*;

use super::*;

const MONEY: FeatureSpec<'static> = FeatureSpec { name: "balance", money_or_count: true };
const SHARE: FeatureSpec<'static> = FeatureSpec { name: "share", money_or_count: false };

fn fit_one(values: &[f64], feature: FeatureSpec<'_>, winsor_share: f64) -> TamedFeature {
    Taming::fit(&[values], &[feature], winsor_share).unwrap().features.remove(0)
}

/// 10,000 balances: most zero or small, every hundredth huge.
fn heavy_tail() -> Vec<f64> {
    (0..10_000)
        .map(|row| if row % 100 == 0 { 1e6 * f64::from(row) } else { f64::from(row % 7) * 10.0 })
        .collect()
}

#[test]
fn parameters_follow_the_definition() {
    let feature = fit_one(&[0.0, 0.0, 10.0, -10.0, 30.0, f64::NAN], MONEY, 0.0);
    assert_eq!(feature.scale, 10.0);
    assert_eq!(feature.low, (-1.0_f64).asinh());
    assert_eq!(feature.high, 3.0_f64.asinh());
    assert_eq!(feature.missing_fill, 0.0);
    assert!((feature.mean - 3.0_f64.asinh() / 5.0).abs() < 1e-15);
    assert_eq!(feature.standardise(f64::NAN), feature.standardise(0.0));
}

#[test]
fn shares_are_standardised_without_asinh() {
    let feature = fit_one(&[0.0, 0.5, 1.0], SHARE, 0.0);
    assert_eq!((feature.scale, feature.mean), (1.0, 0.5));
    assert!((feature.standardise(1.0) - 1.5_f32.sqrt()).abs() < 1e-6);
}

#[test]
fn applied_to_its_own_rows_mean_is_zero_and_sd_one() {
    let values = heavy_tail();
    let taming = Taming::fit(&[&values], &[MONEY], WINSOR_SHARE).unwrap();
    let matrix = taming.apply(&[&values]).unwrap().mapv(f64::from);
    assert!(matrix.mean().unwrap().abs() < 1e-6);
    assert!((matrix.std(0.0) - 1.0).abs() < 1e-6);
}

#[test]
fn one_enormous_customer_moves_nobody_else_m8() {
    let mut values = heavy_tail();
    let before = fit_one(&values, MONEY, WINSOR_SHARE);
    values[1] = 1e15;
    let after = fit_one(&values, MONEY, WINSOR_SHARE);
    assert!((before.standardise(30.0) - after.standardise(30.0)).abs() < 0.01);
    assert!(after.standardise(1e15) < 15.0);
}

#[test]
fn a_feature_that_tells_nobody_apart_is_dropped_m6() {
    let mut rare = vec![0.0; 1000];
    rare[7] = 5.0;
    let cases: [(&[f64], Dropped); 4] = [
        (&[0.1, 0.1, 0.1], Dropped::Constant),
        (&[4.0], Dropped::Constant),
        (&[f64::NAN, f64::NAN], Dropped::Missing),
        (&rare, Dropped::ConstantAfterWinsorising),
    ];
    for (values, reason) in cases {
        let taming = Taming::fit(&[values], &[MONEY], WINSOR_SHARE).unwrap();
        assert_eq!(taming.dropped().collect::<Vec<_>>(), [("balance", reason)]);
        assert!(taming.apply(&[&[1.0, f64::NAN, 1e9]]).unwrap().iter().all(|&cell| cell == 0.0));
    }
}

#[test]
fn a_spread_that_is_only_rounding_is_none() {
    let values = [0.1 + 0.2, 0.3, 0.3, 0.3];
    assert_eq!(fit_one(&values, SHARE, 0.0).dropped, Some(Dropped::ConstantAfterWinsorising));
}

#[test]
fn columns_are_checked() {
    let error = |columns: &[&[f64]]| Taming::fit(columns, &[MONEY, SHARE], 0.0).unwrap_err();
    assert_eq!(error(&[&[1.0]]), TamingError::ColumnCount { columns: 1, features: 2 });
    assert_eq!(
        error(&[&[1.0], &[]]),
        TamingError::RowCount { name: "share".to_owned(), rows: 0, expected: 1 }
    );
    assert_eq!(error(&[&[], &[]]), TamingError::NoRows);
    let infinite = TamingError::Infinite { name: "share".to_owned(), count: 1 };
    assert_eq!(error(&[&[1.0, 2.0], &[1.0, f64::INFINITY]]), infinite);
    assert_eq!(Taming::fit(&[&[1.0]], &[MONEY], f64::NAN).unwrap_err(), TamingError::WinsorShare);
}

#[test]
fn no_rows_to_apply_to_is_no_rows_out() {
    let taming = Taming::fit(&[&[1.0, 2.0]], &[MONEY], 0.0).unwrap();
    assert_eq!(taming.apply(&[&[]]).unwrap().dim(), (0, 1));
}

#[test]
fn threads_and_row_order_change_no_bit() {
    let values = heavy_tail();
    let mut reversed = values.clone();
    reversed.reverse();
    let on = |threads: usize, values: &[f64]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let taming = Taming::fit(&[values, values], &[MONEY, SHARE], WINSOR_SHARE).unwrap();
            let matrix = taming.apply(&[&reversed, &reversed]).unwrap();
            (taming, matrix)
        })
    };
    let one = on(1, &values);
    assert_eq!(one, on(4, &values));
    assert_eq!(one, on(4, &reversed));
}

#[test]
fn parameters_survive_json() {
    let values = heavy_tail();
    let taming = Taming::fit(&[&values, &values], &[MONEY, SHARE], WINSOR_SHARE).unwrap();
    let read: Taming = serde_json::from_str(&serde_json::to_string(&taming).unwrap()).unwrap();
    assert_eq!(read, taming);
    let unknown = r#"{"features": [], "centre": 1}"#;
    assert!(serde_json::from_str::<Taming>(unknown).is_err());
}

proptest! {
    #[test]
    fn what_comes_out_is_finite(
        fitted in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 1..40),
        applied in prop::collection::vec(prop::num::f64::ANY, 1..40),
    ) {
        let taming = Taming::fit(&[&fitted, &fitted], &[MONEY, SHARE], WINSOR_SHARE).unwrap();
        let matrix = taming.apply(&[&applied, &applied]).unwrap();
        prop_assert!(matrix.iter().all(|cell| cell.is_finite()), "{taming:?}");
    }
}
