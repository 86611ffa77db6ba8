//! Complaints among a customer's contacts: which is open on a date, and which was settled by then.
//!
//! A complaint is told by its own column, with the day of its resolution, or by the outcome of a contact alone, which is
//! all that a workbook has. Grain: the contacts of one customer. Never: looks at anything after the date.

use super::Contact;
use crate::date::Date;

/// Outcomes and the list that the workbooks know; see `crate::labels`.
const COMPLAINT: &str = "complaint";
pub const NOT_REACHED: &str = "not_reached";
const COMPLAINT_FOLLOWUP: &str = "complaint_followup";
/// Outcomes of who was spoken to and did not complain. A contact that says of no list must have one of them to be an
/// answer: what a bank's own words mean is not known.
const ANSWERS: [&str; 4] = ["reached", "appointment", "sale", "declined"];

impl Contact {
    /// A complaint by its own column; where that is empty, by the outcome.
    pub fn is_complaint(&self) -> bool {
        self.complaint.unwrap_or_else(|| self.outcome.as_deref() == Some(COMPLAINT))
    }

    /// Whether it is the answer to a complaint, as far as it says: its follow-up, or a contact under no list, by which
    /// he was reached and did not complain again.
    fn is_answer(&self) -> bool {
        let outcome = self.outcome.as_deref().filter(|_| !self.is_complaint());
        outcome.is_some_and(|outcome| match self.list.as_deref() {
            Some(COMPLAINT_FOLLOWUP) => ![COMPLAINT, NOT_REACHED].contains(&outcome),
            Some(_) => false,
            None => ANSWERS.contains(&outcome),
        })
    }

    /// The day on which it settles a complaint that a contact of `noted_on` brought as its outcome alone: the bank
    /// resolved a complaint of the customer's since, or answered it later.
    fn settles_on(&self, noted_on: Date) -> Option<Date> {
        let resolved = self.resolved_on.filter(|on| self.complaint != Some(false) && *on >= noted_on);
        let answered = Some(self.contacted_on).filter(|on| *on > noted_on && self.is_answer());
        resolved.into_iter().chain(answered).min()
    }
}

/// The day by `date` on which `complaint` was settled: by its own resolution, and where its outcome alone tells it, by
/// any of the customer's `contacts`.
fn settled_on(complaint: &Contact, contacts: &[Contact], date: Date) -> Option<Date> {
    let others = contacts.iter().filter(|_| complaint.complaint.is_none());
    let by_others = others.filter_map(|other| other.settles_on(complaint.contacted_on));
    complaint.resolved_on.into_iter().chain(by_others).filter(|on| *on <= date).min()
}

fn complaints_until(contacts: &[Contact], date: Date) -> impl Iterator<Item = &Contact> {
    contacts.iter().filter(move |contact| contact.contacted_on <= date && contact.is_complaint())
}

/// Since when the oldest complaint among a customer's `contacts` is open on `date`.
pub fn complaint_open_since(contacts: &[Contact], date: Date) -> Option<Date> {
    complaints_until(contacts, date)
        .filter(|complaint| settled_on(complaint, contacts, date).is_none())
        .map(|complaint| complaint.opened_on.unwrap_or(complaint.contacted_on))
        .min()
}

