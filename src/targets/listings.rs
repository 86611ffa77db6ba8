//! Who stood on which list in earlier nights, as far as a cooldown starts there.

use crate::date::Date;
use std::collections::BTreeMap;

/// The newest listings of earlier nights, by customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listings(BTreeMap<String, Own>);

/// One customer's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Own {
    /// By list; empty where contacts are delivered, which say more.
    on_list: BTreeMap<String, Date>,
    /// Nobody contacts who is held out, so that the listing stands for the contact.
    held_out: Option<Date>,
}

impl Listings {
    pub fn add(&mut self, customer_id: &str, list: &str, night: Date) {
        let last = self.of(customer_id).on_list.entry(list.to_owned()).or_insert(night);
        *last = night.max(*last);
    }

    pub fn add_held_out(&mut self, customer_id: &str, night: Date) {
        let own = self.of(customer_id);
        own.held_out = own.held_out.max(Some(night));
    }

    fn of(&mut self, customer_id: &str) -> &mut Own {
        self.0.entry(customer_id.to_owned()).or_default()
    }

    /// When the customer last stood on `list`, or was held out of any.
    pub fn last(&self, customer_id: &str, list: &str) -> Option<Date> {
        let own = self.0.get(customer_id)?;
        own.held_out.max(own.on_list.get(list).copied())
    }
}
