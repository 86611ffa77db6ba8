//! One customer's figures, month by month.
//!
//! Reads his rows up to the night and nothing after it. Balances count as the snapshots have them, also of a customer
//! who is closed by then, so that they add up to the books; customers count while they are in the night of a month-end.

use super::classes::{Classes, N_DIMENSIONS, Standing as Classed, Tonight, joints};
use super::cube::{Counted, Cube, OfBank, Owner};
use super::destination::Destination;
use super::figures::{Cell, Figure};
use super::gains::woken;
use super::institutions::Institutions;
use super::losses::losses;
use super::months::{Month, Months};
use super::rows::Rows;
use super::stocks::Stocks;
use crate::churn::labels::{Matured, Whereabouts, price_effect};
use crate::config::Config;
use crate::date::Date;
use crate::features::{Span, month_mean};
use crate::money::Money;
use crate::segment::tiers::{tier_history, tier_of_day};
use crate::store::{Accounts, Bank, CustomerHistory, Standing};

/// What every customer is counted by.
pub struct Count<'a> {
    pub bank: &'a Bank,
    pub as_of: Date,
    pub config: &'a Config,
    pub months: &'a Months,
    pub classes: &'a Classes,
    pub institutions: &'a Institutions,
    pub accounts: &'a Accounts,
    /// By number in the bank.
    pub tonight: &'a [Tonight],
}

