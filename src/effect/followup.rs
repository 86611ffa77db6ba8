//! What became of every assignment: whether the customer was reached, whether he accepted, and whether the event came
//! about, where that is known.
//!
//! Contacts are in memory; the rows of customers whose assignment has matured are read in one walk over the store, in
//! none where nobody's has.

use super::ledger::{Assignment, Ledger};
use super::outcome::{days_to_mature, event};
use crate::config::Config;
use crate::contract::Contact;
use crate::date::Date;
use crate::error::Result;
use crate::store::{Bank, CustomerHistory};

/// What became of one assignment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Followup {
    pub reached: bool,
    pub accepted: bool,
    pub event: Event,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Event {
    #[default]
    NotKnownYet,
    CameAbout,
    DidNot,
    /// No decision of the customer's, or a customer of whom nothing is known any more.
    DoesNotCount,
}

impl From<Option<bool>> for Event {
    fn from(event: Option<bool>) -> Self {
        event.map_or(Event::DoesNotCount, |event| if event { Event::CameAbout } else { Event::DidNot })
    }
}

/// One per row of the ledger.
///
/// # Errors
/// Kind `Internal` where a file of the store is missing or damaged.
pub(super) fn follow_up(bank: &Bank, ledger: &Ledger, as_of: Date, config: &Config) -> Result<Vec<Followup>> {
    let mut followups = vec![Followup::default(); ledger.rows().len()];
    // Number of the customer and place in the ledger, of those that have matured.
    let mut matured: Vec<(u32, usize)> = Vec::new();
    for (place, (row, followup)) in ledger.rows().iter().zip(&mut followups).enumerate() {
        let index = bank.index_of(&row.customer_id);
        let contacts = index.map_or(&[][..], |index| bank.contacts(index));
        (followup.reached, followup.accepted) = reached_and_accepted(row, contacts, as_of, config);
        if row.assigned_on.plus_days(days_to_mature(config)) <= as_of {
            followup.event = Event::DoesNotCount;
            matured.extend(index.map(|index| (index, place)));
        }
    }
    if matured.is_empty() {
        return Ok(followups);
    }
    matured.sort_unstable();
    let of_customer = |history: &CustomerHistory<'_>| {
        let from = matured.partition_point(|(index, _)| *index < history.index);
        let own = matured[from..].iter().take_while(|(index, _)| *index == history.index);
        let outcome = |place: usize| event(&ledger.rows()[place], history, bank.calendar(), as_of, config);
        own.map(|(_, place)| (*place, Event::from(outcome(*place)))).collect::<Vec<_>>()
    };
    for (place, event) in bank.map(of_customer)?.into_iter().flatten() {
        followups[place].event = event;
    }
    Ok(followups)
}

/// By contacts within the horizon that speak of this list or of none. One without an outcome counts as reached, as it
/// does for the last contact.
fn reached_and_accepted(
    row: &Assignment,
    contacts: &[Contact],
    as_of: Date,
    config: &Config,
) -> (bool, bool) {
    let last = row.assigned_on.plus_days(config.effect.horizon_days).min(as_of);
    let is_about = |contact: &&Contact| {
        (row.assigned_on..=last).contains(&contact.contacted_on)
            && contact.list.as_deref().is_none_or(|list| *list == *row.list)
    };
    let is_one_of = |outcome: Option<&str>, codes: &[String]| codes.iter().any(|code| outcome == Some(code));
    let reached =
        |contact: &Contact| !is_one_of(contact.outcome.as_deref(), &config.lists.not_reached_outcomes);
    let accepted =
        |contact: &Contact| is_one_of(contact.outcome.as_deref(), &config.effect.accepted_outcomes);
    let own = || contacts.iter().filter(is_about);
    (own().any(reached), own().any(accepted))
}
