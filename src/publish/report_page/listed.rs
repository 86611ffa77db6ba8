//! Tonight's lists: how many on which, how many more would have been, and what kept them off.

use super::Seen;
use super::few::{is_few, withheld};
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::bar;
use super::words::{NOT_KNOWN, count, figure, share};
use super::{managers, offered};
use crate::error::Result;
use crate::targets::List;
use std::collections::BTreeMap;

/// # Errors
/// Kind `Internal` if a table lacks a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let mut blocks = vec![by_list(seen)?, kept_off(seen), offered::by_product(seen)?];
    blocks.extend(managers::blocks(seen)?);
    Ok(Section::new("lists", &seen.words, blocks))
}

/// What a list comes to tonight.
#[derive(Clone, Copy, Default)]
struct Listed {
    n: usize,
    held_out: usize,
    amount: i128,
    /// How many have an amount.
    with_amount: usize,
    expected: Option<f64>,
    /// How many have an expected value.
    with_expected: usize,
    beyond_capacity: usize,
    kept_off: usize,
}

fn by_code(seen: &Seen<'_>) -> Result<BTreeMap<String, Listed>> {
    let lists = seen.night.lists;
    let mut by_code: BTreeMap<String, Listed> = BTreeMap::new();
    let targets = &lists.targets;
    let (amounts, values) = (targets.column("amount")?.i64()?, targets.column("expected_value")?.f64()?);
    let rows = targets.column("list")?.str()?.iter().zip(targets.column("held_out")?.bool()?.iter());
    for ((list, held_out), (amount, value)) in rows.zip(amounts.iter().zip(values.iter())) {
        let listed = by_code.entry(list.unwrap_or_default().to_owned()).or_default();
        listed.n += 1;
        listed.held_out += usize::from(held_out == Some(true));
        listed.amount += i128::from(amount.unwrap_or(0));
        listed.with_amount += usize::from(amount.is_some_and(|amount| amount != 0));
        if let Some(value) = value.filter(|value| value.is_finite()) {
            *listed.expected.get_or_insert(0.0) += value;
            listed.with_expected += 1;
        }
    }
    let suppressions = &lists.suppressions;
    let rules = suppressions.column("rule")?.str()?;
    for (list, rule) in suppressions.column("list")?.str()?.iter().zip(rules.iter()) {
        let Some(listed) = list.and_then(|list| entry(&mut by_code, list)) else { continue };
        if rule == Some("capacity") {
            listed.beyond_capacity += 1;
        } else {
            listed.kept_off += 1;
        }
    }
    Ok(by_code)
}

fn entry<'m>(by_code: &'m mut BTreeMap<String, Listed>, list: &str) -> Option<&'m mut Listed> {
    if !by_code.contains_key(list) {
        by_code.insert(list.to_owned(), Listed::default());
    }
    by_code.get_mut(list)
}

fn by_list(seen: &Seen<'_>) -> Result<Block> {
    let (words, labels) = (&seen.words, seen.tables.labels);
    let by_code = by_code(seen)?;
    if by_code.is_empty() {
        return Ok(Block::nothing(words, "lists_by_kind", Width::Full, words.text("lists_none").to_owned()));
    }
    let most = by_code.values().map(|listed| listed.n).max().unwrap_or(1);
    let known = List::ALL.into_iter().filter_map(|list| Some((list, by_code.get(list.code())?)));
    let known: Vec<(List, &Listed)> = known.collect();
    let few_of = |of: fn(&Listed) -> usize| withheld(known.iter().map(|(_, listed)| of(listed)));
    let are_few = few_of(|listed| listed.with_amount).into_iter().zip(few_of(|listed| listed.with_expected));
    let rows = known.iter().zip(are_few).map(|((list, listed), (few_amounts, few_expected))| {
        Row::of(vec![
            Cell::text(labels.text("list", list.code())).with_sub(labels.text("what_to_do", list.code())),
            Cell::text(labels.text("family", list.family().code())),
            Cell::text(count(listed.n)).with_bar(bar(share(figure(listed.n), figure(most)), "fill")),
            Cell::text(count(listed.held_out)),
            Cell::text(count(listed.beyond_capacity)),
            Cell::text(count(listed.kept_off)),
            if listed.amount == 0 {
                Cell::text(NOT_KNOWN)
            } else {
                Cell::unless(few_amounts, words, words.amount(units(listed.amount)))
            },
            Cell::unless(few_expected, words, words.optional_amount(listed.expected)),
        ])
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.push(total(seen, &by_code));
    let heads = vec![
        words.head("list"),
        words.head("family"),
        words.number("listed"),
        words.number("held_out"),
        words.number("beyond_capacity"),
        words.number("kept_off"),
        words.number("list_amount_in"),
        words.number("expected_in"),
    ];
    let n_empty = List::ALL.len() - (rows.len() - 1);
    let note = words.fill("lists_empty", &[("count", &n_empty.to_string())]);
    let block = Block::new(words, "lists_by_kind", Width::Full, Body::Table(Table { heads, rows }));
    Ok(if n_empty > 0 { block.noted(note) } else { block })
}

fn total(seen: &Seen<'_>, by_code: &BTreeMap<String, Listed>) -> Row {
    let words = &seen.words;
    let sum = |of: fn(&Listed) -> usize| count(by_code.values().map(of).sum());
    let expected: Vec<f64> = by_code.values().filter_map(|listed| listed.expected).collect();
    let n_expected = by_code.values().map(|listed| listed.with_expected).sum();
    Row::total(vec![
        Cell::text(words.text("all")),
        Cell::text(""),
        Cell::text(sum(|listed| listed.n)),
        Cell::text(sum(|listed| listed.held_out)),
        Cell::text(sum(|listed| listed.beyond_capacity)),
        Cell::text(sum(|listed| listed.kept_off)),
        Cell::text(""),
        Cell::unless(
            is_few(n_expected),
            words,
            words.optional_amount((!expected.is_empty()).then(|| expected.iter().sum())),
        ),
    ])
}

/// Currency units of a sum of minor units.
#[expect(clippy::cast_precision_loss, reason = "a sum to be shown to three digits")]
pub(super) fn units(minor: i128) -> f64 {
    minor as f64 / crate::money::MINOR_UNITS as f64
}

fn kept_off(seen: &Seen<'_>) -> Block {
    let (words, labels) = (&seen.words, seen.tables.labels);
    let mut rules: Vec<(&String, &usize)> = seen.night.lists.suppressed.iter().collect();
    if rules.is_empty() {
        return Block::nothing(words, "lists_kept_off", Width::Half, words.text("kept_off_none").to_owned());
    }
    rules.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    let most = rules.first().map_or(1, |(_, n)| **n);
    let rows = rules.into_iter().map(|(rule, n)| {
        let bar = bar(share(figure(*n), figure(most)), "fill");
        Row::of(vec![Cell::text(labels.text("suppression", rule)), Cell::text(count(*n)).with_bar(bar)])
    });
    let heads = vec![words.head("rule"), words.number("times")];
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "lists_kept_off", Width::Half, Body::Table(table))
}
