//! No look into the future: whatever happens after a date changes nothing that is said of it.

use crate::bank::{default_config, invent, taken_in};
use crate::rewritten::{Row, rewrite};
use polars::prelude::DataFrame;
use proptest::prelude::*;
use std::path::Path;
use std::sync::OnceLock;
use tercet::churn::{self, Training};
use tercet::contract::codes::Kind;
use tercet::cross_sell::{self, Rules};
use tercet::date::Date;
use tercet::features::{self, Asked, ServiceCosts};
use tercet::ingest;
use tercet::labels::{Labels, Language};
use tercet::segment::{self, Sight, Standing};
use tercet::statistics;
use tercet::store::Population;
use tercet::targets::holdout::Lots;
use tercet::targets::{self, Listings, Lookback};

/// Eighteen months of a small bank end on 2026-10-31; this date leaves four of them to change.
const AS_OF: &str = "2026-06-30";

struct Unchanged {
    exports: tempfile::TempDir,
    said: Vec<DataFrame>,
}

fn unchanged() -> &'static Unchanged {
    static BANK: OnceLock<Unchanged> = OnceLock::new();
    BANK.get_or_init(|| {
        let exports = tempfile::tempdir().unwrap();
        invent(250, 18, 11, exports.path());
        let said = said_of(exports.path());
        Unchanged { exports, said }
    })
}

fn as_of() -> Date {
    AS_OF.parse().unwrap()
}

/// Features, segments, scores and lists as of the date.
fn said_of(exports: &Path) -> Vec<DataFrame> {
    let as_of = as_of();
    let home = tempfile::tempdir().unwrap();
    let config = &default_config(exports, home.path());
    let bank = &taken_in(config, as_of).bank(as_of).unwrap();
    let population = Population::of(bank, as_of);
    let earlier = Population { date: as_of.plus_days(-30), ..population.clone() };
    let smoothed = Asked { population: &earlier, features: segment::smoothed_features() };
    let mut tables =
        features::build(bank, &[Asked::whole(&population), smoothed], &ServiceCosts::default()).unwrap();
    let features = tables.remove(0);
    let sight = Sight { tonight: &features, earlier: &tables };
    let standing = Standing::of(bank, &features, &config.value).unwrap();
    let model = segment::fit(bank, sight, None, config).unwrap();
    let segments = segment::place(bank, sight, &model, &standing, None, config).unwrap();
    let training = churn::train(bank, as_of, config).unwrap();
    let model = match &training {
        Training::Trained(model) => Some((&**model, "m")),
        Training::NotTrained(_) => None,
    };
    let labels = Labels::of(Language::En);
    let churn = churn::score(bank, &features, model, &labels, config).unwrap();
    let night = targets::Night {
        bank,
        rows: &targets::excerpt(bank, as_of, &config.lists).unwrap(),
        features: &features,
        segments: &segments,
        standing: &standing,
        churn: &churn,
        lookback: &Lookback::of_bank(bank, as_of, config).unwrap(),
        listed_before: &Listings::default(),
        lots: &Lots::new(as_of, config.lists.held_out_share),
        mapped: &ingest::mapped(config.sources()),
        labels: &labels,
        config,
    };
    let rules = Rules::of(config).unwrap();
    let propensity = match cross_sell::train(bank, &rules, as_of, config).unwrap() {
        cross_sell::Training::Trained(model) => Some(model),
        cross_sell::Training::NotTrained(_) => None,
    };
    let tonight = cross_sell::Tonight {
        bank,
        rows: night.rows,
        features: &features,
        rules: &rules,
        needs_known_risk: true,
        per_customer: 3,
    };
    let offers = cross_sell::offers(&tonight, propensity.as_deref()).unwrap();
    let lists = targets::build(&night, &offers).unwrap();
    vec![
        features.frame().clone(),
        segments.frame().clone(),
        churn.frame().clone(),
        statistics::build(bank, &features, &segments, config).unwrap(),
        lists.targets,
        lists.cross_sell,
        lists.suppressions,
    ]
}

