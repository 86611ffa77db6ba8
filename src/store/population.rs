//! Who is in the night, and why the others are not.

use super::Bank;
use crate::contract::Customer;
use crate::date::Date;
use std::collections::BTreeMap;

/// A customer's standing on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    InNight,
    OpenedLater,
    Closed,
    /// No transaction and no holding up to the date.
    WithoutHistory,
}

impl Standing {
    /// Looks at nothing after `date`, a closing date included; `seen_from` is the date of the first row.
    pub fn of(customer: &Customer, seen_from: Option<Date>, date: Date) -> Self {
        if customer.opened_on > date {
            Standing::OpenedLater
        } else if customer.closed_on.is_some_and(|closed| closed <= date) {
            Standing::Closed
        } else if seen_from.is_some_and(|from| from <= date) {
            Standing::InNight
        } else {
            Standing::WithoutHistory
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Standing::InNight => "in_night",
            Standing::OpenedLater => "opened_later",
            Standing::Closed => "closed",
            Standing::WithoutHistory => "without_history",
        }
    }
}

/// The customers of one night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    pub date: Date,
    /// Indices of those in the night, ascending (and so by id).
    pub members: Vec<u32>,
    /// How many stand where; sums to the customers delivered.
    pub counts: BTreeMap<Standing, usize>,
}

impl Population {
    pub fn of(bank: &Bank, date: Date) -> Self {
        let mut members = Vec::new();
        let mut counts = BTreeMap::new();
        for index in bank.indices() {
            let standing = bank.standing(index, date);
            *counts.entry(standing).or_insert(0) += 1;
            if standing == Standing::InNight {
                members.push(index);
            }
        }
        Self { date, members, counts }
    }
}
