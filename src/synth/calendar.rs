//! Months and days as plain integers: days since 1970-01-01.
//!
//! Pure; civil dates come from chrono, no clock is read.

use chrono::{Datelike, Days, Months, NaiveDate};

/// One month of the history; both days inclusive.
#[derive(Clone, Copy, Debug)]
pub struct Month {
    pub first: i32,
    pub last: i32,
    pub year: i32,
    /// 1 to 12.
    pub number: u32,
}

impl Month {
    /// Whether a day lies in this month.
    pub fn holds(&self, day: i32) -> bool {
        self.first <= day && day <= self.last
    }
}

/// Days since 1970-01-01.
pub fn day_number(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// The civil date of a day number.
pub fn civil(day: i32) -> NaiveDate {
    let epoch = NaiveDate::default();
    let days = Days::new(u64::from(day.unsigned_abs()));
    let date = if day < 0 { epoch.checked_sub_days(days) } else { epoch.checked_add_days(days) };
    date.unwrap_or_default()
}

/// The `count` months that end on `end`; `None` unless `end` is a month end.
pub fn months(end: NaiveDate, count: u32) -> Option<Vec<Month>> {
    let first_of_last = end.with_day(1)?;
    let next = first_of_last.checked_add_months(Months::new(1))?;
    if next.pred_opt()? != end {
        return None;
    }
    (0..count).rev().map(|back| month(first_of_last.checked_sub_months(Months::new(back))?)).collect()
}

fn month(first: NaiveDate) -> Option<Month> {
    let next = first.checked_add_months(Months::new(1))?;
    Some(Month {
        first: day_number(first),
        last: day_number(next) - 1,
        year: first.year(),
        number: first.month(),
    })
}
