//! Versions as the bytes of a Parquet file, and back.
//!
//! Columns: `own_date`, `deliveries` (the set of slots, dictionary-coded), then the fields of the row by their
//! names. The numbers behind the slots stand in the file's metadata. The same table always gives the same bytes.
//! Never: rows out of order or bytes that were damaged taken for a table.

use super::cell::Cell;
use super::delivery_set::DeliverySet;
use super::dimension::Dimension;
use super::pool::Pool;
use super::{Row, Versioned, compare};
use crate::error::{Error, Result};
use crate::seal::parquet as seal;
use arrow::array::{Array, ArrayRef, BinaryArray, DictionaryArray, RecordBatch, UInt32Array};
use arrow::datatypes::{Field, Schema, UInt32Type};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use std::sync::Arc;

/// Level 1: what is stored is read every night, and higher levels win little on dictionary-coded columns.
const ZSTD_LEVEL: i32 = 1;
/// Room for some ten thousand branches, occupations or delivery sets; ids, names and phone numbers soon exceed it
/// and go on as plain text, which is smaller and faster than a dictionary that never repeats.
const DICTIONARY_BYTES_MAX: usize = 1 << 17;
/// Rows per batch: bounds what lies in memory twice, and keeps the text of a column under Arrow's 2 GiB.
const BATCH_ROWS: usize = 1 << 16;
/// Keys of the file's metadata.
const TABLE: &str = "table";
const NUMBERS: &str = "deliveries";

/// Named columns of a batch that is being built.
#[derive(Default)]
pub struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub fn push<'a, C: Cell + 'a>(&mut self, name: &str, cells: impl Iterator<Item = &'a C>) {
        self.push_array(name, C::array(cells), C::NULLABLE);
    }

    fn push_array(&mut self, name: &str, array: ArrayRef, is_nullable: bool) {
        self.fields.push(Field::new(name, array.data_type().clone(), is_nullable));
        self.arrays.push(array);
    }

    fn into_batch(self) -> Result<RecordBatch> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)?)
    }
}

/// Columns that came into being after stores did; what was stored before has no value in them.
const ADDED: [&str; 1] = ["remark"];

/// A column of a batch that is being read.
pub struct Column<'a, C: Cell> {
    name: &'static str,
    /// `None` where it was not there yet.
    array: Option<&'a C::Array>,
}

impl<'a, C: Cell> Column<'a, C> {
    /// # Errors
    /// Kind `Internal` where the column is missing, has another type, or has gaps that its field cannot have.
    pub fn of(batch: &'a RecordBatch, name: &'static str) -> Result<Self> {
        let column = batch.column_by_name(name);
        if column.is_none() && C::NULLABLE && ADDED.contains(&name) {
            return Ok(Self { name, array: None });
        }
        let array = column.and_then(|column| column.as_any().downcast_ref::<C::Array>());
        let array = array.filter(|array| C::NULLABLE || array.null_count() == 0);
        Ok(Self { name, array: Some(array.ok_or_else(|| damaged(name))?) })
    }

    /// # Errors
    /// Kind `Internal` where the stored value is none of the field's.
    #[inline]
    pub fn cell(&self, row: usize) -> Result<C> {
        let cell = self.array.map_or_else(C::missing, |array| C::at(array, row));
        cell.ok_or_else(|| damaged(self.name))
    }
}

impl<T: Dimension> Versioned<T> {
    /// # Errors
    /// Kind `Internal` where Parquet cannot be written.
    pub fn encode(&self) -> Result<Bytes> {
        let (order, codes) = self.sets_by_first_use();
        let sets: ArrayRef = Arc::new(BinaryArray::from_iter_values(order.iter().map(|set| set.to_bytes())));
        let numbers: Vec<String> = self.numbers.iter().map(u32::to_string).collect();
        let metadata = vec![KeyValue::new(NUMBERS.into(), numbers.join(","))];
        let mut chunks = self.rows.chunks(BATCH_ROWS).peekable();
        let empty: Option<&[Row<T>]> = if chunks.peek().is_none() { Some(&[]) } else { None };
        let batches = chunks.chain(empty).map(|rows| batch(rows, &sets, &codes));
        write(T::TABLE, metadata, batches)
    }

