//! No look into the future: whatever happens after a date changes nothing that is said of it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an operator does"
)]

use crate::bank::{default_config, invent};
use polars::prelude::DataFrame;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use tercet::churn::{self, Training};
use tercet::config::Config;
use tercet::contract::Tables;
use tercet::contract::codes::Kind;
use tercet::date::Date;
use tercet::labels::{Labels, Language};
use tercet::money::Money;
use tercet::segment;
use tercet::store::{Population, Store};
use tercet::targets;
use tercet::{features, ingest};

/// Eighteen months of a small bank end on 2026-10-31; this date leaves four of them to change.
const AS_OF: &str = "2026-06-30";

struct Bank {
    tables: Tables,
    mapped: BTreeSet<(tercet::contract::tables::Table, &'static str)>,
    config: Config,
    unchanged: Vec<DataFrame>,
}

fn bank() -> &'static Bank {
    static BANK: OnceLock<Bank> = OnceLock::new();
    BANK.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        invent(250, 18, 11, home.path());
        let config = default_config(home.path(), home.path());
        let limits =
            ingest::Limits { reject_share_max: 0.0, base_currency: "CNY".into(), field_bytes_max: 65_536 };
        let ingested = ingest::read(config.sources(), home.path(), &limits, &|_| {}).unwrap();
        let mut bank =
            Bank { tables: ingested.tables, mapped: ingested.mapped, config, unchanged: Vec::new() };
        bank.unchanged = said_of(&bank, bank.tables.clone());
        bank
    })
}

/// Features, segments, scores and lists as of the date.
fn said_of(bank: &Bank, tables: Tables) -> Vec<DataFrame> {
    let as_of: Date = AS_OF.parse().unwrap();
    let config = &bank.config;
    let store = Store::build(tables, true, as_of, config.store.buckets);
    let population = Population::of(&store, as_of);
    let features = features::build(&store, &population, true).unwrap();
    let model = segment::fit(&store, &features, config).unwrap();
    let segments = segment::place(&store, &features, &model, None, "proxy", config).unwrap();
    let training = churn::train(&store, as_of, config).unwrap();
    let model = match &training {
        Training::Trained { model, .. } => Some((&**model, "m")),
        Training::NotTrained(_) => None,
    };
    let labels = Labels::of(Language::En);
    let churn = churn::score(&store, &features, model, &labels, config).unwrap();
    let night = targets::Night {
        store: &store,
        features: &features,
        segments: &segments,
        churn: &churn,
        mapped: &bank.mapped,
        labels: &labels,
        config,
    };
    let lists =
        targets::build(&night, &population, &targets::Rules::read(targets::DEFAULT_RULES).unwrap()).unwrap();
    vec![
        features.frame().clone(),
        segments.frame().clone(),
        churn.frame().clone(),
        lists.targets,
        lists.cross_sell,
        lists.suppressions,
    ]
}

/// Changes everything after the date by `dice`, and nothing up to it.
fn change_the_future(tables: &mut Tables, dice: &mut impl FnMut(u32) -> u32) {
    let as_of: Date = AS_OF.parse().unwrap();
    let n_customers = u32::try_from(tables.customers.len()).unwrap();
    tables.transactions.retain_mut(|row| {
        if row.booked_on <= as_of {
            return true;
        }
        row.amount = Money(row.amount.0 * i64::from(dice(40)) - 1_000_000);
        row.kind = Kind::ALL[dice(15) as usize];
        row.customer = if dice(4) == 0 { dice(n_customers) } else { row.customer };
        dice(3) > 0
    });
    tables.transactions.sort_unstable();
    tables.holdings.retain_mut(|row| {
        row.balance =
            if row.snapshot_on <= as_of { row.balance } else { Money(row.balance.0 * i64::from(dice(9))) };
        row.snapshot_on <= as_of || dice(3) > 0
    });
    tables.contacts.retain(|row| row.contacted_on <= as_of || dice(2) > 0);
    for contact in &mut tables.contacts {
        let resolved_later = contact.resolved_on.is_some_and(|on| on > as_of);
        contact.resolved_on = if resolved_later && dice(2) > 0 { None } else { contact.resolved_on };
    }
    for customer in &mut tables.customers {
        let closes_later = customer.closed_on.is_none_or(|on| on > as_of);
        if closes_later && customer.opened_on <= as_of {
            customer.closed_on = (dice(2) > 0).then(|| as_of.plus_days(1 + dice(100).cast_signed()));
            customer.close_reason =
                customer.closed_on.map(|_| ["price", "deceased"][dice(2) as usize].into());
        }
    }
    for manager in &mut tables.managers {
        let leaves_later = manager.left_on.is_none_or(|on| on > as_of);
        manager.left_on = if leaves_later {
            (dice(2) > 0).then(|| as_of.plus_days(1 + dice(9).cast_signed()))
        } else {
            manager.left_on
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changing_the_future_changes_nothing_that_is_said_of_today(seed in any::<u64>()) {
        use rand::{Rng, SeedableRng};
        let bank = bank();
        let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut tables = bank.tables.clone();
        change_the_future(&mut tables, &mut |sides| rng.gen_range(0..sides));
        prop_assert_ne!(&tables.transactions, &bank.tables.transactions);
        for (before, after) in bank.unchanged.iter().zip(said_of(bank, tables)) {
            prop_assert!(before.equals_missing(&after), "{before}\n{after}");
        }
    }
}

#[test]
fn changing_the_past_changes_what_is_said_of_today() {
    let bank = bank();
    let mut tables = bank.tables.clone();
    let as_of: Date = AS_OF.parse().unwrap();
    for row in tables.transactions.iter_mut().filter(|row| row.booked_on == as_of) {
        row.amount = Money(row.amount.0 - 12_345);
    }
    let after = said_of(bank, tables);
    assert!(!bank.unchanged[0].equals_missing(&after[0]));
}
