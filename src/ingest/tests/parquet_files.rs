//! Parquet exports: every type that is read, and every kind of damage.

use super::*;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int32Array,
    Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use std::sync::Arc;

const FROM_PARQUET: &str = r#"
[transactions]
files = "transactions*"
format = "parquet"
columns = { transaction_id = "id", customer_id = "customer", booked_on = { from = "on", format = "timestamp" }, amount = "amount", kind = "kind", own_account_elsewhere = "own", balance_after = "after" }
"#;

fn file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    for row in 0..batch.num_rows() {
        writer.write(&batch.slice(row, 1)).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn columns() -> Vec<(&'static str, ArrayRef)> {
    let noon = 1_790_856_000_000_000 - 43_200_000_000;
    let kinds: DictionaryArray<Int32Type> =
        vec![Some("salary"), None, Some("fee"), Some("fee")].into_iter().collect();
    vec![
        (
            "amount",
            Arc::new(Float64Array::from(vec![Some(0.1), Some(2.0), Some(f64::NAN), Some(-3.25)])) as ArrayRef,
        ),
        ("unused", Arc::new(arrow::array::BinaryArray::from(vec![b"x".as_slice(); 4]))),
        ("customer", Arc::new(StringArray::from(vec!["A", "A", "A", "B\0"]))),
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3, 4]))),
        ("on", Arc::new(TimestampMicrosecondArray::from(vec![noon; 4]).with_timezone("UTC"))),
        ("kind", Arc::new(kinds)),
        ("own", Arc::new(BooleanArray::from(vec![Some(true), None, None, None]))),
        (
            "after",
            Arc::new(
                Decimal128Array::from(vec![Some(12_300), None, None, None])
                    .with_precision_and_scale(20, 3)
                    .unwrap(),
            ),
        ),
    ]
}

fn read_parquet(bytes: &[u8]) -> Result<Ingested> {
    night(&[TWO_CUSTOMERS, ("transactions.parquet", bytes)], &[CUSTOMERS, FROM_PARQUET])
}

#[test]
fn the_types_of_exports_are_read() {
    let night = read_parquet(&file(columns())).unwrap();
    assert_eq!(transactions(&night), ["A 2026-10-01 0.10 salary"]);
    let row = night.tables.transactions[0];
    assert_eq!((row.own_account_elsewhere, row.balance_after.map(|money| money.0)), (true, Some(1230)));
    let reasons: Vec<_> =
        night.rejects.iter().map(|r| format!("{} {}: {}", r.line, r.column, r.reason)).collect();
    assert_eq!(reasons, ["2 kind: missing", "3 amount: not a finite number", "4 customer: a NUL byte"]);
    assert_eq!(night.rejects[0].raw, "2,A,2026-10-01T00:00:00,2.0,,,");
    assert_eq!(books(&night)[1], "transactions.parquet [4, 1, 0, 0, 3, 2] 10");
}

#[test]
fn a_refusing_row_is_named_by_its_number() {
    let mapping =
        FROM_PARQUET.replace("kind = \"kind\"", "kind = { constant = \"fee\" }, currency = \"kind\"");
    let mut columns = columns();
    let currencies = StringArray::from(vec!["EUR", "EUR", "USD", "CHF"]);
    columns.iter_mut().filter(|(name, _)| *name == "kind").for_each(|column| {
        column.1 = Arc::new(currencies.clone());
    });
    columns[0].1 = Arc::new(Int64Array::from(vec![1; 4]));
    let files: [(&str, &[u8]); 2] = [TWO_CUSTOMERS, ("transactions.parquet", &file(columns))];
    assert!(refusal(night(&files, &[CUSTOMERS, &mapping])).starts_with(
        "Refused: no rate for currency `USD` on 2026-10-01, in column `kind` of `transactions.parquet`, row 3 |"
    ));
}

#[test]
fn other_types_and_columns_are_refused() {
    let mut wrong = columns();
    wrong[0].1 = Arc::new(arrow::array::BinaryArray::from(vec![b"1".as_slice(); 4]));
    assert!(
        refusal(read_parquet(&file(wrong)))
            .starts_with("Refused: `transactions.parquet` has column `amount` of type Binary")
    );
    let mut zoned = columns();
    zoned[4].1 = Arc::new(TimestampMicrosecondArray::from(vec![0; 4]).with_timezone("+08:00"));
    assert!(refusal(read_parquet(&file(zoned))).contains("has column `on` of type Timestamp"));
    let mut renamed = columns();
    renamed[0].0 = "amounts";
    assert_eq!(
        refusal(read_parquet(&file(renamed))),
        "Refused: `transactions.parquet` has no column `amount` | did you mean `amounts`?"
    );
}

#[test]
fn dates_and_numbers_keep_their_meaning() {
    let mapping = FROM_PARQUET
        .replace("{ from = \"on\", format = \"timestamp\" }", "{ from = \"on\", format = \"YYYYMMDD\" }");
    for dates in [
        Arc::new(Int32Array::from(vec![20_261_001; 4])) as ArrayRef,
        Arc::new(Date32Array::from(vec![20_727; 4])),
    ] {
        let mut columns = columns();
        columns[4].1 = dates;
        let bytes = file(columns);
        let night =
            night(&[TWO_CUSTOMERS, ("transactions.parquet", &bytes)], &[CUSTOMERS, &mapping]).unwrap();
        assert_eq!(transactions(&night), ["A 2026-10-01 0.10 salary"]);
    }
}

#[test]
fn damage_is_refused_and_never_a_panic() {
    let whole = file(columns());
    for cut in [0, 1, 4, 100, whole.len() / 2, whole.len() - 1] {
        assert!(
            refusal(read_parquet(&whole[..cut])).starts_with("Refused: `transactions.parquet` is "),
            "{cut}"
        );
    }
    for at in (0..whole.len()).step_by(7) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        // Parquet has no checksums here: it may read well, but must end in rows or a refusal.
        if let Err(error) = read_parquet(&flipped) {
            assert_eq!(error.kind(), crate::error::Kind::Refused, "{at}");
        }
    }
}
