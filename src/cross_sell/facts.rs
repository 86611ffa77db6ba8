//! What a customer holds, bought and gave up, kind by kind, as of a date.
//!
//! Reads his own rows up to the date: the newest snapshot of the bank, and what he did in the year before. A snapshot is
//! complete, so that no row there means that he held nothing; what he bought since counts as held.

use super::kinds::{Kinds, N_KINDS};
use crate::contract::codes::{Kind, ProductKind};
use crate::contract::{Holding, Transaction};
use crate::date::Date;
use crate::store::{Calendar, CustomerHistory};

/// Purchases, redemptions and loans paid back are looked at over so many days.
pub const YEAR_DAYS: i32 = 365;
/// How far ahead a maturity is seen.
pub const MATURING_DAYS: i32 = 30;

/// One customer at one date; amounts in currency units.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub held: Kinds,
    pub of_kind: [OfKind; N_KINDS],
    /// Whether transactions are known over the whole year.
    pub year_is_known: bool,
}

/// What one kind of product is to him.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OfKind {
    pub balance: f32,
    /// Due in the next [`MATURING_DAYS`] days.
    pub maturing: f32,
    /// Last balance of a loan that was gone before it was due, in a year.
    pub repaid_early: f32,
    /// Purchases and drawdowns of a year.
    pub n_bought: u16,
    pub n_redeemed: u16,
}

impl Facts {
    /// `None` where no snapshot was in force. Rows after `date` are not looked at.
    pub fn of(history: &CustomerHistory<'_>, calendar: &Calendar, date: Date) -> Option<Self> {
        let newest = calendar.newest_snapshot(date)?;
        let year_from = date.plus_days(1 - YEAR_DAYS);
        let year_is_known = calendar.transactions_from.is_some_and(|from| from <= year_from);
        let mut facts = Self { held: Kinds::default(), of_kind: [OfKind::default(); N_KINDS], year_is_known };
        let history = history.until(date);
        facts.hold(history.holdings, newest, date);
        facts.repay(history.holdings, newest, year_from);
        let recent = history.transactions.iter().rev().take_while(|row| row.booked_on >= year_from);
        for (row, kind) in recent.filter_map(|row| Some((row, row.product_kind?))) {
            let of_kind = &mut facts.of_kind[kind as usize];
            if is_purchase(row) {
                of_kind.n_bought = of_kind.n_bought.saturating_add(1);
                if row.booked_on > newest {
                    facts.held.add(kind);
                }
            } else if row.kind == Kind::Redemption {
                of_kind.n_redeemed = of_kind.n_redeemed.saturating_add(1);
            }
        }
        Some(facts)
    }

    pub fn of_kind(&self, kind: ProductKind) -> &OfKind {
        &self.of_kind[kind as usize]
    }

    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a balance")]
    fn hold(&mut self, holdings: &[Holding], newest: Date, date: Date) {
        let due = date.plus_days(1)..=date.plus_days(MATURING_DAYS);
        for row in holdings.iter().rev().take_while(|row| row.snapshot_on == newest) {
            let of_kind = &mut self.of_kind[row.product_kind as usize];
            of_kind.balance += row.balance.to_units() as f32;
            if row.matures_on.is_some_and(|on| due.contains(&on)) {
                of_kind.maturing += row.balance.to_units() as f32;
            }
            if row.is_held() {
                self.held.add(row.product_kind);
            }
        }
    }

    /// Loans of the year's earlier snapshots that are gone before they were due.
    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a balance")]
    fn repay(&mut self, holdings: &[Holding], newest: Date, year_from: Date) {
        let earlier = holdings.iter().rev().skip_while(|row| row.snapshot_on == newest);
        for row in earlier.take_while(|row| row.snapshot_on >= year_from) {
            let is_open = row.product_kind.is_debt()
                && row.balance.0 > 0
                && row.matures_on.is_some_and(|on| on > newest);
            let of_kind = &mut self.of_kind[row.product_kind as usize];
            if is_open && !self.held.has(row.product_kind) && of_kind.repaid_early == 0.0 {
                of_kind.repaid_early = row.balance.to_units() as f32;
            }
        }
    }
}

