//! The parts of an axis: what its features tell, customer by customer, before anything is clustered.
//!
//! A part is the mean of its tamed features, turned so that more is better; where none of them is known, of those that
//! stand in for them. What is seen on several dates is averaged, so that one bad month is no veto. Reads: feature
//! tables of the same customers, tonight's first. Never: fills what is missing in silence; each part has a basis.

use super::axis::{model_error, select, views};
use crate::config::Segment;
use crate::error::Result;
use crate::features::catalogue::features;
use crate::features::{Axis, Feature, FeatureTable, Part};
use crate::model::taming::{FeatureSpec, Taming};
use ndarray::{Array2, ArrayView1};
use serde::{Deserialize, Serialize};

/// What a part of one customer is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    Observed,
    /// Something that stands in for it.
    Proxy,
    Missing,
}

impl Basis {
    /// How much of a part's weight counts [d]: with half of it, what stands in for the share of wallet and for a survey
    /// told loyal customers of `synth` apart better than with all of it or none.
    fn share(self) -> f64 {
        match self {
            Basis::Observed => 1.0,
            Basis::Proxy => 0.5,
            Basis::Missing => 0.0,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Basis::Observed => "observed",
            Basis::Proxy => "proxy",
            Basis::Missing => "missing",
        }
    }
}

/// How the parts of an axis are measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartsModel {
    /// In the order of the catalogue.
    pub taming: Taming,
    pub parts: Vec<PartModel>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartModel {
    pub part: String,
    /// Of all parts of the axis together 1.
    pub weight: f64,
    pub inputs: Vec<PartInput>,
}

/// A feature of a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartInput {
    /// Place among the tamed features.
    pub feature: usize,
    /// 1 where more of it is better, else -1.
    pub sign: f64,
    pub is_proxy: bool,
}

/// The parts of some customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Rows x parts, in standard deviations of the fitted customers; NaN where missing.
    pub values: Array2<f64>,
    /// Rows x parts.
    pub bases: Array2<Basis>,
    /// Weighted mean of the parts that are known; 0, the average, where none is.
    pub scores: Vec<f64>,
}

/// The features that shape an axis, of those that are not missing for everybody in `rows`.
pub fn shaping_features(table: &FeatureTable, rows: &[usize], axis: Axis) -> Vec<&'static Feature> {
    let is_known = |feature: &&Feature| {
        let values = table.column(feature.name);
        rows.iter().any(|row| !values[*row].is_nan())
    };
    features().filter(|feature| feature.axis == axis && feature.shape.is_some()).filter(is_known).collect()
}

impl PartsModel {
    /// Learns the sizes of the features from tonight's table; parts that nobody has are left out.
    ///
    /// # Errors
    /// Kind `Internal` if the model layer refuses what was checked here.
    pub fn fit(table: &FeatureTable, rows: &[usize], axis: Axis, settings: &Segment) -> Result<Self> {
        let shaping = shaping_features(table, rows, axis);
        let specs: Vec<FeatureSpec<'_>> = shaping.iter().map(|feature| feature.taming_spec()).collect();
        let columns = select(table, rows, shaping.iter().map(|feature| feature.name));
        let taming = Taming::fit(&views(&columns), &specs, settings.winsor_share)
            .map_err(|cause| model_error("taming features", cause))?;
        let mut parts: Vec<PartModel> = Part::ALL
            .into_iter()
            .filter(|part| part.axis() == axis)
            .filter_map(|part| PartModel::of(part, settings.weights.of(part), &shaping, &taming))
            .collect();
        let sum: f64 = parts.iter().map(|part| part.weight).sum();
        for part in &mut parts {
            part.weight /= sum;
        }
        Ok(Self { taming, parts })
    }

    /// The parts of `rows`, averaged over the tables in which they are known best; rows are the same in all.
    pub fn measure(&self, tables: &[&FeatureTable], rows: &[usize]) -> Measured {
        let shape = (rows.len(), self.parts.len());
        let mut sums: Array2<f64> = Array2::zeros(shape);
        let mut counts: Array2<f64> = Array2::zeros(shape);
        let mut bases = Array2::from_elem(shape, Basis::Missing);
        for table in tables {
            let columns: Vec<&[f64]> = self.taming.names().map(|name| table.column(name)).collect();
            for (at, row) in rows.iter().enumerate() {
                for (place, part) in self.parts.iter().enumerate() {
                    let Some((value, basis)) = self.part(part, &columns, *row) else { continue };
                    // What was observed is not watered down with what stood in for it on another date.
                    if basis < bases[(at, place)] {
                        bases[(at, place)] = basis;
                        sums[(at, place)] = value;
                        counts[(at, place)] = 1.0;
                    } else if basis == bases[(at, place)] {
                        sums[(at, place)] += value;
                        counts[(at, place)] += 1.0;
                    }
                }
            }
        }
        // Nothing by nothing is missing.
        let values = sums / counts;
        let rows = values.outer_iter().zip(bases.outer_iter());
        let scores = rows.map(|(values, bases)| self.score(values, bases)).collect();
        Measured { values, bases, scores }
    }

