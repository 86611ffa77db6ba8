//! The part of a churn model's card that sets it beside the model in force.

use super::card::{line, table};
use super::churn_card::interval;
use super::comparison::{Comparison, Contests, approval, nothing_to_compare};
use crate::churn::{Contest, ContestResult, Standing};

/// Sentences and a table, as Markdown.
pub(super) fn markdown_of(comparison: &Comparison<Contests>) -> String {
    let Comparison::Compared { model_id, status, found } = comparison else {
        return nothing_to_compare(comparison).unwrap_or_default() + "\n";
    };
    let mut text = format!("The model in force is `{model_id}` ({}).", approval(*status));
    if let Some(bands) = found.bands {
        text += &format!(
            " Of {} customers in scope on the day of the fit, {} would be in a higher band under the new model and {} in a \
             lower one.",
            bands.n_customers, bands.n_higher, bands.n_lower
        );
    }
    text += "\n\n";
    let is_judged = |contest: &Contest| matches!(contest.result, ContestResult::Judged(_));
    if found.horizons.iter().any(is_judged) {
        line(
            &mut text,
            "Both were judged by what became of the same customers. For the new model stands its twin, made the same way \
             from what was known on that day. The difference of the areas has an interval of its own: what both have in \
             common cancels.\n",
        );
        let header = [
            "days",
            "judged on",
            "model",
            "AUC",
            "expected calibration error",
            "Brier skill",
            "profit",
            "AUC gained",
        ];
        text += &table(&header);
        found.horizons.iter().for_each(|contest| rows(&mut text, contest));
        text.push('\n');
    }
    for contest in &found.horizons {
        if let ContestResult::NotJudged { because } = &contest.result {
            line(&mut text, &format!("- {} days: not compared: {because}.", contest.horizon_days));
        }
    }
    text
}

fn rows(text: &mut String, contest: &Contest) {
    let ContestResult::Judged(judged) = &contest.result else { return };
    let origin = format!("{}, {} customers, {} left", judged.test_origin, judged.n_customers, judged.n_left);
    let gain = interval(judged.auc_gain);
    for (model, of, gain) in [("new", judged.new, gain.as_str()), ("in force", judged.in_force, "")] {
        let Standing { auc, expected_calibration_error, brier_skill, profit } = of;
        let figures = [auc, expected_calibration_error, brier_skill, profit].map(interval).join(" | ");
        line(text, &format!("| {} | {origin} | {model} | {figures} | {gain} |", contest.horizon_days));
    }
}
