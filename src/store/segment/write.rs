//! Columns into the bytes of a segment.
//!
//! One row group, one page per column, nothing compressed; the same columns give the same bytes.

use super::column::{Coding, Column, KEY_BYTES, Values};
use super::seal;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::{
    SerializedFileWriter, SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite,
};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use std::sync::Arc;

/// Raised when a segment of before can no longer be read, or the reverse; under `tercet.format` in the
/// metadata.
pub(super) const FORMAT: &str = "1";
pub(super) const FORMAT_KEY: &str = "tercet.format";
pub(super) const TABLE_KEY: &str = "tercet.table";

/// Instead of the version of a library, so that bytes do not depend on it.
const CREATED_BY: &str = "tercet";
/// A dictionary larger than this is given up for plain values.
const DICTIONARY_BYTES_MAX: usize = 1 << 20;
/// About what a footer takes.
const FOOTER_BYTES: usize = 1 << 12;
const NO_LIMIT: usize = 1 << 30;

/// The bytes of a segment of `table`. Columns must be of one length, and ids the last.
///
/// # Errors
/// `Internal` where Parquet cannot hold the columns (more than 2 GiB in one).
pub(super) fn file(table: Table, columns: &[Column]) -> Result<Vec<u8>> {
    let bytes = unsealed(table, columns).map_err(|cause| {
        Error::internal(format!("a segment of `{}` cannot be written", table.name())).caused_by(cause)
    })?;
    seal::seal(bytes)
}

fn unsealed(table: Table, columns: &[Column]) -> Result<Vec<u8>, ParquetError> {
    let declarations: String = columns.iter().map(Column::declaration).collect();
    let schema = Arc::new(parse_message_type(&format!("message {} {{ {declarations} }}", table.name()))?);
    let bytes_max = FOOTER_BYTES + columns.iter().map(Column::plain_bytes).sum::<usize>();
    let mut file =
        SerializedFileWriter::new(Vec::with_capacity(bytes_max), schema, Arc::new(properties(columns)))?;
    let descriptors = file.schema_descr().columns().to_vec();
    let mut group = file.next_row_group()?;
    for (column, descriptor) in columns.iter().zip(descriptors) {
        append(&mut group, column, descriptor)?;
    }
    let chunks = group.close()?;
    file.flush()?;
    let digests = digests(file.inner(), &chunks);
    let labels =
        [(FORMAT_KEY.to_owned(), FORMAT.to_owned()), (TABLE_KEY.to_owned(), table.name().to_owned())];
    for (key, value) in labels.into_iter().chain(digests) {
        file.append_key_value_metadata(KeyValue::new(key, value));
    }
    file.into_inner()
}

fn properties(columns: &[Column]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(false)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES_MAX)
        .set_data_page_size_limit(NO_LIMIT)
        .set_data_page_row_count_limit(NO_LIMIT)
        .set_write_batch_size(NO_LIMIT);
    for column in columns {
        let path = ColumnPath::from(column.name);
        properties = match column.coding {
            Coding::Delta => properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            Coding::Dictionary => properties.set_column_dictionary_enabled(path, true),
        };
    }
    properties.build()
}

/// Where column chunks lie is known once the group is closed.
fn digests(file: &[u8], chunks: &RowGroupMetaData) -> Vec<(String, String)> {
    let label = |chunk: &ColumnChunkMetaData| {
        let (start, length) = chunk.byte_range();
        let range = usize::try_from(start).ok()?..usize::try_from(start + length).ok()?;
        Some((seal::digest_key(chunk.column_descr().name()), seal::digest(file.get(range)?)))
    };
    chunks.columns().iter().filter_map(label).collect()
}

fn append(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    column: &Column,
    descriptor: ColumnDescPtr,
) -> Result<(), ParquetError> {
    let levels = column.levels.as_deref();
    if let Values::Keys(plain) = &column.values {
        return append_plain(group, plain.clone(), descriptor);
    }
    let Some(mut writer) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    match &column.values {
        Values::I32(values) => writer.typed::<Int32Type>().write_batch(values, levels, None)?,
        Values::I64(values) => writer.typed::<Int64Type>().write_batch(values, levels, None)?,
        Values::F64(values) => writer.typed::<DoubleType>().write_batch(values, levels, None)?,
        Values::Keys(_) => 0,
    };
    writer.close()
}

/// Ids as one page: the crate's own writer takes an allocation or a reference count for each of them.
fn append_plain(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    plain: Bytes,
    descriptor: ColumnDescPtr,
) -> Result<(), ParquetError> {
    let (n, n_bytes) = (plain.len() / KEY_BYTES, plain.len());
    let too_many = |_| ParquetError::General("more ids than a page holds".to_owned());
    let page = Page::DataPage {
        buf: plain,
        num_values: u32::try_from(n).map_err(too_many)?,
        encoding: Encoding::PLAIN,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let mut chunk = TrackedWrite::new(Vec::with_capacity(n_bytes + 64));
    let page = SerializedPageWriter::new(&mut chunk).write_page(CompressedPage::new(page, n_bytes))?;
    let (rows, bytes) = (i64::from(page.num_values), page.bytes_written);
    let metadata = ColumnChunkMetaData::builder(descriptor)
        .set_encodings(vec![Encoding::PLAIN])
        .set_compression(Compression::UNCOMPRESSED)
        .set_num_values(rows)
        .set_total_compressed_size(bytes.cast_signed())
        .set_total_uncompressed_size(bytes.cast_signed())
        .set_data_page_offset(0)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: bytes,
        rows_written: u64::from(page.num_values),
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    group.append_column(&Bytes::from(chunk.into_inner()?), close)
}
