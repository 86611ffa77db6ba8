//! The ledger of assignments that an earlier night published.

use super::earlier;
use crate::date::Date;
use crate::effect::{Assignment, Ledger, Names};
use crate::error::Result;
use crate::schema;
use arrow::array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Float64Array, RecordBatch, StringArray,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::Path;

/// The ledger of the published night of `night`; an empty one where an older version published it without one.
///
/// # Errors
/// Kind `Internal` if the ledger is there and cannot be read.
pub fn assignments_of(workspace: &Path, night: Date) -> Result<Ledger> {
    let rows = earlier::table_if_there(workspace, night, schema::ASSIGNMENTS.name, rows)?;
    Ok(rows.map_or_else(Ledger::default, Ledger::of))
}

fn rows(bytes: Vec<u8>) -> Result<Vec<Assignment>, Box<dyn std::error::Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))?;
    let fields = (schema::ASSIGNMENTS.fields)();
    let mask = ProjectionMask::columns(builder.parquet_schema(), fields.iter().map(|field| field.name));
    let (mut names, mut rows) = (Names::default(), Vec::new());
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let text = |name: &str| column::<StringArray>(&batch, name);
        let (campaigns, lists, customers) = (text("campaign")?, text("list")?, text("customer_id")?);
        let optional = [text("manager_id")?, text("product")?, text("tier")?, text("band")?];
        let assigned_on = column::<Date32Array>(&batch, "assigned_on")?;
        let held_out = column::<BooleanArray>(&batch, "held_out")?;
        let values = column::<Float64Array>(&batch, "expected_value")?;
        let amounts = column::<Decimal128Array>(&batch, "amount")?;
        for at in 0..batch.num_rows() {
            let [manager_id, product, tier, band] =
                optional.map(|texts| texts.is_valid(at).then(|| names.of(texts.value(at))));
            rows.push(Assignment {
                campaign: names.of(campaigns.value(at)),
                list: names.of(lists.value(at)),
                customer_id: customers.value(at).into(),
                manager_id,
                product,
                assigned_on: Date(assigned_on.value(at)),
                held_out: held_out.value(at),
                tier,
                band,
                expected_value: values.is_valid(at).then(|| values.value(at)),
                amount: amounts.is_valid(at).then(|| i64::try_from(amounts.value(at))).transpose()?,
            });
        }
    }
    Ok(rows)
}

fn column<'b, A: 'static>(batch: &'b RecordBatch, name: &str) -> Result<&'b A, String> {
    earlier::column(batch, name).ok_or_else(|| format!("no column `{name}` of its type"))
}
