//! What a person reads of a new churn model beside the one in force.

use super::backtest::with_interval;
use super::models::nothing_to_compare;
use crate::churn::{Contest, ContestResult, Standing};
use crate::pipeline::{Comparison, Contests};
use comfy_table::{CellAlignment, Table, presets::NOTHING};

const HEADER: [&str; 8] = ["days", "origin", "model", "AUC", "ECE", "Brier skill", "profit", "AUC gained"];

/// A sentence, and where the same customers judge both a table.
pub fn text(comparison: &Comparison<Contests>) -> String {
    let Comparison::Compared { model_id, found, .. } = comparison else {
        return nothing_to_compare(comparison).unwrap_or_default() + "\n";
    };
    let mut text = format!("beside the model in force, `{model_id}`\n");
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(HEADER);
    found.horizons.iter().flat_map(rows).for_each(|row| {
        table.add_row(row);
    });
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if table.row_count() > 0 {
        text += &format!("\n{table}\n\n");
    }
    for contest in &found.horizons {
        if let ContestResult::NotJudged { because } = &contest.result {
            text += &format!("{} days: not compared: {because}\n", contest.horizon_days);
        }
    }
    if let Some(bands) = found.bands {
        text += &format!(
            "of {} customers in scope, {} come into a higher band and {} into a lower one\n",
            bands.n_customers, bands.n_higher, bands.n_lower
        );
    }
    text
}

fn rows(contest: &Contest) -> Vec<[String; 8]> {
    let ContestResult::Judged(judged) = &contest.result else { return Vec::new() };
    let row = |model: &str, standing: &Standing, gain: String| {
        [
            contest.horizon_days.to_string(),
            judged.test_origin.to_string(),
            model.to_owned(),
            with_interval(standing.auc),
            with_interval(standing.expected_calibration_error),
            with_interval(standing.brier_skill),
            with_interval(standing.profit),
            gain,
        ]
    };
    vec![
        row("new", &judged.new, with_interval(judged.auc_gain)),
        row("in force", &judged.in_force, String::new()),
    ]
}
