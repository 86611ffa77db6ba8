//! The segment model as it is stored: every parameter that places a customer.

use super::curve::score_0_to_100;
use super::cut::Tried;
use super::parts::PartsModel;
use super::profile::Profile;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::features::Axis;
use crate::features::catalogue::features;
use crate::model::cluster_number::ClusterFigures;
use crate::model::stability_index::Reference;
use crate::model::taming::TamedFeature;
use crate::seal;
use crate::warning::Warning;
use serde::{Deserialize, Serialize};

/// Raised when the meaning of a field changes.
pub const FORMAT_VERSION: u32 = 4;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentModel {
    pub format_version: u32,
    /// The last date whose data the model has seen.
    pub trained_through: Date,
    /// Digest of what else decided the fit; where it differs, the model is not used again.
    pub fitted_with: String,
    /// Margin within which a customer keeps the level of the night before.
    pub hysteresis: f64,
    pub groups: Vec<GroupModel>,
}

/// The model of individuals or of institutions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupModel {
    pub segment_group: String,
    pub n_fitted: usize,
    /// One per axis, in the order of [`Axis::ALL`](crate::features::Axis::ALL); empty where the group is too small.
    pub axes: Vec<AxisModel>,
    pub joint: Option<JointModel>,
}

/// How one axis is scored and cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisModel {
    pub axis: String,
    pub parts: PartsModel,
    /// Mean and standard deviation of the raw score over the fitted customers.
    pub score_mean: f64,
    pub score_sd: f64,
    /// Rows are clusters, columns parts.
    pub centroids: Vec<Vec<f32>>,
    /// Whether a cluster lies on the high side; all false where the axis cannot be cut.
    pub is_high: Vec<bool>,
    /// Mean silhouette of the clusters on a fixed sample.
    pub silhouette: Option<f64>,
    /// Part of customers who keep their level when the axis is fitted on a resample.
    pub stability: f64,
    /// Every number of clusters that was tried.
    pub tried: Vec<Tried>,
    pub reference: Reference,
}

impl AxisModel {
    /// The score from 0 to 100 that a raw score stands for.
    pub fn score(&self, raw: f64) -> f64 {
        score_0_to_100(raw, self.score_mean, self.score_sd)
    }

    /// How a feature is tamed; `None` where it does not shape the axis.
    pub fn tamed(&self, feature: &str) -> Option<&TamedFeature> {
        self.parts.taming.features.iter().find(|tamed| tamed.name == feature)
    }

    /// Whether every part speaks of the same features and clusters.
    fn is_whole(&self) -> bool {
        let (parts, taming) = (&self.parts.parts, &self.parts.taming);
        !self.centroids.is_empty()
            && self.is_high.len() == self.centroids.len()
            && self.centroids.iter().all(|centroid| centroid.len() == parts.len())
            && parts.iter().flat_map(|part| &part.inputs).all(|input| input.feature < taming.features.len())
            && taming.names().eq(self.reference.features.iter().map(|feature| feature.name.as_str()))
    }
}

/// What is read of a stored model before the rest: other formats have other fields.
#[derive(Deserialize)]
struct Format {
    format_version: u32,
}

/// Clusters over all axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointModel {
    /// Rows are clusters, columns the parts of all axes.
    pub centroids: Vec<Vec<f32>>,
    /// By which people know each cluster; they carry over from model to model.
    pub numbers: Vec<u16>,
    /// The first number that no model has given yet.
    pub next_number: u16,
    pub profiles: Vec<Profile>,
    pub silhouette: Option<f64>,
    /// Every number of clusters that was tried.
    pub tried: Vec<ClusterFigures>,
}

impl JointModel {
    /// The short name of a cluster.
    pub fn name(&self, number: u16) -> Option<&str> {
        self.profiles.iter().find(|profile| profile.number == number).map(|profile| profile.name.as_str())
    }
}

