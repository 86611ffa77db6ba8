//! What the bank's data covers, whoever the customer; and the date of a night that names none.

use crate::date::Date;

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

impl HoldingsBasis {
    /// As published.
    pub fn code(self) -> &'static str {
        match self {
            HoldingsBasis::Delivered => "delivered",
            HoldingsBasis::RunningBalance => "running_balance",
            HoldingsBasis::Missing => "missing",
        }
    }
}

impl Calendar {
    /// Whether a snapshot was in force on `date`.
    pub fn has_balances_on(&self, date: Date) -> bool {
        self.newest_snapshot(date).is_some()
    }

    /// The snapshot in force on `date`.
    pub fn newest_snapshot(&self, date: Date) -> Option<Date> {
        self.snapshots[..self.snapshots.partition_point(|snapshot| *snapshot <= date)].last().copied()
    }
}

/// Share of the median daily rows that the newest date must reach: a day of which only a few early rows
/// have arrived is not over.
const COMPLETE_DAY_SHARE: f64 = 0.1;

/// The newest date with enough of `rows_by_day` (each date once); `None` without any row.
pub fn newest_complete_day(rows_by_day: impl Iterator<Item = (Date, u64)>) -> Option<Date> {
    let days: Vec<(Date, u64)> = rows_by_day.filter(|(_, rows)| *rows > 0).collect();
    let mut sizes: Vec<u64> = days.iter().map(|(_, rows)| *rows).collect();
    sizes.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "rows of a day")]
    let enough = COMPLETE_DAY_SHARE * *sizes.get(sizes.len() / 2)? as f64;
    #[expect(clippy::cast_precision_loss, reason = "rows of a day")]
    let complete = days.iter().filter(|(_, rows)| *rows as f64 >= enough);
    complete.map(|(day, _)| *day).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_which_a_few_rows_have_arrived_is_not_over() {
        let newest = |rows: &[u64]| newest_complete_day((0..).map(Date).zip(rows.iter().copied()));
        assert_eq!(newest(&[]), None);
        assert_eq!(newest(&[0, 0]), None);
        assert_eq!(newest(&[100, 80, 120, 9]), Some(Date(2)));
        assert_eq!(newest(&[100, 80, 120, 10]), Some(Date(3)));
        assert_eq!(newest(&[1]), Some(Date(0)));
    }
}
