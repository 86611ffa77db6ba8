//! How far the churn model's probabilities can be trusted: its figures on customers that it had not seen, calibration,
//! lift, and what became of those whom an earlier night scored.

use super::Seen;
use super::at_risk::bands;
use super::drift::drift;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::{Calibration, Tenths, calibration, tenths};
use super::words::{MINUS, NOT_KNOWN, Words, count, optional_percent, percent, share, tick_percent};
use crate::churn::labels::HORIZONS_DAYS;
use crate::churn::model::ACTED_ON;
use crate::churn::{ChurnModel, Evaluation};
use crate::error::Result;
use crate::learn::Figure;

/// # Errors
/// Kind `Internal` if the churn table lacks a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let words = &seen.words;
    let blocks = match seen.night.churn_model {
        Ok(model) => {
            let mut blocks = vec![bands(seen)?, rules(words, &model.evaluations), quality(seen, model)];
            if let Some(judged) = acted_on(&model.evaluations) {
                blocks.extend([calibrated(words, judged), lift(words, judged)]);
            }
            blocks.extend([outcomes(seen), drift(seen)]);
            blocks
        }
        Err(reason) => {
            let why = words.fill("churn_missing", &[("reason", &words.no_model_because(reason))]);
            vec![Block::missing(words, "churn_quality", Width::Full, why), drift(seen)]
        }
    };
    Ok(Section::new("churn", words, blocks))
}

/// The evaluation of the horizon that lists go by, else of the longest.
fn acted_on(evaluations: &[Evaluation]) -> Option<&Evaluation> {
    let wanted = |judged: &&Evaluation| judged.horizon_days == HORIZONS_DAYS[ACTED_ON];
    evaluations.iter().find(wanted).or(evaluations.last()).filter(|judged| !judged.reliability.is_empty())
}

/// A figure with its interval beneath.
fn with_interval(found: Option<Figure>, said: fn(f64) -> String) -> Cell {
    let Some(found) = found else { return Cell::text(NOT_KNOWN) };
    let interval = found.low.zip(found.high).map(|(low, high)| format!("{} – {}", said(low), said(high)));
    Cell::text(said(found.value)).with_sub(interval.unwrap_or_default())
}

fn three(value: f64) -> String {
    format!("{value:.3}")
}

fn one(value: f64) -> String {
    format!("{value:.1}×")
}

fn two(value: f64) -> String {
    format!("{value:.2}").replace('-', MINUS)
}

fn quality(seen: &Seen<'_>, model: &ChurnModel) -> Block {
    let words = &seen.words;
    if model.evaluations.is_empty() {
        let first = model.not_judged.first();
        let reason = first.map_or(NOT_KNOWN.into(), |missing| words.no_model_because(&missing.because));
        let why = words.fill("churn_not_judged", &[("reason", &reason)]);
        return Block::missing(words, "churn_quality", Width::Full, why);
    }
    let rows = model.evaluations.iter().map(|judged| {
        let horizon = words.fill("days", &[("days", &judged.horizon_days.to_string())]);
        Row::of(vec![
            Cell::text(horizon).with_sub(judged.test_origin.to_string()),
            Cell::text(count(judged.n_customers))
                .with_sub(words.fill("left", &[("count", &count(judged.n_left))])),
            Cell::text(percent(judged.base_rate)),
            with_interval(judged.auc, three),
            with_interval(judged.lift_top_decile, one),
            with_interval(judged.expected_calibration_error, percent),
            with_interval(judged.brier_skill, two),
        ])
    });
    let heads = vec![
        words.head("horizon"),
        words.number("judged_customers"),
        words.number("base_rate"),
        words.number("auc"),
        words.number("lift"),
        words.number("calibration_error"),
        words.number("brier_skill"),
    ];
    let table = Table { heads, rows: rows.collect() };
    let entry = seen.manifest.models.iter().find(|entry| entry.what == "churn");
    let note = entry.map_or(String::new(), |entry| {
        words.fill(
            "model_in_force",
            &[
                ("model", &entry.model_id),
                ("date", &entry.trained_through.to_string()),
                ("days", &entry.age_days.to_string()),
            ],
        )
    });
    Block::new(words, "churn_quality", Width::Full, Body::Table(table)).noted(note)
}

