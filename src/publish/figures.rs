//! What a night comes to by customer type and by tier: for its summary and for its page.
//!
//! Reads the night's tables; sums and counts in the order of the rows, so that sums are the same on any number of threads.

use crate::churn::ChurnTable;
use crate::error::Result;
use crate::features::FeatureTable;
use crate::labels::{CUSTOMER_TYPES, TIERS};
use crate::segment::SegmentTable;
use crate::segment::tiers::TierStatus;

/// Customers of a type.
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

/// Customers of a tier.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TierFigures {
    pub tier: &'static str,
    pub n_customers: usize,
    /// Of them, those whom the last complete month lifted into it ...
    pub n_promoted: usize,
    /// ... those who fall out of it unless they meet it again ...
    pub n_watch: usize,
    /// ... and those whom that month let down into it.
    pub n_demoted: usize,
}

/// One row per type that somebody has, in the order of the documentation.
pub fn type_figures(
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

/// One row per tier that somebody is in, from the lowest; none without balances.
///
/// # Errors
/// Kind `Internal` if the segments lack a column.
pub fn tier_figures(segments: &SegmentTable) -> Result<Vec<TierFigures>> {
    let (tiers, statuses) =
        (segments.frame().column("tier")?.str()?, segments.frame().column("tier_status")?.str()?);
    let figures = TIERS.into_iter().map(|tier| {
        let of_tier = || tiers.iter().zip(statuses.iter()).filter(|(found, _)| *found == Some(tier));
        let with = |status: TierStatus| of_tier().filter(|(_, found)| *found == Some(status.code())).count();
        TierFigures {
            tier,
            n_customers: of_tier().count(),
            n_promoted: with(TierStatus::Promoted),
            n_watch: with(TierStatus::Watch),
            n_demoted: with(TierStatus::Demoted),
        }
    });
    Ok(figures.filter(|figures| figures.n_customers > 0).collect())
}
