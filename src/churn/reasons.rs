//! Why a probability is high: what pushes it up, grouped by theme, and only what is true of the customer.
//!
//! Features of one theme are correlated, so their contributions are summed before they are ranked. A theme
//! whose sentence would not be true of the customer (a salary that stopped, where none ever came) is not told.

use super::ChurnModel;
use crate::features::FeatureTable;
use crate::features::catalogue::{Theme, features};
use crate::labels::Labels;
use std::collections::BTreeMap;

/// Reasons told per customer.
pub const N_REASONS: usize = 3;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub text: String,
}

/// The theme of each feature of the model, in its order.
pub fn themes(model: &ChurnModel) -> Vec<Theme> {
    let by_name: BTreeMap<&str, Theme> = features().map(|feature| (feature.name, feature.theme)).collect();
    model.taming.names().map(|name| by_name[name]).collect()
}

/// The strongest true reasons of one row, strongest first. `inputs` are its standardised features.
pub fn of_row(
    model: &ChurnModel,
    themes: &[Theme],
    inputs: &[f64],
    table: &FeatureTable,
    row: usize,
    labels: &Labels,
) -> Vec<Reason> {
    let mut pushes: Vec<(Theme, f64)> = Vec::new();
    for (theme, push) in themes.iter().zip(model.logistic.contributions(inputs)) {
        match pushes.iter_mut().find(|(known, _)| known == theme) {
            Some((_, sum)) => *sum += push,
            None => pushes.push((*theme, push)),
        }
    }
    pushes.retain(|(_, push)| *push > 0.0);
    pushes.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.code().cmp(b.0.code())));
    let told = pushes.into_iter().filter_map(|(theme, _)| {
        let value = figure(theme, table, row)?;
        Some(Reason { code: theme.code(), text: labels.fill("driver", theme.code(), &[("value", &value)]) })
    });
    told.take(N_REASONS).collect()
}

/// The figure that the theme's sentence holds, where the sentence is true of the customer.
fn figure(theme: Theme, table: &FeatureTable, row: usize) -> Option<String> {
    let value = |name: &str| table.column(name)[row];
    let days =
        |name: &str| Some(value(name)).filter(|days| days.is_finite()).map(|days| format!("{days:.0}"));
    let when = |holds: bool| holds.then(String::new);
    match theme {
        Theme::Recency => {
            days("days_since_last_activity").filter(|_| value("days_since_last_activity") >= 30.0)
        }
        Theme::FrequencyFalling => when(value("frequency_trend_90d") < 0.0),
        Theme::Outflow => {
            let share = value("outflow_share_90d");
            (share >= 0.01).then(|| format!("{:.0}%", 100.0 * share))
        }
        Theme::SalaryStopped => {
            when(value("salary_change_90d") < 0.0 && value("days_since_last_salary") > 45.0)
        }
        Theme::TransfersElsewhere => when(value("elsewhere_net_90d") > 0.0),
        Theme::AumFalling => when(value("aum_change_share_90d") < -0.05),
        Theme::ProductsFewer => when(value("n_product_kinds_change_90d") < 0.0),
        Theme::ComplaintOpen => when(value("complaint_open") > 0.0),
        Theme::NotRenewed => when(value("renewal_share_365d") < 0.5),
        Theme::TenureShort => days("tenure_days").filter(|_| value("tenure_days") < 365.0),
        Theme::ContactOld => {
            days("days_since_last_contact").filter(|_| value("days_since_last_contact") >= 60.0)
        }
        Theme::Other => None,
    }
}
