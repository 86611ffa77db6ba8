//! Typed rows of the contract: what ingest hands over and everything else is computed from.
//!
//! Ids of customers, accounts and products are indices here, so that the long tables stay small.

use super::codes::{Channel, CustomerKind, Gender, Kind, ProductKind, Role};
use crate::date::Date;
use crate::money::Money;

/// "No such row" in an index column.
pub const NONE: u32 = u32::MAX;

/// One customer as known on the date of the delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub customer_id: Box<str>,
    pub opened_on: Date,
    pub closed_on: Option<Date>,
    pub close_reason: Option<Box<str>>,
    pub manager_id: Option<Box<str>>,
    pub branch_id: Option<Box<str>>,
    pub birth_date: Option<Date>,
    pub gender: Option<Gender>,
    pub occupation: Option<Box<str>>,
    pub education: Option<Box<str>>,
    /// 1 (cautious) to 5 (speculative).
    pub risk_level: Option<u8>,
    pub card_tier: Option<Box<str>>,
    pub kind: CustomerKind,
    /// Assets the customer declares to hold at other banks.
    pub other_bank_assets: Option<Money>,
    /// Survey answer, 0 to 10.
    pub satisfaction: Option<f64>,
    pub contact_allowed: Option<bool>,
    pub marketing_allowed: Option<bool>,
    pub deceased: Option<bool>,
    pub legal_hold: Option<bool>,
    pub preferred_channel: Option<Box<str>>,
    pub name: Option<Box<str>>,
    pub phone: Option<Box<str>>,
}

#[cfg(test)]
impl Customer {
    /// An individual of whom nothing else is known.
    pub fn known_by(customer_id: &str, opened_on: Date) -> Self {
        Self {
            customer_id: customer_id.into(),
            opened_on,
            closed_on: None,
            close_reason: None,
            manager_id: None,
            branch_id: None,
            birth_date: None,
            gender: None,
            occupation: None,
            education: None,
            risk_level: None,
            card_tier: None,
            kind: CustomerKind::Individual,
            other_bank_assets: None,
            satisfaction: None,
            contact_allowed: None,
            marketing_allowed: None,
            deceased: None,
            legal_hold: None,
            preferred_channel: None,
            name: None,
            phone: None,
        }
    }
}

/// A customer as one delivery described him, in force from its date until the next version's.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerVersion {
    pub valid_from: Date,
    pub customer: Customer,
}

/// One account; several rows may carry the same `account_id` with different roles.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub account_id: Box<str>,
    /// Code of the customer in the store.
    pub customer: u32,
    pub role: Role,
    pub opened_on: Option<Date>,
    pub closed_on: Option<Date>,
    pub product_kind: Option<ProductKind>,
}

/// One transaction of a customer as kernels see it: 16 bytes. `contract::delivered` has it as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transaction {
    pub booked_on: Date,
    /// Positive into the customer's account.
    pub amount: Money,
    pub kind: Kind,
    pub product_kind: Option<ProductKind>,
    pub channel: Option<Channel>,
    /// To or from an account of the same person at another bank.
    pub own_account_elsewhere: bool,
}

/// One product of a customer at one snapshot as kernels see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding {
    pub snapshot_on: Date,
    pub product_kind: ProductKind,
    /// Debts positive, told apart by kind.
    pub balance: Money,
    /// Code of the product, or [`NONE`].
    pub product: u32,
    pub started_on: Option<Date>,
    pub matures_on: Option<Date>,
    /// What was paid for it.
    pub cost_basis: Option<Money>,
    pub market_value_change: Option<Money>,
    pub credit_limit: Option<Money>,
}

