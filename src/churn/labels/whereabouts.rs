//! Where a customer's money went, as far as his transactions show it.

use crate::contract::Transaction;
use crate::contract::codes::{Kind, ProductKind};
use crate::money::Money;

/// Net amounts in minor units, positive away from his current accounts. The first two stay in the bank and are no
/// loss; the other three add up to the net outflow over its border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whereabouts {
    /// Into own time deposits, less what came back from them.
    pub time_deposits: Money,
    /// The same of funds and all other own products.
    pub investments: Money,
    /// To own accounts at other banks, less what came from there.
    pub own_accounts_elsewhere: Money,
    /// Payments less refunds.
    pub spent: Money,
    /// Withdrawals and transfers to others, less deposits, salaries and transfers from others.
    pub elsewhere: Money,
}

impl Whereabouts {
    pub fn of(rows: &[Transaction]) -> Self {
        let mut whereabouts = Self::default();
        for row in rows {
            if let Some(place) = whereabouts.place(row) {
                place.0 -= row.amount.0;
            }
        }
        whereabouts
    }

    /// Over the border of the bank; negative where more came than went.
    pub fn net_outflow(&self) -> Money {
        Money(self.own_accounts_elsewhere.0 + self.spent.0 + self.elsewhere.0)
    }

    /// `None`: between own accounts, or the bank's own bookings.
    fn place(&mut self, row: &Transaction) -> Option<&mut Money> {
        let is_deposit =
            matches!(row.product_kind, Some(ProductKind::TimeDeposit | ProductKind::FxTimeDeposit));
        match row.kind {
            Kind::Purchase | Kind::Redemption if is_deposit => Some(&mut self.time_deposits),
            Kind::Purchase | Kind::Redemption => Some(&mut self.investments),
            kind if !kind.crosses_border() => None,
            _ if row.own_account_elsewhere => Some(&mut self.own_accounts_elsewhere),
            Kind::Payment | Kind::Refund => Some(&mut self.spent),
            _ => Some(&mut self.elsewhere),
        }
    }
}