fn calibrated(words: &Words<'_>, judged: &Evaluation) -> Block {
    let bins: Vec<(f64, f64, String)> = judged
        .reliability
        .iter()
        .map(|bin| {
            let said = words.fill(
                "calibration_said",
                &[
                    ("count", &count(bin.n_customers)),
                    ("predicted", &percent(bin.mean_probability)),
                    ("observed", &percent(bin.observed_rate)),
                ],
            );
            (bin.mean_probability, bin.observed_rate, said)
        })
        .collect();
    let drawing = calibration(&Calibration {
        label: words.text("churn_calibration_label"),
        x: words.text("predicted"),
        y: words.text("observed"),
        ideal: words.text("calibration_ideal"),
        bins: &bins,
        percent: tick_percent,
    });
    Block::new(words, "churn_calibration", Width::Half, Body::Drawing(drawing)).noted(on_test(words, judged))
}

/// What the drawings of the horizon rest on.
fn on_test(words: &Words<'_>, judged: &Evaluation) -> String {
    words.fill(
        "churn_on_test",
        &[
            ("days", &judged.horizon_days.to_string()),
            ("date", &judged.test_origin.to_string()),
            ("count", &count(judged.n_customers)),
        ],
    )
}

fn lift(words: &Words<'_>, judged: &Evaluation) -> Block {
    let bars: Vec<(f64, String, String)> = judged
        .reliability
        .iter()
        .rev()
        .map(|bin| {
            let lift = share(bin.observed_rate, judged.base_rate);
            let said = words.fill(
                "lift_said",
                &[
                    ("count", &count(bin.n_customers)),
                    ("observed", &percent(bin.observed_rate)),
                    ("base", &percent(judged.base_rate)),
                ],
            );
            (lift, format!("{lift:.1}"), said)
        })
        .collect();
    let line = words.fill("lift_line", &[("base", &percent(judged.base_rate))]);
    let drawing = tenths(&Tenths {
        label: words.text("churn_lift_label"),
        x: words.text("lift_x"),
        y: words.text("lift_y"),
        bars: &bars,
        line: (1.0, &line),
    });
    Block::new(words, "churn_lift", Width::Half, Body::Drawing(drawing)).noted(on_test(words, judged))
}

/// The model beside rules that need none.
fn rules(words: &Words<'_>, evaluations: &[Evaluation]) -> Block {
    let Some(judged) = acted_on(evaluations) else {
        return Block::missing(
            words,
            "churn_rules",
            Width::Half,
            words.text("churn_rules_missing").to_owned(),
        );
    };
    let heads = vec![words.head("ordered_by"), words.number("auc"), words.number("lift")];
    let auc = |value: Option<f64>| Cell::text(value.map_or_else(|| NOT_KNOWN.to_owned(), three));
    let lift = |value: Option<f64>| Cell::text(value.map_or_else(|| NOT_KNOWN.to_owned(), one));
    let model = vec![
        Cell::text(words.text("rule_model")),
        auc(judged.auc.map(|found| found.value)),
        lift(judged.lift_top_decile.map(|found| found.value)),
    ];
    let mut rows = vec![Row::of(model)];
    rows.extend(judged.baselines.iter().map(|rule| {
        let name = match rule.name.as_str() {
            "recency" => words.text("rule_recency"),
            "assets_trend" => words.text("rule_assets_trend"),
            "warning_signals" => words.text("rule_warning_signals"),
            other => other,
        };
        Row::of(vec![Cell::text(name), auc(rule.auc), lift(rule.lift_top_decile)])
    }));
    Block::new(words, "churn_rules", Width::Half, Body::Table(Table { heads, rows }))
        .noted(on_test(words, judged))
}

/// What became of those whom an earlier night scored.
fn outcomes(seen: &Seen<'_>) -> Block {
    let words = &seen.words;
    let figures = &seen.manifest.churn_outcomes;
    let Some(first) = figures.first() else {
        let why = words.text("churn_no_outcomes").to_owned();
        return Block::missing(words, "churn_outcomes", Width::Full, why);
    };
    let rows = figures.iter().map(|known| {
        Row::of(vec![
            Cell::text(words.fill("days", &[("days", &known.horizon_days.to_string())])),
            Cell::text(count(known.n_customers))
                .with_sub(words.fill("left", &[("count", &count(known.n_left))])),
            Cell::text(percent(known.mean_probability)),
            Cell::text(percent(known.observed_rate)),
            Cell::text(known.auc.map_or_else(|| NOT_KNOWN.to_owned(), three)),
            Cell::text(optional_percent(known.expected_calibration_error)),
        ])
    });
    let heads = vec![
        words.head("horizon"),
        words.number("judged_customers"),
        words.number("predicted_mean"),
        words.number("observed_rate"),
        words.number("auc"),
        words.number("calibration_error"),
    ];
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "churn_outcomes", Width::Full, Body::Table(table))
        .noted(words.fill("churn_outcomes_of", &[("date", &first.scored_on.to_string())]))
}
