//! What a list says of one customer, and what it may look at.

use super::List;
use crate::churn::ChurnTable;
use crate::config::Config;
use crate::contract::codes::ProductKind;
use crate::contract::tables::Table;
use crate::contract::{Customer, Manager};
use crate::date::Date;
use crate::features::FeatureTable;
use crate::labels::Labels;
use crate::money::Money;
use crate::segment::SegmentTable;
use crate::store::{Bank, CustomerHistory, Excerpt};
use std::collections::BTreeSet;

/// The night's tables, row by row in the order of the feature table.
#[derive(Clone, Copy)]
pub struct Night<'a> {
    pub bank: &'a Bank,
    /// The rows that lists look at; see [`excerpt`](super::excerpt).
    pub rows: &'a Excerpt<'a>,
    pub features: &'a FeatureTable,
    pub segments: &'a SegmentTable,
    pub churn: &'a ChurnTable,
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

    /// The customer's rows up to the night, as far as lists look at them.
    pub fn history(&self, row: usize) -> CustomerHistory<'a> {
        self.rows.history(self.features.customers()[row]).until(self.as_of())
    }

    pub fn customer(&self, row: usize) -> &'a Customer {
        self.bank.customer(self.features.customers()[row])
    }

    /// The customer's manager, if he has one who is delivered in the managers table.
    pub fn manager(&self, row: usize) -> Option<&'a Manager> {
        self.bank.manager(self.customer(row).manager_id.as_deref()?)
    }

    /// Whether contacts are delivered, without which nobody can be told overdue.
    pub fn contacts_are_delivered(&self) -> bool {
        self.mapped.contains(&(Table::Contacts, "contacted_on"))
    }

    /// The last day on which the customer was reached, as far as outcomes are delivered.
    pub fn last_contact(&self, row: usize) -> Option<Date> {
        let missed = &self.config.lists.not_reached_outcomes;
        let was_reached = |outcome: Option<&str>| !missed.iter().any(|missed| outcome == Some(missed));
        let contacts = self.history(row).contacts.iter();
        contacts
            .rev()
            .find(|contact| was_reached(contact.outcome.as_deref()))
            .map(|contact| contact.contacted_on)
    }
}

/// One customer on one list.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Row of the night's tables.
    pub row: usize,
    pub list: List,
    /// Larger stands first within the list.
    pub order: f64,
    /// Finished words, a sentence each.
    pub reasons: Vec<String>,
    pub amount: Option<Money>,
    pub due_on: Option<Date>,
    pub product: Option<ProductKind>,
    pub rule: Option<String>,
    pub expected_value: Option<f64>,
}

impl Candidate {
    pub fn new(row: usize, list: List, order: f64, reasons: Vec<String>) -> Self {
        Self {
            row,
            list,
            order,
            reasons,
            amount: None,
            due_on: None,
            product: None,
            rule: None,
            expected_value: None,
        }
    }
}
