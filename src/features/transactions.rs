//! One pass over a customer's transactions: running totals at every edge, and the days that rhythm is read from.

use super::timeline::Timeline;
use super::totals::{Days, Mix, Totals};
use crate::contract::Transaction;
use crate::date::Date;

/// Scratch of the pass, reused from customer to customer; after it, what the pass found.
#[derive(Debug, Default)]
pub struct TransactionPass {
    /// One per edge of the timeline.
    totals: Vec<Totals>,
    /// One per edge that the mix is asked for at.
    mixes: Vec<Mix>,
    /// Days on which the customer started something, ascending, each once: `Days::n_active` counts them.
    active_days: Vec<Date>,
    /// Days of salaries, ascending: `n_salaries` counts them.
    salary_days: Vec<Date>,
    /// The last day up to the first edge on which he started something.
    started_before: Option<Date>,
}

impl TransactionPass {
    /// Reads the rows after the first edge up to the last, and returns them. `rows` must be sorted by date.
    pub fn over<'a>(&mut self, rows: &'a [Transaction], timeline: &Timeline) -> &'a [Transaction] {
        self.totals.clear();
        self.mixes.clear();
        self.active_days.clear();
        self.salary_days.clear();
        let Some(start) = timeline.edges().first() else { return &[] };
        // In order rather than by halves: rows come from memory in a stream, and few lie before the first edge.
        let n_earlier = rows.iter().take_while(|row| row.booked_on <= start.on).count();
        let (earlier, rows) = rows.split_at(n_earlier);
        self.started_before =
            earlier.iter().rev().find(|row| row.kind.started_by_customer()).map(|row| row.booked_on);
        let (mut totals, mut mix, mut all_sizes) = (Totals::default(), Mix::default(), 0);
        let (mut days, mut months) = (Days::default(), Months::default());
        let mut next = 0;
        for edge in timeline.edges() {
            while let Some(row) = rows.get(next).filter(|row| row.booked_on <= edge.on) {
                let effect = &timeline.effects[row.kind as usize];
                effect.add(row, &mut totals, &mut all_sizes);
                mix.add(row);
                if effect.is_started && self.active_days.last() != Some(&row.booked_on) {
                    self.active_days.push(row.booked_on);
                    days.n_active += 1;
                    days.n_active_months += months.active.enter(timeline.month_of(row.booked_on));
                }
                if effect.is_salary {
                    self.salary_days.push(row.booked_on);
                    days.n_salary_months += months.salary.enter(timeline.month_of(row.booked_on));
                }
                next += 1;
            }
            totals.days = days;
            self.totals.push(totals);
            if edge.has_mix {
                self.mixes.push(mix);
            }
        }
        &rows[..next]
    }

    /// At an edge, its own day included.
    pub fn totals(&self, edge: usize) -> &Totals {
        &self.totals[edge]
    }

    /// By number of the edges with a mix.
    pub fn mix(&self, edge: usize) -> &Mix {
        &self.mixes[edge]
    }

    pub fn active_days(&self) -> &[Date] {
        &self.active_days
    }

    pub fn salary_days(&self) -> &[Date] {
        &self.salary_days
    }

    pub fn started_before(&self) -> Option<Date> {
        self.started_before
    }
}

/// The newest month with an active day, and with a salary.
#[derive(Debug, Default)]
struct Months {
    active: NewestMonth,
    salary: NewestMonth,
}

/// By [`Timeline::month_of`]; none at first.
#[derive(Debug, Default)]
struct NewestMonth(Option<u16>);

impl NewestMonth {
    /// 1 where the month is a new one.
    fn enter(&mut self, month: u16) -> u32 {
        u32::from(self.0.replace(month) != Some(month))
    }
}
