//! How far the customers of a night have moved from those that the models were fitted on.
//!
//! Reads: the models' reference bins, the night's features, segments and probabilities. Produces: per group, axis (or
//! `churn`) and column a population stability index with its bins, and warnings. Grain: settled customers, or those in
//! scope, as in the fit. Never: changes
//! or chooses a model; shows a value of one customer to the last digit.

use super::quality::{scores, settled_rows};
use crate::churn::{ChurnModel, ChurnTable};
use crate::config;
use crate::error::{Error, Result};
use crate::features::FeatureTable;
use crate::model::stability_index::{BinRange, FeatureReference, ReferenceBins};
use crate::publish::ColumnDrift;
use crate::segment::{SegmentModel, SegmentTable};
use crate::warning::Warning;

/// The column of an axis that is no feature.
const SCORE: &str = "score";
/// What stands for the axis of the churn model's columns, and for the group of its customers.
const CHURN: &str = "churn";
const IN_SCOPE: &str = "in_scope";

/// Every column of the model, by group and axis, features before the score.
///
/// # Errors
/// Kind `Internal` if the segments lack a column.
pub(in crate::pipeline) fn of_night(
    model: &SegmentModel,
    features: &FeatureTable,
    segments: &SegmentTable,
) -> Result<Vec<ColumnDrift>> {
    let mut drift = Vec::new();
    for group in &model.groups {
        let rows = settled_rows(segments, &group.segment_group)?;
        for axis in &group.axes {
            let group = group.segment_group.as_str();
            for feature in &axis.reference.features {
                let now = at(features.column(&feature.name), &rows);
                drift.push(column(group, &axis.axis, &feature.name, &feature.bins, &now));
            }
            let scores = scores(segments, &axis.axis)?;
            drift.push(column(group, &axis.axis, SCORE, &axis.reference.score, &at(&scores, &rows)));
        }
    }
    Ok(drift)
}

/// Every feature of the churn model and the probability that is acted on, over those who have one.
pub(in crate::pipeline) fn of_churn(
    model: &ChurnModel,
    features: &FeatureTable,
    churn: &ChurnTable,
) -> Vec<ColumnDrift> {
    let Some(reference) = &model.reference else { return Vec::new() };
    let scored: Vec<(usize, f64)> =
        churn.probabilities().iter().enumerate().filter_map(|(row, p)| Some((row, (*p)?))).collect();
    let rows: Vec<usize> = scored.iter().map(|(row, _)| *row).collect();
    let probabilities: Vec<f64> = scored.iter().map(|(_, probability)| *probability).collect();
    let of_feature = |feature: &FeatureReference| {
        let now = at(features.column(&feature.name), &rows);
        column(IN_SCOPE, CHURN, &feature.name, &feature.bins, &now)
    };
    let score = column(IN_SCOPE, CHURN, SCORE, &reference.score, &probabilities);
    reference.features.iter().map(of_feature).chain([score]).collect()
}

/// A night whose customers have moved further than the configuration allows.
///
/// # Errors
/// Kind `Refused`, naming the column that moved most.
pub(in crate::pipeline) fn refuse(drift: &[ColumnDrift], level: f64) -> Result<()> {
    let moved = drift.iter().filter_map(|column| Some((column.beyond_chance()?, column)));
    let most = moved.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(index, _)| level > 0.0 && *index >= level);
    most.map_or(Ok(()), |(index, column)| {
        Err(Error::refused(format!(
            "`{}` of {} (group `{}`) has moved too far since the model was fitted: stability index {index:.2}, refused \
             from {level} on",
            column.column, column.axis, column.segment_group
        ))
        .hint("look whether the exports changed their meaning; `tercet fit` fits a new model, `models.drift_refuse` sets the level"))
    })
}

fn at(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|row| values[*row]).collect()
}

fn column(group: &str, axis: &str, name: &str, reference: &ReferenceBins, now: &[f64]) -> ColumnDrift {
    let drift = reference.drift(now);
    let bound = |range| match range {
        BinRange::Values { up_to, .. } => up_to.map(three_digits),
        BinRange::Missing => None,
    };
    let n_reference: Vec<u64> = drift.bins.iter().map(|bin| bin.n_reference).collect();
    let n_now: Vec<u64> = drift.bins.iter().map(|bin| bin.n_now).collect();
    ColumnDrift {
        segment_group: group.into(),
        axis: axis.into(),
        column: name.into(),
        index: drift.index,
        index_by_chance: index_by_chance(&n_reference, &n_now),
        bounds: drift.bins.iter().filter_map(|bin| bound(bin.range)).collect(),
        n_reference,
        n_now,
    }
}

