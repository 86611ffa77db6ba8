//! The ledger of assignments from night to night, and an effect that was planted in a bank's exports.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests change exports and look at what comes out"
)]

mod seeds;

use crate::bank::{default_config, invent, night};
use crate::published::Table;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use tercet::effect::{Assignment, Ledger, assignments_frame};
use tercet::publish::parquet_bytes;
use tercet::schema;
use tercet::targets::List;
use tercet::targets::holdout::is_held_out;

const FIRST: &str = "2026-05-31";
const SECOND: &str = "2026-10-31";
const CAMPAIGN: &str = "retention-2026Q2";

/// Adds rows to an export.
fn append(data: &Path, export: &str, rows: &[BTreeMap<&str, String>]) {
    let path = data.join(format!("{export}.csv.gz"));
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
    let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
    for row in rows {
        let fields: Vec<&str> =
            header.iter().map(|name| row.get(&**name).map_or("", String::as_str)).collect();
        writeln!(text, "{}", fields.join(",")).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// A wide campaign on the night of `folder`: everybody whom `table` gives a `band`.
fn wide_campaign(folder: &Path, table: &str, band: &str, assigned_on: &str) -> Vec<Assignment> {
    let table = Table::read(&folder.join(format!("{table}.parquet")));
    let customers = table.texts("customer_id").into_iter().zip(table.texts(band));
    let assigned = |(customer_id, band): (String, String)| Assignment {
        campaign: CAMPAIGN.into(),
        list: "retention".into(),
        held_out: is_held_out(CAMPAIGN, &customer_id, 0.3),
        customer_id: customer_id.into(),
        manager_id: None,
        product: None,
        assigned_on: assigned_on.parse().unwrap(),
        tier: None,
        band: Some(band.into()),
        expected_value: Some(1.5),
        amount: Some(-12),
    };
    customers.filter_map(|(customer, band)| Some((customer?, band?))).map(assigned).collect()
}

/// Puts the ledger of a published night in place of its own.
fn keep_ledger(folder: &Path, rows: Vec<Assignment>, night: &str) {
    let frame = assignments_frame(&Ledger::of(rows)).unwrap();
    let bytes = parquet_bytes(&schema::ASSIGNMENTS, &frame, night.parse().unwrap(), "test").unwrap();
    std::fs::write(folder.join("assignments.parquet"), bytes).unwrap();
}

/// Whoever would leave if nobody called him.
fn would_leave(customer_id: &str, share: f64) -> bool {
    is_held_out("planted", customer_id, share)
}

/// All of his money goes on a day.
fn leaving(customer_id: &str, on: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("transaction_id", format!("planted-{customer_id}")),
        ("customer_id", customer_id.to_owned()),
        ("booked_on", on.into()),
        ("amount", "-90000000.00".into()),
        ("kind", "transfer_out".into()),
        ("currency", "CNY".into()),
    ])
}

#[test]
fn an_effect_planted_in_the_exports_is_measured_from_the_ledger_of_an_earlier_night() {
    let [exports, home] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    invent(600, 30, 9, exports.path());
    let config = default_config(exports.path(), home.path());
    let first = night(&config, FIRST);

    // The ledger of a first night is what its lists hold, and nothing can be told yet.
    let targets = Table::read(&first.folder.join("targets.parquet"));
    let rows = |table: &Table| -> Vec<(String, String, bool)> {
        let who = table.texts("list").into_iter().zip(table.texts("customer_id"));
        let rows = who.zip(table.flags("held_out"));
        rows.map(|((list, customer), held_out)| (list.unwrap(), customer.unwrap(), held_out.unwrap()))
            .collect()
    };
    let mut expected = rows(&targets);
    expected.retain(|(list, ..)| List::from_code(list).unwrap().is_a_campaign());
    expected.sort();
    let ledger = Table::read(&first.folder.join("assignments.parquet"));
    let mut of_managers = rows(&ledger);
    let managers = ledger.texts("manager_id");
    let mut is_of_manager = managers.iter().map(Option::is_some);
    of_managers.retain(|_| is_of_manager.next().unwrap());
    of_managers.sort();
    assert!(!expected.is_empty());
    assert_eq!(of_managers, expected);
    assert!(ledger.dates("assigned_on").iter().all(|on| on.to_string() == FIRST));
    let effects = Table::read(&first.folder.join("effects.parquet"));
    assert!(effects.floats("effect").iter().all(Option::is_none));
    // A wider campaign takes its place: everybody in scope, three in ten held out.
    let rows = wide_campaign(&first.folder, "churn", "band", FIRST);
    keep_ledger(&first.folder, rows.clone(), FIRST);

    // Of the held-out, half take their money elsewhere.
    let held_out: Vec<&Assignment> = rows.iter().filter(|row| row.held_out).collect();
    let leavers = held_out.iter().filter(|row| would_leave(&row.customer_id, 0.5));
    let planted: Vec<_> = leavers.map(|row| leaving(&row.customer_id, "2026-07-01")).collect();
    append(exports.path(), "transactions-2026-07", &planted);

    let second = night(&config, SECOND);
    let carried = Table::read(&second.folder.join("assignments.parquet"));
    let campaigns = carried.counts("campaign");
    assert_eq!(campaigns[CAMPAIGN], rows.len());
    assert!(campaigns.keys().any(|campaign| campaign.ends_with("2026Q4")), "{campaigns:?}");

    let figures = second.manifest.effects.iter().find(|figures| figures.list == "retention").unwrap();
    let known = figures.known_assigned + figures.known_held_out + figures.not_counted;
    assert_eq!(known, rows.len() as u64, "all of the first campaign, none of tonight's");
    let rates = (figures.rate_assigned.unwrap(), figures.rate_held_out.unwrap());
    // What half of those who would have stayed make of it.
    let n_planted = planted.len() as f64 / held_out.len() as f64;
    let expected = -n_planted * (1.0 - rates.0);
    let (low, high) = (figures.effect_low.unwrap(), figures.effect_high.unwrap());
    assert!(low <= expected && expected <= high && high < 0.0, "{expected} in {low} to {high}: {figures:?}");
    assert!((0.02..0.4).contains(&rates.0), "{rates:?}");

    let effects = Table::read(&second.folder.join("effects.parquet"));
    let keys = effects.texts("campaign").into_iter().zip(effects.texts("slice"));
    let of_bands = keys.filter(|(campaign, _)| campaign.as_deref() == Some(CAMPAIGN)).count();
    assert!(of_bands >= 3, "all and at least two bands");
    assert!(effects.texts("words").iter().flatten().any(|words| words.starts_with("Left within 90 days: ")));
}
