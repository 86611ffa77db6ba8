//! The codes of a coded column as samples show them, to be filled in by a person.
//!
//! Reads: samples. Never: lists texts that may be personal: more than 20 different ones, or nearly one per row.

use super::names::Names;
use super::toml_text::quoted;
use std::collections::BTreeSet;

/// More different texts than this are no codes.
const DISTINCT_MAX: usize = 20;
/// From so many samples on, codes repeat.
const REPEATING_SAMPLES_MIN: usize = 8;
const CHARACTERS_MAX: usize = 40;

/// What the samples of a coded column are.
#[derive(Debug, PartialEq, Eq)]
pub enum Codes {
    /// There is no sample.
    None,
    /// All are codes of the contract.
    Contract,
    /// Lines of a code table, blanks where the meaning is not known.
    Table(String),
    /// Too many different texts for codes.
    TooMany,
}

/// Reads the samples of the contract column `column`, whose codes are `known`.
pub fn codes_of(names: &Names, column: &str, known: &'static [&'static str], samples: &[&str]) -> Codes {
    let distinct: BTreeSet<&str> = samples.iter().copied().collect();
    if distinct.is_empty() {
        return Codes::None;
    }
    if distinct.iter().all(|text| known.contains(text)) {
        return Codes::Contract;
    }
    let hardly_repeats = samples.len() >= REPEATING_SAMPLES_MIN && distinct.len() * 2 > samples.len();
    let too_long = distinct.iter().any(|text| text.chars().count() > CHARACTERS_MAX);
    if distinct.len() > DISTINCT_MAX || hardly_repeats || too_long {
        return Codes::TooMany;
    }
    let line = |text: &&str| match names.code(column, known, text) {
        Some(code) => format!("{} = {}  # known text: check\n", quoted(text), quoted(code)),
        None => format!("{} = \"\"  # fill in\n", quoted(text)),
    };
    Codes::Table(distinct.iter().map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::codes::Gender;

    #[test]
    fn codes_are_listed_and_names_are_not() {
        let read = |samples: &[&str]| codes_of(&Names::read(), "gender", Gender::CODES, samples);
        assert_eq!(read(&[]), Codes::None);
        assert_eq!(read(&["male", "female"]), Codes::Contract);
        assert_eq!(
            read(&["男", "9", "男"]),
            Codes::Table("\"9\" = \"\"  # fill in\n\"男\" = \"male\"  # known text: check\n".into())
        );
        let people: Vec<String> = (0..9).map(|n| format!("person {n}")).collect();
        assert_eq!(read(&people.iter().map(String::as_str).collect::<Vec<_>>()), Codes::TooMany);
    }
}
