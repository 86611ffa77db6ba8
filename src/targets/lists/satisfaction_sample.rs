//! `satisfaction_sample`: whom to ask how satisfied he is: a low answer, a complaint that was settled, one who declined
//! and was left alone since, and a few drawn by lot each quarter. Who declined is asked for some months, and until he is
//! reached again, whatever he says then.

use super::{Candidate, List, Night, of_rows};
use crate::contract::{Contact, complaint_settled_on};
use crate::date::Date;
use crate::targets::holdout::{in_quarter, lot};

/// The outcome of a contact that was turned down; see `outcome` in the labels.
const DECLINED: &str = "declined";

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    let draw = in_quarter("satisfaction", night.as_of());
    of_rows(night, |row| candidate(night, row, &draw))
}

/// Graver causes stand first.
fn candidate(night: &Night<'_>, row: usize, draw: &str) -> Option<Candidate> {
    let causes =
        [low_answer(night, row), resolved(night, row), estranged(night, row), drawn(night, row, draw)];
    let grave = causes.iter().rev().zip(1u8..).filter(|(cause, _)| cause.is_some()).map(|(_, grave)| grave);
    let order = f64::from(grave.max()?);
    let reasons: Vec<String> = causes.into_iter().flatten().collect();
    Some(Candidate::new(row, List::SatisfactionSample, order, reasons))
}

fn newest<'a>(night: &Night<'a>, row: usize, is_meant: impl Fn(&Contact) -> bool) -> Option<&'a Contact> {
    night.contacts(row).iter().rev().find(|contact| is_meant(contact))
}

/// Whether `on` is recent, and nobody has reached him after it.
fn is_to_follow_up(night: &Night<'_>, row: usize, on: Date) -> bool {
    (0..=night.config.lists.follow_up_days).contains(&(night.as_of() - on))
        && !night.was_reached_since(row, on.plus_days(1))
}

fn low_answer(night: &Night<'_>, row: usize) -> Option<String> {
    let contact = newest(night, row, |contact| contact.satisfaction.is_some())?;
    let score = contact.satisfaction.filter(|score| *score <= night.config.lists.satisfaction_low)?;
    let (score, date) = (score.to_string(), contact.contacted_on.to_string());
    is_to_follow_up(night, row, contact.contacted_on)
        .then(|| night.reason("satisfaction_low", &[("score", &score), ("date", &date)]))
}

fn resolved(night: &Night<'_>, row: usize) -> Option<String> {
    let on = complaint_settled_on(night.contacts(row), night.as_of())?;
    is_to_follow_up(night, row, on)
        .then(|| night.reason("satisfaction_follow_up", &[("date", &on.to_string())]))
}

fn estranged(night: &Night<'_>, row: usize) -> Option<String> {
    let has_declined = |contact: &&Contact| contact.outcome.as_deref() == Some(DECLINED);
    let mut reached = night.reached(row);
    let on = reached.next().filter(has_declined)?.contacted_on;
    let before = reached.find(|contact| contact.contacted_on < on).filter(has_declined);
    let span = night.config.lists.estranged_days;
    let was_asked = before.is_some_and(|before| is_within(span, on - before.contacted_on));
    (is_within(span, night.as_of() - on) && !was_asked)
        .then(|| night.reason("satisfaction_estranged", &[("date", &on.to_string())]))
}

fn is_within([first, last]: [i32; 2], days: i32) -> bool {
    (first..=last).contains(&days)
}

/// By lot, the same customers all quarter, unless one was reached in it.
fn drawn(night: &Night<'_>, row: usize, draw: &str) -> Option<String> {
    let is_drawn = lot(draw, &night.customer(row).customer_id) < night.config.lists.sample_share;
    let reached = || night.last_contact(row).is_some_and(|on| in_quarter("satisfaction", on) == draw);
    (is_drawn && !reached()).then(|| night.reason("satisfaction_random", &[]))
}
