//! What it costs to serve a customer in a year: his transactions, the contacts with him, and the relation itself.
//!
//! Reads: the counts of 365 days by channel. Produces: currency units. Never: a cost that the bank did not give; what has
//! no channel costs nothing.

use super::Facts;
use crate::contract::codes::Channel;

const N_CHANNELS: usize = Channel::ALL.len();

/// What the bank pays, in currency units; by index of [`Channel::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ServiceCosts {
    /// Of one transaction that the customer starts.
    pub per_transaction: [f64; N_CHANNELS],
    /// Of one contact with him.
    pub per_contact: [f64; N_CHANNELS],
    /// Of the relation in a year.
    pub per_year: f64,
}

impl ServiceCosts {
    /// Whether any cost is known.
    pub fn are_given(&self) -> bool {
        let by_channel = self.per_transaction.iter().chain(&self.per_contact);
        by_channel.chain([&self.per_year]).any(|cost| *cost > 0.0)
    }
}

/// Per year: transactions are scaled to one where less is visible, contacts are those that are recorded. NaN where no
/// cost is known.
pub(super) fn cost_to_serve_12m(facts: &Facts<'_>) -> f64 {
    let costs = &facts.reference.costs;
    if !costs.are_given() {
        return f64::NAN;
    }
    let sum = |costs: &[f64; N_CHANNELS], count: &dyn Fn(usize) -> u32| -> f64 {
        costs.iter().enumerate().map(|(channel, cost)| cost * f64::from(count(channel))).sum()
    };
    let transactions = sum(&costs.per_transaction, &|channel| {
        facts.activity.mix_365d(|mix| mix.started_by_channel[channel])
    });
    let contacts = sum(&costs.per_contact, &|channel| facts.contacts.by_channel_365d[channel]);
    transactions * facts.year_per_visible() + contacts + costs.per_year
}
