//! One row of a manager's list: nothing filled in, a contact, or what is wrong with it.

use super::cells::Cell;
use super::header::{CONTACTED_ON, CUSTOMER_ID, Header, OUTCOME, RANK, REMARK};
use super::identity::Identity;
use super::listed::{Listed, ManagerRows};
use crate::config::Profile;
use crate::date::Date;
use crate::labels::{Labels, Language, OUTCOMES};
use crate::privacy::Privacy;
use crate::publish::workbook;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a manager wrote of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub rank: i32,
    pub customer_id: String,
    pub list: String,
    pub contacted_on: Date,
    /// One of [`OUTCOMES`].
    pub outcome: Option<&'static str>,
    /// On one line.
    pub remark: Option<String>,
}

/// Why a row is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Key of `[column]`.
    pub column: &'static str,
    pub reason: &'static str,
    pub hint: Cow<'static, str>,
}

const fn fault(column: &'static str, reason: &'static str, hint: &'static str) -> Fault {
    Fault { column, reason, hint: Cow::Borrowed(hint) }
}

const WRITTEN_OVER: &str =
    "enter results into the workbook as it was handed out; rows may be sorted, not renumbered";

/// What rows are read against.
pub struct Context<'a> {
    pub header: &'a Header,
    pub identity: &'a Identity,
    pub listed: &'a ManagerRows,
    /// The newest date of the store.
    pub newest: Date,
    /// Holds the key of the workbook's pseudonyms; `None` where it has none, or where the key is another by now.
    pub pseudonyms: Option<&'a Privacy>,
}

impl Context<'_> {
    /// `None` where nothing was filled in.
    pub fn read(&self, cells: &BTreeMap<u32, Cell>) -> Result<Option<Filled>, Fault> {
        let cell = |code| self.header.cell(cells, code);
        let (contacted_on, outcome, remark) = (cell(CONTACTED_ON), cell(OUTCOME), cell(REMARK));
        if contacted_on.is_none() && outcome.is_none() && remark.is_none() {
            return Ok(None);
        }
        let formula = [RANK, CUSTOMER_ID, CONTACTED_ON, OUTCOME, REMARK]
            .into_iter()
            .find(|code| cell(code) == Some(&Cell::Formula));
        if let Some(column) = formula {
            return Err(fault(column, "a formula", "enter a value in its place"));
        }
        let (rank, listed) = self.listed(cell(RANK))?;
        self.check_id(cell(CUSTOMER_ID), &listed.customer_id)?;
        Ok(Some(Filled {
            rank,
            customer_id: listed.customer_id.clone(),
            list: listed.list.clone(),
            contacted_on: self.contacted_on(contacted_on, outcome.is_some())?,
            outcome: outcome.map(outcome_code).transpose()?,
            remark: remark.and_then(on_one_line),
        }))
    }

    fn listed(&self, rank: Option<&Cell>) -> Result<(i32, &Listed), Fault> {
        let number = match rank {
            Some(Cell::Number(number)) => Some(*number),
            Some(Cell::Text(text)) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let number = number.ok_or(fault(RANK, "no number of the list", WRITTEN_OVER))?;
        let known = self.listed.iter().find(|(rank, _)| f64::from(**rank) == number);
        let (rank, listed) = known.ok_or(fault(RANK, "no such number on this list", WRITTEN_OVER))?;
        if listed.held_out {
            return Err(fault(RANK, "a number that stood in no workbook", WRITTEN_OVER));
        }
        Ok((*rank, listed))
    }

    /// A pseudonym whose key is not at hand cannot be told: the number alone says then whom the row is about.
    fn check_id(&self, shown: Option<&Cell>, customer_id: &str) -> Result<(), Fault> {
        let as_written = match (self.identity.profile, self.pseudonyms) {
            (Profile::Pseudonymous, None) => return Ok(()),
            (Profile::Pseudonymous, Some(privacy)) => privacy.customer_id(customer_id),
            (Profile::Full | Profile::Masked, _) => customer_id.into(),
        };
        let as_written = workbook::as_shown(&as_written);
        if matches!(shown, Some(Cell::Text(text)) if *text == as_written) {
            return Ok(());
        }
        Err(fault(CUSTOMER_ID, "another customer than the list has under this number", WRITTEN_OVER))
    }

    fn contacted_on(&self, cell: Option<&Cell>, has_outcome: bool) -> Result<Date, Fault> {
        let on = match cell {
            None if has_outcome => return Err(self.no_day("an outcome without a day")),
            None => return Err(self.no_day("a remark without a day")),
            Some(Cell::Day(day)) => Some(*day),
            Some(Cell::Text(text)) => day(text.trim()),
            Some(_) => None,
        };
        let on = on.ok_or_else(|| self.no_day("no day"))?;
        if on < self.identity.as_of {
            return Err(self.no_day("a day before the list's own"));
        }
        if on > self.newest {
            let mut fault = self.no_day("a day later than the newest of the store");
            fault.hint += ", or read the workbook again once that day's exports are taken in";
            return Err(fault);
        }
        Ok(on)
    }

    /// With a day that would do: the newest of the store.
    fn no_day(&self, reason: &'static str) -> Fault {
        let hint = format!("enter a day from {} on, such as {}", self.identity.as_of, self.newest);
        Fault { column: CONTACTED_ON, reason, hint: hint.into() }
    }
}

