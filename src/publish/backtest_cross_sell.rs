//! The table of a backtest of offers: a row per figure.

use super::backtest::{count, dates};
use crate::cross_sell::evaluation::{Evaluation, Ordered};
use crate::error::Result;
use crate::learn::Figure;
use crate::schema;
use polars::prelude::*;

/// The product of figures over all products.
const ALL: &str = "all";

struct Row<'a> {
    judged: &'a Evaluation,
    by: &'static str,
    figure: &'static str,
    value: Figure,
}

/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub fn cross_sell_frame(evaluations: &[Evaluation]) -> Result<DataFrame> {
    let rows: Vec<Row<'_>> = evaluations.iter().flat_map(rows).collect();
    let texts = |name: &str, of: &dyn Fn(&Row<'_>) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let floats = |name: &str, of: &dyn Fn(&Row<'_>) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let counts = |name: &str, of: &dyn Fn(&Row<'_>) -> usize| {
        Column::new(name.into(), rows.iter().map(|row| count(of(row))).collect::<Vec<_>>())
    };
    let columns = vec![
        dates(rows.iter().map(|row| row.judged.test_origin))?.with_name("test_origin".into()),
        texts("product", &|row| Some(row.judged.product.clone().unwrap_or_else(|| ALL.to_owned()))),
        texts("ordered_by", &|row| Some(row.by.to_owned())),
        texts("figure", &|row| Some(row.figure.to_owned())),
        floats("value", &|row| Some(row.value.value)),
        floats("low", &|row| row.value.low),
        floats("high", &|row| row.value.high),
        counts("n_places", &|row| row.judged.n_places),
        texts("basis", &|row| row.judged.basis.map(str::to_owned)),
        counts("n_customers", &|row| row.judged.n_customers),
        counts("n_bought", &|row| row.judged.n_bought),
    ];
    let frame = DataFrame::new(rows.len(), columns)?;
    schema::BACKTEST_CROSS_SELL.check(&frame)?;
    Ok(frame)
}

fn rows(judged: &Evaluation) -> impl Iterator<Item = Row<'_>> {
    judged.ordered.iter().flat_map(move |ordered| {
        let known = figures(ordered).into_iter().filter_map(|(figure, value)| Some((figure, value?)));
        known.map(move |(figure, value)| Row { judged, by: ordered.by.code(), figure, value })
    })
}

fn figures(ordered: &Ordered) -> [(&'static str, Option<Figure>); 5] {
    [
        ("precision", ordered.precision),
        ("recall", ordered.recall),
        ("average_precision", ordered.average_precision),
        ("precision_gained", ordered.precision_gain),
        ("average_precision_gained", ordered.average_precision_gain),
    ]
}
