//! The date in a file's name, where the pattern does not say where it stands.
//!
//! A day is `YYYY-MM-DD` or `YYYYMMDD`, a month `YYYY-MM` or `YYYYMM`, between characters that are no digits. Months
//! count only where there is no day: a time of day behind a date looks like one. Never: chooses between two dates.

use crate::date::Date;

/// What a name says of its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameDate {
    None,
    Day(Date),
    /// The last day of the month.
    Month(Date),
    /// Different dates; which one counts is not for us to say.
    Several,
}

/// The one date that `name` holds.
pub(super) fn find(name: &str) -> NameDate {
    let name = name.as_bytes();
    match one(name, day) {
        Some(Ok(date)) => NameDate::Day(date),
        Some(Err(())) => NameDate::Several,
        None => match one(name, clear_month) {
            Some(Ok(end)) => NameDate::Month(end),
            Some(Err(())) => NameDate::Several,
            None => NameDate::None,
        },
    }
}

/// What `read` finds where a run of digits starts: nothing, one date, or different ones.
fn one(name: &[u8], read: fn(&[u8], usize) -> Option<Date>) -> Option<Result<Date, ()>> {
    let starts = (0..name.len()).filter(|at| digit(name, *at) && (*at == 0 || !digit(name, at - 1)));
    let mut dates = starts.filter_map(|at| read(name, at));
    let first = dates.next()?;
    Some(if dates.all(|date| date == first) { Ok(first) } else { Err(()) })
}

fn digit(name: &[u8], at: usize) -> bool {
    name.get(at).is_some_and(u8::is_ascii_digit)
}

/// A day at `at` that no digit follows.
fn day(name: &[u8], at: usize) -> Option<Date> {
    let (bytes, date) = day_shape(&name[at..])?;
    date.filter(|_| !digit(name, at + bytes))
}

/// A month at `at` that is no part of a longer date.
fn clear_month(name: &[u8], at: usize) -> Option<Date> {
    let (bytes, end) = month_shape(&name[at..])?;
    let after = at + bytes;
    let goes_on = digit(name, after) || (is_dash(name, after) && digit(name, after + 1));
    let continues = at >= 2 && is_dash(name, at - 1) && digit(name, at - 2);
    let is_number = bytes == 6 && !matches!(&name[at..at + 2], b"19" | b"20");
    end.filter(|_| !goes_on && !continues && !is_number)
}

fn is_dash(name: &[u8], at: usize) -> bool {
    name.get(at) == Some(&b'-')
}

/// The length of what has the shape of a day at the start of `text`, and the day where the calendar has it.
pub(super) fn day_shape(text: &[u8]) -> Option<(usize, Option<Date>)> {
    let dashed = text.get(4) == Some(&b'-');
    let (bytes, month, day) = if dashed { (10, 5, 8) } else { (8, 4, 6) };
    if dashed && text.get(7) != Some(&b'-') {
        return None;
    }
    let (year, month, day) = (number(text, 0, 4)?, number(text, month, 2)?, number(text, day, 2)?);
    Some((bytes, Date::from_ymd(year.cast_signed(), month, day).filter(|_| is_year(year))))
}

/// The same of a month; its last day.
pub(super) fn month_shape(text: &[u8]) -> Option<(usize, Option<Date>)> {
    let (bytes, month) = if text.get(4) == Some(&b'-') { (7, 5) } else { (6, 4) };
    let (year, month) = (number(text, 0, 4)?, number(text, month, 2)?);
    let first = Date::from_ymd(year.cast_signed(), month, 1).filter(|_| is_year(year));
    Some((bytes, first.map(Date::month_end)))
}

/// Other years are counters that look like dates.
fn is_year(year: u32) -> bool {
    (1990..2200).contains(&year)
}

fn number(text: &[u8], at: usize, digits: usize) -> Option<u32> {
    text.get(at..at + digits)?
        .iter()
        .try_fold(0, |n, byte| byte.is_ascii_digit().then(|| n * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_one_date_or_none() {
        let day = |text: &str| NameDate::Day(text.parse().unwrap());
        let month = |text: &str| NameDate::Month(text.parse().unwrap());
        for (name, expected) in [
            ("transactions_2026-10-31.csv", day("2026-10-31")),
            ("transactions20261031.csv.gz", day("2026-10-31")),
            ("交易20261031.csv", day("2026-10-31")),
            ("20261031-201012.csv", day("2026-10-31")), // a time of day is no month
            ("t_2026-10-31_20261031.csv", day("2026-10-31")),
            ("t_2026-10-30_2026-10-31.csv", NameDate::Several),
            ("t_2026-02-30.csv", NameDate::None),
            ("t_1989-12-31.csv", NameDate::None),
            ("t_2199-12-31.csv", day("2199-12-31")),
            ("t_22000101.csv", NameDate::None),
            ("t_1202610310.csv", NameDate::None),
            ("t_20261031235959.csv", NameDate::None),
            ("holdings_2026-02.parquet", month("2026-02-28")),
            ("holdings_202402.parquet", month("2024-02-29")),
            ("holdings_202413.parquet", NameDate::None),
            ("holdings_210001.parquet", NameDate::None),
            ("holdings_2100-01.parquet", month("2100-01-31")),
            ("holdings_2026-09_2026-10.parquet", NameDate::Several),
            ("holdings_2026-10-1.parquet", NameDate::None),
            ("part-01-2026-10.parquet", NameDate::None),
            ("customers.csv", NameDate::None),
            ("2026", NameDate::None),
            ("t_2026-1é", NameDate::None),
        ] {
            assert_eq!(find(name), expected, "{name}");
        }
    }
}
