//! How one column of the contract is filled from an export.

use super::{DateFormat, Tolerance};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How one contract column is filled. Text in the configuration is short for `{ from = "…" }`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(from = "ColumnSourceText")]
pub struct ColumnSource {
    /// Source columns; several are joined with `|` and need `codes`.
    pub from: Vec<String>,
    /// Other headers that the only column of `from` may have.
    pub aliases: Vec<String>,
    /// The same text for every row, in place of `from`.
    pub constant: Option<String>,
    /// Texts of this column that mean "no value", in addition to the source's.
    pub missing: Vec<String>,
    /// Date columns: overrides the source's `date_format`.
    pub format: Option<DateFormat>,
    /// Tolerances of this column, in addition to the source's.
    pub accept: Vec<Tolerance>,
    /// Balances and limits: whether one below zero is used rather than quarantined.
    pub allow_negative: bool,
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
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Its name inside the drop folder.
    pub file: String,
    /// The column there that holds the value of `from`.
    pub key: String,
    /// The column there that holds what is wanted.
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

/// The name of the export's column, or a table that says how the column is filled.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a column name, or a table with `from` or `constant`")]
enum ColumnSourceText {
    /// The name of the export's column, which is read as it is.
    Name(String),
    Full(Box<FullColumnSource>),
}

/// How a contract column is filled: exactly one of `from`, `constant` and `first_account`, and what goes with it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FullColumnSource {
    /// The export's column; several are joined with `|` and need `codes`.
    from: Option<OneOrMany>,
    /// Other headers that the only column of `from` may have; the export must have exactly one of all.
    #[serde(default)]
    aliases: Vec<String>,
    /// The same text for every row.
    constant: Option<String>,
    /// Texts of this column that mean "no value", such as `1900-01-01`, in addition to the source's.
    #[serde(default)]
    missing: Vec<String>,
    /// Date columns: overrides the source's `date_format`.
    format: Option<DateFormat>,
    /// Ways of writing numbers that are read, in addition to the source's.
    #[serde(default)]
    accept: Vec<Tolerance>,
    /// Balances and limits: whether one below zero is used rather than quarantined.
    #[serde(default)]
    allow_negative: bool,
    /// Source text -> contract code. `*` stands for any value of one joined column; the entry with the fewest `*` wins.
    /// Without it the export must carry contract codes.
    #[serde(default)]
    codes: BTreeMap<String, String>,
    /// Amounts: the opposite of what is written.
    #[serde(default)]
    negate: bool,
    /// Amounts written without sign: when they are negative.
    negative_where: Option<NegativeWhere>,
    /// The value of `from` is looked up in another file.
    lookup: Option<Lookup>,
    /// `customers.opened_on` only: the earliest `opened_on` among the customer's accounts.
    #[serde(default)]
    first_account: bool,
}

/// Amounts are negative where another column has one of these texts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NegativeWhere {
    /// The export's column that tells the sign.
    column: String,
    /// The texts there that mean a negative amount.
    values: Vec<String>,
}

/// One column name, or several.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// That of the text it is read from.
impl JsonSchema for ColumnSource {
    fn schema_name() -> Cow<'static, str> {
        "ColumnSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ColumnSourceText::json_schema(generator)
    }
}

impl From<ColumnSourceText> for ColumnSource {
    fn from(text: ColumnSourceText) -> Self {
        let full = match text {
            ColumnSourceText::Name(name) => return Self::named(name),
            ColumnSourceText::Full(full) => *full,
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
            aliases: full.aliases,
            constant: full.constant,
            missing: full.missing,
            format: full.format,
            accept: full.accept,
            allow_negative: full.allow_negative,
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
        Self { from: vec![name], ..Self::default() }
    }
}
