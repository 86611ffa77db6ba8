//! F14 and F16 to F18: exports in Parquet.

use super::drop_folder::TRANSACTIONS;
use super::{Case, case, elsewhere};
use arrow::array::{
    ArrayRef, BinaryArray, Decimal128Array, DictionaryArray, Float64Array, ListArray, RecordBatch,
    StringArray,
};
use arrow::datatypes::{Float64Type, Int32Type};
use parquet::arrow::ArrowWriter;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

const PARQUET: &str = "sources.transactions = { files = \"transactions*.parquet\", format = \"parquet\" }";
const TYPES: &str = "export it as text, number, decimal of up to 38 digits, date, timestamp or boolean";
const ALL_USED: &str = "4 rows = 4 used; 85.75 = 85.75 used";

pub fn cases() -> Vec<Case> {
    let mut cases = damaged();
    cases.extend(types());
    cases.extend(vec![
        parquet("F17", "an encrypted file", encrypted()).refused(
            3,
            "`transactions.parquet` is encrypted Parquet, which is not read",
            "without Parquet encryption",
        ),
        elsewhere("F17", "encrypted columns under a readable footer: unit tests of `ingest::parquet`"),
        parquet("F18", "columns of another order and type in the next file", file(&columns()))
            .file("transactions2.parquet", file(&others()))
            .account("transactions.parquet", ALL_USED)
            .account("transactions2.parquet", ALL_USED),
        elsewhere("F18", "row groups of one file have one schema: the format knows no other"),
    ]);
    cases
}

/// The transactions as this Parquet file.
fn parquet(numbers: &'static str, what: &str, bytes: Vec<u8>) -> Case {
    case(numbers, what).without("transactions.csv").file("transactions.parquet", bytes).configured(PARQUET)
}

type Columns = Vec<(&'static str, ArrayRef)>;

/// The transactions, column by column: texts, and amounts as decimals.
fn columns() -> Columns {
    let names = ["transaction_id", "customer_id", "booked_on", "amount", "kind"];
    let text = |at: usize| -> ArrayRef {
        Arc::new(TRANSACTIONS.lines().skip(1).map(|line| line.split(',').nth(at)).collect::<StringArray>())
    };
    let mut columns: Columns = names.into_iter().enumerate().map(|(at, name)| (name, text(at))).collect();
    let amounts =
        Decimal128Array::from(vec![10_000, -2_050, 725, -100]).with_precision_and_scale(18, 2).unwrap();
    columns[3].1 = Arc::new(amounts);
    columns
}

/// Others of the same shape, in another order: amounts as floats, kinds as dictionary entries.
fn others() -> Columns {
    let mut columns = columns();
    let ids: StringArray = ["U1", "U2", "U3", "U4"].into_iter().map(Some).collect();
    columns[0].1 = Arc::new(ids);
    columns[3].1 = Arc::new(Float64Array::from(vec![100.0, -20.5, 7.25, -1.0]));
    columns[4].1 = Arc::new(
        ["deposit", "withdrawal", "transfer_in", "payment"]
            .into_iter()
            .collect::<DictionaryArray<Int32Type>>(),
    );
    columns.reverse();
    columns
}

/// The same with another column of amounts.
fn with_amounts(amounts: ArrayRef) -> Vec<u8> {
    let mut columns = columns();
    columns[3].1 = amounts;
    file(&columns)
}

fn file(columns: &[(&'static str, ArrayRef)]) -> Vec<u8> {
    let batch =
        RecordBatch::try_from_iter(columns.iter().map(|(name, array)| (*name, Arc::clone(array)))).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn damaged() -> Vec<Case> {
    let whole = file(&columns());
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        bytes
    };
    let again = "deliver the file again";
    let length = whole.len();
    let footer = u32::from_le_bytes(*whole[..length - 4].last_chunk().unwrap()) as usize;
    vec![
        parquet("F14", "whole", whole.clone()).account("transactions.parquet", ALL_USED),
        parquet("F14", "0 bytes", Vec::new()).refused(3, "`transactions.parquet` is empty (0 bytes)", again),
        parquet("F14", "no magic", b"hello, world, this is no Parquet".to_vec()).refused(
            3,
            "`transactions.parquet` is no Parquet file: it does not start with `PAR1`",
            "`format`",
        ),
        parquet("F14", "cut off", whole[..length / 2].to_vec()).refused(
            3,
            "`transactions.parquet` is cut off: it does not end with `PAR1`",
            again,
        ),
        parquet("F14", "cut in its magic number", whole[..3].to_vec()).refused(
            3,
            "`transactions.parquet` is no Parquet file: it does not start with `PAR1`",
            "`format`",
        ),
        parquet("F14", "a flipped byte in the footer", flipped(length - 8 - footer)).refused(
            3,
            "`transactions.parquet` is damaged",
            again,
        ),
        parquet("F14", "a flipped length of the footer", flipped(length - 6)).refused(
            3,
            "`transactions.parquet` is damaged",
            again,
        ),
    ]
}

fn types() -> Vec<Case> {
    let lists = ListArray::from_iter_primitive::<Float64Type, _, _>(vec![Some(vec![Some(1.0)]); 4]);
    let bytes = BinaryArray::from_iter_values([b"1"; 4]);
    let refused = |what: &str, amounts: ArrayRef, kind: &str| {
        let message = format!("`transactions.parquet` has column `amount` of type {kind}");
        parquet("F16", what, with_amounts(amounts)).refused(3, &message, TYPES)
    };
    let wide =
        Decimal128Array::from(vec![10_000, -2_050, 725, -100]).with_precision_and_scale(38, 2).unwrap();
    vec![
        refused("lists", Arc::new(lists), "List"),
        refused("bytes", Arc::new(bytes), "Binary"),
        parquet("F16", "INT96", int96()).refused(
            3,
            "`transactions.parquet` has column `booked_on` of type INT96, which is not read",
            "export it as timestamp in microseconds",
        ),
        parquet("F16", "decimals of 128 bits are read exactly", with_amounts(Arc::new(wide)))
            .account("transactions.parquet", ALL_USED),
        parquet("F16", "texts in a dictionary are read", file(&others()))
            .account("transactions.parquet", ALL_USED),
    ]
}

/// A file whose dates are in the old type of 96 bits.
fn int96() -> Vec<u8> {
    let schema = "message bank { required binary transaction_id (UTF8); required binary customer_id (UTF8); \
                  required int96 booked_on; required double amount; required binary kind (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut texts = ["T1", "C1", "deposit"].into_iter();
    while let Some(mut column) = group.next_column().unwrap() {
        match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let text = ByteArray::from(texts.next().unwrap());
                writer.write_batch(&[text], None, None).unwrap();
            }
            ColumnWriter::Int96ColumnWriter(writer) => {
                writer.write_batch(&[Int96::from(vec![0, 0, 2_461_345])], None, None).unwrap();
            }
            ColumnWriter::DoubleColumnWriter(writer) => {
                writer.write_batch(&[1.0], None, None).unwrap();
            }
            _ => unreachable!("the schema has no other column"),
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// What an encrypted footer begins and ends with.
fn encrypted() -> Vec<u8> {
    [b"PARE".as_slice(), &[7; 64], &60u32.to_le_bytes(), b"PARE"].concat()
}
