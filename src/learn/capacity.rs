//! Customers whom the managers can contact.

use crate::config::Config;
use crate::date::Date;
use crate::store::{Bank, Standing};
use std::collections::BTreeSet;

/// Contacts that the managers of those in the night of `date` can make in a day together.
pub fn daily_capacity(bank: &Bank, date: Date, config: &Config) -> u64 {
    let present = bank.indices().filter(|index| bank.standing(*index, date) == Standing::InNight);
    let managers: BTreeSet<&str> =
        present.filter_map(|index| bank.customer(index).manager_id.as_deref()).collect();
    let capacity_of = |id: &str| match bank.manager(id) {
        Some(manager) if manager.left_on.is_some_and(|on| on <= date) => 0,
        Some(manager) => manager.daily_capacity.unwrap_or(config.lists.capacity_default),
        None => config.lists.capacity_default,
    };
    managers.into_iter().map(|id| u64::from(capacity_of(id))).sum()
}
