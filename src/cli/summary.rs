//! What a person reads when the night is done, and the same for machines.

use crate::config::Config;
use crate::effect::{EffectFigures, in_words};
use crate::error::{Error, Result};
use crate::labels::{LISTS, Labels};
use crate::money::grouped_count;
use crate::pipeline::{NightReport, TierFigures, TypeFigures};
use crate::segment::movements::Migration;
use crate::segment::standing::TOP_SHARE;
use crate::synth;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use std::path::Path;

/// The summary of a night: types with value and churn, tiers, how value is concentrated, lists, rejects, where it lies;
/// of one that was rehearsed, the rows of its tables too.
pub fn table(report: &NightReport, config: &Config, is_rehearsed: bool) -> String {
    let labels = Labels::of(config.language);
    let manifest = &report.manifest;
    let title = labels.fill("summary", "title", &[("date", &manifest.as_of.to_string())]);
    let rejected: u64 = manifest.inputs.iter().map(|input| input.rows.rejected).sum();
    let read: u64 = manifest.inputs.iter().map(|input| input.rows.read).sum();
    let mut text = format!("{title}\n\n{}\n", types(&report.types, manifest.value_basis, &labels, config));
    let by_priority = LISTS.into_iter().filter_map(|list| Some((list, *manifest.lists.get(list)?)));
    let lists: Vec<String> = by_priority
        .filter(|(_, n)| *n > 0)
        .map(|(list, n)| format!("{} {n}", labels.text("list", list)))
        .collect();
    let mut line = |key: &str, value: String| text += &format!("{}: {value}\n", labels.text("summary", key));
    if !report.tiers.is_empty() {
        line("tiers", tiers(&report.tiers, &labels));
    }
    let top_share = manifest.concentration.as_ref().and_then(|all| all.top_share);
    if let Some(top_share) = top_share {
        line("concentration", concentration(top_share, &labels));
    }
    if !lists.is_empty() {
        line("lists", lists.join(", "));
    }
    for effect in &manifest.effects {
        let key = labels.fill("summary", "effect", &[("list", labels.text("list", &effect.list))]);
        text += &format!("{key}: {}\n", effect_of_list(effect, &labels));
    }
    let mut line = |key: &str, value: String| text += &format!("{}: {value}\n", labels.text("summary", key));
    for judged in &manifest.churn_evaluations {
        let Some(auc) = judged.auc else { continue };
        let recency = judged.baselines.iter().find(|rule| rule.name == "recency").and_then(|rule| rule.auc);
        let figures = format!(
            "{} d, {}: AUC {:.3} ({:.3} to {:.3}) at {}, lift {:.1} in the top decile, base rate {:.1}%, recency alone {}",
            judged.horizon_days,
            judged.algorithm.code(),
            auc.value,
            auc.low.unwrap_or(f64::NAN),
            auc.high.unwrap_or(f64::NAN),
            judged.test_origin,
            judged.lift_top_decile.map_or(f64::NAN, |lift| lift.value),
            100.0 * judged.base_rate,
            recency.map_or_else(|| "-".into(), |auc| format!("{auc:.3}"))
        );
        line("churn_quality", figures);
    }
    if let Some(before) = &manifest.night_before {
        let key = labels.fill("summary", "type_changes", &[("date", &before.as_of.to_string())]);
        text += &format!("{key}: {}\n", type_changes(&manifest.migration, &labels));
    }
    let mut line = |key: &str, value: String| text += &format!("{}: {value}\n", labels.text("summary", key));
    let others = manifest.customers.iter().filter(|(standing, n)| **standing != "in_night" && **n > 0);
    let others =
        others.map(|(standing, n)| format!("{} {n}", labels.text("standing", standing))).collect::<Vec<_>>();
    if !others.is_empty() {
        line("not_in_night", others.join(", "));
    }
    line("rejects", format!("{rejected} / {read}"));
    let place = format!("{} ({:.1} s)", report.folder.display(), report.milliseconds / 1e3);
    line(if is_rehearsed { "would_be_published_at" } else { "published_at" }, place);
    if is_rehearsed {
        let rows: Vec<String> = manifest.rows.iter().map(|(table, n)| format!("{table} {n}")).collect();
        line("rows", rows.join(", "));
    }
    text
}

