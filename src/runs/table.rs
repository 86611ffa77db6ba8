//! `runs.parquet`: the history of runs, a row each, the oldest first; sealed.

use super::record::{FORMAT, RunRecord};
use crate::error::{Error, Result};
use crate::io::private::write_private;
use crate::seal;
use arrow::array::{
    ArrayRef, Date32Array, Float64Array, Float64Builder, Int32Array, Int64Array, Int64Builder, ListBuilder,
    RecordBatch, StringArray, StringBuilder, StructBuilder, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

pub const FILE: &str = "runs.parquet";

/// Writes the table anew from the records of all runs, the oldest first.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub(super) fn write(workspace: &Path, runs: &[RunRecord]) -> Result<()> {
    let batch = batch(runs)?;
    let failed = |cause: parquet::errors::ParquetError| {
        Error::internal(format!("cannot write `{FILE}`")).caused_by(cause)
    };
    let metadata = vec![
        KeyValue::new("table".into(), "runs".to_owned()),
        KeyValue::new("schema_version".into(), FORMAT.to_string()),
        KeyValue::new("description".into(), "Every run of the workspace, the oldest first".to_owned()),
    ];
    let properties = WriterProperties::builder().set_key_value_metadata(Some(metadata)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.close().map_err(failed)?;
    let sealed = seal::parquet::sealed(bytes)
        .ok_or_else(|| Error::internal(format!("`{FILE}` was encoded without a footer")))?;
    write_private(&workspace.join(FILE), &sealed)
}

fn batch(records: &[RunRecord]) -> Result<RecordBatch> {
    let strings = |of: fn(&RunRecord) -> Option<&str>| -> ArrayRef {
        Arc::new(records.iter().map(of).collect::<StringArray>())
    };
    let counts = |of: fn(&RunRecord) -> Option<u64>| -> ArrayRef {
        let known = records.iter().map(|record| of(record).and_then(|n| i64::try_from(n).ok()));
        Arc::new(known.collect::<Int64Array>())
    };
    let moments = |of: fn(&RunRecord) -> Option<i64>| -> ArrayRef {
        Arc::new(records.iter().map(of).collect::<TimestampMillisecondArray>().with_timezone("UTC"))
    };
    let as_of = records.iter().map(|record| record.as_of.map(|date| date.0)).collect::<Date32Array>();
    let exit_code = records.iter().map(|record| record.exit_code.map(i32::from)).collect::<Int32Array>();
    let milliseconds = records.iter().map(|record| record.milliseconds).collect::<Float64Array>();
    let columns: Vec<(&str, &str, ArrayRef)> = vec![
        ("execution_id", "Names this run and no other (UUID)", strings(|run| Some(&run.execution_id))),
        ("started_at", "By the machine's clock", moments(|run| Some(run.started_at.unix_milliseconds))),
        ("ended_at", "Missing where it died", moments(|run| run.ended_at.map(|at| at.unix_milliseconds))),
        ("as_of", "Date of the night, once it was known", Arc::new(as_of)),
        ("outcome", "running, published, failed, stopped, died", strings(|run| Some(run.outcome.code()))),
        ("exit_code", "Missing where it died", Arc::new(exit_code)),
        ("failed_stage", "The stage that had begun last", strings(|run| run.failed_stage.as_deref())),
        (
            "error_kind",
            "internal, usage, refused, incomplete, stopped",
            strings(|run| run.error_kind.as_deref()),
        ),
        ("error", "What the operator was told", strings(|run| run.error.as_deref())),
        ("run_id", "The id in the tables of the night", strings(|run| run.run_id.as_deref())),
        ("milliseconds", "From the lock to the end", Arc::new(milliseconds)),
        ("rows", "Rows of all published tables", counts(|run| run.rows)),
        ("customers", "Customers in the night", counts(|run| run.customers)),
        ("rejected", "Rejected rows of all deliveries", counts(|run| run.rejected)),
        ("warnings", "Warnings in the manifest", counts(|run| run.warnings)),
        ("tercet_version", "Version of the program", strings(|run| Some(&run.tercet_version))),
        ("stages", "Stages that came to their end, in their order", stages(records)),
    ];
    let described = |name: &str, description: &str, array: &ArrayRef| {
        let metadata = HashMap::from([("description".to_owned(), description.to_owned())]);
        Field::new(name, array.data_type().clone(), true).with_metadata(metadata)
    };
    let fields: Vec<Field> = columns.iter().map(|(name, what, array)| described(name, what, array)).collect();
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// A list of structs: name, rows, milliseconds.
fn stages(records: &[RunRecord]) -> ArrayRef {
    let fields = Fields::from(vec![
        Field::new("stage", DataType::Utf8, true),
        Field::new("rows", DataType::Int64, true),
        Field::new("milliseconds", DataType::Float64, true),
    ]);
    let mut lists = ListBuilder::new(StructBuilder::from_fields(fields, 0));
    for record in records {
        for stage in &record.stages {
            let row = lists.values();
            if let Some(names) = row.field_builder::<StringBuilder>(0) {
                names.append_value(&stage.stage);
            }
            if let Some(rows) = row.field_builder::<Int64Builder>(1) {
                rows.append_option(i64::try_from(stage.rows).ok());
            }
            if let Some(milliseconds) = row.field_builder::<Float64Builder>(2) {
                milliseconds.append_value(stage.milliseconds);
            }
            row.append(true);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

#[cfg(test)]
mod tests {
    use super::super::record::StageRecord;
    use super::*;
    use crate::io::clock::Moment;
    use arrow::datatypes::TimeUnit;

    #[test]
    fn a_run_is_a_row_with_its_stages() {
        let mut run = RunRecord::begun("id", Moment { unix_milliseconds: 1500 }, None);
        run.stages.push(StageRecord { stage: "ingest".into(), rows: 7, milliseconds: 2.5 });
        let batch = batch(&[run.clone(), RunRecord { stages: Vec::new(), ..run }]).unwrap();
        assert_eq!((batch.num_rows(), batch.num_columns()), (2, 17));
        let at = batch.column_by_name("started_at").unwrap();
        assert_eq!(at.data_type(), &DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())));
        let stages = batch.column_by_name("stages").unwrap();
        let stages = stages.as_any().downcast_ref::<arrow::array::ListArray>().unwrap();
        assert_eq!((stages.value(0).len(), stages.value(1).len()), (1, 0));
    }
}
