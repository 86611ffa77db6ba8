//! The one bridge from polars frames to Arrow batches: types, units and descriptions from the schema.
//!
//! Copies each column once: polars 0.55 and arrow-rs share no memory interface. NaN becomes null, whole minor
//! units become `Decimal(18,2)`.

use crate::date::Date;
use crate::error::{Error, Result};
use crate::schema::{Field, TableSchema, Type};
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray,
};
use arrow::datatypes::{DataType, Field as ArrowField, Schema};
use polars::prelude::{Column, DataFrame};
use std::collections::HashMap;
use std::sync::Arc;

/// Digits and decimals of published money.
const PRECISION: u8 = 18;
const SCALE: i8 = 2;

/// One batch of a published table, with `as_of_date` added as its first column.
///
/// # Errors
/// Kind `Internal` if the frame breaks the schema.
pub fn batch(schema: &TableSchema, frame: &DataFrame, as_of: Date) -> Result<RecordBatch> {
    schema.check(frame)?;
    let dates: ArrayRef = Arc::new(Date32Array::from(vec![as_of.0; frame.height()]));
    let as_of_date =
        Field { name: "as_of_date", kind: Type::Date, unit: "", description: "Date of the night" };
    let mut fields = vec![arrow_field(&as_of_date)];
    let mut arrays = vec![dates];
    for (field, column) in (schema.fields)().iter().zip(frame.columns()) {
        fields.push(arrow_field(field));
        arrays.push(array(field, column)?);
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn arrow_field(field: &Field) -> ArrowField {
    let mut metadata = HashMap::from([("description".to_owned(), field.description.to_owned())]);
    if !field.unit.is_empty() {
        metadata.insert("unit".to_owned(), field.unit.to_owned());
    }
    ArrowField::new(field.name, arrow_type(field.kind), true).with_metadata(metadata)
}

fn arrow_type(kind: Type) -> DataType {
    match kind {
        Type::String => DataType::Utf8,
        Type::Int32 => DataType::Int32,
        Type::Int64 => DataType::Int64,
        Type::Float64 => DataType::Float64,
        Type::Boolean => DataType::Boolean,
        Type::Date => DataType::Date32,
        Type::Money => DataType::Decimal128(PRECISION, SCALE),
    }
}

fn array(field: &Field, column: &Column) -> Result<ArrayRef> {
    Ok(match field.kind {
        Type::String => Arc::new(column.str()?.iter().collect::<StringArray>()),
        Type::Int32 => Arc::new(column.i32()?.iter().collect::<Int32Array>()),
        Type::Int64 => Arc::new(column.i64()?.iter().collect::<Int64Array>()),
        Type::Float64 => {
            let finite = column.f64()?.iter().map(|value| value.filter(|value| value.is_finite()));
            Arc::new(finite.collect::<Float64Array>())
        }
        Type::Boolean => Arc::new(column.bool()?.iter().collect::<BooleanArray>()),
        Type::Date => Arc::new(column.date()?.physical().iter().collect::<Date32Array>()),
        Type::Money => {
            let minor = column.i64()?.iter().map(|value| value.map(i128::from));
            let money = minor.collect::<Decimal128Array>().with_precision_and_scale(PRECISION, SCALE)?;
            money.validate_decimal_precision(PRECISION).map_err(|cause| {
                Error::internal(format!(
                    "column `{}` holds an amount beyond Decimal({PRECISION},{SCALE})",
                    field.name
                ))
                .caused_by(cause)
            })?;
            Arc::new(money)
        }
    })
}
