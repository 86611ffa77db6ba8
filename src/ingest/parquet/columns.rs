//! One column of a batch in a shape that cells are read from.
//!
//! Reads: an Arrow array of a type that `layout` let through. Grain: one value. Never: copies a text.

use super::entries::Entries;
use crate::date::Date;
use crate::ingest::cell::{Cell, Reason, text_cell};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimeUnit};
use std::sync::Arc;

/// A column's values.
pub enum Values {
    /// Numbers of dictionary entries.
    Coded(ScalarBuffer<i32>, Arc<Entries>),
    Text(StringViewArray),
    Integer(ScalarBuffer<i64>),
    Float(ScalarBuffer<f64>),
    Decimal(ScalarBuffer<i128>, i8),
    Date(ScalarBuffer<i32>),
    /// Units since 1970-01-01 00:00 and how many a second has: of a clock that is not named.
    Local(ScalarBuffer<i64>, i64),
    /// The same in UTC.
    Instant(ScalarBuffer<i64>, i64),
    Boolean(BooleanArray),
}

/// A column of a batch.
pub struct Column {
    pub values: Values,
    nulls: Option<NullBuffer>,
    /// Texts of this batch hold one that no row may have: see `fault`.
    is_suspect: bool,
}

fn units_per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

impl Values {
    /// `None` where the type is not one that is read.
    fn of(array: &ArrayRef, entries: Option<&Arc<Entries>>) -> Option<Self> {
        let to = |kind: &DataType| cast(array, kind).ok();
        Some(match array.data_type() {
            DataType::Utf8View => Values::Text(array.as_string_view_opt()?.clone()),
            DataType::Dictionary(..) => {
                let keys = array.as_dictionary_opt::<Int32Type>()?.keys().values().clone();
                Values::Coded(keys, Arc::clone(entries?))
            }
            DataType::Float32 | DataType::Float64 => {
                Values::Float(to(&DataType::Float64)?.as_primitive_opt::<Float64Type>()?.values().clone())
            }
            DataType::Decimal32(digits, scale)
            | DataType::Decimal64(digits, scale)
            | DataType::Decimal128(digits, scale) => {
                let decimals = to(&DataType::Decimal128(*digits, *scale))?;
                Values::Decimal(decimals.as_primitive_opt::<Decimal128Type>()?.values().clone(), *scale)
            }
            DataType::UInt64 => {
                let decimals = to(&DataType::Decimal128(20, 0))?;
                Values::Decimal(decimals.as_primitive_opt::<Decimal128Type>()?.values().clone(), 0)
            }
            DataType::Date32 => Values::Date(array.as_primitive_opt::<Date32Type>()?.values().clone()),
            DataType::Timestamp(unit, zone) => {
                let units = to(&DataType::Int64)?.as_primitive_opt::<Int64Type>()?.values().clone();
                let per_second = units_per_second(*unit);
                if zone.is_some() {
                    Values::Instant(units, per_second)
                } else {
                    Values::Local(units, per_second)
                }
            }
            DataType::Boolean => Values::Boolean(array.as_boolean_opt()?.clone()),
            kind if kind.is_integer() => {
                Values::Integer(to(&DataType::Int64)?.as_primitive_opt::<Int64Type>()?.values().clone())
            }
            _ => return None,
        })
    }
}

impl Column {
    /// `entries` are those of the array's dictionary, where it has one; `None` where the type is not read.
    pub fn of(array: &ArrayRef, entries: Option<&Arc<Entries>>, field_bytes_max: usize) -> Option<Self> {
        let values = Values::of(array, entries)?;
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        let is_suspect = match &values {
            Values::Coded(_, entries) => entries.is_suspect(),
            // Valid UTF-8 by its type.
            Values::Text(texts) => texts
                .iter()
                .flatten()
                .any(|text| text.len() > field_bytes_max || text.as_bytes().contains(&0)),
            _ => false,
        };
        Some(Self { values, nulls, is_suspect })
    }

    pub fn is_suspect(&self) -> bool {
        self.is_suspect
    }

    #[inline]
    fn is_null(&self, at: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(at))
    }

    /// The customer that the row's dictionary entry names, where he was looked up and found.
    #[inline]
    pub fn customer(&self, at: usize) -> Option<u32> {
        match &self.values {
            Values::Coded(_, entries) => entries.customer(self.entry(at)?),
            _ => None,
        }
    }

    /// The number of the dictionary entry, where the column has a dictionary and the row a value.
    #[inline]
    pub fn entry(&self, at: usize) -> Option<usize> {
        match &self.values {
            Values::Coded(keys, _) if !self.is_null(at) => usize::try_from(keys[at]).ok(),
            _ => None,
        }
    }

    /// What is wrong with a value, whatever it means.
    pub fn wrong(&self, at: usize, field_bytes_max: usize) -> Option<Reason> {
        if self.is_null(at) {
            return None;
        }
        match &self.values {
            Values::Coded(_, entries) => entries.wrong(self.entry(at)?),
            Values::Text(texts) => {
                crate::ingest::text::wrong_text(texts.value(at).as_bytes(), field_bytes_max)
            }
            _ => None,
        }
    }

    #[inline]
    pub fn cell(&self, at: usize, missing: &[Box<[u8]>]) -> Cell<'_> {
        if self.is_null(at) {
            return Cell::Missing;
        }
        match &self.values {
            Values::Coded(keys, entries) => entries.cell(usize::try_from(keys[at]).unwrap_or(usize::MAX)),
            Values::Text(texts) => text_cell(texts.value(at).as_bytes(), missing),
            Values::Integer(numbers) => Cell::Integer(numbers[at]),
            Values::Float(numbers) => Cell::Float(numbers[at]),
            Values::Decimal(numbers, scale) => Cell::Decimal(numbers[at], *scale),
            Values::Date(days) => Cell::Date(Date(days[at])),
            Values::Local(units, per_second) => Cell::Local(units[at].div_euclid(*per_second)),
            Values::Instant(units, per_second) => Cell::Instant(units[at].div_euclid(*per_second)),
            Values::Boolean(values) => Cell::Boolean(values.value(at)),
        }
    }
}
