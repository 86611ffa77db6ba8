//! What a bank would do without a model: rank customers by one figure, or count the warning signals of the field.

use super::telling::Customer;
use crate::features::{FeatureTable, Theme};

/// The warning signals of losing a customer that the field names: large outflow, an untouched account, fewer visits,
/// long without contact, falling volume, a product that lapsed, a complaint, a salary that stopped.
const WARNING_SIGNALS: [Theme; 9] = [
    Theme::Outflow,
    Theme::Recency,
    Theme::FrequencyFalling,
    Theme::ContactOld,
    Theme::AumFalling,
    Theme::ProductsFewer,
    Theme::NotRenewed,
    Theme::ComplaintOpen,
    Theme::SalaryStopped,
];

/// A score per row and rule; higher means likelier to leave. What is missing counts as no warning.
pub fn scores(table: &FeatureTable) -> Vec<(&'static str, Vec<f64>)> {
    let falling = |share: &f64| if share.is_nan() { 0.0 } else { -share };
    let silent = |days: &f64| if days.is_nan() { f64::MAX } else { *days };
    let signals = |row: usize| {
        let of = Customer { table, row };
        let told = WARNING_SIGNALS.iter().filter(|theme| of.is_raised_by(**theme)).count();
        f64::from(u8::try_from(told).unwrap_or(u8::MAX))
    };
    vec![
        ("recency", table.column("days_since_last_activity").iter().map(silent).collect()),
        ("assets_trend", table.column("aum_change_share_90d").iter().map(falling).collect()),
        ("warning_signals", (0..table.n_customers()).map(signals).collect()),
    ]
}
