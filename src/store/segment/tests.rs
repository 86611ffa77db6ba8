//! What goes into a segment comes out of it, whatever the rows; what was damaged is refused.

use super::{Columns, HoldingColumns, Parts, Rows, TransactionColumns, holdings, partition, transactions};
use crate::contract::codes::{Channel, Kind, ProductKind};
use crate::contract::delivered::{DeliveredHolding, DeliveredTransaction};
use crate::contract::key::Key;
use crate::contract::{Holding, NONE, Transaction};
use crate::date::Date;
use crate::money::Money;
use bytes::Bytes;
use proptest::prelude::*;

type Transactions = Vec<(u32, DeliveredTransaction)>;
type Holdings = Vec<(u32, DeliveredHolding)>;

fn customer() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0u32..20, 1 => 0u32..1_000_000, 1 => any::<u32>()]
}

fn date() -> impl Strategy<Value = Date> {
    prop_oneof![4 => 20_000i32..20_030, 1 => -800_000i32..800_000].prop_map(Date)
}

fn money() -> impl Strategy<Value = Money> {
    prop_oneof![4 => -100_000i64..100_000, 1 => i64::MIN + 1..=i64::MAX].prop_map(Money)
}

fn code() -> impl Strategy<Value = u32> {
    prop_oneof![2 => Just(NONE), 3 => 0u32..50, 1 => any::<u32>()]
}

fn transaction() -> impl Strategy<Value = (u32, DeliveredTransaction)> {
    let coded = (
        prop::sample::select(Kind::ALL),
        prop::option::of(prop::sample::select(ProductKind::ALL)),
        prop::option::of(prop::sample::select(Channel::ALL)),
        any::<bool>(),
    );
    let plain = (0u32..4, any::<u16>(), customer(), date(), money());
    (plain, coded, code(), prop::option::weighted(0.2, money())).prop_map(
        |((delivery, id, customer, booked_on, amount), coded, account, balance_after)| {
            let id = Key::of(id.to_string().as_bytes());
            let (kind, product_kind, channel, own_account_elsewhere) = coded;
            let row = DeliveredTransaction {
                id,
                customer,
                account,
                booked_on,
                amount,
                balance_after,
                kind,
                product_kind,
                channel,
                own_account_elsewhere,
            };
            (delivery, row)
        },
    )
}

fn holding() -> impl Strategy<Value = (u32, DeliveredHolding)> {
    let rare = |share| prop::option::weighted(share, money());
    let plain = (0u32..4, customer(), date(), money(), prop::sample::select(ProductKind::ALL), code());
    let dates = (prop::option::of(date()), prop::option::weighted(0.1, date()));
    (
        plain,
        dates,
        rare(0.1),
        rare(0.9),
        prop::option::weighted(0.001, money()),
        prop::option::of(-0.1f64..0.2),
    )
        .prop_map(|(plain, dates, cost_basis, market_value_change, credit_limit, rate)| {
            let (delivery, customer, snapshot_on, balance, product_kind, product) = plain;
            let row = DeliveredHolding {
                customer,
                product,
                snapshot_on,
                balance,
                product_kind,
                started_on: dates.0,
                matures_on: dates.1,
                cost_basis,
                market_value_change,
                rate,
                credit_limit,
            };
            (delivery, row)
        })
}

/// Rows, and the same in another order.
fn twice<T: Clone + std::fmt::Debug>(
    row: impl Strategy<Value = T>,
) -> impl Strategy<Value = (Vec<T>, Vec<T>)> {
    let rows = prop::collection::vec(row, 0..80);
    rows.prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
}

/// The same row of one of the first `n` customers.
fn among(n: u32, (delivery, row): (u32, DeliveredTransaction)) -> (u32, DeliveredTransaction) {
    (delivery, DeliveredTransaction { customer: row.customer % n, ..row })
}

fn transaction_columns(rows: &Transactions) -> TransactionColumns {
    let mut columns = TransactionColumns::with_capacity(rows.len());
    rows.iter().for_each(|(delivery, row)| columns.push(*delivery, row));
    columns
}

fn holding_columns(rows: &Holdings) -> HoldingColumns {
    let mut columns = HoldingColumns::with_capacity(rows.len());
    rows.iter().for_each(|(delivery, row)| columns.push(*delivery, row));
    columns
}

fn transaction_rows(columns: &TransactionColumns) -> Transactions {
    (0..columns.len()).map(|at| columns.get(at)).collect()
}

fn holding_rows(columns: &HoldingColumns) -> Holdings {
    (0..columns.len()).map(|at| columns.get(at)).collect()
}

