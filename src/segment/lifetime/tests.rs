use proptest::prelude::*;

use super::*;

const STAYS: [[f64; 6]; 6] = [
    [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
];

/// Two tiers that lead to each other and to "lost"; the others stay.
fn two_tiers() -> TransitionMatrix {
    let mut rows = STAYS;
    rows[0] = [0.8, 0.1, 0.0, 0.0, 0.0, 0.1];
    rows[1] = [0.2, 0.7, 0.0, 0.0, 0.0, 0.1];
    TransitionMatrix::try_from(rows).unwrap()
}

fn terms(horizon_months: u32, discount_yearly: f64) -> LifetimeTerms {
    LifetimeTerms { horizon_months, discount_yearly }
}

/// 10 and 100 a month; the other tiers are not known, and nobody gets there.
const MEANS: [Option<f64>; 5] = [Some(10.0), Some(100.0), None, None, None];

fn assert_close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.expect(what);
    assert!((found - expected).abs() < 1e-9, "{what}: {found} is not {expected}");
}

#[test]
fn probabilities_are_shares_of_the_counts() {
    use State::{Lost, T0, T1, T2};
    let mut counted = Transitions::default();
    counted.add_path(&[Some(T0), Some(T0), Some(T1), None, Some(T1), Some(T0), Some(T0), Some(Lost)]);
    let mut others = Transitions::default();
    others.add_path(&[None, Some(T0), Some(T1), Some(Lost), Some(T2)]);
    counted.merge(&others);
    assert_eq!(counted.counts()[0], [2, 2, 0, 0, 0, 1]);
    assert_eq!(counted.counts()[1], [1, 0, 0, 0, 0, 1]);
    assert_eq!(State::ALL.map(|state| counted.n_from(state)), [5, 2, 0, 0, 0, 1]);
    // Never seen stays; lost is absorbing though one came back.
    let mut rows = STAYS;
    rows[0] = [0.4, 0.4, 0.0, 0.0, 0.0, 0.2];
    rows[1] = [0.5, 0.0, 0.0, 0.0, 0.0, 0.5];
    assert_eq!(counted.probabilities(), TransitionMatrix::try_from(rows).unwrap());
}

#[test]
fn forecasts_by_hand() {
    let start = [100.0, 10.0, 0.0, 5.0, 0.0, 1.0];
    let table = [(0, start), (1, [82.0, 17.0, 0.0, 5.0, 0.0, 12.0]), (2, [69.0, 20.1, 0.0, 5.0, 0.0, 21.9])];
    for (months, expected) in table {
        let found = two_tiers().forecast(&start, months);
        assert!(total_variation(&found, &expected).unwrap() < 1e-12, "{months}: {found:?}");
    }
    assert_close(Some(two_tiers().retention(2)[1]), 0.81, "0.9 squared");
}

#[test]
fn tier_values_by_hand() {
    let monthly_discount = 1.21_f64.powf(-1.0 / 12.0);
    // horizon, discount, t0, t1
    let table = [
        (0, 0.0, 0.0, 0.0),
        (1, 0.5, 10.0, 100.0),
        (2, 0.0, 10.0 + 18.0, 100.0 + 72.0),
        (3, 0.0, 10.0 + 0.8 * 28.0 + 0.1 * 172.0, 100.0 + 0.2 * 28.0 + 0.7 * 172.0),
        (2, 0.21, 10.0 + 18.0 * monthly_discount, 100.0 + 72.0 * monthly_discount),
    ];
    for (horizon, discount, t0, t1) in table {
        let values = LifetimeValues::new(&two_tiers(), &MEANS, &terms(horizon, discount));
        assert_close(values.tier_values[0], t0, "t0");
        assert_close(values.tier_values[1], t1, "t1");
        assert_eq!(values.tier_values[2], (horizon == 0).then_some(0.0), "no mean is known");
    }
    let stays = TransitionMatrix::try_from(STAYS).unwrap();
    let year = LifetimeValues::new(&stays, &MEANS, &terms(12, 0.0));
    assert_close(year.tier_values[1], 1200.0, "a year's value");
}

