//! The columns of a segment out of its bytes.
//!
//! A column chunk is parsed once its digest is proved, so that damage is an error and never a guess: no
//! panic, and no allocation larger than what was once written.

use super::seal::{self, damaged};
use super::sparse::{Absent, Sparse};
use super::write::{FORMAT, FORMAT_KEY, TABLE_KEY};
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{DataType, DoubleType, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;

/// The values that are there, and 1 or 0 for every row as it has one or not.
type Present<T> = (Vec<T>, Vec<i16>);

/// A segment whose footer is proved.
pub(super) struct File {
    bytes: Bytes,
    reader: SerializedFileReader<Bytes>,
    n_rows: usize,
}

impl File {
    /// # Errors
    /// `Internal` where the bytes are not a segment of `table` as it was written, or of another format.
    pub(super) fn open(bytes: Bytes, table: Table) -> Result<Self> {
        seal::check(&bytes)?;
        let reader = SerializedFileReader::new(bytes.clone()).map_err(unreadable)?;
        let groups = reader.metadata().row_groups();
        let [group] = groups else {
            return Err(damaged("it has not one row group"));
        };
        let n_rows = usize::try_from(group.num_rows()).map_err(|_| damaged("it has no number of rows"))?;
        let file = Self { bytes, reader, n_rows };
        if file.label(FORMAT_KEY) != Some(FORMAT) {
            let hint = format!("this program reads format {FORMAT}; the store must be built again");
            return Err(Error::internal("a segment of the store has another format").hint(hint));
        }
        if file.label(TABLE_KEY) != Some(table.name()) {
            return Err(damaged(&format!("it is no segment of `{}`", table.name())));
        }
        Ok(file)
    }

    /// Codes of up to 32 bits.
    pub(super) fn codes(&self, name: &str) -> Result<Vec<u32>> {
        Ok(self.required::<Int32Type>(name)?.into_iter().map(i32::cast_unsigned).collect())
    }

    /// Codes that `short` takes; others are an error.
    pub(super) fn short_codes<T>(&self, name: &str, short: impl Fn(i32) -> Option<T>) -> Result<Vec<T>> {
        let codes = self.required::<Int32Type>(name)?;
        let unknown = || damaged(&format!("the column `{name}` has an unknown code"));
        // Into room of its own: collected in place it would be moved once more to give back what is too much.
        let mut short_codes = Vec::with_capacity(codes.len());
        for code in codes {
            short_codes.push(short(code).ok_or_else(unknown)?);
        }
        Ok(short_codes)
    }

    /// Days since 1970-01-01.
    pub(super) fn days(&self, name: &str) -> Result<Vec<i32>> {
        self.required::<Int32Type>(name)
    }

    /// Minor units.
    pub(super) fn money(&self, name: &str) -> Result<Vec<i64>> {
        self.required::<Int64Type>(name)
    }

    pub(super) fn sparse_codes(&self, name: &str) -> Result<Sparse<u32>> {
        let codes = self.optional::<Int32Type>(name)?;
        Ok(codes.map_or_else(Sparse::default, |(values, levels)| {
            scattered(values.into_iter().map(i32::cast_unsigned).collect(), &levels)
        }))
    }

    pub(super) fn sparse_days(&self, name: &str) -> Result<Sparse<i32>> {
        self.sparse::<Int32Type>(name)
    }

    pub(super) fn sparse_money(&self, name: &str) -> Result<Sparse<i64>> {
        self.sparse::<Int64Type>(name)
    }

    pub(super) fn sparse_rates(&self, name: &str) -> Result<Sparse<f64>> {
        self.sparse::<DoubleType>(name)
    }

    /// Ids, from the page itself.
    pub(super) fn keys(&self, name: &str) -> Result<Vec<Key>> {
        let at = self.proved::<FixedLenByteArrayType>(name)?;
        let mut pages = self.group()?.get_column_page_reader(at).map_err(unreadable)?;
        let mut keys = Vec::with_capacity(self.n_rows);
        while let Some(page) = pages.get_next_page().map_err(unreadable)? {
            let Page::DataPage { buf, encoding: Encoding::PLAIN, .. } = page else {
                return Err(damaged(&format!("the column `{name}` is not plain")));
            };
            keys.extend(buf.as_chunks().0.iter().copied().map(Key::from_bytes));
        }
        self.whole(name, keys.len())?;
        Ok(keys)
    }

    fn sparse<T: DataType>(&self, name: &str) -> Result<Sparse<T::T>>
    where
        T::T: Absent,
    {
        let column = self.optional::<T>(name)?;
        Ok(column.map_or_else(|| Sparse::new(Vec::new()), |(values, levels)| scattered(values, &levels)))
    }

    /// A column in which every row has a value.
    fn required<T: DataType>(&self, name: &str) -> Result<Vec<T::T>> {
        let mut values = Vec::with_capacity(self.n_rows);
        let mut column = self.column::<T>(name)?;
        column.read_records(self.n_rows, None, None, &mut values).map_err(unreadable)?;
        self.whole(name, values.len())?;
        Ok(values)
    }

    /// The values that are there and for every row whether it has one; `None` where the column was not
    /// stored.
    fn optional<T: DataType>(&self, name: &str) -> Result<Option<Present<T::T>>> {
        if self.place(name).is_none() {
            return Ok(None);
        }
        let (mut values, mut levels) = (Vec::with_capacity(self.n_rows + 1), Vec::with_capacity(self.n_rows));
        let mut column = self.column::<T>(name)?;
        column.read_records(self.n_rows, Some(&mut levels), None, &mut values).map_err(unreadable)?;
        self.whole(name, levels.len())?;
        Ok(Some((values, levels)))
    }

    fn column<T: DataType>(&self, name: &str) -> Result<ColumnReaderImpl<T>> {
        let at = self.proved::<T>(name)?;
        Ok(get_typed_column_reader(self.group()?.get_column_reader(at).map_err(unreadable)?))
    }

    /// The place of a column whose bytes match its digest and whose type is `T`.
    fn proved<T: DataType>(&self, name: &str) -> Result<usize> {
        let missing = || damaged(&format!("it has no column `{name}`"));
        let at = self.place(name).ok_or_else(missing)?;
        let chunk = self.reader.metadata().row_group(0).column(at);
        let (start, length) = chunk.byte_range();
        let range = usize::try_from(start).ok().zip(usize::try_from(start + length).ok());
        let bytes = range.and_then(|(start, end)| self.bytes.get(start..end)).ok_or_else(missing)?;
        let digest = seal::digest(bytes);
        if chunk.column_type() != T::get_physical_type()
            || self.label(&seal::digest_key(name)) != Some(digest.as_str())
        {
            return Err(damaged(&format!("the column `{name}` does not match its digest")));
        }
        Ok(at)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        schema.columns().iter().position(|column| column.name() == name)
    }

    fn group(&self) -> Result<Box<dyn RowGroupReader + '_>> {
        self.reader.get_row_group(0).map_err(unreadable)
    }

    fn label(&self, key: &str) -> Option<&str> {
        let labels = self.reader.metadata().file_metadata().key_value_metadata()?;
        labels.iter().find(|label| label.key == key)?.value.as_deref()
    }

    fn whole(&self, name: &str, n: usize) -> Result<()> {
        if n == self.n_rows {
            return Ok(());
        }
        Err(damaged(&format!("the column `{name}` has {n} of {} rows", self.n_rows)))
    }
}

/// Values at the rows that have one. Without a branch: which rows have one is often as good as random.
fn scattered<T: Absent>(mut values: Vec<T>, levels: &[i16]) -> Sparse<T> {
    if values.len() == levels.len() {
        return Sparse::new(values);
    }
    let n = values.len();
    values.push(T::ABSENT);
    let mut next = 0;
    let column = levels.iter().map(|level| {
        let is_present = *level == 1;
        let value = values[if is_present { next } else { n }];
        next += usize::from(is_present);
        value
    });
    Sparse::new(column.collect())
}

fn unreadable(cause: ParquetError) -> Error {
    damaged("it cannot be parsed").caused_by(cause)
}
