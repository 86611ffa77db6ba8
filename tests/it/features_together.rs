//! Features of several dates from one pass are those of each date alone, wherever their rows and columns lie.

use crate::bank::{default_config, invent, taken_in};
use tercet::date::Date;
use tercet::features::{self, Asked, FeatureTable, ServiceCosts, catalogue};
use tercet::store::Population;

fn bits(table: &FeatureTable, name: &str) -> Vec<u64> {
    table.column(name).iter().map(|value| value.to_bits()).collect()
}

#[test]
fn one_pass_over_several_dates_gives_what_each_date_gives() {
    let home = tempfile::tempdir().unwrap();
    invent(300, 18, 5, home.path());
    let as_of: Date = "2026-10-31".parse().unwrap();
    let bank = taken_in(&default_config(home.path(), home.path()), as_of).bank(as_of).unwrap();
    let tonight = Population::of(&bank, as_of);
    let then = Population::of(&bank, "2026-03-31".parse().unwrap());
    let some = ["tenure_days", "aum", "n_started_90d"];
    let chosen = catalogue::features().filter(|feature| some.contains(&feature.name)).collect();
    // Tonight's customers as of an earlier date, where some were not here yet.
    let earlier = Population { date: then.date, ..tonight.clone() };

    let asked =
        [Asked::whole(&tonight), Asked::whole(&then), Asked { population: &earlier, features: chosen }];
    let together = features::build(&bank, &asked, &ServiceCosts::default()).unwrap();
    for (table, population) in together.iter().zip([&tonight, &then]) {
        let alone = features::build_one(&bank, population, &ServiceCosts::default()).unwrap();
        for feature in catalogue::features() {
            assert_eq!(bits(table, feature.name), bits(&alone, feature.name), "{}", feature.name);
        }
    }
    let of_then = |index: u32| then.members.binary_search(&index).ok();
    let mut n_later = 0;
    for name in some {
        let (subset, whole) = (together[2].column(name), together[1].column(name));
        for (row, index) in tonight.members.iter().enumerate() {
            match of_then(*index) {
                Some(place) => assert_eq!(subset[row].to_bits(), whole[place].to_bits(), "{name}"),
                None if bank.customer(*index).opened_on > then.date => {
                    assert!(subset[row].is_nan(), "{name}");
                    n_later += 1;
                }
                None => {}
            }
        }
    }
    assert!(n_later > 10, "{n_later} customers came later");
}
