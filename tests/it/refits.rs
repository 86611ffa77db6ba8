//! Real customers under a model fitted again with another seed on a resample, no level carried over: how many keep their
//! type is printed, beside a bound.

use crate::bank::{example_config, real_data, taken_in};
use crate::segments::{Night, refitted};
use std::path::Path;
use tercet::store::Population;

/// Refits that are reported.
const SEEDS: [u64; 3] = [1, 2, 3];
/// Half: a type by the toss of three coins would be kept by an eighth.
const KEPT_MIN: f64 = 0.5;

/// Prints the figure of each refit, and holds each against the bound.
fn report(name: &str, example: &str, data: &Path, as_of: &str) {
    let home = tempfile::tempdir().unwrap();
    let config = example_config(example, data, home.path());
    let on = as_of.parse().unwrap();
    let bank = taken_in(&config, on).bank(on).unwrap();
    let night = Night::of(&bank, &Population::of(&bank, on), &config);
    let before = night.placed(&bank, &night.fitted(&bank, &config), None, &config);
    for seed in SEEDS {
        let (config, model) = refitted(&bank, on, &config, seed);
        let after = night.placed(&bank, &model, None, &config);
        let n_same =
            before.iter().filter(|(id, before)| after[*id].customer_type == before.customer_type).count();
        let kept = n_same as f64 / before.len() as f64;
        eprintln!("{name}, seed {seed}: {n_same} of {} customers keep their type ({kept:.3})", before.len());
        assert!(kept >= KEPT_MIN, "{name}, seed {seed}: {kept}");
    }
}

#[test]
fn the_customers_of_a_shop_who_keep_their_type_are_reported() {
    let Some(data) = real_data("online-retail", "refits online_retail") else { return };
    report("online-retail", "online-retail.toml", &data, "2011-11-30");
}

#[test]
fn the_customers_of_a_bank_who_keep_their_type_are_reported() {
    let Some(data) = real_data("berka-slice", "refits berka") else { return };
    report("berka", "berka.toml", &data, "1998-11-30");
}
