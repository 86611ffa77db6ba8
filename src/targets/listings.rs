//! Who stood on which list in earlier nights, as far as a cooldown starts there.

use crate::date::Date;
use std::collections::BTreeMap;

/// The newest listings of earlier nights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listings {
    /// By customer and list; empty where contacts are delivered, which say more.
    on_list: BTreeMap<(String, String), Date>,
    /// By customer, of those held out: nobody contacts them, so that the listing stands for the contact.
    held_out: BTreeMap<String, Date>,
}

impl Listings {
    pub fn add(&mut self, customer_id: &str, list: &str, night: Date) {
        let last = self.on_list.entry((customer_id.to_owned(), list.to_owned())).or_insert(night);
        *last = night.max(*last);
    }

    pub fn add_held_out(&mut self, customer_id: &str, night: Date) {
        let last = self.held_out.entry(customer_id.to_owned()).or_insert(night);
        *last = night.max(*last);
    }

    /// When the customer last stood on `list`, or was held out of any.
    pub fn last(&self, customer_id: &str, list: &str) -> Option<Date> {
        let on_list = self.on_list.get(&(customer_id.to_owned(), list.to_owned())).copied();
        on_list.max(self.held_out.get(customer_id).copied())
    }
}
