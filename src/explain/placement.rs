//! The type and the three scores: how high, how near to the border, and by which features.
//!
//! Reads: his rows of `segments` and `features`, his movements of the night, the segment model, his group. Produces: a
//! [`Placement`]. Never: decides a level again; what was published stands.

use super::contributions::{self, Contribution};
use super::figure::{Figure, Missing};
use super::group::Group;
use super::movements::{Moved, before};
use super::night::Night;
use super::rows::Row;
use crate::error::Result;
use crate::features::{Axis, Part};
use crate::segment::model::{AxisModel, GroupModel};
use serde::Serialize;

/// Where he stands on the three axes.
#[derive(Debug, Clone, Serialize)]
pub struct Placement {
    pub customer_type: Figure<String>,
    pub type_before: Figure<String>,
    pub scores: Vec<AxisScore>,
}

/// One axis.
#[derive(Debug, Clone, Serialize)]
pub struct AxisScore {
    pub axis: &'static str,
    /// 0 to 100.
    pub score: Figure<f64>,
    pub level: Figure<String>,
    /// -1 to 1, positive is the high side; 0 is the border.
    pub margin: Figure<f64>,
    /// The share of his group that is nearer to the border.
    pub share_nearer_border: Figure<f64>,
    /// He lies on the other side, but so near to the border that he kept the level of the night before.
    pub level_is_kept: bool,
    /// Every part that the axis is made of.
    pub parts: Vec<PartScore>,
    /// Sum of the contributions.
    pub raw_score: Option<f64>,
    /// The score that this sum stands for: another than `score` where a night takes more into it than its features.
    pub score_from_features: Option<f64>,
    /// Every telling feature; strongest lift first, strongest drag last.
    pub features: Vec<Contribution>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features_missing: Option<Missing>,
}

/// A part of an axis, 0 to 100; its basis is what it was taken from.
#[derive(Debug, Clone, Serialize)]
pub struct PartScore {
    pub part: &'static str,
    pub score: Figure<f64>,
}

fn parts(axis: &str, segments: Row<'_>) -> Vec<PartScore> {
    let score = |part: Part| {
        let column = format!("{axis}_{}", part.name());
        let mut score: Figure<f64> = segments.figure(&column, Missing::NotKnown);
        score.basis = segments.get(&format!("{column}_basis"));
        PartScore { part: part.name(), score }
    };
    // The parts of value are its features themselves.
    Part::ALL
        .into_iter()
        .filter(|part| part.axis().name() == axis && part.axis() != Axis::Value)
        .map(score)
        .collect()
}

/// # Errors
/// Kind `Internal` where the model or a table cannot be read.
pub fn of(night: &Night, segments: Row<'_>, features: Row<'_>, moved: &[Moved]) -> Result<Placement> {
    let customer_type: Figure<String> = segments.figure("customer_type", Missing::NotKnown);
    let type_before = before(night, moved, "type", &customer_type);
    let group_name = segments.get::<String>("segment_group").unwrap_or_default();
    let model = night.segment_model()?;
    let model_is_gone = model.is_none();
    let group_model = model.as_ref().and_then(|model| model.group(&group_name));
    let axes = Axis::ALL.map(Axis::name);
    let group = Group::read(night, &group_name, &axes, &feature_names(group_model))?;
    let scores = axes.map(|axis| {
        let model = group_model.and_then(|model| model.axes.iter().find(|found| found.axis == axis));
        let missing = if model_is_gone { Missing::ModelGone } else { Missing::GroupNotClustered };
        let explained = model.map(|model| explained(model, features, &group)).ok_or(missing);
        axis_score(axis, segments, &group, explained)
    });
    Ok(Placement { customer_type, type_before, scores: scores.into() })
}

fn feature_names(model: Option<&GroupModel>) -> Vec<&str> {
    model.into_iter().flat_map(|model| &model.axes).flat_map(|axis| axis.parts.taming.names()).collect()
}

/// What the features of an axis come to.
struct Explained {
    raw: f64,
    score: f64,
    features: Vec<Contribution>,
}

fn explained(model: &AxisModel, row: Row<'_>, group: &Group) -> Explained {
    let mut features = contributions::of_axis(model, row, group);
    let raw = features.iter().map(|part| part.contribution).sum();
    features.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    Explained { raw, score: model.score(raw), features }
}

fn axis_score(
    axis: &'static str,
    segments: Row<'_>,
    group: &Group,
    explained: Result<Explained, Missing>,
) -> AxisScore {
    let column = |what: &str| format!("{axis}_{what}");
    let margin: Figure<f64> = segments.figure(&column("margin"), Missing::GroupNotClustered);
    let level: Figure<String> = segments.figure(&column("level"), Missing::GroupNotClustered);
    let share = margin.value.and_then(|margin| group.share_nearer(axis, margin));
    let side = margin.value.map(|margin| if margin > 0.0 { "high" } else { "low" });
    let mut score: Figure<f64> = segments.figure(&column("score"), Missing::GroupNotClustered);
    score.basis = segments.get(&column("basis"));
    let missing = explained.as_ref().err().copied();
    let explained = explained.ok();
    AxisScore {
        axis,
        score,
        level_is_kept: side.is_some() && level.value.is_some() && side != level.value.as_deref(),
        level,
        margin,
        share_nearer_border: Figure::of(share, Missing::GroupNotClustered),
        parts: parts(axis, segments),
        raw_score: explained.as_ref().map(|explained| explained.raw),
        score_from_features: explained.as_ref().map(|explained| explained.score),
        features: explained.map(|explained| explained.features).unwrap_or_default(),
        features_missing: missing,
    }
}
