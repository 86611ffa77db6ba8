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

    /// The side that a margin names; 0 is low.
    pub fn of_margin(margin: f64) -> Self {
        if margin > 0.0 { Level::High } else { Level::Low }
    }
}

/// Where no type can be told: the group is too small to be clustered.
pub const NO_TYPE: &str = "none";

/// The types in the order of their documentation.
pub const TYPES: [&str; 8] =
    ["core", "loyal_small", "sleeping", "well_wisher", "captive", "passive_small", "at_risk", "disengaged"];

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