/// The documented order of transactions.
fn sorted(mut rows: Transactions) -> Transactions {
    let attributes = |row: &DeliveredTransaction| {
        let columns = transaction_columns(&vec![(0, *row)]);
        columns.attributes[0]
    };
    rows.sort_by_key(|(delivery, row)| {
        let place = (row.customer, row.booked_on, row.amount, attributes(row));
        (place, row.id, *delivery, row.balance_after, row.account)
    });
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn transactions_come_back_in_order(rows in prop::collection::vec(transaction(), 0..300)) {
        let mut columns = transaction_columns(&rows);
        prop_assert_eq!(&transaction_rows(&columns), &rows);
        columns.sort();
        prop_assert_eq!(transaction_rows(&columns), sorted(rows));
        let bytes = Bytes::from(transactions::encode(&columns).unwrap());
        let all = transactions::decode(bytes.clone(), Parts::All).unwrap();
        prop_assert_eq!(transaction_rows(&all), transaction_rows(&columns));
        let history = transactions::decode(bytes, Parts::History).unwrap();
        prop_assert_eq!(&history.attributes, &columns.attributes);
        prop_assert_eq!(&history.amount, &columns.amount);
        prop_assert!(history.id.is_empty() && !history.balance_after.has_values());
    }

    #[test]
    fn holdings_come_back_in_order(rows in prop::collection::vec(holding(), 0..300)) {
        let mut columns = holding_columns(&rows);
        prop_assert_eq!(&holding_rows(&columns), &rows);
        columns.sort();
        let bytes = Bytes::from(holdings::encode(&columns).unwrap());
        let all = holdings::decode(bytes.clone(), Parts::All).unwrap();
        prop_assert_eq!(holding_rows(&all), holding_rows(&columns));
        let history = holdings::decode(bytes, Parts::History).unwrap();
        prop_assert_eq!(&history.balance, &columns.balance);
        prop_assert!((0..rows.len()).all(|at| history.matures_on.value(at) == columns.matures_on.value(at)));
    }

    #[test]
    fn bytes_do_not_depend_on_arrival(
        (rows, others) in twice(transaction()),
        (held, shuffled) in twice(holding()),
        cut in 0usize..80,
    ) {
        let mut one = transaction_columns(&rows);
        let (front, back) = others.split_at(cut.min(others.len()));
        let mut other = transaction_columns(&front.to_vec());
        other.append(&transaction_columns(&back.to_vec()));
        one.sort();
        other.sort();
        prop_assert!(transactions::encode(&one).unwrap() == transactions::encode(&other).unwrap());

        let mut one = holding_columns(&held);
        let (front, back) = shuffled.split_at(cut.min(shuffled.len()));
        let mut other = holding_columns(&front.to_vec());
        other.append(&holding_columns(&back.to_vec()));
        one.sort();
        other.sort();
        prop_assert!(holdings::encode(&one).unwrap() == holdings::encode(&other).unwrap());
    }

    #[test]
    fn parts_hold_every_row_once_in_its_month_and_bucket(rows in prop::collection::vec(transaction(), 0..200)) {
        let rows: Transactions = rows.into_iter().map(|row| among(50, row)).collect();
        let bucket_of: Vec<u16> = (0..50u16).map(|customer| customer * 7 % 4).collect();
        let parts = partition::<TransactionColumns>(rows.iter().copied(), &bucket_of);
        let bucket = |row: &DeliveredTransaction| u32::from(bucket_of[row.customer as usize]);
        let place = |row: &DeliveredTransaction| (row.booked_on.month_index(), bucket(row));
        for (at, part) in &parts {
            let own: Transactions = rows.iter().copied().filter(|(_, row)| place(row) == *at).collect();
            prop_assert_eq!(transaction_rows(part), own);
        }
        prop_assert_eq!(parts.values().map(Columns::len).sum::<usize>(), rows.len());
    }

    #[test]
    fn the_cursor_gives_each_customer_his_rows(
        rows in prop::collection::vec(transaction(), 0..200),
        held in prop::collection::vec(holding(), 0..200),
        step in 1u32..4,
    ) {
        let bucket_of = [0u16; 20];
        let rows = rows.into_iter().map(|row| among(20, row));
        let held = held.into_iter().map(|(delivery, row)| {
            (delivery, DeliveredHolding { customer: row.customer % 20, ..row })
        });
        let mut months: Vec<TransactionColumns> = partition(rows, &bucket_of).into_values().collect();
        let mut snapshots: Vec<HoldingColumns> = partition(held, &bucket_of).into_values().collect();
        months.iter_mut().for_each(TransactionColumns::sort);
        snapshots.iter_mut().for_each(HoldingColumns::sort);
        let mut cursor = Rows::new(&months, &snapshots);
        let (mut own, mut held) = (Vec::new(), Vec::new());
        for customer in (0..20).filter(|customer| customer % step == 0) {
            cursor.fill(customer, &mut own, &mut held);
            prop_assert!(own.is_sorted_by_key(|row: &Transaction| row.booked_on));
            prop_assert!(held.is_sorted_by_key(|row: &Holding| row.snapshot_on));
            let of_him = |customers: &[u32]| customers.iter().filter(|other| **other == customer).count();
            prop_assert_eq!(own.len(), months.iter().map(|month| of_him(&month.customer)).sum::<usize>());
            prop_assert_eq!(held.len(), snapshots.iter().map(|month| of_him(&month.customer)).sum::<usize>());
        }
    }

    #[test]
    fn damage_is_refused(
        rows in prop::collection::vec(transaction(), 0..60),
        held in prop::collection::vec(holding(), 0..60),
        at in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let mut columns = transaction_columns(&rows);
        columns.sort();
        let mut snapshot = holding_columns(&held);
        snapshot.sort();
        for mut bytes in [transactions::encode(&columns).unwrap(), holdings::encode(&snapshot).unwrap()] {
            let at = at.index(bytes.len());
            let cut = Bytes::from(bytes[..at].to_vec());
            prop_assert!(transactions::decode(cut.clone(), Parts::All).is_err());
            prop_assert!(holdings::decode(cut, Parts::All).is_err());
            bytes[at] ^= flip;
            let bytes = Bytes::from(bytes);
            prop_assert!(transactions::decode(bytes.clone(), Parts::All).is_err());
            prop_assert!(holdings::decode(bytes, Parts::All).is_err());
        }
    }
}

