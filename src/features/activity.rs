//! A customer's transactions as seen from one date.

use super::timeline::Edges;
use super::totals::{Mix, Totals};
use super::transactions::TransactionPass;
use super::windows::{WINDOW_DAYS, Window};
use crate::contract::Transaction;
use crate::contract::codes::Kind;
use crate::date::Date;

/// Figures of the windows that end at a date, as differences of running totals.
#[derive(Debug, Clone, Copy)]
pub struct Activity<'a> {
    as_of: Date,
    edges: &'a Edges,
    now: &'a Totals,
    before: [&'a Totals; WINDOW_DAYS.len()],
    before_months: &'a Totals,
    mix_now: &'a Mix,
    mix_before: &'a Mix,
    rows: &'a [Transaction],
    pass: &'a TransactionPass,
}

impl<'a> Activity<'a> {
    /// `rows` are those that the pass returned.
    pub fn of(pass: &'a TransactionPass, rows: &'a [Transaction], edges: &'a Edges, as_of: Date) -> Self {
        Self {
            as_of,
            edges,
            now: pass.totals(edges.now),
            before: edges.before.map(|edge| pass.totals(edge)),
            before_months: pass.totals(edges.before_months),
            mix_now: pass.mix(edges.mix_now),
            mix_before: pass.mix(edges.mix_before),
            rows,
            pass,
        }
    }

    /// Minor units in a window; `of` must be linear in the totals.
    pub fn amount(&self, window: Window, of: impl Fn(&Totals) -> i64) -> i64 {
        of(self.now) - of(self.before[window as usize])
    }

    /// Rows, days or months in a window; `of` must be linear in the totals.
    pub fn count(&self, window: Window, of: impl Fn(&Totals) -> u32) -> u32 {
        of(self.now) - of(self.before[window as usize])
    }

    /// Rows of 365 days; `of` must be linear in the mix.
    pub fn mix_365d(&self, of: impl Fn(&Mix) -> u32) -> u32 {
        of(self.mix_now) - of(self.mix_before)
    }

    /// [`amount`](Self::amount) in the 90 days before the last 90.
    pub fn amount_in_previous_90d(&self, of: impl Fn(&Totals) -> i64) -> i64 {
        of(self.before[Window::D90 as usize]) - of(self.before[Window::D180 as usize])
    }

    /// [`count`](Self::count) in the 90 days before the last 90.
    pub fn count_in_previous_90d(&self, of: impl Fn(&Totals) -> u32) -> u32 {
        of(self.before[Window::D90 as usize]) - of(self.before[Window::D180 as usize])
    }

    /// Largest single outflow over the border of the bank in 90 days, minor units; 0 without one.
    pub fn largest_outflow_90d(&self) -> i64 {
        let start = self.before[Window::D90 as usize].n_transactions();
        let rows = &self.rows[start as usize..self.now.n_transactions() as usize];
        let outflows = rows.iter().filter(|row| row.kind.crosses_border()).map(|row| -row.amount.0);
        outflows.max().unwrap_or(0).max(0)
    }

    /// The last day of the last 365 with a repayment of a loan or a card.
    pub fn last_repayment_on(&self) -> Option<Date> {
        if self.count(Window::D365, Totals::n_repayments) == 0 {
            return None;
        }
        let mut newest_first = self.rows[..self.now.n_transactions() as usize].iter().rev();
        newest_first.find(|row| row.kind == Kind::LoanRepayment).map(|row| row.booked_on)
    }

    /// Days of the last 365 on which the customer started something, ascending.
    pub fn active_days(&self) -> &'a [Date] {
        let start = self.before[Window::D365 as usize].days.n_active;
        &self.pass.active_days()[start as usize..self.now.days.n_active as usize]
    }

    /// Calendar months of the last twelve, within 365 days, with something started.
    pub fn active_months(&self) -> u32 {
        self.months(
            self.pass.active_days(),
            |totals| totals.days.n_active,
            |totals| totals.days.n_active_months,
        )
    }

    /// The same with a salary.
    pub fn salary_months(&self) -> u32 {
        self.months(self.pass.salary_days(), Totals::n_salaries, |totals| totals.days.n_salary_months)
    }

    /// Months of `days`; one that the first day of the months cuts in two was counted before it already.
    fn months(&self, days: &[Date], n_days: fn(&Totals) -> u32, n_months: fn(&Totals) -> u32) -> u32 {
        let (start, end) = (n_days(self.before_months) as usize, n_days(self.now) as usize);
        let (month_start, month_end) = self.edges.first_month;
        let is_cut = start > 0 && start < end && days[start - 1] >= month_start && days[start] <= month_end;
        n_months(self.now) - n_months(self.before_months) + u32::from(is_cut)
    }

    /// The last day, ever up to the date, on which the customer started something.
    pub fn last_started_on(&self) -> Option<Date> {
        let known = self.now.days.n_active.checked_sub(1);
        known.map_or(self.pass.started_before(), |last| Some(self.pass.active_days()[last as usize]))
    }

    /// Within 365 days.
    pub fn last_salary_on(&self) -> Option<Date> {
        let last = self.now.n_salaries().checked_sub(1)?;
        let on = self.pass.salary_days()[last as usize];
        (self.as_of - on < 365).then_some(on)
    }
}
