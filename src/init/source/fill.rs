//! How each found column is filled, by what its samples look like.
//!
//! Reads: samples. Grain: one line per contract column, or a table of codes.

use super::Writer;
use crate::contract::tables::{Column, Reading};
use crate::init::codes::{Codes, codes_of};
use crate::init::columns::{Match, is_boolean};
use crate::init::mask::mask;
use crate::init::numbers::{is_negative, tolerances_of};
use crate::init::toml_text::{list, quoted};
use std::collections::BTreeSet;

/// Amounts that are quarantined below zero where the mapping does not allow it.
const NOT_NEGATIVE: [&str; 4] = ["balance", "cost_basis", "credit_limit", "other_bank_assets"];

impl Writer<'_> {
    pub(super) fn columns(&mut self) {
        for found in &self.guess.matches {
            let name = quoted(&self.header.columns[found.at]);
            let alike = self.header.columns.iter().filter(|other| **other == self.header.columns[found.at]);
            let twice = alike.count() > 1;
            let samples: Vec<String> = self.samples(found.at).into_iter().map(str::to_owned).collect();
            let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
            let mut comment = found.sureness.words().to_owned();
            match samples.first() {
                Some(sample) => comment += &format!("; sample: {}", mask(sample)),
                None => comment += "; no sample",
            }
            if twice {
                comment += "; THE HEADER STANDS THERE MORE THAN ONCE, which is refused";
            }
            match found.column.reading {
                Reading::Text => self.text(found, &name, &samples, &comment),
                Reading::Date => self.date(found, &name, &samples, &comment),
                Reading::Money | Reading::Number => self.number(found, &name, &samples, &comment),
                Reading::Boolean => self.boolean(found, &name, &samples, &comment),
                Reading::Code(known) => self.code(found, &name, known, &samples, &comment),
            }
        }
    }

    /// A line that waits for a person: nothing is read by it until he completes it.
    fn blank(&mut self, column: &Column, value: &str, comment: &str) {
        let required = if column.required { "required" } else { "optional" };
        self.lines += &format!("# {} = {value}  # {required}; {comment}\n", column.name);
    }

    fn text(&mut self, found: &Match, name: &str, samples: &[&str], comment: &str) {
        let damaged = |text: &&str| text.contains("E+") && text.starts_with(|c: char| c.is_ascii_digit());
        if found.column.name.ends_with("_id") && samples.iter().any(damaged) {
            let comment =
                format!("{comment}; damaged by a spreadsheet: ask for an export that never passed one");
            return self.blank(found.column, name, &comment);
        }
        let is_wide = |text: &&str| {
            text.chars().any(|c| c.is_ascii_digit()) && text.contains(|c| ('０'..='９').contains(&c))
        };
        if found.column.name.ends_with("_id") && samples.iter().any(is_wide) {
            let value = format!("{{ from = {name}, accept = [\"full_width\"] }}");
            return self.line(found.column.name, &value, &format!("{comment}; some digits are full-width"));
        }
        self.line(found.column.name, name, comment);
    }

    fn date(&mut self, found: &Match, name: &str, samples: &[&str], comment: &str) {
        let none: BTreeSet<&str> = samples.iter().copied().filter(|text| self.is_no_date(text)).collect();
        let formats = self.date_formats(found);
        let has_dates = samples.iter().any(|text| !self.is_no_date(text));
        let mut parts = vec![format!("from = {name}")];
        let mut comment = comment.to_owned();
        if !none.is_empty() {
            parts.push(format!("missing = {}", list(none)));
            comment += "; does the date in `missing` mean \"none\"?";
        }
        match formats.as_slice() {
            [format] if Some(*format) != self.date_format => {
                parts.push(format!("format = {}", quoted(format)));
            }
            [_] => {}
            _ if !has_dates => comment += "; its format cannot be told, the source's is taken",
            formats => {
                let choice = if formats.is_empty() {
                    "no known format fits all samples".to_owned()
                } else {
                    format!("{} fit", formats.join(" and "))
                };
                parts.push("format = \"\"".to_owned());
                return self.blank(
                    found.column,
                    &inline(&parts),
                    &format!("{comment}; {choice}: fill in the format"),
                );
            }
        }
        self.line(found.column.name, &short(&parts, name), &comment);
    }

    fn number(&mut self, found: &Match, name: &str, samples: &[&str], comment: &str) {
        let Some(tolerances) = tolerances_of(samples) else {
            return self.blank(found.column, name, &format!("{comment}; NOT ALL SAMPLES ARE NUMBERS"));
        };
        let mut parts = vec![format!("from = {name}")];
        let mut comment = comment.to_owned();
        if !tolerances.is_empty() {
            let codes: Vec<&str> = tolerances.iter().map(|tolerance| tolerance.code()).collect();
            comment += &format!("; {} seen in {} rows: check", codes.join(", "), self.header.samples.len());
            parts.push(format!("accept = {}", list(codes)));
        }
        let negative = samples.iter().any(|text| is_negative(text));
        if found.column.name == "amount" {
            return self.amount(found, &parts, negative, &comment);
        }
        if NOT_NEGATIVE.contains(&found.column.name) && negative {
            comment += "; some are below zero: add `allow_negative = true` if that is right";
        }
        self.line(found.column.name, &short(&parts, name), &comment);
    }

    /// An amount whose sign may stand in a column of its own.
    fn amount(&mut self, found: &Match, parts: &[String], negative: bool, comment: &str) {
        let name = quoted(&self.header.columns[found.at]);
        let Some(at) = self.header.columns.iter().position(|other| self.names.is_direction(other)) else {
            let value = short(parts, &name);
            if negative || self.samples(found.at).is_empty() {
                let told = "is it positive into the customer's account?";
                return self.line("amount", &value, &format!("{comment}; {told}"));
            }
            let told =
                "NO SAMPLE IS NEGATIVE: what tells money out? Add `negative_where` or `negate`, if need be";
            return self.blank(found.column, &value, &format!("{comment}; {told}"));
        };
        let direction = quoted(&self.header.columns[at]);
        if negative {
            let told = format!(
                "signed, so that {direction} is not needed: is it positive into the customer's account?"
            );
            return self.line("amount", &short(parts, &name), &format!("{comment}; {told}"));
        }
        let texts: BTreeSet<String> = self.samples(at).into_iter().map(str::to_owned).collect();
        let among = |known: &[String], text: &str| known.iter().any(|word| *word == text.to_uppercase());
        let out: Vec<&String> = texts.iter().filter(|text| among(&self.names.direction.out, text)).collect();
        let told = texts
            .iter()
            .all(|text| among(&self.names.direction.out, text) || among(&self.names.direction.into, text));
        let with = |values: String| {
            let rule = format!("negative_where = {{ column = {direction}, values = {values} }}");
            inline(&[parts, &[rule]].concat())
        };
        if out.is_empty() || !told {
            let told =
                format!("{comment}; fill in the texts of {direction} that mean money out of the account");
            return self.blank(found.column, &with("[\"\"]".to_owned()), &told);
        }
        let value = with(list(out));
        self.line(
            "amount",
            &value,
            &format!("{comment}; does {direction} say so of money out of the account?"),
        );
    }

    fn boolean(&mut self, found: &Match, name: &str, samples: &[&str], comment: &str) {
        if samples.iter().all(|text| is_boolean(text)) {
            self.line(found.column.name, name, comment);
        } else {
            let told = "NOT ALL SAMPLES ARE READ AS BOOLEANS: true, false, 1, 0, yes, no, y or n";
            self.blank(found.column, name, &format!("{comment}; {told}"));
        }
    }

    fn code(
        &mut self,
        found: &Match,
        name: &str,
        known: &'static [&'static str],
        samples: &[&str],
        comment: &str,
    ) {
        let column = found.column;
        match codes_of(self.names, column.name, known, samples) {
            Codes::Contract => {
                self.line(column.name, name, &format!("{comment}; samples are codes of the contract"))
            }
            Codes::None => self.blank(column, name, &format!("{comment}: add its `codes`")),
            Codes::TooMany => {
                let told = "too many different texts for codes, so that none is listed: add its `codes`";
                self.blank(column, name, &format!("{comment}; {told}"));
            }
            Codes::Table(lines) => {
                let path = format!("sources.{}.columns.{}", self.guess.table.name(), column.name);
                let words = found.sureness.words();
                self.tables += &format!("[{path}]\nfrom = {name}  # {words}\n[{path}.codes]\n");
                self.tables += &format!("# One of: {}.\n", known.join(", "));
                self.tables += &format!(
                    "# Codes seen in {} rows; others may come, and are refused until they are here.\n",
                    samples.len()
                );
                self.tables += &lines;
            }
        }
    }
}

/// A column's parts as an inline table, or its name alone where that says all.
fn short(parts: &[String], name: &str) -> String {
    if parts.len() == 1 { name.to_owned() } else { inline(parts) }
}

fn inline(parts: &[String]) -> String {
    format!("{{ {} }}", parts.join(", "))
}
