//! The eight types: how many, what they bring, and how likely they are to leave.

use super::Seen;
use super::few::{is_few, withheld};
use super::headline::value_key;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::bar;
use super::words::{count, figure, optional_percent, percent, share, signed_count};
use crate::labels::CUSTOMER_TYPES;
use crate::publish::TypeFigures;
use crate::segment::types::{Level, customer_type};
use std::collections::BTreeMap;

pub(super) fn section(seen: &Seen<'_>) -> Section {
    let (words, tables) = (&seen.words, seen.tables);
    let types = seen.night.types;
    let mut heads = vec![
        words.head("type"),
        words.number("customers"),
        words.number("share_of_customers"),
        words.number("type_value"),
        words.number("share_of_value"),
        words.number("mean_churn"),
        words.number("value_at_risk_in"),
    ];
    heads[3].text = words.fill(
        "amount_in",
        &[("what", tables.labels.text("summary", &value_key(seen))), ("currency", words.currency)],
    );
    let before = before(seen);
    let sizes = |of: fn(&TypeFigures) -> usize| withheld(types.iter().map(of));
    let few_lose = sizes(|figures| figures.n_scored);
    let all = Whole::of(types, &few_lose);
    let are_few = sizes(|figures| figures.n_customers).into_iter().zip(few_lose);
    let mut rows: Vec<Row> = types
        .iter()
        .zip(are_few)
        .map(|(figures, are_few)| row(seen, figures, are_few, &all, before.as_ref()))
        .collect();
    rows.push(total(seen, types, &all));
    let table = Body::Table(Table { heads, rows });
    let mut block = Block::new(words, "types_table", Width::Full, table);
    if types.iter().all(|figures| figures.n_scored == 0) {
        block = block.noted(words.text("types_without_churn").to_owned());
    }
    Section::new("types", words, vec![block])
}

/// What shares are taken of.
struct Whole {
    customers: f64,
    value: f64,
    at_risk: f64,
    /// Of those that are shown.
    highest_churn: f64,
}

impl Whole {
    fn of(types: &[TypeFigures], few_lose: &[bool]) -> Self {
        let shown = types.iter().zip(few_lose).filter(|(_, is_few)| !**is_few);
        Self {
            customers: figure(types.iter().map(|figures| figures.n_customers).sum()),
            value: types.iter().map(|figures| figures.value_12m).sum(),
            at_risk: types.iter().map(|figures| figures.expected_loss).sum(),
            highest_churn: shown.filter_map(|(figures, _)| figures.churn_mean).fold(0.0, f64::max),
        }
    }
}

/// Customers of each type in the night before.
fn before(seen: &Seen<'_>) -> Option<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for customer in seen.night.before?.customers.values() {
        *counts.entry(customer.customer_type.clone().unwrap_or_default()).or_insert(0) += 1;
    }
    Some(counts)
}

/// `are_few`: whether what the type brings is withheld, and what it may lose.
fn row(
    seen: &Seen<'_>,
    figures: &TypeFigures,
    are_few: (bool, bool),
    all: &Whole,
    before: Option<&BTreeMap<String, usize>>,
) -> Row {
    let (words, labels, code) = (&seen.words, seen.tables.labels, figures.customer_type);
    let of_customers = share(figure(figures.n_customers), all.customers);
    let of_value = share(figures.value_12m, all.value);
    let is_scored = figures.n_scored > 0;
    let at_risk = |part: f64| if is_scored { bar(part, "risk") } else { String::new() };
    let (few_bring, few_lose) = are_few;
    let change = before.map(|before| {
        let was = before.get(code).copied().unwrap_or(0);
        signed_count(figures.n_customers.cast_signed() as i64 - was.cast_signed() as i64)
    });
    Row::of(vec![
        Cell::text(labels.text("customer_type", code))
            .with_sub(labels.text("type_action", code))
            .with_drawing(glyph(labels.text("type_axes", code), code)),
        Cell::text(count(figures.n_customers)).with_sub(change.unwrap_or_default()),
        Cell::text(percent(of_customers)).with_bar(bar(of_customers, "fill")),
        Cell::unless(few_bring, words, words.amount(figures.value_12m)),
        Cell::unless(few_bring, words, percent(of_value)).with_bar(bar(of_value, "fill")),
        Cell::unless(few_lose, words, optional_percent(figures.churn_mean))
            .with_bar(at_risk(share(figures.churn_mean.unwrap_or(0.0), all.highest_churn))),
        Cell::unless(few_lose, words, words.optional_amount(is_scored.then_some(figures.expected_loss)))
            .with_bar(at_risk(share(figures.expected_loss, all.at_risk))),
    ])
}

fn total(seen: &Seen<'_>, types: &[TypeFigures], all: &Whole) -> Row {
    let words = &seen.words;
    let n: usize = types.iter().map(|figures| figures.n_customers).sum();
    let n_scored: usize = types.iter().map(|figures| figures.n_scored).sum();
    let sum: f64 =
        types.iter().filter_map(|figures| Some(figures.churn_mean? * figure(figures.n_scored))).sum();
    let mean = (n_scored > 0).then(|| sum / figure(n_scored));
    Row::total(vec![
        Cell::text(words.text("all")),
        Cell::text(count(n)),
        Cell::text(""),
        Cell::unless(is_few(n), words, words.amount(all.value)),
        Cell::text(""),
        Cell::unless(is_few(n_scored), words, optional_percent(mean)),
        Cell::unless(is_few(n_scored), words, words.optional_amount((n_scored > 0).then_some(all.at_risk))),
    ])
}

/// High or low in value, loyalty and behaviour; `None` of customers without a type.
pub(super) fn levels(code: &str) -> Option<[Level; 3]> {
    let level = |bits: u8, axis: u8| if bits & (1 << axis) == 0 { Level::Low } else { Level::High };
    let all = (0..8u8).map(|bits| [level(bits, 0), level(bits, 1), level(bits, 2)]);
    all.into_iter().find(|[value, loyalty, behaviour]| customer_type(*value, *loyalty, *behaviour) == code)
}

/// A type as three squares, full where it is high in value, loyalty, behaviour.
fn glyph(said: &str, code: &str) -> String {
    debug_assert!(CUSTOMER_TYPES.contains(&code));
    super::svg::squares(said, levels(code).map(|levels| levels.map(|level| level == Level::High)))
}
