//! Segments: three scores, three levels, eight types, tiers and finer clusters.
//!
//! Reads a feature table and, for levels near a border, what the night before said; writes nothing. A model is
//! fitted on a sample chosen by hash and then places everybody; nights keep it while it is young.
//! Individuals and institutions are modelled apart. Managers are passed on and play no part in it; the order of
//! rows changes nothing.

mod axis;
pub mod concentration;
mod curve;
mod cut;
mod joint;
pub mod lifetime;
pub mod model;
pub mod movements;
pub mod parts;
mod profile;
mod sample;
pub mod standing;
mod table;
pub mod tier_path;
pub mod tiers;
pub mod types;

pub use model::SegmentModel;
pub use standing::Standing;
pub use table::{SegmentTable, Sight, fit, large_groups, place, settings_digest, smoothed_features};
pub use tiers::{MONTHS_OF_WATCH, TierState};