fn announced_until() -> Date {
    as_of().plus_days(30)
}

/// Whether the date in this column lies after the night, or there is none.
fn is_open_after(row: &mut Row<'_>, name: &str) -> bool {
    row.cell(name).parse::<Date>().map_or(true, |on| on > as_of())
}

/// Copies the exports, each row of the tables through `change`, which says whether it stays.
fn copy(from: &Path, to: &Path, mut change: impl FnMut(&str, &mut Row<'_>) -> bool) {
    rewrite(from, to, |table, mut row, write| {
        if change(table, &mut row) {
            write(&row);
        }
    });
}

/// Changes everything after the date by `dice`, and nothing up to it.
fn change_the_future(table: &str, row: &mut Row<'_>, dice: &mut impl FnMut(u32) -> u32) -> bool {
    let later = |row: &mut Row<'_>, column: &str| row.cell(column).parse::<Date>().unwrap() > as_of();
    match table {
        "transactions" if later(row, "booked_on") => {
            *row.cell("amount") = format!("{}.{:02}", dice(100_000), dice(100));
            *row.cell("kind") = Kind::CODES[dice(15) as usize].to_owned();
            dice(3) > 0
        }
        "holdings" if later(row, "snapshot_on") => {
            *row.cell("balance") = format!("{}.00", dice(1_000_000));
            dice(3) > 0
        }
        "contacts" if later(row, "contacted_on") => dice(2) > 0,
        "contacts" if is_open_after(row, "resolved_at") && dice(2) > 0 => {
            row.cell("resolved_at").clear();
            true
        }
        "customers" if is_open_after(row, "closed_on") && !later(row, "opened_on") => {
            let closes = dice(2) > 0;
            let on = as_of().plus_days(1 + dice(100).cast_signed());
            *row.cell("closed_on") = if closes { on.to_string() } else { String::new() };
            let reason = ["price", "deceased"][dice(2) as usize];
            *row.cell("close_reason") = if closes { reason.to_owned() } else { String::new() };
            true
        }
        "accounts" if is_open_after(row, "closed_on") && !later(row, "opened_on") => {
            let on = as_of().plus_days(1 + dice(100).cast_signed());
            *row.cell("closed_on") = if dice(2) > 0 { on.to_string() } else { String::new() };
            true
        }
        // That he leaves within a month is announced, and read: the list of hand-overs looks so far ahead.
        "managers" if row.cell("left_on").parse::<Date>().map_or(true, |on| on > announced_until()) => {
            let on = announced_until().plus_days(1 + dice(9).cast_signed());
            *row.cell("left_on") = if dice(2) > 0 { on.to_string() } else { String::new() };
            true
        }
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changing_the_future_changes_nothing_that_is_said_of_today(seed in any::<u64>()) {
        use rand::{Rng, SeedableRng};
        let before = unchanged();
        let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(seed);
        let changed = tempfile::tempdir().unwrap();
        let mut n_changed = 0;
        copy(before.exports.path(), changed.path(), |table, row| {
            let was = row.cells.clone();
            let stays = change_the_future(table, row, &mut |sides| rng.gen_range(0..sides));
            n_changed += usize::from(!stays || row.cells != was);
            stays
        });
        prop_assert!(n_changed > 1000, "{n_changed} rows changed");
        for (before, after) in before.said.iter().zip(said_of(changed.path())) {
            prop_assert!(before.equals_missing(&after), "{before}\n{after}");
        }
    }
}

#[test]
fn changing_the_past_changes_what_is_said_of_today() {
    let before = unchanged();
    let changed = tempfile::tempdir().unwrap();
    copy(before.exports.path(), changed.path(), |table, row| {
        if table == "transactions" && row.cell("booked_on") == AS_OF {
            let amount = row.cell("amount");
            amount.insert(usize::from(amount.starts_with('-')), '1');
        }
        true
    });
    assert!(!before.said[0].equals_missing(&said_of(changed.path())[0]));
}
