//! One Parquet export to typed rows, row group by row group.
//!
//! Reads: the mapped columns only. Grain: one row. Never: panics on a damaged file, reads a type it was not made for.

use super::build::{Build, FileRows, Memo, Piece};
use super::cell::{Cell, Fault, Row, text_cell};
use super::decode::Progress;
use super::mapping::Slot;
use super::table::Job;
use super::{header, records};
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::exports;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, GenericStringArray, Int64Array,
    RecordBatch, StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, Schema, TimeUnit};
use arrow::util::display::array_value_to_string;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

const SECONDS_PER_DAY: i64 = 86_400;

/// A column of a batch, in one of the shapes that a cell can be read from.
enum Column {
    Text(GenericStringArray<i32>),
    LargeText(GenericStringArray<i64>),
    TextView(StringViewArray),
    Integer(Int64Array),
    Float(Float64Array),
    Decimal(Decimal128Array, i8),
    Date(arrow::array::Date32Array),
    /// Units since 1970-01-01, and how many of them a day has.
    Timestamp(Int64Array, i64),
    Boolean(BooleanArray),
}

/// A row of a batch seen through the mapping.
struct ArrowRow<'a> {
    columns: &'a [Column],
    at: usize,
    missing: &'a [Box<[u8]>],
}

impl Row for ArrowRow<'_> {
    fn cell(&self, slot: usize) -> Cell<'_> {
        self.columns[slot].cell(self.at, self.missing)
    }
}

/// Reads one Parquet export.
pub fn read<B: Build>(job: &Job<'_, B>, progress: Progress<'_>) -> Result<FileRows<B::Row>> {
    let mut file = exports::open(job.export)?;
    let digest = exports::digest(job.export, &mut file)?;
    if job.export.bytes == 0 {
        return Err(job.refuse("is empty (0 bytes)").hint("deliver the file again"));
    }
    let attempt = catch_unwind(AssertUnwindSafe(|| read_groups(job, &file)));
    let piece = attempt.unwrap_or_else(|_| Err(job.damaged()))?;
    progress(job.export.bytes);
    Ok(FileRows { piece, bytes: job.export.bytes, digest })
}

/// All row groups, several at a time, put together in their order.
fn read_groups<B: Build>(job: &Job<'_, B>, file: &exports::ExportFile) -> Result<Piece<B::Row>> {
    let metadata = ArrowReaderMetadata::load(file, Default::default()).map_err(|cause| job.unread(cause))?;
    let layout = job.columns(metadata.schema())?;
    let counts: Vec<i64> = metadata.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    let read = |group: usize| read_group(job, &metadata, &layout, group);
    let groups: Vec<Result<Piece<B::Row>>> = (0..counts.len()).into_par_iter().map(read).collect();
    let mut whole = Piece::new(&job.export.name);
    for group in groups {
        let rows_before = whole.tally.rows;
        whole.append(group?, rows_before);
        job.check_refused(&mut whole, "row")?;
    }
    let expected: i64 = counts.iter().sum();
    if u64::try_from(expected) == Ok(whole.tally.rows) { Ok(whole) } else { Err(job.damaged()) }
}

/// Where the mapped columns are: in the schema, and of each slot in the projected batch.
struct Layout {
    in_schema: Vec<usize>,
    in_batch: Vec<usize>,
}

fn read_group<B: Build>(
    job: &Job<'_, B>,
    metadata: &ArrowReaderMetadata,
    layout: &Layout,
    group: usize,
) -> Result<Piece<B::Row>> {
    let file = exports::open(job.export)?;
    let roots = layout.in_schema.iter().copied();
    let mask = ProjectionMask::roots(metadata.metadata().file_metadata().schema_descr(), roots);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
        .with_row_groups(vec![group])
        .with_projection(mask)
        .with_batch_size(8192)
        .build()
        .map_err(|cause| job.unread(cause))?;
    let mut piece = Piece::new(&job.export.name);
    let mut memo = Memo::default();
    for batch in reader {
        let batch = batch.map_err(|cause| job.unread(cause))?;
        read_batch(job, layout, &batch, &mut piece, &mut memo)?;
    }
    Ok(piece)
}

