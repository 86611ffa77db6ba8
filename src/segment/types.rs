//! The eight types of the C3 model: one per combination of three levels.

/// High or low on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low,
    High,
}

impl Level {
    pub fn code(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::High => "high",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Level::Low, Level::High].into_iter().find(|level| level.code() == code)
    }

    /// The side that a margin names; within `hysteresis` of the border he keeps last night's level. Without a
    /// last night the sign decides, and 0 is low.
    pub fn of_margin(margin: f64, before: Option<Level>, hysteresis: f64) -> Self {
        match before {
            Some(before) if margin.abs() <= hysteresis => before,
            _ if margin > 0.0 => Level::High,
            _ => Level::Low,
        }
    }
}

/// Where no type can be told: the group is too small to be clustered.
pub const NO_TYPE: &str = "none";

/// The type of (value, loyalty, behaviour).
pub fn customer_type(value: Level, loyalty: Level, behaviour: Level) -> &'static str {
    use Level::{High, Low};
    match (value, loyalty, behaviour) {
        (High, High, High) => "core",
        (Low, High, High) => "loyal_small",
        (High, High, Low) => "sleeping",
        (Low, High, Low) => "well_wisher",
        (High, Low, High) => "captive",
        (Low, Low, High) => "passive_small",
        (High, Low, Low) => "at_risk",
        (Low, Low, Low) => "disengaged",
    }
}
