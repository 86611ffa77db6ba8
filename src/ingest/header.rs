//! The header of a text export: which field holds which source column.
//!
//! Reads: the first record. Never: takes a column by its place, or by a name that is only similar.

use super::mapping::Slot;
use crate::error::{Error, Result};
use crate::io::exports::Export;

/// The column names, trimmed of ASCII spaces.
pub fn names(export: &Export, header: &csv::ByteRecord) -> Result<Vec<String>> {
    let name = |cell: &[u8]| std::str::from_utf8(cell.trim_ascii()).ok().map(str::to_owned);
    header.iter().map(name).collect::<Option<Vec<_>>>().ok_or_else(|| {
        Error::refused(format!("the header of `{}` is not UTF-8", export.name.escape_debug()))
            .hint("declare the file's `encoding`: `utf-8` or `gb18030`")
    })
}

/// Where the column `wanted` is; `slots` are all that the mapping needs, `wanted` among them.
///
/// # Errors
/// Kind `Refused` where no column, or more than one, has exactly this name.
pub fn position(export: &Export, names: &[String], wanted: &Slot, slots: &[Slot]) -> Result<usize> {
    let (file, name) = (export.name.escape_debug(), wanted.name.escape_debug());
    let mut found = names.iter().enumerate().filter(|(_, name)| **name == wanted.name).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => Err(Error::refused(format!("`{file}` has the column `{name}` more than once"))
            .hint("a mapped column must be there exactly once")),
        (None, _) => {
            let error = Error::refused(format!("`{file}` has no column `{name}`"));
            Err(match nearest(wanted, names, slots) {
                Some(near) => error.hint(format!("did you mean `{}`?", near.escape_debug())),
                None => error.hint("compare the header with the mapping, and the `separator` with the file"),
            })
        }
    }
}

/// The free header that is most likely the column `wanted`, by its own name or by that of the contract.
fn nearest<'n>(wanted: &Slot, names: &'n [String], slots: &[Slot]) -> Option<&'n str> {
    let is_free = |name: &&String| !name.is_empty() && slots.iter().all(|slot| slot.name != **name);
    let likeness = |name: &str| {
        let own = likeness(&wanted.name, name);
        wanted.column.map_or(own, |column| own.max(likeness(column, name)))
    };
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
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let similarity = strsim::jaro_winkler(&one, &other);
    if abbreviates(&one, &other) || abbreviates(&other, &one) {
        similarity.max(LIKENESS_OF_ABBREVIATION)
    } else {
        similarity
    }
}

/// Whether `short` is `long` with letters left out, but not its first and not most of them.
fn abbreviates(short: &str, long: &str) -> bool {
    let mut letters = long.chars();
    let n_letters = short.chars().count();
    n_letters >= ABBREVIATION_CHARACTERS_MIN.max(long.chars().count().div_ceil(3))
        && short.chars().next() == long.chars().next()
        && short.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
