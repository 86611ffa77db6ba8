//! What a store says, as text by customer and by delivery: numbers that depend on the order of arrival are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tercet::contract::{Contact, NONE};
use tercet::date::Date;
use tercet::store::commit::Delivery;
use tercet::store::{Bank, CustomerHistory, Keep, Store};

/// Keys and lines of each that are shown at most.
const SHOWN: usize = 8;
const LINES: usize = 3;

/// The banks of these dates by customer, the books and the rejects by delivery.
pub fn view(store: &Store, dates: &[Date]) -> BTreeMap<String, String> {
    let mut view = BTreeMap::new();
    for delivery in &store.commit().deliveries {
        view.insert(format!("books of {}", delivery.name()), books(delivery));
        if let Some(file) = &delivery.rejects {
            let rejects = store.rejects(file).unwrap().rows;
            view.insert(format!("rejects of {}", delivery.name()), format!("{rejects:#?}"));
        }
    }
    for date in dates {
        let bank = store.bank(*date).unwrap();
        view.insert(format!("{date}: bank"), format!("{:#?}\n{:#?}", bank.calendar(), bank.products()));
        let rows = bank.excerpt(&Keep::ALL).unwrap();
        for index in bank.indices() {
            let id = bank.customer(index).customer_id.to_string();
            view.insert(format!("{date}: {id}"), customer(&bank, &rows.history(index)));
        }
    }
    view
}

fn books(delivery: &Delivery) -> String {
    let names: Vec<_> = delivery.files.iter().map(|file| (&file.name, file.delivered_on)).collect();
    format!(
        "{:#?}\n{names:#?}\n{:#?}\n{:?}\n{:?} {} {}",
        delivery.books,
        delivery.days,
        delivery.snapshots,
        delivery.median_amount,
        delivery.extra_columns,
        delivery.orphans
    )
}

fn customer(bank: &Bank, history: &CustomerHistory<'_>) -> String {
    let mut text = format!("{:?}\n", history.customer);
    for version in history.versions {
        writeln!(text, "{version:?}").unwrap();
    }
    for row in history.transactions {
        writeln!(text, "{row:?}").unwrap();
    }
    for row in history.holdings {
        let product = (row.product != NONE).then(|| &bank.products()[row.product as usize].product_id);
        let (on, kind, balance) = (row.snapshot_on, row.product_kind, row.balance);
        writeln!(text, "{on} {kind:?} {balance:?} {product:?}").unwrap();
    }
    for row in history.contacts {
        writeln!(text, "{:?}", Contact { customer: 0, ..row.clone() }).unwrap();
    }
    text
}

/// The lines that only one of two views has, by what they belong to.
pub fn differences(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>) -> String {
    let keys: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let differing: Vec<&String> =
        keys.into_iter().filter(|key| found.get(*key) != expected.get(*key)).collect();
    let mut text = String::new();
    for key in differing.iter().take(SHOWN) {
        writeln!(text, "{key}").unwrap();
        let [ours, theirs] = [found, expected].map(|view| view.get(*key).map_or("", String::as_str));
        let lines = text.lines().count();
        only_in(ours, theirs, '-', &mut text);
        only_in(theirs, ours, '+', &mut text);
        if text.lines().count() == lines {
            writeln!(text, "  the same lines in another number or order:\n{ours}\n{theirs}").unwrap();
        }
    }
    if differing.len() > SHOWN {
        writeln!(text, "and {} more: {:?}", differing.len() - SHOWN, &differing[SHOWN..]).unwrap();
    }
    text
}

fn only_in(text: &str, other: &str, sign: char, to: &mut String) {
    let other: BTreeSet<&str> = other.lines().collect();
    for line in text.lines().filter(|line| !other.contains(line)).take(LINES) {
        writeln!(to, "  {sign} {}", line.trim()).unwrap();
    }
}
