//! What each feature adds to a score: its share of the weight of its part, times how far he lies from the mean.
//!
//! Reads: the axis of the segment model that placed him, his features, the medians of his group. Produces: one
//! contribution per feature that tells something of him; they add up to the raw score of tonight alone, before loyalty
//! is smoothed over earlier dates. Never: fits anything.

use super::figure::{Figure, Missing};
use super::group::Group;
use super::rows::Row;
use crate::features::catalogue::{Feature, Unit, features};
use crate::segment::model::AxisModel;
use crate::segment::parts::Added;
use serde::Serialize;

/// One feature's part in a score.
#[derive(Debug, Clone, Serialize)]
pub struct Contribution {
    pub feature: &'static str,
    /// The part of the axis that it tells.
    pub part: &'static str,
    pub description: &'static str,
    pub unit: &'static str,
    /// How people read the value.
    #[serde(skip)]
    pub shown_as: Unit,
    pub value: Figure<f64>,
    pub group_median: Figure<f64>,
    /// Standard deviations from the mean of those the model was fitted on, after taming.
    pub standardised: f64,
    /// +1 where more of it lifts the score, -1 where more of it lowers it.
    pub direction: f64,
    /// What it adds to the raw score.
    pub contribution: f64,
}

/// Every feature that tells something of him, in the order of the parts.
pub fn of_axis(axis: &AxisModel, features: Row<'_>, group: &Group) -> Vec<Contribution> {
    let value = |name: &str| features.figure::<f64>(name, Missing::NotKnown);
    let values: Vec<f64> =
        axis.parts.taming.names().map(|name| value(name).value.unwrap_or(f64::NAN)).collect();
    let contribution = |added: Added| {
        let about = feature(&axis.parts.taming.features[added.feature].name)?;
        Some(Contribution {
            feature: about.name,
            part: about.shape.map_or("", |shape| shape.part.name()),
            description: about.description,
            unit: about.unit.name(),
            shown_as: about.unit,
            value: value(about.name),
            group_median: Figure::of(group.median(about.name), Missing::NotKnown),
            standardised: added.standardised,
            direction: added.sign,
            contribution: added.added,
        })
    };
    axis.parts.added(&values).into_iter().filter_map(contribution).collect()
}

fn feature(name: &str) -> Option<&'static Feature> {
    features().find(|feature| feature.name == name)
}

/// The strongest contributions, first those that lift the score, then those that lower it, at most `n` each.
pub fn strongest(all: &[Contribution], n: usize) -> (Vec<&Contribution>, Vec<&Contribution>) {
    let mut sorted: Vec<&Contribution> = all.iter().collect();
    sorted.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then_with(|| a.feature.cmp(b.feature)));
    let lifts = sorted.iter().copied().filter(|part| part.contribution > 0.0).take(n).collect();
    let lowers = sorted.iter().rev().copied().filter(|part| part.contribution < 0.0).take(n).collect();
    (lifts, lowers)
}