fn read_batch<B: Build>(
    job: &Job<'_, B>,
    layout: &Layout,
    batch: &RecordBatch,
    piece: &mut Piece<B::Row>,
    memo: &mut Memo,
) -> Result<()> {
    let columns: Vec<Column> = layout
        .in_batch
        .iter()
        .map(|at| Column::of(batch.column(*at)).ok_or_else(|| job.damaged()))
        .collect::<Result<_>>()?;
    let suspects: Vec<usize> =
        (0..columns.len()).filter(|slot| columns[*slot].is_suspect(job.limits.field_bytes_max)).collect();
    for at in 0..batch.num_rows() {
        let row = ArrowRow { columns: &columns, at, missing: &job.mapping.missing };
        let line = piece.tally.rows + 1;
        let place = || (line, job.raw(layout, batch, at));
        match suspects.iter().find_map(|slot| job.text_fault(&columns[*slot], *slot, at)) {
            None => piece.take(job.builder, &row, memo, job.delivery, place),
            Some(fault) => piece.reject(job.builder, &row, fault, None, place),
        }
    }
    Ok(())
}

impl<B: Build> Job<'_, B> {
    fn damaged(&self) -> Error {
        self.refuse("is damaged or no Parquet file").hint("deliver the file again")
    }

    /// The cause may quote the file, and so is escaped.
    fn unread(&self, cause: impl std::error::Error) -> Error {
        self.damaged().caused_by(std::io::Error::other(cause.to_string().escape_debug().to_string()))
    }

    /// Finds the mapped columns by name and refuses types that are not read.
    fn columns(&self, schema: &Schema) -> Result<Layout> {
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let find = |slot: &Slot| header::position(self.export, &names, slot, &self.mapping.slots);
        let places: Vec<usize> = self.mapping.slots.iter().map(find).collect::<Result<_>>()?;
        for place in &places {
            let field = schema.field(*place);
            if !is_read(field.data_type()) {
                let (name, kind) = (field.name().escape_debug(), field.data_type().to_string());
                let what = format!("has column `{name}` of type {}, which is not read", kind.escape_debug());
                return Err(self
                    .refuse(&what)
                    .hint("export it as text, number, decimal, date, timestamp in UTC or boolean"));
            }
        }
        let mut in_schema = places.clone();
        in_schema.sort_unstable();
        in_schema.dedup();
        let in_batch = places.iter().map(|place| in_schema.partition_point(|other| other < place)).collect();
        Ok(Layout { in_schema, in_batch })
    }

    /// The mapped columns of a row as text.
    fn raw(&self, layout: &Layout, batch: &RecordBatch, at: usize) -> String {
        let text = |column: &usize| {
            let value = batch.column(*column).slice(at, 1);
            // The zone is UTC or none; arrow prints zones only with a database of them.
            let value = match value.data_type() {
                DataType::Timestamp(unit, Some(_)) => {
                    cast(&value, &DataType::Timestamp(*unit, None)).unwrap_or(value)
                }
                _ => value,
            };
            array_value_to_string(&value, 0).unwrap_or_default()
        };
        let texts: Vec<String> = layout.in_batch.iter().map(text).collect();
        records::written(
            texts.iter().map(String::as_bytes),
            self.mapping.separator,
            self.limits.field_bytes_max,
        )
    }

    fn text_fault(&self, column: &Column, slot: usize, at: usize) -> Option<Fault> {
        let text = column.bytes(at)?;
        let max = self.limits.field_bytes_max;
        let reason = super::text::wrong_text(text, max)?;
        Some(Fault::Row(self.mapping.slots[slot].name.clone(), reason))
    }
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "UTC" | "+00:00" | "Z" | "Etc/UTC")
}

fn is_read(kind: &DataType) -> bool {
    use DataType::{
        Boolean, Date32, Decimal128, Dictionary, Float32, Float64, LargeUtf8, Timestamp, Utf8, Utf8View,
    };
    match kind {
        Utf8 | LargeUtf8 | Utf8View | Float32 | Float64 | Date32 | Decimal128(..) | Boolean => true,
        Dictionary(_, values) => matches!(**values, Utf8 | LargeUtf8 | Utf8View),
        Timestamp(_, zone) => zone.as_deref().is_none_or(is_utc),
        kind => kind.is_integer(),
    }
}

