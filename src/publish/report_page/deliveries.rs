//! What was delivered and what became of every row, what was rejected and why, and who is not in the night.

use super::Seen;
use super::listed::units;
use super::parts::{Block, Body, Cell, Row, Section, Table, Width};
use super::svg::bar;
use super::words::{NOT_KNOWN, count, figure, share};
use crate::date::Date;
use crate::error::Result;
use crate::publish::Input;
use std::collections::BTreeMap;

/// Reasons that are shown, the most frequent ones.
const REASONS_MAX: usize = 15;

/// # Errors
/// Kind `Internal` if the rejects lack a column.
pub(super) fn section(seen: &Seen<'_>) -> Result<Section> {
    let blocks = vec![by_table(seen), rejects(seen)?, standing(seen), models(seen)];
    Ok(Section::new("quality", &seen.words, blocks))
}

/// All deliveries of a table.
#[derive(Default)]
struct Delivered {
    files: usize,
    newest: Option<Date>,
    /// Read, used, later, duplicate, superseded, trailer, purged, rejected.
    rows: [u64; 8],
    /// Read, used; minor units.
    amounts: Option<[i128; 2]>,
    adds_up: bool,
}

impl Delivered {
    fn add(&mut self, input: &Input) {
        let rows = &input.rows;
        let of_input = [
            rows.read,
            rows.used,
            rows.later,
            rows.duplicate,
            rows.superseded,
            rows.trailer,
            rows.purged,
            rows.rejected,
        ];
        if self.files == 0 {
            self.adds_up = true;
        }
        self.files += 1;
        self.newest = self.newest.max(Some(input.delivered_on));
        self.adds_up &= rows.add_up() && input.amounts_minor_units.is_none_or(|amounts| amounts.add_up());
        self.rows.iter_mut().zip(of_input).for_each(|(sum, rows)| *sum += rows);
        if let Some(found) = &input.amounts_minor_units {
            let [read, used] = self.amounts.get_or_insert([0, 0]);
            *read += found.read;
            *used += found.used;
        }
    }
}

fn by_table(seen: &Seen<'_>) -> Block {
    let words = &seen.words;
    let mut tables: Vec<(&str, Delivered)> = Vec::new();
    for input in &seen.manifest.inputs {
        match tables.iter_mut().find(|(table, _)| *table == input.table) {
            Some((_, delivered)) => delivered.add(input),
            None => {
                let mut delivered = Delivered::default();
                delivered.add(input);
                tables.push((input.table, delivered));
            }
        }
    }
    let n = |rows: u64| count(usize::try_from(rows).unwrap_or(usize::MAX));
    let rows = tables.iter().map(|(table, delivered)| {
        let newest = delivered.newest.map(|date| date.to_string()).unwrap_or_default();
        let mut cells = vec![
            Cell::text(seen.tables.labels.text("report_table", table)),
            Cell::text(count(delivered.files)).with_sub(newest),
        ];
        cells.extend(delivered.rows.iter().map(|rows| Cell::text(n(*rows))));
        let amounts = delivered.amounts.map_or_else(
            || NOT_KNOWN.to_owned(),
            |[read, used]| {
                let [read, used] = [read, used].map(|minor| words.amount(units(minor)));
                words.fill("used_of_read", &[("used", &used), ("read", &read)])
            },
        );
        cells.push(Cell::text(amounts));
        let (code, mark) = if delivered.adds_up { ("adds_up", "good") } else { ("does_not_add_up", "alarm") };
        cells.push(Cell::text(words.text(code)).marked(mark));
        Row::of(cells)
    });
    let heads = vec![
        words.head("source_table"),
        words.number("files"),
        words.number("rows_read"),
        words.number("rows_used"),
        words.number("rows_later"),
        words.number("rows_duplicate"),
        words.number("rows_superseded"),
        words.number("rows_trailer"),
        words.number("rows_purged"),
        words.number("rows_rejected"),
        words.number("amounts_in"),
        words.head("reconciles"),
    ];
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "quality_deliveries", Width::Full, Body::Table(table))
}

