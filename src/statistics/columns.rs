//! The columns of figures, and how each follows from the cells of a period and of those that it is compared with.

use super::figures::{Cell, Figure, Known};

/// What a column shows.
#[derive(Debug, Clone, Copy)]
pub enum What {
    Plain(Figure),
    /// On the period before, and on the same one of the year before.
    Increase(Figure),
    IncreaseOnYear(Figure),
    /// Per day of the period.
    Average(Figure),
    AverageIncrease(Figure),
    AverageIncreaseOnYear(Figure),
    /// Closed, run off and silent.
    Lost,
    /// Matured and gone, wherever to.
    Left,
    /// Neither renewed nor gone.
    Switched,
}

use Figure as F;
use What::{
    Average, AverageIncrease, AverageIncreaseOnYear, Increase, IncreaseOnYear, Left, Lost, Plain, Switched,
};

/// Columns of whole numbers, in the order of the schema.
pub const COLUMNS: &[(&str, What)] = &[
    ("customers", Plain(F::Customers)),
    ("customers_increase", Increase(F::Customers)),
    ("customers_increase_on_year", IncreaseOnYear(F::Customers)),
    ("key_customers", Plain(F::KeyCustomers)),
    ("key_customers_increase", Increase(F::KeyCustomers)),
    ("key_customers_increase_on_year", IncreaseOnYear(F::KeyCustomers)),
    ("accounts", Plain(F::Accounts)),
    ("accounts_increase", Increase(F::Accounts)),
    ("accounts_increase_on_year", IncreaseOnYear(F::Accounts)),
    ("assets", Plain(F::Assets)),
    ("assets_increase", Increase(F::Assets)),
    ("assets_increase_on_year", IncreaseOnYear(F::Assets)),
    ("deposits", Plain(F::Deposits)),
    ("deposits_increase", Increase(F::Deposits)),
    ("deposits_increase_on_year", IncreaseOnYear(F::Deposits)),
    ("loans", Plain(F::Loans)),
    ("loans_increase", Increase(F::Loans)),
    ("loans_increase_on_year", IncreaseOnYear(F::Loans)),
    ("other_balances", Plain(F::Others)),
    ("asset_days", Plain(F::AssetDays)),
    ("deposit_days", Plain(F::DepositDays)),
    ("loan_days", Plain(F::LoanDays)),
    ("average_assets", Average(F::AssetDays)),
    ("average_assets_increase", AverageIncrease(F::AssetDays)),
    ("average_assets_increase_on_year", AverageIncreaseOnYear(F::AssetDays)),
    ("average_deposits", Average(F::DepositDays)),
    ("average_deposits_increase", AverageIncrease(F::DepositDays)),
    ("average_deposits_increase_on_year", AverageIncreaseOnYear(F::DepositDays)),
    ("average_loans", Average(F::LoanDays)),
    ("average_loans_increase", AverageIncrease(F::LoanDays)),
    ("average_loans_increase_on_year", AverageIncreaseOnYear(F::LoanDays)),
    ("customers_came", Plain(F::Came)),
    ("came_newly_opened", Plain(F::CameOpened)),
    ("customers_woken", Plain(F::Woken)),
    ("customers_gone", Plain(F::Gone)),
    ("assets_came", Plain(F::AssetsCame)),
    ("assets_gone", Plain(F::AssetsGone)),
    ("lost_customers", Lost),
    ("lost_closed", Plain(F::LostClosed)),
    ("lost_run_off", Plain(F::LostRunOff)),
    ("lost_silent", Plain(F::LostSilent)),
    ("not_his_decision", Plain(F::NotHisDecision)),
    ("lost_assets", Plain(F::LostAssets)),
    ("money_won", Plain(F::MoneyWon)),
    ("money_lost", Plain(F::MoneyLost)),
    ("to_own_accounts_elsewhere", Plain(F::ToOwnElsewhere)),
    ("spent", Plain(F::Spent)),
    ("to_others", Plain(F::ToOthers)),
    ("price_effect", Plain(F::PriceEffect)),
    ("matured_customers", Plain(F::MaturedCustomers)),
    ("matured", Plain(F::Matured)),
    ("renewed", Plain(F::Renewed)),
    ("switched", Switched),
    ("left_bank", Left),
    ("left_to_own_accounts_elsewhere", Plain(F::LeftToOwnElsewhere)),
    ("left_spent", Plain(F::LeftSpent)),
    ("left_to_others", Plain(F::LeftToOthers)),
];

