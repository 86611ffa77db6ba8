//! Features: one row per customer, as of a date.
//!
//! Reads the store up to the date and nothing after it, no clock, no other customer. [`facts`] walks a
//! customer's rows once; the [`catalogue`] turns the facts into named features, one kernel each.

mod assets;
pub mod catalogue;
mod facts;
mod table;
mod windows;

pub use catalogue::{Axis, CATALOGUE, Direction, Feature, Theme};
pub use facts::Facts;
pub use table::{FeatureTable, build};

/// The knowledge with which facts are computed.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    pub as_of: crate::date::Date,
    pub calendar: &'a crate::store::Calendar,
    pub products: &'a [crate::contract::Product],
    /// Yearly margin by product kind (index of [`ProductKind::ALL`](crate::contract::codes::ProductKind)),
    /// the mean over products with a rate; `None` where none has one.
    pub margin_rates: &'a [Option<f64>],
    /// Whether undated customer fields (survey, declared assets) were known at the date: not before the
    /// first delivery.
    pub undated_fields_known: bool,
}
