//! What a backtest of offers tells a person.

use super::backtest::with_interval;
use crate::cross_sell::backtest::Backtest;
use crate::cross_sell::evaluation::{By, Evaluation};
use crate::learn::Figure;
use comfy_table::{CellAlignment, Table, presets::NOTHING};

const HEADER: [&str; 12] = [
    "origin",
    "product",
    "from",
    "customers",
    "bought",
    "places",
    "precision",
    "rules",
    "popularity",
    "recall",
    "AP",
    "AP of rules",
];

/// A row over all products and one per product of each test origin, or why there is none.
pub fn table(found: &Backtest) -> String {
    if let Some(because) = &found.not_judged {
        return format!("\noffers not judged: {because}\n");
    }
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(HEADER);
    for judged in &found.evaluations {
        table.add_row(row(judged));
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "\noffers: precision and recall of the first places in the learned order, beside the rules and popularity alone\n\n\
         {table}\n\n"
    )
}

fn row(judged: &Evaluation) -> [String; 12] {
    let of = |by: By, what: fn(&crate::cross_sell::evaluation::Ordered) -> Option<Figure>| {
        judged.by(by).and_then(what)
    };
    let short = |figure: Option<Figure>| {
        figure.map_or_else(|| "-".to_owned(), |figure| format!("{:.3}", figure.value))
    };
    [
        judged.test_origin.to_string(),
        judged.product.clone().unwrap_or_else(|| "all".to_owned()),
        judged.basis.unwrap_or("-").to_owned(),
        judged.n_customers.to_string(),
        judged.n_bought.to_string(),
        judged.n_places.to_string(),
        with_interval(of(By::Learned, |ordered| ordered.precision)),
        short(of(By::Rules, |ordered| ordered.precision)),
        short(of(By::Popularity, |ordered| ordered.precision)),
        short(of(By::Learned, |ordered| ordered.recall)),
        short(of(By::Learned, |ordered| ordered.average_precision)),
        short(of(By::Rules, |ordered| ordered.average_precision)),
    ]
}
