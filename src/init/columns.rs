//! Which header is which column of a contract table.
//!
//! Reads: a header and its samples. Grain: one contract column. Never: gives a header to two columns.

use super::HeaderOf;
use super::names::{Names, Sureness};
use super::{dates, numbers};
use crate::contract::tables::{Column, Reading, Table};

/// A contract column and the header that is taken for it.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    pub column: &'static Column,
    /// Place of the header.
    pub at: usize,
    pub sureness: Sureness,
}

/// The matches in the order of the contract; the surest are given first.
pub fn assign(names: &Names, table: Table, header: &HeaderOf) -> Vec<Match> {
    let mut candidates = Vec::new();
    for (order, column) in table.columns().iter().enumerate() {
        for (at, name) in header.columns.iter().enumerate() {
            let Some((sureness, likeness)) = names.column(table, column, name) else { continue };
            let is_other = sureness < Sureness::Exact && (names.is_none(name) || names.is_direction(name));
            if is_other || (sureness == Sureness::Similar && !may_hold(names, column, header, at)) {
                continue;
            }
            candidates.push((sureness, likeness, order, Match { column, at, sureness }));
        }
    }
    candidates.sort_by(|a, b| {
        b.0.cmp(&a.0).then_with(|| b.1.total_cmp(&a.1)).then_with(|| (a.2, a.3.at).cmp(&(b.2, b.3.at)))
    });
    let mut matches: Vec<(usize, Match)> = Vec::new();
    for (_, _, order, candidate) in candidates {
        let free = |(taken, other): &(usize, Match)| *taken != order && other.at != candidate.at;
        if matches.iter().all(free) {
            matches.push((order, candidate));
        }
    }
    matches.sort_by_key(|(order, _)| *order);
    matches.into_iter().map(|(_, found)| found).collect()
}

/// Whether the samples could be values of the column: a guess by name alone needs that much.
fn may_hold(names: &Names, column: &Column, header: &HeaderOf, at: usize) -> bool {
    let samples = samples(names, header, at);
    match column.reading {
        Reading::Date => samples.is_empty() || !dates::formats_of(&samples).is_empty(),
        Reading::Money | Reading::Number => numbers::tolerances_of(&samples).is_some(),
        Reading::Boolean => samples.iter().all(|text| is_boolean(text)),
        Reading::Text | Reading::Code(_) => true,
    }
}

/// The samples of one header without texts that mean "no value" and without total rows.
pub fn samples<'h>(names: &Names, header: &'h HeaderOf, at: usize) -> Vec<&'h str> {
    let rows = header.samples.iter().filter(|row| !is_total(names, row));
    let cells = rows.filter_map(|row| row.get(at)).map(String::as_str);
    cells.filter(|cell| !cell.is_empty() && !is_missing(names, cell)).collect()
}

/// Whether a row is a total: said by its first cell.
pub fn is_total(names: &Names, row: &[String]) -> bool {
    row.first().is_some_and(|first| names.is_trailer(first))
}

pub fn is_missing(names: &Names, cell: &str) -> bool {
    names.missing.texts.iter().any(|text| text == cell)
}

pub fn is_boolean(text: &str) -> bool {
    ["true", "false", "1", "0", "yes", "no", "y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word))
}
