//! Product lines that a customer gave up: a warning, not a loss.

use super::balances::{at, in_force};
use crate::contract::Holding;
use crate::contract::codes::ProductKind;
use crate::date::Date;

/// Kinds of products that serve one need. Debts are none: paying back a loan is no step towards leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// Current deposits and cash in custody.
    Current,
    TermDeposits,
    /// Wealth, structured and trust products.
    Managed,
    Insurance,
    /// Funds, bonds and securities.
    Market,
}

impl Line {
    pub const ALL: [Line; 5] =
        [Line::Current, Line::TermDeposits, Line::Managed, Line::Insurance, Line::Market];

    /// `None` for what does not count in assets.
    pub fn of(kind: ProductKind) -> Option<Self> {
        use ProductKind::{
            Bond, BondFund, Card, CreditLine, CustodyCash, DemandDeposit, Fund, FxDemandDeposit,
            FxTimeDeposit, Guarantee, Insurance, LoanBusiness, LoanConsumer, LoanMortgage, Other, Securities,
            Structured, TimeDeposit, TreasuryBond, Trust, Wealth,
        };
        match kind {
            DemandDeposit | FxDemandDeposit | CustodyCash => Some(Line::Current),
            TimeDeposit | FxTimeDeposit => Some(Line::TermDeposits),
            Wealth | Structured | Trust => Some(Line::Managed),
            Insurance => Some(Line::Insurance),
            Fund | BondFund | TreasuryBond | Bond | Securities => Some(Line::Market),
            LoanMortgage | LoanConsumer | LoanBusiness | CreditLine | Card | Guarantee | Other => None,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Line::Current => "current",
            Line::TermDeposits => "term_deposits",
            Line::Managed => "managed",
            Line::Insurance => "insurance",
            Line::Market => "market",
        }
    }
}

/// Lines with a balance in the snapshot in force on `from` and without one in that on `to`; none where there are no
/// two snapshots. `snapshots` are the bank's and must ascend.
pub fn lines_lost(holdings: &[Holding], snapshots: &[Date], from: Date, to: Date) -> Vec<Line> {
    let (Some(first), Some(last)) = (in_force(snapshots, from), in_force(snapshots, to)) else {
        return Vec::new();
    };
    let holds = |on, line| {
        let mut rows = at(holdings, on).iter();
        rows.any(|row| row.balance.0 != 0 && Line::of(row.product_kind) == Some(line))
    };
    Line::ALL.into_iter().filter(|line| holds(first, *line) && !holds(last, *line)).collect()
}
