//! Running totals over a customer's transactions: any window is the difference of two of them.
//!
//! Sums are whole minor units, so that no order of rows changes them.

use crate::contract::Transaction;
use crate::contract::codes::{Channel, Kind};

/// What was booked from a start that lies before every window up to some date.
///
/// Only the difference of two totals of one customer means anything, and that only of linear figures: each
/// method here is one. Counts and amounts are arrays, so that a row is added to several at a time; a copy is kept
/// per edge of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// By [`Count`].
    counts: [u32; N_COUNTS],
    pub days: Days,
    /// Minor units by [`Amount`]. None can overflow, see [`Effect::add`].
    amounts: [i64; N_AMOUNTS],
}

/// Days and months on which something happened, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// Days on which the customer started something, and calendar months with such a day.
    pub n_active: u32,
    pub n_active_months: u32,
    /// Calendar months with a salary.
    pub n_salary_months: u32,
}

#[derive(Clone, Copy)]
enum Count {
    Transactions,
    Started,
    Border,
    Salaries,
    Payments,
    Everyday,
    Transfers,
    OwnTransfers,
    Repayments,
}

const N_COUNTS: usize = Count::Repayments as usize + 1;

#[derive(Clone, Copy)]
enum Amount {
    Inflow,
    Outflow,
    MovedElsewhere,
    MovedBack,
    Salary,
    Payments,
    Refunds,
    Fees,
    Purchases,
    Redemptions,
}

const N_AMOUNTS: usize = Amount::Redemptions as usize + 1;

impl Totals {
    pub fn n_transactions(&self) -> u32 {
        self.counts[Count::Transactions as usize]
    }

    /// Started by the customer.
    pub fn n_started(&self) -> u32 {
        self.counts[Count::Started as usize]
    }

    /// Over the border of the bank.
    pub fn n_border(&self) -> u32 {
        self.counts[Count::Border as usize]
    }

    pub fn n_salaries(&self) -> u32 {
        self.counts[Count::Salaries as usize]
    }

    pub fn n_payments(&self) -> u32 {
        self.counts[Count::Payments as usize]
    }

    /// See [`Kind::is_everyday`]; without what he moved to own accounts at other banks.
    pub fn n_everyday(&self) -> u32 {
        self.counts[Count::Everyday as usize]
    }

    /// Transfers in and out over the border of the bank.
    pub fn n_transfers(&self) -> u32 {
        self.counts[Count::Transfers as usize]
    }

    /// Of these, from and to own accounts at other banks.
    pub fn n_own_transfers(&self) -> u32 {
        self.counts[Count::OwnTransfers as usize]
    }

    pub fn n_repayments(&self) -> u32 {
        self.counts[Count::Repayments as usize]
    }

    /// Over the border of the bank.
    pub fn inflow(&self) -> i64 {
        self.amounts[Amount::Inflow as usize]
    }

    /// Over the border of the bank, positive.
    pub fn outflow(&self) -> i64 {
        self.amounts[Amount::Outflow as usize]
    }

    /// To own accounts at other banks, positive.
    pub fn moved_elsewhere(&self) -> i64 {
        self.amounts[Amount::MovedElsewhere as usize]
    }

    /// From own accounts at other banks.
    pub fn moved_back(&self) -> i64 {
        self.amounts[Amount::MovedBack as usize]
    }

    pub fn salary(&self) -> i64 {
        self.amounts[Amount::Salary as usize]
    }

    pub fn payments(&self) -> i64 {
        -self.amounts[Amount::Payments as usize]
    }

    pub fn refunds(&self) -> i64 {
        self.amounts[Amount::Refunds as usize]
    }

    pub fn fees(&self) -> i64 {
        -self.amounts[Amount::Fees as usize]
    }

    /// Sizes, whatever sign the export gives them.
    pub fn purchases(&self) -> i64 {
        self.amounts[Amount::Purchases as usize]
    }

    /// Sizes, whatever sign the export gives them.
    pub fn redemptions(&self) -> i64 {
        self.amounts[Amount::Redemptions as usize]
    }
}

/// What a transaction of one kind counts in.
#[derive(Debug, Clone, Copy)]
pub struct Effect {
    pub is_started: bool,
    pub is_salary: bool,
    /// 1 where it counts.
    counts: [u32; N_COUNTS],
    /// All bits set where the amount counts.
    amounts: [i64; N_AMOUNTS],
}