/// Kinds of which he bought something or held something after `date`, within so many days, and did not hold at `date`.
pub fn bought_after(history: &CustomerHistory<'_>, held: Kinds, date: Date, days: i32) -> Kinds {
    let (from, to) = (date.plus_days(1), date.plus_days(days));
    let mut found = Kinds::default();
    let visible = history.until(to);
    let transactions = visible.transactions.iter().rev().take_while(|row| row.booked_on >= from);
    for kind in transactions.filter(|row| is_purchase(row)).filter_map(|row| row.product_kind) {
        found.add(kind);
    }
    let holdings = visible.holdings.iter().rev().take_while(|row| row.snapshot_on >= from);
    // The snapshot in force may be older than the date: what began before it was not bought after it.
    let is_new = |row: &&Holding| row.is_held() && row.started_on.is_none_or(|on| on > date);
    for row in holdings.filter(is_new) {
        found.add(row.product_kind);
    }
    found.without(held)
}

fn is_purchase(row: &Transaction) -> bool {
    matches!(row.kind, Kind::Purchase | Kind::LoanDrawdown)
}

/// Whether the facts of `date` need this transaction.
pub fn looks_at_transaction(row: &Transaction, date: Date) -> bool {
    let in_year = row.booked_on <= date && row.booked_on > date.plus_days(-YEAR_DAYS);
    in_year && (is_purchase(row) || row.kind == Kind::Redemption)
}

