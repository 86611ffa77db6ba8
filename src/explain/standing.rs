//! What he is worth and where he stands: tier, value class, value, assets, cluster, and what else the night published.
//!
//! Reads: his rows of `segments` and `features`, his movements. Produces: a [`Standing`]. A column that this file does not
//! know (a status of the tier, a lifetime value, the name of a cluster) is passed on with its own description.

use super::figure::{Figure, Missing};
use super::movements::{Moved, before};
use super::night::Night;
use super::rows::Row;
use super::tier_months::{self, TierMonth};
use crate::features::{Axis, ValueBasis};
use serde::Serialize;

/// Columns of `segments` that other parts of the answer show.
const SHOWN_ELSEWHERE: [&str; 9] = [
    "as_of_date",
    "customer_id",
    "manager_id",
    "branch_id",
    "segment_group",
    "customer_type",
    "is_provisional",
    "value_basis",
    "value_12m",
];
/// Columns of `segments` that the fields of [`Standing`] show.
const SHOWN_HERE: [&str; 11] = [
    "tier",
    "tier_status",
    "tier_months",
    "tier_falls_to",
    "tier_history",
    "tier_status_history",
    "clv",
    "value_class",
    "aum",
    "cluster",
    "cluster_name",
];

/// Tier, value and cluster.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    pub tier: Figure<String>,
    pub tier_before: Figure<String>,
    /// Mean daily assets of the last complete month, currency units.
    pub tier_assets: Figure<f64>,
    pub value_class: Figure<String>,
    /// Currency units a year.
    pub value: Figure<f64>,
    /// Currency units.
    pub aum: Figure<f64>,
    /// Of the tier: new, held, promoted, watch or demoted.
    pub tier_status: Figure<String>,
    pub tier_months: Figure<i64>,
    /// Null unless he is on watch.
    pub tier_falls_to: Option<String>,
    /// The last twelve complete months, oldest first.
    pub tier_history: Figure<Vec<TierMonth>>,
    /// Currency units.
    pub lifetime_value: Figure<f64>,
    pub cluster: Figure<i64>,
    pub cluster_name: Option<String>,
    pub further: Vec<Further>,
}

/// A published column without a place of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Further {
    pub column: String,
    /// As the table describes it.
    pub description: String,
    pub unit: String,
    /// Null where the table has none.
    pub value: serde_json::Value,
}

pub fn of(night: &Night, segments: Row<'_>, features: Row<'_>, moved: &[Moved]) -> Standing {
    let tier: Figure<String> = segments.figure("tier", Missing::NoBalances);
    let mut value: Figure<f64> = segments.figure("value_12m", Missing::NoBalances);
    value.basis = segments.get("value_basis");
    Standing {
        tier_before: before(night, moved, "tier", &tier),
        tier: tier.on("last_month_mean"),
        tier_assets: features.figure("aum_last_month_mean", Missing::NoBalances).on("last_month_mean"),
        value_class: segments.figure("value_class", Missing::NotKnown).on("value_rank"),
        value,
        aum: segments.figure("aum", Missing::NoBalances).on("newest_snapshot"),
        tier_status: segments.figure("tier_status", Missing::NoBalances),
        tier_months: segments.figure("tier_months", Missing::NoBalances),
        tier_falls_to: segments.get("tier_falls_to"),
        tier_history: tier_months::of(night, segments),
        lifetime_value: segments.figure("clv", why_no_lifetime_value(night, segments)).on("full_horizon"),
        cluster_name: segments.get("cluster_name"),
        cluster: segments.figure("cluster", Missing::GroupNotClustered).on("all_axes"),
        further: further(segments),
    }
}

/// Why he has no lifetime value, if he has none.
fn why_no_lifetime_value(night: &Night, segments: Row<'_>) -> Missing {
    let basis: Option<String> = segments.get("value_basis");
    if !basis.is_some_and(|basis| basis.starts_with(ValueBasis::Margin.code())) {
        Missing::ValueIsNoMargin
    } else if night.manifest.lifetime.is_none() {
        Missing::HistoryTooShort
    } else if segments.get::<String>("tier").is_none() {
        Missing::NoBalances
    } else {
        Missing::TierNotSeen
    }
}

fn further(segments: Row<'_>) -> Vec<Further> {
    let is_shown = |name: &str| {
        let has_place = SHOWN_ELSEWHERE.contains(&name) || SHOWN_HERE.contains(&name);
        let of_axis = |axis: Axis| name.strip_prefix(axis.name()).is_some_and(|rest| rest.starts_with('_'));
        has_place || Axis::ALL.into_iter().any(of_axis)
    };
    let cells = segments.cells().filter(|(field, _)| !is_shown(field.name()));
    let told =
        |key: &str, field: &arrow::datatypes::Field| field.metadata().get(key).cloned().unwrap_or_default();
    let further = cells.map(|(field, value)| Further {
        column: field.name().clone(),
        description: told("description", field),
        unit: told("unit", field),
        value,
    });
    further.collect()
}
