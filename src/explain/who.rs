//! Who he is, as far as it is published, and which night speaks.
//!
//! Reads: the manifest, his rows of `segments` and `features`. Never: a name or a phone number; these are published in
//! workbooks alone.

use super::figure::{Figure, Missing};
use super::night::Night;
use super::rows::Row;
use crate::date::Date;
use serde::Serialize;

/// The customer.
#[derive(Debug, Clone, Serialize)]
pub struct Who {
    pub customer_id: String,
    pub manager_id: Figure<String>,
    pub branch_id: Figure<String>,
    pub segment_group: Figure<String>,
    pub customer_since: Figure<Date>,
    /// With us for so short a time that the model was not fitted on him.
    pub is_provisional: Figure<bool>,
}

/// The night that the answer is from.
#[derive(Debug, Clone, Serialize)]
pub struct Source {
    pub as_of: Date,
    pub run_id: String,
    pub night_before: Option<Date>,
    pub models: Vec<ModelUsed>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ModelUsed {
    pub what: String,
    pub model_id: String,
    pub trained_through: Date,
}

pub fn source(night: &Night) -> Source {
    let used = night.manifest.models.iter().map(|model| ModelUsed {
        what: model.what.clone(),
        model_id: model.model_id.clone(),
        trained_through: model.trained_through,
    });
    Source {
        as_of: night.manifest.as_of,
        run_id: night.manifest.run_id.clone(),
        night_before: night.manifest.night_before.as_ref().map(|before| before.as_of),
        models: used.collect(),
    }
}

pub fn of(customer: &str, night: &Night, segments: Row<'_>, features: Row<'_>) -> Who {
    let tenure: Figure<f64> = features.figure("tenure_days", Missing::NotKnown);
    #[expect(clippy::cast_possible_truncation, reason = "whole days of a life")]
    let opened_on = |days: f64| night.manifest.as_of.plus_days(-(days as i32));
    Who {
        customer_id: customer.to_owned(),
        manager_id: segments.figure("manager_id", Missing::NotDelivered),
        branch_id: segments.figure("branch_id", Missing::NotDelivered),
        segment_group: segments.figure("segment_group", Missing::NotKnown),
        customer_since: Figure { value: tenure.value.map(opened_on), basis: None, missing: tenure.missing }
            .on("tenure_days"),
        is_provisional: segments.figure("is_provisional", Missing::NotKnown),
    }
}
