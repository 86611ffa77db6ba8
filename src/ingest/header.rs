//! The header of a text export: which field holds which source column.
//!
//! Reads: the names of the columns. Never: takes a column by its place, or by a name that is only similar: another name
//! is accepted where the mapping lists it.

use super::mapping::Slot;
use crate::error::{Error, Result};
use crate::io::exports::Export;
use std::collections::BTreeSet;

/// The column names, trimmed of ASCII spaces.
///
/// # Errors
/// Kind `Refused` where they are not UTF-8.
pub fn names<'f>(export: &Export, header: impl Iterator<Item = &'f [u8]> + Clone) -> Result<Vec<String>> {
    let name = |cell: &[u8]| std::str::from_utf8(cell.trim_ascii()).ok().map(str::to_owned);
    header.clone().map(name).collect::<Option<Vec<_>>>().ok_or_else(|| {
        let what = format!("the header of `{}` is not UTF-8", export.name.escape_debug());
        let text = header.collect::<Vec<_>>().join(&b'\n');
        Error::refused(what).hint(if super::decode::seems_gb18030(&text) {
            "`encoding = \"gb18030\"` may be what the export is in"
        } else {
            "declare the file's `encoding`: `utf-8`, `gb18030` or `utf-16`"
        })
    })
}

/// Where the column `wanted` is; `slots` are all that the mapping needs, `wanted` among them.
///
/// # Errors
/// Kind `Refused` where no column, or more than one, has its name or one of its aliases.
pub fn position(export: &Export, names: &[String], wanted: &Slot, slots: &[Slot]) -> Result<usize> {
    let (file, name) = (export.name.escape_debug(), wanted.name.escape_debug());
    let mut found = names.iter().enumerate().filter(|(_, name)| is_named(wanted, name));
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some((_, one)), Some((_, other))) if one == other => {
            let one = one.escape_debug();
            Err(Error::refused(format!("`{file}` has the column `{one}` more than once"))
                .hint("a mapped column must be there exactly once"))
        }
        (Some((_, one)), Some((_, other))) => {
            let (one, other) = (one.escape_debug(), other.escape_debug());
            Err(Error::refused(format!("`{file}` has both `{one}` and `{other}` for one column"))
                .hint("of a name and its `aliases`, a header may have one"))
        }
        (None, _) => {
            let error = Error::refused(format!("`{file}` has no column `{name}`"));
            Err(match nearest(wanted, names, slots) {
                Some(near) => error.hint(format!("did you mean `{}`?", near.escape_debug())),
                None => error.hint("compare the header with the mapping, and the `separator` with the file"),
            })
        }
    }
}

/// How many columns are at none of `positions`.
pub fn count_extra(names: &[String], positions: &[usize]) -> u32 {
    let used: BTreeSet<&usize> = positions.iter().collect();
    u32::try_from(names.len() - used.len()).unwrap_or(u32::MAX)
}

fn is_named(slot: &Slot, name: &str) -> bool {
    slot.name == name || slot.aliases.iter().any(|alias| alias == name)
}

/// The free header that is most likely the column `wanted`, by its own name, an alias, or that of the contract.
///
/// A line in which no mapped column is found by its name is no header: its texts may be a customer's.
fn nearest<'n>(wanted: &Slot, names: &'n [String], slots: &[Slot]) -> Option<&'n str> {
    if !names.iter().any(|name| slots.iter().any(|slot| is_named(slot, name))) {
        return None;
    }
    let is_free = |name: &&String| !name.is_empty() && !slots.iter().any(|slot| is_named(slot, name));
    let known = wanted.aliases.iter().chain([&wanted.name]).map(String::as_str).chain(wanted.column);
    let likeness = |name: &str| known.clone().map(|known| likeness(known, name)).fold(0.0, f64::max);
    let free = names.iter().filter(is_free).map(|name| (likeness(name), name.as_str()));
    free.filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

/// Jaro-Winkler finds a letter more, less or swapped above 0.9; at 0.8 it takes `account_id` for `amount`.
const LIKENESS_MIN: f64 = 0.87;
/// Of an abbreviation, which Jaro-Winkler finds far from the word (`amt` and `amount`: 0.73).
const LIKENESS_OF_ABBREVIATION: f64 = 0.9;
const ABBREVIATION_CHARACTERS_MIN: usize = 3;

fn likeness(one: &str, other: &str) -> f64 {
    let (one, other) = (folded(one), folded(other));
    let similarity = strsim::jaro_winkler(&one, &other);
    if abbreviates(&one, &other) || abbreviates(&other, &one) {
        similarity.max(LIKENESS_OF_ABBREVIATION)
    } else {
        similarity
    }
}

/// A name without what often differs between two exports: case, spaces, full-width letters, marks without width.
fn folded(name: &str) -> String {
    const WIDENED_BY: u32 = 0xfee0;
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - WIDENED_BY).unwrap_or(c),
        _ => c,
    };
    let is_kept = |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}');
    name.chars().filter(is_kept).map(narrow).flat_map(char::to_lowercase).collect()
}

/// Whether `short` is `long` with letters left out, but not its first and not most of them.
fn abbreviates(short: &str, long: &str) -> bool {
    let mut letters = long.chars();
    let n_letters = short.chars().count();
    n_letters >= ABBREVIATION_CHARACTERS_MIN.max(long.chars().count().div_ceil(3))
        && short.chars().next() == long.chars().next()
        && short.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
