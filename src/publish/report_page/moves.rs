//! Who moved from which type to which since the night before, and on which axis.

use super::Seen;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::{Flow, Link, bar, flow};
use super::types::levels;
use super::words::{count, figure, percent, share};
use crate::error::Result;
use crate::labels::CUSTOMER_TYPES;
use crate::segment::types::Level;
use std::collections::BTreeMap;

/// What is no type: the places of those who entered and of those who left.
const OUTSIDE: &str = "";

/// Movers by the type before and now; [`OUTSIDE`] where there is none.
type Moves = BTreeMap<(String, String), u64>;

/// # Errors
/// Kind `Internal` if the movements lack a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let words = &seen.words;
    let Some(before) = seen.night.before else {
        let why = words.text("moves_first").to_owned();
        return Ok(Section::new("moves", words, vec![Block::missing(words, "moves_flow", Width::Full, why)]));
    };
    let date = before.as_of.to_string();
    let moves = moves(seen)?;
    let blocks = if moves.is_empty() {
        vec![Block::nothing(words, "moves_flow", Width::Full, words.fill("moves_none", &[("date", &date)]))]
    } else {
        let body = Body::Drawing(drawing(seen, &moves, &date));
        vec![
            Block::new(words, "moves_flow", Width::Half, body).noted(words.text("moves_colours").to_owned()),
            axes(seen)?,
        ]
    };
    Ok(Section::new("moves", words, blocks))
}

fn moves(seen: &Seen<'_>) -> Result<Moves> {
    let frame = seen.night.movements;
    let texts = |name: &str| frame.column(name).and_then(|column| column.str());
    let (what, was, is) = (texts("what")?, texts("was")?, texts("is")?);
    let mut moves = Moves::new();
    for ((what, was), is) in what.iter().zip(was.iter()).zip(is.iter()) {
        if matches!(what, Some("type" | "presence")) {
            let node = |code: Option<&str>| code.unwrap_or(OUTSIDE).to_owned();
            *moves.entry((node(was), node(is))).or_insert(0) += 1;
        }
    }
    Ok(moves)
}

fn drawing(seen: &Seen<'_>, moves: &Moves, date: &str) -> String {
    let (words, labels) = (&seen.words, seen.tables.labels);
    let codes: Vec<&str> = CUSTOMER_TYPES.into_iter().chain([OUTSIDE]).collect();
    let mut names: Vec<String> =
        CUSTOMER_TYPES.iter().map(|code| labels.text("customer_type", code).to_owned()).collect();
    names.push(words.text("moves_outside").to_owned());
    let place = |code: &str| codes.iter().position(|known| *known == code).unwrap_or(codes.len() - 1);
    let mut links: Vec<Link> = moves
        .iter()
        .map(|((was, is), n)| {
            let (from, to) = (place(was), place(is));
            let said = words.fill(
                "moves_said",
                &[("count", &crate::money::grouped_count(*n)), ("was", &names[from]), ("is", &names[to])],
            );
            Link { from, to, n: *n, class: direction(was, is), said }
        })
        .collect();
    links.sort_by_key(|link| (link.from, link.to));
    let now = seen.manifest.as_of.to_string();
    flow(&Flow { label: words.text("moves_flow_label"), heads: [date, &now], nodes: &names, links: &links })
}

/// Class of a movement: better on some axes and worse on none, the reverse, or neither.
fn direction(was: &str, is: &str) -> &'static str {
    let Some((was, is)) = levels(was).zip(levels(is)) else { return "across" };
    let pairs = || was.into_iter().zip(is);
    let rises = pairs().any(|pair| pair == (Level::Low, Level::High));
    let falls = pairs().any(|pair| pair == (Level::High, Level::Low));
    match (rises, falls) {
        (true, false) => "up",
        (false, true) => "down",
        _ => "across",
    }
}

/// How many crossed the border of which axis, upwards and downwards.
fn axes(seen: &Seen<'_>) -> Result<Block> {
    let words = &seen.words;
    let frame = seen.night.movements;
    let (what, because) = (frame.column("what")?.str()?, frame.column("because")?.str()?);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_moved = 0;
    for because in
        what.iter().zip(because.iter()).filter(|(what, _)| *what == Some("type")).map(|(_, why)| why)
    {
        n_moved += 1;
        for change in because.unwrap_or_default().split(", ") {
            *counts.entry(change).or_insert(0) += 1;
        }
    }
    let of = |change: &str| counts.get(change).copied().unwrap_or(0);
    let row = |axis: &str| {
        let cell = |level: &str, class: &str| {
            let part = share(figure(of(&format!("{axis} {level}"))), figure(n_moved));
            Cell::text(count(of(&format!("{axis} {level}")))).with_bar(bar(part, class))
        };
        Row::of(vec![
            Cell::text(seen.tables.labels.text("axis", axis)),
            cell("high", "fill"),
            cell("low", "risk"),
        ])
    };
    let heads = vec![words.head("axis"), words.number("rose"), words.number("fell")];
    let table = Table { heads, rows: ["value", "loyalty", "behaviour"].map(row).into() };
    let of_all = share(figure(n_moved), figure(seen.tables.n_rows()));
    let note = words.fill("moves_note", &[("count", &count(n_moved)), ("share", &percent(of_all))]);
    Ok(Block::new(words, "moves_axes", Width::Half, Body::Table(table)).noted(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_is_better_worse_or_neither() {
        assert_eq!(direction("captive", "core"), "up");
        assert_eq!(direction("core", "disengaged"), "down");
        assert_eq!(direction("sleeping", "captive"), "across");
        assert_eq!(direction("core", ""), "across");
        assert_eq!(direction("none", "core"), "across");
    }
}
