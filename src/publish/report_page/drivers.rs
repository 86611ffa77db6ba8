//! Why customers are likely to leave: the reasons that the churn table gives, counted.

use super::Seen;
use super::few::withheld;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::bar;
use super::words::{count, figure, percent, share};
use crate::error::Result;
use std::collections::BTreeMap;

/// Columns of reasons, the strongest first.
const REASONS: [&str; 3] = ["reason_1", "reason_2", "reason_3"];

/// How often a reason is given.
#[derive(Clone, Copy, Default)]
struct Given {
    first: usize,
    any: usize,
    /// Exposure times probability of those whose first reason it is, currency units.
    loss: f64,
    can_be_influenced: bool,
}

/// # Errors
/// Kind `Internal` if the churn table lacks a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let words = &seen.words;
    if seen.night.churn_model.is_err() {
        let why = words.text("no_model_long").to_owned();
        let block = Block::missing(words, "drivers_table", Width::Full, why);
        return Ok(Section::new("drivers", words, vec![block]));
    }
    let (given, n) = given(seen)?;
    let limit = percent(seen.tables.config.churn.band_limits[0]);
    let block = if n == 0 {
        let why = words.fill("drivers_none", &[("limit", &limit)]);
        Block::nothing(words, "drivers_table", Width::Full, why)
    } else {
        let note = words.fill("drivers_note", &[("count", &count(n)), ("limit", &limit)]);
        table(seen, &given, n).noted(note)
    };
    Ok(Section::new("drivers", words, vec![block]))
}

/// By reason, of the customers whose probability is raised; and how many those are.
fn given(seen: &Seen<'_>) -> Result<(BTreeMap<String, Given>, usize)> {
    let churn = seen.tables.churn;
    let is_raised =
        |row: usize| churn.probabilities()[row].is_some_and(|p| p >= seen.tables.config.churn.band_limits[0]);
    let mut given: BTreeMap<String, Given> = BTreeMap::new();
    for (place, name) in REASONS.into_iter().enumerate() {
        let codes = churn.frame().column(name)?.str()?;
        let influenced = churn.frame().column(&format!("{name}_can_be_influenced"))?.bool()?;
        for (row, (code, influenced)) in codes.iter().zip(influenced.iter()).enumerate() {
            let Some(code) = code.filter(|_| is_raised(row)) else { continue };
            if !given.contains_key(code) {
                given.insert(code.to_owned(), Given::default());
            }
            let Some(reason) = given.get_mut(code) else { continue };
            reason.any += 1;
            reason.can_be_influenced |= influenced == Some(true);
            if place == 0 {
                let exposure = churn.exposures()[row].map_or(0.0, crate::money::Money::to_units);
                reason.first += 1;
                reason.loss += churn.probabilities()[row].unwrap_or(0.0) * exposure;
            }
        }
    }
    Ok((given, (0..churn.probabilities().len()).filter(|row| is_raised(*row)).count()))
}

fn table(seen: &Seen<'_>, given: &BTreeMap<String, Given>, n: usize) -> Block {
    let words = &seen.words;
    let mut sorted: Vec<(&String, &Given)> = given.iter().collect();
    sorted.sort_by(|(a, one), (b, other)| (other.first, other.any).cmp(&(one.first, one.any)).then(a.cmp(b)));
    let losses: f64 = given.values().map(|reason| reason.loss).sum();
    let are_few = withheld(sorted.iter().map(|(_, reason)| reason.first));
    let rows = sorted.into_iter().zip(are_few).map(|((code, reason), is_few)| {
        let part = |n_with: usize| share(figure(n_with), figure(n));
        let influence = if reason.can_be_influenced { "can_be_influenced" } else { "cannot_be_influenced" };
        let of_losses = bar(share(reason.loss, losses), "risk");
        Row::of(vec![
            Cell::text(seen.tables.labels.text("report_driver", code)),
            Cell::text(count(reason.first)).with_bar(bar(part(reason.first), "risk")),
            Cell::text(count(reason.any)).with_bar(bar(part(reason.any), "fill")),
            Cell::unless(is_few, words, words.amount(reason.loss)).with_bar(of_losses),
            Cell::text(words.text(influence)),
        ])
    });
    let heads = vec![
        words.head("driver"),
        words.number("driver_first"),
        words.number("driver_any"),
        words.number("driver_loss_in"),
        words.head("driver_influence"),
    ];
    let rows = rows.collect();
    Block::new(words, "drivers_table", Width::Full, Body::Table(Table { heads, rows }))
}
