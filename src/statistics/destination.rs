//! Where money that left the bank went to, in a word.

use crate::churn::labels::Whereabouts;

/// The place that took the largest part of what left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    OwnAccountsElsewhere,
    Spent,
    Others,
}

impl Destination {
    /// Of a net outflow; of equal parts the first.
    pub fn of(whereabouts: &Whereabouts) -> Self {
        let own = whereabouts.own_accounts_elsewhere.0;
        let (spent, others) = (whereabouts.spent.0, whereabouts.elsewhere.0);
        if own >= spent.max(others) {
            Destination::OwnAccountsElsewhere
        } else if spent >= others {
            Destination::Spent
        } else {
            Destination::Others
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Destination::OwnAccountsElsewhere => "own_accounts_elsewhere",
            Destination::Spent => "spent",
            Destination::Others => "to_others",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    #[test]
    fn the_largest_part_decides() {
        let of = |own, spent, others| {
            let whereabouts = Whereabouts {
                own_accounts_elsewhere: Money(own),
                spent: Money(spent),
                elsewhere: Money(others),
                ..Whereabouts::default()
            };
            Destination::of(&whereabouts).code()
        };
        assert_eq!(of(40, 35, 25), "own_accounts_elsewhere");
        assert_eq!(of(-10, 60, 50), "spent");
        assert_eq!(of(0, -5, 30), "to_others");
        assert_eq!(of(20, 20, 20), "own_accounts_elsewhere");
    }
}
