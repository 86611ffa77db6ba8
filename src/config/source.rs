//! How a bank's exports are mapped to the contract: one [`Source`] per table.
//!
//! Nothing is inferred: a column is read only if the mapping names it, and only as the mapping says.

use crate::contract::tables::{Reading, Table};
use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// File format of an export; `gzip` around text is recognised by its magic number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Parquet,
}

/// Text encodings that are declared, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "gb18030")]
    Gb18030,
}

/// Where one contract table comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// File names inside the drop folder; `*` stands for any run of characters.
    pub files: String,
    pub format: Format,
    /// One ASCII character.
    #[serde(default = "comma")]
    pub separator: char,
    #[serde(default)]
    pub encoding: Encoding,
    /// Texts that mean "no value", compared after trimming; the empty text always does.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Format of date columns that name none: `YYYY-MM-DD`, `YYYYMMDD`, `YYMMDD`, `YYYY/M/D`, `timestamp`.
    #[serde(default)]
    pub date_format: DateFormat,
    /// Contract column -> how to read it.
    pub columns: BTreeMap<String, ColumnSource>,
}

fn comma() -> char {
    ','
}

/// The date formats that exist in exports we have met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum DateFormat {
    #[default]
    #[serde(rename = "YYYY-MM-DD")]
    Iso,
    #[serde(rename = "YYYYMMDD")]
    Compact,
    /// Two-digit years are 19YY.
    #[serde(rename = "YYMMDD")]
    ShortCompact,
    #[serde(rename = "YYYY/M/D")]
    Slashes,
    /// `YYYY-MM-DD` followed by a time of day without offset, whose date counts; or a Parquet timestamp.
    #[serde(rename = "timestamp")]
    Timestamp,
    /// Czech birth number `YYMMDD`, 50 added to the month for women; two-digit years are 19YY.
    #[serde(rename = "birth_number")]
    BirthNumber,
}

/// How one contract column is filled. Text in the configuration is short for `{ from = "…" }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "ColumnSourceText")]
pub struct ColumnSource {
    /// Source columns; several are joined with `|` and need `codes`.
    pub from: Vec<String>,
    /// The same text for every row, in place of `from`.
    pub constant: Option<String>,
    /// Date columns: overrides the source's `date_format`.
    pub format: Option<DateFormat>,
    /// Source text -> contract code. `*` stands for any value of one joined column; the entry with the
    /// fewest `*` wins. Without it the export must carry contract codes.
    pub codes: BTreeMap<String, String>,
    /// Money columns: how the sign is found.
    pub sign: Sign,
    /// Text that follows from another file: the value of `from` is looked up there.
    pub lookup: Option<Lookup>,
    /// `customers.opened_on` only: the earliest `opened_on` among the customer's accounts.
    pub first_account: bool,
}

/// A column of another text file, found by key. Same separator, encoding and missing texts as the source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    pub file: String,
    pub key: String,
    pub value: String,
}

/// How the sign of an amount is found.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Sign {
    /// As written.
    #[default]
    AsIs,
    /// The opposite of what is written.
    Negated,
    /// Written without sign; negative where `column` has one of these texts.
    NegativeWhere { column: String, values: Vec<String> },
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a column name, or a table with `from` or `constant`")]
enum ColumnSourceText {
    Name(String),
    Full(FullColumnSource),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullColumnSource {
    from: Option<OneOrMany>,
    constant: Option<String>,
    format: Option<DateFormat>,
    #[serde(default)]
    codes: BTreeMap<String, String>,
    #[serde(default)]
    negate: bool,
    negative_where: Option<NegativeWhere>,
    lookup: Option<Lookup>,
    #[serde(default)]
    first_account: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NegativeWhere {
    column: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<ColumnSourceText> for ColumnSource {
    fn from(text: ColumnSourceText) -> Self {
        let full = match text {
            ColumnSourceText::Name(name) => return Self::named(name),
            ColumnSourceText::Full(full) => full,
        };
        let from = match full.from {
            None => Vec::new(),
            Some(OneOrMany::One(name)) => vec![name],
            Some(OneOrMany::Many(names)) => names,
        };
        let sign = match (full.negative_where, full.negate) {
            (Some(rule), _) => Sign::NegativeWhere { column: rule.column, values: rule.values },
            (None, true) => Sign::Negated,
            (None, false) => Sign::AsIs,
        };
        Self {
            from,
            constant: full.constant,
            format: full.format,
            codes: full.codes,
            sign,
            lookup: full.lookup,
            first_account: full.first_account,
        }
    }
}

impl ColumnSource {
    /// Reads the source column `name` as it is.
    pub fn named(name: String) -> Self {
        Self {
            from: vec![name],
            constant: None,
            format: None,
            codes: BTreeMap::new(),
            sign: Sign::AsIs,
            lookup: None,
            first_account: false,
        }
    }
}

impl Source {
    /// Checks a mapping against the contract: known columns, all required ones, codes that exist.
    ///
    /// # Errors
    /// Kind `Usage`, naming the key and the nearest column of the contract.
    pub fn check(&self, table: Table) -> Result<()> {
        if !self.separator.is_ascii() {
            return Err(Error::usage(format!(
                "`sources.{}.separator` must be one ASCII character",
                table.name()
            )));
        }
        for (name, column) in &self.columns {
            check_column(table, name, column)?;
        }
        for wanted in table.columns().iter().filter(|column| column.required) {
            if !self.columns.contains_key(wanted.name) {
                let key = format!("sources.{}.columns.{}", table.name(), wanted.name);
                return Err(Error::usage(format!("`{key}` is missing"))
                    .hint(format!("name the export's column: `{} = \"…\"`", wanted.name)));
            }
        }
        let has_owner = self.columns.contains_key("customer_id") || self.columns.contains_key("account_id");
        if matches!(table, Table::Transactions | Table::Holdings) && !has_owner {
            return Err(Error::usage(format!(
                "`sources.{}.columns` maps neither `customer_id` nor `account_id`",
                table.name()
            )));
        }
        Ok(())
    }
}

fn check_column(table: Table, name: &str, column: &ColumnSource) -> Result<()> {
    let key = format!("sources.{}.columns.{name}", table.name());
    let Some(contract) = table.columns().iter().find(|known| known.name == name) else {
        let error = Error::usage(format!("`{key}` is not a column of the contract"));
        return Err(match super::nearest(name, table.columns().iter().map(|known| known.name)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        });
    };
    let given = usize::from(!column.from.is_empty())
        + usize::from(column.constant.is_some())
        + usize::from(column.first_account);
    if given != 1 {
        return Err(Error::usage(format!(
            "`{key}` needs exactly one of `from`, `constant` and `first_account`"
        )));
    }
    if column.first_account && (table, name) != (Table::Customers, "opened_on") {
        return Err(Error::usage(format!(
            "`{key}`: only `customers.opened_on` can follow from the first account"
        )));
    }
    if let Reading::Code(known) = contract.reading {
        for code in column.codes.values().chain(column.constant.iter()) {
            if !known.contains(&code.as_str()) {
                let error = Error::usage(format!("`{key}`: `{code}` is not a code of the contract"));
                return Err(error.hint(format!("one of {}", known.join(", "))));
            }
        }
    } else if !column.codes.is_empty() || column.from.len() > 1 {
        return Err(Error::usage(format!(
            "`{key}`: `codes` and several `from` belong to coded columns only"
        )));
    }
    if column.sign != Sign::AsIs && contract.reading != Reading::Money {
        return Err(Error::usage(format!("`{key}`: `negate` and `negative_where` belong to amounts only")));
    }
    Ok(())
}
