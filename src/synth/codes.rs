//! The code words of the exports, as the data contract spells them.
//!
//! Pure names: no behaviour but a few facts that follow from the contract (what counts in AUM, what
//! the customer starts himself).

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// The word written to the files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

codes! {
    /// Kinds of transactions.
    Kind {
        Deposit => "deposit", Withdrawal => "withdrawal", TransferIn => "transfer_in",
        TransferOut => "transfer_out", Payment => "payment", Refund => "refund", Salary => "salary",
        Purchase => "purchase", Redemption => "redemption", OwnTransfer => "own_transfer",
        Interest => "interest", Fee => "fee", LoanDrawdown => "loan_drawdown",
        LoanRepayment => "loan_repayment",
    }
}

codes! {
    /// Kinds of products on offer.
    ProductKind {
        DemandDeposit => "demand_deposit", TimeDeposit => "time_deposit", Wealth => "wealth",
        Structured => "structured", Trust => "trust", TreasuryBond => "treasury_bond", Fund => "fund",
        BondFund => "bond_fund", Securities => "securities", Insurance => "insurance",
        Mortgage => "loan_mortgage", ConsumerLoan => "loan_consumer", BusinessLoan => "loan_business",
        Card => "card", CreditLine => "credit_line",
    }
}

codes! {
    /// Where a transaction or a contact took place.
    Channel { Branch => "branch", Atm => "atm", Mobile => "mobile", Web => "web", Phone => "phone" }
}

codes! {
    /// The latent state of a customer at a month end.
    State {
        Settling => "settling", Active => "active", Cooling => "cooling", Leaving => "leaving",
        Silent => "silent",
    }
}

codes! {
    /// Why a customer cools, leaves or closes.
    Reason {
        None => "none", Competitor => "competitor", Price => "price", Service => "service",
        Moved => "moved", LifeEvent => "life_event", Deceased => "deceased", Merged => "merged",
    }
}

codes! {
    /// What came of a contact.
    Outcome {
        Reached => "reached", NotReached => "not_reached", Appointment => "appointment",
        Sale => "sale", Declined => "declined", Complaint => "complaint",
    }
}

impl Kind {
    /// Whether the customer starts it himself; silence is the lack of these.
    pub fn is_customer_started(self) -> bool {
        !matches!(self, Self::Salary | Self::Refund | Self::Interest | Self::Fee)
    }
}

impl ProductKind {
    /// Whether the balance is a debt.
    pub fn is_debt(self) -> bool {
        matches!(self, Self::Mortgage | Self::ConsumerLoan | Self::BusinessLoan) || self.is_revolving()
    }

    /// Whether it is a frame that is renewed, without instalments.
    pub fn is_revolving(self) -> bool {
        matches!(self, Self::Card | Self::CreditLine)
    }

    /// Reaction to the common market factor; zero for what has no price.
    pub fn market_beta(self) -> f64 {
        match self {
            Self::Securities => 1.2, // single shares move a little more than the index
            Self::Fund => 0.9,       // equity funds hold some cash
            Self::Structured => 0.4, // partly protected
            Self::BondFund => 0.12,  // rates, not shares
            _ => 0.0,
        }
    }
}
