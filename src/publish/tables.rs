//! Parquet files: written with metadata, and read back by the reader that users have.

use super::columnar;
use super::shelf::Shelf;
use crate::date::Date;
use crate::error::{Error, Result};
use crate::io::staging::{FileDigest, Staging};
use crate::schema::{SCHEMA_VERSION, TableSchema};
use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use polars::prelude::DataFrame;
use std::io::Write;

/// zstd 3, its own default: level 9 wins 2% of size here for three times the time.
const ZSTD_LEVEL: i32 = 3;

/// Writes one table into the staged night, and reads it back.
///
/// # Errors
/// Kind `Internal` if the file cannot be written, naming it, or holds anything else afterwards.
pub fn write(
    shelf: Shelf<'_>,
    schema: &TableSchema,
    batch: &RecordBatch,
    run_id: &str,
) -> Result<FileDigest> {
    let path = format!("{}.parquet", schema.name);
    let Shelf::Staging(staging) = shelf else {
        let mut bytes = Vec::new();
        encode(schema, batch, run_id, &mut bytes)?;
        return shelf.put(&path, &bytes);
    };
    let mut file = staging.create(&path)?;
    encode(schema, batch, run_id, &mut file)?;
    let written = file.finish()?;
    read_back(staging, schema, batch)?;
    Ok(written)
}

/// The bytes of a table that is no part of a night.
///
/// # Errors
/// Kind `Internal` if the frame breaks the schema, or cannot be encoded.
pub fn parquet_bytes(schema: &TableSchema, frame: &DataFrame, as_of: Date, run_id: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    encode(schema, &columnar::batch(schema, frame, as_of)?, run_id, &mut bytes)?;
    Ok(bytes)
}

fn encode(schema: &TableSchema, batch: &RecordBatch, run_id: &str, out: impl Write + Send) -> Result<()> {
    let failed = |cause: parquet::errors::ParquetError| {
        Error::internal(format!("cannot write `{}.parquet`", schema.name)).caused_by(cause)
    };
    let metadata = vec![
        KeyValue::new("run_id".into(), run_id.to_owned()),
        KeyValue::new("schema_version".into(), SCHEMA_VERSION.to_string()),
        KeyValue::new("table".into(), schema.name.to_owned()),
        KeyValue::new("description".into(), schema.description.to_owned()),
    ];
    written(batch, metadata, out).map_err(failed)
}

/// The bytes of a published table that lost rows, with the metadata that it had.
///
/// # Errors
/// Kind `Internal` if it cannot be encoded.
pub fn parquet_bytes_again(batch: &RecordBatch, metadata: Vec<KeyValue>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    written(batch, metadata, &mut bytes)
        .map_err(|cause| Error::internal("cannot write a table again").caused_by(cause))?;
    Ok(bytes)
}

fn written(
    batch: &RecordBatch,
    metadata: Vec<KeyValue>,
    out: impl Write + Send,
) -> Result<(), parquet::errors::ParquetError> {
    let level = ZstdLevel::try_new(ZSTD_LEVEL)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_key_value_metadata(Some(metadata))
        .build();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(())
}

/// Reads a staged table back and compares it with what was meant.
///
/// # Errors
/// Kind `Internal` if the file cannot be read or holds anything else.
fn read_back(staging: &Staging, schema: &TableSchema, batch: &RecordBatch) -> Result<()> {
    let path = format!("{}.parquet", schema.name);
    let failed = |cause: parquet::errors::ParquetError| {
        Error::internal(format!("cannot read back `{path}`")).caused_by(cause)
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(staging.open(&path)?).map_err(failed)?;
    if builder.schema().fields() != batch.schema().fields() {
        return Err(Error::internal(format!("`{path}` has other columns than were written")));
    }
    let mut offset = 0;
    for found in builder.build().map_err(failed)? {
        let found = found?;
        let in_bounds = offset + found.num_rows() <= batch.num_rows();
        if !in_bounds || found.columns() != batch.slice(offset, found.num_rows()).columns() {
            return Err(Error::internal(format!(
                "`{path}` does not hold what was written, from row {offset} on"
            )));
        }
        offset += found.num_rows();
    }
    if offset != batch.num_rows() {
        return Err(Error::internal(format!("`{path}` holds {offset} of {} rows", batch.num_rows())));
    }
    Ok(())
}
