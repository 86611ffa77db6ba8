//! What passes between customer and bank besides money: contacts and complaints.
//!
//! Reads the state of a life, notes the last contact and complaint in it, appends contact rows.

use super::calendar::Month;
use super::codes::{Channel, Outcome, State};
use super::life::Life;
use super::rows::Contact;

/// Contacts a month by wealth (from this many cents): the bank's own cadence, half kept.
const CADENCE: [(f64, f64); 4] =
    [(2_000_000e2, 0.65), (500_000e2, 0.45), (200_000e2, 0.28), (50_000e2, 0.12)];
const CADENCE_SMALL: f64 = 0.025;
/// Chance of a complaint in a month. Most unhappy customers never complain.
const COMPLAINT: f64 = 0.006;
const COMPLAINT_COOLING: f64 = 0.11;
/// Complaints that nobody takes up for months.
const NEGLECTED: f64 = 0.15;

/// One month's contacts and complaints.
pub fn month(life: &mut Life<'_>, month: &Month, out: &mut Vec<Contact>) {
    let until = life.closed.map_or(month.last, |(day, _)| day - 1);
    let from = month.first.max(life.traits.opened);
    if until < from || life.is_dead {
        return;
    }
    contact(life, from, until, month, out);
    complain(life, from, until, month, out);
}

fn contact(life: &mut Life<'_>, from: i32, until: i32, month: &Month, out: &mut Vec<Contact>) {
    let manager = life.traits.manager.map(|m| life.world.bank.managers[m as usize]);
    let skill = manager.map_or(-1.0, |m| m.skill);
    let wealth = life.traits.wealth;
    let usual = CADENCE.iter().find(|tier| wealth >= tier.0).map_or(CADENCE_SMALL, |tier| tier.1);
    // A good manager sees who cools.
    let sees = if life.state == State::Cooling { 1.0 + 0.5 * (1.0 + skill) } else { 1.0 };
    let chance = usual * (1.0 + 0.5 * skill) * sees;
    if !life.traits.wants_contact || manager.is_none() || !life.draws.chance(chance) {
        return;
    }
    let day = life.draws.day(from, until);
    if manager.and_then(|m| m.left_on).is_some_and(|left| left <= day) {
        return;
    }
    let outcome = outcome(life);
    if outcome != Outcome::NotReached {
        life.last_contact = Some(day.min(month.last));
    }
    let asked = outcome != Outcome::NotReached && life.draws.chance(0.3);
    let satisfaction = asked.then(|| satisfaction(life, life.state));
    let list = list(life);
    let channel = if life.draws.chance(0.7) { Channel::Phone } else { Channel::Branch };
    let manager = life.traits.manager;
    let customer = life.traits.index;
    out.push(Contact {
        customer,
        day,
        manager,
        channel,
        list,
        outcome,
        satisfaction,
        opened: None,
        resolved: None,
    });
}

fn outcome(life: &mut Life<'_>) -> Outcome {
    const OUTCOMES: [Outcome; 5] =
        [Outcome::Reached, Outcome::NotReached, Outcome::Appointment, Outcome::Sale, Outcome::Declined];
    let weights = match life.state {
        State::Silent | State::Leaving => [0.2, 0.6, 0.03, 0.0, 0.17],
        State::Cooling => [0.4, 0.3, 0.08, 0.02, 0.2],
        State::Active | State::Settling => [0.5, 0.22, 0.12, 0.06, 0.1],
    };
    OUTCOMES[life.draws.weighted(&weights)]
}

/// 0 to 10, by loyalty, less while he cools or quarrels.
pub fn satisfaction(life: &mut Life<'_>, state: State) -> i32 {
    let mean = if life.traits.is_loyal { 8.3 } else { 6.0 };
    let now = if matches!(state, State::Cooling | State::Leaving) { -1.3 } else { 0.0 };
    (mean + now + 1.25 * life.draws.normal()).round().clamp(0.0, 10.0) as i32
}

fn list(life: &mut Life<'_>) -> Option<&'static str> {
    const LISTS: [&str; 5] = ["contact_due", "maturity", "cross_sell", "occasion", "retention"];
    let retention = if life.state == State::Cooling { 0.3 } else { 0.06 };
    let at = life.draws.weighted(&[0.5, 0.12, 0.15, 0.1, retention]);
    life.draws.chance(0.8).then_some(LISTS[at])
}

fn complain(life: &mut Life<'_>, from: i32, until: i32, month: &Month, out: &mut Vec<Contact>) {
    let chance = match life.state {
        State::Cooling | State::Leaving => COMPLAINT_COOLING,
        State::Silent => 0.0,
        State::Active | State::Settling => COMPLAINT,
    };
    if !life.draws.chance(chance) {
        return;
    }
    let day = life.draws.day(from, until);
    let wait = if life.draws.chance(NEGLECTED) { life.draws.day(60, 300) } else { life.draws.day(0, 20) };
    let end = life.world.months.last().map_or(month.last, |m| m.last);
    // What is resolved after the history ends is still open in the exports.
    let resolved = Some(day + wait).filter(|&resolved| resolved <= end);
    life.complaint = Some((day, resolved));
    out.push(Contact {
        customer: life.traits.index,
        day,
        manager: life.traits.manager,
        channel: if life.draws.chance(0.6) { Channel::Phone } else { Channel::Mobile },
        list: None,
        outcome: Outcome::Complaint,
        satisfaction: life.draws.chance(0.5).then_some(2),
        opened: Some(day),
        resolved,
    });
}
