//! What a list needs of a bank's deliveries: without it the list is empty, and that is said.

use super::{List, Night};
use crate::contract::tables::Table;
use crate::warning::Warning;

/// Something without which a list cannot be drawn up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Holdings, or a running balance.
    Balances,
    Contacts,
    /// The bank's own contacts, or those of workbooks.
    AnyContacts,
    /// The bank's own complaints, or one that a manager noted.
    Complaints,
    /// A churn model that scores.
    Probabilities,
    /// Value as a margin, from `products.margin_rate`.
    Margin,
    /// As much history as the list looks back over.
    History,
    Column(Table, &'static str),
}

/// Some of a list's customers, who need more than the others.
pub struct Part {
    pub what: &'static str,
    pub need: Need,
}

impl Need {
    pub fn is_met(self, night: &Night<'_>) -> bool {
        match self {
            Need::Balances => {
                night.is_delivered(Table::Holdings, "balance")
                    || night.is_delivered(Table::Transactions, "balance_after")
            }
            Need::Contacts => night.contacts_are_delivered(),
            Need::AnyContacts => {
                night.contacts_are_delivered()
                    || (0..night.n_rows()).any(|row| !night.contacts(row).is_empty())
            }
            Need::Complaints => {
                night.is_delivered(Table::Contacts, "complaint")
                    || (0..night.n_rows()).any(|row| night.complaint_since(row).is_some())
            }
            Need::Probabilities => night.churn.probabilities().iter().any(Option::is_some),
            Need::Margin => night.features.value_basis.is_margin(),
            Need::History => night.lookback.reaches_a_year(),
            Need::Column(table, column) => night.is_delivered(table, column),
        }
    }

    fn name(self) -> String {
        match self {
            Need::Balances => "balances".into(),
            Need::Contacts => "`contacts`".into(),
            Need::AnyContacts => "`contacts`, or those of workbooks".into(),
            Need::Complaints => "`contacts.complaint`, or the outcomes of workbooks".into(),
            Need::Probabilities => "churn probabilities".into(),
            Need::Margin => "`products.margin_rate` and balances".into(),
            Need::History => "the history of a year".into(),
            Need::Column(table, column) => format!("`{}.{column}`", table.name()),
        }
    }
}

/// The warning that a list is not available, where something that it needs is missing.
pub fn unavailable(night: &Night<'_>, list: List, needs: &[Need]) -> Option<Warning> {
    let missing = missing(night, needs)?;
    Some(Warning::ListUnavailable { list: list.code(), missing })
}

/// The warning that a list lacks a part, where the part's own need is not met and those of the list are.
pub fn incomplete(night: &Night<'_>, list: List, needs: &[Need], part: &Part) -> Option<Warning> {
    let missing = missing(night, &[part.need]).filter(|_| needs.iter().all(|need| need.is_met(night)))?;
    Some(Warning::ListIncomplete { list: list.code(), without: part.what, missing })
}

/// What is missing, in words.
fn missing(night: &Night<'_>, needs: &[Need]) -> Option<String> {
    let missing: Vec<String> =
        needs.iter().filter(|need| !need.is_met(night)).map(|need| need.name()).collect();
    (!missing.is_empty()).then(|| missing.join(" and "))
}
