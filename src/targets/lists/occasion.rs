//! `occasion`: birthday, anniversary of the relation, holiday. The highest tier first.

use super::{Candidate, List, Night, of_rows};
use crate::config::holiday_in;
use crate::date::Date;

pub(super) fn candidates(night: &Night<'_>) -> Vec<Candidate> {
    let settings = &night.config.lists;
    let until = night.as_of().plus_days(settings.occasion_ahead_days);
    let years = night.as_of().year()..=until.year();
    let days = years.flat_map(|year| settings.holidays.iter().filter_map(move |day| holiday_in(day, year)));
    let holiday = days.filter(|day| night.as_of() <= *day && *day <= until).min();
    of_rows(night, |row| candidate(night, row, until, holiday))
}

fn candidate(night: &Night<'_>, row: usize, until: Date, holiday: Option<Date>) -> Option<Candidate> {
    if !night.is_of_tier(row, night.config.lists.occasion_tier_min) {
        return None;
    }
    let customer = night.customer(row);
    let ahead = night.config.lists.occasion_ahead_days;
    let is_to_wish = |on: Date| on <= until && !night.was_reached_since(row, on.plus_days(-ahead));
    let soon =
        |date: Date| anniversary(date, night.as_of()).filter(|(on, years)| is_to_wish(*on) && *years > 0);
    let birthday = customer.birth_date.and_then(soon).map(|(on, age)| (on, "occasion_birthday", "age", age));
    let joined = soon(customer.opened_on).map(|(on, years)| (on, "occasion_anniversary", "years", years));
    let holiday = holiday.filter(|on| is_to_wish(*on)).map(|on| (on, "occasion_holiday", "", 0));
    let all: Vec<_> = [birthday, joined, holiday].into_iter().flatten().collect();
    let first = all.iter().map(|(on, ..)| *on).min()?;
    let reason = |(on, code, name, number): &(Date, &str, &str, i32)| {
        night.reason(code, &[("date", &on.to_string()), (name, &number.to_string())])
    };
    let order = f64::from(night.tier(row).unwrap_or(0));
    Some(Candidate::new(row, List::Occasion, order, all.iter().map(reason).collect()).due(first))
}

/// The next anniversary of `date` from `from` on, and which it is; that of 29 February falls on 1 March in other years.
fn anniversary(date: Date, from: Date) -> Option<(Date, i32)> {
    let in_year = |year: i32| {
        Date::from_ymd(year, date.month(), date.day()).or_else(|| Date::from_ymd(year, date.month() + 1, 1))
    };
    let next = [from.year(), from.year() + 1].into_iter().filter_map(in_year).find(|on| *on >= from)?;
    Some((next, next.year() - date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anniversary_is_met_in_every_year() {
        let next = |date: &str, from: &str| {
            let (on, years) = anniversary(date.parse().unwrap(), from.parse().unwrap()).unwrap();
            format!("{on} {years}")
        };
        assert_eq!(next("1980-10-31", "2026-10-31"), "2026-10-31 46");
        assert_eq!(next("1980-10-30", "2026-10-31"), "2027-10-30 47");
        assert_eq!(next("1980-01-01", "2026-12-31"), "2027-01-01 47");
        assert_eq!(next("1984-02-29", "2027-02-28"), "2027-03-01 43");
        assert_eq!(next("1984-02-29", "2028-02-28"), "2028-02-29 44");
    }
}
