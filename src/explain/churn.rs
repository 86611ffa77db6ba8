//! Will he take his business away: in scope or why not, how likely, what would be lost, and why.
//!
//! Reads: his row of `churn`, the manifest's account of the churn model. Produces: a [`Churn`]. Never: computes a
//! probability or a reason.

use super::figure::{Figure, Missing};
use super::night::{Judged, Night};
use super::rows::Row;
use serde::Serialize;

/// Reasons that a row has columns for.
const N_REASONS: usize = 3;
/// How the manifest's warning of a night without probabilities begins.
const NO_PROBABILITIES: &str = "no churn probabilities: ";

/// What the night says of his leaving.
#[derive(Debug, Clone, Serialize)]
pub struct Churn {
    pub in_scope: Figure<bool>,
    /// Why he is not in scope: below_floor, inactive, already_silent.
    pub scope_reason: Option<String>,
    /// By horizon, as far as published.
    pub probabilities: Vec<Probability>,
    pub band: Figure<String>,
    /// Currency units, not yet times a probability.
    pub exposure: Figure<f64>,
    /// Strongest first; none where nothing that is true of him raises the probability.
    pub reasons: Vec<Reason>,
    /// What keeps him most.
    pub keeps: Option<Reason>,
    pub model_id: Figure<String>,
    /// Why the night has no probabilities, where it has none.
    pub no_model_because: Option<String>,
    /// How well the model did on an origin that it never saw, by horizon.
    pub judged: Vec<Judged>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Probability {
    pub horizon_days: u32,
    pub probability: Figure<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    pub code: String,
    /// In the language that the night was run in.
    pub text: Option<String>,
    /// Whether a manager can do something about it.
    pub can_be_influenced: Option<bool>,
}

pub fn of(night: &Night, churn: Row<'_>, segments: Row<'_>) -> Churn {
    let model_id: Figure<String> = churn.figure("model_id", Missing::NoModel);
    let in_scope: Figure<bool> = churn.figure("in_scope", Missing::NotKnown);
    let missing = if in_scope.value == Some(false) { Missing::OutOfScope } else { Missing::NoModel };
    let with_basis = |figure: Figure<f64>| Figure { basis: model_id.value.clone(), ..figure };
    let probabilities = horizons(churn).map(|(horizon_days, column)| Probability {
        horizon_days,
        probability: with_basis(churn.figure(&column, missing)),
    });
    let has_balances = segments.get::<f64>("aum").is_some();
    let exposed = if has_balances { "mean_assets_90d" } else { "yearly_value" };
    Churn {
        scope_reason: churn.get("scope_reason"),
        probabilities: probabilities.collect(),
        band: churn.figure("band", missing),
        exposure: churn.figure("aum_at_risk", Missing::NoBalances).on(exposed),
        reasons: (1..=N_REASONS).filter_map(|place| reason(churn, &format!("reason_{place}"))).collect(),
        keeps: reason(churn, "reason_down"),
        no_model_because: no_model_because(night),
        judged: night.manifest.churn_evaluations.clone(),
        in_scope,
        model_id,
    }
}

/// The columns `churn_30`, `churn_90` and so on that the night has, shortest first.
fn horizons(churn: Row<'_>) -> impl Iterator<Item = (u32, String)> {
    let days = |name: &str| name.strip_prefix("churn_")?.parse().ok();
    let mut found: Vec<(u32, String)> =
        churn.cells().filter_map(|(field, _)| Some((days(field.name())?, field.name().clone()))).collect();
    found.sort_unstable();
    found.into_iter()
}

fn reason(churn: Row<'_>, column: &str) -> Option<Reason> {
    let code = churn.get(column)?;
    let can_be_influenced = churn.get(&format!("{column}_can_be_influenced"));
    Some(Reason { code, text: churn.get(&format!("{column}_text")), can_be_influenced })
}

fn no_model_because(night: &Night) -> Option<String> {
    night
        .manifest
        .warnings
        .iter()
        .find_map(|warning| Some(warning.strip_prefix(NO_PROBABILITIES)?.to_owned()))
}