/// What matured and left, by where it went.
const LEFT: &[Figure] = &[F::LeftToOwnElsewhere, F::LeftSpent, F::LeftToOthers];

/// The figures of one row in one period.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub cell: Cell,
    pub known: Known,
    pub n_days: i32,
}

impl Seen {
    /// `None` where it is not known, or where the sum has run into the end of what a number holds.
    pub fn get(&self, figure: Figure) -> Option<i64> {
        let value = self.cell[figure];
        (self.known.has(figure) && value.unsigned_abs() < SATURATED).then_some(value)
    }

    /// `None` where one is not known.
    fn sum(&self, figures: &[Figure]) -> Option<i64> {
        figures.iter().try_fold(0i64, |sum, figure| sum.checked_add(self.get(*figure)?))
    }

    /// Balance times days, by the days of the period; halves away from zero.
    fn average(&self, figure: Figure) -> Option<i64> {
        let (sum, n_days) = (i128::from(self.get(figure)?), i128::from(self.n_days.max(1)));
        i64::try_from((2 * sum + sum.signum() * n_days) / (2 * n_days)).ok()
    }
}

/// A row's figures with those of the periods that it is compared with.
pub struct Compared {
    pub now: Seen,
    pub before: Option<Seen>,
    pub year_before: Option<Seen>,
}

impl Compared {
    pub fn is_zero(&self) -> bool {
        let all = [Some(&self.now), self.before.as_ref(), self.year_before.as_ref()];
        all.into_iter().flatten().all(|seen| seen.cell.is_zero())
    }

    /// `None` where it is not known, or where no `Decimal(18,2)` holds it.
    pub fn value(&self, what: What) -> Option<i64> {
        let now = &self.now;
        let value = match what {
            Plain(figure) => now.get(figure),
            Increase(figure) => less(now.get(figure), self.before.and_then(|seen| seen.get(figure))),
            IncreaseOnYear(figure) => {
                less(now.get(figure), self.year_before.and_then(|seen| seen.get(figure)))
            }
            Average(figure) => now.average(figure),
            AverageIncrease(figure) => {
                less(now.average(figure), self.before.and_then(|seen| seen.average(figure)))
            }
            AverageIncreaseOnYear(figure) => {
                less(now.average(figure), self.year_before.and_then(|seen| seen.average(figure)))
            }
            Lost => now.sum(&[F::LostClosed, F::LostRunOff, F::LostSilent]),
            Left => now.sum(LEFT),
            Switched => less(less(now.get(F::Matured), now.get(F::Renewed)), now.sum(LEFT)),
        };
        value.filter(|value| value.unsigned_abs() < LARGEST)
    }
}

/// From here on a sum may have run into the end of the numbers and come back a little: half of their range.
const SATURATED: u64 = i64::MAX.cast_unsigned() / 2;

/// No amount of `Decimal(18,2)` has more digits.
const LARGEST: u64 = 1_000_000_000_000_000_000;

fn less(now: Option<i64>, before: Option<i64>) -> Option<i64> {
    now?.checked_sub(before?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(days: i64, n_days: i32) -> Seen {
        let mut cell = Cell::default();
        cell[F::AssetDays] = days;
        Seen { cell, known: Known::none().with(&[F::AssetDays], true), n_days }
    }

    #[test]
    fn averages_are_rounded_to_the_cent_and_compared_as_shown() {
        let compared = Compared { now: seen(-5, 2), before: Some(seen(14, 10)), year_before: None };
        assert_eq!(compared.value(Average(F::AssetDays)), Some(-3));
        assert_eq!(compared.value(AverageIncrease(F::AssetDays)), Some(-4));
        assert_eq!(compared.value(AverageIncreaseOnYear(F::AssetDays)), None);
        assert_eq!(compared.value(Plain(F::Assets)), None, "not known");
        for n_days in [1, 365] {
            let average = |days: i64| {
                let compared = Compared { now: seen(days, n_days), before: None, year_before: None };
                compared.value(Average(F::AssetDays))
            };
            let saturated = [i64::MAX, i64::MIN, i64::MAX - 1_000_000];
            assert_eq!(saturated.map(average), [None; 3], "over {n_days} days");
        }
    }
}
