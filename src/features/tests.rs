//! A bank of one customer: figures worked out by hand, and windows against sums over their rows.

use super::*;
use crate::contract::codes::{Channel, Kind, ProductKind};
use crate::contract::{Contact, Customer, CustomerVersion, Holding, NONE, Transaction};
use crate::date::Date;
use crate::money::Money;
use crate::store::{Calendar, CustomerHistory, HoldingsBasis};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

#[derive(Clone)]
struct Bank {
    calendar: Calendar,
    margin_rates: Vec<Option<f64>>,
    costs: ServiceCosts,
    customer: Customer,
    versions: Vec<CustomerVersion>,
    transactions: Vec<Transaction>,
    holdings: Vec<Holding>,
    contacts: Vec<Contact>,
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn customer(opened_on: Date) -> Customer {
    Customer { satisfaction: Some(7.0), ..Customer::known_by("C1", opened_on) }
}

fn transaction(booked_on: Date, kind: Kind, minor: i64) -> Transaction {
    Transaction {
        booked_on,
        amount: Money(minor),
        kind,
        product_kind: None,
        channel: None,
        own_account_elsewhere: false,
    }
}

fn holding(snapshot: &str, kind: ProductKind, units: i64, term: Option<(&str, &str)>) -> Holding {
    Holding {
        snapshot_on: date(snapshot),
        product_kind: kind,
        balance: Money(units * 100),
        product: NONE,
        started_on: term.map(|(start, _)| date(start)),
        matures_on: term.map(|(_, end)| date(end)),
        market_value_change: None,
        cost_basis: None,
        credit_limit: None,
    }
}

impl Bank {
    /// Transactions of three years before 2026, month-end snapshots named.
    fn new(snapshots: &[&str]) -> Self {
        Self {
            calendar: Calendar {
                transactions_from: Some(date("2023-01-01")),
                contacts_from: None,
                snapshots: snapshots.iter().copied().map(date).collect(),
                holdings: HoldingsBasis::Delivered,
            },
            margin_rates: vec![None; ProductKind::ALL.len()],
            costs: ServiceCosts::default(),
            customer: customer(date("2020-01-01")),
            versions: Vec::new(),
            transactions: Vec::new(),
            holdings: Vec::new(),
            contacts: Vec::new(),
        }
    }

    fn history(&self) -> CustomerHistory<'_> {
        CustomerHistory {
            index: 0,
            customer: &self.customer,
            versions: &self.versions,
            transactions: &self.transactions,
            holdings: &self.holdings,
            contacts: &self.contacts,
        }
    }

    fn lenses(&self, dates: &[Date]) -> Vec<Lens<'_>> {
        let lens = |as_of| Lens {
            as_of,
            calendar: &self.calendar,
            products: &[],
            margin_rates: &self.margin_rates,
            costs: &self.costs,
        };
        dates.iter().copied().map(lens).collect()
    }

    fn features(&self, dates: &[Date]) -> Vec<f64> {
        let mut out = vec![0.0; dates.len() * N_FEATURES];
        Sweep::new(&self.lenses(dates)).features(&self.history(), &mut out);
        out
    }

    fn feature(&self, name: &str, as_of: &str) -> f64 {
        let position = catalogue::features().position(|feature| feature.name == name);
        self.features(&[date(as_of)])[position.unwrap()]
    }
}

#[test]
fn a_mean_is_taken_over_days_and_absent_means_zero() {
    let mut bank = Bank::new(&["2026-01-31", "2026-02-28", "2026-03-31"]);
    bank.holdings = vec![
        holding("2026-01-31", ProductKind::Fund, 100, None),
        holding("2026-01-31", ProductKind::LoanMortgage, 900, None),
        holding("2026-03-31", ProductKind::Fund, 50, None),
    ];
    let baseline = |bank: &Bank| baseline_assets(&bank.history(), &bank.calendar, date("2026-03-31"));
    // Before the first snapshot nothing is known: what is held now counts.
    assert_eq!(baseline(&bank), Some(50.0));
    // 28 days of 100 from 31 January on, none from 28 February, one day of 50: 2850 over 60 days.
    bank.customer.opened_on = date("2026-01-31");
    assert_eq!(baseline(&bank), Some(2850.0 / 60.0));
    // Opened between two snapshots: until the next one nobody knows what he had.
    bank.customer.opened_on = date("2026-03-02");
    assert_eq!(baseline(&bank), Some(50.0));
    bank.customer.opened_on = date("2026-01-31");
    assert_eq!(baseline_assets(&bank.history(), &bank.calendar, date("2026-01-30")), None);
    assert_eq!(bank.feature("aum_last_month_mean", "2026-03-31"), 50.0 / 31.0);
    assert_eq!(bank.feature("value_12m", "2026-03-31"), 2850.0 / 60.0);
    assert!(bank.feature("aum_mean_90d", "2026-03-31").is_nan());
}