/// Whether the facts of `date` need this row of a snapshot.
pub fn looks_at_holding(row: &Holding, calendar: &Calendar, date: Date) -> bool {
    let in_year = row.snapshot_on <= date && row.snapshot_on > date.plus_days(-YEAR_DAYS);
    calendar.newest_snapshot(date) == Some(row.snapshot_on) || (in_year && row.product_kind.is_debt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Customer;
    use crate::money::Money;
    use crate::store::HoldingsBasis;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn customer() -> Customer {
        Customer::known_by("A", date("2020-01-01"))
    }

    fn holding(on: &str, kind: ProductKind, balance: i64, matures: Option<&str>) -> Holding {
        Holding {
            snapshot_on: date(on),
            product_kind: kind,
            balance: Money(balance * 100),
            product: 0,
            started_on: None,
            matures_on: matures.map(date),
            cost_basis: None,
            market_value_change: None,
            credit_limit: None,
        }
    }

    fn transaction(on: &str, kind: Kind, product: ProductKind) -> Transaction {
        Transaction {
            booked_on: date(on),
            amount: Money(-100),
            kind,
            product_kind: Some(product),
            channel: None,
            own_account_elsewhere: false,
        }
    }

    fn seen<T>(
        transactions: &[Transaction],
        holdings: &[Holding],
        of: impl Fn(&CustomerHistory<'_>, &Calendar) -> T,
    ) -> T {
        let snapshots = ["2025-10-31", "2025-11-30", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30"];
        let calendar = Calendar {
            transactions_from: Some(date("2025-01-01")),
            contacts_from: None,
            snapshots: snapshots.map(date).into(),
            holdings: HoldingsBasis::Delivered,
        };
        let customer = customer();
        let history = CustomerHistory {
            index: 0,
            customer: &customer,
            versions: &[],
            transactions,
            holdings,
            contacts: &[],
        };
        of(&history, &calendar)
    }

    #[test]
    fn what_is_held_is_the_newest_snapshot_and_what_was_bought_since() {
        use ProductKind::{Fund, Insurance, TimeDeposit, Wealth};
        let holdings = [
            holding("2026-08-31", Fund, 10, None),
            holding("2026-09-30", Wealth, 1000, Some("2026-11-14")),
            holding("2026-09-30", Wealth, 500, Some("2026-11-15")),
            holding("2026-10-31", Insurance, 1, None),
        ];
        let transactions = [
            transaction("2025-10-15", Kind::Purchase, Fund),
            transaction("2025-10-16", Kind::Purchase, Fund),
            transaction("2026-10-15", Kind::Redemption, Wealth),
            transaction("2026-10-15", Kind::Purchase, TimeDeposit),
            transaction("2026-10-16", Kind::Purchase, Insurance),
        ];
        let facts = seen(&transactions, &holdings, |history, calendar| {
            Facts::of(history, calendar, date("2026-10-15")).unwrap()
        });
        let held: Vec<ProductKind> =
            ProductKind::ALL.iter().copied().filter(|kind| facts.held.has(*kind)).collect();
        assert_eq!(held, [TimeDeposit, Wealth]);
        assert_eq!(facts.of_kind(Wealth).balance, 1500.0);
        assert_eq!(facts.of_kind(Wealth).maturing, 1000.0);
        assert_eq!(facts.of_kind(Wealth).n_redeemed, 1);
        // A year of 365 days ends on the date: the purchase of a year and a day ago is over.
        assert_eq!(facts.of_kind(Fund).n_bought, 1);
        assert!(facts.year_is_known);
        let before = |history: &CustomerHistory<'_>, calendar: &Calendar| {
            Facts::of(history, calendar, date("2025-10-30"))
        };
        assert_eq!(seen(&transactions, &holdings, before), None);
    }

    #[test]
    fn a_limit_that_stands_is_held_though_nothing_is_drawn() {
        use ProductKind::{Card, CreditLine, LoanMortgage};
        let limited = |on: &str, kind, limit: i64| Holding {
            credit_limit: Some(Money(limit)),
            ..holding(on, kind, 0, None)
        };
        let holdings = [
            limited("2026-08-31", Card, 900),
            limited("2026-08-31", CreditLine, 0),
            // The sum once lent is no limit.
            limited("2026-08-31", LoanMortgage, 900),
            limited("2026-09-30", CreditLine, 900),
        ];
        let origin = date("2026-08-31");
        let (held, bought) = seen(&[], &holdings, |history, calendar| {
            let held = Facts::of(history, calendar, origin).unwrap().held;
            (held, bought_after(history, held, origin, 90))
        });
        let of = |kinds: Kinds| {
            ProductKind::ALL.iter().copied().filter(|kind| kinds.has(*kind)).collect::<Vec<ProductKind>>()
        };
        assert_eq!((of(held), of(bought)), (vec![Card], vec![CreditLine]));
    }

    #[test]
    fn a_loan_that_is_gone_before_it_was_due_was_repaid_early() {
        use ProductKind::LoanMortgage;
        let repaid = |matures: &str, later: Option<i64>, on: &str| {
            let mut holdings = vec![
                holding("2025-11-30", LoanMortgage, 900, Some(matures)),
                holding("2026-08-31", LoanMortgage, 800, Some(matures)),
            ];
            holdings.extend(later.map(|balance| holding("2026-09-30", LoanMortgage, balance, Some(matures))));
            seen(&[], &holdings, |history, calendar| {
                Facts::of(history, calendar, date(on)).unwrap().of_kind(LoanMortgage).repaid_early
            })
        };
        assert_eq!(repaid("2030-01-01", None, "2026-10-15"), 800.0);
        assert_eq!(repaid("2030-01-01", Some(700), "2026-10-15"), 0.0, "still owed");
        assert_eq!(repaid("2026-09-30", None, "2026-10-15"), 0.0, "due by the snapshot");
        assert_eq!(repaid("2030-01-01", None, "2026-08-31"), 0.0, "not gone yet");
    }

    #[test]
    fn bought_is_what_was_not_held_and_is_held_or_purchased_within_the_days() {
        use ProductKind::{BondFund, Fund, Insurance, LoanBusiness, Wealth};
        let holdings = [
            holding("2026-08-31", Fund, 10, None),
            holding("2026-09-30", Fund, 10, None),
            holding("2026-09-30", Wealth, 0, None),
            holding("2026-10-31", Insurance, 10, None),
            holding("2026-11-30", BondFund, 10, None),
        ];
        let transactions = [
            transaction("2026-08-31", Kind::Purchase, ProductKind::Trust),
            transaction("2026-09-01", Kind::LoanDrawdown, LoanBusiness),
            transaction("2026-11-29", Kind::Purchase, ProductKind::Structured),
            transaction("2026-11-30", Kind::Purchase, ProductKind::Bond),
        ];
        let bought = seen(&transactions, &holdings, |history, calendar| {
            let origin = date("2026-08-31");
            let held = Facts::of(history, calendar, origin).unwrap().held;
            bought_after(history, held, origin, 90)
        });
        let bought: Vec<ProductKind> =
            ProductKind::ALL.iter().copied().filter(|kind| bought.has(*kind)).collect();
        assert_eq!(bought, [ProductKind::Structured, Insurance, LoanBusiness]);
    }
}
