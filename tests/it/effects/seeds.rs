//! An effect planted in fifty campaigns of an invented bank, measured by the night that follows them up.

use super::{append, keep_ledger, leaving, wide_campaign, would_leave};
use crate::bank::{default_config, invent, night};
use crate::published::Table;
use std::collections::BTreeMap;
use tercet::config::Raw;
use tercet::effect::Assignment;
use tercet::targets::holdout::{is_held_out, lot};

const N_SEEDS: usize = 50;
const CUSTOMERS: u32 = 12_000;
const HELD_OUT: f64 = 0.3;
/// Two quarters: every other campaign is of the first.
const NIGHTS: [&str; 2] = ["2026-03-31", "2026-05-31"];
const MEASURED_ON: &str = "2026-10-31";
/// Who would leave within the horizon if nobody called him; whoever is called stays.
const LEAVES: f64 = 0.4;
const REACHED: f64 = 0.8;

/// One row of `effects` about all customers of a campaign.
#[derive(Debug, Clone, Copy)]
struct Measured {
    rate_assigned: f64,
    low: f64,
    high: f64,
    assigned: i64,
    reached: i64,
}

impl Measured {
    fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The figures of each campaign.
fn measured(effects: &Table) -> BTreeMap<String, Measured> {
    let figures = |name: &str| effects.floats(name).into_iter();
    let counts = effects.wholes("assigned").into_iter().zip(effects.wholes("reached"));
    let intervals = figures("effect_low").zip(figures("effect_high"));
    let rows = effects.texts("campaign").into_iter().zip(effects.texts("slice_by"));
    rows.zip(figures("rate_assigned").zip(intervals).zip(counts))
        .filter(|((_, by), _)| by.as_deref() == Some("all"))
        .filter_map(|((campaign, _), ((rate_assigned, (low, high)), (assigned, reached)))| {
            let (rate_assigned, low, high) = (rate_assigned?, low?, high?);
            Some((campaign?, Measured { rate_assigned, low, high, assigned: assigned?, reached: reached? }))
        })
        .collect()
}

/// The customers of a bank in fifty groups, each a campaign of its own with lots of its own; and the same groups with other
/// lots, from which nothing follows.
fn campaigns(customers: &[Assignment]) -> [Vec<Assignment>; 2] {
    ["retention", "retention-nothing"].map(|name| {
        let in_campaign = |row: &Assignment| {
            let group = group_of(&row.customer_id);
            let campaign = format!("{name}-{group}");
            let held_out = is_held_out(&campaign, &row.customer_id, HELD_OUT);
            let assigned_on = NIGHTS[group % 2].parse().unwrap();
            Assignment { campaign: campaign.into(), held_out, assigned_on, ..row.clone() }
        };
        customers.iter().map(in_campaign).collect()
    })
}

fn group_of(customer_id: &str) -> usize {
    (0..N_SEEDS).rev().find(|group| lot("group", customer_id) * N_SEEDS as f64 >= *group as f64).unwrap()
}

/// A call that the bank's own system recorded.
fn call(row: &Assignment) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("customer_id", row.customer_id.to_string()),
        ("contacted_on", row.assigned_on.plus_days(10).to_string()),
        ("list", "retention".into()),
        ("channel", "phone".into()),
    ])
}

#[test]
fn a_planted_effect_is_covered_and_mostly_seen_and_none_is_seen_where_none_was_planted() {
    let [exports, home] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    invent(CUSTOMERS, 18, 11, exports.path());
    let mut raw = Raw::clone(&default_config(exports.path(), home.path()));
    raw.churn.enabled = false;
    raw.churn.disabled_because = "the test is about the effect of earlier lists".into();
    let config = raw.check().unwrap();
    let first = night(&config, NIGHTS[1]);
    // Whoever has money that can leave.
    let mut customers = wide_campaign(&first.folder, "segments", "tier", NIGHTS[1]);
    customers.retain(|row| row.band.as_deref() != Some("t0"));
    let [planted, nothing] = campaigns(&customers);
    keep_ledger(&first.folder, [planted.clone(), nothing].concat(), NIGHTS[1]);

    let leavers = planted.iter().filter(|row| row.held_out && would_leave(&row.customer_id, LEAVES));
    let moves: Vec<_> =
        leavers.map(|row| leaving(&row.customer_id, &row.assigned_on.plus_days(20).to_string())).collect();
    println!("{} customers, {} leave", customers.len(), moves.len());
    for month in ["2026-04", "2026-06"] {
        let of_month = moves.iter().filter(|row| row["booked_on"].starts_with(month)).cloned();
        append(exports.path(), &format!("transactions-{month}"), &of_month.collect::<Vec<_>>());
    }
    let called =
        planted.iter().filter(|row| !row.held_out && is_held_out("reached", &row.customer_id, REACHED));
    append(exports.path(), "contacts", &called.map(call).collect::<Vec<_>>());

    let second = night(&config, MEASURED_ON);
    let all = measured(&Table::read(&second.folder.join("effects.parquet")));
    let of = |name: &str| (0..N_SEEDS).map(|group| all[&format!("{name}-{group}")]).collect::<Vec<_>>();

    let planted = of("retention");
    let base = planted.iter().map(|one| one.rate_assigned).sum::<f64>() / N_SEEDS as f64;
    // Who would have left anyway cannot be made to.
    let value = -LEAVES * (1.0 - base);
    let n_covering = planted.iter().filter(|one| one.low <= value && value <= one.high).count();
    let n_seen = planted.iter().filter(|one| one.high < 0.0).count();
    println!("base {base:.3}, planted {value:.3}: {n_covering} cover it, {n_seen} exclude zero");
    assert!(n_covering >= 45 && n_seen >= 35, "{n_covering} cover {value:.3}, {n_seen} exclude zero");
    let (assigned, reached) =
        planted.iter().fold((0, 0), |sums, one| (sums.0 + one.assigned, sums.1 + one.reached));
    let share = reached as f64 / assigned as f64;
    assert!((REACHED - 0.02..REACHED + 0.1).contains(&share), "{share} of the assigned were reached");

    let n_seen = of("retention-nothing").iter().filter(|one| one.excludes_zero()).count();
    println!("{n_seen} exclude zero where nothing was planted");
    assert!(n_seen <= 5, "{n_seen} exclude zero where nothing was planted");
}