/// The last day by `date` on which one of his complaints was settled.
pub fn complaint_settled_on(contacts: &[Contact], date: Date) -> Option<Date> {
    complaints_until(contacts, date).filter_map(|complaint| settled_on(complaint, contacts, date)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Date> {
        Some(text).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap())
    }

    /// `contacted_on list outcome complaint resolved_on`, `-` for what is not told.
    fn contact(line: &str) -> Contact {
        let fields: Vec<&str> = line.split(' ').map(|field| if field == "-" { "" } else { field }).collect();
        let [on, list, outcome, complaint, resolved_on] = fields[..] else { panic!("{line}") };
        let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Into::into);
        Contact {
            list: text(list),
            outcome: text(outcome),
            complaint: text(complaint).map(|complaint: Box<str>| &*complaint == "Y"),
            resolved_on: day(resolved_on),
            ..Contact::known_by(0, on.parse().unwrap())
        }
    }

    /// What else is known, the date, and the day by which the complaint of 10 October is settled on it.
    type Case<'a> = (&'a str, &'a str, &'a str);

    #[test]
    fn a_complaint_noted_as_an_outcome_is_open_until_it_is_answered_or_resolved() {
        let cases: &[Case<'_>] = &[
            ("", "2026-10-31", ""),
            ("2026-10-12 complaint_followup reached - -", "2026-10-11", ""),
            ("2026-10-12 complaint_followup reached - -", "2026-10-12", "2026-10-12"),
            // In whatever words of the bank's, as long as they say something.
            ("2026-10-12 complaint_followup settled - -", "2026-10-31", "2026-10-12"),
            ("2026-10-12 complaint_followup not_reached - -", "2026-10-31", ""),
            ("2026-10-12 complaint_followup - - -", "2026-10-31", ""),
            ("2026-10-12 complaint_followup complaint - -", "2026-10-31", ""),
            ("2026-10-12 complaint_followup reached Y -", "2026-10-31", ""),
            // About something else.
            ("2026-10-12 cross_sell sale - -", "2026-10-31", ""),
            // Exports without lists: whoever was spoken to since, and did not complain again.
            ("2026-10-12 - reached - -", "2026-10-11", ""),
            ("2026-10-12 - reached - -", "2026-10-12", "2026-10-12"),
            ("2026-10-12 - declined N -", "2026-10-31", "2026-10-12"),
            ("2026-10-12 - not_reached - -", "2026-10-31", ""),
            ("2026-10-12 - engaged - -", "2026-10-31", ""),
            ("2026-10-12 - - - -", "2026-10-31", ""),
            ("2026-10-10 - reached - -", "2026-10-31", ""),
            ("2026-10-09 - reached - -", "2026-10-31", ""),
            // Resolved by the bank, on a row of a complaint or on one that does not say.
            ("2026-10-11 - - Y 2026-10-20", "2026-10-20", "2026-10-20"),
            ("2026-10-11 - - Y 2026-10-20", "2026-10-19", ""),
            ("2026-10-11 - - - 2026-10-20", "2026-10-31", "2026-10-20"),
            ("2026-10-11 - - N 2026-10-20", "2026-10-31", ""),
            ("2026-10-02 - - Y 2026-10-09", "2026-10-31", "2026-10-09"),
        ];
        for (other, date, settled) in cases {
            let noted = contact("2026-10-10 retention complaint - -");
            let others = Some(*other).filter(|other| !other.is_empty()).map(contact);
            let contacts: Vec<Contact> = std::iter::once(noted.clone()).chain(others).collect();
            let date = date.parse().unwrap();
            assert_eq!(complaint_settled_on(&contacts, date), day(settled), "{other} on {date}");
            let is_open = settled_on(&noted, &contacts, date).is_none();
            let since = complaint_open_since(&contacts, date);
            assert_eq!(since == day("2026-10-10"), is_open, "{other} on {date}: {since:?}");
        }
        assert_eq!(complaint_open_since(&[contact("2026-10-10 - complaint - -")], Date(0)), None);
    }

    #[test]
    fn a_complaint_of_the_banks_own_column_waits_for_its_own_resolution() {
        let contacts = |resolved: &str| {
            let own = format!("2026-10-10 - - Y {resolved}");
            [own.as_str(), "2026-10-12 complaint_followup reached - -"].map(contact)
        };
        let date = "2026-10-31".parse().unwrap();
        assert_eq!(complaint_open_since(&contacts("-"), date), day("2026-10-10"));
        assert_eq!(complaint_settled_on(&contacts("-"), date), None);
        assert_eq!(complaint_open_since(&contacts("2026-10-20"), date), None);
        assert_eq!(complaint_settled_on(&contacts("2026-10-20"), date), day("2026-10-20"));
    }

    #[test]
    fn the_column_of_complaints_counts_before_the_outcome() {
        let complains = |line: &str| contact(line).is_complaint();
        assert!(complains("2026-10-10 - complaint - -") && complains("2026-10-10 - complaint Y -"));
        assert!(!complains("2026-10-10 - complaint N -") && !complains("2026-10-10 - declined - -"));
    }
}
