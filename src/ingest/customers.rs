//! Customers: one row of the export to one typed row, with the date from which it describes the customer if it says so.
//!
//! Reads: the export of customers; where `opened_on` follows from the first account, the export of accounts before it.
//! Grain: one line. Which row is in force when is the store's business.

use super::build::{Build, Memo};
use super::cell::{Fault, Row};
use super::field::{Field, Fill};
use super::mapping::Mapping;
use crate::contract::Customer;
use crate::contract::codes::{CustomerKind, Gender};
use crate::contract::key::{FoldMap, Key};
use crate::date::Date;
use crate::ingest::reasons::{BORN_LATER, CLOSED_EARLIER, NO_ACCOUNT, TOO_OLD};
use crate::store::tombstones::Tombstones;
use std::sync::Arc;

/// Never kept: such a row is no reject.
const PURGED: &str = "a customer who was taken out for good";

pub struct Customers {
    fields: Fields,
    /// First opening among a customer's accounts, where `opened_on` follows from it.
    first_opened: FoldMap<Key, Date>,
    tombstones: Arc<Tombstones>,
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
    deceased, legal_hold, preferred_channel, name, phone, updated_on,
}

impl Build for Customers {
    type Row = (Option<Date>, Customer);

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
        let fields = &self.fields;
        let customer_id = fields.customer_id.required(fields.customer_id.id(row)?)?;
        if self.tombstones().is_some_and(|gone| gone.has_customer(Key::of(customer_id.as_bytes()))) {
            return Err(fields.customer_id.fault(PURGED));
        }
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
        self.check_dates(&customer)?;
        Ok((fields.updated_on.date(row)?, customer))
    }

    fn id_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.fields.customer_id.key(row).ok().flatten()
    }

    fn tombstones(&self) -> Option<&Tombstones> {
        self.tombstones.any()
    }

    fn is_purged<R: Row>(&self, row: &R) -> bool {
        self.id_key(row).is_some_and(|id| self.tombstones.has_customer(id))
    }
}

/// Nobody has lived longer than 122 years; beyond this a birth date is a mistake.
const AGE_YEARS_MAX: i32 = 130;

impl Customers {
    /// Dates that contradict each other; an institution may be older than a person.
    fn check_dates(&self, customer: &Customer) -> Result<(), Fault> {
        let opened_on = customer.opened_on;
        if customer.closed_on.is_some_and(|closed| closed < opened_on) {
            return Err(self.fields.closed_on.fault(CLOSED_EARLIER));
        }
        let Some(born) = customer.birth_date.filter(|_| customer.kind == CustomerKind::Individual) else {
            return Ok(());
        };
        if born > opened_on {
            return Err(self.fields.birth_date.fault(BORN_LATER));
        }
        let is_too_old = born.full_years_until(opened_on) > AGE_YEARS_MAX;
        if is_too_old { Err(self.fields.birth_date.fault(TOO_OLD)) } else { Ok(()) }
    }

    fn opened_on<R: Row>(&self, row: &R, customer_id: &str) -> Result<Date, Fault> {
        let opened_on = &self.fields.opened_on;
        if !matches!(opened_on.fill, Fill::FirstAccount) {
            return opened_on.required(opened_on.date(row)?);
        }
        let first = self.first_opened.get(&Key::of(customer_id.as_bytes()));
        first.copied().ok_or_else(|| opened_on.fault(NO_ACCOUNT))
    }
}

/// What reads the rows of a file, with the fields taken from the mapping; `first_opened` is needed only where the
/// opening follows from the first account.
pub fn builder(
    mapping: &mut Mapping,
    first_opened: FoldMap<Key, Date>,
    tombstones: Arc<Tombstones>,
) -> Customers {
    Customers { fields: Fields::new(mapping), first_opened, tombstones }
}
