//! The two published tables.

use super::ledger::{Assignment, Ledger};
use super::tally::EffectFigures;
use super::words::in_words;
use crate::date::Date;
use crate::error::Result;
use crate::labels::Labels;
use crate::schema;
use polars::prelude::{Column, DataFrame, DataType};

/// Columns of `assignments.parquet`.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub fn assignments(ledger: &Ledger) -> Result<DataFrame> {
    let rows = ledger.rows();
    let text = |name: &str, of: &dyn Fn(&Assignment) -> Option<&str>| {
        let texts: Vec<Option<&str>> = rows.iter().map(of).collect();
        Column::new(name.into(), texts)
    };
    let columns = vec![
        text("campaign", &|row| Some(&row.campaign)),
        text("list", &|row| Some(&row.list)),
        text("customer_id", &|row| Some(&row.customer_id)),
        text("manager_id", &|row| row.manager_id.as_deref()),
        text("product", &|row| row.product.as_deref()),
        dates("assigned_on", rows.iter().map(|row| Some(row.assigned_on)))?,
        Column::new("held_out".into(), rows.iter().map(|row| row.held_out).collect::<Vec<bool>>()),
        text("tier", &|row| row.tier.as_deref()),
        text("band", &|row| row.band.as_deref()),
        Column::new(
            "expected_value".into(),
            rows.iter().map(|row| row.expected_value).collect::<Vec<Option<f64>>>(),
        ),
        Column::new("amount".into(), rows.iter().map(|row| row.amount).collect::<Vec<Option<i64>>>()),
    ];
    checked(&schema::ASSIGNMENTS, rows.len(), columns)
}

/// Columns of `effects.parquet`.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub(super) fn effects(figures: &[EffectFigures], labels: &Labels) -> Result<DataFrame> {
    let text = |name: &str, of: fn(&EffectFigures) -> &str| {
        Column::new(name.into(), figures.iter().map(of).collect::<Vec<&str>>())
    };
    let count = |name: &str, of: fn(&EffectFigures) -> u64| {
        let counts: Vec<i64> = figures.iter().map(|row| i64::try_from(of(row)).unwrap_or(i64::MAX)).collect();
        Column::new(name.into(), counts)
    };
    let share = |name: &str, of: fn(&EffectFigures) -> Option<f64>| {
        Column::new(name.into(), figures.iter().map(of).collect::<Vec<Option<f64>>>())
    };
    let words: Vec<String> = figures.iter().map(|row| in_words(row, labels)).collect();
    let columns = vec![
        text("list", |row| &row.list),
        text("campaign", |row| &row.campaign),
        text("slice_by", |row| &row.slice_by),
        text("slice", |row| &row.slice),
        text("status", |row| row.status.code()),
        dates("first_assigned_on", figures.iter().map(|row| row.first_assigned_on))?,
        dates("last_assigned_on", figures.iter().map(|row| row.last_assigned_on))?,
        count("assigned", |row| row.assigned),
        count("held_out", |row| row.held_out),
        count("reached", |row| row.reached),
        count("accepted", |row| row.accepted),
        count("held_out_reached", |row| row.held_out_reached),
        count("known_assigned", |row| row.known_assigned),
        count("known_held_out", |row| row.known_held_out),
        count("not_counted", |row| row.not_counted),
        count("events_assigned", |row| row.events_assigned),
        count("events_held_out", |row| row.events_held_out),
        share("rate_assigned", |row| row.rate_assigned),
        share("rate_held_out", |row| row.rate_held_out),
        share("effect", |row| row.effect),
        share("effect_low", |row| row.effect_low),
        share("effect_high", |row| row.effect_high),
        Column::new("horizon_days".into(), figures.iter().map(|row| row.horizon_days).collect::<Vec<i32>>()),
        share("detectable_difference", |row| Some(row.detectable_difference)),
        count("needed_assigned", |row| row.needed_assigned),
        count("needed_held_out", |row| row.needed_held_out),
        Column::new("words".into(), words),
    ];
    checked(&schema::EFFECTS, figures.len(), columns)
}

fn dates(name: &str, days: impl Iterator<Item = Option<Date>>) -> Result<Column> {
    let days: Vec<Option<i32>> = days.map(|day| day.map(|day| day.0)).collect();
    Ok(Column::new(name.into(), days).cast(&DataType::Date)?)
}

fn checked(schema: &schema::TableSchema, n: usize, columns: Vec<Column>) -> Result<DataFrame> {
    let frame = DataFrame::new(n, columns)?;
    schema.check(&frame)?;
    Ok(frame)
}
