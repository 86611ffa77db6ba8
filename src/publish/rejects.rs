//! `rejects.parquet`: every quarantined row as it was.

use crate::error::Result;
use crate::ingest::Reject;
use crate::schema;
use polars::prelude::*;

/// The frame of `rejects`, in their order.
///
/// # Errors
/// Kind `Internal` if the frame breaks its schema.
pub fn frame(rejects: &[Reject]) -> Result<DataFrame> {
    let texts = |of: fn(&Reject) -> &str| rejects.iter().map(of).collect::<Vec<_>>();
    let lines: Vec<i64> =
        rejects.iter().map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX)).collect();
    let columns = vec![
        Column::new("source_file".into(), texts(|reject| &reject.source_file)),
        Column::new("line".into(), lines),
        Column::new("column".into(), texts(|reject| &reject.column)),
        Column::new("reason".into(), texts(|reject| &reject.reason)),
        Column::new("raw".into(), texts(|reject| &reject.raw)),
    ];
    let frame = DataFrame::new(rejects.len(), columns)?;
    schema::REJECTS.check(&frame)?;
    Ok(frame)
}
