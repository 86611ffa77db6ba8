//! What came of earlier lists: those assigned held against those held out, once it is known.

use super::Seen;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::{Interval, intervals};
use super::words::{count, optional_percent, points};
use crate::effect::{EffectFigures, in_words};

pub(super) fn section(seen: &Seen<'_>) -> Section {
    let words = &seen.words;
    let figures = &seen.manifest.effects;
    if figures.is_empty() {
        let why = words.text("effects_none").to_owned();
        return Section::new(
            "effects",
            words,
            vec![Block::missing(words, "effects_table", Width::Full, why)],
        );
    }
    Section::new("effects", words, vec![drawing(seen, figures), table(seen, figures)])
}

fn drawing(seen: &Seen<'_>, figures: &[EffectFigures]) -> Block {
    let words = &seen.words;
    let known = figures.iter().filter_map(|figures| {
        Some(Interval {
            name: seen.tables.labels.text("list", &figures.list).to_owned(),
            value: figures.effect?,
            low: figures.effect_low?,
            high: figures.effect_high?,
            words: points(figures.effect?),
        })
    });
    let rows: Vec<Interval> = known.collect();
    if rows.is_empty() {
        return Block::missing(
            words,
            "effects_drawing",
            Width::Full,
            words.text("effects_not_yet").to_owned(),
        );
    }
    let drawing = intervals(&rows, words.text("effects_label"), words.text("effects_x"), points);
    Block::new(words, "effects_drawing", Width::Half, Body::Drawing(drawing))
}

fn table(seen: &Seen<'_>, figures: &[EffectFigures]) -> Block {
    let words = &seen.words;
    let n = |n: u64| count(usize::try_from(n).unwrap_or(usize::MAX));
    let rows = figures.iter().map(|figures| {
        Row::of(vec![
            Cell::text(seen.tables.labels.text("list", &figures.list))
                .with_sub(in_words(figures, seen.tables.labels)),
            Cell::text(n(figures.assigned)),
            Cell::text(n(figures.held_out)),
            Cell::text(n(figures.reached)),
            Cell::text(n(figures.accepted)),
            Cell::text(n(figures.known_assigned + figures.known_held_out)),
            Cell::text(optional_percent(figures.rate_assigned)),
            Cell::text(optional_percent(figures.rate_held_out)),
        ])
    });
    let heads = vec![
        words.head("list"),
        words.number("assigned"),
        words.number("effect_held_out"),
        words.number("reached"),
        words.number("accepted"),
        words.number("known_outcomes"),
        words.number("rate_assigned"),
        words.number("rate_held_out"),
    ];
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "effects_table", Width::Full, Body::Table(table))
}
