//! What a list says of one customer.

use super::List;
use crate::contract::codes::ProductKind;
use crate::date::Date;
use crate::money::Money;

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
    /// What a contact is expected to bring, in currency units a year, less its cost.
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

    /// The same with an amount in currency units.
    #[must_use]
    pub fn with_amount(mut self, amount: Option<f64>) -> Self {
        self.amount = amount.map(Money::from_units);
        self
    }

    #[must_use]
    pub fn due(mut self, on: Date) -> Self {
        self.due_on = Some(on);
        self
    }
}
