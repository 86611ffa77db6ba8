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

/// A part of an axis, scored by itself: what of value, loyalty or behaviour a feature tells. Only features with a part
/// shape types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What the customer earns the bank in a year.
    Worth,
    /// The money he keeps here.
    Assets,
    Tenure,
    /// Kinds of products held.
    Products,
    /// Whether products and money grow.
    Trend,
    /// Our share of his money.
    Wallet,
    /// Whether money that matures stays.
    Renewal,
    /// What he says of us.
    Attitude,
    Recency,
    Frequency,
    /// How evenly his acts are spread.
    Regularity,
    /// Money in and out.
    Amounts,
    /// How many doors he uses.
    Channels,
    /// How often his money changes products.
    Turnover,
    /// Whether he does more or less than before.
    Direction,
}

impl Part {
    pub const ALL: [Part; 15] = [
        Part::Worth,
        Part::Assets,
        Part::Tenure,
        Part::Products,
        Part::Trend,
        Part::Wallet,
        Part::Renewal,
        Part::Attitude,
        Part::Recency,
        Part::Frequency,
        Part::Regularity,
        Part::Amounts,
        Part::Channels,
        Part::Turnover,
        Part::Direction,
    ];

    pub fn axis(self) -> Axis {
        match self {
            Part::Worth | Part::Assets => Axis::Value,
            Part::Tenure | Part::Products | Part::Trend | Part::Wallet | Part::Renewal | Part::Attitude => {
                Axis::Loyalty
            }
            Part::Recency
            | Part::Frequency
            | Part::Regularity
            | Part::Amounts
            | Part::Channels
            | Part::Turnover
            | Part::Direction => Axis::Behaviour,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Part::Worth => "worth",
            Part::Assets => "assets",
            Part::Tenure => "tenure",
            Part::Products => "products",
            Part::Trend => "trend",
            Part::Wallet => "wallet",
            Part::Renewal => "renewal",
            Part::Attitude => "attitude",
            Part::Recency => "recency",
            Part::Frequency => "frequency",
            Part::Regularity => "regularity",
            Part::Amounts => "amounts",
            Part::Channels => "channels",
            Part::Turnover => "turnover",
            Part::Direction => "direction",
        }
    }
}

/// How a feature enters its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub part: Part,
    /// Whether more of the feature lifts the score; otherwise it lowers it.
    pub is_up: bool,
    /// Whether it only stands in where nothing better is known of the part.
    pub is_proxy: bool,
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

/// Computes a feature from what is known of a customer at a date; NaN = missing.
pub type Kernel = fn(&Facts<'_>) -> f64;

/// One feature.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    pub name: &'static str,
    pub axis: Axis,
    pub unit: Unit,
    pub description: &'static str,
    /// How it shapes types, if it does.
    pub shape: Option<Shape>,
    pub theme: Theme,
    /// Whether the churn model may use it: known at past origins and no mere restatement of the label.
    pub in_churn_model: bool,
    /// Whether the field knows that more of it raises the chance of leaving (`Some(true)`) or lowers it.
    pub churn_sign: Option<bool>,
    /// NaN where the feature is missing.
    pub kernel: Kernel,
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
        kernel: Kernel,
    ) -> Self {
        Self {
            name,
            axis,
            unit,
            description,
            shape: None,
            theme: Theme::Other,
            in_churn_model: true,
            churn_sign: None,
            kernel,
        }
    }

    pub(super) const fn lifts(mut self, part: Part) -> Self {
        self.shape = Some(Shape { part, is_up: true, is_proxy: false });
        self
    }

    pub(super) const fn lowers(mut self, part: Part) -> Self {
        self.shape = Some(Shape { part, is_up: false, is_proxy: false });
        self
    }

    /// Stands in for a part of which nothing better is known; more of it lifts the score.
    pub(super) const fn lifts_as_proxy(mut self, part: Part) -> Self {
        self.shape = Some(Shape { part, is_up: true, is_proxy: true });
        self
    }

    /// Stands in for a part of which nothing better is known; more of it lowers the score.
    pub(super) const fn lowers_as_proxy(mut self, part: Part) -> Self {
        self.shape = Some(Shape { part, is_up: false, is_proxy: true });
        self
    }

    pub(super) const fn about(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// More of it is a warning signal of the field.
    pub(super) const fn raises_churn(mut self) -> Self {
        self.churn_sign = Some(true);
        self
    }

    /// Less of it is a warning signal of the field.
    pub(super) const fn lowers_churn(mut self) -> Self {
        self.churn_sign = Some(false);
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

    #[test]
    fn every_part_has_a_feature_of_its_axis() {
        let shapes = || features().filter_map(|feature| Some((feature, feature.shape?)));
        assert!(shapes().all(|(feature, shape)| feature.axis == shape.part.axis()));
        let observed = |part: &Part| shapes().any(|(_, shape)| shape.part == *part && !shape.is_proxy);
        assert!(Part::ALL.iter().all(observed));
    }
}
