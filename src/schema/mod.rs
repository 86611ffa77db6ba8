//! Every column of every published table: name, type, unit and meaning, in one place; beside it what a bank writes, the
//! configuration and the data contract, as documents.
//!
//! Stages check their frames against it, `publish` types the files by it, the data dictionary is printed
//! from it. Frames carry money as whole minor units (`Int64`) and missing figures as NaN; the files carry
//! `Decimal(18,2)` and null.

mod configuration;
mod contract;
mod dictionary;
mod lists;
mod meanings;
mod statistics;
mod tables;

pub use configuration::configuration_json;
pub use contract::contract_markdown;
pub use dictionary::data_dictionary;
pub use lists::{ASSIGNMENTS, CROSS_SELL, EFFECTS, LIST_FILES, MANAGERS, SUPPRESSIONS, TARGETS};
pub use statistics::STATISTICS;
pub use tables::{
    BACKTEST, BACKTEST_CALIBRATION, BACKTEST_CROSS_SELL, BACKTESTS, CHURN, FEATURES, MOVEMENTS, OUTCOMES,
    REJECTS, SEGMENTS, TABLES,
};

use crate::error::{Error, Result};
use polars::prelude::{DataFrame, DataType};

/// Raised when a column changes its name, type or meaning; stands in every file's metadata.
pub const SCHEMA_VERSION: u32 = 1;

/// Published types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    String,
    Int32,
    Int64,
    Float64,
    Boolean,
    Date,
    /// `Decimal(18,2)` in files, whole minor units in frames.
    Money,
}

impl Type {
    /// What a frame carries for it.
    pub fn in_frames(self) -> DataType {
        match self {
            Type::String => DataType::String,
            Type::Int32 => DataType::Int32,
            Type::Int64 | Type::Money => DataType::Int64,
            Type::Float64 => DataType::Float64,
            Type::Boolean => DataType::Boolean,
            Type::Date => DataType::Date,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Type::String => "String",
            Type::Int32 => "Int32",
            Type::Int64 => "Int64",
            Type::Float64 => "Float64",
            Type::Boolean => "Boolean",
            Type::Date => "Date",
            Type::Money => "Decimal(18,2)",
        }
    }
}

/// One published column.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub kind: Type,
    /// Empty where there is none.
    pub unit: &'static str,
    pub description: &'static str,
}

/// One published table. `as_of_date` is added to each when it is written.
#[derive(Debug, Clone, Copy)]
pub struct TableSchema {
    pub name: &'static str,
    pub description: &'static str,
    /// Columns that the rows are sorted by.
    pub key: &'static [&'static str],
    pub fields: fn() -> Vec<Field>,
}

impl TableSchema {
    /// Whether `frame` has exactly these columns, in order and of these types.
    ///
    /// # Errors
    /// Kind `Internal`: a stage that builds another frame is a fault of ours.
    pub fn check(&self, frame: &DataFrame) -> Result<()> {
        let fields = (self.fields)();
        let wanted: Vec<(&str, DataType)> =
            fields.iter().map(|field| (field.name, field.kind.in_frames())).collect();
        let found: Vec<(&str, DataType)> =
            frame.columns().iter().map(|column| (column.name().as_str(), column.dtype().clone())).collect();
        match wanted.iter().zip(&found).find(|(wanted, found)| wanted != found) {
            Some((wanted, found)) => {
                Err(Error::internal(format!("table `{}`: expected {wanted:?}, found {found:?}", self.name)))
            }
            None if wanted.len() == found.len() => Ok(()),
            None => Err(Error::internal(format!(
                "table `{}`: {} columns where {} are promised",
                self.name,
                found.len(),
                wanted.len()
            ))),
        }
    }
}
