//! Rows and columns of a published table, by name: the rows of one customer, or whole columns of everybody.
//!
//! Reads: one open Parquet file; of a customer, only the pages in which his rows lie. Produces Arrow batches. Never:
//! fails on a column that a night does not have, since older and newer nights have fewer or more.

use super::figure::{Figure, Missing};
use crate::date::Date;
use crate::money::Money;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::compute::kernels::cmp::eq;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Field, Float64Type, Int32Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::PageIndexPolicy;
use std::fs::File;

/// The column that every table of customers has.
const CUSTOMER_ID: &str = "customer_id";

/// The rows of one customer in one table, in their order.
#[derive(Debug)]
pub struct Rows(RecordBatch);

impl Rows {
    /// Decodes `customer_id` of everybody, and of the other columns the pages of his rows.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no table of customers.
    pub fn read(file: File, customer: &str) -> Result<Self> {
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
        let schema = builder.schema().clone();
        if !schema.field_with_name(CUSTOMER_ID).is_ok_and(|field| *field.data_type() == DataType::Utf8) {
            return Err(ParquetError::General(format!("no text column `{CUSTOMER_ID}`")));
        }
        let wanted = StringArray::new_scalar(customer);
        let ids = ProjectionMask::columns(builder.parquet_schema(), [CUSTOMER_ID]);
        let is_his = ArrowPredicateFn::new(ids, move |batch| eq(batch.column(0), &wanted));
        let reader = builder.with_row_filter(RowFilter::new(vec![Box::new(is_his)])).build()?;
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(Self(concat_batches(&schema, &batches)?))
    }

    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.0.num_rows()).map(|at| Row { batch: &self.0, at })
    }

    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }
}

/// Whole columns of everybody, those of `names` that the table has.
///
/// # Errors
/// Where the file cannot be read.
pub fn columns<'a>(file: File, names: impl IntoIterator<Item = &'a str>) -> Result<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let reader = builder.with_projection(mask).build()?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

/// One row, its cells by name.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    batch: &'a RecordBatch,
    at: usize,
}

impl<'a> Row<'a> {
    /// `None` where the cell is null, or the table has no such column.
    pub fn get<T: Cell>(self, column: &str) -> Option<T> {
        T::of(self.batch.column_by_name(column)?, self.at)
    }

    /// The cell as a figure, which a null leaves missing for `null_because`.
    pub fn figure<T: Cell>(self, column: &str, null_because: Missing) -> Figure<T> {
        let is_published = self.batch.column_by_name(column).is_some();
        Figure::of(self.get(column), if is_published { null_because } else { Missing::NotPublished })
    }

    /// Every column with its cell.
    pub fn cells(self) -> impl Iterator<Item = (&'a Field, serde_json::Value)> {
        let fields = self.batch.schema_ref().fields().iter().map(AsRef::as_ref);
        fields.zip(self.batch.columns()).map(move |(field, array)| (field, plain(array, self.at)))
    }
}

/// A cell as JSON has it; null where it is null or of a type that no table has.
fn plain(array: &ArrayRef, at: usize) -> serde_json::Value {
    let text = || String::of(array, at).map(Into::into);
    let date = || Date::of(array, at).map(|date| date.to_string().into());
    let number = || f64::of(array, at).map(Into::into).or_else(|| i64::of(array, at).map(Into::into));
    let flag = || bool::of(array, at).map(Into::into);
    text().or_else(date).or_else(number).or_else(flag).unwrap_or_default()
}

/// What a cell can be read as; `None` where it is null or of another type.
pub trait Cell: Sized {
    fn of(array: &ArrayRef, at: usize) -> Option<Self>;
}

impl Cell for String {
    fn of(array: &ArrayRef, at: usize) -> Option<Self> {
        let array = array.as_string_opt::<i32>()?;
        array.is_valid(at).then(|| array.value(at).to_owned())
    }
}

/// Floats, and money in currency units.
impl Cell for f64 {
    fn of(array: &ArrayRef, at: usize) -> Option<Self> {
        if array.is_null(at) {
            return None;
        }
        let float = array.as_primitive_opt::<Float64Type>().map(|array| array.value(at));
        let money = || {
            let minor = array.as_primitive_opt::<Decimal128Type>()?.value(at);
            i64::try_from(minor).ok().map(|minor| Money(minor).to_units())
        };
        float.or_else(money)
    }
}

impl Cell for i64 {
    fn of(array: &ArrayRef, at: usize) -> Option<Self> {
        if array.is_null(at) {
            return None;
        }
        let wide = array.as_primitive_opt::<Int64Type>().map(|array| array.value(at));
        wide.or_else(|| array.as_primitive_opt::<Int32Type>().map(|array| array.value(at).into()))
    }
}

impl Cell for bool {
    fn of(array: &ArrayRef, at: usize) -> Option<Self> {
        let array = array.as_boolean_opt()?;
        array.is_valid(at).then(|| array.value(at))
    }
}

impl Cell for Date {
    fn of(array: &ArrayRef, at: usize) -> Option<Self> {
        let array = array.as_primitive_opt::<Date32Type>()?;
        array.is_valid(at).then(|| Date(array.value(at)))
    }
}
