//! Contacts from both sides: the bank's own, and those that managers wrote into their workbooks.
//!
//! Grain: a contact; one that both tell counts once. It is known by its customer and its day, and by manager and list as far
//! as both name them. The bank's row counts, with what a workbook adds to it; a complaint that either tells is kept.

use super::versions::Dimension;
use crate::contract::{Contact, NOT_REACHED};

/// All contacts, ascending by customer and day; `own` must be so already.
pub(super) fn told_once(mut own: Vec<Contact>, written: Vec<Contact>) -> Vec<Contact> {
    let mut others = Vec::new();
    for contact in written {
        match told_by(&mut own, &contact) {
            Some(known) => take_over(known, contact),
            None => others.push(contact),
        }
    }
    own.extend(others);
    own.sort_by(Dimension::compare);
    own
}

/// The bank's row of the same contact: of several of that day the one that says most of the same.
fn told_by<'o>(own: &'o mut [Contact], written: &Contact) -> Option<&'o mut Contact> {
    let place = |contact: &Contact| (contact.customer, contact.contacted_on);
    let from = own.partition_point(|known| place(known) < place(written));
    let of_day = own[from..].iter_mut().take_while(|known| place(known) == place(written));
    let may_be_it = |known: &&mut Contact| {
        !is_a_second_try(known, written)
            && may_be_equal(known.manager_id.as_deref(), written.manager_id.as_deref())
            && may_be_equal(known.list.as_deref(), written.list.as_deref())
    };
    let agreement =
        |known: &&mut Contact| (known.list == written.list, known.manager_id == written.manager_id);
    of_day.filter(may_be_it).max_by_key(agreement)
}

/// Whether the bank's row is of a call that reached nobody, and the workbook's of one that did.
fn is_a_second_try(known: &Contact, written: &Contact) -> bool {
    let missed = |contact: &Contact| contact.outcome.as_deref() == Some(NOT_REACHED);
    missed(known) && written.outcome.is_some() && !missed(written)
}

