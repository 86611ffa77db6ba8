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
use crate::store::{CustomerHistory, Store};
use std::collections::BTreeSet;

/// The night's tables, row by row in the order of the feature table.
#[derive(Clone, Copy)]
pub struct Night<'a> {
    pub store: &'a Store,
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

    /// The customer's rows up to the night.
    pub fn history(&self, row: usize) -> CustomerHistory<'a> {
        self.store.history(self.features.customers()[row]).until(self.as_of())
    }

    pub fn customer(&self, row: usize) -> &'a Customer {
        &self.store.tables().customers[self.features.customers()[row] as usize]
    }

    /// The customer's manager, if he has one who is delivered in the managers table.
    pub fn manager(&self, row: usize) -> Option<&'a Manager> {
        let id = self.customer(row).manager_id.as_deref()?;
        let managers = &self.store.tables().managers;
        let position = managers.binary_search_by(|manager| (*manager.manager_id).cmp(id)).ok()?;
        Some(&managers[position])
    }

    /// Whether contacts are delivered, without which nobody can be told overdue.
    pub fn contacts_are_delivered(&self) -> bool {
        self.mapped.contains(&(Table::Contacts, "contacted_on"))
    }

    pub fn last_contact(&self, row: usize) -> Option<Date> {
        self.history(row).contacts.last().map(|contact| contact.contacted_on)
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
    pub reason: String,
    pub amount: Option<Money>,
    pub due_on: Option<Date>,
    pub product: Option<ProductKind>,
    pub rule: Option<String>,
    pub expected_value: Option<f64>,
}

impl Candidate {
    pub fn new(row: usize, list: List, order: f64, reason: String) -> Self {
        Self {
            row,
            list,
            order,
            reason,
            amount: None,
            due_on: None,
            product: None,
            rule: None,
            expected_value: None,
        }
    }
}