/// Bounds are values that some customer had; the manifest tells no more of them than a reader of bins needs.
fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// Two standard deviations above the mean of what the index would be without any change.
///
/// Source: Yurdakul (2018), "Statistical Properties of Population Stability Index": the index is then about
/// (1/n + 1/m) times chi-squared with bins - 1 degrees of freedom, for n and m customers.
#[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
fn index_by_chance(n_reference: &[u64], n_now: &[u64]) -> Option<f64> {
    let n = |counts: &[u64]| counts.iter().sum::<u64>() as f64;
    let (reference, now) = (n(n_reference), n(n_now));
    let n_bins = n_reference.iter().zip(n_now).filter(|(reference, now)| **reference + **now > 0).count();
    let freedom = n_bins.saturating_sub(1) as f64;
    (reference > 0.0 && now > 0.0)
        .then(|| (1.0 / reference + 1.0 / now) * (freedom + 2.0 * (2.0 * freedom).sqrt()))
}

/// At most two warnings: of the columns that have reached the alarm, and of those that have reached the lower level.
/// An index that chance alone would give is no drift.
pub(super) fn warnings(drift: &[ColumnDrift], levels: &config::Models) -> Vec<Warning> {
    let moved: Vec<(f64, &ColumnDrift)> =
        drift.iter().filter_map(|column| Some((column.beyond_chance()?, column))).collect();
    let far = moved.iter().filter(|(index, _)| *index >= levels.drift_alarm);
    let little = moved.iter().filter(|(index, _)| *index >= levels.drift_warn && *index < levels.drift_alarm);
    let said = [warning(far, levels.drift_alarm, true), warning(little, levels.drift_warn, false)];
    said.into_iter().flatten().collect()
}

fn warning<'a>(
    columns: impl Iterator<Item = &'a (f64, &'a ColumnDrift)> + Clone,
    level: f64,
    is_alarm: bool,
) -> Option<Warning> {
    let n_columns = columns.clone().count();
    let (index, most) = columns.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let most =
        format!("`{}` of axis {} of group `{}` ({index:.2})", most.column, most.axis, most.segment_group);
    Some(Warning::ModelDrifted { n_columns, level: level.to_string(), most, is_alarm })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drifted(column: &str, index: f64, index_by_chance: f64) -> ColumnDrift {
        ColumnDrift {
            segment_group: "individual".into(),
            axis: "value".into(),
            column: column.into(),
            index: Some(index),
            index_by_chance: Some(index_by_chance),
            bounds: Vec::new(),
            n_reference: Vec::new(),
            n_now: Vec::new(),
        }
    }

    #[test]
    fn each_level_has_one_warning_that_names_the_column_that_moved_most() {
        let levels = config::Models { drift_warn: 0.1, drift_alarm: 0.25, drift_refuse: 0.0 };
        let drift = [
            drifted("aum", 0.09, 0.01),
            drifted("value_12m", 0.11, 0.01),
            drifted("fees_12m", 0.25, 0.01),
            drifted("score", 0.4, 0.01),
            drifted("few_customers", 0.5, 0.6),
        ];
        let said: Vec<String> = warnings(&drift, &levels).iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 2);
        assert!(said[0].starts_with("2 columns of the models moved far since"), "{}", said[0]);
        assert!(said[0].contains("from 0.25 on), most of all `score` of axis value"), "{}", said[0]);
        assert!(said[1].starts_with("1 columns of the models moved since"), "{}", said[1]);
        assert!(said.iter().all(|said| said.contains("run `tercet fit`")), "{said:?}");
        assert_eq!(warnings(&drift[..1], &levels), []);
    }

    #[test]
    fn chance_weighs_less_the_more_customers_there_are() {
        let of = |n: u64| index_by_chance(&[n; 10], &[n; 10]).unwrap();
        // 9 degrees of freedom: (2 / (10 n)) (9 + 2 sqrt(18)).
        assert!((of(20) - 0.01 * (9.0 + 2.0 * 18f64.sqrt())).abs() < 1e-12);
        assert!(of(1000) < 0.004);
        assert_eq!(index_by_chance(&[0, 0], &[1, 2]), None);
    }

    #[test]
    fn bounds_are_told_to_three_digits() {
        assert_eq!(
            [123_456.78, -0.001_234_5, 0.0, 1e300].map(three_digits),
            [123_000.0, -0.001_23, 0.0, 1e300]
        );
    }
}
