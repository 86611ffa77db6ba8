//! What the kernels of the catalogue read: everything about one customer as of one date.

use super::activity::Activity;
use super::assets::Assets;
use super::entropy::EntropyTerms;
use super::reference::Reference;
use super::rhythm::Gaps;
use super::windows::Window;
use crate::contract::codes::Channel;
use crate::contract::{Contact, Customer, complaint_open_since};
use crate::date::Date;

/// One customer as of one date; borrows from the [`Sweep`](super::Sweep) that read his rows.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub as_of: Date,
    /// As known on the night's date: only for fields that date themselves.
    pub customer: &'a Customer,
    /// As known on the date, for fields that do not; `None` before the first delivery.
    pub known: Option<&'a Customer>,
    pub activity: Activity<'a>,
    /// Between the active days of 365 days; `None` under two.
    pub gaps: Option<Gaps>,
    pub assets: Assets<'a>,
    pub contacts: Contacts,
    pub(super) reference: &'a Reference,
    pub(super) terms: &'a EntropyTerms,
}

/// The customer's contacts and complaints up to the date.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Contacts {
    pub last_on: Option<Date>,
    pub n_365d: u32,
    /// The same by index of [`Channel::ALL`]; those without a channel are in none.
    pub by_channel_365d: [u32; Channel::ALL.len()],
    pub n_complaints_365d: u32,
    pub complaint_open: bool,
    /// Sum and number of the answers, 0 to 10, that he gave when he was asked at a contact; complaints are none.
    pub answers: f64,
    pub n_answers: u32,
}

impl Contacts {
    /// `rows` must be sorted by date; looks at none after `as_of`.
    pub(super) fn of(rows: &[Contact], as_of: Date) -> Self {
        let rows = &rows[..rows.partition_point(|row| row.contacted_on <= as_of)];
        let mut contacts = Contacts {
            last_on: rows.last().map(|row| row.contacted_on),
            complaint_open: complaint_open_since(rows, as_of).is_some(),
            ..Self::default()
        };
        for row in rows {
            let complaint = row.is_complaint();
            if let Some(answer) = row.satisfaction.filter(|_| !complaint) {
                contacts.answers += answer;
                contacts.n_answers += 1;
            }
            if as_of - row.contacted_on < 365 {
                contacts.n_365d += 1;
                if let Some(channel) = row.channel {
                    contacts.by_channel_365d[channel as usize] += 1;
                }
                contacts.n_complaints_365d += u32::from(complaint);
            }
        }
        contacts
    }
}

impl Facts<'_> {
    /// Whether the bank's transactions reach back over the whole window.
    pub fn window_is_visible(&self, window: Window) -> bool {
        self.reference.is_visible[window as usize]
    }

    /// Days of the bank's transactions up to the date, the first included.
    pub fn days_visible(&self) -> i32 {
        self.reference.days_visible
    }

    /// By how much what was counted in the visible part of 365 days falls short of a year: 1 where all is visible.
    pub fn year_per_visible(&self) -> f64 {
        365.0 / f64::from(self.days_visible().clamp(1, 365))
    }

    /// Days on which the customer could have been seen: since he came, within what is visible.
    pub fn days_observed(&self) -> i32 {
        self.days_visible().min(self.as_of - self.customer.opened_on + 1)
    }

    /// Whether the bank had delivered balances by the date.
    pub fn has_balances(&self) -> bool {
        self.reference.balances.newest.is_some()
    }
}
