//! Contacts: who was contacted when, and what came of it.
//!
//! Reads: the export of contacts, after the customers. Grain: one contact; it has no id, so rows alike in everything
//! are one. Never: a contact of nobody.

use super::Ingested;
use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::Field;
use super::mapping::Mapping;
use super::owners::{OwnerFields, Owners};
use super::table::Drop;
use super::unique;
use crate::contract::Contact;
use crate::contract::codes::Channel;
use crate::contract::tables::Table;
use crate::error::Result;
use std::cmp::Ordering;

struct Contacts<'a> {
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
}

impl Build for Contacts<'_> {
    type Row = (u16, Contact);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
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
        };
        Ok((delivery, contact))
    }
}

/// Reads the contacts: sorted by (customer, date) and every other field.
pub fn read(drop: &Drop<'_>, owners: &Owners, night: &mut Ingested) -> Result<Vec<Contact>> {
    let builder = |mapping: &mut Mapping| {
        Ok(Contacts {
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
        })
    };
    let mut rows = drop.read(Table::Contacts, night, builder)?;
    rows.sort_unstable_by(|a, b| order(&a.1, &b.1).then(a.0.cmp(&b.0)));
    let alike = |a: &(u16, Contact), b: &(u16, Contact)| order(&a.1, &b.1).is_eq();
    let fates = unique::fates(&rows, alike, alike);
    unique::settle::<Contacts<'_>>(&mut rows, &fates, night, |row| row.0);
    Ok(rows.into_iter().map(|(_, contact)| contact).collect())
}

fn order(a: &Contact, b: &Contact) -> Ordering {
    let when = |c: &Contact| (c.customer, c.contacted_on, c.opened_on, c.resolved_on, c.complaint, c.channel);
    let texts = |c: &Contact| (c.manager_id.clone(), c.list.clone(), c.outcome.clone());
    let survey = |c: &Contact| c.satisfaction.map(f64::to_bits);
    when(a).cmp(&when(b)).then_with(|| texts(a).cmp(&texts(b))).then_with(|| survey(a).cmp(&survey(b)))
}
