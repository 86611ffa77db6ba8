//! The customers of a bucket: what the deliveries said of each, up to a date.
//!
//! Reads: the bucket's stored versions. Grain: one customer. Never: a version from after the date, but for the first
//! of a customer who was described later.

use super::versions::{Ranked, Registry, Trail, Versioned};
use crate::contract::key::Key;
use crate::contract::{Customer, CustomerVersion};
use crate::date::Date;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::ops::Range;

/// Customers, ascending by code, each with the versions known of him.
#[derive(Debug, Default)]
pub(super) struct Members {
    list: Vec<Member>,
    versions: Vec<CustomerVersion>,
}

/// A customer of a bucket.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) code: u32,
    /// His versions; at least one.
    versions: Range<u32>,
}

impl Members {
    /// What was known on `as_of`; of a customer described later only, the first version.
    ///
    /// # Errors
    /// Kind `Internal` where a customer has no code, or a delivery no rank.
    pub(super) fn known_on(
        as_of: Date,
        stored: Versioned<Customer>,
        ranks: &BTreeMap<u32, Ranked>,
        codes: &Registry,
    ) -> Result<Self> {
        let mut members =
            Self { list: Vec::with_capacity(stored.len()), versions: Vec::with_capacity(stored.len()) };
        let mut trail = Trail::default();
        let mut code = |id: &str| codes.code_along(&Key::of(id.as_bytes()), &mut trail);
        stored.into_timelines(ranks, |timeline| members.push(timeline, as_of, &mut code))?;
        members.list.sort_unstable_by_key(|member| member.code);
        Ok(members)
    }

    fn push(
        &mut self,
        timeline: &mut dyn Iterator<Item = (Date, Customer)>,
        as_of: Date,
        code: &mut impl FnMut(&str) -> Option<u32>,
    ) -> Result<()> {
        let first = self.versions.len();
        for (valid_from, customer) in timeline {
            if self.versions.len() == first || valid_from <= as_of {
                self.versions.push(CustomerVersion { valid_from, customer });
            }
        }
        let Some(known) = self.versions.get(first) else { return Ok(()) };
        let code = code(&known.customer.customer_id).ok_or_else(without_code)?;
        let place = |at: usize| u32::try_from(at).expect("versions are counted in 32 bits");
        self.list.push(Member { code, versions: place(first)..place(self.versions.len()) });
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn list(&self) -> &[Member] {
        &self.list
    }

    /// Ascending by the date from which each was in force.
    pub(super) fn versions(&self, member: &Member) -> &[CustomerVersion] {
        &self.versions[member.versions.start as usize..member.versions.end as usize]
    }

    /// The version in force on the date.
    pub(super) fn customer(&self, member: &Member) -> &Customer {
        &self.versions[member.versions.end as usize - 1].customer
    }
}

pub(super) fn without_code() -> Error {
    Error::internal("the store describes an id that has no code")
}
