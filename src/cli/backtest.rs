//! What a backtest tells a person or another program.

use super::backtest_offers as offers;
use crate::churn::evaluation::{Evaluation, Figure};
use crate::error::{Error, Result};
use crate::pipeline::BacktestReport;
use comfy_table::{CellAlignment, Table, presets::NOTHING};

const HEADER: [&str; 12] = [
    "origin",
    "days",
    "champion",
    "customers",
    "left",
    "AUC",
    "recency",
    "lift",
    "capture",
    "ECE",
    "slope",
    "Brier skill",
];

/// A row per test origin and horizon, and what could not be judged.
pub fn table(report: &BacktestReport) -> String {
    let mut text = format!("{}\n\n", judged_table(&report.backtest.evaluations));
    for judged in &report.backtest.evaluations {
        for found in &judged.suspicious {
            text += &format!(
                "{} ({} days): `{}` alone has an AUC of {:.3}, which is implausible: look whether it knows the outcome\n",
                judged.test_origin, judged.horizon_days, found.feature, found.auc
            );
        }
    }
    for not in &report.backtest.not_judged {
        text += &format!(
            "{} ({} days): not judged: {}\n",
            not.test_origin, not.missing.horizon_days, not.missing.because
        );
    }
    text += &offers::table(&report.cross_sell);
    text + &format!("written to {}\n", report.folder.display())
}

/// A row per evaluation.
pub fn judged_table(evaluations: &[Evaluation]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(HEADER);
    for judged in evaluations {
        table.add_row(row(judged));
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(judged: &Evaluation) -> [String; 12] {
    let recency = judged.baselines.iter().find(|rule| rule.name == "recency").and_then(|rule| rule.auc);
    let percent = |figure: Option<Figure>| {
        figure.map_or_else(|| "-".into(), |figure| format!("{:.1}%", 100.0 * figure.value))
    };
    [
        judged.test_origin.to_string(),
        judged.horizon_days.to_string(),
        judged.algorithm.code().to_owned(),
        judged.n_customers.to_string(),
        format!("{:.1}%", 100.0 * judged.base_rate),
        with_interval(judged.auc),
        recency.map_or_else(|| "-".into(), |auc| format!("{auc:.3}")),
        judged.lift_top_decile.map_or_else(|| "-".into(), |lift| format!("{:.1}", lift.value)),
        percent(judged.capture_top_decile),
        judged.expected_calibration_error.map_or_else(|| "-".into(), |error| format!("{:.4}", error.value)),
        judged.calibration_slope.map_or_else(|| "-".into(), |slope| format!("{:.2}", slope.value)),
        judged.brier_skill.map_or_else(|| "-".into(), |skill| format!("{:.3}", skill.value)),
    ]
}

pub fn with_interval(figure: Option<Figure>) -> String {
    let Some(figure) = figure else { return "-".into() };
    match figure.low.zip(figure.high) {
        Some((low, high)) => format!("{:.3} ({low:.3} to {high:.3})", figure.value),
        None => format!("{:.3}", figure.value),
    }
}

/// # Errors
/// Kind `Internal` if the report cannot be written.
pub fn json(report: &BacktestReport) -> Result<String> {
    serde_json::to_string_pretty(&serde_json::json!({
        "folder": report.folder,
        "backtest": report.backtest,
        "cross_sell": report.cross_sell,
    }))
    .map_err(|cause| Error::internal("the backtest cannot be written").caused_by(cause))
}
