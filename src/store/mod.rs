//! The typed history of every customer, and the buckets of customers that features are computed by.
//!
//! Reads the contract's tables, writes nothing. A customer's bucket is a stable hash of his id, his rows lie
//! together in date order, and [`CustomerHistory`] is all that a kernel may see of him. Never: a table held
//! twice, a row after the date that the reader asked for (see [`CustomerHistory::until`]). The whole history
//! is in memory so far.

pub mod derive;
pub mod murmur3;
mod night_date;
mod population;

pub use night_date::newest_night;
pub use population::{Population, Standing};

use crate::contract::{Contact, Customer, Holding, Tables, Transaction};
use crate::date::Date;

/// All that is known, bucketed.
#[derive(Debug)]
pub struct Store {
    tables: Tables,
    /// Customer `i` owns `transactions[offsets[i]..offsets[i + 1]]`, and so on.
    transaction_offsets: Vec<usize>,
    holding_offsets: Vec<usize>,
    contact_offsets: Vec<usize>,
    buckets: Vec<Vec<u32>>,
    calendar: Calendar,
}

/// What the bank's data covers, whoever the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The first day of which transactions are known.
    pub transactions_from: Option<Date>,
    /// The first day of which contacts are known.
    pub contacts_from: Option<Date>,
    /// The dates of complete snapshots, ascending.
    pub snapshots: Vec<Date>,
    pub holdings: HoldingsBasis,
}

/// Where balances come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldingsBasis {
    Delivered,
    /// Month-ends from the running balance of the accounts.
    RunningBalance,
    Missing,
}

/// Everything known of one customer, rows in date order.
#[derive(Debug, Clone, Copy)]
pub struct CustomerHistory<'a> {
    pub index: u32,
    pub customer: &'a Customer,
    pub transactions: &'a [Transaction],
    pub holdings: &'a [Holding],
    pub contacts: &'a [Contact],
}

impl<'a> CustomerHistory<'a> {
    /// The same customer without any row after `date`.
    #[must_use]
    pub fn until(&self, date: Date) -> CustomerHistory<'a> {
        CustomerHistory {
            transactions: &self.transactions
                [..self.transactions.partition_point(|row| row.booked_on <= date)],
            holdings: &self.holdings[..self.holdings.partition_point(|row| row.snapshot_on <= date)],
            contacts: &self.contacts[..self.contacts.partition_point(|row| row.contacted_on <= date)],
            ..*self
        }
    }
}

impl Store {
    /// Indexes checked tables; where holdings are not delivered they come from running balances if those are.
    ///
    /// `as_of` bounds what is derived; rows after it stay, to be counted and never read.
    pub fn build(mut tables: Tables, holdings_delivered: bool, as_of: Date, n_buckets: u32) -> Self {
        let basis = if holdings_delivered {
            HoldingsBasis::Delivered
        } else {
            tables.holdings = derive::month_end_holdings(&tables.transactions, as_of);
            if tables.holdings.is_empty() { HoldingsBasis::Missing } else { HoldingsBasis::RunningBalance }
        };
        let calendar = Calendar::of(&tables, basis);
        let n = tables.customers.len();
        let mut buckets = vec![Vec::new(); n_buckets as usize];
        for (index, customer) in (0u32..).zip(&tables.customers) {
            buckets[murmur3::bucket(&customer.customer_id, n_buckets) as usize].push(index);
        }
        Self {
            transaction_offsets: offsets(n, tables.transactions.iter().map(|row| row.customer)),
            holding_offsets: offsets(n, tables.holdings.iter().map(|row| row.customer)),
            contact_offsets: offsets(n, tables.contacts.iter().map(|row| row.customer)),
            buckets,
            calendar,
            tables,
        }
    }

    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn n_customers(&self) -> usize {
        self.tables.customers.len()
    }

    /// Rows of the long tables.
    pub fn n_rows(&self) -> usize {
        self.tables.transactions.len() + self.tables.holdings.len()
    }

    /// Indices of the customers of each bucket, ascending by id.
    pub fn buckets(&self) -> &[Vec<u32>] {
        &self.buckets
    }

    /// One customer's rows, all dates.
    pub fn history(&self, index: u32) -> CustomerHistory<'_> {
        let i = index as usize;
        CustomerHistory {
            index,
            customer: &self.tables.customers[i],
            transactions: &self.tables.transactions
                [self.transaction_offsets[i]..self.transaction_offsets[i + 1]],
            holdings: &self.tables.holdings[self.holding_offsets[i]..self.holding_offsets[i + 1]],
            contacts: &self.tables.contacts[self.contact_offsets[i]..self.contact_offsets[i + 1]],
        }
    }

    /// The customer's rows in the bank's newest snapshot on or before `date`; `None` where there is none.
    ///
    /// A snapshot is complete, so that no row there means that he held nothing.
    pub fn newest_holdings(&self, index: u32, date: Date) -> Option<&[Holding]> {
        let snapshots = &self.calendar.snapshots;
        let newest = snapshots[..snapshots.partition_point(|snapshot| *snapshot <= date)].last()?;
        let rows = self.history(index).holdings;
        let from = rows.partition_point(|row| row.snapshot_on < *newest);
        let to = rows.partition_point(|row| row.snapshot_on <= *newest);
        Some(&rows[from..to])
    }
}

impl Calendar {
    /// Whether a snapshot was in force on `date`.
    pub fn has_balances_on(&self, date: Date) -> bool {
        self.snapshots.first().is_some_and(|first| *first <= date)
    }

    fn of(tables: &Tables, holdings: HoldingsBasis) -> Self {
        let mut snapshots: Vec<Date> = tables.holdings.iter().map(|row| row.snapshot_on).collect();
        snapshots.sort_unstable();
        snapshots.dedup();
        Self {
            transactions_from: tables.transactions.iter().map(|row| row.booked_on).min(),
            contacts_from: tables.contacts.iter().map(|row| row.contacted_on).min(),
            snapshots,
            holdings,
        }
    }
}

/// `offsets[i]..offsets[i + 1]` are the positions of owner `i` in `owners`, which must be ascending.
fn offsets(n: usize, owners: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut ends = vec![0usize; n + 1];
    for owner in owners {
        ends[owner as usize + 1] += 1;
    }
    for i in 0..n {
        ends[i + 1] += ends[i];
    }
    ends
}
