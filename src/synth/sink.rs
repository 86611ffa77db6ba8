//! Rows to bytes: gzipped CSV or typed Parquet, over any writer.
//!
//! Same rows in the same order, same bytes. Knows nothing of files.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as Codec, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::Format;
use super::calendar::civil;

/// Digits of money in Parquet: Decimal(18,2), as the contract publishes it.
const MONEY: (u8, i8) = (18, 2);
/// Level 3 of gzip packs exports by eight or so, at twice the speed of the usual 6.
const GZIP_LEVEL: u32 = 3;
/// Rows of one batch handed to the Parquet encoder, and of one row group.
const BATCH_ROWS: usize = 16_384;
const GROUP_ROWS: usize = 262_144;

/// Types of exported columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    Int,
    Money,
    Date,
    Flag,
    /// A share or a rate, four decimals in text.
    Ratio,
}

/// A row of an exported table.
pub trait Row {
    /// Header names and types, in order.
    const COLUMNS: &'static [(&'static str, Type)];
    /// Pushes one cell per column, in order.
    fn cells(&self, to: &mut Cells);
}

enum Column {
    Text(StringBuilder),
    Int(Int32Builder),
    Money(Decimal128Builder),
    Date(Date32Builder),
    Flag(BooleanBuilder),
    Ratio(Float64Builder),
}

/// Cells of the row or batch being built.
pub enum Cells {
    /// One row of text.
    Text { record: csv::StringRecord, scratch: String },
    /// Columns of a batch; `at` is the next column.
    Columns { columns: Vec<ColumnBox>, at: usize, scratch: String },
}

/// Hides the builders from the other files.
pub struct ColumnBox(Column);

impl Cells {
    fn new(format: Format, types: &[(&str, Type)]) -> Self {
        let scratch = String::with_capacity(32);
        match format {
            Format::Csv => Self::Text { record: csv::StringRecord::new(), scratch },
            Format::Parquet => Self::Columns {
                columns: types.iter().map(|t| ColumnBox(column(t.1))).collect(),
                at: 0,
                scratch,
            },
        }
    }

    /// A word, or nothing.
    pub fn text(&mut self, word: Option<&str>) {
        match self {
            Self::Text { record, .. } => record.push_field(word.unwrap_or_default()),
            Self::Columns { .. } => {
                if let Some(Column::Text(builder)) = self.next() {
                    builder.append_option(word);
                }
            }
        }
    }

    /// A letter and a number of at least `width` digits.
    pub fn id(&mut self, letter: char, number: u64, width: usize) {
        self.maybe_id(letter, Some(number), width);
    }

    /// The same, where it may be missing.
    pub fn maybe_id(&mut self, letter: char, number: Option<u64>, width: usize) {
        let Some(number) = number else { return self.text(None) };
        self.formatted(format_args!("{letter}{number:0width$}"), |cells, word| cells.text(Some(word)));
    }

    /// A whole number.
    pub fn int(&mut self, number: Option<i32>) {
        if let Some(Column::Int(builder)) = self.next() {
            return builder.append_option(number);
        }
        match number {
            Some(number) => self.formatted(format_args!("{number}"), |cells, word| cells.text(Some(word))),
            None => self.text(None),
        }
    }

    /// An amount in cents.
    pub fn money(&mut self, cents: Option<i64>) {
        if let Some(Column::Money(builder)) = self.next() {
            return builder.append_option(cents.map(i128::from));
        }
        let Some(cents) = cents else { return self.text(None) };
        let (sign, size) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
        let shown = format_args!("{sign}{}.{:02}", size / 100, size % 100);
        self.formatted(shown, |cells, word| cells.text(Some(word)));
    }

    /// A day.
    pub fn date(&mut self, day: Option<i32>) {
        if let Some(Column::Date(builder)) = self.next() {
            return builder.append_option(day);
        }
        let Some(date) = day.map(civil) else { return self.text(None) };
        self.formatted(format_args!("{date}"), |cells, word| cells.text(Some(word)));
    }

    /// true or false.
    pub fn flag(&mut self, flag: Option<bool>) {
        if let Some(Column::Flag(builder)) = self.next() {
            return builder.append_option(flag);
        }
        self.text(flag.map(|flag| if flag { "true" } else { "false" }));
    }

    /// A share or a rate.
    pub fn ratio(&mut self, ratio: Option<f64>) {
        if let Some(Column::Ratio(builder)) = self.next() {
            return builder.append_option(ratio);
        }
        let Some(ratio) = ratio else { return self.text(None) };
        self.formatted(format_args!("{ratio:.4}"), |cells, word| cells.text(Some(word)));
    }

    /// The builder of the next column; none in text.
    fn next(&mut self) -> Option<&mut Column> {
        let Self::Columns { columns, at, .. } = self else { return None };
        let now = *at;
        *at = (now + 1) % columns.len();
        columns.get_mut(now).map(|column| &mut column.0)
    }

