//! A published table or a manager's CSV without a customer.
//!
//! Works on bytes. Every row with his id goes; of rejected rows the text that names him. Metadata, order and types stay.

use super::night::Person;
use crate::error::{Error, Result};
use crate::publish::{list_file_writer, parquet_bytes_again};
use crate::store::writer::REDACTED;
use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::Schema;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use std::sync::Arc;

const CUSTOMER_ID: &str = "customer_id";
/// Text of rejected rows.
const RAW: &str = "raw";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The table without him, and how many rows it has; `None` where it does not name him.
///
/// # Errors
/// Kind `Internal` where the bytes are no table.
pub(super) fn without(person: &Person, bytes: Vec<u8>) -> Result<Option<(Vec<u8>, i64)>> {
    let failed = |cause: Cause| Error::internal(format!("a published table cannot be read: {cause}"));
    let (batch, metadata) = read(bytes.into()).map_err(failed)?;
    let mut kept = batch.clone();
    if let Some(ids) = text(&batch, CUSTOMER_ID) {
        let is_other: BooleanArray = ids.iter().map(|id| Some(id != Some(person.id.as_str()))).collect();
        kept = filter_record_batch(&batch, &is_other)?;
    }
    kept = redacted(person, kept)?;
    if kept == batch {
        return Ok(None);
    }
    let rows = i64::try_from(kept.num_rows()).unwrap_or(i64::MAX);
    Ok(Some((parquet_bytes_again(&kept, metadata)?, rows)))
}

fn read(bytes: Bytes) -> Result<(RecordBatch, Vec<KeyValue>), Cause> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
    let schema = Arc::new(Schema::new(builder.schema().fields().clone()));
    let mut metadata = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    // The writer puts the schema in by itself.
    metadata.retain(|pair| pair.key != "ARROW:schema");
    let batches = builder.build()?.collect::<Result<Vec<_>, _>>()?;
    Ok((concat_batches(&schema, &batches)?, metadata))
}

fn text<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b StringArray> {
    batch.column_by_name(name)?.as_any().downcast_ref()
}

/// Texts of rejected rows that name him give way.
fn redacted(person: &Person, batch: RecordBatch) -> Result<RecordBatch> {
    let Some(raw) = text(&batch, RAW) else { return Ok(batch) };
    let redacted: StringArray =
        raw.iter().map(|raw| raw.map(|raw| if person.traces.are_in(raw) { REDACTED } else { raw })).collect();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[batch.schema().index_of(RAW)?] = Arc::new(redacted);
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// The manager's list without his line; `None` where it does not name him.
///
/// # Errors
/// Kind `Internal` where the bytes are no list.
pub(super) fn list_without(person: &Person, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let failed = |cause: csv::Error| Error::internal("a manager's list cannot be read").caused_by(cause);
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.byte_headers().map_err(failed)?.clone();
    let at = header.iter().position(|name| name == CUSTOMER_ID.as_bytes());
    let at = at.ok_or_else(|| Error::internal("a manager's list has no column `customer_id`"))?;
    let mut writer = list_file_writer();
    writer.write_byte_record(&header).map_err(failed)?;
    let mut is_named = false;
    for record in reader.byte_records() {
        let record = record.map_err(failed)?;
        let id = record.get(at).and_then(|id| std::str::from_utf8(id).ok()).unwrap_or_default();
        if person.shown.contains(id) {
            is_named = true;
        } else {
            writer.write_byte_record(&record).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|_| Error::internal("a manager's list cannot be written"))?;
    Ok(is_named.then_some(bytes))
}
