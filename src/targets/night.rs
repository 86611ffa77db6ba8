//! What lists may look at: the night's tables, row by row in the order of the feature table.

use super::holdout::Lots;
use super::lookback::{Lookback, Seen};
use super::{Listings, UNASSIGNED};
use crate::churn::ChurnTable;
use crate::config::Config;
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table;
use crate::contract::{Contact, Customer, Holding, Manager, complaint_open_since};
use crate::date::Date;
use crate::features::{AssetMove, FeatureTable, ValueBasis};
use crate::labels::Labels;
use crate::money::Money;
use crate::segment::{SegmentTable, Standing};
use crate::store::{Bank, CustomerHistory, Excerpt};
use std::collections::BTreeSet;

/// The night's tables.
#[derive(Clone, Copy)]
pub struct Night<'a> {
    pub bank: &'a Bank,
    /// The rows that lists look at; see [`excerpt`](super::excerpt).
    pub rows: &'a Excerpt<'a>,
    pub features: &'a FeatureTable,
    pub segments: &'a SegmentTable,
    pub standing: &'a Standing,
    pub churn: &'a ChurnTable,
    pub lookback: &'a Lookback,
    pub listed_before: &'a Listings,
    pub lots: &'a Lots,
    /// Contract columns that the bank delivers.
    pub mapped: &'a BTreeSet<(Table, &'static str)>,
    pub labels: &'a Labels,
    pub config: &'a Config,
}

impl<'a> Night<'a> {
    pub fn as_of(&self) -> Date {
        self.features.as_of
    }

    pub fn n_rows(&self) -> usize {
        self.features.n_customers()
    }

    /// Number of the customer in the bank.
    pub fn index(&self, row: usize) -> u32 {
        self.features.customers()[row]
    }

