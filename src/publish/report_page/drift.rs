//! How far customers have moved since the models were fitted: the columns that moved most, each with its distribution.

use super::Seen;
use super::parts::{Block, Body, Cell, Head, Row, Table, Width};
use super::svg::shift;
use super::words::{Words, count};
use crate::publish::ColumnDrift;

/// Columns that are shown.
const SHOWN_MAX: usize = 10;

pub(super) fn drift(seen: &Seen<'_>) -> Block {
    let words = &seen.words;
    let mut columns: Vec<(&ColumnDrift, f64)> =
        seen.manifest.drift.iter().filter_map(|column| Some((column, column.index?))).collect();
    columns.sort_by(|(a, one), (b, other)| {
        let name =
            |column: &ColumnDrift| (column.segment_group.clone(), column.axis.clone(), column.column.clone());
        other.total_cmp(one).then_with(|| name(a).cmp(&name(b)))
    });
    if columns.is_empty() {
        return Block::missing(words, "churn_drift", Width::Full, words.text("drift_missing").to_owned());
    }
    let levels = &seen.tables.config.models;
    let state = |column: &ColumnDrift, index: f64| match index {
        _ if column.beyond_chance().is_none() => ("drift_steady", ""),
        index if index >= levels.drift_alarm => ("drift_far", "alarm"),
        index if index >= levels.drift_warn => ("drift_moved", "warn"),
        _ => ("drift_steady", ""),
    };
    let n_of = |code: &str| columns.iter().filter(|(column, index)| state(column, *index).0 == code).count();
    let rows = columns.iter().take(SHOWN_MAX).map(|(column, index)| {
        let (code, mark) = state(column, *index);
        let group = match column.axis.as_str() {
            "churn" => words.text("drift_churn").to_owned(),
            axis => format!(
                "{} · {}",
                seen.tables.labels.text("segment_group", &column.segment_group),
                seen.tables.labels.text("axis", axis)
            ),
        };
        let moved = words.fill("drift_said", &[("index", &format!("{index:.2}"))]);
        Row::of(vec![
            name(words, &column.column),
            Cell::text(group),
            Cell::text("").with_drawing(shift(&column.n_reference, &column.n_now, &moved)),
            Cell::text(format!("{index:.2}")),
            Cell::text(words.text(code)).marked(mark),
        ])
    });
    let heads: Vec<Head> = vec![
        words.head("drift_column"),
        words.head("drift_of"),
        words.head("drift_shift"),
        words.number("drift_index"),
        words.head("drift_state"),
    ];
    let table = Table { heads, rows: rows.collect() };
    let note = words.fill(
        "drift_note",
        &[
            ("far", &count(n_of("drift_far"))),
            ("moved", &count(n_of("drift_moved"))),
            ("steady", &count(n_of("drift_steady"))),
            ("warn", &levels.drift_warn.to_string()),
            ("alarm", &levels.drift_alarm.to_string()),
        ],
    );
    Block::new(words, "churn_drift", Width::Full, Body::Table(table)).noted(note)
}

/// A feature in words, with its column beneath; a score.
fn name(words: &Words<'_>, column: &str) -> Cell {
    match column {
        "score" => Cell::text(words.text("drift_score")),
        column => Cell::text(words.labels.text("feature", column)).with_sub(column),
    }
}

#[cfg(test)]
mod tests {
    use crate::features::catalogue::CATALOGUE;
    use crate::labels::{Labels, Language};

    #[test]
    fn every_feature_has_its_words_and_the_english_ones_are_the_catalogues() {
        let [english, chinese] = [Language::En, Language::ZhCn].map(Labels::of);
        for feature in CATALOGUE.iter().copied().flatten() {
            assert_eq!(english.text("feature", feature.name), feature.description, "{}", feature.name);
            assert!(chinese.knows("feature", feature.name), "{}", feature.name);
        }
    }
}
