//! The segment model as it is stored: every parameter that places a customer.

use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::Axis;
use crate::model::taming::Taming;
use crate::warning::Warning;
use serde::{Deserialize, Serialize};

/// Raised when the meaning of a field changes.
pub const FORMAT_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentModel {
    pub format_version: u32,
    /// The last date whose data the model has seen.
    pub trained_through: Date,
    pub groups: Vec<GroupModel>,
}

/// The model of individuals or of institutions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupModel {
    pub segment_group: String,
    pub n_fitted: usize,
    /// One per axis, in the order of [`Axis::ALL`]; empty where the group is too small.
    pub axes: Vec<AxisModel>,
    pub joint: Option<JointModel>,
}

/// How one axis is scored and cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisModel {
    pub axis: String,
    pub taming: Taming,
    /// +1 or -1 per feature: whether more of it lifts the score.
    pub directions: Vec<f64>,
    /// Mean and standard deviation of the raw score over the fitted customers.
    pub score_mean: f64,
    pub score_sd: f64,
    /// Rows are clusters, columns features.
    pub centroids: Vec<Vec<f32>>,
    /// Whether a cluster lies on the high side; all false where the axis cannot be cut.
    pub is_high: Vec<bool>,
    /// Mean silhouette of the clusters on a fixed sample.
    pub silhouette: Option<f64>,
}

/// Clusters over all axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointModel {
    pub taming: Taming,
    /// Factor per feature that gives each axis the same weight.
    pub weights: Vec<f32>,
    pub centroids: Vec<Vec<f32>>,
    pub silhouette: Option<f64>,
}

impl SegmentModel {
    /// The group's model.
    pub fn group(&self, segment_group: &str) -> Option<&GroupModel> {
        self.groups.iter().find(|group| group.segment_group == segment_group)
    }

    /// What people should know of the model: groups without types, axes without a cut, missing clusters.
    pub fn warnings(&self, joint_clusters: usize) -> Vec<Warning> {
        self.groups.iter().flat_map(|group| group.warnings(joint_clusters)).collect()
    }

    /// The stored form: stable JSON.
    ///
    /// # Errors
    /// Kind `Internal` if a parameter is not a number that JSON can hold.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self)
            .map_err(|cause| Error::internal("the segment model cannot be written").caused_by(cause))
    }
}

impl GroupModel {
    fn warnings(&self, joint_clusters: usize) -> Vec<Warning> {
        let group = || self.segment_group.clone();
        let Some(joint) = &self.joint else {
            let is_empty = self.n_fitted == 0;
            return if is_empty {
                Vec::new()
            } else {
                vec![Warning::GroupNotSegmented { group: group(), n_fitted: self.n_fitted }]
            };
        };
        let uncut = self.axes.iter().filter(|axis| !axis.is_high.contains(&true));
        let mut warnings: Vec<Warning> =
            uncut.map(|axis| Warning::AxisNotCut { group: group(), axis: axis.axis.clone() }).collect();
        if joint.centroids.len() < joint_clusters {
            warnings.push(Warning::FewerClusters {
                group: group(),
                found: joint.centroids.len(),
                wanted: joint_clusters,
            });
        }
        warnings
    }
}

impl AxisModel {
    /// # Panics
    /// If the stored name is no axis, which [`fit`](super::fit) never writes.
    pub fn axis(&self) -> Axis {
        Axis::ALL.into_iter().find(|axis| axis.name() == self.axis).expect("an axis of the catalogue")
    }
}