    fn formatted(&mut self, shown: std::fmt::Arguments<'_>, push: impl FnOnce(&mut Self, &str)) {
        let (Self::Text { scratch, .. } | Self::Columns { scratch, .. }) = self;
        let mut word = std::mem::take(scratch);
        word.clear();
        let _writing_to_a_string_cannot_fail = word.write_fmt(shown);
        push(self, &word);
        let (Self::Text { scratch, .. } | Self::Columns { scratch, .. }) = self;
        *scratch = word;
    }
}

fn column(of: Type) -> Column {
    match of {
        Type::Text => Column::Text(StringBuilder::new()),
        Type::Int => Column::Int(Int32Builder::new()),
        Type::Money => {
            Column::Money(Decimal128Builder::new().with_data_type(DataType::Decimal128(MONEY.0, MONEY.1)))
        }
        Type::Date => Column::Date(Date32Builder::new()),
        Type::Flag => Column::Flag(BooleanBuilder::new()),
        Type::Ratio => Column::Ratio(Float64Builder::new()),
    }
}

impl Column {
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Money(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Flag(builder) => Arc::new(builder.finish()),
            Self::Ratio(builder) => Arc::new(builder.finish()),
        }
    }
}

/// What can go wrong while encoding.
#[derive(Debug)]
pub enum SinkError {
    Io(std::io::Error),
    Parquet(ParquetError),
}

impl From<csv::Error> for SinkError {
    fn from(cause: csv::Error) -> Self {
        Self::Io(cause.into())
    }
}

impl From<std::io::Error> for SinkError {
    fn from(cause: std::io::Error) -> Self {
        Self::Io(cause)
    }
}

impl From<ParquetError> for SinkError {
    fn from(cause: ParquetError) -> Self {
        Self::Parquet(cause)
    }
}

enum Encoder<W: Write + Send> {
    Csv(Box<csv::Writer<GzEncoder<W>>>),
    Parquet { writer: Box<ArrowWriter<W>>, schema: Arc<Schema>, pending: usize },
}

/// One table in one file.
pub struct Sink<W: Write + Send> {
    cells: Cells,
    encoder: Encoder<W>,
    rows: u64,
}

impl<W: Write + Send> Sink<W> {
    /// Writes the header of `R`.
    pub fn open<R: Row>(format: Format, to: W) -> Result<Self, SinkError> {
        let encoder = match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(GzEncoder::new(to, Compression::new(GZIP_LEVEL)));
                writer.write_record(R::COLUMNS.iter().map(|column| column.0))?;
                Encoder::Csv(Box::new(writer))
            }
            Format::Parquet => {
                let schema = Arc::new(schema(R::COLUMNS));
                let writer = ArrowWriter::try_new(to, Arc::clone(&schema), Some(properties()))?;
                Encoder::Parquet { writer: Box::new(writer), schema, pending: 0 }
            }
        };
        Ok(Self { cells: Cells::new(format, R::COLUMNS), encoder, rows: 0 })
    }

    /// Appends one row.
    pub fn push<R: Row>(&mut self, row: &R) -> Result<(), SinkError> {
        row.cells(&mut self.cells);
        self.rows += 1;
        match (&mut self.encoder, &mut self.cells) {
            (Encoder::Csv(writer), Cells::Text { record, .. }) => {
                writer.write_record(record.as_byte_record())?;
                record.clear();
            }
            (Encoder::Parquet { pending, .. }, _) => {
                *pending += 1;
                if *pending >= BATCH_ROWS {
                    self.flush()?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        if let (Encoder::Parquet { writer, schema, pending }, Cells::Columns { columns, .. }) =
            (&mut self.encoder, &mut self.cells)
        {
            let arrays: Vec<ArrayRef> = columns.iter_mut().map(|column| column.0.finish()).collect();
            let batch = RecordBatch::try_new(Arc::clone(schema), arrays).map_err(ParquetError::from)?;
            writer.write(&batch)?;
            *pending = 0;
        }
        Ok(())
    }

    /// Ends the file; returns the writer beneath and the number of rows.
    pub fn close(mut self) -> Result<(W, u64), SinkError> {
        self.flush()?;
        let to = match self.encoder {
            Encoder::Csv(writer) => writer.into_inner().map_err(|cause| cause.into_error())?.finish()?,
            Encoder::Parquet { writer, .. } => writer.into_inner()?,
        };
        Ok((to, self.rows))
    }
}

fn schema(columns: &[(&str, Type)]) -> Schema {
    let fields = columns.iter().map(|&(name, of)| {
        let of = match of {
            Type::Text => DataType::Utf8,
            Type::Int => DataType::Int32,
            Type::Money => DataType::Decimal128(MONEY.0, MONEY.1),
            Type::Date => DataType::Date32,
            Type::Flag => DataType::Boolean,
            Type::Ratio => DataType::Float64,
        };
        Field::new(name, of, true)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Codec::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build()
}