fn rejects(seen: &Seen<'_>) -> Result<Block> {
    let words = &seen.words;
    let frame = seen.night.rejects;
    let texts = |name: &str| frame.column(name).and_then(|column| column.str());
    let (files, columns, reasons) = (texts("source_file")?, texts("column")?, texts("reason")?);
    let of_file: BTreeMap<&str, &str> =
        seen.manifest.inputs.iter().map(|input| (input.path.as_str(), input.table)).collect();
    let mut counts: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for ((file, column), reason) in files.iter().zip(columns.iter()).zip(reasons.iter()) {
        let table = file.and_then(|file| of_file.get(file).copied()).unwrap_or_default();
        *counts.entry((table, column.unwrap_or_default(), reason.unwrap_or_default())).or_insert(0) += 1;
    }
    if counts.is_empty() {
        return Ok(Block::nothing(
            words,
            "quality_rejects",
            Width::Half,
            words.text("rejects_none").to_owned(),
        ));
    }
    let mut sorted: Vec<((&str, &str, &str), usize)> = counts.into_iter().collect();
    sorted.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    let most = sorted.first().map_or(1, |(_, n)| *n);
    let rest = sorted.split_off(sorted.len().min(REASONS_MAX));
    let mut rows: Vec<Row> = sorted
        .into_iter()
        .map(|((table, column, reason), n)| {
            let table = seen.tables.labels.text("report_table", table);
            let place = if column.is_empty() { table.to_owned() } else { format!("{table} · {column}") };
            let bar = bar(share(figure(n), figure(most)), "risk");
            Row::of(vec![
                Cell::text(seen.tables.labels.sentence("reject", reason)).with_sub(place),
                Cell::text(count(n)).with_bar(bar),
            ])
        })
        .collect();
    if !rest.is_empty() {
        let name = words.fill("further", &[("count", &count(rest.len()))]);
        let n = rest.iter().map(|(_, n)| n).sum();
        rows.push(Row::of(vec![Cell::text(name), Cell::text(count(n))]));
    }
    let heads = vec![words.head("reject_reason"), words.number("rows_rejected")];
    Ok(Block::new(words, "quality_rejects", Width::Half, Body::Table(Table { heads, rows })))
}

/// Customers delivered, by whether they are in the night.
fn standing(seen: &Seen<'_>) -> Block {
    let words = &seen.words;
    let codes = ["in_night", "opened_later", "closed", "without_history"];
    let n = |code: &str| seen.manifest.customers.get(code).copied().unwrap_or(0);
    let all: usize = codes.iter().map(|code| n(code)).sum();
    let line = |name: &str, n: usize| {
        let bar = bar(share(figure(n), figure(all)), "fill");
        vec![Cell::text(name), Cell::text(count(n)).with_bar(bar)]
    };
    let mut rows: Vec<Row> =
        codes.iter().map(|code| Row::of(line(seen.tables.labels.text("standing", code), n(code)))).collect();
    rows.push(Row::total(vec![Cell::text(words.text("all")), Cell::text(count(all))]));
    let heads = vec![words.head("standing"), words.number("customers")];
    Block::new(words, "quality_standing", Width::Half, Body::Table(Table { heads, rows }))
}

fn models(seen: &Seen<'_>) -> Block {
    use crate::publish::ModelStatus;
    let words = &seen.words;
    let rows = seen.manifest.models.iter().map(|entry| {
        let what = match entry.what {
            "segment" => "model_segment",
            "churn" => "model_churn",
            _ => "model_propensity",
        };
        let status = match entry.status {
            ModelStatus::Approved => "status_approved",
            ModelStatus::Kept => "status_kept",
            ModelStatus::FittedTonight => "status_fitted",
        };
        Row::of(vec![
            Cell::text(words.text(what)).with_sub(entry.model_id.clone()),
            Cell::text(words.text(status)),
            Cell::text(entry.trained_through.to_string()),
            Cell::text(words.fill("days", &[("days", &entry.age_days.to_string())])),
        ])
    });
    let heads = vec![
        words.head("model"),
        words.head("model_status"),
        words.number("trained_through"),
        words.number("model_age"),
    ];
    let table = Table { heads, rows: rows.collect() };
    Block::new(words, "quality_models", Width::Full, Body::Table(table))
}
