//! D9 to D13: the same again, corrections, overlaps, late files, and any order.

use super::drop_folder::{DropFolder, TRANSACTIONS};
use super::{Case, case, elsewhere, script};
use tercet::contract::tables::Table;
use tercet::date::Date;
use tercet::error::Kind;
use tercet::ingest::Note;
use tercet::store::Store;
use tercet::store::commit::Delivery;

pub fn cases() -> Vec<Case> {
    vec![
        case("D9", "a file twice, under two names")
            .file("transactions_copy.csv", TRANSACTIONS)
            .account("transactions.csv", "4 rows = 4 used; 85.75 = 85.75 used")
            .told("Copy { file: \"transactions_copy.csv\", of: \"transactions.csv\" }"),
        script("D9", "a file again on a later night, under another name", copied_later),
        script("D10", "a corrected file", corrected),
        script("D11", "daily files that overlap", overlapping),
        script("D12", "a late file counts on its own day", late),
        elsewhere("D12", "`backfill`, and the difference that it makes to published nights: a later issue"),
        script("D13", "rows and files in any order", any_order),
    ]
}

fn deliveries(store: &Store) -> Vec<&Delivery> {
    store.commit().deliveries.iter().filter(|delivery| delivery.name().starts_with("transactions")).collect()
}

/// Used rows and their sum, over all deliveries of transactions.
fn used(store: &Store) -> (u64, i128) {
    let deliveries = deliveries(store);
    assert!(deliveries.iter().all(|delivery| delivery.books.reconcile()));
    let rows = deliveries.iter().map(|delivery| delivery.books.used).sum();
    (rows, deliveries.iter().map(|delivery| delivery.books.amounts.used).sum())
}

/// A folder whose transactions come in dated files.
fn dated(files: &[(&str, String)]) -> DropFolder {
    let folder = DropFolder::new();
    folder.remove("transactions.csv");
    for (date, text) in files {
        folder.put(&format!("transactions_{date}.csv"), text);
    }
    folder
}

pub fn rows(rows: &str) -> String {
    format!("transaction_id,customer_id,booked_on,amount,kind\n{rows}")
}

fn copied_later() {
    let folder = dated(&[("2026-10-31", TRANSACTIONS.to_owned())]);
    let (first, _) = folder.take_in("2026-10-31").unwrap();
    folder.put("transactions_2026-11-01.csv", TRANSACTIONS);
    let (store, taken) = folder.take_in("2026-11-01").unwrap();
    let copy = Note::Copy {
        file: "transactions_2026-11-01.csv".to_owned(),
        of: "transactions_2026-10-31.csv".to_owned(),
    };
    assert_eq!((taken.notes, taken.n_rows), (vec![copy], 0));
    assert_eq!((used(&store), used(&first)), ((4, 8575), (4, 8575)));
    assert_eq!(deliveries(&store)[0].files.len(), 2);
    let (untouched, _) = folder.take_in("2026-11-01").unwrap();
    assert_eq!(untouched.commit(), store.commit());
}

fn corrected() {
    let day = rows("T1,C1,2026-10-31,100.00,deposit\nT2,C1,2026-10-31,5.00,deposit\n");
    let folder = dated(&[("2026-10-30", rows("T0,C2,2026-10-30,1.00,deposit\n")), ("2026-10-31", day)]);
    let (first, _) = folder.take_in("2026-10-31").unwrap();
    assert_eq!(used(&first), (3, 10_600));
    let digest = deliveries(&first)[1].digest.clone();
    folder.put(
        "transactions_2026-10-31.csv",
        rows("T1,C1,2026-10-31,90.00,deposit\nT3,C1,2026-10-31,7.00,deposit\n"),
    );
    let (store, taken) = folder.take_in("2026-11-01").unwrap();
    assert_eq!(taken.notes, [Note::Corrected { file: "transactions_2026-10-31.csv".to_owned() }]);
    assert_eq!(used(&store), (3, 9800));
    let replaced = &store.commit().replaced;
    assert_eq!((replaced.len(), &replaced[0].digest, replaced[0].rows), (1, &digest, 2));
    let fresh = dated(&[
        ("2026-10-30", rows("T0,C2,2026-10-30,1.00,deposit\n")),
        ("2026-10-31", rows("T1,C1,2026-10-31,90.00,deposit\nT3,C1,2026-10-31,7.00,deposit\n")),
    ]);
    let (bulk, _) = fresh.take_in("2026-11-01").unwrap();
    assert_eq!(
        deliveries(&store).iter().map(|it| &it.days).collect::<Vec<_>>(),
        deliveries(&bulk).iter().map(|it| &it.days).collect::<Vec<_>>()
    );
}

