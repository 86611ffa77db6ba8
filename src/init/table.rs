//! Which contract table a file holds, by its name and its header.
//!
//! Reads: names and headers. Grain: one file, or several whose names differ in their digits alone. Never: gives a
//! table to two of them.

use super::HeaderOf;
use super::columns::{Match, assign};
use super::names::{Names, Sureness};
use crate::contract::tables::Table;

/// Files of one make, and the pattern that names them.
#[derive(Debug)]
pub struct Group {
    pub pattern: String,
    /// The first file, with the samples of all.
    pub header: HeaderOf,
    pub n_files: usize,
}

/// What a group is taken for.
#[derive(Debug)]
pub struct Guess {
    pub table: Table,
    pub by_name: bool,
    pub matches: Vec<Match>,
    score: f64,
}

/// Below, nothing is said: half of the required columns and no word in the name is any file.
const SCORE_MIN: f64 = 0.45;

/// Files whose patterns and headers are the same, in order of their names.
pub fn groups(files: &[HeaderOf]) -> Vec<Group> {
    let mut sorted: Vec<&HeaderOf> = files.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut groups: Vec<Group> = Vec::new();
    for file in sorted {
        let pattern = pattern(&file.name);
        let same = |group: &&mut Group| {
            let (one, other) = (&group.header, file);
            group.pattern == pattern
                && one.columns == other.columns
                && (one.format, one.encoding, one.separator)
                    == (other.format, other.encoding, other.separator)
        };
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.n_files += 1;
                group.header.samples.extend(file.samples.iter().cloned());
            }
            None => groups.push(Group { pattern, header: file.clone(), n_files: 1 }),
        }
    }
    groups
}

/// The name with `*` in place of a date or a long number.
fn pattern(name: &str) -> String {
    const DIGITS_MIN: usize = 4;
    let mut pattern = String::new();
    let mut rest = name;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let run = &rest[start..];
        let mut end = 0;
        for (at, character) in run.char_indices() {
            match character {
                '0'..='9' => end = at + 1,
                '-' | '_' if at == end => {}
                _ => break,
            }
        }
        let n_digits = run[..end].bytes().filter(u8::is_ascii_digit).count();
        pattern.push_str(&rest[..start]);
        pattern.push_str(if n_digits >= DIGITS_MIN { "*" } else { &run[..end] });
        rest = &run[end..];
    }
    pattern + rest
}

/// A table for each group that is like one; the likest choose first.
pub fn guess(names: &Names, groups: &[Group]) -> Vec<Option<Guess>> {
    let mut all: Vec<(usize, Guess)> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        all.extend(Table::ALL.into_iter().map(|table| (at, guess_one(names, table, group))));
    }
    all.retain(|(_, guess)| guess.score >= SCORE_MIN);
    all.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then_with(|| (a.0, a.1.table).cmp(&(b.0, b.1.table))));
    let mut chosen: Vec<Option<Guess>> = groups.iter().map(|_| None).collect();
    for (at, guess) in all {
        let is_taken = chosen.iter().flatten().any(|other| other.table == guess.table);
        if chosen[at].is_none() && !is_taken {
            chosen[at] = Some(guess);
        }
    }
    chosen
}

/// The table that a group without one is likest, if it is like any.
pub fn likest(names: &Names, group: &Group) -> Option<Table> {
    let guesses = Table::ALL.into_iter().map(|table| guess_one(names, table, group));
    let like = guesses.filter(|guess| guess.score >= SCORE_MIN);
    like.max_by(|a, b| a.score.total_cmp(&b.score)).map(|guess| guess.table)
}

fn guess_one(names: &Names, table: Table, group: &Group) -> Guess {
    let matches = assign(names, table, &group.header);
    let by_name = names.tells_table(table, &group.header.name);
    let found = |name: &str| matches.iter().any(|found| found.column.name == name);
    let mut required: Vec<bool> =
        table.columns().iter().filter(|column| column.required).map(|column| found(column.name)).collect();
    if needs_owner(table) {
        required.push(found("customer_id") || found("account_id"));
    }
    let weight = |found: &Match| if found.sureness == Sureness::Similar { 0.5 } else { 1.0 };
    let used = matches.iter().map(weight).sum::<f64>() / count(group.header.columns.len().max(1));
    let covered = count(required.iter().filter(|found| **found).count()) / count(required.len());
    let score = 0.4 * f64::from(u8::from(by_name)) + 0.4 * covered + 0.2 * used;
    Guess { table, by_name, matches, score }
}

/// Tables that name their owner by `customer_id` or by `account_id`.
pub fn needs_owner(table: Table) -> bool {
    matches!(table, Table::Transactions | Table::Holdings)
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn dates_in_names_become_stars() {
        for (name, wanted) in [
            ("transactions-2024-05.csv.gz", "transactions-*.csv.gz"),
            ("kh_20261031.csv", "kh_*.csv"),
            ("t_2026-10-31_001.csv", "t_*.csv"),
            ("v2_客户.csv", "v2_客户.csv"),
        ] {
            assert_eq!(pattern(name), wanted);
        }
    }
}
