//! How good a fit is, and how it compares with the model in force.
//!
//! Reads: a segment model and the segments of one night placed by it, no level carried over. Grain: a group, an axis.
//! Never: reads a file or says of one customer what the model makes of him.

use super::comparison::SameTypes;
use crate::error::Result;
use crate::segment::model::{AxisModel, GroupModel, JointModel};
use crate::segment::types::{Level, NO_TYPE};
use crate::segment::{SegmentModel, SegmentTable};
use serde::Serialize;

/// Who shaped a group's model, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupFigures {
    pub segment_group: String,
    /// In the night.
    pub n_customers: usize,
    pub n_fitted: usize,
    /// Too new to shape the model; placed by it.
    pub n_provisional: usize,
    /// None where the group is too small to cluster.
    pub axes: Vec<AxisFigures>,
    pub joint_clusters: Option<usize>,
    pub joint_silhouette: Option<f64>,
    /// Mean adjusted Rand index of the joint clusters against refits on resamples.
    pub joint_agreement: Option<f64>,
}

/// How one axis was cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisFigures {
    pub axis: String,
    pub n_clusters: usize,
    /// Mean over a fixed sample of the fitted customers.
    pub silhouette: Option<f64>,
    /// Mean part of customers who keep their level when the axis is fitted on a resample.
    pub stability: f64,
    /// Share of the fitted customers with the high level.
    pub share_high: Option<f64>,
}

/// Figures of every group of `model`, which placed the customers as `placed`.
///
/// # Errors
/// Kind `Internal` if the segments lack a column.
pub(in crate::pipeline) fn group_figures(
    model: &SegmentModel,
    placed: &SegmentTable,
) -> Result<Vec<GroupFigures>> {
    model.groups.iter().map(|group| of_group(group, placed)).collect()
}

fn of_group(group: &GroupModel, placed: &SegmentTable) -> Result<GroupFigures> {
    let name = group.segment_group.as_str();
    let settled = settled_rows(placed, name)?;
    let of_group = placed.frame().column("segment_group")?.str()?.iter();
    let n_customers = of_group.filter(|group| *group == Some(name)).count();
    Ok(GroupFigures {
        segment_group: name.to_owned(),
        n_customers,
        n_fitted: group.n_fitted,
        n_provisional: n_customers - settled.len(),
        axes: group.axes.iter().map(|axis| of_axis(axis, placed, &settled)).collect::<Result<_>>()?,
        joint_clusters: group.joint.as_ref().map(|joint| joint.centroids.len()),
        joint_silhouette: group.joint.as_ref().and_then(|joint| joint.silhouette),
        joint_agreement: group.joint.as_ref().and_then(agreement),
    })
}

/// Of the number of clusters that was chosen.
fn agreement(joint: &JointModel) -> Option<f64> {
    joint.tried.iter().find(|tried| tried.n_clusters == joint.centroids.len())?.agreement
}

fn of_axis(axis: &AxisModel, placed: &SegmentTable, settled: &[usize]) -> Result<AxisFigures> {
    let levels = placed.frame().column(&format!("{}_level", axis.axis))?.str()?;
    let n_high = settled.iter().filter(|row| levels.get(**row) == Some(Level::High.code())).count();
    Ok(AxisFigures {
        axis: axis.axis.clone(),
        n_clusters: axis.centroids.len(),
        silhouette: axis.silhouette,
        stability: axis.stability,
        share_high: share(n_high, settled.len()),
    })
}

/// How many customers keep their type when `candidate` takes the place of `in_force`.
pub(in crate::pipeline) fn same_types(candidate: &SegmentTable, in_force: &SegmentTable) -> SameTypes {
    let types = candidate.customer_types().iter().zip(in_force.customer_types());
    let typed = types.filter(|(one, other)| **one != NO_TYPE && **other != NO_TYPE);
    let (mut n_customers, mut n_same_type) = (0, 0);
    for (one, other) in typed {
        n_customers += 1;
        n_same_type += usize::from(one == other);
    }
    SameTypes { n_customers, n_same_type }
}

/// `part` of `whole`; `None` of nothing.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Rows of a group's customers who are old enough to shape a model, ascending.
///
/// # Errors
/// Kind `Internal` if the segments lack a column.
pub(super) fn settled_rows(segments: &SegmentTable, segment_group: &str) -> Result<Vec<usize>> {
    let groups = segments.frame().column("segment_group")?.str()?;
    let provisional = segments.frame().column("is_provisional")?.bool()?;
    let is_settled =
        |row: &usize| groups.get(*row) == Some(segment_group) && provisional.get(*row) == Some(false);
    Ok((0..groups.len()).filter(is_settled).collect())
}

/// Scores on an axis, a value per row; NaN where the group is not clustered.
///
/// # Errors
/// Kind `Internal` if the segments lack the column.
pub(super) fn scores(segments: &SegmentTable, axis: &str) -> Result<Vec<f64>> {
    let scores = segments.frame().column(&format!("{axis}_score"))?.f64()?;
    Ok(scores.iter().map(|score| score.unwrap_or(f64::NAN)).collect())
}