#[test]
fn customer_values_by_hand() {
    let values = LifetimeValues::new(&two_tiers(), &MEANS, &terms(2, 0.0));
    let lossy = [Some(-5.0), Some(100.0), None, None, None];
    let of_lossy = LifetimeValues::new(&two_tiers(), &lossy, &terms(2, 0.0));
    let table = [
        ("the mean", &values, State::T0, 10.0, Some(28.0)),
        ("not known", &values, State::T0, f64::NAN, Some(28.0)),
        ("20 more, for 1 + 0.9 months", &values, State::T0, 30.0, Some(28.0 + 20.0 * 1.9)),
        ("a loss", &values, State::T0, -40.0, Some(28.0 - 50.0 * 1.9)),
        ("twice the mean of the highest tier", &values, State::T1, 200.0, Some(2.0 * 172.0)),
        ("lost", &values, State::Lost, 10.0, Some(0.0)),
        ("a tier without a mean", &values, State::T4, 10.0, None),
        // -5 + 0.8 x -5 + 0.1 x 100 = 1, and 15 over the mean for 1.9 months.
        ("gainful among the lossy", &of_lossy, State::T0, 10.0, Some(1.0 + 15.0 * 1.9)),
    ];
    for (what, values, state, monthly_value, expected) in table {
        match expected {
            Some(expected) => assert_close(values.of_customer(state, monthly_value), expected, what),
            None => assert_eq!(values.of_customer(state, monthly_value), None, "{what}"),
        }
    }
}

#[test]
fn means_are_of_known_values_by_tier() {
    let states =
        [Some(State::T0), Some(State::T4), Some(State::T0), None, Some(State::Lost), Some(State::T0)];
    let means = monthly_value_means(&states, &[1.0, 7.0, -4.0, 9.0, 9.0, f64::NAN]);
    assert_eq!(means, [Some(-1.5), None, None, None, Some(7.0)]);
}

#[test]
fn distances_by_hand() {
    let (none, ten) = ([0.0; 6], [10.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let halves = [2.0, 0.0, 0.0, 0.0, 0.0, 2.0];
    let table = [(ten, ten, Some(0.0)), (ten, halves, Some(0.5)), (ten, none, None), (none, ten, None)];
    for (a, b, expected) in table {
        assert_eq!(total_variation(&a, &b), expected);
    }
}

#[test]
fn a_stored_chain_comes_back_or_is_refused() {
    let json = serde_json::to_string(&two_tiers()).unwrap();
    assert_eq!(serde_json::from_str::<TransitionMatrix>(&json).unwrap(), two_tiers());
    let values = LifetimeValues::new(&two_tiers(), &MEANS, &terms(7, 0.1));
    let json = serde_json::to_string(&values).unwrap();
    assert_eq!(serde_json::from_str::<LifetimeValues>(&json).unwrap(), values);
    let table = [
        (3, [0.0, 0.0, 0.0, 0.9, 0.0, 0.0], "row `t3` must hold probabilities that sum to 1"),
        (0, [1.5, -0.5, 0.0, 0.0, 0.0, 0.0], "row `t0` must hold probabilities that sum to 1"),
        (1, [f64::NAN, 1.0, 0.0, 0.0, 0.0, 0.0], "row `t1` must hold probabilities that sum to 1"),
        (5, [0.1, 0.0, 0.0, 0.0, 0.0, 0.9], "row `lost` must lead to `lost` alone"),
    ];
    for (row, shares, message) in table {
        let mut rows = STAYS;
        rows[row] = shares;
        assert_eq!(TransitionMatrix::try_from(rows).unwrap_err().to_string(), message);
    }
}

#[test]
fn states_are_published_under_their_codes() {
    for state in State::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.code());
    }
    assert_eq!([0, 4, 5].map(State::of_tier), [Some(State::T0), Some(State::T4), None]);
}

/// Uniform over 0 to 1 from a fixed sequence: Steele, Lea & Flood (2014), `SplitMix64`.
fn uniform(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap()) / (f64::from(u32::MAX) + 1.0)
}