/// Where either says nothing, nothing is against it.
fn may_be_equal(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// Adds to the bank's row what it leaves out.
fn take_over(known: &mut Contact, written: Contact) {
    if written.is_complaint() && !known.is_complaint() {
        if known.complaint == Some(false) {
            // Days of something that was no complaint.
            (known.opened_on, known.resolved_on) = (None, None);
        }
        (known.complaint, known.outcome) = (None, None);
    }
    known.manager_id = known.manager_id.take().or(written.manager_id);
    known.channel = known.channel.or(written.channel);
    known.list = known.list.take().or(written.list);
    known.outcome = known.outcome.take().or(written.outcome);
    known.remark = known.remark.take().or(written.remark);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::complaint_open_since;
    use crate::date::Date;

    fn text(field: &str) -> Option<Box<str>> {
        Some(field).filter(|field| *field != "-").map(Into::into)
    }

    /// `customer day manager list outcome`, then the bank's `complaint resolved`; `-` for what is not told.
    fn contacts(lines: &str) -> Vec<Contact> {
        let contact = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().chain(["-"; 7]).take(7).collect();
            Contact {
                manager_id: text(fields[2]),
                list: text(fields[3]),
                outcome: text(fields[4]),
                complaint: text(fields[5]).map(|complaint| &*complaint == "Y"),
                resolved_on: text(fields[6]).map(|day| Date(day.parse().unwrap())),
                ..Contact::known_by(fields[0].parse().unwrap(), Date(fields[1].parse().unwrap()))
            }
        };
        let mut contacts: Vec<Contact> =
            lines.split(';').filter(|line| !line.is_empty()).map(contact).collect();
        contacts.sort_by(Dimension::compare);
        contacts
    }

    fn shown(contacts: &[Contact]) -> String {
        let text = |text: &Option<Box<str>>| text.as_deref().unwrap_or("-").to_owned();
        let line = |contact: &Contact| {
            let fields = [&contact.manager_id, &contact.list, &contact.outcome].map(text).join(" ");
            let complaint = contact.complaint.map_or("-", |complaint| if complaint { "Y" } else { "N" });
            let resolved = contact.resolved_on.map_or("-".to_owned(), |on| on.0.to_string());
            format!("{} {} {fields} {complaint} {resolved}", contact.customer, contact.contacted_on.0)
        };
        contacts.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_contact_is_known_by_customer_and_day_and_by_what_both_sides_name() {
        // The bank's rows, the workbooks', and what is known.
        let cases = [
            ("", "1 5 M a sale", "1 5 M a sale - -"),
            ("1 5 M a appointment", "1 5 M a sale", "1 5 M a appointment - -"),
            ("1 5 M a -", "1 5 M a sale", "1 5 M a sale - -"),
            ("1 5 - - reached", "1 5 M a sale", "1 5 M a reached - -"),
            ("1 5 M - -", "1 5 M a sale", "1 5 M a sale - -"),
            ("1 5 M a -", "1 5 - a sale", "1 5 M a sale - -"),
            // Another day, customer, list or manager is another contact.
            ("1 4 - - reached", "1 5 M a sale", "1 4 - - reached - -; 1 5 M a sale - -"),
            ("2 5 - - reached", "1 5 M a sale", "1 5 M a sale - -; 2 5 - - reached - -"),
            ("1 5 M b reached", "1 5 M a sale", "1 5 M a sale - -; 1 5 M b reached - -"),
            ("1 5 N - reached", "1 5 M a sale", "1 5 M a sale - -; 1 5 N - reached - -"),
            // Called in vain, and again.
            ("1 5 - - not_reached", "1 5 M a sale", "1 5 - - not_reached - -; 1 5 M a sale - -"),
            ("1 5 - - not_reached", "1 5 M a not_reached", "1 5 M a not_reached - -"),
            // The row that says the same is the one; a row is told of by one workbook alone.
            ("1 5 - - x;1 5 M a y", "1 5 M a sale", "1 5 - - x - -; 1 5 M a y - -"),
            ("1 5 M - x", "1 5 M a sale;1 5 M b declined", "1 5 M a x - -; 1 5 M b declined - -"),
        ];
        for (own, written, known) in cases {
            assert_eq!(shown(&told_once(contacts(own), contacts(written))), known, "{own} | {written}");
        }
    }

    #[test]
    fn a_complaint_that_either_side_tells_is_kept() {
        let cases = [
            // The bank's row says no complaint, and whatever it closed on that day was none.
            ("1 5 M a reached N", "1 5 M a complaint", "1 5 M a complaint - -", Some(5)),
            ("1 5 - - - N 6", "1 5 M a complaint", "1 5 M a complaint - -", Some(5)),
            ("1 5 M a reached", "1 5 M a complaint", "1 5 M a complaint - -", Some(5)),
            // It knows of it, or resolved it.
            ("1 5 M a reached Y", "1 5 M a complaint", "1 5 M a reached Y -", Some(5)),
            ("1 5 M a reached Y 7", "1 5 M a complaint", "1 5 M a reached Y 7", None),
            ("1 5 M a - - 7", "1 5 M a complaint", "1 5 M a complaint - 7", None),
            ("1 5 M a - Y", "1 5 M a reached", "1 5 M a reached Y -", Some(5)),
        ];
        for (own, written, known, since) in cases {
            let all = told_once(contacts(own), contacts(written));
            assert_eq!(shown(&all), known, "{own} | {written}");
            assert_eq!(complaint_open_since(&all, Date(9)), since.map(Date), "{own} | {written}");
        }
    }

    #[test]
    fn the_remark_of_a_workbook_stays_with_the_banks_row() {
        let written = contacts("1 5 M a sale").into_iter();
        let written = written.map(|contact| Contact { remark: text("after-six"), ..contact }).collect();
        assert_eq!(told_once(contacts("1 5 - - reached"), written)[0].remark, text("after-six"));
    }
}
