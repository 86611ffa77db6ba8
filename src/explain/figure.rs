//! A published figure: its value and what it rests on, or why there is none.
//!
//! Reads and touches nothing. Never: an empty cell without a word.

use serde::{Serialize, Serializer};

/// One figure; either `value` or `missing` is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure<T> {
    pub value: Option<T>,
    /// What it rests on: a published `*_basis`, the id of a model, or a code of `[explain_basis]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

impl<T> Figure<T> {
    /// The value, or that it is missing for this reason.
    pub fn of(value: Option<T>, missing: Missing) -> Self {
        let missing = value.is_none().then_some(missing);
        Self { value, basis: None, missing }
    }

    pub fn known(value: T) -> Self {
        Self { value: Some(value), basis: None, missing: None }
    }

    pub fn missing(reason: Missing) -> Self {
        Self { value: None, basis: None, missing: Some(reason) }
    }

    /// The same, with what it rests on.
    #[must_use]
    pub fn on(mut self, basis: impl Into<String>) -> Self {
        self.basis = Some(basis.into());
        self
    }
}

/// Why there is no figure; the words are in `[explain_missing]` of the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The exports do not say.
    NotDelivered,
    /// The night has no such column or table.
    NotPublished,
    /// Null, and the tables do not say why.
    NotKnown,
    /// No balances are known for him.
    NoBalances,
    /// His group was too small to be clustered.
    GroupNotClustered,
    /// The model file that the night names is not there any more.
    ModelGone,
    /// No night was published before.
    FirstNight,
    /// He was not in the night before.
    NotInNightBefore,
    /// The night's churn figures are not meant for him.
    OutOfScope,
    /// No churn model could be trained.
    NoModel,
    /// What the list is about has no such figure.
    NotApplicable,
    /// Nobody was seen without the product, so nobody could buy it.
    NobodyObserved,
    /// No rate is delivered for the product, or nobody holds it.
    NoMarginRate,
    /// He is here for less than a complete month.
    NoCompleteMonth,
    /// What the customer earns the bank is not known, so nothing can be summed over years.
    ValueIsNoMargin,
    /// Under so many months no move between tiers was counted.
    HistoryTooShort,
    /// Of a tier that he is in or may come to, nobody shows what it is worth.
    TierNotSeen,
}

impl Missing {
    pub const ALL: [Missing; 17] = [
        Missing::NotDelivered,
        Missing::NotPublished,
        Missing::NotKnown,
        Missing::NoBalances,
        Missing::GroupNotClustered,
        Missing::ModelGone,
        Missing::FirstNight,
        Missing::NotInNightBefore,
        Missing::OutOfScope,
        Missing::NoModel,
        Missing::NotApplicable,
        Missing::NobodyObserved,
        Missing::NoMarginRate,
        Missing::NoCompleteMonth,
        Missing::ValueIsNoMargin,
        Missing::HistoryTooShort,
        Missing::TierNotSeen,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Missing::NotDelivered => "not_delivered",
            Missing::NotPublished => "not_published",
            Missing::NotKnown => "not_known",
            Missing::NoBalances => "no_balances",
            Missing::GroupNotClustered => "group_not_clustered",
            Missing::ModelGone => "model_gone",
            Missing::FirstNight => "first_night",
            Missing::NotInNightBefore => "not_in_night_before",
            Missing::OutOfScope => "out_of_scope",
            Missing::NoModel => "no_model",
            Missing::NotApplicable => "not_applicable",
            Missing::NobodyObserved => "nobody_observed",
            Missing::NoMarginRate => "no_margin_rate",
            Missing::NoCompleteMonth => "no_complete_month",
            Missing::ValueIsNoMargin => "value_is_no_margin",
            Missing::HistoryTooShort => "history_too_short",
            Missing::TierNotSeen => "tier_not_seen",
        }
    }
}

impl Serialize for Missing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
