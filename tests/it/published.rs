//! Published tables as analysts read them: with the parquet crate, by name.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at files from outside, as an analyst does"
)]

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use tercet::date::Date;

/// One whole table.
pub struct Table(RecordBatch);

impl Table {
    pub fn read(path: &Path) -> Self {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let schema = builder.schema().clone();
        let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
        Self(concat_batches(&schema, &batches).unwrap())
    }

    pub fn n_rows(&self) -> usize {
        self.0.num_rows()
    }

    /// Of the columns, in their order.
    pub fn names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    pub fn texts(&self, name: &str) -> Vec<Option<String>> {
        self.0
            .column_by_name(name)
            .unwrap()
            .as_string::<i32>()
            .iter()
            .map(|text| text.map(str::to_owned))
            .collect()
    }

    pub fn floats(&self, name: &str) -> Vec<Option<f64>> {
        self.0.column_by_name(name).unwrap().as_primitive::<Float64Type>().iter().collect()
    }

    /// A column of money, in currency units.
    pub fn amounts(&self, name: &str) -> Vec<Option<f64>> {
        let column = self.0.column_by_name(name).unwrap().as_primitive::<Decimal128Type>();
        column.iter().map(|minor| minor.map(|minor| minor as f64 / 100.0)).collect()
    }

    /// Whole numbers, or amounts in minor units.
    pub fn wholes(&self, name: &str) -> Vec<Option<i64>> {
        let column = self.0.column_by_name(name).unwrap();
        match column.as_primitive_opt::<Decimal128Type>() {
            Some(minor) => {
                minor.iter().map(|minor| minor.map(|minor| i64::try_from(minor).unwrap())).collect()
            }
            None => column.as_primitive::<Int64Type>().iter().collect(),
        }
    }

    /// An Int32 column.
    pub fn integers(&self, name: &str) -> Vec<Option<i32>> {
        self.0.column_by_name(name).unwrap().as_primitive::<Int32Type>().iter().collect()
    }

    pub fn flags(&self, name: &str) -> Vec<Option<bool>> {
        self.0.column_by_name(name).unwrap().as_boolean().iter().collect()
    }

    /// A date column without nulls.
    pub fn dates(&self, name: &str) -> Vec<Date> {
        self.0
            .column_by_name(name)
            .unwrap()
            .as_primitive::<Date32Type>()
            .values()
            .iter()
            .map(|days| Date(*days))
            .collect()
    }

    /// A date column.
    pub fn days(&self, name: &str) -> Vec<Option<Date>> {
        let column = self.0.column_by_name(name).unwrap().as_primitive::<Date32Type>();
        column.iter().map(|day| day.map(Date)).collect()
    }

    /// An Int32 column without nulls.
    pub fn ints(&self, name: &str) -> Vec<i32> {
        self.0.column_by_name(name).unwrap().as_primitive::<Int32Type>().values().to_vec()
    }

    /// A column of yes or no without nulls.
    pub fn bools(&self, name: &str) -> Vec<bool> {
        self.0.column_by_name(name).unwrap().as_boolean().iter().map(|value| value.unwrap()).collect()
    }

    /// Rows by the value of an Int32 column, nulls left out.
    pub fn integer_counts(&self, name: &str) -> BTreeMap<i32, usize> {
        let mut counts = BTreeMap::new();
        for value in self.0.column_by_name(name).unwrap().as_primitive::<Int32Type>().iter().flatten() {
            *counts.entry(value).or_insert(0) += 1;
        }
        counts
    }

    pub fn n_null(&self, name: &str) -> usize {
        self.0.column_by_name(name).unwrap().null_count()
    }

    /// Rows by the text of a column; null is `-`.
    pub fn counts(&self, name: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for text in self.texts(name) {
            *counts.entry(text.unwrap_or_else(|| "-".into())).or_insert(0) += 1;
        }
        counts
    }
}

/// Every Parquet table of a night with its bytes.
pub fn table_bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "parquet"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect()
}
