//! The lists, in the order of their priority, and the families that share a manager's capacity.

/// A list; the order of the variants is the priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    LargeMove,
    Maturity,
    Retention,
    ContactDue,
    VipUpgrade,
    CrossSell,
    Unclaimed,
}

/// Lists that share a quota; what one leaves unused passes on in this order, selling last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    Urgent,
    Keeping,
    Caring,
    Selling,
}

impl Family {
    pub const ALL: [Family; 4] = [Family::Urgent, Family::Keeping, Family::Caring, Family::Selling];
}

impl List {
    pub const ALL: [List; 7] = [
        List::LargeMove,
        List::Maturity,
        List::Retention,
        List::ContactDue,
        List::VipUpgrade,
        List::CrossSell,
        List::Unclaimed,
    ];

    pub fn code(self) -> &'static str {
        match self {
            List::LargeMove => "large_move",
            List::Maturity => "maturity",
            List::Retention => "retention",
            List::ContactDue => "contact_due",
            List::VipUpgrade => "vip_upgrade",
            List::CrossSell => "cross_sell",
            List::Unclaimed => "unclaimed",
        }
    }

    pub fn family(self) -> Family {
        match self {
            List::LargeMove | List::Maturity => Family::Urgent,
            List::Retention | List::ContactDue => Family::Keeping,
            List::VipUpgrade | List::CrossSell => Family::Selling,
            List::Unclaimed => Family::Caring,
        }
    }

    /// Whether a recent contact keeps a customer off it; never for what cannot wait.
    pub fn has_cooldown(self) -> bool {
        self == List::Retention || self.is_selling()
    }

    pub fn is_selling(self) -> bool {
        self.family() == Family::Selling
    }
}
