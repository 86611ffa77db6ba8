//! What a person or a scheduler is told when the night is done.

use crate::churn::ChurnTable;
use crate::features::FeatureTable;
use crate::labels::CUSTOMER_TYPES;
use crate::publish::Manifest;
use crate::segment::SegmentTable;
use std::path::PathBuf;

/// What a person or a scheduler is told afterwards.
#[derive(Debug)]
pub struct NightReport {
    pub folder: PathBuf,
    pub replaced: Option<PathBuf>,
    pub manifest: Manifest,
    pub types: Vec<TypeFigures>,
    pub milliseconds: f64,
}

/// One row of the summary.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TypeFigures {
    pub customer_type: &'static str,
    pub n_customers: usize,
    /// Sum of yearly value, currency units.
    pub value_12m: f64,
    /// Customers in scope of churn, with a probability.
    pub n_scored: usize,
    /// Mean probability of those in scope.
    pub churn_mean: Option<f64>,
    /// Sum of exposure times probability, currency units.
    pub expected_loss: f64,
}

/// One row per type that somebody has, in the order of the documentation.
pub(super) fn type_figures(
    features: &FeatureTable,
    segments: &SegmentTable,
    churn: &ChurnTable,
) -> Vec<TypeFigures> {
    let values = features.column("value_12m");
    CUSTOMER_TYPES
        .into_iter()
        .map(|customer_type| {
            let rows =
                || (0..features.n_customers()).filter(|row| segments.customer_types()[*row] == customer_type);
            let probabilities: Vec<f64> = rows().filter_map(|row| churn.probabilities()[row]).collect();
            #[expect(clippy::cast_precision_loss, reason = "a number of customers")]
            let churn_mean = (!probabilities.is_empty())
                .then(|| probabilities.iter().sum::<f64>() / probabilities.len() as f64);
            let losses = rows()
                .filter_map(|row| Some(churn.probabilities()[row]? * churn.exposures()[row]?.to_units()));
            TypeFigures {
                customer_type,
                n_customers: rows().count(),
                value_12m: rows().map(|row| values[row]).filter(|value| !value.is_nan()).sum(),
                n_scored: probabilities.len(),
                churn_mean,
                expected_loss: losses.sum(),
            }
        })
        .filter(|figures| figures.n_customers > 0)
        .collect()
}
