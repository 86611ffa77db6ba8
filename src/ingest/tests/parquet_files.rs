//! Parquet exports: every type that is read, every kind of damage, and the order and place of what comes out.

mod mutation;
mod reading;

use crate::config::source::Source;
use crate::contract::key::Key;
use crate::contract::tables::Table;
use crate::error::{Error, Result};
use crate::ingest::Limits;
use crate::ingest::build::{Build, Findings, Memo};
use crate::ingest::cell::{Fault, Row};
use crate::ingest::codes::Code;
use crate::ingest::field::Field;
use crate::ingest::job::Job;
use crate::ingest::mapping::Mapping;
use crate::ingest::parquet;
use crate::io::exports;
use crate::money::Money;
use crate::store::Trail;
use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Int32Type;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

const MAPPING: &str = r#"
files = "transactions*"
format = "parquet"
missing = ["-"]
columns = { transaction_id = "id", customer_id = "customer", booked_on = { from = "on", format = "timestamp" }, amount = "amount", kind = "kind", own_account_elsewhere = "own", balance_after = "after" }
"#;

/// Rows as text: every value of the mapped columns.
struct Printed {
    id: Field,
    customer: Field,
    booked_on: Field,
    amount: Field,
    kind: Field,
    own: Field,
    after: Field,
}

impl Printed {
    fn new(mapping: &mut Mapping) -> Self {
        Self {
            id: mapping.take("transaction_id"),
            customer: mapping.take("customer_id"),
            booked_on: mapping.take("booked_on"),
            amount: mapping.take("amount"),
            kind: mapping.take("kind"),
            own: mapping.take("own_account_elsewhere"),
            after: mapping.take("balance_after"),
        }
    }
}

impl Build for Printed {
    type Row = (String, Money);
    const HAS_AMOUNT: bool = true;

    fn build<R: Row>(&self, row: &R, memo: &mut Memo) -> Result<Self::Row, Fault> {
        let found = memo.found.take();
        let id = self.id.required(self.id.id(row)?)?;
        let customer = self.customer.required(self.customer.id(row)?)?;
        let on = self.booked_on.required(self.booked_on.date(row)?)?;
        let amount = self.amount.required(self.amount.money(row)?)?;
        let kind: Option<Code> = self.kind.code(row, &mut memo.codes[0])?;
        let kind = crate::contract::codes::Kind::CODES[usize::from(self.kind.required(kind)?)];
        let rest = (self.own.boolean(row)?, self.after.money(row)?.map(|money| money.0));
        Ok((format!("{id} {customer} {found:?} {on} {} {kind} {rest:?}", amount.0), amount))
    }

    fn customer_key<R: Row>(&self, row: &R) -> Option<Key> {
        self.customer.key(row).ok().flatten()
    }

    fn find_customer(&self, key: Key, _: &mut Trail) -> Option<u32> {
        [b"A", b"B"].iter().position(|id| Key::of(*id) == key).and_then(|at| u32::try_from(at).ok())
    }

    fn amount<R: Row>(&self, row: &R) -> Result<Option<Money>, Fault> {
        self.amount.money(row)
    }

    fn amount_of((_, amount): &Self::Row) -> Money {
        *amount
    }
}

/// What a file came to.
struct Read {
    rows: Vec<String>,
    findings: Findings,
}

impl Read {
    fn rejects(&self) -> Vec<String> {
        let line =
            |r: &crate::store::books::Reject| format!("{} {}: {} [{}]", r.line, r.column, r.reason, r.raw);
        self.findings.rejects.iter().map(line).collect()
    }
}

fn read_mapped(bytes: &[u8], mapping: &str) -> Result<Read> {
    read_in(tempfile::tempdir().unwrap().path(), bytes, mapping)
}

/// Writes over the file that an earlier call left in the folder: thousands of new files would wait for the disk.
fn read_in(folder: &Path, bytes: &[u8], mapping: &str) -> Result<Read> {
    let path = folder.join("transactions.parquet");
    let mut file = std::fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
    file.write_all(bytes).unwrap();
    let source: Source = toml::from_str(mapping).unwrap();
    let mut mapping = Mapping::new(Table::Transactions, &source, folder).unwrap();
    let builder = Printed::new(&mut mapping);
    let limits = limits();
    let export = &exports::list(folder, "*").unwrap()[0];
    let job = Job { export, source: &source, mapping: &mapping, builder: &builder, limits: &limits };
    let mut rows = Vec::new();
    let told = std::sync::atomic::AtomicU64::new(0);
    let progress = |bytes| {
        told.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
    };
    let findings = parquet::read(&job, &progress, &mut |piece: Vec<(String, Money)>| {
        rows.extend(piece.into_iter().map(|(row, _)| row));
        Ok(())
    })?;
    assert_eq!(told.into_inner(), export.bytes);
    assert_eq!(findings.tally.rows, rows.len() as u64 + findings.tally.rejected);
    Ok(Read { rows, findings })
}

fn read(bytes: &[u8]) -> Result<Read> {
    read_mapped(bytes, MAPPING)
}

/// What the operator reads: the kind of the error, its message and its hints.
fn shown(error: &Error) -> String {
    format!("{:?}: {} | {}", error.kind(), error, error.hints().join("; "))
}

fn refusal(result: Result<Read>) -> String {
    shown(&result.err().expect("a refusal"))
}

type Columns = Vec<(&'static str, ArrayRef)>;

/// A row group per `rows_per_group` rows.
fn file_with(columns: Columns, rows_per_group: usize, properties: WriterProperties) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    for start in (0..batch.num_rows()).step_by(rows_per_group) {
        writer.write(&batch.slice(start, rows_per_group.min(batch.num_rows() - start))).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn file(columns: Columns) -> Vec<u8> {
    file_with(columns, 1, WriterProperties::default())
}

fn columns() -> Columns {
    let noon = 1_790_856_000_000_000 - 43_200_000_000;
    let kinds: DictionaryArray<Int32Type> =
        vec![Some("salary"), None, Some("fee"), Some("fee")].into_iter().collect();
    let amounts = Float64Array::from(vec![Some(0.1), Some(2.0), Some(f64::NAN), Some(-3.25)]);
    let after = Decimal128Array::from(vec![Some(12_300), None, None, None]);
    vec![
        ("amount", Arc::new(amounts) as ArrayRef),
        ("unused", Arc::new(arrow::array::BinaryArray::from(vec![b"x".as_slice(); 4]))),
        ("customer", Arc::new(StringArray::from(vec!["A", " A ", "A", "B\0"]))),
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3, 4]))),
        ("on", Arc::new(TimestampMicrosecondArray::from(vec![noon; 4]).with_timezone("UTC"))),
        ("kind", Arc::new(kinds)),
        ("own", Arc::new(BooleanArray::from(vec![Some(true), None, None, None]))),
        ("after", Arc::new(after.with_precision_and_scale(20, 3).unwrap())),
    ]
}

/// The columns with one of them replaced.
#[expect(clippy::needless_pass_by_value, reason = "made where it is called")]
fn with(name: &'static str, array: ArrayRef) -> Columns {
    columns().into_iter().map(|(n, old)| if n == name { (n, Arc::clone(&array)) } else { (n, old) }).collect()
}

fn limits() -> Limits {
    Limits { reject_share_max: 0.9, base_currency: "EUR".into(), field_bytes_max: 100, volume: None }
}
