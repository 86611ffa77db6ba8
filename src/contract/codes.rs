//! The code tables of the contract: every code an export may map to, and what it means for the figures.

/// Declares an enum with one stable text code per value, in the order of the published documentation.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            pub const CODES: &'static [&'static str] = &[$($code),+];

            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    /// What a transaction is.
    Kind {
        Deposit = "deposit", Withdrawal = "withdrawal", TransferIn = "transfer_in",
        TransferOut = "transfer_out", Payment = "payment", Refund = "refund", Salary = "salary",
        Purchase = "purchase", Redemption = "redemption", OwnTransfer = "own_transfer",
        Interest = "interest", Fee = "fee", LoanDrawdown = "loan_drawdown",
        LoanRepayment = "loan_repayment", Other = "other",
    }
}

impl Kind {
    /// Whether the money crosses the border of the bank (and so can be an outflow).
    pub fn crosses_border(self) -> bool {
        use Kind::{Deposit, Other, Payment, Refund, Salary, TransferIn, TransferOut, Withdrawal};
        matches!(self, Deposit | Withdrawal | TransferIn | TransferOut | Payment | Refund | Salary | Other)
    }

    /// Whether the customer himself started it (and so was not silent).
    pub fn started_by_customer(self) -> bool {
        !matches!(self, Kind::Salary | Kind::Refund | Kind::Interest | Kind::Fee | Kind::Other)
    }

    /// Whether it is everyday banking: started by the customer, over the border of the bank. Instalments come by
    /// themselves, and products mature and are placed again whatever he does otherwise.
    pub fn is_everyday(self) -> bool {
        self.started_by_customer() && self.crosses_border()
    }
}

codes! {
    /// What a product or a holding is.
    ProductKind {
        DemandDeposit = "demand_deposit", FxDemandDeposit = "fx_demand_deposit",
        TimeDeposit = "time_deposit", FxTimeDeposit = "fx_time_deposit", Structured = "structured",
        Wealth = "wealth", Trust = "trust", Fund = "fund", BondFund = "bond_fund",
        TreasuryBond = "treasury_bond", Bond = "bond", Insurance = "insurance",
        Securities = "securities", CustodyCash = "custody_cash", LoanMortgage = "loan_mortgage",
        LoanConsumer = "loan_consumer", LoanBusiness = "loan_business", CreditLine = "credit_line",
        Card = "card", Guarantee = "guarantee", Other = "other",
    }
}

impl ProductKind {
    /// Whether a balance counts in assets under management.
    pub fn counts_in_aum(self) -> bool {
        !self.is_debt() && self != ProductKind::Other
    }

    /// Whether its price may fall, so that it must suit whoever buys it: his assessed appetite for risk must reach its
    /// level. Deposits, treasury bonds and credit are sold without an assessment.
    pub fn carries_risk(self) -> bool {
        use ProductKind::{Bond, BondFund, Fund, Insurance, Securities, Structured, Trust, Wealth};
        matches!(self, Structured | Wealth | Trust | Fund | BondFund | Bond | Insurance | Securities)
    }

    /// Credit that may be drawn on again: the customer has it while its limit stands, drawn or not. Of a loan, the limit
    /// is what was once lent, and paid back it is gone.
    pub fn is_revolving(self) -> bool {
        matches!(self, ProductKind::CreditLine | ProductKind::Card)
    }

    /// Debts and commitments: balances delivered positive, told apart by kind.
    pub fn is_debt(self) -> bool {
        use ProductKind::{Card, CreditLine, Guarantee, LoanBusiness, LoanConsumer, LoanMortgage};
        matches!(self, LoanMortgage | LoanConsumer | LoanBusiness | CreditLine | Card | Guarantee)
    }
}

codes! {
    /// How a transaction or a contact came about.
    Channel { Branch = "branch", Atm = "atm", Mobile = "mobile", Web = "web", Phone = "phone", Other = "other" }
}

codes! {
    /// What a customer is to an account; a joint account counts once, for the owner.
    Role { Owner = "owner", Joint = "joint", Other = "other" }
}

codes! {
    /// Whom the bank deals with; institutions are segmented apart.
    CustomerKind { Individual = "individual", Institution = "institution" }
}

codes! {
    /// As delivered; used by product rules only.
    Gender { Female = "female", Male = "male", Other = "other" }
}
