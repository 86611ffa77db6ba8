//! A fit beside the model in force on its date, whatever kind of model it is.

use crate::churn::{BandChanges, Contest};
use crate::publish::ModelStatus;
use serde::Serialize;

/// What came of comparing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Comparison<F> {
    NoneInForce,
    /// The fit came to the model in force.
    Unchanged {
        model_id: String,
    },
    /// The model in force cannot be used.
    Unusable {
        because: String,
    },
    Compared {
        model_id: String,
        status: ModelStatus,
        #[serde(flatten)]
        found: F,
    },
}

/// Customers placed by both segment models, no level carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SameTypes {
    /// Who has a type under both.
    pub n_customers: usize,
    pub n_same_type: usize,
}

/// Two churn models: what customers would notice, and who tells better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contests {
    /// `None` where one of the models gives no bands.
    pub bands: Option<BandChanges>,
    /// Shortest horizon first.
    pub horizons: Vec<Contest>,
}

/// Why nothing is compared; `None` where something is. The reason why a model cannot be used names a path, which is no
/// part of what a card says.
pub(super) fn nothing_to_compare<F>(comparison: &Comparison<F>) -> Option<String> {
    match comparison {
        Comparison::NoneInForce => {
            Some("No model was in force on that day, so there is nothing to compare with.".to_owned())
        }
        Comparison::Unchanged { model_id } => {
            Some(format!("The fit came to the model in force, `{model_id}`."))
        }
        Comparison::Unusable { .. } => {
            Some("The model in force cannot be used, so there is nothing to compare with.".to_owned())
        }
        Comparison::Compared { .. } => None,
    }
}

/// Whether a person put it in force.
pub(super) fn approval(status: ModelStatus) -> &'static str {
    match status {
        ModelStatus::Approved => "approved",
        ModelStatus::Kept | ModelStatus::FittedTonight => "not approved",
    }
}