#[test]
fn every_flipped_byte_is_seen() {
    let mut rows: Transactions = Vec::new();
    for i in 0..200u32 {
        let id = Key::of(i.to_string().as_bytes());
        rows.push((1, DeliveredTransaction { id, ..plain(i / 3, i64::from(i) * 37 - 900) }));
    }
    let columns = transaction_columns(&rows);
    let bytes = transactions::encode(&columns).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(transactions::decode(Bytes::from(damaged), Parts::All).is_err(), "byte {at}");
        assert!(transactions::decode(Bytes::from(bytes[..at].to_vec()), Parts::History).is_err());
    }
}

#[test]
fn columns_without_values_are_not_stored() {
    let rows: Transactions = (0..50).map(|i| (1, plain(i, 5))).collect();
    let without = transactions::encode(&transaction_columns(&rows)).unwrap();
    assert!(!without.windows(13).any(|bytes| bytes == b"balance_after"));
    let balance_after = Some(Money(7));
    let rows: Transactions =
        rows.into_iter().map(|(n, row)| (n, DeliveredTransaction { balance_after, ..row })).collect();
    let with = transactions::encode(&transaction_columns(&rows)).unwrap();
    assert!(with.windows(13).any(|bytes| bytes == b"balance_after"));
    let columns = transactions::decode(Bytes::from(with), Parts::HistoryAndBalances).unwrap();
    assert_eq!(columns.balance_after.values(), [7; 50]);
}

#[test]
fn unsorted_rows_are_not_written() {
    let rows = vec![(1, plain(2, 5)), (1, plain(1, 5))];
    assert!(transactions::encode(&transaction_columns(&rows)).is_err());
}

#[test]
fn stats_name_the_ends() {
    let mut columns = transaction_columns(&vec![(1, plain(2, 5)), (1, plain(2, 6)), (1, plain(9, 6))]);
    let stats = columns.stats().unwrap();
    assert_eq!((stats.rows, stats.first_date, stats.last_date), (3, Date(20_000), Date(20_000)));
    assert_eq!((stats.ids, columns.n_customers()), (Some((Key::of(b"1"), Key::of(b"1"))), 2));
    columns.retain(|at| at == 1);
    assert_eq!(columns.get(0), (1, plain(2, 6)));
    columns.retain(|_| false);
    assert_eq!(columns.stats(), None);
}

fn plain(customer: u32, amount: i64) -> DeliveredTransaction {
    DeliveredTransaction {
        id: Key::of(b"1"),
        customer,
        account: NONE,
        booked_on: Date(20_000),
        amount: Money(amount),
        balance_after: None,
        kind: Kind::Fee,
        product_kind: None,
        channel: Some(Channel::Other),
        own_account_elsewhere: true,
    }
}