impl Holding {
    /// Whether the customer has the product: a balance, or a limit that he may draw on.
    pub fn is_held(&self) -> bool {
        let may_be_drawn = || self.credit_limit.is_some_and(|limit| limit > Money(0));
        self.balance > Money(0) || (self.product_kind.is_revolving() && may_be_drawn())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub product_id: Box<str>,
    pub product_kind: ProductKind,
    pub name: Option<Box<str>>,
    /// Yearly margin as a fraction of the balance.
    pub margin_rate: Option<f64>,
    pub risk_level: Option<u8>,
    pub on_sale: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Manager {
    pub manager_id: Box<str>,
    pub name: Option<Box<str>>,
    pub branch_id: Option<Box<str>>,
    /// Contacts he can make in a day.
    pub daily_capacity: Option<u32>,
    pub left_on: Option<Date>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub branch_id: Box<str>,
    pub name: Option<Box<str>>,
    pub parent_id: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Code of the customer in the store.
    pub customer: u32,
    pub contacted_on: Date,
    pub manager_id: Option<Box<str>>,
    pub channel: Option<Channel>,
    pub list: Option<Box<str>>,
    pub outcome: Option<Box<str>>,
    pub satisfaction: Option<f64>,
    pub complaint: Option<bool>,
    pub opened_on: Option<Date>,
    pub resolved_on: Option<Date>,
}

/// Outcomes and the list that the workbooks know; see `crate::labels`.
const COMPLAINT: &str = "complaint";
const NOT_REACHED: &str = "not_reached";
const COMPLAINT_FOLLOWUP: &str = "complaint_followup";

impl Contact {
    /// A complaint by its own column; where that is empty, by the outcome, which is all that a workbook has.
    pub fn is_complaint(&self) -> bool {
        self.complaint.unwrap_or_else(|| self.outcome.as_deref() == Some(COMPLAINT))
    }

    /// Since when the complaint that it brought is open on `date`; `None` where it brought none, or it was resolved.
    pub fn open_complaint_since(&self, date: Date) -> Option<Date> {
        let is_open = self.is_complaint() && self.resolved_on.is_none_or(|resolved| resolved > date);
        is_open.then(|| self.opened_on.unwrap_or(self.contacted_on))
    }

    /// Whether it settles, by `date`, a complaint that a contact of `noted_on` brought as its outcome alone: the bank
    /// resolved a complaint of the customer's since, or its follow-up reached him later and he did not complain again.
    fn settles(&self, noted_on: Date, date: Date) -> bool {
        let is_resolved = self.complaint == Some(true)
            && self.resolved_on.is_some_and(|on| (noted_on..=date).contains(&on));
        let is_answer =
            self.outcome.as_deref().is_some_and(|outcome| ![COMPLAINT, NOT_REACHED].contains(&outcome));
        let is_followed_up = self.list.as_deref() == Some(COMPLAINT_FOLLOWUP) && is_answer;
        is_resolved || (is_followed_up && noted_on < self.contacted_on && self.contacted_on <= date)
    }
}

/// Since when the oldest complaint among a customer's `contacts` is open on `date`. Looks at nothing after it.
pub fn complaint_open_since(contacts: &[Contact], date: Date) -> Option<Date> {
    let known = contacts.iter().filter(|contact| contact.contacted_on <= date);
    let is_settled = |noted: &Contact| {
        noted.complaint.is_none() && contacts.iter().any(|other| other.settles(noted.contacted_on, date))
    };
    known
        .filter_map(|contact| Some((contact, contact.open_complaint_since(date)?)))
        .filter(|(contact, _)| !is_settled(contact))
        .map(|(_, since)| since)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(on: &str, list: Option<&str>, outcome: Option<&str>) -> Contact {
        Contact {
            customer: 0,
            contacted_on: on.parse().unwrap(),
            manager_id: None,
            channel: None,
            list: list.map(Into::into),
            outcome: outcome.map(Into::into),
            satisfaction: None,
            complaint: None,
            opened_on: None,
            resolved_on: None,
        }
    }

    #[test]
    fn a_complaint_noted_as_an_outcome_is_open_until_it_is_answered_or_resolved() {
        let noted = || contact("2026-10-10", Some("retention"), Some("complaint"));
        let open_on = |others: Vec<Contact>, date: &str| {
            let contacts: Vec<Contact> = std::iter::once(noted()).chain(others).collect();
            complaint_open_since(&contacts, date.parse().unwrap()).map(|on| on.to_string())
        };
        let open = || Some("2026-10-10".to_owned());
        let followed_up = |outcome| vec![contact("2026-10-12", Some(COMPLAINT_FOLLOWUP), outcome)];
        assert_eq!(open_on(vec![], "2026-10-09"), None, "not noted yet");
        assert_eq!(open_on(vec![], "2026-10-31"), open());
        assert_eq!(open_on(followed_up(Some("reached")), "2026-10-11"), open(), "not answered yet");
        assert_eq!(open_on(followed_up(Some("reached")), "2026-10-12"), None);
        assert_eq!(open_on(followed_up(Some("not_reached")), "2026-10-31"), open());
        assert_eq!(open_on(followed_up(None), "2026-10-31"), open(), "nobody says what came of it");
        assert_eq!(open_on(followed_up(Some("complaint")), "2026-10-31"), open());
        assert_eq!(
            open_on(vec![contact("2026-10-12", Some("cross_sell"), Some("sale"))], "2026-10-31"),
            open(),
            "about something else"
        );
        let of_the_bank = |resolved: &str| {
            let own = contact("2026-10-11", None, None);
            vec![Contact { complaint: Some(true), resolved_on: Some(resolved.parse().unwrap()), ..own }]
        };
        assert_eq!(open_on(of_the_bank("2026-10-20"), "2026-10-20"), None);
        assert_eq!(open_on(of_the_bank("2026-10-20"), "2026-10-19"), open());
        assert_eq!(open_on(of_the_bank("2026-10-09"), "2026-10-31"), open(), "resolved before");
    }

    #[test]
    fn the_column_of_complaints_counts_before_the_outcome() {
        let complains = |complaint| {
            Contact { complaint, ..contact("2026-10-10", None, Some("complaint")) }.is_complaint()
        };
        assert_eq!([None, Some(true), Some(false)].map(complains), [true, true, false]);
        assert!(!contact("2026-10-10", None, Some("declined")).is_complaint());
    }
}
