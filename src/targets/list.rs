//! The lists, in the order of their priority, and the families that share a manager's capacity.

/// Declares the lists in the order of their priority, each with its code and its family.
macro_rules! lists {
    ($($list:ident = $code:literal in $family:ident),+ $(,)?) => {
        /// A list; the order of the variants is the priority.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum List { $($list),+ }

        const N_LISTS: usize = [$($code),+].len();

        impl List {
            pub const ALL: [List; N_LISTS] = [$(List::$list),+];

            pub fn code(self) -> &'static str {
                match self { $(List::$list => $code),+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(List::$list),)+ _ => None }
            }

            pub fn family(self) -> Family {
                match self { $(List::$list => Family::$family),+ }
            }
        }
    };
}

lists! {
    ComplaintFollowup = "complaint_followup" in Urgent,
    LargeMove = "large_move" in Urgent,
    Maturity = "maturity" in Urgent,
    CreditExpiry = "credit_expiry" in Urgent,
    Retention = "retention" in Keeping,
    LongSilent = "long_silent" in Keeping,
    ContactDue = "contact_due" in Keeping,
    VipUpgrade = "vip_upgrade" in Selling,
    TierWatch = "tier_watch" in Keeping,
    CrossSell = "cross_sell" in Selling,
    WinBack = "win_back" in Keeping,
    DormantCheck = "dormant_check" in Keeping,
    Unclaimed = "unclaimed" in Keeping,
    GainCall = "gain_call" in Caring,
    LossCare = "loss_care" in Caring,
    AfterPurchase = "after_purchase" in Caring,
    Occasion = "occasion" in Caring,
    ThankYou = "thank_you" in Caring,
    SatisfactionSample = "satisfaction_sample" in Caring,
    Cultivate = "cultivate" in Caring,
    NegativeValueReview = "negative_value_review" in Caring,
    Handover = "handover" in Keeping,
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

    /// Key of `[family]` in the labels.
    pub fn code(self) -> &'static str {
        match self {
            Family::Urgent => "urgent",
            Family::Keeping => "keeping",
            Family::Caring => "caring",
            Family::Selling => "selling",
        }
    }
}

impl List {
    pub fn is_selling(self) -> bool {
        self.family() == Family::Selling
    }

    /// Whether it asks for new business, so that it needs a consent to marketing: selling, winning back what left, and
    /// asking for what lies elsewhere.
    pub fn is_marketing(self) -> bool {
        self.is_selling() || matches!(self, List::WinBack | List::Cultivate)
    }

    /// Whether a share of its customers is held out, so that its effect can be measured.
    pub fn is_a_campaign(self) -> bool {
        matches!(self, List::Retention | List::WinBack) || self.is_selling()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::LISTS;

    #[test]
    fn every_list_has_its_words_in_the_order_of_priority() {
        assert_eq!(List::ALL.iter().map(|list| list.code()).collect::<Vec<_>>(), LISTS);
        assert!(List::ALL.iter().all(|list| List::from_code(list.code()) == Some(*list)));
        assert_eq!(List::from_code("spring_campaign"), None);
    }
}
