//! The proposed mapping of one table as TOML.
//!
//! Reads: a group of files and what its headers were taken for. Grain: one `[sources.TABLE]`.

mod fill;

use super::columns::{Match, is_missing, is_total, samples};
use super::mask::mask;
use super::names::Names;
use super::table::{Group, Guess, needs_owner};
use super::toml_text::{list, quoted};
use super::{HeaderOf, dates};
use crate::config::source::Format;
use crate::contract::tables::{Reading, Table};
use std::collections::BTreeSet;

/// Writes the mapping of one table.
pub struct Writer<'a> {
    names: &'a Names,
    header: &'a HeaderOf,
    guess: &'a Guess,
    /// Format of the source's dates, if there is one.
    date_format: Option<&'static str>,
    lines: String,
    /// Tables of codes, which stand behind the plain keys.
    tables: String,
}

/// The mapping of a group's table.
pub fn source(names: &Names, group: &Group, guess: &Guess) -> String {
    let mut writer = Writer {
        names,
        header: &group.header,
        guess,
        date_format: None,
        lines: String::new(),
        tables: String::new(),
    };
    writer.head(group);
    writer.columns();
    writer.not_found();
    writer.not_mapped();
    writer.lines + &writer.tables
}

impl Writer<'_> {
    fn line(&mut self, key: &str, value: &str, comment: &str) {
        self.lines += &format!("{key} = {value}  # {comment}\n");
    }

    fn comment(&mut self, text: &str) {
        self.lines += &format!("# {text}\n");
    }

    fn head(&mut self, group: &Group) {
        let (table, header) = (self.guess.table.name(), self.header);
        let (n_mapped, n_headers) = (self.guess.matches.len(), header.columns.len());
        let how = if self.guess.by_name { "the file's name and " } else { "" };
        self.comment(&format!("--- {table}: guessed from {how}{n_mapped} of {n_headers} headers ---"));
        let rows = header.samples.len();
        let files =
            if group.n_files == 1 { "the file".to_owned() } else { format!("{} files", group.n_files) };
        self.comment(&format!(
            "Shapes are taken from the first rows of {files}, {rows} in all: check them all."
        ));
        self.lines += &format!("[sources.{table}]\n");
        let stars =
            if group.pattern == header.name { "the file's name" } else { "`*` for what looks like a date" };
        self.line("files", &quoted(&group.pattern), &format!("{stars}: check"));
        match (header.format, header.packing) {
            (Format::Parquet, _) => self.line("format", "\"parquet\"", "by its first bytes"),
            (Format::Csv, Some(packing)) => {
                self.line("format", "\"csv\"", &format!("in {packing}, which needs no key"))
            }
            (Format::Csv, None) => self.line("format", "\"csv\"", "text"),
        }
        if header.format == Format::Csv {
            self.line(
                "separator",
                &quoted(&header.separator.to_string()),
                "splits the first rows alike: check",
            );
            self.line("encoding", &quoted(header.encoding), "guessed from the first bytes: check");
        }
        self.missing();
        self.dates();
        self.trailer();
        self.lines += &format!("[sources.{table}.columns]\n");
    }

    fn missing(&mut self) {
        let rows = self.header.samples.iter();
        let seen: BTreeSet<&str> =
            rows.flatten().map(String::as_str).filter(|cell| is_missing(self.names, cell)).collect();
        if !seen.is_empty() {
            self.line("missing", &list(seen), "seen in the samples: do they mean \"no value\"?");
        }
    }

    /// The commonest format of the date columns, and the zone where instants need one.
    fn dates(&mut self) {
        let columns = self.guess.matches.iter().filter(|found| found.column.reading == Reading::Date);
        let formats: Vec<&str> = columns.clone().filter_map(|found| self.only_format(found)).collect();
        let times = |format: &str| formats.iter().filter(|other| **other == format).count();
        // Of equals the last is taken: in reverse, the first.
        let commonest = formats.iter().rev().copied().max_by_key(|format| times(format));
        self.date_format = commonest;
        if let Some(format) = commonest {
            let rows = self.header.samples.len();
            let all = columns.clone().count();
            let comment = format!("{} of {all} date columns; guessed from {rows} rows: check", times(format));
            self.line("date_format", &quoted(format), &comment);
        }
        let instants = columns.clone().any(|found| {
            let samples = self.samples(found.at);
            let has_offset = |text: &&str| {
                text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']))
            };
            self.only_format(found).is_some_and(|format| {
                format.starts_with("epoch") || (format == "timestamp" && samples.iter().any(has_offset))
            })
        });
        if instants {
            self.comment("time_zone = \"\"  # dates with an offset or in epoch time: fill in the zone whose dates count");
        }
    }

    fn trailer(&mut self) {
        let rows = self.header.samples.iter();
        let total = rows.filter(|row| is_total(self.names, row)).find_map(|row| row.first());
        if let Some(first) = total {
            let shape = quoted(&mask(first));
            self.comment(&format!("trailer = {{ starts_with = \"\" }}  # a row beginning with {shape} looks like a total: fill in"));
        }
    }

    /// Samples of a header; without dates that mean "no value" where the column is a date.
    fn samples(&self, at: usize) -> Vec<&str> {
        samples(self.names, self.header, at)
    }

    fn is_no_date(&self, text: &str) -> bool {
        self.names.missing.dates.iter().any(|date| date == text)
    }

    /// The one format that fits all samples of a date column.
    fn only_format(&self, found: &Match) -> Option<&'static str> {
        match self.date_formats(found).as_slice() {
            [format] => Some(format),
            _ => None,
        }
    }

    fn date_formats(&self, found: &Match) -> Vec<&'static str> {
        let samples = self.samples(found.at).into_iter().filter(|text| !self.is_no_date(text));
        dates::formats_of(&samples.collect::<Vec<_>>())
    }

    fn not_found(&mut self) {
        let table = self.guess.table;
        let found = |name: &str| self.guess.matches.iter().any(|found| found.column.name == name);
        let (mut lines, mut optional) = (String::new(), Vec::new());
        for column in table.columns().iter().filter(|column| !found(column.name)) {
            let owner = ["customer_id", "account_id"].contains(&column.name);
            if (table, column.name) == (Table::Customers, "opened_on") {
                lines += "# opened_on = { first_account = true }  # required: not found; the day of his first account?\n";
            } else if column.required {
                lines += &format!("# {} = \"\"  # required: not found\n", column.name);
            } else if needs_owner(table) && owner && !found("customer_id") && !found("account_id") {
                lines +=
                    &format!("# {} = \"\"  # this or the other id is required: not found\n", column.name);
            } else {
                optional.push(column.name);
            }
        }
        self.lines += &lines;
        if !optional.is_empty() {
            self.comment(&format!("optional, not found: {}", optional.join(", ")));
        }
    }

    fn not_mapped(&mut self) {
        let taken: Vec<usize> = self.guess.matches.iter().map(|found| found.at).collect();
        let rest: Vec<usize> = (0..self.header.columns.len()).filter(|at| !taken.contains(at)).collect();
        for at in rest {
            let sample = self.samples(at).first().map_or_else(|| "none".to_owned(), |sample| mask(sample));
            let name = quoted(&self.header.columns[at]);
            self.comment(&format!("not mapped: {name}; sample: {sample}"));
        }
    }
}
