//! What a person reads of a fit, of an approval and of a withdrawal, and the same for machines.

use super::backtest::judged_table;
use super::churn_comparison;
use super::summary::to_json;
use crate::error::Result;
use crate::pipeline::{
    ApproveReport, AxisFigures, ChurnFit, Comparison, FitReport, GroupFigures, PropensityFit, SameTypes,
    WithdrawReport,
};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde_json::json;

/// How good the model is, how it compares, where it lies, and what to do next.
pub fn fit(report: &FitReport) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header(["group", "clustering", "fitted", "clusters", "silhouette", "share high"]);
    for group in &report.groups {
        for axis in &group.axes {
            table.add_row(axis_row(group, axis));
        }
        table.add_row(joint_row(group));
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("segment model of {}\n\n{table}\n\n", report.trained_through);
    text += &format!("{}\n", comparison(&report.comparison));
    text += &format!("written to {}\n", report.folder.display());
    if !matches!(report.comparison, Comparison::Unchanged { .. }) {
        let id = &report.model_id;
        text += &format!("read `card.md` there; `tercet approve {id}` puts the model in force\n");
    }
    text + &churn(&report.churn) + &propensity(&report.propensity)
}

/// What each product's probabilities rest on, where the model lies, and what to do next.
fn propensity(fitted: &PropensityFit) -> String {
    let (model_id, folder, products) = match fitted {
        PropensityFit::NotFitted(reason) => return format!("\nno propensity model: {reason}\n"),
        PropensityFit::Fitted { model_id, folder, products, .. } => (model_id, folder, products),
    };
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header([
        "product",
        "probability from",
        "rows",
        "bought",
        "rate",
        "rate of named",
    ]);
    for product in products {
        let rate =
            |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.2}%", 100.0 * rate));
        table.add_row([
            product.product.clone(),
            product.basis().to_owned(),
            product.all.n_rows.to_string(),
            product.all.n_bought.to_string(),
            rate(product.all.share()),
            rate(product.named.share()),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "\npropensity model\n\n{table}\n\nwritten to {}\nread `card.md` there; `tercet approve {model_id}` puts the model \
         in force\n",
        folder.display()
    )
}

/// How good the churn model is, where it lies, and what to do next.
fn churn(fitted: &ChurnFit) -> String {
    match fitted {
        ChurnFit::NotFitted(reason) => format!("\nno churn model: {reason}\n"),
        ChurnFit::Fitted { model_id, folder, evaluations, comparison, .. } => {
            let mut text = format!("\nchurn model\n\n{}\n\n", judged_table(evaluations));
            text += &churn_comparison::text(comparison);
            text += &format!("written to {}\n", folder.display());
            if !matches!(comparison, Comparison::Unchanged { .. }) {
                text +=
                    &format!("read `card.md` there; `tercet approve {model_id}` puts the model in force\n");
            }
            text
        }
    }
}

fn axis_row(group: &GroupFigures, axis: &AxisFigures) -> [String; 6] {
    [
        group.segment_group.clone(),
        axis.axis.clone(),
        group.n_fitted.to_string(),
        axis.n_clusters.to_string(),
        figure(axis.silhouette),
        percent(axis.share_high),
    ]
}

/// The joint clusters, or of a group that is too small that it has none.
fn joint_row(group: &GroupFigures) -> [String; 6] {
    [
        group.segment_group.clone(),
        "joint".to_owned(),
        group.n_fitted.to_string(),
        group.joint_clusters.map_or_else(|| "-".to_owned(), |n| n.to_string()),
        figure(group.joint_silhouette),
        String::new(),
    ]
}

fn comparison(comparison: &Comparison<SameTypes>) -> String {
    match comparison {
        Comparison::Compared { model_id, found, .. } => format!(
            "{} of {} customers have the same type as under the model in force, `{model_id}`",
            found.n_same_type, found.n_customers
        ),
        other => nothing_to_compare(other).unwrap_or_default(),
    }
}

/// Why nothing is compared; `None` where something is.
pub(super) fn nothing_to_compare<F>(comparison: &Comparison<F>) -> Option<String> {
    match comparison {
        Comparison::NoneInForce => Some("no model is in force to compare with".to_owned()),
        Comparison::Unchanged { model_id } => Some(format!("this is the model in force, `{model_id}`")),
        Comparison::Unusable { because } => Some(format!("nothing to compare with: {because}")),
        Comparison::Compared { .. } => None,
    }
}

/// # Errors
/// Kind `Internal` if the report cannot be written.
pub fn fit_json(report: &FitReport) -> Result<String> {
    let churn = match &report.churn {
        ChurnFit::Fitted { model_id, blake3, folder, evaluations, comparison } => json!({
            "model_id": model_id,
            "blake3": blake3,
            "folder": folder,
            "evaluations": evaluations,
            "comparison": comparison,
        }),
        ChurnFit::NotFitted(reason) => json!({"not_fitted": reason}),
    };
    let propensity = match &report.propensity {
        PropensityFit::Fitted { model_id, blake3, folder, products } => {
            let products: Vec<_> = products
                .iter()
                .map(|of| json!({"product": of.product, "basis": of.basis(), "all": of.all, "named": of.named}))
                .collect();
            json!({"model_id": model_id, "blake3": blake3, "folder": folder, "products": products})
        }
        PropensityFit::NotFitted(reason) => json!({"not_fitted": reason}),
    };
    to_json(&json!({
        "model_id": report.model_id,
        "blake3": report.blake3,
        "trained_through": report.trained_through,
        "folder": report.folder,
        "groups": report.groups,
        "comparison": report.comparison,
        "churn": churn,
        "propensity": propensity,
        "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

/// Whether it is in force, and for which nights.
pub fn approve(report: &ApproveReport) -> String {
    let (id, from) = (&report.model_id, report.trained_through);
    let done = if report.is_known {
        format!("`{id}` was approved at {}; nothing was changed", report.approved_at)
    } else {
        format!("`{id}` is approved")
    };
    let nights = match &report.followed_by {
        None => format!("nights from {from} on use it"),
        Some(next) if next.from == from => {
            format!("nights from {from} on use `{}`, approved later", next.model_id)
        }
        Some(next) => {
            format!("nights from {from} on use it, those from {} on `{}`", next.from, next.model_id)
        }
    };
    format!("{done}; {nights}\n")
}

/// # Errors
/// Kind `Internal` if the report cannot be written.
pub fn approve_json(report: &ApproveReport) -> Result<String> {
    to_json(&json!(report))
}

/// From when on it is out of force, and what nights use instead.
pub fn withdraw(report: &WithdrawReport) -> String {
    let (id, from) = (&report.model_id, report.withdrawn_from);
    let done = if report.is_known {
        format!("`{id}` was withdrawn at {}; nothing was changed", report.withdrawn_at)
    } else {
        format!("`{id}` is withdrawn")
    };
    let nights = match &report.in_force {
        Some(other) => format!("nights from {from} on use `{other}`"),
        None => {
            format!("nights from {from} on have no approved model, and fit one until another is approved")
        }
    };
    format!("{done}; {nights}\n")
}

/// # Errors
/// Kind `Internal` if the report cannot be written.
pub fn withdraw_json(report: &WithdrawReport) -> Result<String> {
    to_json(&json!(report))
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", 100.0 * share))
}