    /// The sets in the order in which rows use them, and for each of `self.sets` its index there.
    fn sets_by_first_use(&self) -> (Vec<&DeliverySet>, Vec<u32>) {
        let (mut order, mut codes) = (Vec::new(), vec![None; self.sets.len()]);
        for row in &self.rows {
            codes[row.set as usize].get_or_insert_with(|| {
                order.push(&self.sets[row.set as usize]);
                u32::try_from(order.len() - 1).expect("fewer sets than rows")
            });
        }
        (order, codes.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// # Errors
    /// Kind `Internal` where the bytes are not what [`Versioned::encode`] gave for this table.
    pub fn decode(bytes: Bytes) -> Result<Self> {
        let stored = open(T::TABLE, bytes)?;
        let numbers = numbers(&stored.metadata).ok_or_else(|| damaged(T::TABLE))?;
        let (mut pool, mut rows) = (Pool::default(), Vec::with_capacity(stored.n_rows));
        for batch in stored.batches {
            let batch = batch.map_err(|cause| damaged(T::TABLE).caused_by(cause))?;
            let sets = set_codes(&batch, numbers.len(), &mut pool).ok_or_else(|| damaged(NUMBERS))?;
            let own_dates = Column::of(&batch, "own_date")?;
            for (at, (content, set)) in T::rows(&batch)?.zip(sets).enumerate() {
                rows.push(Row { content: content?, own_date: own_dates.cell(at)?, set });
            }
        }
        if !rows.is_sorted_by(|one, next| {
            compare(one.own_date, &one.content, next.own_date, &next.content).is_lt()
        }) {
            return Err(damaged(T::TABLE));
        }
        Ok(Self { numbers, sets: pool.into_sets(), rows })
    }
}

fn batch<T: Dimension>(rows: &[Row<T>], sets: &ArrayRef, codes: &[u32]) -> Result<RecordBatch> {
    let keys: UInt32Array = rows.iter().map(|row| codes[row.set as usize]).collect();
    let deliveries = DictionaryArray::<UInt32Type>::try_new(keys, Arc::clone(sets))?;
    let mut columns = Columns::default();
    columns.push("own_date", rows.iter().map(|row| &row.own_date));
    columns.push_array(NUMBERS, Arc::new(deliveries), false);
    let content = T::columns(rows.iter().map(|row| &row.content));
    columns.fields.extend(content.fields);
    columns.arrays.extend(content.arrays);
    columns.into_batch()
}

/// The codes of the sets of a batch's rows; `None` where one is no set of so many slots.
fn set_codes(batch: &RecordBatch, slots: usize, pool: &mut Pool) -> Option<Vec<u32>> {
    let column = batch.column_by_name(NUMBERS)?.as_any().downcast_ref::<DictionaryArray<UInt32Type>>()?;
    let sets = column.values().as_any().downcast_ref::<BinaryArray>()?;
    let codes: Option<Vec<u32>> =
        sets.iter().map(|bytes| Some(pool.code(DeliverySet::from_bytes(bytes?, slots)?))).collect();
    let codes = codes?;
    column.keys().iter().map(|key| codes.get(key? as usize).copied()).collect()
}

fn numbers(metadata: &[KeyValue]) -> Option<Vec<u32>> {
    let text = metadata.iter().find(|pair| pair.key == NUMBERS)?.value.as_deref()?;
    let numbers: Option<Vec<u32>> =
        text.split(',').filter(|number| !number.is_empty()).map(|number| number.parse().ok()).collect();
    numbers.filter(|numbers| numbers.is_sorted_by(|one, next| one < next))
}

/// The bytes of a sealed Parquet file of at least one batch.
///
/// # Errors
/// Kind `Internal` where Parquet cannot be written.
pub fn write(
    table: &str,
    mut metadata: Vec<KeyValue>,
    mut batches: impl Iterator<Item = Result<RecordBatch>>,
) -> Result<Bytes> {
    let failed = |cause: ParquetError| Error::internal(format!("{table} cannot be encoded")).caused_by(cause);
    let Some(first) = batches.next().transpose()? else {
        return Err(Error::internal(format!("{table} to encode have no columns")));
    };
    metadata.push(KeyValue::new(TABLE.into(), table.to_owned()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES_MAX)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), first.schema(), Some(properties)).map_err(failed)?;
    for batch in std::iter::once(Ok(first)).chain(batches) {
        writer.write(&batch?).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(failed)?;
    seal::sealed(bytes).ok_or_else(|| Error::internal(format!("{table} were encoded without a footer")))
}

/// A file that is whole and holds the table that was asked for.
pub struct Stored {
    pub metadata: Vec<KeyValue>,
    pub n_rows: usize,
    pub batches: ParquetRecordBatchReader,
}

/// # Errors
/// Kind `Internal` where the bytes are damaged or hold another table.
pub fn open(table: &str, bytes: Bytes) -> Result<Stored> {
    if !seal::is_whole(&bytes) {
        return Err(damaged(table));
    }
    let failed = |cause: ParquetError| damaged(table).caused_by(cause);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed)?;
    let file = builder.metadata().file_metadata();
    let metadata = file.key_value_metadata().cloned().unwrap_or_default();
    if !metadata.iter().any(|pair| pair.key == TABLE && pair.value.as_deref() == Some(table)) {
        return Err(Error::internal(format!("stored bytes are no {table}")));
    }
    let n_rows = usize::try_from(file.num_rows()).map_err(|_| damaged(table))?;
    let batches = builder.with_batch_size(BATCH_ROWS).build().map_err(failed)?;
    Ok(Stored { metadata, n_rows, batches })
}

/// Names a table or a column, never a value.
pub fn damaged(what: &str) -> Error {
    Error::internal(format!("what is stored of {what} is damaged"))
        .hint("restore the store from a backup, or take all deliveries in again")
}