    /// The points that are clustered: a part weighs in a squared distance as it does in the score. What is missing of
    /// a customer is put where the rest of him is, and a proxy is drawn towards it.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounded by the winsorising; f32 is what k-means uses"
    )]
    pub fn points(&self, measured: &Measured) -> Array2<f32> {
        Array2::from_shape_fn(measured.values.dim(), |(row, place)| {
            let (value, rest) = (measured.values[(row, place)], measured.scores[row]);
            let share = measured.bases[(row, place)].share();
            let value = if value.is_nan() { rest } else { share * value + (1.0 - share) * rest };
            (value * self.parts[place].weight.sqrt()) as f32
        })
    }

    /// What each feature adds to the score of one customer on one date; `values` are those of the tamed features. What
    /// tells nothing of him is left out.
    pub fn added(&self, values: &[f64]) -> Vec<Added> {
        let value = |feature: usize| values[feature];
        let mut parts: Vec<(Basis, Vec<&PartInput>)> = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (basis, telling) = part.telling(&value);
            parts.push((basis, telling.collect()));
        }
        let weighed = parts.iter().zip(&self.parts);
        let known: f64 = weighed.map(|((basis, _), part)| part.weight * basis.share()).sum();
        let mut added = Vec::new();
        for ((basis, telling), part) in parts.iter().zip(&self.parts) {
            #[expect(clippy::cast_precision_loss, reason = "features of a part")]
            let share = part.weight * basis.share() / known / telling.len() as f64;
            added.extend(telling.iter().map(|input| {
                let standardised =
                    f64::from(self.taming.features[input.feature].standardise(values[input.feature]));
                let (feature, sign) = (input.feature, input.sign);
                Added { feature, sign, standardised, added: standardised * sign * share }
            }));
        }
        added
    }

    fn score(&self, values: ArrayView1<'_, f64>, bases: ArrayView1<'_, Basis>) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for ((value, basis), part) in values.iter().zip(bases).zip(&self.parts) {
            if *basis != Basis::Missing {
                sum += value * part.weight * basis.share();
                weights += part.weight * basis.share();
            }
        }
        if weights > 0.0 { sum / weights } else { 0.0 }
    }

    /// The mean of what tells a part of one row.
    fn part(&self, part: &PartModel, columns: &[&[f64]], row: usize) -> Option<(f64, Basis)> {
        let value = |feature: usize| columns[feature][row];
        let (basis, telling) = part.telling(&value);
        let (mut sum, mut n) = (0.0, 0.0);
        for input in telling {
            let standardised = self.taming.features[input.feature].standardise(value(input.feature));
            sum += input.sign * f64::from(standardised);
            n += 1.0;
        }
        (basis != Basis::Missing).then(|| (sum / n, basis))
    }
}

/// What one feature adds to a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Added {
    /// Place among the tamed features.
    pub feature: usize,
    /// 1 where more of it is better, else -1.
    pub sign: f64,
    /// Standard deviations from the mean of those the model was fitted on.
    pub standardised: f64,
    /// To the raw score.
    pub added: f64,
}

impl PartModel {
    /// Of the inputs those that are known, and proxies only where no other is; `value` is that of a feature.
    fn telling<'p>(
        &'p self,
        value: &'p impl Fn(usize) -> f64,
    ) -> (Basis, impl Iterator<Item = &'p PartInput>) {
        let known = |is_proxy: bool| {
            let is_telling =
                move |input: &&PartInput| input.is_proxy == is_proxy && !value(input.feature).is_nan();
            self.inputs.iter().filter(is_telling)
        };
        let has = |is_proxy: bool| known(is_proxy).next().is_some();
        let basis = match (has(false), has(true)) {
            (true, _) => Basis::Observed,
            (false, true) => Basis::Proxy,
            (false, false) => Basis::Missing,
        };
        (basis, known(basis == Basis::Proxy))
    }

    /// `None` where no feature tells the part or it has no weight.
    fn of(part: Part, weight: f64, shaping: &[&Feature], taming: &Taming) -> Option<Self> {
        let telling = shaping.iter().zip(&taming.features).enumerate();
        let inputs: Vec<PartInput> = telling
            .filter(|(_, (_, tamed))| tamed.dropped.is_none())
            .filter_map(|(place, (feature, _))| {
                let shape = feature.shape.filter(|shape| shape.part == part)?;
                let sign = if shape.is_up { 1.0 } else { -1.0 };
                Some(PartInput { feature: place, sign, is_proxy: shape.is_proxy })
            })
            .collect();
        (!inputs.is_empty() && weight > 0.0).then(|| Self { part: part.name().into(), weight, inputs })
    }
}
