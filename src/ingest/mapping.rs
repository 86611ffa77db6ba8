//! The mapping of one table, resolved for reading: which source columns are needed, and how each contract column is
//! filled from them.
//!
//! Reads: the configuration, and the files that values are looked up in. Grain: one [`Field`] per contract column.

use super::codes::CodeTable;
use super::field::{Field, Fill, Sentinels, SignRule};
use super::lookup::{LookupFile, LookupTable};
use super::parse::{DateRule, Notation, Zone};
use crate::config::source::{Accept, ColumnSource, Sign, Source, Tolerance};
use crate::contract::tables::{Column, Reading, Table};
use crate::error::{Error, Result};
use std::path::Path;

/// Amounts that are told apart by other columns than their sign: below zero they are quarantined unless allowed.
const NOT_NEGATIVE: [&str; 4] = ["balance", "cost_basis", "credit_limit", "other_bank_assets"];

pub struct Mapping {
    pub table: Table,
    /// The source columns that are needed; cells are asked for by their place in this list.
    pub slots: Vec<Slot>,
    /// Texts that mean "no value" in every column, trimmed; the empty text is not among them.
    pub missing: Vec<Box<[u8]>>,
    pub separator: u8,
    /// The books of the files that values are looked up in.
    pub lookups: Vec<LookupFile>,
    fields: Vec<Field>,
}

/// A source column that is needed.
pub struct Slot {
    pub name: String,
    /// Other names that it may have in its place.
    pub aliases: Vec<String>,
    /// The contract column it fills; `None` where it only helps to read another.
    pub column: Option<&'static str>,
}

/// The separator as the byte it is in the file.
pub fn separator(source: &Source) -> Result<u8> {
    let byte = u8::try_from(source.separator).ok().filter(u8::is_ascii);
    byte.filter(|byte| !b"\"\r\n\0".contains(byte))
        .ok_or_else(|| Error::usage("a `separator` must be one ASCII character, and no quote or line end"))
}

impl Mapping {
    pub fn new(table: Table, source: &Source, data: &Path) -> Result<Self> {
        let trimmed = |text: &String| -> Box<[u8]> { text.as_bytes().trim_ascii().into() };
        let missing = source.missing.iter().map(trimmed).filter(|text| !text.is_empty()).collect();
        let separator = separator(source)?;
        let mut mapping =
            Self { table, slots: Vec::new(), missing, separator, lookups: Vec::new(), fields: Vec::new() };
        for column in table.columns() {
            let field = match source.columns.get(column.name) {
                Some(filled) => mapping.field_of(column, filled, source, data)?,
                None => Field::absent(column.name),
            };
            mapping.fields.push(field);
        }
        Ok(mapping)
    }

    /// The base currency's code, which amounts may carry where `accept` has `units`. Said before fields are taken.
    pub fn set_base_currency(&mut self, code: &str) {
        for field in &mut self.fields {
            field.notation.currency = Some(code.into());
        }
    }

    fn slot(&mut self, name: &str, aliases: &[String], column: Option<&'static str>) -> usize {
        let known = self.slots.iter().position(|slot| slot.name == name);
        let at = known.unwrap_or_else(|| {
            self.slots.push(Slot { name: name.to_owned(), aliases: Vec::new(), column });
            self.slots.len() - 1
        });
        for alias in aliases {
            if !self.slots[at].aliases.contains(alias) {
                self.slots[at].aliases.push(alias.clone());
            }
        }
        at
    }

    fn field_of(
        &mut self,
        column: &Column,
        filled: &ColumnSource,
        source: &Source,
        data: &Path,
    ) -> Result<Field> {
        let key = format!("sources.{}.columns.{}", self.table.name(), column.name);
        let mut fill = self.fill(&key, column, filled)?;
        let codes = match column.reading {
            Reading::Code(known) => {
                Some(CodeTable::new(&key, &filled.codes, known, filled.from.len().max(1))?)
            }
            _ => None,
        };
        if let (Some(table), Some(text)) = (&codes, &filled.constant) {
            let code = table.constant(text.trim());
            fill = Fill::Code(code.ok_or_else(|| Error::usage(format!("`{key}.constant` is no code")))?);
        }
        let lookup = match &filled.lookup {
            Some(lookup) if matches!(fill, Fill::Column(_)) => {
                let (table, file) = LookupTable::read(lookup, source, data, &self.missing)?;
                self.lookups.push(file);
                Some(table)
            }
            Some(_) => return Err(Error::usage(format!("`{key}.lookup` needs exactly one `from`"))),
            None => None,
        };
        let accept: Accept = source.accept.iter().chain(&filled.accept).collect();
        Ok(Field {
            name: column.name,
            label: if filled.from.is_empty() { column.name.to_owned() } else { filled.from.join("|") },
            fill,
            missing: Sentinels::new(&self.missing, &filled.missing),
            dates: DateRule {
                format: filled.format.unwrap_or(source.date_format),
                zone: zone(self.table, source)?,
                full_width: accept.has(Tolerance::FullWidth),
            },
            notation: Notation { accept, currency: None },
            sign: self.sign(&filled.sign),
            allow_negative: filled.allow_negative || !NOT_NEGATIVE.contains(&column.name),
            codes,
            lookup,
        })
    }

    fn fill(&mut self, key: &str, column: &Column, filled: &ColumnSource) -> Result<Fill> {
        Ok(match (&filled.constant, filled.from.as_slice()) {
            (Some(text), _) => Fill::Constant(text.as_bytes().trim_ascii().into()),
            (None, []) if filled.first_account => Fill::FirstAccount,
            (None, []) => return Err(Error::usage(format!("`{key}` is filled from nothing"))),
            (None, [name]) => Fill::Column(self.slot(name, &filled.aliases, Some(column.name))),
            (None, names) => {
                Fill::Joined(names.iter().map(|name| self.slot(name, &[], Some(column.name))).collect())
            }
        })
    }

    fn sign(&mut self, sign: &Sign) -> SignRule {
        match sign {
            Sign::AsIs => SignRule::AsIs,
            Sign::Negated => SignRule::Negated,
            Sign::NegativeWhere { column, values } => SignRule::NegativeWhere {
                slot: self.slot(column, &[], None),
                values: values.iter().map(|text| text.as_bytes().trim_ascii().into()).collect(),
            },
        }
    }

    /// Takes the field of a contract column out, to be owned by the builder of the table's rows.
    pub fn take(&mut self, name: &'static str) -> Field {
        match self.fields.iter().position(|field| field.name == name) {
            Some(at) => self.fields.swap_remove(at),
            None => Field::absent(name),
        }
    }
}

fn zone(table: Table, source: &Source) -> Result<Option<Zone>> {
    let Some(name) = &source.time_zone else { return Ok(None) };
    let zone = Zone::of(name);
    zone.map(Some).ok_or_else(|| {
        let name = name.escape_debug();
        Error::usage(format!("`sources.{}.time_zone`: `{name}` is no time zone", table.name()))
    })
}
