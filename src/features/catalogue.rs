//! The feature catalogue: one entry per feature, from which frames, models and the data dictionary follow.

use super::Facts;
use super::{behaviour, loyalty, value};
use crate::model::taming::FeatureSpec;

/// The axis of the C3 model that a feature describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    Value,
    Loyalty,
    Behaviour,
}

impl Axis {
    pub const ALL: [Axis; 3] = [Axis::Value, Axis::Loyalty, Axis::Behaviour];

    pub fn name(self) -> &'static str {
        match self {
            Axis::Value => "value",
            Axis::Loyalty => "loyalty",
            Axis::Behaviour => "behaviour",
        }
    }
}

/// What a number counts; also decides how it is tamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Units of the base currency.
    Money,
    Days,
    Count,
    /// A part of a whole, or a difference of parts; not bounded by 1 where money moves.
    Share,
    /// A bounded figure without unit.
    Score,
    /// 0 or 1.
    Flag,
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Unit::Money => "currency units",
            Unit::Days => "days",
            Unit::Count => "count",
            Unit::Share => "share",
            Unit::Score => "score",
            Unit::Flag => "0 or 1",
        }
    }

    /// Heavy-tailed sizes are taken through `asinh`; bounded ones stay as they are.
    pub fn is_heavy_tailed(self) -> bool {
        matches!(self, Unit::Money | Unit::Days | Unit::Count | Unit::Share)
    }
}

/// Whether more of a feature lifts the score of its axis. Only directed features shape types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
    Undirected,
}

/// What a churn reason built on the feature is about; the words are in `config/labels/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Recency,
    FrequencyFalling,
    Outflow,
    SalaryStopped,
    TransfersElsewhere,
    AumFalling,
    ProductsFewer,
    ComplaintOpen,
    NotRenewed,
    TenureShort,
    ContactOld,
    Other,
}

impl Theme {
    pub fn code(self) -> &'static str {
        match self {
            Theme::Recency => "recency",
            Theme::FrequencyFalling => "frequency_falling",
            Theme::Outflow => "outflow",
            Theme::SalaryStopped => "salary_stopped",
            Theme::TransfersElsewhere => "transfers_elsewhere",
            Theme::AumFalling => "aum_falling",
            Theme::ProductsFewer => "products_fewer",
            Theme::ComplaintOpen => "complaint_open",
            Theme::NotRenewed => "not_renewed",
            Theme::TenureShort => "tenure_short",
            Theme::ContactOld => "contact_old",
            Theme::Other => "other",
        }
    }
}

/// One feature.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    pub name: &'static str,
    pub axis: Axis,
    pub unit: Unit,
    pub description: &'static str,
    pub direction: Direction,
    pub theme: Theme,
    /// Whether the churn model may use it: known at past origins and no mere restatement of the label.
    pub in_churn_model: bool,
    /// NaN where the feature is missing.
    pub kernel: fn(&Facts<'_>) -> f64,
}

impl Feature {
    /// How a model tames it.
    pub fn taming_spec(&self) -> FeatureSpec<'static> {
        FeatureSpec { name: self.name, money_or_count: self.unit.is_heavy_tailed() }
    }

    pub(super) const fn new(
        axis: Axis,
        name: &'static str,
        unit: Unit,
        description: &'static str,
        kernel: fn(&Facts<'_>) -> f64,
    ) -> Self {
        let (direction, theme) = (Direction::Undirected, Theme::Other);
        Self { name, axis, unit, description, direction, theme, in_churn_model: true, kernel }
    }

    pub(super) const fn lifts(mut self) -> Self {
        self.direction = Direction::Up;
        self
    }

    pub(super) const fn lowers(mut self) -> Self {
        self.direction = Direction::Down;
        self
    }

    pub(super) const fn about(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    pub(super) const fn outside_churn_model(mut self) -> Self {
        self.in_churn_model = false;
        self
    }
}

/// Every feature, in the order of the published columns.
pub const CATALOGUE: [&[Feature]; 3] = [value::FEATURES, loyalty::FEATURES, behaviour::FEATURES];

/// How many features there are: the width of a row.
pub const N_FEATURES: usize = value::FEATURES.len() + loyalty::FEATURES.len() + behaviour::FEATURES.len();

/// Every feature, in the order of the published columns.
pub fn features() -> impl Iterator<Item = &'static Feature> + Clone {
    CATALOGUE.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_the_catalogue_is_as_large_as_promised() {
        let mut names: Vec<&str> = features().map(|feature| feature.name).collect();
        assert!(names.len() >= 60, "{} features", names.len());
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
