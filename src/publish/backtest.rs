//! The tables of a backtest: a row per figure, and a row per bin of the calibration table.

use crate::churn::backtest::Backtest;
use crate::churn::evaluation::{Evaluation, Figure};
use crate::churn::figures::FIGURES;
use crate::date::Date;
use crate::error::Result;
use crate::schema;
use polars::prelude::*;

/// Who a figure is of, where it is the model's.
const MODEL: &str = "model";

struct Row<'a> {
    judged: &'a Evaluation,
    of: &'a str,
    figure: &'static str,
    value: Figure,
}

/// The figures, and the calibration tables.
///
/// # Errors
/// Kind `Internal` if a frame breaks its schema.
pub fn backtest_frames(backtest: &Backtest) -> Result<(DataFrame, DataFrame)> {
    let figures = figures(backtest)?;
    let calibration = calibration(backtest)?;
    schema::BACKTEST.check(&figures)?;
    schema::BACKTEST_CALIBRATION.check(&calibration)?;
    Ok((figures, calibration))
}

fn rows(judged: &Evaluation) -> Vec<Row<'_>> {
    let plain = |value: Option<f64>| value.map(|value| Figure { value, low: None, high: None });
    let model = FIGURES.iter().map(|kind| (MODEL, kind.name, (kind.of)(judged)));
    let rules = judged.baselines.iter().flat_map(|rule| {
        [
            (rule.name.as_str(), "auc", plain(rule.auc)),
            (rule.name.as_str(), "average_precision", plain(rule.average_precision)),
            (rule.name.as_str(), "lift_top_decile", plain(rule.lift_top_decile)),
            (rule.name.as_str(), "auc_gained_by_the_model", rule.auc_gain),
        ]
    });
    let known = model.chain(rules).filter_map(|(of, figure, value)| Some((of, figure, value?)));
    known.map(|(of, figure, value)| Row { judged, of, figure, value }).collect()
}

fn figures(backtest: &Backtest) -> Result<DataFrame> {
    let rows: Vec<Row<'_>> = backtest.evaluations.iter().flat_map(rows).collect();
    let columns = vec![
        origins(rows.iter().map(|row| row.judged))?,
        Column::new(
            "horizon_days".into(),
            rows.iter().map(|row| row.judged.horizon_days).collect::<Vec<_>>(),
        ),
        Column::new("scored_by".into(), rows.iter().map(|row| row.of).collect::<Vec<_>>()),
        Column::new("figure".into(), rows.iter().map(|row| row.figure).collect::<Vec<_>>()),
        Column::new("value".into(), rows.iter().map(|row| row.value.value).collect::<Vec<_>>()),
        Column::new("low".into(), rows.iter().map(|row| row.value.low).collect::<Vec<_>>()),
        Column::new("high".into(), rows.iter().map(|row| row.value.high).collect::<Vec<_>>()),
        Column::new(
            "algorithm".into(),
            rows.iter().map(|row| (row.of == MODEL).then(|| row.judged.algorithm.code())).collect::<Vec<_>>(),
        ),
        Column::new(
            "n_customers".into(),
            rows.iter().map(|row| count(row.judged.n_customers)).collect::<Vec<_>>(),
        ),
        Column::new("n_left".into(), rows.iter().map(|row| count(row.judged.n_left)).collect::<Vec<_>>()),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

fn calibration(backtest: &Backtest) -> Result<DataFrame> {
    let rows: Vec<_> = backtest
        .evaluations
        .iter()
        .flat_map(|judged| (1i32..).zip(&judged.reliability).map(move |(number, bin)| (judged, number, bin)))
        .collect();
    let columns = vec![
        origins(rows.iter().map(|(judged, ..)| *judged))?,
        Column::new("horizon_days".into(), rows.iter().map(|row| row.0.horizon_days).collect::<Vec<_>>()),
        Column::new("bin".into(), rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        Column::new(
            "n_customers".into(),
            rows.iter().map(|row| count(row.2.n_customers)).collect::<Vec<_>>(),
        ),
        Column::new(
            "mean_probability".into(),
            rows.iter().map(|row| row.2.mean_probability).collect::<Vec<_>>(),
        ),
        Column::new("observed_rate".into(), rows.iter().map(|row| row.2.observed_rate).collect::<Vec<_>>()),
    ];
    Ok(DataFrame::new(rows.len(), columns)?)
}

fn origins<'a>(judged: impl Iterator<Item = &'a Evaluation>) -> Result<Column> {
    dates(judged.map(|judged| judged.test_origin))
}

pub(super) fn dates(origins: impl Iterator<Item = Date>) -> Result<Column> {
    let days: Vec<i32> = origins.map(|origin| origin.0).collect();
    Ok(Column::new("test_origin".into(), days).cast(&DataType::Date)?)
}

pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