fn next(rows: &[[f64; 6]; 6], now: State, mut chance: f64) -> State {
    for to in State::ALL {
        chance -= rows[now.index()][to.index()];
        if chance < 0.0 {
            return to;
        }
    }
    now
}

#[test]
fn the_forecast_for_a_held_out_year_beats_no_change() {
    let truth = [
        [0.975, 0.012, 0.001, 0.0, 0.0, 0.012],
        [0.020, 0.958, 0.014, 0.001, 0.0, 0.007],
        [0.001, 0.025, 0.960, 0.010, 0.0, 0.004],
        [0.0, 0.001, 0.020, 0.970, 0.005, 0.004],
        [0.0, 0.0, 0.001, 0.020, 0.976, 0.003],
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
    ];
    for mut seed in 1..=5_u64 {
        let (mut counted, mut start, mut observed) = (Transitions::default(), [0.0; 6], [0.0; 6]);
        for customer in 0..2000 {
            let mut path = vec![State::ALL[customer % 5]];
            for _ in 0..36 {
                path.push(next(&truth, path[path.len() - 1], uniform(&mut seed)));
            }
            // 24 months to learn from, 12 held out; those lost before are no customers to forecast.
            let seen: Vec<Option<State>> = path[..=24].iter().copied().map(Some).collect();
            counted.add_path(&seen);
            if path[24] != State::Lost {
                start[path[24].index()] += 1.0;
                observed[path[36].index()] += 1.0;
            }
        }
        let check = check_forecast(&counted.probabilities(), &start, &observed, 12).unwrap();
        assert!(check.beats_no_change() && check.chain_error < check.no_change_error / 2.0, "{check:?}");
    }
}

fn any_counts() -> impl Strategy<Value = Transitions> {
    prop::array::uniform6(prop::array::uniform6(prop_oneof![Just(0), 0..9_u64, 0..1_000_000_u64]))
        .prop_map(|counts| Transitions { counts })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_make_a_chain(counts in any_counts(), start in prop::array::uniform6(0.0..1e6_f64)) {
        let matrix = counts.probabilities();
        prop_assert!(TransitionMatrix::try_from(*matrix.rows()).is_ok());
        let later = matrix.forecast(&start, 60);
        let (before, after): (f64, f64) = (start.iter().sum(), later.iter().sum());
        prop_assert!((after - before).abs() <= 1e-9 * before);
        prop_assert!(later[5] >= start[5]);
        prop_assert!(matrix.retention(60).iter().zip(matrix.retention(12)).all(|(late, early)| *late <= early + 1e-12));
    }

    #[test]
    fn horner_is_the_sum(counts in any_counts(), means in prop::array::uniform5(-1e3..1e5_f64), horizon in 0..40_u32) {
        let (matrix, terms) = (counts.probabilities(), terms(horizon, 0.08));
        let values = LifetimeValues::new(&matrix, &means.map(Some), &terms);
        for (from, found) in STAYS.iter().zip(values.tier_values) {
            let sum: f64 = (0..horizon)
                .map(|month| {
                    let there = matrix.forecast(from, month);
                    let value: f64 = there.iter().zip(means).map(|(share, mean)| share * mean).sum();
                    value * 1.08_f64.powf(-f64::from(month) / 12.0)
                })
                .sum();
            prop_assert!((found.unwrap() - sum).abs() < 1e-3);
        }
    }

    #[test]
    fn customers_add_up_to_their_tier(counts in any_counts(), own in prop::collection::vec(-1e3..1e4_f64, 1..20)) {
        let states = vec![Some(State::T1); own.len()];
        let mut means = [Some(3.0), None, Some(500.0), Some(2e3), Some(9e3)];
        means[1] = monthly_value_means(&states, &own)[1];
        let values = LifetimeValues::new(&counts.probabilities(), &means, &terms(36, 0.1));
        let all: f64 = own.iter().map(|own| values.of_customer(State::T1, *own).unwrap()).sum();
        let expected = values.tier_values[1].unwrap() * f64::from(u8::try_from(own.len()).unwrap());
        prop_assert!((all - expected).abs() < 1e-9 * (expected.abs() + 1e6));
    }
}
