//! Ways of writing a number that are read only where the mapping says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One way of writing a number besides plain digits with a decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// `1,234.56`: commas between groups of exactly three digits.
    Thousands,
    /// `1.234,56`: a decimal comma, and points between groups of exactly three digits.
    DecimalComma,
    /// `１２３４．５６`: full-width digits, signs and brackets; in ids and dates too, where they become ASCII.
    FullWidth,
    /// `(100)` is -100.
    Parentheses,
    /// `5-` is -5.
    TrailingMinus,
    /// `+5` is 5.
    Plus,
    /// `1 234.56`, `- 5`: a space or no-break space between groups of exactly three digits, or after a sign.
    InnerSpaces,
    /// `12万`, `3.5亿`, `100元`, `CNY 5`: a unit, or the base currency; `元` and `¥` where that is CNY.
    Units,
    /// `1.5e3`.
    Exponent,
}

impl Tolerance {
    /// All of them, in the order in which a reason names one.
    pub const ALL: [Self; 9] = [
        Self::FullWidth,
        Self::Thousands,
        Self::DecimalComma,
        Self::Parentheses,
        Self::TrailingMinus,
        Self::Plus,
        Self::InnerSpaces,
        Self::Units,
        Self::Exponent,
    ];

    /// As it is written in the configuration.
    pub fn code(self) -> &'static str {
        match self {
            Self::Thousands => "thousands",
            Self::DecimalComma => "decimal_comma",
            Self::FullWidth => "full_width",
            Self::Parentheses => "parentheses",
            Self::TrailingMinus => "trailing_minus",
            Self::Plus => "plus",
            Self::InnerSpaces => "inner_spaces",
            Self::Units => "units",
            Self::Exponent => "exponent",
        }
    }
}

/// A set of tolerances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accept(u16);

impl Accept {
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, tolerance: Tolerance) -> bool {
        self.0 & Self::bit(tolerance) != 0
    }

    #[must_use]
    pub fn with(self, tolerance: Tolerance) -> Self {
        Self(self.0 | Self::bit(tolerance))
    }

    /// The first tolerance that is here and not in `other`.
    pub fn first_beyond(self, other: Self) -> Option<Tolerance> {
        Tolerance::ALL.into_iter().find(|one| self.has(*one) && !other.has(*one))
    }

    fn bit(tolerance: Tolerance) -> u16 {
        1 << tolerance as u16
    }
}

impl<'t> FromIterator<&'t Tolerance> for Accept {
    fn from_iter<I: IntoIterator<Item = &'t Tolerance>>(tolerances: I) -> Self {
        tolerances.into_iter().fold(Self::default(), |all, one| all.with(*one))
    }
}