#[test]
fn the_cost_to_serve_is_taken_off_the_margin_where_it_is_known() {
    let mut bank = Bank::new(&["2025-01-31"]);
    bank.margin_rates = vec![Some(0.01); ProductKind::ALL.len()];
    bank.holdings = vec![holding("2025-01-31", ProductKind::Fund, 100_000, None)];
    let by = |channel: Channel, kind: Kind, on: &str| Transaction {
        channel: Some(channel),
        ..transaction(date(on), kind, -100)
    };
    bank.transactions = vec![
        by(Channel::Branch, Kind::Payment, "2025-01-31"),
        by(Channel::Branch, Kind::Payment, "2025-02-01"),
        by(Channel::Branch, Kind::Interest, "2025-03-01"),
        transaction(date("2025-04-01"), Kind::Payment, -100),
        by(Channel::Mobile, Kind::Payment, "2026-01-31"),
        by(Channel::Branch, Kind::Payment, "2026-02-01"),
    ];
    let contact = |channel: Option<Channel>, on: &str| Contact { channel, ..Contact::known_by(0, date(on)) };
    bank.contacts = vec![
        contact(Some(Channel::Phone), "2025-01-31"),
        contact(Some(Channel::Phone), "2025-02-01"),
        contact(None, "2025-06-01"),
        contact(Some(Channel::Mobile), "2026-01-31"),
    ];
    let on = "2026-01-31";
    assert!(bank.feature("cost_to_serve_12m", on).is_nan());
    assert!((bank.feature("value_12m", on) - 1000.0).abs() < 1e-9);
    // Of the year: one started at a branch, one by mobile; one telephone call, one message at 0.05.
    bank.costs.per_transaction = [5.0, 0.0, 0.25, 0.0, 0.0, 0.0];
    bank.costs.per_contact = [0.0, 0.0, 0.05, 0.0, 3.0, 0.0];
    bank.costs.per_year = 12.0;
    let cost = 5.0 + 0.25 + 3.0 + 0.05 + 12.0;
    assert!((bank.feature("cost_to_serve_12m", on) - cost).abs() < 1e-12);
    assert!((bank.feature("value_12m", on) - (1000.0 - cost)).abs() < 1e-9);
    // Half a year is visible: what he starts counts twice.
    bank.calendar.transactions_from = Some(date("2025-08-03"));
    bank.transactions.drain(..4);
    let scaled = 365.0 / 182.0 * 0.25 + 3.0 + 0.05 + 12.0;
    assert!((bank.feature("cost_to_serve_12m", on) - scaled).abs() < 1e-12);
    // Assets are no earnings: nothing is taken off them.
    bank.margin_rates = vec![None; ProductKind::ALL.len()];
    assert_eq!(bank.feature("value_12m", on), 100_000.0);
}

#[test]
fn matured_money_is_renewed_only_as_far_as_a_new_term_began() {
    let mut bank = Bank::new(&["2025-01-31", "2026-01-31", "2026-02-28"]);
    bank.holdings = vec![
        holding("2026-01-31", ProductKind::TimeDeposit, 100, Some(("2025-02-10", "2026-02-10"))),
        holding("2026-02-28", ProductKind::TimeDeposit, 60, Some(("2026-02-11", "2027-02-11"))),
    ];
    assert_eq!(bank.feature("matured_365d", "2026-02-28"), 100.0);
    assert_eq!(bank.feature("renewal_share_365d", "2026-02-28"), 0.6);
    assert_eq!(bank.feature("matured_365d", "2026-02-27"), 0.0);
    assert_eq!(bank.feature("matured_365d", "2027-02-28"), 0.0);
}

#[test]
fn a_month_counts_once_though_the_year_begins_within_it() {
    let mut bank = Bank::new(&[]);
    let on = |day: &str| transaction(date(day), Kind::Payment, -100);
    // The 365 days up to 31 October 2024 begin on 2 November 2023.
    bank.transactions = vec![on("2023-11-01"), on("2024-10-31")];
    assert_eq!(bank.feature("active_months_12m", "2024-10-31"), 1.0);
    bank.transactions = vec![on("2023-11-01"), on("2023-11-02"), on("2024-10-31")];
    assert_eq!(bank.feature("active_months_12m", "2024-10-31"), 2.0);
    bank.transactions = vec![on("2023-11-01"), on("2023-12-02"), on("2024-10-31")];
    assert_eq!(bank.feature("active_months_12m", "2024-10-31"), 2.0);
    // In mid-month the year of days is longer than the twelve months.
    bank.transactions = vec![on("2025-10-16"), on("2025-11-01"), on("2026-10-15")];
    assert_eq!(bank.feature("active_months_12m", "2026-10-15"), 2.0);
    assert_eq!(bank.feature("active_days_365d", "2026-10-15"), 3.0);
}

