//! What the kernels of the catalogue read: everything about one customer as of one date, computed once.

use super::Lens;
use super::assets::{Assets, Renewals};
use super::windows::{Activity, WINDOW_DAYS, Window};
use crate::contract::{Contact, Customer};
use crate::date::Date;
use crate::store::CustomerHistory;

/// One customer as of one date.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub as_of: Date,
    pub customer: &'a Customer,
    pub activity: Activity,
    pub assets: Assets<'a>,
    pub renewals: Renewals,
    pub contacts: Contacts,
    lens: Lens<'a>,
}

/// The customer's contacts and complaints up to the date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contacts {
    pub last_on: Option<Date>,
    pub n_365d: u32,
    pub n_complaints_365d: u32,
    pub complaint_open: bool,
}

impl Contacts {
    fn of(rows: &[Contact], as_of: Date) -> Self {
        let mut contacts = Contacts { last_on: rows.last().map(|row| row.contacted_on), ..Self::default() };
        for row in rows {
            let complaint = row.complaint == Some(true);
            let unresolved = row.resolved_on.is_none_or(|resolved| resolved > as_of);
            contacts.complaint_open |= complaint && unresolved;
            if as_of - row.contacted_on < 365 {
                contacts.n_365d += 1;
                contacts.n_complaints_365d += u32::from(complaint);
            }
        }
        contacts
    }
}

impl<'a> Facts<'a> {
    /// Looks at nothing in `history` that is dated after the lens's date.
    pub fn of(history: &CustomerHistory<'a>, lens: Lens<'a>) -> Self {
        let visible = history.until(lens.as_of);
        let assets = Assets::of(visible.holdings, &lens.calendar.snapshots, lens.as_of);
        Self {
            as_of: lens.as_of,
            customer: visible.customer,
            activity: Activity::of(visible.transactions, lens.as_of),
            renewals: assets.renewals_365d(),
            assets,
            contacts: Contacts::of(visible.contacts, lens.as_of),
            lens,
        }
    }

    /// Whether the bank's transactions reach back over the whole window.
    pub fn window_is_visible(&self, window: Window) -> bool {
        self.days_visible() >= WINDOW_DAYS[window as usize]
    }

    /// Days of the bank's transactions up to the date, the first included.
    pub fn days_visible(&self) -> i32 {
        self.lens.calendar.transactions_from.map_or(0, |first| (self.as_of - first + 1).max(0))
    }

    /// Days on which the customer could have been seen: since he came, within what is visible.
    pub fn days_observed(&self) -> i32 {
        self.days_visible().min(self.as_of - self.customer.opened_on + 1)
    }

    /// Whether the bank had delivered balances by the date.
    pub fn has_balances(&self) -> bool {
        self.balances_are_known_for(1)
    }

    /// Whether a snapshot was in force on each of the last `days`.
    pub fn balances_are_known_for(&self, days: i32) -> bool {
        self.lens.calendar.has_balances_on(self.as_of.plus_days(1 - days))
    }

    /// Whether contacts are delivered for the last `days`.
    pub fn contacts_are_known_for(&self, days: i32) -> bool {
        self.lens.calendar.contacts_from.is_some_and(|first| first <= self.as_of.plus_days(1 - days))
    }

    pub fn margin_rates(&self) -> &[Option<f64>] {
        self.lens.margin_rates
    }

    /// The margin rate of a holding: its product's own, else its kind's mean.
    pub fn margin_rate(&self, holding: &crate::contract::Holding) -> Option<f64> {
        let product = self.lens.products.get(holding.product as usize);
        product
            .and_then(|product| product.margin_rate)
            .or(self.lens.margin_rates[holding.product_kind as usize])
    }

    /// Undated customer fields, where they were known at the date.
    pub fn undated<T>(&self, field: Option<T>) -> Option<T> {
        field.filter(|_| self.lens.undated_fields_known)
    }
}
