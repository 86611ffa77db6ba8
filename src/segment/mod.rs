//! Segments: three scores, three levels, eight types, tiers and finer clusters.
//!
//! Reads a feature table; writes nothing. A model is fitted on a sample chosen by hash and then places
//! everybody. Individuals and institutions are modelled apart. Never looks at managers, at another night's
//! random numbers, or at the order of rows.

mod axis;
mod joint;
pub mod model;
pub mod movements;
mod sample;
mod table;
pub mod tiers;
pub mod types;

pub use model::SegmentModel;
pub use table::{SegmentTable, fit, place};
