//! Bands of probability, for people who do not read decimals.

/// How likely a loss is, by the limits in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    Low,
    Raised,
    High,
    VeryHigh,
}

impl Band {
    pub const CODES: [&'static str; 4] = ["low", "raised", "high", "very_high"];

    /// `limits` are the lower limits of raised, high and very high.
    pub fn of(probability: f64, limits: &[f64; 3]) -> Self {
        match limits.iter().filter(|limit| probability >= **limit).count() {
            0 => Band::Low,
            1 => Band::Raised,
            2 => Band::High,
            _ => Band::VeryHigh,
        }
    }

    pub fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Band::Low, Band::Raised, Band::High, Band::VeryHigh].into_iter().find(|band| band.code() == code)
    }
}
