//! The night in a few figures, beside the night before.

use super::Seen;
use super::few::is_few;
use super::parts::{Block, Body, Section, Tile, Width};
use super::words::{NOT_KNOWN, count, figure, optional_percent, percent, share, signed_count};
use crate::error::Result;
use crate::publish::Totals;

/// # Errors
/// Kind `Internal` if a table lacks a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let words = &seen.words;
    let now = Totals::of(&seen.night.lists.manager_figures)?;
    let before = seen.night.before.and_then(|night| night.totals);
    let tiles = vec![
        customers(seen, now, before),
        amount(seen, "assets", Sum::of_all(now, now.assets), before.map(|it| Sum::of_all(it, it.assets))),
        value(seen, now, before),
        at_risk(seen, now, before),
        to_contact(seen, now, before),
        changed_type(seen)?,
        rejected(seen),
    ];
    let mut section = Section::new(
        "headline",
        words,
        vec![Block::new(words, "headline_tiles", Width::Full, Body::Tiles(tiles))],
    );
    section.lead = match seen.night.before {
        Some(before) => words.fill("headline_since", &[("date", &before.as_of.to_string())]),
        None => words.text("headline_first").to_owned(),
    };
    Ok(section)
}

fn tile(seen: &Seen<'_>, code: &str, value: String, unit: &str, change: String) -> Tile {
    let words = &seen.words;
    let help = words.help(code).unwrap_or_default();
    Tile { name: words.text(code).to_owned(), value, unit: unit.to_owned(), change, help }
}

fn customers(seen: &Seen<'_>, now: Totals, before: Option<Totals>) -> Tile {
    let change = before.map(|before| signed_count(now.n_customers - before.n_customers)).unwrap_or_default();
    tile(seen, "customers", count(usize::try_from(now.n_customers).unwrap_or(0)), "", change)
}

/// Money of a night's customers, and of how many; the number is not known of some earlier nights.
struct Sum {
    units: Option<f64>,
    n: Option<i64>,
}

impl Sum {
    fn of_all(night: Totals, units: Option<f64>) -> Self {
        Self { units, n: Some(night.n_customers) }
    }

    fn at_risk(night: Totals) -> Self {
        Self { units: night.expected_loss, n: night.n_scored }
    }

    fn is_few(&self) -> bool {
        self.n.is_none_or(|n| is_few(usize::try_from(n).unwrap_or(0)))
    }
}

/// Currency units, and what they were; not known where a night has none.
fn amount(seen: &Seen<'_>, code: &str, now: Sum, before: Option<Sum>) -> Tile {
    let words = &seen.words;
    if now.is_few() {
        return tile(seen, code, words.text("few").to_owned(), "", String::new());
    }
    let before = before.filter(|before| !before.is_few()).and_then(|before| before.units);
    let change = match (now.units, before) {
        (Some(now), Some(before)) => words.change(now, before, |units| words.amount(units)),
        (None, _) => words.text("not_delivered").to_owned(),
        _ => String::new(),
    };
    let unit = if now.units.is_some() { words.currency } else { "" };
    tile(seen, code, words.optional_amount(now.units), unit, change)
}

/// Value by its basis; where it is mean assets, it is told apart from tonight's.
fn value(seen: &Seen<'_>, now: Totals, before: Option<Totals>) -> Tile {
    let key = value_key(seen);
    let name = match &*key {
        "value_aum" => seen.words.text("value_is_assets"),
        key => seen.tables.labels.text("summary", key),
    };
    let sum = |night: Totals| Sum::of_all(night, Some(night.value));
    let tile = amount(seen, "value", sum(now), before.map(sum));
    Tile { name: name.to_owned(), ..tile }
}

/// Key in `[summary]` of what value is.
pub(super) fn value_key(seen: &Seen<'_>) -> String {
    format!("value_{}", seen.tables.features.value_basis.code())
}

fn at_risk(seen: &Seen<'_>, now: Totals, before: Option<Totals>) -> Tile {
    let mut tile = amount(seen, "value_at_risk", Sum::at_risk(now), before.map(Sum::at_risk));
    if now.expected_loss.is_none() {
        tile.change = seen.words.text("no_model").to_owned();
    }
    tile
}

fn to_contact(seen: &Seen<'_>, now: Totals, before: Option<Totals>) -> Tile {
    let change = before.map(|before| signed_count(now.listed - before.listed)).unwrap_or_default();
    tile(seen, "on_lists", count(usize::try_from(now.listed).unwrap_or(0)), "", change)
}

fn changed_type(seen: &Seen<'_>) -> Result<Tile> {
    if seen.night.before.is_none() {
        return Ok(tile(
            seen,
            "changed_type",
            NOT_KNOWN.to_owned(),
            "",
            seen.words.text("first_night").to_owned(),
        ));
    }
    let n = seen.night.movements.column("what")?.str()?.iter().filter(|what| *what == Some("type")).count();
    let of = share(figure(n), figure(seen.tables.n_rows()));
    Ok(tile(seen, "changed_type", count(n), "", seen.words.fill("of_customers", &[("share", &percent(of))])))
}

fn rejected(seen: &Seen<'_>) -> Tile {
    let sum = |of: fn(&crate::publish::Input) -> u64| {
        let rows: u64 = seen.manifest.inputs.iter().map(of).sum();
        usize::try_from(rows).unwrap_or(usize::MAX)
    };
    let (rejected, read) = (sum(|input| input.rows.rejected), sum(|input| input.rows.read));
    let of = (read > 0).then(|| figure(rejected) / figure(read));
    let change = seen.words.fill("of_rows", &[("share", &optional_percent(of)), ("rows", &count(read))]);
    tile(seen, "rejected_rows", count(rejected), "", change)
}