    pub fn customer(&self, row: usize) -> &'a Customer {
        self.bank.customer(self.index(row))
    }

    /// The customer's manager, if he has one who is delivered in the managers table.
    pub fn manager(&self, row: usize) -> Option<&'a Manager> {
        self.bank.manager(self.customer(row).manager_id.as_deref()?)
    }

    /// Whom a customer belongs to tonight: nobody where his manager has left.
    pub fn owner(&self, row: usize) -> &'a str {
        let has_left =
            self.manager(row).and_then(|manager| manager.left_on).is_some_and(|on| on <= self.as_of());
        self.customer(row).manager_id.as_deref().filter(|_| !has_left).unwrap_or(UNASSIGNED)
    }

    pub fn is_delivered(&self, table: Table, column: &'static str) -> bool {
        self.mapped.contains(&(table, column))
    }

    /// Whether contacts are delivered, without which nobody can be told overdue.
    pub fn contacts_are_delivered(&self) -> bool {
        self.is_delivered(Table::Contacts, "contacted_on")
    }

    /// 0 to 4; `None` without balances.
    pub fn tier(&self, row: usize) -> Option<u8> {
        self.segments.tiers()[row]
    }

    /// Days between contacts that his tier asks for, where it asks for any.
    pub fn cadence(&self, row: usize) -> Option<i32> {
        let cadence = self.config.lists.cadence_days[usize::from(self.tier(row)?)];
        (cadence > 0).then_some(cadence)
    }

    /// From the given tier up; without balances, in the top class by value.
    pub fn is_of_tier(&self, row: usize, lowest: u8) -> bool {
        self.tier(row).map_or_else(|| self.segments.is_top_class(row), |tier| tier >= lowest)
    }

    /// Assets in currency units; `None` without balances.
    pub fn aum(&self, row: usize) -> Option<f64> {
        Some(self.features.column("aum")[row]).filter(|aum| !aum.is_nan())
    }

    /// Yearly value in currency units by the bank's basis; 0 where it is not known.
    pub fn value(&self, row: usize) -> f64 {
        let value = self.features.column("value_12m")[row];
        if value.is_nan() { 0.0 } else { value }
    }

    /// What a unit of the customer's money earns in a year: his own margin where it is known and positive, else the
    /// configured one; 1 where exposure is itself a yearly value.
    pub fn margin_rate(&self, row: usize) -> f64 {
        let configured = self.config.churn.campaign_margin;
        match self.features.value_basis {
            ValueBasis::Revenue => 1.0,
            ValueBasis::Aum => configured,
            ValueBasis::Margin | ValueBasis::MarginLessCosts => {
                // Over what he kept while it was earned: of a leaver, tonight's assets are next to nothing.
                let kept = |name| self.features.column(name)[row];
                let kept = kept("aum").max(kept("aum_mean_90d")).max(kept("aum_mean_365d"));
                let own = Some(self.value(row) / kept).filter(|rate| kept > 0.0 && rate.is_finite());
                own.filter(|rate| *rate > 0.0).unwrap_or(configured)
            }
        }
    }

    /// The customer's rows up to the night, as far as lists look at them.
    pub fn history(&self, row: usize) -> CustomerHistory<'a> {
        self.rows.history(self.index(row)).until(self.as_of())
    }

    /// What he held in the bank's newest snapshot on or before `date`.
    pub fn holdings(&self, row: usize, date: Date) -> &'a [Holding] {
        self.rows.newest_holdings(self.index(row), date).unwrap_or_default()
    }

    /// The customer's contacts up to the night, ascending.
    pub fn contacts(&self, row: usize) -> &'a [Contact] {
        let all = self.bank.contacts(self.index(row));
        &all[..all.partition_point(|contact| contact.contacted_on <= self.as_of())]
    }

    /// Those that reached him, as far as outcomes are delivered, the newest first.
    pub fn reached(&self, row: usize) -> impl Iterator<Item = &'a Contact> {
        let missed = &self.config.lists.not_reached_outcomes;
        let was_reached = |contact: &&Contact| {
            !missed.iter().any(|missed| contact.outcome.as_deref() == Some(missed.as_str()))
        };
        self.contacts(row).iter().rev().filter(was_reached)
    }

    /// The last day on which the customer was reached.
    pub fn last_contact(&self, row: usize) -> Option<Date> {
        self.reached(row).next().map(|contact| contact.contacted_on)
    }

    /// The first day on which he could have been reached and it would be known: he was here, and contacts were.
    pub fn contacts_known_from(&self, row: usize) -> Date {
        let opened_on = self.customer(row).opened_on;
        self.contacts_begin_after_him(row).unwrap_or(opened_on)
    }

    /// The first day of known contacts, where he was a customer before; the night itself as long as there are none.
    pub fn contacts_begin_after_him(&self, row: usize) -> Option<Date> {
        let as_of = self.as_of();
        let from = self.bank.calendar().contacts_from.map_or(as_of, |from| from.min(as_of));
        Some(from).filter(|from| *from > self.customer(row).opened_on)
    }

    /// When the cooldown of a list began: at the last contact; of who was held out, whom nobody contacts, at the listing
    /// that he was held out of; where contacts are not delivered, also at the last listing under this list.
    pub fn cooled_from(&self, row: usize, list: &str) -> Option<Date> {
        self.last_contact(row).max(self.listed_before.last(&self.customer(row).customer_id, list))
    }

    /// Since when his oldest open complaint is open.
    pub fn complaint_since(&self, row: usize) -> Option<Date> {
        complaint_open_since(self.contacts(row), self.as_of())
    }

    /// The largest change of a customer's assets over the configured spans, where his tier and its amount make it one to
    /// act on. What changed before the day on which he was last reached was told then: of a longer span, the flow from that
    /// day on counts.
    pub fn large_move(&self, row: usize) -> Option<AssetMove> {
        let settings = &self.config.lists;
        self.tier(row).filter(|tier| *tier >= settings.large_move_tier_min)?;
        let (history, as_of, snapshots) = (self.history(row), self.as_of(), &self.bank.calendar().snapshots);
        let since_reached = self.last_contact(row).map_or(i32::MAX, |on| as_of - on + 1);
        let over = |days: i32| {
            if days <= since_reached {
                AssetMove::over(&history, snapshots, as_of, days)
            } else {
                AssetMove::over(&history, &[], as_of, since_reached)
            }
        };
        let largest = AssetMove::largest(settings.large_move_days.into_iter().map(over))?;
        (largest.change.to_units().abs() >= settings.large_move_amount).then_some(largest)
    }

    /// Whether he was reached on or after `date`.
    pub fn was_reached_since(&self, row: usize, date: Date) -> bool {
        self.last_contact(row).is_some_and(|on| on >= date)
    }

    /// Whether something that ends on `on` is still to be told: nobody has reached him since the day came as near as it is,
    /// of the days `ahead` of it from which it is told anew, or since it passed.
    pub fn is_to_be_told(&self, row: usize, on: Date, ahead: &[i32]) -> bool {
        let left = on - self.as_of();
        let nearest = ahead.iter().filter(|days| left <= **days).min();
        let from = if left < 0 { Some(on.plus_days(1)) } else { nearest.map(|days| on.plus_days(-days)) };
        from.is_some_and(|from| !self.was_reached_since(row, from))
    }

    /// What the past year and the last months say of him.
    pub fn seen(&self, row: usize) -> &'a Seen {
        self.lookback.of(self.index(row))
    }

    /// A reason in words.
    pub fn reason(&self, code: &str, values: &[(&str, &str)]) -> String {
        self.labels.fill("reason", code, values)
    }

    /// The name of a product kind.
    pub fn product(&self, kind: ProductKind) -> &'a str {
        self.labels.text("product_kind", kind.code())
    }
}

/// Currency units in words.
pub(super) fn units(amount: f64) -> String {
    Money::from_units(amount).grouped()
}