#[test]
fn everyday_acts_are_neither_instalments_nor_trades_nor_transfers_to_himself_elsewhere() {
    let mut bank = Bank::new(&[]);
    let on = |day: &str, kind: Kind| transaction(date(day), kind, -100);
    let elsewhere = |minor: i64| {
        let kind = if minor < 0 { Kind::TransferOut } else { Kind::TransferIn };
        Transaction { own_account_elsewhere: true, ..transaction(date("2025-12-05"), kind, minor) }
    };
    bank.transactions = vec![
        on("2025-10-02", Kind::Payment),
        on("2025-10-03", Kind::Payment),
        on("2025-11-20", Kind::LoanRepayment),
        on("2025-12-01", Kind::Purchase),
        on("2025-12-02", Kind::Salary),
        elsewhere(-500),
        elsewhere(500),
        on("2025-12-31", Kind::TransferOut),
    ];
    bank.transactions.sort_unstable();
    let feature = |name: &str| bank.feature(name, "2025-12-31");
    // The 90 days up to 31 December begin on 3 October.
    assert_eq!(feature("n_everyday_90d"), 3.0);
    assert!((feature("everyday_chance_15d") - (1.0 - (-0.5_f64).exp())).abs() < 1e-12);
    bank.calendar.transactions_from = Some(date("2025-10-04"));
    assert!(bank.feature("everyday_chance_15d", "2025-12-31").is_nan());
}

#[test]
fn money_that_goes_to_own_accounts_elsewhere_and_instalments_that_stop_are_seen() {
    let mut bank = Bank::new(&["2025-09-30"]);
    bank.holdings = vec![holding("2025-09-30", ProductKind::DemandDeposit, 1000, None)];
    let own = |kind, on: &str, minor| Transaction {
        own_account_elsewhere: true,
        ..transaction(date(on), kind, minor)
    };
    bank.transactions = vec![
        transaction(date("2025-10-05"), Kind::LoanRepayment, -500),
        own(Kind::TransferOut, "2025-10-20", -10_000),
        own(Kind::Withdrawal, "2025-10-21", -1),
        transaction(date("2025-11-05"), Kind::LoanRepayment, -500),
        own(Kind::TransferIn, "2025-12-01", 4_000),
        own(Kind::TransferOut, "2025-12-10", -5_000),
        transaction(date("2025-12-11"), Kind::TransferOut, -100),
    ];
    let feature = |name| bank.feature(name, "2025-12-31");
    assert!((feature("elsewhere_out_share_30d") - 0.05).abs() < 1e-12);
    assert!((feature("elsewhere_out_share_90d") - 0.150_01).abs() < 1e-12);
    assert!((feature("own_transfer_chance_365d") - 4.0 / 6.0).abs() < 1e-12);
    assert_eq!(feature("days_since_last_repayment"), 56.0);
    assert_eq!(bank.feature("days_since_last_repayment", "2025-11-04"), 30.0);
    assert!(bank.feature("days_since_last_repayment", "2025-10-04").is_nan());
    assert!(bank.feature("days_since_last_repayment", "2026-11-05").is_nan());
}

#[test]
fn answers_at_contacts_are_averaged_and_a_complaint_is_none() {
    let mut bank = Bank::new(&[]);
    let contact = |on: &str, satisfaction, complaint| Contact {
        satisfaction,
        complaint,
        ..Contact::known_by(0, date(on))
    };
    bank.contacts = vec![
        contact("2025-06-01", Some(9.0), None),
        contact("2025-07-01", None, Some(false)),
        contact("2025-08-01", Some(2.0), Some(true)),
        contact("2025-09-01", Some(6.0), Some(false)),
    ];
    let on = |day| bank.feature("satisfaction_at_contacts", day);
    assert!(on("2025-05-31").is_nan());
    assert_eq!(on("2025-08-31"), 9.0);
    assert_eq!(on("2025-09-01"), 7.5);
}

#[test]
fn undated_fields_are_those_of_the_version_in_force() {
    let mut bank = Bank::new(&[]);
    let version = |from: &str, answer| CustomerVersion {
        valid_from: date(from),
        customer: Customer { satisfaction: answer, ..customer(date("2020-01-01")) },
    };
    bank.versions = vec![version("2026-01-10", Some(3.0)), version("2026-02-10", None)];
    assert!(bank.feature("satisfaction", "2026-01-09").is_nan());
    assert_eq!(bank.feature("satisfaction", "2026-01-10"), 3.0);
    assert!(bank.feature("satisfaction", "2026-02-10").is_nan());
}

