//! The proposed configuration as a whole.
//!
//! Reads: headers. Produces: TOML that parses as it is, and that the program runs once its blanks are filled.

use super::HeaderOf;
use super::columns::{assign, samples};
use super::mask::mask;
use super::names::Names;
use super::source::source;
use super::table::{Group, Guess, groups, guess, likest};
use super::toml_text::quoted;
use crate::contract::tables::Table;
use std::collections::BTreeSet;

/// A configuration for a person to complete, every guess with its comment.
pub fn propose(files: &[HeaderOf]) -> String {
    let names = Names::read();
    let (headless, files): (Vec<HeaderOf>, Vec<HeaderOf>) = files.iter().cloned().partition(is_headless);
    let groups = groups(&files);
    let guesses = guess(&names, &groups);
    let mut text = HEAD.to_owned();
    text += &base_currency(&names, &groups, &guesses);
    for table in Table::ALL {
        let found = groups.iter().zip(&guesses).find_map(|(group, guess)| {
            guess.as_ref().filter(|guess| guess.table == table).map(|guess| (group, guess))
        });
        match found {
            Some((group, guess)) => text += &format!("\n{}", source(&names, group, guess)),
            None if matches!(table, Table::Customers | Table::Transactions) => text += &absent(table),
            None => {}
        }
    }
    for (group, _) in groups.iter().zip(&guesses).filter(|(_, guess)| guess.is_none()) {
        text += &unplaced(&names, group);
    }
    for file in headless {
        text += &format!(
            "\n# --- {}: its first row looks like values, not like a header, so that nothing is proposed ---\n",
            quoted(&file.name)
        );
    }
    text
}

const HEAD: &str = "\
# A mapping proposed by `tercet init`, for a person to complete and check.
# `exact name`: the contract's own; `known name`: one that exports are known to use; `similar name`: a guess.
# Samples are masked: 9 stands for a digit, a for a letter, 汉 for a Han character.
# What is missing stands as a comment or as \"\": fill it in, take the `#` away, and run `tercet check`.
# `docs/data-contract.md` tells what each column means, `config/default.toml` every other key.

";

/// The currency that all samples agree on.
fn base_currency(names: &Names, groups: &[Group], guesses: &[Option<Guess>]) -> String {
    let mut seen = BTreeSet::new();
    for (group, guess) in groups.iter().zip(guesses) {
        let matches = guess.iter().flat_map(|guess| &guess.matches);
        for found in matches.filter(|found| found.column.name == "currency") {
            seen.extend(samples(names, &group.header, found.at));
        }
    }
    let codes: Vec<&str> = seen.into_iter().collect();
    match codes.as_slice() {
        [code] if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            format!("base_currency = {}  # the only one in the samples: check\n", quoted(code))
        }
        [] => "# base_currency = \"\"  # of all amounts: fill in; without it CNY\n".to_owned(),
        codes => format!(
            "# base_currency = \"\"  # fill in; {} different texts in the samples, rows in others are refused\n",
            codes.len()
        ),
    }
}

fn absent(table: Table) -> String {
    let name = table.name();
    let mut text = format!("\n# --- {name}: required, and no file looks like it ---\n");
    text += &format!("# [sources.{name}]\n# files = \"\"\n# format = \"\"\n# [sources.{name}.columns]\n");
    for column in table.columns().iter().filter(|column| column.required) {
        text += &format!("# {} = \"\"  # required\n", column.name);
    }
    text
}

/// A file that no table was found for, or whose table another file fills already.
fn unplaced(names: &Names, group: &Group) -> String {
    let file = quoted(&group.pattern);
    let mut text = match likest(names, group) {
        Some(table) => {
            format!("\n# --- {file}: looks like `{}` too, which another file fills ---\n", table.name())
        }
        None => format!("\n# --- {file}: no table of the contract was recognised ---\n"),
    };
    let (encoding, separator) = (group.header.encoding, quoted(&group.header.separator.to_string()));
    text += &format!("# encoding = {}, separator = {separator}, both guessed\n", quoted(encoding));
    let matches = likest(names, group).map(|table| assign(names, table, &group.header)).unwrap_or_default();
    for (at, name) in group.header.columns.iter().enumerate() {
        let sample =
            samples(names, &group.header, at).first().map_or_else(|| "none".to_owned(), |text| mask(text));
        let meant = matches
            .iter()
            .find(|found| found.at == at)
            .map(|found| format!("; like `{}`", found.column.name));
        text += &format!("# header: {}; sample: {sample}{}\n", quoted(name), meant.unwrap_or_default());
    }
    text
}

/// Whether the first row holds values: most of its cells are numbers, dates or long ids, so none is shown.
fn is_headless(file: &HeaderOf) -> bool {
    let values = file.columns.iter().filter(|name| {
        let digits = name.chars().filter(char::is_ascii_digit).count();
        digits * 2 > name.chars().count()
    });
    values.count() * 3 >= file.columns.len().max(1)
}
