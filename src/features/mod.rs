//! Features: one row per customer, as of a date.
//!
//! Reads the store up to the date and nothing after it, no clock, no other customer. [`facts`] walks a
//! customer's rows once; the [`catalogue`] turns the facts into named features, one kernel each.

mod assets;
mod behaviour;
pub mod catalogue;
mod facts;
mod loyalty;
mod table;
mod value;
mod windows;

pub use catalogue::{Axis, CATALOGUE, Direction, Feature, Theme};
pub use facts::Facts;
pub use table::{FeatureTable, build};
pub use value::ValueBasis;
pub use windows::net_border_flow;

/// Days over which the baseline of an outflow is taken: three months.
pub const BASELINE_DAYS: i32 = 90;

/// A customer's mean assets over the 90 days up to `date`, of which only those since he was opened count, or the
/// newest where fewer days are known; `None` without balances. The baseline that an outflow is measured against.
pub fn baseline_assets(
    visible: &crate::store::CustomerHistory<'_>,
    calendar: &crate::store::Calendar,
    date: crate::date::Date,
) -> Option<f64> {
    let assets = assets::Assets::of(visible.holdings, &calendar.snapshots, date);
    assets
        .mean_over(date.plus_days(1 - BASELINE_DAYS).max(visible.customer.opened_on.min(date)), date)
        .or_else(|| assets.aum_at(date).map(|minor| crate::money::Money(minor).to_units()))
}

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
