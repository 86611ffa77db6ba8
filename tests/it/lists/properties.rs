//! What holds on every night, on invented banks whose permissions and contacts are thrown about by a seed.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as a bank does"
)]

use super::config_with;
use crate::bank::{invent, night};
use crate::published::{Table, table_bytes};
use crate::rewritten::rewrite;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tercet::config::Config;
use tercet::date::Date;

const AS_OF: &str = "2026-10-31";
/// What keeps a customer off every list.
const EXCLUSIONS: [(&str, &str); 4] = [
    ("deceased", "true"),
    ("legal_hold", "true"),
    ("contact_allowed", "false"),
    ("marketing_allowed", "false"),
];

/// What the exports say of a customer that lists must heed.
#[derive(Default)]
struct Known {
    exclusions: BTreeSet<&'static str>,
    manager: Option<String>,
    contacts: Vec<Date>,
    open_complaint: bool,
}

struct Night {
    config: Config,
    known: BTreeMap<String, Known>,
    targets: Table,
    managers: Table,
    folder: std::path::PathBuf,
    _home: tempfile::TempDir,
}

fn thrown(seed: u64, with_churn: bool) -> Night {
    let home = tempfile::tempdir().unwrap();
    let [plain, data] = ["plain", "data"].map(|name| home.path().join(name));
    invent(700, 20, seed, &plain);
    std::fs::create_dir(&data).unwrap();
    let known = throw(seed, &plain, &data);
    let config = config_with(&data, &home.path().join("work"), |raw| {
        raw.lists.held_out_share = 0.3;
        raw.lists.capacity_default = 4;
        raw.churn.enabled = with_churn;
        raw.churn.disabled_because = "the test is about other lists".into();
    });
    let folder = night(&config, AS_OF).folder;
    let [targets, managers] =
        ["targets", "managers"].map(|name| Table::read(&folder.join(format!("{name}.parquet"))));
    Night { config, known, targets, managers, folder, _home: home }
}

/// Copies the exports with permissions taken away, contacts moved near the night and complaints opened at random.
fn throw(seed: u64, from: &Path, to: &Path) -> BTreeMap<String, Known> {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let as_of: Date = AS_OF.parse().unwrap();
    rewrite(from, to, |table, mut row, write| {
        match table {
            "customers" => {
                let of = known.entry(row.cell("customer_id").clone()).or_default();
                of.manager = Some(row.cell("manager_id").clone()).filter(|id| !id.is_empty());
                for (column, forbids) in EXCLUSIONS {
                    if dice.gen_bool(0.05) {
                        *row.cell(column) = forbids.to_owned();
                    } else if column == "marketing_allowed" && dice.gen_bool(0.05) {
                        row.cell(column).clear();
                    }
                    // An empty cell is no consent to marketing.
                    let is_unknown = column == "marketing_allowed" && row.cell(column).is_empty();
                    if row.cell(column) == forbids || is_unknown {
                        of.exclusions.insert(column);
                    }
                }
            }
            "contacts" => {
                if dice.gen_bool(0.2) {
                    *row.cell("contacted_on") = as_of.plus_days(-dice.gen_range(0..40)).to_string();
                    row.cell("outcome").clear();
                }
                if dice.gen_bool(0.05) {
                    *row.cell("complaint") = "true".to_owned();
                    row.cell("resolved_at").clear();
                }
                let of = known.entry(row.cell("customer_id").clone()).or_default();
                if row.cell("outcome") != "not_reached" {
                    of.contacts.push(row.cell("contacted_on").parse().unwrap());
                }
                of.open_complaint |= row.cell("complaint") == "true"
                    && row.cell("resolved_at").parse::<Date>().map_or(true, |on| on > as_of);
            }
            _ => {}
        }
        write(&row);
    });
    known
}

impl Night {
    /// Customer, manager, list and whether he is held out, row by row.
    fn rows(&self) -> Vec<(String, String, String, bool)> {
        let texts = |name: &str| self.targets.texts(name).into_iter().map(Option::unwrap);
        let held = self.targets.flags("held_out").into_iter().map(Option::unwrap);
        let rows = texts("customer_id").zip(texts("manager_id")).zip(texts("list")).zip(held);
        rows.map(|(((customer, manager), list), held)| (customer, manager, list, held)).collect()
    }
}

const SELLING: [&str; 2] = ["vip_upgrade", "cross_sell"];
const CAMPAIGNS: [&str; 4] = ["retention", "win_back", "vip_upgrade", "cross_sell"];

#[test]
fn every_night_keeps_the_rules_whatever_the_bank() {
    for seed in [1, 2, 3] {
        let night = thrown(seed, seed == 1);
        let rows = night.rows();
        assert!(rows.len() > 30, "seed {seed}: {} rows", rows.len());
        let customers: BTreeSet<&String> = rows.iter().map(|(customer, ..)| customer).collect();
        assert_eq!(customers.len(), rows.len(), "seed {seed}: one row per customer");
        let as_of: Date = AS_OF.parse().unwrap();
        for (customer, manager, list, _) in &rows {
            let known = &night.known[customer];
            let is_selling = SELLING.contains(&list.as_str());
            let is_marketing = is_selling || ["win_back", "cultivate"].contains(&list.as_str());
            let forbids: Vec<_> = known
                .exclusions
                .iter()
                .filter(|rule| **rule != "marketing_allowed" || is_marketing)
                .collect();
            assert!(forbids.is_empty(), "seed {seed}: {customer} on {list} against {forbids:?}");
            assert!(
                !(is_selling && known.open_complaint),
                "seed {seed}: {customer} is sold to, complaint open"
            );
            let cooldown = night.config.lists.cooldown_days.get(list).copied().unwrap_or(0);
            let last = known.contacts.iter().max();
            assert!(
                last.is_none_or(|last| as_of - *last >= cooldown),
                "seed {seed}: {customer} on {list}, reached on {last:?}"
            );
            assert!(
                *manager == "unassigned" || known.manager.as_ref() == Some(manager),
                "seed {seed}: {customer} of {:?} on the list of {manager}",
                known.manager
            );
        }
        let places = night.managers.texts("manager_id").into_iter().flatten();
        let places = places.zip(night.managers.ints("capacity")).zip(night.managers.ints("listed"));
        let listed = night.targets.counts("manager_id");
        for ((manager, capacity), count) in places {
            assert!(count <= capacity, "seed {seed}: {manager} has {count} of {capacity}");
            let found = listed.get(&manager).copied().unwrap_or(0);
            assert_eq!(found, usize::try_from(count).unwrap(), "seed {seed}: {manager}");
        }
    }
}

#[test]
fn the_held_out_are_a_share_of_campaigns_alone_the_same_on_a_rerun_and_on_no_list_that_is_shown() {
    let first = thrown(4, true);
    let rows = first.rows();
    let (mut n, mut held_out) = (0u32, 0u32);
    for (customer, _, list, held) in &rows {
        assert!(!held || CAMPAIGNS.contains(&list.as_str()), "{customer} is held out of {list}");
        if CAMPAIGNS.contains(&list.as_str()) {
            n += 1;
            held_out += u32::from(*held);
        }
    }
    // Four standard deviations of a binomial with the configured share.
    let (expected, deviation) = (0.3 * f64::from(n), (0.21 * f64::from(n)).sqrt());
    assert!(n > 20, "{n} on campaigns");
    assert!((f64::from(held_out) - expected).abs() < 4.0 * deviation, "{held_out} of {n}");
    let before = table_bytes(&first.folder);
    assert_eq!(table_bytes(&night(&first.config, AS_OF).folder), before, "a rerun draws the same lots");
}