impl SegmentModel {
    /// The group's model.
    pub fn group(&self, segment_group: &str) -> Option<&GroupModel> {
        self.groups.iter().find(|group| group.segment_group == segment_group)
    }

    /// Whether every one of these groups is clustered.
    pub fn covers(&self, groups: &[&str]) -> bool {
        groups.iter().all(|name| self.group(name).is_some_and(|group| group.joint.is_some()))
    }

    /// What people should know of the model: groups without types, axes without a cut, missing clusters.
    pub fn warnings(&self, fewest_clusters: usize) -> Vec<Warning> {
        self.groups.iter().flat_map(|group| group.warnings(fewest_clusters)).collect()
    }

    /// Whether a stored model is sound as far as its format, which is not this one.
    pub fn is_of_other_format(json: &[u8]) -> bool {
        seal::is_of_other_format(json, FORMAT_VERSION)
    }

    /// Reads a stored model.
    ///
    /// # Errors
    /// A reason that people read: damaged, of another format, or of features that the catalogue does not have.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let damaged = |cause| format!("damaged: {cause}");
        let format: Format = serde_json::from_slice(json).map_err(damaged)?;
        if format.format_version != FORMAT_VERSION {
            return Err(format!("format {} where {FORMAT_VERSION} is known", format.format_version));
        }
        let (body, is_whole) = seal::opened(json);
        let model: Self = serde_json::from_slice(&body).map_err(damaged)?;
        let axes = || model.groups.iter().flat_map(|group| &group.axes);
        let names = || axes().flat_map(|axis| axis.parts.taming.names().map(move |name| (axis, name)));
        let shapes = |axis: &AxisModel, name: &str| {
            features().any(|f| f.name == name && f.axis.name() == axis.axis && f.shape.is_some())
        };
        if let Some((_, unknown)) = names().find(|(axis, name)| !shapes(axis, name)) {
            return Err(format!(
                "it was fitted on the feature `{unknown}`, which the catalogue does not have or use so"
            ));
        }
        if !(0.0..1.0).contains(&model.hysteresis) {
            return Err(format!("damaged: a margin of {} keeps no level", model.hysteresis));
        }
        if let Some(group) = model.groups.iter().find(|group| !group.is_whole()) {
            return Err(format!(
                "damaged: the parts of group `{}` do not fit each other",
                group.segment_group
            ));
        }
        if is_whole { Ok(model) } else { Err(seal::BROKEN.into()) }
    }

    /// The stored form: stable JSON, sealed.
    ///
    /// # Errors
    /// Kind `Internal` if a parameter is not a number that JSON can hold.
    pub fn to_json(&self) -> Result<String> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|cause| Error::internal("the segment model cannot be written").caused_by(cause))?;
        let json = seal::sealed(&json);
        // What is no number is written as null, and would stop the next night.
        let back = Self::from_json(json.as_bytes());
        back.map_err(|reason| Error::internal(format!("the segment model cannot be stored: {reason}")))?;
        Ok(json)
    }
}

impl GroupModel {
    /// Whether it is clustered on every axis and over all of them, or not at all.
    fn is_whole(&self) -> bool {
        let Some(joint) = &self.joint else { return self.axes.is_empty() };
        let width: usize = self.axes.iter().map(|axis| axis.parts.parts.len()).sum();
        self.axes.iter().map(|axis| axis.axis.as_str()).eq(Axis::ALL.map(Axis::name))
            && self.axes.iter().all(AxisModel::is_whole)
            && !joint.centroids.is_empty()
            && joint.numbers.len() == joint.centroids.len()
            && joint.centroids.iter().all(|centroid| centroid.len() == width)
    }

    fn warnings(&self, fewest_clusters: usize) -> Vec<Warning> {
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
        if joint.centroids.len() < fewest_clusters {
            warnings.push(Warning::FewerClusters {
                group: group(),
                found: joint.centroids.len(),
                wanted: fewest_clusters,
            });
        }
        warnings
    }
}
