//! How a bank's exports are mapped to the contract: one [`Source`] per table.
//!
//! Nothing is inferred: a column is read only if the mapping names it, and only as the mapping says.

mod check;
mod column;
mod tolerance;

pub use column::{ColumnSource, Lookup, Sign};
pub use tolerance::{Accept, Tolerance};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// File format of an export; `gzip` or `zstd` around text is recognised by its magic number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Parquet,
}

/// Text encodings that are declared, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum Encoding {
    /// With or without byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// GB18030-2022, and with it GBK and GB2312.
    #[serde(rename = "gb18030")]
    Gb18030,
    /// The byte order mark tells the order of bytes, and must be there.
    #[serde(rename = "utf-16")]
    Utf16,
    /// Little-endian, with or without byte order mark.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// Big-endian, with or without byte order mark.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    /// As the configuration writes it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Gb18030 => "gb18030",
            Encoding::Utf16 => "utf-16",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
        }
    }
}

/// Where one contract table comes from.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// File names inside the drop folder; `*` stands for any run of characters.
    pub files: String,
    /// What the files are: `csv` or `parquet`.
    pub format: Format,
    /// What stands between fields: one ASCII character. Text only.
    #[serde(default = "comma")]
    pub separator: char,
    /// The character set of text files; a byte that it does not have quarantines its row.
    #[serde(default)]
    pub encoding: Encoding,
    /// Texts that mean "no value", compared after trimming; the empty text always does.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Format of date columns that name none.
    #[serde(default)]
    pub date_format: DateFormat,
    /// IANA name of the zone whose dates count, such as `Asia/Shanghai`. Timestamps with an offset and epoch times are
    /// instants that count on their date there; timestamps without offset are local times there, and are quarantined
    /// where that zone's clocks skip or repeat them. Without it timestamps with an offset are quarantined, and epoch
    /// times count on their date in UTC.
    pub time_zone: Option<String>,
    /// Ways of writing numbers that are read besides plain digits with a decimal point, for all columns of the table.
    #[serde(default)]
    pub accept: Vec<Tolerance>,
    /// The last row of a file that is no row of the table but their total.
    pub trailer: Option<Trailer>,
    /// The file that tells that a delivery is complete, and what is in it.
    pub control: Option<Control>,
    /// How many days older than the night the newest delivery may be.
    pub fresh_within_days: Option<i32>,
    /// The contract column whose dates must be the date in the file's name, such as `booked_on`.
    pub date_column: Option<String>,
    /// What a day without a delivery does, where the files' names have dates and follow a rhythm.
    #[serde(default)]
    pub gaps: Gaps,
    /// Whether the bank's own ids of more than 15 digits end in zeros; where they do not, a file full of such ids went
    /// through a spreadsheet and is refused.
    #[serde(default)]
    pub rounded_ids: bool,
    /// Whether a file may hold a header and no row.
    #[serde(default)]
    pub allowed_empty: bool,
    /// Whether the rows of a delivery are compared with the median of those before it; they are where nothing is said.
    pub volume: Option<bool>,
    /// Contract column -> how to read it.
    pub columns: BTreeMap<String, ColumnSource>,
}

fn comma() -> char {
    ','
}

/// What a missing day does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gaps {
    /// The night goes on and says so.
    #[default]
    Warn,
    /// The night is not complete yet.
    Refuse,
    Ignore,
}

/// A total row at the end of a text file, checked against the rows and counted as none of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trailer {
    /// What the first field of the total row starts with, such as `合计`.
    pub starts_with: String,
    /// The field that holds the number of rows, counted from 1.
    pub rows: Option<usize>,
    /// The field that holds the sum of the table's amounts, counted from 1.
    pub sum: Option<usize>,
}

/// A control file beside every delivered file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name; `{file}` stands for the name of the delivered file, as in `{file}.ctl`.
    pub file: String,
    /// Whether a delivery without it is not complete yet.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// The date formats that exist in exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum DateFormat {
    /// `2024-02-29`.
    #[default]
    #[serde(rename = "YYYY-MM-DD")]
    Iso,
    /// `20240229`.
    #[serde(rename = "YYYYMMDD")]
    Compact,
    /// `930229`; two-digit years are 19YY.
    #[serde(rename = "YYMMDD")]
    ShortCompact,
    /// `2024/2/29`.
    #[serde(rename = "YYYY/M/D")]
    Slashes,
    /// `24/2/29`; two-digit years are 20YY.
    #[serde(rename = "YY/M/D")]
    ShortSlashes,
    /// `29/02/24`; two-digit years are 20YY.
    #[serde(rename = "DD/MM/YY")]
    DayFirst,
    /// `2024年2月29日`.
    #[serde(rename = "YYYY年M月D日")]
    Chinese,
    /// `YYYY-MM-DD`, a space or `T`, and a time of day, whose date counts, with or without offset (see `time_zone`); or
    /// a Parquet timestamp.
    #[serde(rename = "timestamp")]
    Timestamp,
    /// Czech birth number `YYMMDD`, 50 added to the month for women; two-digit years are 19YY.
    #[serde(rename = "birth_number")]
    BirthNumber,
    /// Days in Excel's 1900 system, as in `45351`; 60, the 29 February 1900 that never was, is refused.
    #[serde(rename = "excel_serial")]
    ExcelSerial,
    /// The same with a fraction of a day, as in `45351.5`, whose date counts.
    #[serde(rename = "excel_timestamp")]
    ExcelTimestamp,
    /// Whole seconds since 1970-01-01 00:00 UTC (see `time_zone`).
    #[serde(rename = "epoch_seconds")]
    EpochSeconds,
    /// Whole milliseconds since 1970-01-01 00:00 UTC (see `time_zone`).
    #[serde(rename = "epoch_millis")]
    EpochMillis,
}