impl Count<'_> {
    /// Adds a customer to the cube, and to the figures of the bank.
    pub fn add(&self, history: &CustomerHistory<'_>, cube: &Cube, of_bank: &mut OfBank) {
        let history = history.until(self.as_of);
        let customer = history.customer;
        let owner = Owner {
            branch: self.institutions.branch(customer.branch_id.as_deref()),
            manager: self.institutions.manager(customer.manager_id.as_deref()),
        };
        let rows = Rows::of(history, self.months, self.accounts);
        let tiers = self.tiers(&rows);
        let (calendar, rules) = (self.bank.calendar(), &self.config.churn);
        let losses = losses(&history, calendar, self.months, self.config);
        let woken = woken(&history, self.months, calendar.transactions_from, rules.silence_days);
        let Some(first) = self.months.list.first() else { return };
        let mut counted = Counted::default();
        let mut before = (self.is_here(&history, first.after), rows.balances(first.snapshot_before).aum);
        for (place, month) in self.months.list.iter().enumerate() {
            let tier = tiers[place];
            let is_key = tier.is_some_and(|tier| tier >= self.config.statistics.key_tier_min);
            let stocks = Stocks::of(&rows, month, self.is_here(&history, month.end), is_key);
            let mut cell = stocks.cell();
            let now = (stocks.is_here, stocks.assets());
            movement(&mut cell, std::mem::replace(&mut before, now), now, customer.opened_on > month.after);
            cell[Figure::Woken] = i64::from(woken.contains(&place));
            self.flows(&rows, place, month, &mut cell);
            losses.iter().filter(|loss| loss.month == place).for_each(|loss| loss.count_in(&mut cell));
            if cell.is_zero() {
                continue;
            }
            let joints = joints(self.members(&history, month, tier, &cell));
            counted.push(place, joints, &cell, stocks.products());
            for loss in losses.iter().filter(|loss| loss.month == place) {
                of_bank.losses.add(owner, joints, loss);
            }
        }
        cube.add(owner, &counted);
        of_bank.add(&counted);
    }

    /// The classes that he counts in.
    fn members(
        &self,
        history: &CustomerHistory<'_>,
        month: &Month,
        tier: Option<u8>,
        cell: &Cell,
    ) -> [usize; N_DIMENSIONS] {
        self.classes.members(&Classed {
            kind: history.customer.kind,
            tonight: self.tonight[history.index as usize],
            tier,
            cell,
            n_days: month.spans.is_some().then(|| month.n_days()),
            has_balances: month.snapshot.is_some(),
        })
    }

    fn is_here(&self, history: &CustomerHistory<'_>, on: Date) -> bool {
        history.standing(on) == Standing::InNight
    }

    /// The tier in force at the end of each month, as the tiers of a night on that day are made.
    fn tiers(&self, rows: &Rows<'_>) -> Vec<Option<u8>> {
        let covered = || {
            let months = self.months.list.iter().enumerate();
            months.filter_map(|(place, month)| Some((place, month.end, month.spans.as_ref()?)))
        };
        let assets = |snapshot: usize| Money(rows.assets(snapshot)).to_units();
        let mean = |(_, end, spans): (usize, Date, &Vec<Span>)| {
            month_mean(rows.history.customer, end, spans, assets)
        };
        let means: Vec<f64> = covered().map(mean).collect();
        let limits = &self.config.value.tier_limits;
        let mut tiers = vec![None; self.months.list.len()];
        for ((place, end, _), state) in covered().zip(tier_history(&means, limits)) {
            let newest = self.months.list[place].snapshot.filter(|_| self.is_here(&rows.history, end));
            let state = tier_of_day(state, newest.map_or(f64::NAN, assets), limits);
            tiers[place] = state.map(|state| state.tier);
        }
        tiers
    }

    fn flows(&self, rows: &Rows<'_>, place: usize, month: &Month, cell: &mut Cell) {
        let booked = rows.booked(month.after, month.end);
        let whereabouts = Whereabouts::of(booked);
        let gone = whereabouts.net_outflow().0;
        cell[Figure::MoneyWon] = gone.saturating_neg().max(0);
        cell[Figure::MoneyLost] = gone.max(0);
        cell[Figure::ToOwnElsewhere] = whereabouts.own_accounts_elsewhere.0;
        cell[Figure::Spent] = whereabouts.spent.0;
        cell[Figure::ToOthers] = whereabouts.elsewhere.0;
        let snapshots = &self.months.snapshots;
        if let Some((from, to)) = month.snapshot_before.zip(month.snapshot) {
            // Flows that decide are booked between the two snapshots; no other rows need be looked at.
            let booked = rows.booked(snapshots[from], snapshots[to]);
            let seen = CustomerHistory { transactions: booked, ..rows.history };
            cell[Figure::PriceEffect] =
                price_effect(&seen, snapshots, month.after, month.end).map_or(0, |effect| effect.0);
        }
        if rows.matures[place] {
            self.renewals(rows, month, cell);
        }
    }

    /// What matured, what of it began a new term by the next snapshot, and what of the rest left the bank within
    /// the month.
    fn renewals(&self, rows: &Rows<'_>, month: &Month, cell: &mut Cell) {
        let snapshots = &self.months.snapshots;
        let next = snapshots.partition_point(|on| *on < month.end);
        let until = snapshots.get(next).copied().unwrap_or(month.end);
        let matured =
            Matured::between(rows.history.holdings, snapshots, month.after, month.end, until.max(month.end));
        let Some(first_on) = matured.first_on else { return };
        let whereabouts = Whereabouts::of(rows.booked(first_on.plus_days(-1), month.end));
        let left = (matured.amount.0 - matured.renewed.0).min(whereabouts.net_outflow().0).max(0);
        cell[Figure::MaturedCustomers] = 1;
        cell[Figure::Matured] = matured.amount.0;
        cell[Figure::Renewed] = matured.renewed.0;
        cell[match Destination::of(&whereabouts) {
            Destination::OwnAccountsElsewhere => Figure::LeftToOwnElsewhere,
            Destination::Spent => Figure::LeftSpent,
            Destination::Others => Figure::LeftToOthers,
        }] = left;
    }
}

/// Who came and who went between two month-ends, and with what assets; `is_new` of who was opened in between.
fn movement(cell: &mut Cell, before: (bool, i64), now: (bool, i64), is_new: bool) {
    match (before.0, now.0) {
        (false, true) => {
            (cell[Figure::Came], cell[Figure::AssetsCame]) = (1, now.1);
            cell[Figure::CameOpened] = i64::from(is_new);
        }
        (true, false) => (cell[Figure::Gone], cell[Figure::AssetsGone]) = (1, before.1),
        _ => {}
    }
}