impl Effect {
    /// By index of [`Kind::ALL`].
    pub fn of_kinds() -> [Effect; Kind::ALL.len()] {
        std::array::from_fn(|index| Self::of(Kind::ALL[index]))
    }

    fn of(kind: Kind) -> Self {
        let (is_started, is_salary) = (kind.started_by_customer(), kind == Kind::Salary);
        let mut counts = [0; N_COUNTS];
        counts[Count::Transactions as usize] = 1;
        counts[Count::Started as usize] = u32::from(is_started);
        counts[Count::Border as usize] = u32::from(kind.crosses_border());
        counts[Count::Salaries as usize] = u32::from(is_salary);
        counts[Count::Payments as usize] = u32::from(kind == Kind::Payment);
        counts[Count::Everyday as usize] = u32::from(kind.is_everyday());
        let is_transfer = matches!(kind, Kind::TransferIn | Kind::TransferOut);
        counts[Count::Transfers as usize] = u32::from(is_transfer);
        counts[Count::OwnTransfers as usize] = u32::from(is_transfer);
        counts[Count::Repayments as usize] = u32::from(kind == Kind::LoanRepayment);
        let mut amounts = [0; N_AMOUNTS];
        let mut takes = |amount: Amount, does: bool| amounts[amount as usize] = -i64::from(does);
        takes(Amount::Inflow, kind.crosses_border());
        takes(Amount::Outflow, kind.crosses_border());
        takes(Amount::MovedElsewhere, true);
        takes(Amount::MovedBack, true);
        takes(Amount::Salary, is_salary);
        takes(Amount::Payments, kind == Kind::Payment);
        takes(Amount::Refunds, kind == Kind::Refund);
        takes(Amount::Fees, kind == Kind::Fee);
        takes(Amount::Purchases, kind == Kind::Purchase);
        takes(Amount::Redemptions, kind == Kind::Redemption);
        Self { is_started, is_salary, counts, amounts }
    }

    /// Adds a row of this kind to all but [`Totals::days`], without a branch on the kind.
    ///
    /// `all_sizes` is the sum of the sizes of the rows added so far; no sum over some of them is larger, so that
    /// it alone needs to be checked.
    ///
    /// # Panics
    /// If that sum does not fit 64 bits: a night stops rather than wrap.
    #[inline]
    pub fn add(&self, row: &Transaction, totals: &mut Totals, all_sizes: &mut i64) {
        let amount = row.amount.0;
        let size = amount.checked_abs().expect("amounts fit 63 bits");
        *all_sizes = all_sizes.checked_add(size).expect("the sum of a customer's amounts fits 64 bits");
        let (plus, minus) = (amount.max(0), size - amount.max(0));
        let elsewhere = -i64::from(row.own_account_elsewhere);
        // In the order of [`Amount`].
        let parts =
            [plus, minus, minus & elsewhere, plus & elsewhere, amount, amount, amount, amount, size, size];
        for (total, (part, takes)) in totals.amounts.iter_mut().zip(parts.iter().zip(&self.amounts)) {
            *total = total.wrapping_add(part & takes);
        }
        for (total, one) in totals.counts.iter_mut().zip(&self.counts) {
            *total = total.wrapping_add(*one);
        }
        let leaves =
            self.counts[Count::Everyday as usize] & u32::from(row.own_account_elsewhere & (amount < 0));
        totals.counts[Count::Everyday as usize] -= leaves;
        totals.counts[Count::OwnTransfers as usize] -=
            self.counts[Count::OwnTransfers as usize] & u32::from(!row.own_account_elsewhere);
    }
}

/// Transactions by channel (rows without one apart) and by kind; running as [`Totals`] are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mix {
    /// Index of [`Channel::ALL`].
    pub by_channel: [u32; Channel::ALL.len()],
    pub n_with_channel: u32,
    /// Of `by_channel`, those that the customer started.
    pub started_by_channel: [u32; Channel::ALL.len()],
    /// Index of [`Kind::ALL`].
    pub by_kind: [u32; Kind::ALL.len()],
}

impl Mix {
    pub fn add(&mut self, row: &Transaction) {
        self.by_kind[row.kind as usize] += 1;
        if let Some(channel) = row.channel {
            self.by_channel[channel as usize] += 1;
            self.n_with_channel += 1;
            self.started_by_channel[channel as usize] += u32::from(row.kind.started_by_customer());
        }
    }
}
