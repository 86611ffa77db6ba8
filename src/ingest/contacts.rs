//! Contacts: who was contacted when, and what came of it.
//!
//! Reads: the export of contacts, after the customers. Grain: one line. Never: a contact of nobody.

use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::mapping::Mapping;
use super::owners::{OwnerFields, Owners};
use crate::contract::Contact;
use crate::contract::codes::Channel;
use crate::contract::key::Key;
use crate::date::Date;
use crate::store::tombstones::Tombstones;

pub struct Contacts<'a> {
    owners: &'a Owners,
    owner: OwnerFields,
    contacted_on: Field,
    manager_id: Field,
    channel: Field,
    list: Field,
    outcome: Field,
    satisfaction: Field,
    complaint: Field,
    opened_at: Field,
    resolved_at: Field,
    remark: Field,
}

impl Build for Contacts<'_> {
    type Row = (Option<Date>, Contact);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
        let (customer, _) = self.owner.resolve(row, self.owners, memo)?;
        let channel = self.channel.code(row, &mut memo.codes[0])?;
        let contact = Contact {
            customer,
            contacted_on: self.contacted_on.required(self.contacted_on.date(row)?)?,
            manager_id: self.manager_id.id(row)?,
            channel: channel.map(|code| Channel::ALL[usize::from(code)]),
            list: self.list.text(row)?,
            outcome: self.outcome.text(row)?,
            satisfaction: self.satisfaction.number_within(row, 0.0, 10.0)?,
            complaint: self.complaint.boolean(row)?,
            opened_on: self.opened_at.date(row)?,
            resolved_on: self.resolved_at.date(row)?,
            remark: self.remark.text(row)?,
        };
        Ok((None, contact))
    }

    fn tombstones(&self) -> Option<&Tombstones> {
        self.owners.customers.tombstones()
    }

    fn owner_keys<R: Row>(&self, row: &R) -> [Option<Key>; 2] {
        self.owner.keys(row)
    }
}

/// What reads the rows of a file, with the fields taken from the mapping.
pub fn builder<'a>(mapping: &mut Mapping, owners: &'a Owners) -> Contacts<'a> {
    Contacts {
        owners,
        owner: OwnerFields::new(mapping),
        contacted_on: mapping.take("contacted_on"),
        manager_id: mapping.take("manager_id"),
        channel: mapping.take("channel"),
        list: mapping.take("list"),
        outcome: mapping.take("outcome"),
        satisfaction: mapping.take("satisfaction"),
        complaint: mapping.take("complaint"),
        opened_at: mapping.take("opened_at"),
        resolved_at: mapping.take("resolved_at"),
        remark: mapping.take("remark"),
    }
}
