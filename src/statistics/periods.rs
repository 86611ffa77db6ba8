//! Months, quarters and years, and what each is compared with.
//!
//! A quarter or year is there where all its months are.

use super::months::Month;
use crate::date::Date;
use std::ops::Range;

/// A length of periods, in the order of their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodKind {
    Month,
    Quarter,
    Year,
}

impl PeriodKind {
    const ALL: [PeriodKind; 3] = [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year];

    pub fn code(self) -> &'static str {
        match self {
            PeriodKind::Month => "month",
            PeriodKind::Quarter => "quarter",
            PeriodKind::Year => "year",
        }
    }

    fn n_months(self) -> usize {
        match self {
            PeriodKind::Month => 1,
            PeriodKind::Quarter => 3,
            PeriodKind::Year => 12,
        }
    }
}

/// A month, quarter or year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub kind: PeriodKind,
    pub end: Date,
    pub n_days: i32,
    /// Places of its months.
    pub months: Range<usize>,
    /// The period before and the same one of the year before, where they are covered.
    pub before: Option<Range<usize>>,
    pub year_before: Option<Range<usize>>,
}

/// Every period that the months make, by kind, oldest first.
pub fn periods(months: &[Month]) -> Vec<Period> {
    let of_kind = |kind: PeriodKind| {
        let n = kind.n_months();
        let ends = move |place: &usize| {
            let month = months[*place].end.month_index().rem_euclid(12) + 1;
            place + 1 >= n && usize::try_from(month).is_ok_and(|month| month.is_multiple_of(n))
        };
        let period = move |place: usize| {
            let of = |last: usize| Some((last + 1).checked_sub(n)?..last + 1);
            let covered = place + 1 - n..place + 1;
            Period {
                kind,
                end: months[place].end,
                n_days: months[covered.clone()].iter().map(Month::n_days).sum(),
                months: covered,
                before: place.checked_sub(n).and_then(of),
                year_before: place.checked_sub(12).and_then(of),
            }
        };
        (0..months.len()).filter(ends).map(period)
    };
    PeriodKind::ALL.into_iter().flat_map(of_kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::figures::Known;

    fn month(end: Date) -> Month {
        Month {
            after: end.month_start().plus_days(-1),
            end,
            spans: None,
            snapshot: None,
            snapshot_before: None,
            known: Known::none(),
            is_final: false,
        }
    }

    #[test]
    fn quarters_and_years_are_there_where_all_their_months_are() {
        let as_of: Date = "2026-04-30".parse().unwrap();
        let months: Vec<Month> = as_of.last_month_ends(17).map(month).collect();
        let found: Vec<String> = periods(&months)
            .into_iter()
            .filter(|period| period.kind != PeriodKind::Month)
            .map(|period| {
                let before = period.before.map_or("-".into(), |months| format!("{months:?}"));
                let year = period.year_before.map_or("-".into(), |months| format!("{months:?}"));
                format!(
                    "{} {} {} days, before {before}, {year}",
                    period.kind.code(),
                    period.end,
                    period.n_days
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "quarter 2025-03-31 90 days, before -, -",
                "quarter 2025-06-30 91 days, before 1..4, -",
                "quarter 2025-09-30 92 days, before 4..7, -",
                "quarter 2025-12-31 92 days, before 7..10, -",
                "quarter 2026-03-31 90 days, before 10..13, 1..4",
                "year 2025-12-31 365 days, before -, -",
            ]
        );
    }
}