/// A customer with rows of every kind around `end`.
fn random_bank(random: &mut Xoshiro256PlusPlus, end: Date) -> Bank {
    let mut bank = Bank::new(&[]);
    bank.calendar.snapshots = end.plus_days(90).last_month_ends(30).collect();
    bank.margin_rates = vec![Some(0.01); ProductKind::ALL.len()];
    bank.costs.per_transaction[0] = 2.5;
    for _ in 0..random.gen_range(0..120) {
        let on = end.plus_days(random.gen_range(-800..90));
        let kind = Kind::ALL[random.gen_range(0..Kind::ALL.len())];
        let mut row = transaction(on, kind, random.gen_range(-50_000..50_000));
        row.channel = random.gen_bool(0.8).then(|| Channel::ALL[random.gen_range(0..Channel::ALL.len())]);
        row.own_account_elsewhere = random.gen_bool(0.2);
        bank.transactions.push(row);
    }
    bank.transactions.sort_unstable();
    for on in bank.calendar.snapshots.clone() {
        for kind in ProductKind::ALL {
            if random.gen_bool(0.8) {
                continue;
            }
            let day = |random: &mut Xoshiro256PlusPlus| Some(on.plus_days(random.gen_range(-60..60)));
            let mut row = holding("2026-01-01", *kind, random.gen_range(-100..1_000), None);
            (row.snapshot_on, row.started_on, row.matures_on) = (on, day(random), day(random));
            row.market_value_change = random.gen_bool(0.1).then(|| Money(random.gen_range(-900..900)));
            bank.holdings.push(row);
        }
    }
    bank
}

#[test]
fn dates_together_give_the_bits_of_each_alone_without_the_rows_after_it() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for _ in 0..200 {
        let end = date("2025-06-30").plus_days(random.gen_range(-200..200));
        let bank = random_bank(&mut random, end);
        let dates = [0, 31, 400, 90, 1, 30].map(|days| end.plus_days(-days));
        let together = bank.features(&dates);
        for (on, row) in dates.iter().zip(together.chunks_exact(N_FEATURES)) {
            let mut past = bank.clone();
            let history = bank.history().until(*on);
            (past.transactions, past.holdings) = (history.transactions.into(), history.holdings.into());
            let alone = past.features(&[*on]);
            for ((feature, value), alone) in catalogue::features().zip(row).zip(alone) {
                assert_eq!(value.to_bits(), alone.to_bits(), "{} on {on}: {value} {alone}", feature.name);
            }
        }
    }
}

#[test]
fn windows_are_sums_over_their_rows() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
    for _ in 0..200 {
        let end = date("2025-06-30").plus_days(random.gen_range(-200..200));
        let bank = random_bank(&mut random, end);
        let sum = |days: i32, of: &dyn Fn(&Transaction) -> i64| {
            let in_window = |row: &&Transaction| row.booked_on <= end && end - row.booked_on < days;
            Money(bank.transactions.iter().filter(in_window).map(of).sum()).to_units()
        };
        let border = |row: &Transaction| if row.kind.crosses_border() { row.amount.0 } else { 0 };
        let of_kind =
            |kind: Kind| move |row: &Transaction| if row.kind == kind { row.amount.0.abs() } else { 0 };
        let signed = |kind: Kind| move |row: &Transaction| if row.kind == kind { row.amount.0 } else { 0 };
        let as_of = end.to_string();
        assert_eq!(bank.feature("inflow_30d", &as_of), sum(30, &|row| border(row).max(0)));
        assert_eq!(bank.feature("outflow_90d", &as_of), sum(90, &|row| -border(row).min(0)));
        assert_eq!(bank.feature("net_flow_365d", &as_of), sum(365, &border));
        assert_eq!(bank.feature("purchases_365d", &as_of), sum(365, &of_kind(Kind::Purchase)));
        assert_eq!(bank.feature("redemptions_90d", &as_of), sum(90, &of_kind(Kind::Redemption)));
        assert_eq!(bank.feature("fees_365d", &as_of), -sum(365, &signed(Kind::Fee)));
        assert_eq!(bank.feature("salary_365d", &as_of), sum(365, &signed(Kind::Salary)));
        assert_eq!(bank.feature("n_transactions_180d", &as_of), sum(180, &|_| 100));
        let started = |row: &Transaction| 100 * i64::from(row.kind.started_by_customer());
        assert_eq!(bank.feature("n_started_365d", &as_of), sum(365, &started));
        let everyday = |row: &Transaction| {
            let leaves = row.own_account_elsewhere && row.amount.0 < 0;
            let is_counted = row.kind.started_by_customer() && row.kind.crosses_border() && !leaves;
            100 * i64::from(is_counted)
        };
        assert_eq!(bank.feature("n_everyday_90d", &as_of), sum(90, &everyday));
    }
}
