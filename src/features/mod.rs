//! Features: one row per customer, as of a date.
//!
//! Reads the store up to the date and nothing after it, no clock, no other customer. A [`Sweep`] walks a
//! customer's rows once for any number of dates; the [`catalogue`] turns the [`Facts`] of a date into named
//! features, one kernel each.

mod activity;
mod ages;
mod assets;
mod balance_plan;
mod behaviour;
pub mod catalogue;
mod entropy;
mod facts;
mod holdings;
mod lens;
mod loyalty;
mod monthly;
mod moves;
mod reference;
mod rhythm;
mod service_costs;
mod steps;
mod stream;
mod sweep;
mod table;
#[cfg(test)]
mod tests;
mod timeline;
mod totals;
mod transactions;
mod value;
mod windows;

pub use assets::{BASELINE_DAYS, baseline_assets};
pub use catalogue::{Axis, CATALOGUE, Feature, N_FEATURES, Part, Shape, Theme};
pub use facts::Facts;
pub use lens::Lens;
pub use monthly::{MONTHS_MAX as TIER_MONTHS, MonthlyAssets, month_mean};
pub use moves::AssetMove;
pub use service_costs::ServiceCosts;
pub use steps::{Span, in_force, mean, spans};
pub use stream::{Block, stream};
pub use sweep::{Sweep, Swept};
pub use table::{Asked, FeatureTable, build, build_one, value_basis};
pub use value::ValueBasis;
pub use windows::net_border_flow;