fn outcome_code(cell: &Cell) -> Result<&'static str, Fault> {
    let unknown = fault(OUTCOME, "no known outcome", "choose one from the list in the cell");
    let Cell::Text(text) = cell else { return Err(unknown) };
    let text = text.trim();
    let means = |code: &&'static str| {
        Language::ALL.into_iter().any(|language| Labels::of(language).text("outcome", code) == text)
    };
    OUTCOMES.into_iter().find(means).ok_or(unknown)
}

/// What stands in a cell, without line breaks and what cannot be seen; `None` where nothing is left.
fn on_one_line(cell: &Cell) -> Option<String> {
    let shown = workbook::as_shown(&cell.shown());
    let words: Vec<&str> = shown.split_whitespace().collect();
    Some(words.join(" ")).filter(|text| !text.is_empty())
}

/// A day that was typed into a cell which keeps texts: `2026-11-02`, `2026/11/2`, `2026年11月2日`.
fn day(text: &str) -> Option<Date> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '年', '月']).collect();
    let [year, month, day] = parts[..] else { return None };
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let is_number = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    Date::from_ymd(number(year, 4..=4)?.cast_signed(), number(month, 1..=2)?, number(day, 1..=2)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_day_is_read_as_people_here_write_it_and_nothing_else_is() {
        let on = Date::parse_iso("2026-11-02");
        for text in ["2026-11-02", "2026-11-2", "2026/11/2", "2026年11月2日"] {
            assert_eq!(day(text), on, "{text}");
        }
        for text in
            ["11/02/2026", "2.11.2026", "20261102", "2026-02-30", "26-11-02", "2026-11", "today", "+026-1-1"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn who_is_held_out_stood_in_no_workbook_and_a_veiled_id_is_not_compared() {
        let text = |text: &str| Cell::Text(text.into());
        let header_row = ["#", "Customer", "Contacted on", "Outcome"];
        let cells = |texts: [Cell; 4]| (0u32..).zip(texts).collect::<BTreeMap<u32, Cell>>();
        let header = Header::find(&BTreeMap::from([(0, cells(header_row.map(text)))])).unwrap();
        let listed = |held_out| Listed { customer_id: "C1".into(), list: "retention".into(), held_out };
        let listed = ManagerRows::from([(1, listed(false)), (2, listed(true))]);
        let read = |profile, rank: f64, id: &str| {
            let (as_of, newest) =
                (Date::parse_iso("2026-10-31").unwrap(), Date::parse_iso("2026-11-02").unwrap());
            let identity = Identity { as_of, manager_id: "M1".into(), run_id: "r".into(), profile };
            let context =
                Context { header: &header, identity: &identity, listed: &listed, newest, pseudonyms: None };
            let filled =
                context.read(&cells([Cell::Number(rank), text(id), text("2026-11-02"), text("Sale")]));
            filled.map(|filled| filled.unwrap().customer_id).map_err(|fault| fault.column)
        };
        assert_eq!(read(Profile::Full, 1.0, "C1"), Ok("C1".into()));
        assert_eq!(read(Profile::Full, 1.0, "C*"), Err(CUSTOMER_ID));
        assert_eq!(read(Profile::Pseudonymous, 1.0, "C*"), Ok("C1".into()));
        assert_eq!(read(Profile::Pseudonymous, 2.0, "C*"), Err(RANK));
    }

    #[test]
    fn a_remark_is_whatever_stands_there_on_one_line() {
        let remark = |cell: Cell| on_one_line(&cell);
        let text = |text: &str| remark(Cell::Text(text.into()));
        assert_eq!(text(" after\n six,\r\n\u{7}not before "), Some("after six, not before".into()));
        assert_eq!(text("明天\u{3000}再打"), Some("明天 再打".into()));
        assert_eq!((text("\u{7}\n"), remark(Cell::Number(13.5))), (None, Some("13.5".into())));
        assert_eq!(remark(Cell::Day("2026-11-02".parse().unwrap())), Some("2026-11-02".into()));
    }

    #[test]
    fn an_outcome_is_a_label_of_either_language() {
        let code = |text: &str| outcome_code(&Cell::Text(text.into())).ok();
        assert_eq!(
            (code("Sale"), code("已成交"), code(" Sale ")),
            (Some("sale"), Some("sale"), Some("sale"))
        );
        assert_eq!((code("sale"), code("Sold"), outcome_code(&Cell::Number(1.0)).ok()), (None, None, None));
    }
}