fn types(figures: &[TypeFigures], value_basis: &str, labels: &Labels, config: &Config) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    let header = |code: &str| labels.text("summary", code).to_owned();
    let money = |code: &str| format!("{} ({})", labels.text("summary", code), config.base_currency);
    table.set_header([
        header("type"),
        header("customers"),
        header("share"),
        money(&format!("value_{value_basis}")),
        header("churn"),
        money("value_at_risk"),
    ]);
    let n_all: usize = figures.iter().map(|row| row.n_customers).sum();
    for row in figures {
        table.add_row([
            labels.text("customer_type", row.customer_type).to_owned(),
            row.n_customers.to_string(),
            percent(row.n_customers, n_all),
            whole(row.value_12m),
            row.churn_mean.map_or_else(|| "-".into(), |mean| format!("{:.1}%", 100.0 * mean)),
            if row.churn_mean.is_some() { whole(row.expected_loss) } else { "-".into() },
        ]);
    }
    let is_scored = figures.iter().any(|row| row.churn_mean.is_some());
    let sum = |of: fn(&TypeFigures) -> f64| whole(figures.iter().map(of).sum());
    table.add_row([
        header("all"),
        n_all.to_string(),
        percent(n_all, n_all),
        sum(|row| row.value_12m),
        churn_of_all(figures).map_or_else(|| "-".into(), |mean| format!("{:.1}%", 100.0 * mean)),
        if is_scored { sum(|row| row.expected_loss) } else { "-".into() },
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Customers by tier, from the highest, and how many of all move or are about to.
fn tiers(figures: &[TierFigures], labels: &Labels) -> String {
    let named = |row: &TierFigures| format!("{} {}", labels.text("tier", row.tier), row.n_customers);
    let by_tier: Vec<String> = figures.iter().rev().map(named).collect();
    let sum = |of: fn(&TierFigures) -> usize| figures.iter().map(of).sum::<usize>().to_string();
    let [promoted, watch, demoted] =
        [sum(|row| row.n_promoted), sum(|row| row.n_watch), sum(|row| row.n_demoted)];
    let values = [("promoted", &*promoted), ("watch", &watch), ("demoted", &demoted)];
    format!("{}; {}", by_tier.join(", "), labels.fill("summary", "tier_moves", &values))
}

/// What the best customers bring.
fn concentration(top_share: f64, labels: &Labels) -> String {
    let (customers, value) = (format!("{:.0}%", 100.0 * TOP_SHARE), format!("{:.1}%", 100.0 * top_share));
    labels.fill("summary", "concentrated", &[("customers", &customers), ("value", &value)])
}

/// How many were assigned and held out, and what came of it.
fn effect_of_list(effect: &EffectFigures, labels: &Labels) -> String {
    let [assigned, held_out, reached, accepted] =
        [effect.assigned, effect.held_out, effect.reached, effect.accepted].map(grouped_count);
    let words = in_words(effect, labels);
    let counts = [("assigned", &*assigned), ("held_out", &held_out), ("reached", &reached)];
    let values: Vec<_> = counts.into_iter().chain([("accepted", &*accepted), ("words", &words)]).collect();
    labels.fill("effect", "summary", &values)
}

/// How many changed type of those who were in both nights, and the most frequent changes.
fn type_changes(migration: &Migration, labels: &Labels) -> String {
    const SHOWN: usize = 3;
    let moves = migration.iter().flat_map(|(was, now)| now.iter().map(move |(is, n)| (was, is, *n)));
    let n_all: u64 = moves.clone().map(|(_, _, n)| n).sum();
    let mut changed: Vec<_> = moves.filter(|(was, is, _)| was != is).collect();
    // The most frequent first; of equals, in the order of their codes.
    changed.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let n_changed: u64 = changed.iter().map(|(_, _, n)| n).sum();
    let name = |code: &str| labels.text("customer_type", code).to_owned();
    let shown: Vec<String> =
        changed.iter().take(SHOWN).map(|(was, is, n)| format!("{} → {} {n}", name(was), name(is))).collect();
    let shown = if shown.is_empty() { String::new() } else { format!(" ({})", shown.join(", ")) };
    format!("{n_changed} / {n_all}{shown}")
}

/// Mean probability over all types.
fn churn_of_all(figures: &[TypeFigures]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
    let n = |row: &TypeFigures| row.n_scored as f64;
    let scored: f64 = figures.iter().map(n).sum();
    (scored > 0.0)
        .then(|| figures.iter().filter_map(|row| Some(row.churn_mean? * n(row))).sum::<f64>() / scored)
}

fn percent(part: usize, whole: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "numbers of customers")]
    let share = part as f64 / whole.max(1) as f64;
    format!("{:.1}%", 100.0 * share)
}

fn whole(units: f64) -> String {
    crate::money::Money::from_units(units).grouped()
}

/// The same for machines: one JSON object.
pub fn json(report: &NightReport, is_rehearsed: bool) -> Result<String> {
    let value = serde_json::json!({
        "dry_run": is_rehearsed,
        "folder": report.folder,
        "replaced": report.replaced,
        "milliseconds": report.milliseconds,
        "types": report.types,
        "tiers": report.tiers,
        "manifest": report.manifest,
    });
    to_json(&value)
}

/// # Errors
/// Kind `Internal` if the value cannot be written, which is a fault of ours.
pub fn to_json(value: &serde_json::Value) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map_err(|cause| Error::internal("the summary cannot be written").caused_by(cause))
}

/// What `synth` wrote.
pub fn synth(written: &synth::Written, out: &Path) -> String {
    let mut text = format!("Written to {}\n", out.display());
    for table in &written.tables {
        text += &format!("  {:<14} {:>12} rows {:>14} bytes\n", table.table, table.rows, table.bytes);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Language;

    #[test]
    fn tiers_are_told_from_the_highest_with_those_who_move() {
        let row = |tier, n_customers, n_promoted, n_watch, n_demoted| TierFigures {
            tier,
            n_customers,
            n_promoted,
            n_watch,
            n_demoted,
        };
        let figures = [row("t0", 120, 0, 0, 2), row("t1", 40, 3, 1, 0), row("t4", 7, 1, 4, 0)];
        let english = Labels::of(Language::En);
        assert_eq!(
            tiers(&figures, &english),
            "Top 7, Ordinary 40, Basic 120; promoted 4, on watch 5, demoted 2"
        );
        assert_eq!(concentration(0.7134, &english), "the best 20% of customers bring 71.3% of the value");
        let chinese = Labels::of(Language::ZhCn);
        assert_eq!(tiers(&figures, &chinese), "高端 7, 普通 40, 大众 120; 升级 4，观察期 5，降级 2");
    }
}