fn units_per_day(unit: TimeUnit) -> i64 {
    SECONDS_PER_DAY
        * match unit {
            TimeUnit::Second => 1,
            TimeUnit::Millisecond => 1_000,
            TimeUnit::Microsecond => 1_000_000,
            TimeUnit::Nanosecond => 1_000_000_000,
        }
}

impl Column {
    /// The column in a shape that cells are read from; types were checked before.
    fn of(array: &ArrayRef) -> Option<Self> {
        let to = |kind: &DataType| cast(array, kind).ok();
        Some(match array.data_type() {
            DataType::Utf8 => Column::Text(array.as_string_opt::<i32>()?.clone()),
            DataType::LargeUtf8 => Column::LargeText(array.as_string_opt::<i64>()?.clone()),
            DataType::Utf8View => Column::TextView(array.as_string_view_opt()?.clone()),
            DataType::Dictionary(..) => {
                Column::LargeText(to(&DataType::LargeUtf8)?.as_string_opt::<i64>()?.clone())
            }
            DataType::Float32 | DataType::Float64 => {
                Column::Float(to(&DataType::Float64)?.as_primitive_opt::<Float64Type>()?.clone())
            }
            DataType::Decimal128(_, scale) => {
                Column::Decimal(array.as_primitive_opt::<Decimal128Type>()?.clone(), *scale)
            }
            DataType::UInt64 => {
                let decimals = to(&DataType::Decimal128(20, 0))?;
                Column::Decimal(decimals.as_primitive_opt::<Decimal128Type>()?.clone(), 0)
            }
            DataType::Date32 => Column::Date(array.as_primitive_opt::<Date32Type>()?.clone()),
            DataType::Timestamp(unit, _) => {
                let units = to(&DataType::Int64)?;
                Column::Timestamp(units.as_primitive_opt::<Int64Type>()?.clone(), units_per_day(*unit))
            }
            DataType::Boolean => Column::Boolean(array.as_boolean_opt()?.clone()),
            kind if kind.is_integer() => {
                Column::Integer(to(&DataType::Int64)?.as_primitive_opt::<Int64Type>()?.clone())
            }
            _ => return None,
        })
    }

    fn array(&self) -> &dyn Array {
        match self {
            Column::Text(array) => array,
            Column::LargeText(array) => array,
            Column::TextView(array) => array,
            Column::Integer(array) | Column::Timestamp(array, _) => array,
            Column::Float(array) => array,
            Column::Decimal(array, _) => array,
            Column::Date(array) => array,
            Column::Boolean(array) => array,
        }
    }

    /// The text of a cell, where the column holds texts.
    fn bytes(&self, at: usize) -> Option<&[u8]> {
        if self.array().is_null(at) {
            return None;
        }
        match self {
            Column::Text(array) => Some(array.value(at).as_bytes()),
            Column::LargeText(array) => Some(array.value(at).as_bytes()),
            Column::TextView(array) => Some(array.value(at).as_bytes()),
            _ => None,
        }
    }

    fn cell(&self, at: usize, missing: &[Box<[u8]>]) -> Cell<'_> {
        if self.array().is_null(at) {
            return Cell::Missing;
        }
        match self {
            Column::Integer(array) => Cell::Integer(array.value(at)),
            Column::Float(array) => Cell::Float(array.value(at)),
            Column::Decimal(array, scale) => Cell::Decimal(array.value(at), *scale),
            Column::Date(array) => Cell::Date(Date(array.value(at))),
            Column::Timestamp(array, units) => {
                Cell::Timestamp(date_of_days(array.value(at).div_euclid(*units)))
            }
            Column::Boolean(array) => Cell::Boolean(array.value(at)),
            Column::Text(_) | Column::LargeText(_) | Column::TextView(_) => {
                text_cell(self.bytes(at).unwrap_or_default(), missing)
            }
        }
    }

    /// Whether a text of this column has to be looked at for NUL bytes and its length.
    fn is_suspect(&self, field_bytes_max: usize) -> bool {
        let texts = (0..self.array().len()).filter_map(|at| self.bytes(at));
        texts.into_iter().any(|text| super::text::wrong_text(text, field_bytes_max).is_some())
    }
}

/// Days beyond the calendar become the farthest day, which is refused as outside the years that are read.
fn date_of_days(days: i64) -> Date {
    Date(i32::try_from(days).unwrap_or(i32::MAX))
}
