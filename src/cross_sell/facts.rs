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
            if row.balance.0 > 0 {
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
    for row in holdings.filter(|row| row.balance.0 > 0) {
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
