//! Offers for marketing and managers, by product.

use super::Seen;
use super::few::withheld;
use super::parts::{Block, Body, Cell, Row, Table, Width};
use super::words::{count, figure, optional_percent};
use crate::error::Result;
use std::collections::BTreeMap;

/// Offers of a product.
#[derive(Clone, Copy, Default)]
struct Offered {
    n: usize,
    of_marketing: usize,
    held_out: usize,
    propensity: (f64, usize),
    margin: Option<f64>,
}

/// # Errors
/// Kind `Internal` if the offers lack a column.
pub(super) fn by_product(seen: &Seen<'_>) -> Result<Block> {
    let words = &seen.words;
    let offers = &seen.night.lists.cross_sell;
    let mut by_product: BTreeMap<&str, Offered> = BTreeMap::new();
    let (propensities, margins) =
        (offers.column("propensity")?.f64()?, offers.column("expected_margin")?.f64()?);
    let (owners, held_out) = (offers.column("owner")?.str()?, offers.column("held_out")?.bool()?);
    let figures = propensities.iter().zip(margins.iter()).zip(owners.iter().zip(held_out.iter()));
    for (product, ((propensity, margin), (owner, held_out))) in
        offers.column("product")?.str()?.iter().zip(figures)
    {
        let offered = by_product.entry(product.unwrap_or_default()).or_default();
        offered.n += 1;
        offered.of_marketing += usize::from(owner == Some("marketing"));
        offered.held_out += usize::from(held_out == Some(true));
        if let Some(propensity) = propensity.filter(|p| p.is_finite()) {
            offered.propensity = (offered.propensity.0 + propensity, offered.propensity.1 + 1);
        }
        if let Some(margin) = margin.filter(|margin| margin.is_finite()) {
            *offered.margin.get_or_insert(0.0) += margin;
        }
    }
    if by_product.is_empty() {
        return Ok(Block::nothing(words, "lists_offers", Width::Half, words.text("offers_none").to_owned()));
    }
    let mut sorted: Vec<(&str, Offered)> = by_product.into_iter().collect();
    sorted.sort_by(|(a, one), (b, other)| other.n.cmp(&one.n).then(a.cmp(b)));
    let are_few = withheld(sorted.iter().map(|(_, offered)| offered.n));
    let rows = sorted.into_iter().zip(are_few).map(|((product, offered), is_few)| {
        let (sum, n) = offered.propensity;
        Row::of(vec![
            Cell::text(words.product(product)),
            Cell::text(count(offered.n)),
            Cell::text(count(offered.of_marketing)),
            Cell::text(count(offered.held_out)),
            Cell::unless(is_few, words, optional_percent((n > 0).then(|| sum / figure(n)))),
            Cell::unless(is_few, words, words.optional_amount(offered.margin)),
        ])
    });
    let heads = vec![
        words.head("product"),
        words.number("offers"),
        words.number("of_marketing"),
        words.number("held_out"),
        words.number("mean_propensity"),
        words.number("expected_margin_in"),
    ];
    let table = Table { heads, rows: rows.collect() };
    Ok(Block::new(words, "lists_offers", Width::Half, Body::Table(table)))
}
