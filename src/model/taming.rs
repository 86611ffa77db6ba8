//! Heavy-tailed columns to a matrix that k-means and a linear model can use.
//!
//! Per feature: asinh(x / s) with s the median non-zero size (money and counts only), winsorised, standardised.
//! asinh is linear near zero, logarithmic far out, and defined for debts and zeros: Burbidge, Magee & Robb (1988),
//! "Alternative Transformations to Handle Extreme Values of the Dependent Variable", JASA 83.

use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::quantile::{quantile_of_sorted, sorted_finite};

/// Share of the values that is cut at each end unless the configuration says otherwise.
pub const WINSOR_SHARE: f64 = 0.005;

/// Rows that one task standardises; any number gives the same bits, as cells are independent.
const CHUNK_ROWS: usize = 4096;

/// |x / s| is bounded here, since asinh in `std` overflows beyond half of `f64::MAX`.
const RATIO_MAX: f64 = 1e300;

/// What the caller knows of a feature before any value is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureSpec<'a> {
    pub name: &'a str,
    /// Whether asinh applies (money, counts, days); shares and scores are only winsorised and standardised.
    pub money_or_count: bool,
}

/// Why a feature tells nobody apart; its column is all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dropped {
    /// No value at all.
    Missing,
    /// One value only.
    Constant,
    /// One value only once both ends are cut: fewer than the winsorised share differ.
    ConstantAfterWinsorising,
}

/// The stored parameters of one feature; all but `scale` are in tamed space, that is after asinh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TamedFeature {
    pub name: String,
    pub money_or_count: bool,
    /// Median of the non-zero |x| in the feature's own unit; 1 where there is none.
    pub scale: f64,
    /// Winsorising bounds.
    pub low: f64,
    pub high: f64,
    /// Mean and population standard deviation after winsorising.
    pub mean: f64,
    pub sd: f64,
    /// The median: what stands where a value is missing.
    pub missing_fill: f64,
    pub dropped: Option<Dropped>,
}

/// The fitted transformation of d features, in the order of the columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taming {
    pub features: Vec<TamedFeature>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TamingError {
    #[error("{columns} columns for {features} features")]
    ColumnCount { columns: usize, features: usize },
    #[error("column `{name}` has {rows} rows, the first has {expected}")]
    RowCount { name: String, rows: usize, expected: usize },
    #[error("feature `{name}` has {count} infinite values; a missing value is NaN")]
    Infinite { name: String, count: usize },
    #[error("there are no rows to learn the size of features from")]
    NoRows,
    #[error("the winsorised share must be at least 0 and under 0.5")]
    WinsorShare,
}

impl Taming {
    /// Learns the parameters from d columns of n rows (NaN = missing), features in parallel.
    ///
    /// `winsor_share` is cut at each end, see [`WINSOR_SHARE`]. The order of rows changes no bit, since sums are
    /// taken over sorted values. Cost: O(d n log n), one column's copy per thread.
    ///
    /// # Errors
    /// No rows, columns that do not match `features`, an infinite value, a share outside [0, 0.5).
    pub fn fit(
        columns: &[&[f64]],
        features: &[FeatureSpec<'_>],
        winsor_share: f64,
    ) -> Result<Self, TamingError> {
        if !(0.0..0.5).contains(&winsor_share) {
            return Err(TamingError::WinsorShare);
        }
        if check_shape(columns, features.iter().map(|feature| feature.name))? == 0 {
            return Err(TamingError::NoRows);
        }
        let features = columns
            .par_iter()
            .zip(features)
            .map(|(column, feature)| fit_feature(column, feature, winsor_share))
            .collect::<Vec<_>>();
        Ok(Self { features: features.into_iter().collect::<Result<_, _>>()? })
    }

    /// The n x d row-major matrix of standardised features; finite whatever the columns hold.
    ///
    /// Missing values take the fill, infinities the winsorising bound of their sign, dropped features 0.
    /// Cost: O(n d), rows in parallel.
    ///
    /// # Errors
    /// Columns that do not match the fitted features in number, or one another in length.
    pub fn apply(&self, columns: &[&[f64]]) -> Result<Array2<f32>, TamingError> {
        let n_rows = check_shape(columns, self.features.iter().map(|feature| feature.name.as_str()))?;
        let mut matrix = Array2::zeros((n_rows, columns.len()));
        matrix.axis_chunks_iter_mut(ndarray::Axis(0), CHUNK_ROWS).into_par_iter().enumerate().for_each(
            |(chunk, mut block)| {
                for ((row, column), cell) in block.indexed_iter_mut() {
                    *cell = self.features[column].standardise(columns[column][chunk * CHUNK_ROWS + row]);
                }
            },
        );
        Ok(matrix)
    }

    /// Names in column order, for the check that a stored model meets the features it was fitted on.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|feature| feature.name.as_str())
    }

