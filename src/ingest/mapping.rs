//! The mapping of one table, resolved for reading: which source columns are needed, and how each contract column is
//! filled from them.
//!
//! Reads: the configuration, and the files that values are looked up in. Grain: one [`Field`] per contract column.

use super::Delivery;
use super::codes::CodeTable;
use super::field::{Field, Fill, SignRule};
use super::lookup::LookupTable;
use crate::config::source::{ColumnSource, Sign, Source};
use crate::contract::tables::{Column, Reading, Table};
use crate::error::{Error, Result};
use std::path::Path;

pub struct Mapping {
    pub table: Table,
    /// The source columns that are needed; cells are asked for by their place in this list.
    pub slots: Vec<Slot>,
    /// Texts that mean "no value", trimmed; the empty text is not among them.
    pub missing: Vec<Box<[u8]>>,
    pub separator: u8,
    /// The books of the files that values are looked up in.
    pub lookups: Vec<Delivery>,
    fields: Vec<Field>,
}

/// A source column that is needed.
pub struct Slot {
    pub name: String,
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

    fn slot(&mut self, name: &str, column: Option<&'static str>) -> usize {
        let known = self.slots.iter().position(|slot| slot.name == name);
        known.unwrap_or_else(|| {
            self.slots.push(Slot { name: name.to_owned(), column });
            self.slots.len() - 1
        })
    }

    fn field_of(
        &mut self,
        column: &Column,
        filled: &ColumnSource,
        source: &Source,
        data: &Path,
    ) -> Result<Field> {
        let key = format!("sources.{}.columns.{}", self.table.name(), column.name);
        let fill = match (&filled.constant, filled.from.as_slice()) {
            (Some(text), _) => Fill::Constant(text.as_bytes().trim_ascii().into()),
            (None, []) if filled.first_account => Fill::FirstAccount,
            (None, []) => return Err(Error::usage(format!("`{key}` is filled from nothing"))),
            (None, [name]) => Fill::Column(self.slot(name, Some(column.name))),
            (None, names) => {
                Fill::Joined(names.iter().map(|name| self.slot(name, Some(column.name))).collect())
            }
        };
        let codes = match column.reading {
            Reading::Code(known) => {
                Some(CodeTable::new(&key, &filled.codes, known, filled.from.len().max(1))?)
            }
            _ => None,
        };
        let lookup = match &filled.lookup {
            Some(lookup) if matches!(fill, Fill::Column(_)) => {
                let (table, delivery) = LookupTable::read(lookup, (self.table, source), data, &self.missing)?;
                self.lookups.push(delivery);
                Some(table)
            }
            Some(_) => return Err(Error::usage(format!("`{key}.lookup` needs exactly one `from`"))),
            None => None,
        };
        Ok(Field {
            name: column.name,
            label: if filled.from.is_empty() { column.name.to_owned() } else { filled.from.join("|") },
            fill,
            format: filled.format.unwrap_or(source.date_format),
            sign: self.sign(&filled.sign),
            codes,
            lookup,
        })
    }

    fn sign(&mut self, sign: &Sign) -> SignRule {
        match sign {
            Sign::AsIs => SignRule::AsIs,
            Sign::Negated => SignRule::Negated,
            Sign::NegativeWhere { column, values } => SignRule::NegativeWhere {
                slot: self.slot(column, None),
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
