//! How much is at risk: customers by the band of their probability, and who has none.

use super::Seen;
use super::few::{is_few, withheld};
use super::parts::{Block, Body, Cell, Row, Table, Width};
use super::svg::bar;
use super::words::{count, figure, percent, share, tick_percent};
use crate::config::Band;
use crate::error::Result;
use std::collections::BTreeMap;

/// Customers, exposure and expected loss of a band.
#[derive(Clone, Copy, Default)]
struct AtRisk {
    n: usize,
    exposure: f64,
    loss: f64,
}

/// # Errors
/// Kind `Internal` if the churn table lacks a column.
pub(super) fn bands(seen: &Seen<'_>) -> Result<Block> {
    let (words, tables) = (&seen.words, seen.tables);
    let limits = &tables.config.churn.band_limits;
    let all = [Band::VeryHigh, Band::High, Band::Raised, Band::Low];
    let mut sums = [AtRisk::default(); 4];
    for (probability, exposure) in tables.churn.probabilities().iter().zip(tables.churn.exposures()) {
        let Some(probability) = probability else { continue };
        let at = all.iter().position(|band| *band == Band::of(*probability, limits)).unwrap_or(0);
        let exposure = exposure.map_or(0.0, crate::money::Money::to_units);
        sums[at].n += 1;
        sums[at].exposure += exposure;
        sums[at].loss += probability * exposure;
    }
    let whole = sums.iter().fold(AtRisk::default(), |sum, of| AtRisk {
        n: sum.n + of.n,
        exposure: sum.exposure + of.exposure,
        loss: sum.loss + of.loss,
    });
    let are_few = withheld(sums.map(|of| of.n));
    let line = |name: Cell, of: &AtRisk, is_few: bool| {
        let (of_customers, of_loss) = (share(figure(of.n), figure(whole.n)), share(of.loss, whole.loss));
        vec![
            name,
            Cell::text(count(of.n)),
            Cell::text(percent(of_customers)).with_bar(bar(of_customers, "fill")),
            Cell::unless(is_few, words, words.amount(of.exposure)),
            Cell::unless(is_few, words, words.amount(of.loss)).with_bar(bar(of_loss, "risk")),
        ]
    };
    let mut rows: Vec<Row> = all
        .into_iter()
        .zip(sums.iter().zip(are_few))
        .map(|(band, (of, is_few))| {
            let name = Cell::text(tables.labels.text("band", band.code())).with_sub(band_bounds(seen, band));
            Row::of(line(name, of, is_few))
        })
        .collect();
    rows.push(Row::total(line(Cell::text(words.text("all")), &whole, is_few(whole.n))));
    let heads = vec![
        words.head("band"),
        words.number("customers"),
        words.number("share_of_scored"),
        words.number("exposure_in"),
        words.number("value_at_risk_in"),
    ];
    let block = Block::new(words, "churn_bands", Width::Half, Body::Table(Table { heads, rows }));
    Ok(block.noted(out_of_scope(seen)?))
}

/// The probabilities of a band in words.
fn band_bounds(seen: &Seen<'_>, band: Band) -> String {
    let (at, limits) = (band as usize, &seen.tables.config.churn.band_limits);
    let lower = at.checked_sub(1).map_or(String::new(), |at| tick_percent(limits[at]));
    let upper = limits.get(at).map_or(String::new(), |limit| tick_percent(*limit));
    let values = [("lower", lower.as_str()), ("upper", upper.as_str())];
    seen.tables.labels.fill("glance", &format!("band_{}", band.code()), &values)
}

/// How many have no probability, and why.
fn out_of_scope(seen: &Seen<'_>) -> Result<String> {
    let (words, labels) = (&seen.words, seen.tables.labels);
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in seen.tables.churn.frame().column("scope_reason")?.str()?.iter().flatten() {
        *reasons.entry(reason).or_insert(0) += 1;
    }
    let n: usize = reasons.values().sum();
    let each: Vec<String> = reasons
        .iter()
        .map(|(code, n)| format!("{} {}", labels.text("scope_reason", code), count(*n)))
        .collect();
    let list = each.join(words.text("separator"));
    Ok(if n == 0 {
        String::new()
    } else {
        words.fill("churn_scope", &[("count", &count(n)), ("reasons", &list)])
    })
}
