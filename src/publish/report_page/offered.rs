//! Offers for marketing and managers, by product.

use super::Seen;
use super::few::withheld_sharing;
use super::parts::{Block, Body, Cell, Row, Table, Width};
use super::words::{count, figure, optional_percent};
use crate::error::Result;
use std::collections::BTreeMap;

/// Offers of a product.
#[derive(Default)]
struct Offered {
    n: usize,
    of_marketing: usize,
    held_out: usize,
    propensity: Figure,
    margin: Figure,
}

/// A sum over offers, and to which customers they are made, by number in the table.
#[derive(Default)]
struct Figure {
    sum: f64,
    customers: Vec<usize>,
}

impl Figure {
    fn add(&mut self, customer: usize, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.sum += value;
            self.customers.push(customer);
        }
    }

    /// `None` where no offer has one.
    fn sum(&self) -> Option<f64> {
        (!self.customers.is_empty()).then_some(self.sum)
    }

    fn mean(&self) -> Option<f64> {
        self.sum().map(|sum| sum / figure(self.customers.len()))
    }
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
    let ids = offers.column("customer_id")?.str()?;
    let mut numbers: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let products = ids.iter().zip(offers.column("product")?.str()?.iter());
    for ((id, product), ((propensity, margin), (owner, held_out))) in products.zip(figures) {
        let next = numbers.len();
        let customer = *numbers.entry(id).or_insert(next);
        let offered = by_product.entry(product.unwrap_or_default()).or_default();
        offered.n += 1;
        offered.of_marketing += usize::from(owner == Some("marketing"));
        offered.held_out += usize::from(held_out == Some(true));
        offered.propensity.add(customer, propensity);
        offered.margin.add(customer, margin);
    }
    if by_product.is_empty() {
        return Ok(Block::nothing(words, "lists_offers", Width::Half, words.text("offers_none").to_owned()));
    }
    let mut sorted: Vec<(&str, Offered)> = by_product.into_iter().collect();
    sorted.sort_by(|(a, one), (b, other)| other.n.cmp(&one.n).then(a.cmp(b)));
    let few_of = |of: fn(&Offered) -> &Figure| {
        withheld_sharing(sorted.iter().map(|(_, offered)| &*of(offered).customers))
    };
    let are_few = few_of(|offered| &offered.propensity).into_iter().zip(few_of(|offered| &offered.margin));
    let rows = sorted.iter().zip(are_few).map(|((product, offered), (few_propensities, few_margins))| {
        Row::of(vec![
            Cell::text(words.product(product)),
            Cell::text(count(offered.n)),
            Cell::text(count(offered.of_marketing)),
            Cell::text(count(offered.held_out)),
            Cell::unless(few_propensities, words, optional_percent(offered.propensity.mean())),
            Cell::unless(few_margins, words, words.optional_amount(offered.margin.sum())),
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
