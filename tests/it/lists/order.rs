//! Whether the order of the retention list finds the money that truly leaves.

use crate::bank::{default_config, invent, night};
use crate::published::Table;
use std::collections::BTreeMap;
use tercet::churn;
use tercet::model::bootstrap::{Interval, interval};
use tercet::publish::scores_until;
use tercet::store::Store;

const SCORED_ON: &str = "2026-05-31";
const KNOWN_BY: &str = "2026-10-31";
/// Managers reach a twentieth of the customers in scope.
const CAPACITY: f64 = 0.05;

/// One customer in scope whose outcome is known.
struct Customer {
    probability: f64,
    exposure: f64,
    left: bool,
}

fn scored_and_known() -> Vec<Customer> {
    let [exports, home] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    // A few fortunes decide how much leaves: 4,000 customers are too few for an interval over 0 beside assets alone.
    invent(12_000, 30, 7, exports.path());
    let config = default_config(exports.path(), home.path());
    let scored = Table::read(&night(&config, SCORED_ON).folder.join("churn.parquet"));
    let exposures: BTreeMap<String, f64> = scored
        .texts("customer_id")
        .into_iter()
        .flatten()
        .zip(scored.amounts("aum_at_risk"))
        .filter_map(|(id, amount)| Some((id, amount?)))
        .collect();
    let known_by = KNOWN_BY.parse().unwrap();
    let bank = Store::open(home.path(), config.store.buckets).unwrap().bank(known_by).unwrap();
    let scores = scores_until(home.path(), SCORED_ON.parse().unwrap()).unwrap();
    let outcomes = churn::outcomes(&bank, scores.as_ref(), known_by, &config).unwrap().frame;
    let ids = outcomes.column("customer_id").unwrap().str().unwrap();
    let outcomes_90 = outcomes.column("outcome_90").unwrap().str().unwrap();
    let probabilities = outcomes.column("churn_90").unwrap().f64().unwrap();
    let customer = |((id, outcome), probability): ((Option<&str>, Option<&str>), Option<f64>)| {
        let left = match outcome? {
            "stays" => false,
            "closed" | "run_off" | "silent" => true,
            _ => return None,
        };
        Some(Customer { probability: probability?, exposure: exposures[id?], left })
    };
    ids.iter().zip(outcomes_90.iter()).zip(probabilities.iter()).filter_map(customer).collect()
}

/// The share of the leaving money that lies with the first customers by `order`, each counted as often as he was drawn.
fn captured(customers: &[Customer], order: &[usize], drawn: &[u32]) -> Option<f64> {
    let mut places = CAPACITY * f64::from(drawn.iter().sum::<u32>());
    let (mut found, mut all) = (0.0, 0.0);
    for at in order {
        let leaving = if customers[*at].left { customers[*at].exposure } else { 0.0 };
        let times = f64::from(drawn[*at]);
        found += leaving * times.min(places);
        all += leaving * times;
        places = (places - times).max(0.0);
    }
    (all > 0.0).then(|| found / all)
}

/// What customers are ordered by.
type Key = fn(&Customer) -> f64;

fn ordered_by(customers: &[Customer], key: impl Fn(&Customer) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..customers.len()).collect();
    order.sort_by(|a, b| key(&customers[*b]).total_cmp(&key(&customers[*a])).then(a.cmp(b)));
    order
}

#[test]
fn the_order_by_expected_value_finds_more_of_the_leaving_money_than_probability_or_assets_alone() {
    let customers = scored_and_known();
    let by_value = ordered_by(&customers, |customer| customer.probability * customer.exposure);
    let n = u32::try_from(customers.len()).unwrap();
    let once = vec![1; customers.len()];
    let found = captured(&customers, &by_value, &once).unwrap();
    let others: [(&str, Key); 2] =
        [("probability", |customer| customer.probability), ("assets", |customer| customer.exposure)];
    for (name, key) in others {
        let order = ordered_by(&customers, key);
        let theirs = captured(&customers, &order, &once).unwrap();
        let gain = |drawn: &[u32]| {
            Some(captured(&customers, &by_value, drawn)? - captured(&customers, &order, drawn)?)
        };
        let Interval { low, high, .. } = interval(n, 400, 1, gain).unwrap();
        println!("expected value {found:.3}, {name} alone {theirs:.3}: {low:.3} to {high:.3} more");
        assert!(found > theirs, "{name}: {found:.3} against {theirs:.3}, {low:.3} to {high:.3}");
        assert!(low > 0.0, "{name}: {low:.3} to {high:.3} more");
    }
}
