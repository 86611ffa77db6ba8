//! `[value.cost_to_serve]`: what the bank pays to serve its customers, by channel.
//!
//! Reads what was written; produces rates by channel. Never: a rate that the bank did not give.

use super::raw::ensure;
use crate::contract::codes::Channel;
use crate::error::Result;
use crate::features::ServiceCosts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What it costs to serve a customer, in currency units; all 0: not known, and nothing is taken off the margin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CostToServe {
    /// Of one transaction that the customer starts, by channel: branch, atm, mobile, web, phone, other.
    pub per_transaction: BTreeMap<String, f64>,
    /// Of one contact with him, by channel: branch, atm, mobile, web, phone, other.
    pub per_contact: BTreeMap<String, f64>,
    /// Of the relation in a year, whatever he does.
    pub per_year: f64,
}

impl CostToServe {
    /// The same by channel; those that are not named cost nothing.
    pub fn rates(&self) -> ServiceCosts {
        let by_channel = |rates: &BTreeMap<String, f64>| {
            std::array::from_fn(|at| rates.get(Channel::ALL[at].code()).copied().unwrap_or(0.0))
        };
        ServiceCosts {
            per_transaction: by_channel(&self.per_transaction),
            per_contact: by_channel(&self.per_contact),
            per_year: self.per_year,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let is_cost = |cost: f64| cost >= 0.0 && cost.is_finite();
        for (key, costs) in [("per_transaction", &self.per_transaction), ("per_contact", &self.per_contact)] {
            let are_sound =
                costs.iter().all(|(channel, cost)| Channel::from_code(channel).is_some() && is_cost(*cost));
            let wanted = format!("costs by {}, none below 0", Channel::CODES.join(", "));
            ensure(&format!("value.cost_to_serve.{key}"), are_sound, &wanted)?;
        }
        ensure("value.cost_to_serve.per_year", is_cost(self.per_year), "at least 0")
    }
}

#[cfg(test)]
mod tests {
    use crate::config::overlay;

    /// The configuration of a file with this section, or why it is refused.
    fn read(section: &str) -> Result<super::ServiceCosts, String> {
        let raw = overlay::read("bank.toml", section).map_err(|error| error.to_string())?;
        let config = raw.check().map_err(|error| error.to_string())?;
        Ok(config.value.cost_to_serve.rates())
    }

    #[test]
    fn by_default_nothing_is_known_and_a_bank_gives_what_it_knows() {
        let mut raw = overlay::read_defaults().unwrap();
        assert!(!raw.value.cost_to_serve.rates().are_given());
        raw.value.cost_to_serve.per_contact.insert("mobile".into(), 0.05);
        let rates = raw.value.cost_to_serve.rates();
        assert!(rates.are_given());
        assert_eq!((rates.per_contact, rates.per_transaction), ([0.0, 0.0, 0.05, 0.0, 0.0, 0.0], [0.0; 6]));
        let given =
            read("[value.cost_to_serve]\nper_transaction = { branch = 5.0 }\nper_year = 12.0\n").unwrap();
        assert_eq!((given.per_transaction[0], given.per_year), (5.0, 12.0));
    }

    #[test]
    fn an_unknown_channel_and_a_cost_below_zero_are_refused() {
        let of = |line: &str| read(&format!("[value.cost_to_serve]\n{line}\n")).unwrap_err();
        assert!(
            of("per_contact = { sms = 0.05 }").contains("unknown key `value.cost_to_serve.per_contact.sms`")
        );
        assert!(
            of("per_contact = { mobile = -0.05 }")
                .contains("`value.cost_to_serve.per_contact` must be costs by branch")
        );
        assert!(of("per_year = -1.0").contains("`value.cost_to_serve.per_year` must be at least 0"));
    }
}