    /// Features that were dropped, with the reason.
    pub fn dropped(&self) -> impl Iterator<Item = (&str, Dropped)> {
        self.features.iter().filter_map(|feature| Some((feature.name.as_str(), feature.dropped?)))
    }
}

impl TamedFeature {
    /// One value in standard deviations from the mean.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bounded by the winsorising; f32 is what k-means uses"
    )]
    pub fn standardise(&self, value: f64) -> f32 {
        if self.dropped.is_some() {
            return 0.0;
        }
        let tamed =
            if value.is_nan() { self.missing_fill } else { tame(value, self.scale, self.money_or_count) };
        ((tamed.clamp(self.low, self.high) - self.mean) / self.sd) as f32
    }
}

fn tame(value: f64, scale: f64, money_or_count: bool) -> f64 {
    if money_or_count { (value / scale).clamp(-RATIO_MAX, RATIO_MAX).asinh() } else { value }
}

fn check_shape<'a>(
    columns: &[&[f64]],
    names: impl ExactSizeIterator<Item = &'a str>,
) -> Result<usize, TamingError> {
    if columns.len() != names.len() {
        return Err(TamingError::ColumnCount { columns: columns.len(), features: names.len() });
    }
    let expected = columns.first().map_or(0, |column| column.len());
    for (column, name) in columns.iter().zip(names) {
        if column.len() != expected {
            return Err(TamingError::RowCount { name: name.to_owned(), rows: column.len(), expected });
        }
    }
    Ok(expected)
}

fn fit_feature(
    column: &[f64],
    feature: &FeatureSpec<'_>,
    winsor_share: f64,
) -> Result<TamedFeature, TamingError> {
    let infinite = column.iter().filter(|value| value.is_infinite()).count();
    if infinite > 0 {
        return Err(TamingError::Infinite { name: feature.name.to_owned(), count: infinite });
    }
    let mut values = sorted_finite(column);
    let scale = if feature.money_or_count { median_size(&values) } else { 1.0 };
    for value in &mut values {
        *value = tame(*value, scale, feature.money_or_count);
    }
    let at = |share| quantile_of_sorted(&values, share).unwrap_or(0.0);
    let (low, high, missing_fill) = (at(winsor_share), at(1.0 - winsor_share), at(0.5));
    let (mean, sd) = mean_and_sd(&values, low, high);
    Ok(TamedFeature {
        name: feature.name.to_owned(),
        money_or_count: feature.money_or_count,
        scale,
        low,
        high,
        mean,
        sd,
        missing_fill,
        dropped: reason_to_drop(&values, low, high, sd),
    })
}

fn median_size(values: &[f64]) -> f64 {
    let sizes: Vec<f64> = values.iter().filter(|&&value| value != 0.0).map(|value| value.abs()).collect();
    quantile_of_sorted(&sorted_finite(&sizes), 0.5).unwrap_or(1.0)
}

/// Mean and population standard deviation of the values clamped to [low, high], in two passes.
fn mean_and_sd(values: &[f64], low: f64, high: f64) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let clamped = || values.iter().map(|value| value.clamp(low, high));
    let mean = clamped().map(|value| value / n).sum::<f64>();
    let sd = clamped().map(|value| ((value - mean) / n.sqrt()).powi(2)).sum::<f64>().sqrt();
    (mean, sd)
}

/// A spread that is only rounding (1e-12 of the size) counts as none: dividing by it would invent differences.
/// One that overflows belongs to no share or score.
fn reason_to_drop(values: &[f64], low: f64, high: f64, sd: f64) -> Option<Dropped> {
    if values.is_empty() {
        return Some(Dropped::Missing);
    }
    if values.first() == values.last() {
        return Some(Dropped::Constant);
    }
    let spread_counts = high > low && sd > 1e-12 * low.abs().max(high.abs()) && sd.is_finite();
    (!spread_counts).then_some(Dropped::ConstantAfterWinsorising)
}

#[cfg(test)]
mod tests;
