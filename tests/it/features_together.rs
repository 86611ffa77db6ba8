//! Features of several dates from one pass are those of each date alone, wherever their rows and columns lie, and those
//! that are streamed out of the store are those of the bank.

use crate::bank::{default_config, invent, taken_in};
use crate::rewritten::rewrite;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use tercet::contract::Holding;
use tercet::date::Date;
use tercet::features::{self, Asked, FeatureTable, N_FEATURES, ServiceCosts, catalogue};
use tercet::store::{Bank, CustomerHistory, Keep, Population, Store};

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

/// Features as bits, in the order of the catalogue, by customer id.
type ById = BTreeMap<String, Vec<u64>>;

/// What a stream hands on, by date; nobody comes twice.
fn streamed(store: &Store, as_of: Date, dates: &[Date]) -> Vec<ById> {
    let ids = store.codes().unwrap().customers;
    let found = Mutex::new(vec![ById::new(); dates.len()]);
    features::stream(store, as_of, dates, &ServiceCosts::default(), &|block| {
        assert_eq!(block.values.len(), block.customers.len() * N_FEATURES);
        for (code, values) in block.customers.iter().zip(block.values.chunks_exact(N_FEATURES)) {
            let bits = values.iter().map(|value| value.to_bits()).collect();
            let twice = found.lock().unwrap()[block.date].insert(ids.id(*code).to_owned(), bits);
            assert_eq!(twice, None, "{} comes twice", ids.id(*code));
        }
        Ok(())
    })
    .unwrap();
    found.into_inner().unwrap()
}

/// The same from the bank.
fn built(bank: &Bank, date: Date) -> ById {
    let table = features::build_one(bank, &Population::of(bank, date), &ServiceCosts::default()).unwrap();
    let columns: Vec<Vec<u64>> = catalogue::features().map(|feature| bits(&table, feature.name)).collect();
    let ids = table.customers().iter().map(|index| bank.customer(*index).customer_id.to_string());
    ids.enumerate().map(|(row, id)| (id, columns.iter().map(|column| column[row]).collect())).collect()
}

/// Ids of those whose only rows up to a date are holdings of months that no feature of `dates` looks at: a year and a day
/// before the first of them, and the snapshot before that, which is no more than a month older here.
fn held_long_ago(bank: &Bank, date: Date, dates: &[Date]) -> BTreeSet<String> {
    let unread = dates.iter().min().unwrap().plus_days(-366).last_month_ends(2).next().unwrap();
    let rows = bank.excerpt(&Keep::ALL).unwrap();
    let members = Population::of(bank, date).members.into_iter().map(|index| rows.history(index));
    members
        .filter(|history| history.transactions.first().is_none_or(|row| row.booked_on > date))
        .filter(|history| {
            let month = |date: Date| date.month_index();
            let mut read = history.holdings.iter().filter(|row| month(row.snapshot_on) > month(unread));
            read.all(|row| row.snapshot_on > date)
        })
        .map(|history| history.customer.customer_id.to_string())
        .collect()
}

/// Two customers who have held something from the first month of an invented bank to the last.
fn lasting(exports: &Path) -> [String; 2] {
    let home = tempfile::tempdir().unwrap();
    let as_of = "2026-10-31".parse().unwrap();
    let bank = taken_in(&default_config(exports, home.path()), as_of).bank(as_of).unwrap();
    let rows = bank.excerpt(&Keep::ALL).unwrap();
    let members = Population::of(&bank, as_of).members.into_iter().map(|index| rows.history(index));
    let lasts = |history: &CustomerHistory<'_>| {
        let held = |row: Option<&Holding>| row.map(|row| row.snapshot_on);
        held(history.holdings.first()) == bank.calendar().snapshots.first().copied()
            && held(history.holdings.last()) == Some(as_of)
    };
    let mut ids = members.filter(lasts).map(|history| history.customer.customer_id.to_string());
    [ids.next().unwrap(), ids.next().unwrap()]
}

#[test]
fn a_stream_gives_what_the_bank_gives() {
    let [exports, changed, home] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    invent(300, 36, 5, exports.path());
    // Of both, no more is left than holdings: of two years ago, and of the last year.
    let [long_ago, of_late] = lasting(exports.path());
    rewrite(exports.path(), changed.path(), |table, mut row, write| {
        let id = row.find("customer_id").map_or(String::new(), |id| id.clone());
        let is_chosen = id == long_ago || id == of_late;
        let is_kept = match table {
            "transactions" => !is_chosen,
            "holdings" if id == long_ago => row.cell("snapshot_on").as_str() < "2024-06-30",
            "holdings" if id == of_late => row.cell("snapshot_on").as_str() > "2025-06-30",
            _ => true,
        };
        if is_kept {
            write(&row);
        }
    });
    let as_of: Date = "2026-10-31".parse().unwrap();
    let store = taken_in(&default_config(changed.path(), home.path()), as_of);
    let bank = store.bank(as_of).unwrap();
    // Out of order, one in the middle of a month.
    let dates = ["2026-04-30", "2026-10-31", "2026-07-15"].map(|date| date.parse::<Date>().unwrap());
    let mut n_unread = 0;
    for asked in [&dates[..], &dates[1..2]] {
        let found = streamed(&store, as_of, asked);
        for (found, date) in found.iter().zip(asked) {
            let (expected, unread) = (built(&bank, *date), held_long_ago(&bank, *date, asked));
            assert!(found.len() > 200 && found.contains_key(&of_late), "{date}: {} found", found.len());
            for (id, values) in &expected {
                match found.get(id) {
                    Some(found) => assert_eq!(found, values, "{id} on {date}"),
                    None => assert!(unread.contains(id), "{id} is left out on {date}"),
                }
            }
            assert_eq!(found.len() + unread.len(), expected.len(), "{date}: {unread:?} are left out");
            n_unread += usize::from(unread.contains(&long_ago));
        }
    }
    assert_eq!(n_unread, 4, "who held something long ago alone is in the night, and in no stream");
}
