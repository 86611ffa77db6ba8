//! Customers: one row per `customer_id`, as known tonight.
//!
//! Reads: the export of customers; where `opened_on` follows from the first account, the export of accounts before it.
//! Grain: one customer. Never: an order of arrival: of several contents for one id, the last in content order wins
//! until the store keeps their history.

use super::Ingested;
use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::{Field, Fill};
use super::key::{FoldMap, FoldSet, Key};
use super::mapping::Mapping;
use super::table::Drop;
use super::{accounts, unique};
use crate::contract::Customer;
use crate::contract::codes::{CustomerKind, Gender};
use crate::contract::tables::Table;
use crate::date::Date;
use crate::error::Result;
use std::cmp::Ordering;

const NO_ACCOUNT: &str = "no account to date the opening from";

struct Customers {
    fields: Fields,
    /// First opening among a customer's accounts, where `opened_on` follows from it.
    first_opened: FoldMap<Key, Date>,
}

/// Declares the fields of a table, each named as its contract column, and how they are taken from the mapping.
macro_rules! fields {
    ($($name:ident),+ $(,)?) => {
        struct Fields { $($name: Field),+ }

        impl Fields {
            fn new(mapping: &mut Mapping) -> Self {
                Self { $($name: mapping.take(stringify!($name))),+ }
            }
        }
    };
}

fields! {
    customer_id, opened_on, manager_id, branch_id, closed_on, close_reason, birth_date, gender, occupation, education,
    risk_level, card_tier, customer_kind, other_bank_assets, satisfaction, contact_allowed, marketing_allowed,
    deceased, legal_hold, preferred_channel, name, phone,
}

impl Build for Customers {
    type Row = (u16, Customer);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo, delivery: u16) -> Result<Self::Row, Fault> {
        let fields = &self.fields;
        let customer_id = fields.customer_id.required(fields.customer_id.id(row)?)?;
        let kind = fields.customer_kind.code(row, &mut memo.codes[0])?;
        let gender = fields.gender.code(row, &mut memo.codes[1])?;
        let customer = Customer {
            opened_on: self.opened_on(row, &customer_id)?,
            customer_id,
            closed_on: fields.closed_on.date(row)?,
            close_reason: fields.close_reason.text(row)?,
            manager_id: fields.manager_id.id(row)?,
            branch_id: fields.branch_id.id(row)?,
            birth_date: fields.birth_date.date(row)?,
            gender: gender.map(|code| Gender::ALL[usize::from(code)]),
            occupation: fields.occupation.text(row)?,
            education: fields.education.text(row)?,
            risk_level: fields.risk_level.risk_level(row)?,
            card_tier: fields.card_tier.text(row)?,
            kind: kind.map_or(CustomerKind::Individual, |code| CustomerKind::ALL[usize::from(code)]),
            other_bank_assets: fields.other_bank_assets.money(row)?,
            satisfaction: fields.satisfaction.number_within(row, 0.0, 10.0)?,
            contact_allowed: fields.contact_allowed.boolean(row)?,
            marketing_allowed: fields.marketing_allowed.boolean(row)?,
            deceased: fields.deceased.boolean(row)?,
            legal_hold: fields.legal_hold.boolean(row)?,
            preferred_channel: fields.preferred_channel.text(row)?,
            name: fields.name.text(row)?,
            phone: fields.phone.text(row)?,
        };
        Ok((delivery, customer))
    }

    fn id_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.fields.customer_id.key(row).ok().flatten()
    }
}

impl Customers {
    fn opened_on<R: Row>(&self, row: &R, customer_id: &str) -> Result<Date, Fault> {
        let opened_on = &self.fields.opened_on;
        if !matches!(opened_on.fill, Fill::FirstAccount) {
            return opened_on.required(opened_on.date(row)?);
        }
        let first = self.first_opened.get(&Key::of(customer_id.as_bytes()));
        first.copied().ok_or_else(|| opened_on.fault(NO_ACCOUNT))
    }
}

/// Reads the customers: sorted by id, each once; and the ids of the rejected rows.
pub fn read(drop: &Drop<'_>, night: &mut Ingested) -> Result<(Vec<Customer>, FoldSet<Key>)> {
    let opened_on = drop.source(Table::Customers).and_then(|source| source.columns.get("opened_on"));
    let first_opened = match opened_on {
        Some(column) if column.first_account => accounts::first_opened(drop)?,
        _ => FoldMap::default(),
    };
    let builder = |mapping: &mut Mapping| Ok(Customers { fields: Fields::new(mapping), first_opened });
    let (mut rows, rejected) = drop.read_with_rejected(Table::Customers, night, builder)?;
    rows.sort_unstable_by(|a, b| {
        a.1.customer_id.cmp(&b.1.customer_id).then_with(|| content_order(&a.1, &b.1)).then(a.0.cmp(&b.0))
    });
    let same_id = |a: &(u16, Customer), b: &(u16, Customer)| a.1.customer_id == b.1.customer_id;
    let fates = unique::fates(&rows, same_id, |a, b| content_order(&a.1, &b.1).is_eq());
    unique::settle::<Customers>(&mut rows, &fates, night, |row| row.0);
    Ok((rows.into_iter().map(|(_, customer)| customer).collect(), rejected))
}

/// An order of everything but the id; it means nothing, except that it is always the same.
fn content_order(a: &Customer, b: &Customer) -> Ordering {
    let state = |c: &Customer| {
        (c.opened_on, c.closed_on, c.deceased, c.legal_hold, c.contact_allowed, c.marketing_allowed, c.kind)
    };
    let person = |c: &Customer| {
        (c.birth_date, c.gender, c.risk_level, c.other_bank_assets, c.satisfaction.map(f64::to_bits))
    };
    let texts = |c: &'_ Customer| {
        let texts = [&c.manager_id, &c.branch_id, &c.close_reason, &c.occupation, &c.education];
        let more = [&c.card_tier, &c.preferred_channel, &c.name, &c.phone];
        texts.into_iter().chain(more).cloned().collect::<Vec<_>>()
    };
    state(a).cmp(&state(b)).then_with(|| person(a).cmp(&person(b))).then_with(|| texts(a).cmp(&texts(b)))
}
