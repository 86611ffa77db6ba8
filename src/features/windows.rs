//! Sums over the windows that end at a date: 30, 90, 180 and 365 days, the date included.

use crate::contract::Transaction;
use crate::contract::codes::{Channel, Kind};
use crate::date::Date;
use crate::money::Money;

/// Lengths in days, shortest first.
pub const WINDOW_DAYS: [i32; 4] = [30, 90, 180, 365];

/// Index of a window in [`WINDOW_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Window {
    D30,
    D90,
    D180,
    D365,
}

/// What happened in one window. Amounts are exact minor units, positive whatever their direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub n_transactions: u32,
    /// Started by the customer.
    pub n_started: u32,
    /// Over the border of the bank.
    pub inflow: i64,
    pub outflow: i64,
    pub largest_outflow: i64,
    pub to_own_elsewhere: i64,
    pub from_own_elsewhere: i64,
    pub n_salaries: u32,
    pub salary: i64,
    pub n_payments: u32,
    pub payments: i64,
    pub refunds: i64,
    pub fees: i64,
    pub purchases: i64,
    pub redemptions: i64,
}

impl Sums {
    fn add(&mut self, row: &Transaction) {
        let amount = row.amount.0;
        self.n_transactions += 1;
        self.n_started += u32::from(row.kind.started_by_customer());
        if row.kind.crosses_border() {
            self.inflow += amount.max(0);
            self.outflow += (-amount).max(0);
            self.largest_outflow = self.largest_outflow.max(-amount);
        }
        if row.own_account_elsewhere {
            self.to_own_elsewhere += (-amount).max(0);
            self.from_own_elsewhere += amount.max(0);
        }
        match row.kind {
            Kind::Salary => {
                self.n_salaries += 1;
                self.salary += amount;
            }
            Kind::Payment => {
                self.n_payments += 1;
                self.payments -= amount;
            }
            Kind::Refund => self.refunds += amount,
            Kind::Fee => self.fees -= amount,
            Kind::Purchase => self.purchases += amount.abs(),
            Kind::Redemption => self.redemptions += amount.abs(),
            _ => {}
        }
    }
}

impl std::ops::Sub for Sums {
    type Output = Sums;

    /// What a longer window holds beyond a shorter one. `largest_outflow` is the longer window's.
    fn sub(self, short: Sums) -> Sums {
        Sums {
            n_transactions: self.n_transactions - short.n_transactions,
            n_started: self.n_started - short.n_started,
            inflow: self.inflow - short.inflow,
            outflow: self.outflow - short.outflow,
            largest_outflow: self.largest_outflow,
            to_own_elsewhere: self.to_own_elsewhere - short.to_own_elsewhere,
            from_own_elsewhere: self.from_own_elsewhere - short.from_own_elsewhere,
            n_salaries: self.n_salaries - short.n_salaries,
            salary: self.salary - short.salary,
            n_payments: self.n_payments - short.n_payments,
            payments: self.payments - short.payments,
            refunds: self.refunds - short.refunds,
            fees: self.fees - short.fees,
            purchases: self.purchases - short.purchases,
            redemptions: self.redemptions - short.redemptions,
        }
    }
}

/// The year before a date, walked once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activity {
    sums: [Sums; 4],
    /// Transactions of the year by channel (index of [`Channel::ALL`]); rows without one are not counted.
    pub by_channel: [u32; Channel::ALL.len()],
    /// Transactions of the year by kind (index of [`Kind::ALL`]).
    pub by_kind: [u32; Kind::ALL.len()],
    /// Days of the year on which the customer started something, ascending.
    pub active_days: Vec<Date>,
    /// Calendar months of the last twelve with something started, and with a salary.
    pub active_months: u32,
    pub salary_months: u32,
    /// Ever, up to the date.
    pub last_started_on: Option<Date>,
    pub last_salary_on: Option<Date>,
    pub first_booked_on: Option<Date>,
}

impl Activity {
    /// `rows` must be sorted by date and hold nothing after `as_of`. One pass, newest first.
    pub fn of(rows: &[Transaction], as_of: Date) -> Self {
        let mut activity =
            Activity { first_booked_on: rows.first().map(|row| row.booked_on), ..Self::default() };
        let mut running = Sums::default();
        let mut window = 0;
        let mut months = Months { newest: as_of.month_index(), active: 0, salary: 0 };
        for row in rows.iter().rev() {
            let age = as_of - row.booked_on;
            while window < WINDOW_DAYS.len() && age >= WINDOW_DAYS[window] {
                activity.sums[window] = running;
                window += 1;
            }
            if window == WINDOW_DAYS.len() && activity.last_started_on.is_some() {
                break;
            }
            if row.kind.started_by_customer() && activity.last_started_on.is_none() {
                activity.last_started_on = Some(row.booked_on);
            }
            if window < WINDOW_DAYS.len() {
                running.add(row);
                activity.count(row);
                months.count(row);
            }
        }
        for sums in &mut activity.sums[window..] {
            *sums = running;
        }
        activity.active_days.reverse();
        activity.active_days.dedup();
        activity.active_months = months.active.count_ones();
        activity.salary_months = months.salary.count_ones();
        activity
    }

    fn count(&mut self, row: &Transaction) {
        self.by_kind[row.kind as usize] += 1;
        if let Some(channel) = row.channel {
            self.by_channel[channel as usize] += 1;
        }
        if row.kind.started_by_customer() {
            self.active_days.push(row.booked_on);
        }
        if row.kind == Kind::Salary && self.last_salary_on.is_none() {
            self.last_salary_on = Some(row.booked_on);
        }
    }

    pub fn window(&self, window: Window) -> &Sums {
        &self.sums[window as usize]
    }

    /// The 90 days before the last 90.
    pub fn previous_90_days(&self) -> Sums {
        self.sums[Window::D180 as usize] - self.sums[Window::D90 as usize]
    }
}

/// Which of the last twelve calendar months saw something: one bit each.
struct Months {
    newest: i32,
    active: u16,
    salary: u16,
}

impl Months {
    fn count(&mut self, row: &Transaction) {
        let Ok(back @ 0..12) = u32::try_from(self.newest - row.booked_on.month_index()) else {
            return;
        };
        if row.kind.started_by_customer() {
            self.active |= 1 << back;
        }
        if row.kind == Kind::Salary {
            self.salary |= 1 << back;
        }
    }
}

/// Money in less money out over the border of the bank after `from` and up to `to`.
pub fn net_border_flow(rows: &[Transaction], from: Date, to: Date) -> Money {
    let start = rows.partition_point(|row| row.booked_on <= from);
    let end = rows.partition_point(|row| row.booked_on <= to);
    Money(rows[start..end].iter().filter(|row| row.kind.crosses_border()).map(|row| row.amount.0).sum())
}
