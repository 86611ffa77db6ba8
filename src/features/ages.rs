//! Completed years of age on a date, without taking every date of birth apart.

use crate::date::Date;

/// Ages that are looked up; older people are worked out one by one.
const AGE_MAX: i32 = 120;

/// For each age from 0, the last date of birth that has it.
#[derive(Debug, Clone)]
pub struct Ages {
    as_of: Date,
    born_by: Vec<Date>,
}

impl Ages {
    pub fn on(as_of: Date) -> Self {
        let (year, month, day) = (as_of.year(), as_of.month(), as_of.day());
        // Somebody born on 28 February has completed a year on the 29th, somebody born on 1 March has not.
        let born_by = |age: i32| {
            Date::from_ymd(year - age, month, day).or_else(|| Date::from_ymd(year - age, month, day - 1))
        };
        Self { as_of, born_by: (0..=AGE_MAX).map_while(born_by).collect() }
    }

    /// As [`Date::full_years_until`].
    pub fn of(&self, born: Date) -> i32 {
        // 400 years have 146,097 days, 97 more than 400 times 365: at most a year beside the age.
        let near = (self.as_of - born) / 365 * 146_000 / 146_097;
        let has = |age: i32| {
            let born_by = |age: i32| usize::try_from(age).ok().and_then(|age| self.born_by.get(age));
            Some(born <= *born_by(age)? && born > *born_by(age + 1)?)
        };
        let known = [near, near - 1, near + 1].into_iter().find(|age| has(*age) == Some(true));
        known.unwrap_or_else(|| born.full_years_until(self.as_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_is_that_of_the_calendar() {
        for as_of in ["2024-02-28", "2024-02-29", "2024-03-01", "2023-02-28", "2026-10-31", "2100-03-01"] {
            let as_of: Date = as_of.parse().unwrap();
            let ages = Ages::on(as_of);
            for born in (as_of.0 - 50_000..as_of.0 + 800).map(Date) {
                assert_eq!(ages.of(born), born.full_years_until(as_of), "{born} on {as_of}");
            }
        }
    }
}