/// Of several contents of an id, that of the file with the newest date counts, of rows alike that of the oldest;
/// whenever they came.
fn overlapping() {
    let old = rows("T1,C1,2026-10-30,100.00,deposit\nT2,C2,2026-10-30,5.00,deposit\n");
    let new = rows(
        "T2,C2,2026-10-30,6.00,deposit\nT1,C1,2026-10-30,100.00,deposit\nT3,C3,2026-10-31,7.00,deposit\n",
    );
    let whole = dated(&[("2026-10-30", old.clone()), ("2026-10-31", new.clone())]);
    let (bulk, _) = whole.take_in("2026-10-31").unwrap();
    let backwards = dated(&[("2026-10-31", new)]);
    backwards.take_in("2026-10-31").unwrap();
    backwards.put("transactions_2026-10-30.csv", old);
    let (store, _) = backwards.take_in("2026-11-01").unwrap();
    for store in [&bulk, &store] {
        assert_eq!(used(store), (3, 11_300));
        let old = deliveries(store).into_iter().find(|it| it.name().contains("10-30")).unwrap();
        assert_eq!((old.books.used, old.books.duplicate, old.books.superseded), (1, 0, 1));
        let new = deliveries(store).into_iter().find(|it| it.name().contains("10-31")).unwrap();
        assert_eq!((new.books.used, new.books.duplicate, new.books.superseded), (2, 1, 0));
    }
}

fn late() {
    let day = |day: u32| rows(&format!("T{day},C1,2026-10-{day},{day}.00,deposit\n"));
    let folder = dated(&[("2026-10-28", day(28)), ("2026-10-30", day(30))]);
    folder.take_in("2026-10-30").unwrap();
    folder.put("transactions_2026-10-29.csv", day(29));
    let (store, _) = folder.take_in("2026-10-31").unwrap();
    let (bulk, _) = dated(&[("2026-10-28", day(28)), ("2026-10-29", day(29)), ("2026-10-30", day(30))])
        .take_in("2026-10-31")
        .unwrap();
    let by_day = |store: &Store| store.commit().rows_by_day(Table::Transactions);
    assert_eq!(by_day(&store), by_day(&bulk));
    assert_eq!(
        by_day(&store).keys().map(ToString::to_string).collect::<Vec<_>>(),
        ["2026-10-28", "2026-10-29", "2026-10-30"]
    );
    let late = deliveries(&store).into_iter().find(|it| it.name().contains("10-29")).unwrap();
    assert_eq!(late.delivered_on(), "2026-10-29".parse::<Date>().unwrap());
}

fn any_order() {
    let lines: Vec<&str> = TRANSACTIONS.lines().skip(1).collect();
    let text = |order: [usize; 4]| rows(&(order.map(|at| lines[at].to_owned() + "\n")).concat());
    let one = DropFolder::new();
    let other = DropFolder::new();
    other.put("transactions.csv", text([3, 1, 0, 2]));
    let split = DropFolder::new();
    split.put("transactions.csv", rows(&(lines[2].to_owned() + "\n" + lines[0] + "\n")));
    split.put("transactions_a.csv", rows(&(lines[3].to_owned() + "\n" + lines[1] + "\n")));
    let nights = [one, other, split].map(|folder| folder.night(&[]));
    let names: Vec<&String> =
        nights[0].keys().filter(|name| nights.iter().any(|night| night[*name] != nights[0][*name])).collect();
    assert!(names.is_empty(), "{names:?} differ");
}

pub fn accepted_volume() {
    let many = |day: u32, n: u32| -> String {
        rows(&(0..n).map(|at| format!("D{day}-{at},C1,2026-10-{day},1.00,deposit\n")).collect::<String>())
    };
    let folder = dated(&[
        ("2026-10-28", many(28, 100)),
        ("2026-10-29", many(29, 100)),
        ("2026-10-30", many(30, 100)),
        ("2026-10-31", many(31, 10)),
    ]);
    let refused = folder.take_in("2026-10-31").unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    let (store, _) = folder.take_in_with("2026-10-31", false).unwrap();
    assert_eq!(used(&store), (310, 31_000));
}
